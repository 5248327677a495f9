import {
  type CsvRecords,
  type CsvScan,
  FAULTS,
  type Fault,
  MAX_ROW_BYTES,
  addBytes,
  scanRecords,
  startScan,
} from "./csv-scan.ts";
import { InputError } from "./input-error.ts";
import type { Source } from "./source.ts";

/** The records that one chunk of a file ends. The next ones are read into the same arrays. */
export interface CsvBatch extends CsvRecords {
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

/**
 * Reads CSV (RFC 4180, in UTF-8; a BOM, CRLF and newlines in quotes are fine, blank lines are passed over) in bounded
 * memory.
 *
 * @returns the records, at least one, the header among them as the first; of whatever lengths
 * @throws {InputError} naming file and line, when all records before that line have been returned
 */
export async function* readRecords({ name, chunks }: Source): AsyncGenerator<CsvBatch> {
  const scan = startScan();
  let bytes = 0;
  let isStarted = false;
  let isEmpty = true;
  // What was searched in vain is searched again only with as many new bytes: a row that comes in crumbs costs no more.
  let searched = 0;
  const search = function* (isLast: boolean): Generator<CsvBatch> {
    if (!isStarted) scan.at = lengthOfMark(scan, name);
    isStarted = true;
    const fault = scan.line === 1 ? scanFirstLine(scan, isLast, name) : scanRecords(scan, isLast);
    searched = scan.size - scan.at;
    if (scan.count > 0) {
      isEmpty = false;
      yield batchOf(scan, bytes);
    }
    if (fault !== undefined) {
      throw faultError(fault, scan.line, name);
    }
  };
  for await (const chunk of chunks) {
    addBytes(scan, chunk);
    bytes += chunk.length;
    const enough = Math.min(Math.max(2 * searched, LONGEST_MARK), MAX_ROW_BYTES + 1);
    if (scan.size >= enough) yield* search(false);
  }
  yield* search(true);
  if (isEmpty) {
    throw emptyError(name);
  }
}

/**
 * Finds the records of a file's first piece, as `scanRecords` does.
 *
 * @throws {InputError} where the file is in a form that is not read
 */
export function scanStart(scan: CsvScan, isLast: boolean, name: string): Fault | undefined {
  scan.at = lengthOfMark(scan, name);
  return scanFirstLine(scan, isLast, name);
}

function scanFirstLine(scan: CsvScan, isLast: boolean, name: string): Fault | undefined {
  const { at } = scan;
  const fault = scanRecords(scan, isLast);
  if (scan.count > 0 || fault !== undefined) refuseOldLineEnds(scan, at, name);
  return fault;
}

/** What is said of a file whose record on that line is broken. */
export function faultError(fault: Fault, line: number, name: string): InputError {
  return new InputError(`${name}:${line}: the row that begins here ${FAULTS[fault]}`);
}

/** What is said of a file without any record. */
export function emptyError(name: string): InputError {
  return new InputError(`${name}:1: is empty; the first line must be a header with the columns' names.`);
}

/** Field by field, so that all batches are of one shape: they are read in loops that run a million times. */
function batchOf({ count, data, view, starts, ends, firsts, lines }: CsvScan, bytes: number): CsvBatch {
  return { count, data, view, starts, ends, firsts, lines, bytes };
}

const LONGEST_MARK = 3;

/** The byte order mark that some programs put first. */
function lengthOfMark({ data, size }: CsvScan, name: string): number {
  const [a, b, c] = data.subarray(0, size);
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new InputError(`${name}:1: is in UTF-16; save it as CSV in UTF-8.`);
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/**
 * A file without any LF is one record; with a CR in its midst, outside quotes, it was meant to be several.
 *
 * @throws {InputError} where it is so
 */
function refuseOldLineEnds({ data, size }: CsvScan, from: number, name: string): void {
  if (data.subarray(from, size).includes(LF)) return;
  let isQuoted = false;
  for (let at = from; at + 1 < size; at++) {
    if (data[at] === QUOTE) isQuoted = !isQuoted;
    if (isQuoted || data[at] !== CR || data[at + 1] === CR) continue;
    throw new InputError(
      `${name}:1: has lines that end in CR alone, as old Macs wrote them; save it with LF or CRLF.`,
    );
  }
}

/**
 * Cell k of a batch, counted from its first record's first.
 *
 * @returns its text; what is not UTF-8 in it reads as U+FFFD
 */
export function cellText({ data, starts, ends }: CsvRecords, k: number): string {
  const start = starts[k]!;
  const text = data.toString("utf8", start, ends[k]!);
  // Inside quotes, a quote is written twice; outside there is none.
  return data[start - 1] === 0x22 && text.includes('"') ? text.replaceAll('""', '"') : text;
}

/** The cells of record i of a batch. */
export function recordCells(batch: CsvRecords, i: number): string[] {
  const cells: string[] = [];
  for (let k = batch.firsts[i]!; k < batch.firsts[i + 1]!; k++) cells.push(cellText(batch, k));
  return cells;
}
