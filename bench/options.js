// What the scripts here are started with. `--help` says all of it, and starts nothing.
import { basename } from "node:path";
import { parseArgs } from "node:util";

/** A setting of the service that is measured. */
export const SETTINGS = {
  type: "string",
  value: "NAME=VALUE",
  multiple: true,
  description: "A setting of Skewless, where it is not to be the default",
};

/** What makes the load. */
export const GENERATOR = {
  type: "string",
  value: "NAME",
  description: "wrk or autocannon (default: wrk where it is installed)",
};

/**
 * Reads a script's options; ends the process after `--help`, or after a word on an option that there is not.
 *
 * @param {object} script
 * @param {string} script.summary what it measures, a line or several
 * @param {string} [script.run] the script of package.json that builds and starts it
 * @param {string} [script.positional] what may follow the options
 * @param {Record<string, { type: "number" | "string" | "boolean", value?: string, default?: unknown, multiple?: boolean, description: string }>} [script.options]
 * @param {string} script.needs what must be there, and what is left out where it is not
 * @param {string} script.writes which files, and what its exit code says
 * @returns {{ values: Record<string, any>, positionals: string[] }} numbers as numbers; absent options as their defaults
 */
export function readOptions(script) {
  const { options = {}, positional } = script;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: positional !== undefined,
      options: {
        ...Object.fromEntries(Object.entries(options).map(([name, option]) => [name, parsed(option)])),
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      process.stdout.write(helpOf(script));
      process.exit(0);
    }
    return { values: read(values, options), positionals };
  } catch (error) {
    process.stderr.write(`${error.message}\nnode bench/${nameOfScript()} --help says what there is.\n`);
    process.exit(2);
  }
}

function parsed({ type, multiple = false }) {
  return { type: type === "boolean" ? "boolean" : "string", multiple };
}

function read(values, options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple, default: usual }]) => {
      const value = values[name] ?? usual ?? (multiple ? [] : undefined);
      if (type !== "number" || typeof value !== "string") return [name, value];
      const number = Number(value);
      if (value.trim() === "" || !(number >= 0))
        throw new Error(`--${name} ${value}: is not a number from 0 on.`);
      return [name, number];
    }),
  );
}

function helpOf({ summary, run, positional, options = {}, needs, writes }) {
  const lines = Object.entries(options).map(
    ([name, { type, value = "N", default: usual, multiple, description }]) => [
      `  --${name}${type === "boolean" ? "" : ` ${value}`}`,
      [
        description,
        ...(usual === undefined || usual === false ? [] : [`(default: ${usual})`]),
        ...(multiple ? ["(may be given several times)"] : []),
      ].join(" "),
    ],
  );
  lines.push(["  --help", "Print this and do nothing"]);
  const width = Math.max(...lines.map(([left]) => left.length));
  const script = nameOfScript();
  return `${[
    `Usage: node bench/${script} [options]${positional === undefined ? "" : ` ${positional}`}`,
    ...(run === undefined ? [] : [`   or: npm run ${run} -- [options], which builds first`]),
    "",
    summary,
    "",
    "Options:",
    ...lines.map(([left, right]) => {
      const inner = right.replaceAll("\n", `\n${" ".repeat(width + 2)}`);
      return `${left.padEnd(width)}  ${inner}`;
    }),
    "",
    `Needs: ${needs}`,
    `Writes: ${writes}`,
  ].join("\n")}\n`;
}

function nameOfScript() {
  return basename(process.argv[1]);
}
