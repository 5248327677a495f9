/** A Python program that answers each line of JSON on its stdin with one on its stdout. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { needs, type NeedyTest } from "../needs.ts";

const python = process.env["SKEWLESS_PYTHON"] ?? "";

/** Whether there is a Python with boto3. */
export const hasBoto3 = python !== "" && spawnSync(python, ["-c", "import boto3"]).status === 0;

/** `test`, for what needs boto3. */
export const withBoto3: NeedyTest = needs("a Python with boto3 (SKEWLESS_PYTHON)", hasBoto3);

/** A running program. */
export interface PythonProgram {
  /** Asks one question, after the answer to the last. */
  readonly ask: (question: object) => Promise<Record<string, unknown>>;
  readonly stop: () => void;
}

/** Starts a program. */
export function startPython(script: string, ...args: readonly string[]): PythonProgram {
  const program = spawn(python, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface(program.stdout)[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      program.stdin.write(`${JSON.stringify(question)}\n`);
      const { value } = await answers.next();
      return JSON.parse(value as string) as Record<string, unknown>;
    },
    stop: () => void program.kill(),
  };
}
