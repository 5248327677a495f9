import type { Fault } from "./csv-scan.ts";
import { type LineBuffer, createLineBuffer, lineBufferOf } from "./line-writer.ts";

/** What was made of some records that follow one another. */
export interface Encoded {
  /** The lines of those that fit. */
  text: LineBuffer;
  /** Of each record, where its line ends in the text; of one that does not fit, where the line before it does. */
  ends: Int32Array;
  /** How many records were looked at. */
  count: number;
  /** Those that do not fit, in their order. */
  refused: Refused[];
  /** How many lines of the file they take. */
  lines: number;
  /** What is wrong with the record behind them. */
  fault: Fault | undefined;
}

/** A record that does not fit. */
export interface Refused {
  /** Its place among the records, and the line on which it begins, counted from 1 at the first of them. */
  readonly i: number;
  readonly line: number;
  /** Sentences without their full stop. */
  readonly reasons: readonly string[];
  readonly cells: readonly string[];
}

/** The same, as it goes from thread to thread: its memory is handed over, not copied. */
export interface PackedEncoded extends Omit<Encoded, "text" | "ends"> {
  readonly text: ArrayBuffer;
  readonly size: number;
  readonly ends: ArrayBuffer;
}

/** Makes room for what will be made; it grows as it is written to, and is used again. */
export function createEncoded(): Encoded {
  return {
    text: createLineBuffer(),
    ends: new Int32Array(1024),
    count: 0,
    refused: [],
    lines: 0,
    fault: undefined,
  };
}

/** Empties it, and makes room for so many records. */
export function clearEncoded(encoded: Encoded, records: number): void {
  if (encoded.ends.length < records) encoded.ends = new Int32Array(2 * records);
  encoded.text.size = 0;
  encoded.count = 0;
  encoded.refused = [];
  encoded.lines = 0;
  encoded.fault = undefined;
}

export function packEncoded({ text, ends, ...rest }: Encoded): PackedEncoded {
  return {
    ...rest,
    text: text.bytes.buffer as ArrayBuffer,
    size: text.size,
    ends: ends.buffer as ArrayBuffer,
  };
}

export function unpackEncoded({ text, size, ends, ...rest }: PackedEncoded): Encoded {
  return { ...rest, text: lineBufferOf(text, size), ends: new Int32Array(ends) };
}
