import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The references in Python, in one process for the whole run. */
export interface Oracle {
  /** Answers are in the order of the questions. */
  readonly ask: (question: object) => Promise<unknown>;
  /** Versions of Python and of its packages. */
  readonly versions: string;
  /** Names of the steps that it knows the counterparts of. */
  readonly steps: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Starts `oracle.py`. Questions and answers are JSON, one a line.
 *
 * @throws {Error} with what Python said, where it does not start; `ask` likewise, where it ends early
 */
export async function startOracle(python: string): Promise<Oracle> {
  const script = fileURLToPath(new URL("oracle.py", import.meta.url));
  const child = spawn(python, ["-B", script], { stdio: ["pipe", "pipe", "pipe"] });
  const waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  let said = "";
  let ended: Error | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4000);
  });
  // What is written to a process that has gone is reported by its end.
  child.stdin.on("error", () => {});
  const exit = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended ??= new Error(`${python} oracle.py ended (${how}): ${said}
Does it have the packages of test/parity/requirements.txt?`);
      for (const { reject } of waiting.splice(0)) reject(ended);
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(`${signal ?? `exit code ${code}`}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    waiting.shift()!.resolve(JSON.parse(line));
  });
  const answer = () =>
    new Promise<unknown>((resolve, reject) => {
      if (ended === undefined) waiting.push({ resolve, reject });
      else reject(ended);
    });
  const { versions, steps } = (await answer()) as Pick<Oracle, "versions" | "steps">;
  return {
    versions,
    steps,
    ask: (question) => {
      const promise = answer();
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return promise;
    },
    close: () => {
      child.stdin.end();
      return exit;
    },
  };
}
