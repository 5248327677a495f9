import { type BigIntStats, fstat } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../errors.ts";
import type { Io } from "./command.ts";

/** A file that a command is about to write; `-` is stdout. */
export interface Target {
  readonly path: string;
  /** The option that names it, for messages. */
  readonly option: string;
}

/**
 * Makes sure that no file a command writes is one that it reads, nor another one that it writes. To be called before the first
 * is opened for writing. Files are told apart by what they are, not by how their paths are written: links of both kinds
 * count as the file itself, and so do stdin and stdout that the shell has led to a file. Pipes and devices are
 * nobody's data, and left alone.
 *
 * @param reads what is read; `-` is stdin; what is not there is left out
 * @throws {UsageError} naming the file and the option
 */
export async function keepApart(
  writes: readonly Target[],
  reads: readonly string[],
  { stdin, stdout }: Pick<Io, "stdin" | "stdout">,
): Promise<void> {
  const taken = new Set<string>();
  for (const path of reads) for (const key of await keysOf(path, stdin)) taken.add(key);
  const written = new Map<string, string>();
  for (const { path, option } of writes) {
    const name = path === "-" ? "stdout" : path;
    const keys = await keysOf(path, stdout);
    if (keys.some((key) => taken.has(key))) {
      throw new UsageError(`${name} is also read: choose another file for ${option}.`);
    }
    for (const key of keys) {
      const other = written.get(key);
      if (other !== undefined) {
        throw new UsageError(`${name} is the same file as ${other}: choose another file for ${option}.`);
      }
      written.set(key, name);
    }
  }
}

/** What a file is known by: none for what is no file. One that is not there yet is known by its folder and its name. */
async function keysOf(path: string, stream: object): Promise<readonly string[]> {
  if (path === "-") {
    const fd = (stream as { readonly fd?: unknown }).fd;
    if (typeof fd !== "number") return [];
    return keyOf(await promisify(fstat)(fd, { bigint: true }).catch(() => undefined));
  }
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found !== undefined) return keyOf(found);
  const folder = dirname(resolve(path));
  return [join(await realpath(folder).catch(() => folder), basename(path))];
}

/** As whole numbers: some file systems count beyond what a double holds. */
function keyOf(found: BigIntStats | undefined): readonly string[] {
  return found?.isFile() === true ? [`${found.dev}:${found.ino}`] : [];
}
