// Runs programs, and takes their time and memory.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { env } from "node:process";
import { fileURLToPath } from "node:url";

const USAGE = new URL("usage.js", import.meta.url).href;

/** How Node starts what is under load here, Skewless and its rivals alike: as docs/engine.md advises where throughput counts. */
export const NODE_FLAGS = ["--max-semi-space-size=64"];

/** @param {string} path beneath this folder */
export function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}

/**
 * Runs a program of Node to its end.
 *
 * @param {string[]} args script and arguments
 * @param {string} usageFile to write to what it needed
 * @returns {Promise<{ seconds: number, cpuSeconds: number, peakBytes: number }>}
 */
export async function runNode(args, usageFile) {
  const { seconds } = await run(process.execPath, ["--import", USAGE, ...args], { USAGE_FILE: usageFile });
  return { seconds, ...JSON.parse(await readFile(usageFile, "utf8")) };
}

/**
 * Runs a program to its end.
 *
 * @returns {Promise<{ seconds: number, printed: string }>} from its start to its end, and what it wrote to standard output
 */
export function run(command, args, variables = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...env, ...variables },
    });
    let printed = "";
    let said = "";
    child.stdout.on("data", (data) => (printed += data));
    child.stderr.on("data", (data) => (said = (said + data).slice(-2000)));
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ seconds, printed });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${said}`));
    });
  });
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Lines of a Markdown table; the first row is the head. */
export function table(rows) {
  return [
    line(rows[0]),
    line(rows[0].map((_, j) => (j === 0 ? "---" : "---:"))),
    ...rows.slice(1).map(line),
  ].join("\n");
}

function line(cells) {
  return `| ${cells.join(" | ")} |`;
}

export function thousands(value) {
  return Math.round(value).toLocaleString("en-US");
}
