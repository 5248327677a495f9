/**
 * Files of captured data: `<folder>/<endpoint>/<variant>/yyyy/mm/dd/hh/<file>.jsonl`, in UTC. Lines are collected and
 * written in the background; what comes faster than a disk takes it is dropped, and said to be.
 */
import { randomUUID } from "node:crypto";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";

/** What files are made with. */
export interface CaptureFilesOptions {
  /** Told of what went wrong, in a sentence; a call never is. */
  readonly onProblem: (text: string) => void;
  /** How long lines are collected, in ms. Default 500. */
  readonly flushMs?: number | undefined;
  /** Bytes of lines that wait to be written, at most. Default 64 MiB. */
  readonly maxWaitingBytes?: number | undefined;
}

/** Files that lines are added to. */
export interface CaptureFiles {
  /**
   * Adds a line to the file of its hour; never waits, never fails.
   *
   * @param folder - that of a variant: `<folder>/<endpoint>/<variant>`.
   * @param at - ms since 1970.
   */
  readonly add: (folder: string, line: string, at: number) => void;
  /** Writes all that waits. */
  readonly flush: () => Promise<void>;
}

const DEFAULT_FLUSH_MS = 500;
const DEFAULT_MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MS_PER_HOUR = 3_600_000;
/** Files that are remembered, so that lines are added to them; of one forgotten, the next line begins another. */
const MOST_FILES = 1000;

/** `2026/01/02/03` and `04-05-678`, of which the second names a file in the folder that the first names. */
function timeParts(at: number): { readonly hour: string; readonly rest: string } {
  const [date, time] = new Date(at).toISOString().slice(0, 23).split("T") as [string, string];
  return {
    hour: join(...date.split("-"), time.slice(0, 2)),
    rest: time.slice(3).replace(/[:.]/g, "-"),
  };
}

export function createCaptureFiles(options: CaptureFilesOptions): CaptureFiles {
  const { onProblem, flushMs = DEFAULT_FLUSH_MS } = options;
  const { maxWaitingBytes = DEFAULT_MAX_WAITING_BYTES } = options;
  /** The file of each folder's latest hour. */
  const files = new Map<string, { readonly hour: number; readonly path: string }>();
  const waiting = new Map<string, string[]>();
  let waitingBytes = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isBroken = false;

  const fileOf = (folder: string, at: number): string => {
    const hour = Math.floor(at / MS_PER_HOUR);
    const known = files.get(folder);
    if (known?.hour === hour) {
      return known.path;
    }
    const parts = timeParts(at);
    const path = join(folder, parts.hour, `${parts.rest}-${randomUUID()}.jsonl`);
    if (files.size >= MOST_FILES) {
      files.clear();
    }
    files.set(folder, { hour, path });
    return path;
  };
  const write = async (): Promise<void> => {
    const batches = [...waiting];
    waiting.clear();
    for (const [path, lines] of batches) {
      const text = `${lines.join("\n")}\n`;
      try {
        await mkdir(join(path, ".."), { recursive: true });
        await appendFile(path, text);
        isBroken = false;
      } catch (error) {
        // A disk that is full stays so for a while: once is enough.
        if (!isBroken) {
          onProblem(`Captured data cannot be written: ${(error as Error).message}`);
        }
        isBroken = true;
      }
      waitingBytes -= Buffer.byteLength(text);
    }
    if (dropped > 0) {
      onProblem(`Calls that were not captured, for they came faster than they could be written: ${dropped}.`);
      dropped = 0;
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };
  return Object.freeze({
    add: (folder, line, at) => {
      const bytes = Buffer.byteLength(line) + 1;
      if (waitingBytes + bytes > maxWaitingBytes) {
        dropped++;
        return;
      }
      waitingBytes += bytes;
      const path = fileOf(folder, at);
      const lines = waiting.get(path);
      if (lines === undefined) {
        waiting.set(path, [line]);
      } else {
        lines.push(line);
      }
      timer ??= setTimeout(() => void flush(), flushMs).unref();
    },
    flush,
  } satisfies CaptureFiles);
}
