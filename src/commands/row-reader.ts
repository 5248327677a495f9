import type { Input } from "../model/inputs.ts";
import type { Value } from "../model/step.ts";
import { type CellReader, createCellReader } from "./cell-reader.ts";
import { explainWidth, findColumns, widthOf } from "./csv.ts";
import { recordCells } from "./csv-records.ts";
import type { CsvRecords } from "./csv-scan.ts";

/** The way from the cells of one CSV file to the values that a pipeline takes. */
export interface RowReader {
  /** Columns of the file that it does not look at. */
  readonly ignored: readonly string[];
  /**
   * Record i of a batch → its values, in the order of the inputs; undefined where it does not fit.
   *
   * @returns the same array each time
   */
  readonly readRecord: (batch: CsvRecords, i: number) => readonly Value[] | undefined;
  /** That array. */
  readonly row: readonly Value[];
  /** How many cells a record must have. */
  readonly width: number;
  /** Of each input, which of a record's cells is its own. */
  readonly places: readonly number[];
  /** Reads one input of a record of that width into the array; false where its cell does not fit. */
  readonly readInput: (batch: CsvRecords, i: number, input: number) => boolean;
  /** Why {@link readRecord} gave undefined: each cell that does not fit, and why, as a sentence without its full stop. */
  readonly explainRecord: (batch: CsvRecords, i: number) => string[];
}

/** A column that is read: its place in the file, and how a cell of it becomes a value. */
interface Column {
  readonly index: number;
  readonly input: Input;
  readonly readCell: CellReader;
}

/**
 * Finds the inputs' columns in a file's header, by name and in any order.
 *
 * @param name the file's, for messages
 * @param headerLine the line of its header
 * @throws {InputError} naming every input's column that the header lacks
 */
export function createRowReader(
  inputs: readonly Input[],
  header: readonly string[],
  name: string,
  headerLine: number,
): RowReader {
  const names = inputs.map((input) => input.spec.name);
  const places = findColumns(header, names, `${name}:${headerLine}`);
  const columns = inputs.map((input, i): Column => ({
    index: places[i]!,
    input,
    readCell: createCellReader(input),
  }));
  const width = header.length;
  // Numbers alone, none of them whole, make an array that holds doubles as they are, without a box around each.
  const values: Value[] = columns.map(({ input }) => (input.kind === "category" ? null : 0.5));
  const readInput = (batch: CsvRecords, i: number, j: number): boolean => {
    const { index, readCell } = columns[j]!;
    const value = readCell(batch, batch.firsts[i]! + index);
    if (value === undefined) return false;
    values[j] = value;
    return true;
  };
  return {
    row: values,
    width,
    places,
    readInput,
    ignored: header.filter((column) => !names.includes(column)),
    readRecord: (batch, i) => {
      if (widthOf(batch, i) !== width) return undefined;
      for (let j = 0; j < columns.length; j++) if (!readInput(batch, i, j)) return undefined;
      return values;
    },
    explainRecord: (batch, i) => {
      const cells = recordCells(batch, i);
      return cells.length === width ? explainCells(columns, cells) : [explainWidth(cells.length, width)];
    },
  };
}

/** What is wrong with a row: an entry for each of its cells that does not fit. */
function explainCells(columns: readonly Column[], cells: readonly string[]): string[] {
  return columns.flatMap(({ index, input }) => {
    const cell = cells[index]!;
    const value = input.fromCell(cell);
    if (input.read(value) !== undefined) return [];
    return [`${input.spec.name} ${cell === "" ? "is empty" : input.explain(value)}`];
  });
}
