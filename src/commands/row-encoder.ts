import { isDeepStrictEqual } from "node:util";
import type { FeatureSpec } from "../model/feature.ts";
import type { Pipeline } from "../model/pipeline.ts";
import type { Row } from "../model/request.ts";
import { Refusal } from "../model/step.ts";
import { stepOf } from "../model/steps.ts";
import type { CsvRecords } from "./csv-scan.ts";
import { type RowReader, createRowReader } from "./row-reader.ts";

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
  /** What {@link encode} consists of, for making a row piece by piece: one after the other, in the order of the columns. */
  readonly reader: RowReader;
  readonly pieces: readonly Piece[];
  readonly values: Float64Array;
}

/** Columns that stand together and are made together: of the same values of a row. */
export interface Piece {
  /** From this column on, up to `end`. */
  readonly first: number;
  readonly end: number;
  /** The places in a row of what they are made from. */
  readonly inputs: readonly number[];
  /** Of a date-time, what alone they are made from: its date or its time of day. */
  readonly sees: "date" | "time" | undefined;
  /**
   * Makes them from the row that was read.
   *
   * @returns whether they fit
   * @throws {Refusal} where they do not
   */
  readonly fill: () => boolean;
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
  const reader = createRowReader(wanted, header, name, headerLine);
  const { readRecord, explainRecord, ignored, row } = reader;
  const values = new Float64Array(targets.length + columns.length);
  const fillTarget = (j: number): boolean => {
    const encoded = targets[j]!.encode(row[inputs.length + j] as number);
    values[j] = encoded;
    return Number.isFinite(encoded);
  };
  return {
    kind: trains
      ? `training set (${targets.map(({ title }) => title).join(", ")}, then ${columns.length} features)`
      : `inference set (${columns.length} features; the raw file has no column ${targetNames.join(" or ")})`,
    columns: trains ? [...targetNames, ...columns] : columns,
    targets: targets.length,
    ignored,
    encode: (batch, i) => {
      if (readRecord(batch, i) === undefined) return undefined;
      for (let j = 0; j < targets.length; j++) if (!fillTarget(j)) return undefined;
      try {
        return pipeline.fill(row, values, targets.length) ? values : undefined;
      } catch (error) {
        if (error instanceof Refusal) return undefined;
        throw error;
      }
    },
    explain: (batch, i) => {
      if (readRecord(batch, i) === undefined) return explainRecord(batch, i);
      return [
        ...pipeline.explain(row).map(({ input, detail }) => `${input} ${detail}`),
        ...targets.flatMap(({ encode, title }, j) => {
          const value = row[inputs.length + j] as number;
          if (Number.isFinite(encode(value))) return [];
          return [`${targetNames[j]}: the ${title} is not finite for ${value}`];
        }),
      ];
    },
    reader,
    pieces: [
      ...targets.map((_, j) => ({
        first: j,
        end: j + 1,
        inputs: [inputs.length + j],
        sees: undefined,
        fill: () => fillTarget(j),
      })),
      ...featurePieces(pipeline, row, values, targets.length),
    ],
    values,
  };
}

/** Neighbours that are made from the same inputs, or the same of a date-time, are one piece. */
function featurePieces(
  { inputs, features, featureColumns, fill }: Pipeline,
  row: Row,
  values: Float64Array,
  start: number,
): Piece[] {
  const names = inputs.map(({ spec }) => spec.name);
  const pieces: Piece[] = [];
  let end = start;
  for (let i = 0; i < features.length;) {
    const [first, firstFeature, { from }, sees] = [end, i, features[i]!, seenBy(features[i]!)];
    do end += featureColumns[i++]!.length;
    while (
      i < features.length &&
      isDeepStrictEqual(features[i]!.from, from) &&
      seenBy(features[i]!) === sees
    );
    const endFeature = i;
    pieces.push({
      first,
      end,
      inputs: from.map((name) => names.indexOf(name)),
      sees,
      fill: () => fill(row, values, first, firstFeature, endFeature),
    });
  }
  return pieces;
}

/** Where the first step sees the date alone, or the time, so does the feature. */
function seenBy({ steps }: FeatureSpec): Piece["sees"] {
  const [first] = steps;
  return first === undefined ? undefined : stepOf(first.name).sees?.(first.parameters as never);
}
