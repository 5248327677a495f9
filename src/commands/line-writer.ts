import { LONGEST_NUMBER, writeNumber } from "./cell-number.ts";

/** Text that is being made, as bytes; the memory is its alone. */
export interface LineBuffer {
  bytes: Buffer;
  /** The same bytes. */
  view: DataView;
  size: number;
}

/**
 * Writes a column's value, NaN where it is missing, with what stands between it and the column before.
 *
 * @param bytes with room for {@link LONGEST_CELL} bytes
 * @returns the place behind what was written
 */
export type CellWriter = (bytes: Uint8Array, at: number, column: number, value: number) => number;

/** A column, its number and what is between them may take so many bytes. */
export const LONGEST_CELL = 2 * (LONGEST_NUMBER + 1);

const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const ZERO = 0x30;
const LETTER_A = 0x61;
const LETTER_N = 0x6e;

/** An empty buffer, which grows as it is written to. */
export function createLineBuffer(): LineBuffer {
  return lineBufferOf(Buffer.allocUnsafeSlow(64 * 1024).buffer, 0);
}

/** A buffer over memory that is there; its first bytes are the text. */
export function lineBufferOf(memory: ArrayBuffer, size: number): LineBuffer {
  return { bytes: Buffer.from(memory), view: new DataView(memory), size };
}

/** Makes sure that so many bytes more can be written. */
export function makeRoom(buffer: LineBuffer, bytes: number): void {
  const needed = buffer.size + bytes;
  if (needed <= buffer.bytes.length) return;
  const larger = lineBufferOf(Buffer.allocUnsafeSlow(needed * 2).buffer, buffer.size);
  buffer.bytes.copy(larger.bytes, 0, 0, buffer.size);
  Object.assign(buffer, larger);
}

/** Writes rows as CSV; a missing value is an empty cell. */
export const writeCsvCell: CellWriter = (bytes, at, column, value) => {
  let place = at;
  if (column > 0) bytes[place++] = COMMA;
  return Number.isNaN(value) ? place : writeNumber(bytes, place, value);
};

/**
 * Writes rows of one column in all as CSV. Where that is missing the line would be empty, and readers of CSV pass over empty
 * lines: it holds `nan`, which they take for missing, as what `model/formats.ts` sends to an endpoint.
 */
export const writeOnlyCsvCell: CellWriter = (bytes, at, _, value) => {
  if (!Number.isNaN(value)) return writeNumber(bytes, at, value);
  bytes[at] = bytes[at + 2] = LETTER_N;
  bytes[at + 1] = LETTER_A;
  return at + 3;
};

/**
 * Writes rows as `label index:value …`, the form of LIBSVM. XGBoost counts the columns from 0, and takes for missing what
 * is not there: so every value is written, zeros too, but for the missing ones. `model/formats.ts` writes the same as text,
 * which takes three times as long.
 *
 * @param targets how many of the columns, the first ones, are labels: 1 or none. Without one the label is 0, because loaders
 *   of such files take the first word for a label, whatever it is
 */
export function libsvmCellWriter(targets: number): CellWriter {
  return (bytes, at, column, value) => {
    if (column < targets) return writeNumber(bytes, at, value);
    let place = at;
    if (column === 0) bytes[place++] = ZERO;
    if (Number.isNaN(value)) return place;
    bytes[place++] = SPACE;
    place = writeNumber(bytes, place, column - targets);
    bytes[place++] = COLON;
    return writeNumber(bytes, place, value);
  };
}
