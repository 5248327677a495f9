/**
 * How containers write their answers. All say the same; what parses one does not parse the next. Sources: the
 * containers' code, AWS's pages on inference formats, and outputs of public notebooks.
 */
import { jsonFloat, reprFloat } from "./python-repr.ts";

/** The text of an answer. */
export interface Answer {
  readonly contentType: string;
  readonly body: string;
}

/** Writes scores, `outputs` to a row. */
type Encode = (scores: Float32Array, outputs: number) => Answer;

const CSV = "text/csv; charset=utf-8";
const JSON_TYPE = "application/json";
const JSON_LINES = "application/jsonlines";

/**
 * One text a row. A row of several outputs is Python's print of a list, in CSV and in JSON: what `str` and
 * `json.dumps` make of numpy's `tolist()` (read in the container's source; no public sample of it was found).
 */
export function printRows(scores: Float32Array, outputs: number, print: (score: number) => string): string[] {
  const texts: string[] = [];
  for (let start = 0; start < scores.length; start += outputs) {
    texts.push(
      outputs === 1
        ? print(scores[start]!)
        : `[${Array.from(scores.subarray(start, start + outputs), print).join(", ")}]`,
    );
  }
  return texts;
}

const csvOf =
  (write: (rows: string[]) => string): Encode =>
  (scores, outputs) => ({ contentType: CSV, body: write(printRows(scores, outputs, reprFloat)) });

const jsonOf =
  (write: (rows: string[]) => string, contentType = JSON_TYPE): Encode =>
  (scores, outputs) => ({ contentType, body: write(printRows(scores, outputs, jsonFloat)) });

const listOf = (rows: readonly string[]): string => `[${rows.join(", ")}]`;
const objectsOf = (key: string, rows: readonly string[]): string[] => rows.map((row) => `{"${key}": ${row}}`);

/** Every dialect, by the name that a fault selects it with. */
export const dialects = Object.freeze({
  /** XGBoost ≥ 1.2-2: one value a line. */
  lines: csvOf((rows) => `${rows.join("\n")}\n`),
  /** XGBoost ≤ 1.2-1: one line, no line feed at its end. */
  "comma-line": csvOf((rows) => rows.join(",")),
  /** Selectable output: no line feed at the end, lists in quotes. */
  "quoted-lines": csvOf((rows) => rows.map((row) => (row.startsWith("[") ? `"${row}"` : row)).join("\n")),
  /** AutoGluon's CSV: a header. */
  "header-lines": csvOf((rows) => `prediction\n${rows.join("\n")}\n`),
  /** XGBoost in multi-model and script mode, scikit-learn, PyTorch: a bare list. */
  "json-list": jsonOf(listOf),
  /** XGBoost ≥ 1.2-2 when asked for JSON, Linear Learner, Factorization Machines. */
  "json-score": jsonOf((rows) => `{"predictions": ${listOf(objectsOf("score", rows))}}`),
  /** XGBoost's selectable output. */
  "json-predicted-score": jsonOf((rows) => `{"predictions": ${listOf(objectsOf("predicted_score", rows))}}`),
  /** TensorFlow Serving, of a model with one output a row. */
  "json-predictions": jsonOf((rows) => `{"predictions": ${listOf(rows)}}`),
  /** TensorFlow Serving, as Keras' dense layers have it: a list for each row. */
  "json-nested": jsonOf(
    (rows) => `{"predictions": ${listOf(rows.map((row) => (row.startsWith("[") ? row : `[${row}]`)))}}`,
  ),
  /** LightGBM, CatBoost and TabTransformer of JumpStart. */
  "json-prediction": jsonOf((rows) => `{"prediction": ${listOf(rows)}}`),
  /** Random Cut Forest. */
  "json-scores": jsonOf((rows) => `{"scores": ${listOf(objectsOf("score", rows))}}`),
  /** AutoGluon: a pandas frame by column. */
  "json-columns": jsonOf(
    (rows) => `{"prediction": {${rows.map((row, index) => `"${index}": ${row}`).join(", ")}}}`,
  ),
  /** Linear Learner and its like. */
  jsonlines: jsonOf((rows) => `${objectsOf("score", rows).join("\n")}\n`, JSON_LINES),
  /** XGBoost's selectable output. */
  "jsonlines-predicted-score": jsonOf((rows) => objectsOf("predicted_score", rows).join("\n"), JSON_LINES),
}) satisfies Readonly<Record<string, Encode>>;

/** The name of a dialect. */
export type Dialect = keyof typeof dialects;
