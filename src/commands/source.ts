import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { type Readable, addAbortSignal } from "node:stream";
import { UsageError } from "../errors.ts";
import type { Io } from "./command.ts";

/** A file to read, or stdin. */
export interface Source {
  /** What messages call it. */
  readonly name: string;
  /** Its size, where it has one. */
  readonly totalBytes: number | undefined;
  /**
   * Its content, in chunks, of which each is there until the next is asked for: a file's are read into the same memory. Ends
   * with the signal's reason when the command is stopped.
   */
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
    chunks: read(() => (found.isFile() ? readFile(path, signal) : createReadStream(path, { signal })), path),
  };
}

/** Opens only when somebody reads: a signal in between would be an error event that nobody listens to. */
async function* read(
  openChunks: () => Readable | AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer> {
  try {
    yield* openChunks() as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** While a chunk is in use, the next one is read. */
async function* readFile(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path);
  let reading: ReturnType<typeof readChunk> | undefined;
  try {
    let used = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let free = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    reading = readChunk(file, free);
    for (;;) {
      const chunk = await reading;
      signal.throwIfAborted();
      if (chunk.length === 0) return;
      [used, free] = [free, used];
      reading = readChunk(file, free);
      yield chunk;
    }
  } finally {
    await Promise.allSettled([reading]);
    await file.close();
  }
}

async function readChunk(file: FileHandle, into: Buffer): Promise<Buffer> {
  return into.subarray(0, (await file.read(into, 0, into.length, null)).bytesRead);
}

function unreadable(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new UsageError(`${path} cannot be read (${code}).`);
}
