/** What the control plane keeps across restarts: one JSON file, replaced as a whole. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Kept } from "./records.ts";

/** The name of the file in its folder. */
export const STATE_FILE = "skewless-stub.json";

/** Raised when the format changes so that older stubs cannot read it. */
const VERSION = 1;
/** Changes that come together are written once. */
const DEBOUNCE_MS = 100;

/** A folder or file that the stub cannot use, and what to do about it. */
export class StateFileError extends Error {
  override readonly name = "StateFileError";
}

const KINDS = ["models", "endpointConfigs", "endpoints", "inferenceComponents"] as const;

/** What the operations rely on in each kind of record. */
const NEEDED: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  models: ["given", "composition"],
  endpointConfigs: ["given"],
  endpoints: ["status", "deployed"],
  inferenceComponents: ["status", "endpointName", "specifications", "composition"],
};

function isRecord(value: unknown, needed: readonly string[]): boolean {
  const record = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  return (
    typeof record["name"] === "string" &&
    typeof record["arn"] === "string" &&
    typeof record["creationTime"] === "number" &&
    Array.isArray(record["tags"]) &&
    needed.every((member) => record[member] !== undefined)
  );
}

function parseState(text: string): Kept {
  const state = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (state["version"] !== VERSION) {
    throw new Error(`it is of version ${String(state["version"])}, and this stub reads version ${VERSION}`);
  }
  for (const kind of KINDS) {
    const records = state[kind];
    if (!Array.isArray(records) || !records.every((record) => isRecord(record, NEEDED[kind]))) {
      throw new Error(`its ${kind} are not as the stub writes them`);
    }
  }
  return state as unknown as Kept;
}

/** A file that keeps the state. */
export interface StateFile {
  /** What it held at the start; undefined where there was none. */
  readonly held: Kept | undefined;
  /** Writes soon. */
  readonly touch: () => void;
  /** Writes now what has not been written. @throws {StateFileError} where that fails */
  readonly flush: () => void;
}

/**
 * Opens the state file of a folder, and makes the folder where there is none.
 *
 * @param kept - what is to be written.
 * @param onError - told when a later write fails; the next change tries again.
 * @throws {StateFileError} where the folder cannot be used, or the file not be read.
 */
export function openStateFile(
  folder: string,
  kept: () => Kept,
  onError: (error: StateFileError) => void,
): StateFile {
  const file = join(folder, STATE_FILE);
  let timer: NodeJS.Timeout | undefined;

  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    try {
      // Written beside and then renamed: whoever stops the stub finds the old state or the new, never half of one.
      writeFileSync(`${file}.new`, `${JSON.stringify({ version: VERSION, ...kept() })}\n`);
      renameSync(`${file}.new`, file);
    } catch (error) {
      throw new StateFileError(`The stub endpoint cannot write ${file}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  return Object.freeze({
    held: readState(folder, file),
    touch: () => {
      timer ??= setTimeout(() => {
        try {
          write();
        } catch (error) {
          onError(error as StateFileError);
        }
      }, DEBOUNCE_MS).unref();
    },
    flush: () => {
      if (timer !== undefined) {
        write();
      }
    },
  });
}

function readState(folder: string, file: string): Kept | undefined {
  let text: string;
  try {
    mkdirSync(folder, { recursive: true });
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw new StateFileError(
      `The stub endpoint cannot keep its state in ${folder}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  try {
    return parseState(text);
  } catch (error) {
    throw new StateFileError(
      `${file} is not a state that the stub can read: ${(error as Error).message}. Move it away, or give another --data.`,
      { cause: error },
    );
  }
}
