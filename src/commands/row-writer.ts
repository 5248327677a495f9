import { Refusal } from "../model/step.ts";
import { type CellTexts, NOWHERE, copyText, createCellTexts, findText, keepText } from "./cell-texts.ts";
import { widthOf } from "./csv.ts";
import type { CsvRecords } from "./csv-scan.ts";
import { type CellWriter, LONGEST_CELL, type LineBuffer, makeRoom } from "./line-writer.ts";
import type { Piece, RowEncoder } from "./row-encoder.ts";

/**
 * Writes record i of a batch behind what a buffer holds, as one line with its end.
 *
 * @returns whether the record fits; where it does not, nothing is written
 */
export type RowWriter = (buffer: LineBuffer, batch: CsvRecords, i: number) => boolean;

/** A piece, and what was written for the cells that alone it is made from. */
interface Part extends Piece {
  /** Which of a record's cells that is. */
  readonly place: number;
  /** Of use where there is one such cell alone. */
  readonly texts: CellTexts;
}

const LF = 0x0a;

/** Compiles the way from records to lines. What was written for a cell is copied where the same cell comes again. */
export function createRowWriter(encoder: RowEncoder, writeCell: CellWriter): RowWriter {
  const { values } = encoder;
  const { width, places, readInput } = encoder.reader;
  const unused = unusedInputs(encoder);
  const parts = encoder.pieces.map((piece) => partOf(piece, places));
  const room = (encoder.columns.length + 1) * LONGEST_CELL;
  // Of each input, the record that it was last read of.
  const readAt = new Float64Array(places.length);
  let record = 0;
  const readInputs = (inputs: readonly number[], batch: CsvRecords, i: number): boolean => {
    for (let j = 0; j < inputs.length; j++) {
      const input = inputs[j]!;
      if (readAt[input] === record) continue;
      if (!readInput(batch, i, input)) return false;
      readAt[input] = record;
    }
    return true;
  };
  const writeRecord: RowWriter = (buffer, batch, i) => {
    record++;
    if (widthOf(batch, i) !== width || !readInputs(unused, batch, i)) return false;
    makeRoom(buffer, room);
    const { bytes, view } = buffer;
    const cells = batch.firsts[i]!;
    let at = buffer.size;
    for (let p = 0; p < parts.length; p++) {
      const { texts, place, inputs, first, end, fill } = parts[p]!;
      const k = cells + place;
      const found = texts.isOff ? NOWHERE : findText(texts, batch, k);
      if (found >= 0) {
        at = copyText(texts, found, view, at);
        continue;
      }
      if (!readInputs(inputs, batch, i) || !fill()) return false;
      const from = at;
      for (let column = first; column < end; column++) at = writeCell(bytes, at, column, values[column]!);
      if (found !== NOWHERE) keepText(texts, batch, k, found, view, from, at, record);
    }
    bytes[at++] = LF;
    buffer.size = at;
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

/** Of a text, in bytes. */
const LARGEST_ROOM = 256;

function partOf({ first, end, inputs, fill }: Piece, places: readonly number[]): Part {
  // Where there are many columns most of them hold a single digit.
  const room = Math.min((end - first + 1) * 16, LARGEST_ROOM);
  const texts = createCellTexts(room);
  texts.isOff = inputs.length > 1;
  // Field by field, so that all parts are of one shape: they are asked for in a loop that runs a million times.
  return { first, end, inputs, fill, place: places[inputs[0]!]!, texts };
}
