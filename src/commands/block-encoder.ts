import { UsageError } from "../errors.ts";
import type { CsvBlock } from "./csv-blocks.ts";
import { recordCells } from "./csv-records.ts";
import { type CsvRecords, type CsvScan, scanRecords, setBytes, startScan } from "./csv-scan.ts";
import { type Encoded, clearEncoded } from "./encoded.ts";
import { type CellWriter, libsvmCellWriter, writeCsvCell, writeOnlyCsvCell } from "./line-writer.ts";
import type { RowEncoder } from "./row-encoder.ts";
import { type RowWriter, createRowWriter } from "./row-writer.ts";

/** The form of the lines that are written. */
export type Format = "csv" | "libsvm";

/** What becomes of the records of one file. */
export interface Encoding {
  readonly format: Format;
  /** Whether a row that does not fit leaves the others to be made; else it ends the file. */
  readonly goesOn: boolean;
}

/** The way from pieces of one file to lines. */
export interface BlockEncoder {
  /** Fills `into` with what becomes of a block's records. */
  readonly encodeBlock: (block: CsvBlock, into: Encoded) => void;
  /** The same for records that have been found already, from record `from` on. */
  readonly encodeRecords: (scan: CsvScan, from: number, into: Encoded) => void;
}

/**
 * Compiles it.
 *
 * @throws {UsageError} where the rows have no such form
 */
export function createBlockEncoder(encoder: RowEncoder, { format, goesOn }: Encoding): BlockEncoder {
  const write = createRowWriter(encoder, cellWriterOf(format, encoder));
  const own = startScan();
  const encodeRecords = (scan: CsvScan, from: number, into: Encoded): void => {
    clearEncoded(into, scan.count - from);
    for (let at = from; at < scan.count;) {
      at = writeRecords(write, scan, at, from, into);
      if (at === scan.count) break;
      into.refused.push({
        i: at - from,
        line: scan.lines[at]!,
        reasons: encoder.explain(scan, at),
        cells: goesOn ? recordCells(scan, at) : [],
      });
      into.ends[at - from] = into.text.size;
      at++;
      if (!goesOn) break;
    }
    into.count = scan.count - from;
    into.lines = scan.line - 1;
  };
  return {
    encodeRecords,
    encodeBlock: ({ data, size, isWhole }, into) => {
      setBytes(own, data, size);
      const fault = scanRecords(own, isWhole);
      encodeRecords(own, 0, into);
      into.fault = fault;
    },
  };
}

/**
 * A function of its own: so small it is compiled well.
 *
 * @returns the first record, from record `at` on, that does not fit; their count where all do
 */
function writeRecords(
  write: RowWriter,
  records: CsvRecords,
  at: number,
  first: number,
  { text, ends }: Encoded,
): number {
  const { count } = records;
  let i = at;
  for (; i < count && write(text, records, i); i++) ends[i - first] = text.size;
  return i;
}

function cellWriterOf(format: Format, { targets, columns }: RowEncoder): CellWriter {
  if (format === "csv") return columns.length === 1 ? writeOnlyCsvCell : writeCsvCell;
  if (targets <= 1) return libsvmCellWriter(targets);
  throw new UsageError(`--format libsvm: a row has one label, but the model has ${targets} targets.`);
}
