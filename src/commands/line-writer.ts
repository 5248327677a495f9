import { LONGEST_NUMBER, writeNumber } from "./cell-number.ts";

/** Text that is being made, as bytes. */
export interface LineBuffer {
  bytes: Buffer;
  size: number;
}

/** Puts a row's values behind what a buffer holds, as one line with its end. */
export type LineWriter = (buffer: LineBuffer, values: Float64Array) => void;

const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const LF = 0x0a;

/** An empty buffer, which grows as it is written to. */
export function createLineBuffer(): LineBuffer {
  return { bytes: Buffer.allocUnsafe(64 * 1024), size: 0 };
}

/** A row as CSV; a missing value is an empty cell. */
export const writeCsvLine: LineWriter = (buffer, values) => {
  makeRoom(buffer, values.length * (LONGEST_NUMBER + 1));
  const { bytes } = buffer;
  let at = buffer.size;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (i > 0) bytes[at++] = COMMA;
    if (!Number.isNaN(value)) at = writeNumber(bytes, at, value);
  }
  bytes[at++] = LF;
  buffer.size = at;
};

/**
 * Writes rows as `label index:value …`, the form of LIBSVM. XGBoost counts the columns from 0, and takes for missing what
 * is not there: so every value is written, zeros too, but for the missing ones. `model/formats.ts` writes the same as text,
 * which takes three times as long.
 *
 * @param targets how many of the values, the first ones, are labels: 1 or none. Without one the label is 0, because loaders
 *   of such files take the first word for a label, whatever it is
 */
export function libsvmWriter(targets: number): LineWriter {
  return (buffer, values) => {
    makeRoom(buffer, (values.length + 1) * 2 * (LONGEST_NUMBER + 1));
    const { bytes } = buffer;
    let at = writeNumber(bytes, buffer.size, targets === 0 ? 0 : values[0]!);
    for (let i = targets; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      bytes[at++] = SPACE;
      at = writeNumber(bytes, at, i - targets);
      bytes[at++] = COLON;
      at = writeNumber(bytes, at, value);
    }
    bytes[at++] = LF;
    buffer.size = at;
  };
}

function makeRoom(buffer: LineBuffer, bytes: number): void {
  const needed = buffer.size + bytes + 1;
  if (needed <= buffer.bytes.length) return;
  const larger = Buffer.allocUnsafe(needed * 2);
  buffer.bytes.copy(larger, 0, 0, buffer.size);
  buffer.bytes = larger;
}
