import { Refusal } from "../model/step.ts";
import { NOWHERE, copyText, countMiss, findText, keepText } from "./cell-texts.ts";
import { widthOf } from "./csv.ts";
import type { CsvRecords } from "./csv-scan.ts";
import { type CellWriter, LONGEST_CELL, type LineBuffer, makeRoom } from "./line-writer.ts";
import type { Piece, RowEncoder } from "./row-encoder.ts";
import { ALL, DATE, type Part, SEVERAL, partsOf, withoutGivenUp } from "./row-parts.ts";

/**
 * Writes record i of a batch behind what a buffer holds, as one line with its end.
 *
 * @returns whether the record fits; where it does not, nothing is written
 */
export type RowWriter = (buffer: LineBuffer, batch: CsvRecords, i: number) => boolean;

const LF = 0x0a;
const QUOTE = 0x22;

/** In the place of a place: what does not fit. */
const UNFIT = -1;

/** Compiles the way from records to lines. What was written for a cell is copied where the same cell comes again. */
export function createRowWriter(encoder: RowEncoder, writeCell: CellWriter): RowWriter {
  const { values } = encoder;
  const { width, places, readInput } = encoder.reader;
  const unused = unusedInputs(encoder);
  let parts = partsOf(encoder.pieces, places);
  const room = (encoder.columns.length + 1) * LONGEST_CELL;
  // Of each input, the record that it was last read of.
  const readAt = new Float64Array(places.length);
  let record = 0;
  // Whether a part has been given up.
  let hasNew = false;
  const readInputs = (inputs: readonly number[], batch: CsvRecords, i: number): boolean => {
    for (let j = 0; j < inputs.length; j++) {
      const input = inputs[j]!;
      if (readAt[input] === record) continue;
      if (!readInput(batch, i, input)) return false;
      readAt[input] = record;
    }
    return true;
  };
  const writePiece = (
    { inputs, first, end, fill }: Piece,
    { bytes }: LineBuffer,
    batch: CsvRecords,
    i: number,
    from: number,
  ): number => {
    if (!readInputs(inputs, batch, i) || !fill()) return UNFIT;
    let at = from;
    for (let column = first; column < end; column++) at = writeCell(bytes, at, column, values[column]!);
    return at;
  };
  const writePart = (part: Part, buffer: LineBuffer, batch: CsvRecords, i: number, from: number): number => {
    const { texts, halves } = part;
    const { firsts, starts, ends, view } = batch;
    let start = starts[firsts[i]! + part.first]!;
    let end = ends[firsts[i]! + part.last]!;
    let found = NOWHERE;
    if (!texts.isOff) {
      if (part.sees === ALL) found = findText(texts, view, start, end);
      else if (part.sees === SEVERAL) {
        if (!isQuoted(batch, start)) found = findText(texts, view, start, end);
      } else if (isPlainTime(end - start)) {
        if (part.sees === DATE) end = start + DATE_BYTES;
        else start += DATE_BYTES;
        found = findText(texts, view, start, end);
      }
      if (found >= 0) return copyText(texts, found, buffer.view, from);
    }
    let at = from;
    if (halves.length === 0) at = writePiece(part.piece, buffer, batch, i, at);
    else for (let h = 0; h < 2 && at !== UNFIT; h++) at = writePart(halves[h]!, buffer, batch, i, at);
    if (at === UNFIT || texts.isOff) return at;
    countMiss(texts, record);
    if (texts.isOff) hasNew = true;
    if (found !== NOWHERE) keepText(texts, view, start, end, found, buffer.view, from, at);
    return at;
  };
  const writeRecord: RowWriter = (buffer, batch, i) => {
    record++;
    if (widthOf(batch, i) !== width || !readInputs(unused, batch, i)) return false;
    makeRoom(buffer, room);
    let at = buffer.size;
    for (let p = 0; p < parts.length; p++) {
      at = writePart(parts[p]!, buffer, batch, i, at);
      if (at === UNFIT) return false;
    }
    buffer.bytes[at] = LF;
    buffer.size = at + 1;
    if (hasNew) parts = withoutGivenUp(parts);
    hasNew = false;
    return true;
  };
  return (buffer, batch, i) => {
    try {
      return writeRecord(buffer, batch, i);
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  };
}

/** They make no column, but their cells must fit too. */
function unusedInputs({ pieces, reader }: RowEncoder): number[] {
  const used = new Set(pieces.flatMap(({ inputs }) => inputs));
  return [...reader.places.keys()].filter((input) => !used.has(input));
}

/** Length of `2012-12-19`. */
const DATE_BYTES = 10;

/** Whether that is the length of `2012-12-19`, `2012-12-19 17:00` or `2012-12-19 17:00:00`: no other time has it. */
function isPlainTime(length: number): boolean {
  return length === DATE_BYTES || length === 16 || length === 19;
}

/**
 * Whether the cell that begins there has quotes around it. Then the bytes of several cells do not tell what they are:
 * `"a,",b` and `a,",b"` have the same between the first cell's beginning and the last one's end.
 */
function isQuoted({ data }: CsvRecords, start: number): boolean {
  return start > 0 && data[start - 1] === QUOTE;
}
