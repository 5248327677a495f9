/** A client in another language, as a process that is talked to in lines of JSON. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { environmentOf } from "./tools.ts";

/** What a client can tell of an error. */
export interface Described {
  /** Its code, or the name that the client has for it. */
  readonly name: string;
  readonly message?: string | null;
  readonly status?: number;
  readonly originalStatus?: number;
}

/** A call that a client says has failed. */
export class ClientError extends Error {
  readonly described: Described;
  constructor(described: Described) {
    super(`${described.name}: ${described.message}`);
    this.described = described;
  }
}

/** A process that answers calls, side by side. */
export interface Program {
  /**
   * Calls one of its functions.
   *
   * @throws {ClientError} what the client makes of an error.
   */
  readonly ask: (what: string, given: object) => Promise<any>;
  readonly close: () => void;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts a program.
 *
 * @param command - its file and parameters.
 * @param variables - of the environment, beyond those of {@link environmentOf}.
 */
export function startProgram(
  [file, ...parameters]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(file!, parameters, { env: environmentOf(variables), cwd: import.meta.dirname });
  const waiting = new Map<number, Waiting>();
  let [next, said] = [1, ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4000)));
  const lose = (why: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ${why}: ${said}`));
    waiting.clear();
  };
  child.on("error", (error) => lose(error.message));
  child.on("exit", (code, signal) => lose(`ended with ${code ?? signal}`));
  child.stdin.on("error", () => {});
  createInterface(child.stdout).on("line", (line) => {
    const { id, answer, error } = JSON.parse(line) as { id: number; answer?: unknown; error?: Described };
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new ClientError(error));
  });
  return {
    ask: (what, given) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, do: what, with: given })}\n`);
      }),
    close: () => void child.kill(),
  };
}
