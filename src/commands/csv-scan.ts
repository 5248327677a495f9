/** Records of a CSV file that have been found in a piece of it, still as bytes. */
export interface CsvRecords {
  /** How many records there are. */
  readonly count: number;
  /** The piece; only the cells' bytes mean anything. */
  readonly data: Buffer;
  /** The same bytes; of each cell four may be read from its start on, however short it is. */
  readonly view: DataView;
  /** Where each cell begins in `data`, and where it ends; of a quoted one, inside the quotes. Record after record. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Record i has the cells `firsts[i]` to `firsts[i + 1] - 1`. */
  readonly firsts: Int32Array;
  /** The line on which each record begins, from 1. */
  readonly lines: Float64Array;
}

/** How far the search for records has come: written by {@link addBytes} and {@link scanRecords} alone. */
export interface CsvScan {
  count: number;
  data: Buffer;
  view: DataView;
  starts: Int32Array;
  ends: Int32Array;
  firsts: Int32Array;
  lines: Float64Array;
  /** Bytes in `data`. */
  size: number;
  /** Where the next record begins: all before it is done with. */
  at: number;
  /** The line on which it begins. */
  line: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;

/** Starts a scan at the first line of a file. */
export function startScan(): CsvScan {
  const data = Buffer.alloc(1024);
  return {
    count: 0,
    data,
    view: viewOf(data),
    starts: new Int32Array(1024),
    ends: new Int32Array(1024),
    firsts: new Int32Array(1024),
    lines: new Float64Array(1024),
    size: 0,
    at: 0,
    line: 1,
  };
}

/** Puts a further chunk behind what is left of the last one, whose records are gone then. The chunk is copied. */
export function addBytes(scan: CsvScan, chunk: Uint8Array): void {
  const rest = scan.size - scan.at;
  const needed = rest + chunk.length + SPARE_BYTES;
  const into = needed > scan.data.length ? Buffer.allocUnsafe(needed * 2) : scan.data;
  if (into !== scan.data || scan.at > 0) scan.data.copy(into, 0, scan.at, scan.size);
  into.set(chunk, rest);
  scan.count = 0;
  if (into !== scan.data) scan.view = viewOf(into);
  scan.data = into;
  scan.size = rest + chunk.length;
  scan.at = 0;
}

/**
 * Puts a piece of a file in the place of what a scan holds. The piece is not copied.
 *
 * @param data with {@link SPARE_BYTES} behind the `size` bytes that count; the first of them is written to
 */
export function setBytes(scan: CsvScan, data: Buffer, size: number): void {
  scan.data = data;
  scan.view = viewOf(data);
  scan.size = size;
  scan.count = 0;
  scan.at = 0;
  scan.line = 1;
}

/** More than there are: for the sentinel, and for words that begin at the last byte. */
export const SPARE_BYTES = 4;

/** A row that is larger is a mistake, such as a quote that is never closed, and would only fill the memory. */
export const MAX_ROW_BYTES = 1024 * 1024;

/** What is wrong with a record. */
export type Fault = keyof typeof FAULTS;

/** Why a record is none: what may follow "the row that begins here". */
export const FAULTS = {
  large: "is larger than 1 MiB; perhaps a quote is never closed.",
  unclosed: "has a quote that is never closed.",
  closed: 'has text after a closing quote; a quote inside a quoted cell is written twice ("").',
  opened: 'has a quote inside a cell; put the whole cell in quotes, and write that quote twice ("").',
} as const;

/**
 * Finds the records that are whole (RFC 4180; LF or CRLF ends one, blank lines are none), and stops at the first that is
 * not, or is broken.
 *
 * @param isLast whether no further bytes come: then the last record needs no line end
 * @returns what is wrong with the record at `scan.at`, on `scan.line`; undefined where nothing is
 */
export function scanRecords(scan: CsvScan, isLast: boolean): Fault | undefined {
  const { data, size } = scan;
  let { at, line, starts, ends, firsts, lines } = scan;
  let fault: Fault | undefined;
  let count = 0;
  let cells = 0;
  // What lies behind the data ends every cell, so that the search need not ask at each byte whether it is at the end.
  data[size] = LF;
  firsts[0] = 0;
  records: while (at < size) {
    if (data[at] === LF || (data[at] === CR && data[at + 1] === LF && at + 1 < size)) {
      at += data[at] === LF ? 1 : 2;
      line++;
      continue;
    }
    let newlines = 0;
    let place = at;
    let byte = COMMA;
    while (byte === COMMA) {
      let start = place;
      let end: number;
      byte = data[place]!;
      if (byte !== QUOTE) {
        // Above the comma lie digits, letters and all that is not ASCII: nearly every byte there is.
        while (byte > COMMA) byte = data[++place]!;
        while (byte !== COMMA && byte !== LF && byte !== QUOTE) byte = data[++place]!;
        end = place;
        if (byte !== COMMA) {
          if (byte === QUOTE) {
            fault = "opened";
            break records;
          }
          if (place === size && !isLast) break records;
          if (place < size && place > start && data[place - 1] === CR) end--;
        }
      } else {
        start = ++place;
        for (;;) {
          for (; place < size && (byte = data[place]!) !== QUOTE; place++) if (byte === LF) newlines++;
          if (place < size && (data[place + 1] !== QUOTE || place + 1 === size)) break;
          if (place >= size) {
            if (isLast) fault = "unclosed";
            break records;
          }
          place += 2;
        }
        end = place++;
        if (data[place] === CR && data[place + 1] === LF && place + 1 < size) place++;
        // Behind the quote may come another one, behind a CR an LF.
        if (!isLast && place + (data[place] === CR ? 1 : 0) >= size) break records;
        byte = data[place]!;
        if (byte !== COMMA && byte !== LF) {
          fault = "closed";
          break records;
        }
      }
      if (cells === starts.length) {
        starts = grown(starts);
        ends = grown(ends);
      }
      starts[cells] = start;
      ends[cells++] = end;
      place++;
    }
    if (ends[cells - 1]! - at > MAX_ROW_BYTES) {
      fault = "large";
      break;
    }
    if (count + 1 === lines.length) {
      lines = grown(lines);
      firsts = grown(firsts);
    }
    lines[count++] = line;
    firsts[count] = cells;
    line += 1 + newlines;
    at = Math.min(place, size);
  }
  if (size - at > MAX_ROW_BYTES) fault ??= "large";
  Object.assign(scan, { count, at, line, starts, ends, firsts, lines });
  return fault;
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

function grown<T extends Int32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
