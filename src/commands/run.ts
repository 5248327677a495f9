import { parseArgs } from "node:util";
import { Problem, UsageError } from "../errors.ts";
import { didYouMean } from "../model/suggest.ts";
import type { Arguments, Command, Io } from "./command.ts";
import { HELP_OPTION, commandHelp, overview, usageLine } from "./help.ts";
import { InputError } from "./input-error.ts";
import { print } from "./print.ts";

/**
 * Every command, in the order in which the help lists them. Each is loaded when it is called for: a transform need not
 * wait for the web framework and the AWS SDK, nor give them memory.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  stub: async () => (await import("./stub.ts")).stub,
  check: async () => (await import("./check.ts")).check,
  fit: async () => (await import("./fit.ts")).fit,
  import: async () => (await import("./import.ts")).importSklearn,
  transform: async () => (await import("./transform.ts")).transform,
  golden: async () => (await import("./golden.ts")).golden,
  predict: async () => (await import("./predict.ts")).predict,
  openapi: async () => (await import("./openapi.ts")).openapi,
};

/**
 * Runs one command line. Never throws: what goes wrong is said on stderr, without a stack where the message suffices.
 *
 * @param argv the words after `skewless`
 * @returns the exit code: 0 done, 1 the input is not as it must be, 2 a wrong command line or model file, 70 a bug,
 *   130 stopped by a signal
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const [message, code] = verdict(error, io);
    // Where stderr is gone as well there is nobody left to tell.
    await print(io.stderr, message).catch(() => {});
    return code;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    await print(io.stderr, await help());
    return 2;
  }
  if (first === "--version") return say(`${(await import("../service.ts")).VERSION}\n`, io);
  if (first === "--help" || first === "-h") return say(await help(), io);
  if (first === "help") {
    const [name] = rest;
    return say(name === undefined ? await help() : commandHelp(name, await find(name)), io);
  }
  const command = await find(first);
  const args = sort(first, command, rest);
  return args.values["help"] === true ? say(commandHelp(first, command), io) : command.run(args, io);
}

async function help(): Promise<string> {
  const entries = Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const);
  return overview(Object.fromEntries(await Promise.all(entries)));
}

async function say(text: string, io: Io): Promise<number> {
  await print(io.stdout, text);
  return 0;
}

async function find(name: string): Promise<Command> {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!();
  if (name.startsWith("-")) throw mistake("", `the option ${name} is not known before a command`);
  throw mistake("", `there is no command "${name}"${didYouMean(name, Object.keys(COMMANDS))}`);
}

/** Sorts the words of a command line by what the command declares. */
function sort(name: string, command: Command, words: readonly string[]): Arguments {
  const { positionals, values } = parse(name, { ...command.options, help: HELP_OPTION }, words);
  const { min, max } = command.positionals;
  if (values["help"] !== true && (positionals.length < min || positionals.length > max)) {
    const got = positionals.length === 0 ? "none" : positionals.join(" ");
    const what = positionals.length < min ? "too few arguments" : "too many arguments";
    throw mistake(name, `${what} (${got}). ${usageLine(name, command)}`);
  }
  return { positionals, values };
}

function parse(name: string, options: Command["options"], words: readonly string[]): Arguments {
  try {
    // parseArgs wants `short` to be absent rather than undefined, as it is in a command's table.
    return parseArgs({ args: withValues(words, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw mistake(name, explainParse(error as NodeJS.ErrnoException, options));
  }
}

/** `--split -1` as `--split=-1`, so that the command may say what is wrong with it: no option begins with a digit. */
function withValues(words: readonly string[], options: Command["options"]): string[] {
  const joined: string[] = [];
  const end = words.indexOf("--");
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const isBefore = end === -1 || i < end;
    const takesValue = word.startsWith("--") && options[word.slice(2)]?.type === "string";
    const next = words[i + 1] ?? "";
    if (isBefore && takesValue && /^-\.?\d/.test(next)) {
      joined.push(`${word}=${next}`);
      i++;
    } else joined.push(word);
  }
  return joined;
}

function explainParse({ code, message }: NodeJS.ErrnoException, options: Command["options"]): string {
  // parseArgs names the option in quotes: '--foo', '-o', or '-o, --output <value>'.
  const written = message.replace(/^.*?'(?:-\w, )?(--?[^' ]*).*$/s, "$1");
  const known = Object.keys(options);
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const hint = didYouMean(
      written,
      known.map((name) => `--${name}`),
    );
    return `there is no option ${written}${hint}`;
  }
  const name = known.find((key) => written === `--${key}` || written === `-${options[key]!.short}`)!;
  const { type, value } = options[name]!;
  if (type === "boolean") return `the option --${name} takes no value`;
  const wanted = `the option --${name} wants a value: --${name} ${value}`;
  // What follows could be its value, or the next option.
  return message.includes("ambiguous") ? `${wanted}; where it begins with a dash, --${name}=-…` : wanted;
}

function mistake(command: string, what: string): UsageError {
  const name = command === "" ? "skewless" : `skewless ${command}`;
  return new UsageError(`${name}: ${what}\nMore: ${name} --help`);
}

function verdict(error: unknown, { signal }: Io): [message: string, code: number] {
  if (signal.aborted && (error as Error).name === "AbortError") return ["Stopped.\n", 130];
  // Whoever read our output has read enough, as `head` does.
  if ((error as NodeJS.ErrnoException).code === "EPIPE") return ["", 0];
  if (error instanceof UsageError) return [`${error.message}\n`, 2];
  if (error instanceof InputError) return [`${error.message}\n`, 1];
  if (error instanceof Problem) {
    const fields = (error.errors ?? []).map(({ pointer, detail }) => `  ${pointer} ${detail}\n`);
    return [`${error.message}\n${fields.join("")}`, 1];
  }
  return [`${error instanceof Error ? error.stack : String(error)}\n`, 70];
}
