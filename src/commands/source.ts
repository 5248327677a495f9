import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Readable, addAbortSignal } from "node:stream";
import { UsageError } from "../errors.ts";
import type { Io } from "./command.ts";

/** A file to read, or stdin. */
export interface Source {
  /** What messages call it. */
  readonly name: string;
  /** Its size, where it has one. */
  readonly totalBytes: number | undefined;
  /** Its content, in chunks; ends with the signal's reason when the command is stopped. */
  readonly chunks: AsyncIterable<Buffer>;
}

// Each read and each write goes through another thread and back, which takes as long as to encode some 20 KiB: large enough
// that this hardly counts, small enough for the caches to hold a chunk and its cells.
const CHUNK_BYTES = 512 * 1024;

/**
 * Opens a file, or stdin for `-`.
 *
 * @throws {UsageError} naming the file, if it cannot be read: at once, or from `chunks`
 */
export async function openSource(
  path: string,
  { stdin, signal }: Pick<Io, "stdin" | "signal">,
): Promise<Source> {
  if (path === "-") {
    return {
      name: "stdin",
      totalBytes: undefined,
      chunks: read(() => addAbortSignal(signal, stdin), "stdin"),
    };
  }
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) throw new UsageError(`${path} is a folder, not a file.`);
  return {
    name: path,
    totalBytes: found.isFile() ? found.size : undefined,
    chunks: read(() => createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }), path),
  };
}

/** Opens only when somebody reads: a signal in between would be an error event that nobody listens to. */
async function* read(openStream: () => Readable, name: string): AsyncGenerator<Buffer> {
  try {
    yield* openStream() as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new UsageError(`${path} cannot be read (${code}).`);
}
