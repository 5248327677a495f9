/**
 * The XGBoost container's selectable inference: the environment variable SAGEMAKER_INFERENCE_OUTPUT says which numbers
 * it answers, and in which order. Read in `aws/sagemaker-xgboost-container`, algorithm_mode/serve_utils.py.
 */
import { Refusal } from "../container.ts";
import type { Answer } from "../dialects.ts";
import type { Model } from "../xgboost.ts";
import { jsonFloat, reprFloat } from "../python-repr.ts";

/** A number of Python's: `1` and `1.0` are printed as what they are. */
type Value = { readonly whole: number } | { readonly float: number } | readonly Value[];

const NAN: Value = { float: Number.NaN };

/** What every key makes of a row's outputs, for the objectives that know it; in the order of JSON. */
const KEYS: Readonly<Record<string, (objective: string, row: Float32Array, classes: number) => Value>> = {
  predicted_label: (objective, row) => {
    switch (objective) {
      case "binary:logistic":
        return { whole: Number(row[0]! > 0.5) };
      case "binary:logitraw":
        return { whole: Number(row[0]! > 0) };
      case "multi:softprob":
        return { whole: row.indexOf(largest(row)) };
      default:
        return { float: row[0]! };
    }
  },
  labels: (_, __, classes) => Array.from({ length: classes || 2 }, (___, whole) => ({ whole })),
  probability: largestOf,
  probabilities: eachOf,
  raw_score: largestOf,
  raw_scores: eachOf,
  predicted_score: (_, row) => ({ float: row[0]! }),
};

const CLASSES = ["predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores"];
const SCORES = ["predicted_label", "labels", "raw_score", "raw_scores"];

/** The keys of each objective; others are answered with NaN. */
const VALID: Readonly<Record<string, readonly string[]>> = {
  "reg:squarederror": ["predicted_score"],
  "reg:logistic": ["predicted_score"],
  "reg:absoluteerror": ["predicted_score"],
  "reg:gamma": ["predicted_score"],
  "reg:tweedie": ["predicted_score"],
  "binary:logistic": CLASSES,
  "binary:logitraw": SCORES,
  "binary:hinge": SCORES,
  "multi:softmax": SCORES,
  "multi:softprob": CLASSES,
};

function largest(row: Float32Array): number {
  return row.reduce((most, score) => Math.max(most, score), -Infinity);
}

function largestOf(_: string, row: Float32Array): Value {
  return { float: largest(row) };
}

/** Of a single probability, that of the other class goes before it; in double, as Python has it. */
function eachOf(objective: string, row: Float32Array): Value {
  return objective === "multi:softprob"
    ? Array.from(row, (float) => ({ float }))
    : [{ float: 1 - row[0]! }, { float: row[0]! }];
}

function print(value: Value, float: (value: number) => string): string {
  if ("whole" in value) {
    return String(value.whole);
  }
  return "float" in value ? float(value.float) : `[${value.map((entry) => print(entry, float)).join(", ")}]`;
}

/** The keys that a variable names: blanks do not count, nor does case. */
export function selectedKeys(variable: string): readonly string[] {
  return variable.replaceAll(" ", "").toLowerCase().split(",");
}

/**
 * Writes the selected numbers of every row.
 *
 * @param scores - rows × `outputs`.
 * @param isBatch - batch transform ends CSV with a line feed.
 * @throws {Refusal} 500, as the container, where the objective has no selectable output; and for RecordIO, which this
 * stub does not write.
 */
export function writeSelected(
  scores: Float32Array,
  { objective, outputs, classes }: Pick<Model, "objective" | "outputs" | "classes">,
  keys: readonly string[],
  type: string,
  isBatch: boolean,
): Answer {
  const valid = VALID[objective];
  if (valid === undefined) {
    throw new Refusal(500, `Objective \`${objective}\` unsupported for selectable inference predictions.`);
  }
  const valueOf = (key: string, row: Float32Array): Value =>
    valid.includes(key) ? KEYS[key]!(objective, row, classes) : NAN;
  const rows = Array.from({ length: scores.length / outputs }, (_, index) =>
    scores.subarray(index * outputs, (index + 1) * outputs),
  );
  if (type === "text/csv") {
    const line = (row: Float32Array): string =>
      keys
        .map((key) => valueOf(key, row))
        .map((value) => (Array.isArray(value) ? `"${print(value, reprFloat)}"` : print(value, reprFloat)))
        .join(",");
    return {
      contentType: "text/csv; charset=utf-8",
      body: rows.map(line).join("\n") + (isBatch ? "\n" : ""),
    };
  }
  const order = Object.keys(KEYS).filter((key) => keys.includes(key) && valid.includes(key));
  const names = new Set([...order, ...keys]);
  const objectOf = (row: Float32Array): string =>
    `{${Array.from(names, (key) => `${JSON.stringify(key)}: ${print(valueOf(key, row), jsonFloat)}`).join(", ")}}`;
  if (type === "application/json") {
    return { contentType: type, body: `{"predictions": [${rows.map(objectOf).join(", ")}]}` };
  }
  if (type === "application/jsonlines") {
    return { contentType: type, body: rows.map((row) => `${objectOf(row)}\n`).join("") };
  }
  throw new Refusal(500, "The stub endpoint does not write RecordIO; ask for CSV, JSON or JSON lines.");
}
