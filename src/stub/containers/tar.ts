/** Tar archives, as far as model artefacts go: the names of regular files, and their bytes. */

/** An archive that is none. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/** A regular file of an archive. */
export interface TarFile {
  /** As it stands in the archive, without a leading `./`. */
  readonly name: string;
  /** A view of the archive. */
  readonly bytes: Buffer;
}

const BLOCK = 512;
/** Where the fields of a header stand (POSIX.1-1988, "ustar"). */
const NAME = [0, 100] as const;
const SIZE = [124, 136] as const;
const CHECKSUM = [148, 156] as const;
const TYPE = 156;
const MAGIC = [257, 262] as const;
const PREFIX = [345, 500] as const;
/** Files in one archive, at most. */
const MOST_FILES = 100_000;

function text(block: Buffer, [start, end]: readonly [number, number]): string {
  const field = block.subarray(start, end);
  const length = field.indexOf(0);
  return field.toString("utf8", 0, length < 0 ? field.length : length);
}

function octal(block: Buffer, field: readonly [number, number]): number {
  const digits = text(block, field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** A size: octal digits, or, of files beyond 8 GiB, a binary number, which nothing here can hold. */
function sizeOf(block: Buffer): number {
  const size = octal(block, SIZE);
  if (Number.isNaN(size)) {
    throw new TarError("A file of the archive has no readable size.");
  }
  return size;
}

/** The sum of a header's bytes, its own field taken as spaces. */
function isHeader(block: Buffer): boolean {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) {
    sum += at >= CHECKSUM[0] && at < CHECKSUM[1] ? 32 : block[at]!;
  }
  return sum === octal(block, CHECKSUM);
}

/** What a POSIX header says in records of `LENGTH NAME=VALUE\n`; only the path matters here. */
function paxPath(bytes: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(bytes.toString("latin1", at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) {
      throw new TarError("An extended header of the archive is not readable.");
    }
    const record = bytes.toString("utf8", space + 1, at + length - 1);
    path = record.startsWith("path=") ? record.slice("path=".length) : path;
    at += length;
  }
  return path;
}

/** Whether the bytes begin as an archive does. */
export function isTar(bytes: Buffer): boolean {
  return bytes.length >= BLOCK && isHeader(bytes.subarray(0, BLOCK));
}

/**
 * The regular files of an archive, in its order: those of `tar`, Python's `tarfile` and whatever else writes the
 * formats v7, ustar, GNU or pax. Links, folders and devices are passed over.
 *
 * @throws {TarError} when it is damaged or ends too early.
 */
export function readTar(bytes: Buffer): TarFile[] {
  const files: TarFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) {
      return files;
    }
    if (!isHeader(header)) {
      throw new TarError(`The archive is damaged at byte ${at}.`);
    }
    const size = sizeOf(header);
    const start = at + BLOCK;
    if (start + size > bytes.length) {
      throw new TarError("The archive ends in the middle of a file.");
    }
    const content = bytes.subarray(start, start + size);
    const type = String.fromCharCode(header[TYPE]!);
    if (type === "L") {
      longName = text(content, [0, content.length]);
    } else if (type === "x") {
      longName = paxPath(content) ?? longName;
    } else {
      if (type === "0" || type === "\0" || type === "7") {
        const prefix = text(header, MAGIC) === "ustar" && header[262] === 0 ? text(header, PREFIX) : "";
        const name = longName ?? (prefix === "" ? "" : `${prefix}/`) + text(header, NAME);
        files.push({ name: name.replace(/^(\.\/)+/, ""), bytes: content });
        if (files.length > MOST_FILES) {
          throw new TarError(`The archive holds more than ${MOST_FILES} files.`);
        }
      }
      longName = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
