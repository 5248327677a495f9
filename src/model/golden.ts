import { Problem } from "../errors.ts";
import type { Pipeline } from "./pipeline.ts";
import { isRecord } from "./record.ts";
import type { Predicted } from "./target/prediction.ts";

/** A row with the CSV and the prediction that it must give. */
export interface GoldenRow {
  readonly features: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly csv: string;
  /** As a client gets it; an object may leave out what is not to be compared. */
  readonly prediction: Predicted;
}

/** A cell of a golden row that the model file no longer gives. Rows and columns count from 1, as in a text file. */
export interface GoldenDifference {
  readonly row: number;
  readonly column: string;
  readonly expected: string;
  readonly got: string;
}

/** Encodes golden rows, and lists every cell that differs from what they hold. Cells compare as text. */
export function replayGolden(pipeline: Pipeline, golden: readonly GoldenRow[]): GoldenDifference[] {
  return golden.flatMap((row, i) => {
    const encoded = encodeGolden(pipeline, row, i);
    if (typeof encoded !== "string") return [encoded];
    const expected = row.csv.split(",");
    const got = encoded.split(",");
    return Array.from({ length: Math.max(expected.length, got.length) }, (_, j) => ({
      row: i + 1,
      column: pipeline.columns[j] ?? `column ${j + 1}`,
      expected: expected[j] ?? "nothing",
      got: got[j] ?? "nothing",
    })).filter((cell) => cell.expected !== cell.got);
  });
}

function encodeGolden(
  pipeline: Pipeline,
  { features, csv }: GoldenRow,
  i: number,
): string | GoldenDifference {
  try {
    return pipeline.encode([pipeline.readFeatures(features, i)])[0]!;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const start = `/instances/${i}`.length;
    const got = error.errors!.map(({ pointer, detail }) => `${pointer.slice(start)} ${detail}`).join("; ");
    return { row: i + 1, column: "features", expected: csv, got };
  }
}

/** Between a golden prediction and the endpoint's lie a few float32 roundings, and an expm1 that magnifies them. */
const RELATIVE_TOLERANCE = 1e-4;

/** Near 0 a sum of trees is only as exact as its terms, whatever little is left of them. */
const ABSOLUTE_TOLERANCE = 1e-6;

/**
 * Whether an endpoint's prediction is the golden one: labels and names are the same, numbers nearly so. What the golden
 * one leaves out may be anything; probabilities may stand in any order, which rounding can change where two are alike.
 */
export function agrees(prediction: unknown, golden: unknown): boolean {
  if (typeof golden === "number" && typeof prediction === "number") return isNear(prediction, golden);
  if (Array.isArray(golden)) {
    return (
      Array.isArray(prediction) &&
      prediction.length === golden.length &&
      golden.every((one) => prediction.some((other) => agrees(other, one)))
    );
  }
  if (!isRecord(golden)) return prediction === golden;
  return (
    isRecord(prediction) &&
    Object.entries(golden).every(([key, value]) =>
      key === "label"
        ? prediction[key] === value
        : Object.hasOwn(prediction, key) && agrees(prediction[key], value),
    )
  );
}

function isNear(prediction: number, golden: number): boolean {
  return Math.abs(prediction - golden) <= RELATIVE_TOLERANCE * Math.abs(golden) + ABSOLUTE_TOLERANCE;
}

/** Whether a golden row's prediction can be compared: a finite number, or an object of such things and labels. */
export function isPrediction(value: unknown): value is Predicted {
  return Number.isFinite(value) || (isRecord(value) && Object.keys(value).length > 0);
}
