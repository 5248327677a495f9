import type { Pipeline } from "../model/pipeline.ts";
import { Refusal, type Value } from "../model/step.ts";
import type { CsvRecords } from "./csv-scan.ts";
import { createRowReader } from "./row-reader.ts";

/** The way from the records of one raw CSV file to rows of a training set, or of an inference set. */
export interface RowEncoder {
  /** What it makes, in words. */
  readonly kind: string;
  /** Names of the columns it makes. */
  readonly columns: readonly string[];
  /** How many of them, the first ones, are targets: none in an inference set. */
  readonly targets: number;
  /** Columns of the file that it does not look at. */
  readonly ignored: readonly string[];
  /**
   * Record i of a batch → its columns' values, NaN where missing; undefined where it does not fit.
   *
   * @returns the same array each time
   */
  readonly encode: (batch: CsvRecords, i: number) => Float64Array | undefined;
  /** Why {@link encode} gave undefined, each reason a sentence without its full stop. */
  readonly explain: (batch: CsvRecords, i: number) => readonly string[];
}

/**
 * Compiles the encoder of a file: with the target's column it makes a training set, without it an inference set.
 *
 * @param name the file's, for messages
 * @param headerLine the line of its header
 * @throws {InputError} naming every input's column that the header lacks
 */
export function createRowEncoder(
  pipeline: Pipeline,
  header: readonly string[],
  name: string,
  headerLine: number,
): RowEncoder {
  const { inputs, columns, targetColumns } = pipeline;
  const targetNames = targetColumns.map(({ input }) => input.spec.name);
  const trains = targetNames.some((target) => header.includes(target));
  const targets = trains ? targetColumns : [];
  const wanted = [...inputs, ...targets.map(({ input }) => input)];
  const { readRecord, explainRecord, ignored } = createRowReader(wanted, header, name, headerLine);
  const values = new Float64Array(targets.length + columns.length);
  return {
    kind: trains
      ? `training set (${targets.map(({ title }) => title).join(", ")}, then ${columns.length} features)`
      : `inference set (${columns.length} features; the raw file has no column ${targetNames.join(" or ")})`,
    columns: trains ? [...targetNames, ...columns] : columns,
    targets: targets.length,
    ignored,
    encode: (batch, i) => {
      const row = readRecord(batch, i);
      if (row === undefined) return undefined;
      for (let j = 0; j < targets.length; j++) {
        const encoded = targets[j]!.encode(row[inputs.length + j] as number);
        if (!Number.isFinite(encoded)) return undefined;
        values[j] = encoded;
      }
      return writeFeatures(pipeline, row, values, targets.length) ? values : undefined;
    },
    explain: (batch, i) => {
      const row = readRecord(batch, i);
      if (row === undefined) return explainRecord(batch, i);
      return [
        ...pipeline.explain(row).map(({ input, detail }) => `${input} ${detail}`),
        ...targets.flatMap(({ encode, title }, j) => {
          const value = row[inputs.length + j] as number;
          if (Number.isFinite(encode(value))) return [];
          return [`${targetNames[j]}: the ${title} is not finite for ${value}`];
        }),
      ];
    },
  };
}

function writeFeatures(
  pipeline: Pipeline,
  row: readonly Value[],
  values: Float64Array,
  start: number,
): boolean {
  try {
    return pipeline.fill(row, values, start);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
