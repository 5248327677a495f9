import type { InputSpec } from "./model/schema.ts";
import type { StepName } from "./model/steps.ts";
import type { Answer } from "./model/target/answer.ts";
import type { TargetSpec } from "./model/target/spec.ts";
import type { TargetTransformName } from "./model/target-transforms.ts";

/** What the reference of the steps shows them on. What comes out is computed: `step-example-run.ts`. */

/** A JSON value as a client sends it; null is a missing one. */
export type Cell = string | number | boolean | null;

/** What a step is shown on. */
export interface StepExample {
  /** Name → type of the inputs; the feature is made from all of them, in this order. */
  readonly inputs: Readonly<Record<string, InputSpec["type"]>>;
  readonly steps: readonly unknown[];
  /** The training data, where there is something to learn; rows × inputs. */
  readonly rows: readonly (readonly Cell[])[];
  /** The target in the rows. */
  readonly target?: readonly number[];
  /** Rows that the training data do not hold. */
  readonly unseen?: readonly (readonly Cell[])[];
  /** In words, which columns come out of a column x; only of a step that names them itself. */
  readonly columns?: string;
  /** Parameters with which a step that learns has nothing to learn. */
  readonly unlearned?: unknown;
}

/** An example of one number, x. */
function ofNumber(
  steps: readonly unknown[],
  values: readonly Cell[],
  more: Partial<StepExample> = {},
): StepExample {
  return { inputs: { x: "number" }, steps, rows: values.map((value) => [value]), ...more };
}

/** An example of one category, x. */
function ofText(
  steps: readonly unknown[],
  values: readonly Cell[],
  more: Partial<StepExample> = {},
): StepExample {
  return { ...ofNumber(steps, values, more), inputs: { x: "string" } };
}

/** An example of two numbers, a and b. */
function ofTwo(steps: readonly unknown[], rows: StepExample["rows"], columns?: string): StepExample {
  return { inputs: { a: "number", b: "number" }, steps, rows, ...(columns === undefined ? {} : { columns }) };
}

const TIMES = [["2024-02-29 03:00:00"], ["2024-12-31 22:00:00"], [null]];
const TOWNS = ["Bonn", "Ulm", "Bonn", null];

/** Step → what the reference shows it on. */
export const STEP_EXAMPLES: Readonly<Record<StepName, StepExample>> = {
  bin: ofNumber([{ bin: { n_bins: 2 } }], [1, 2, 3, 10], {
    unseen: [[-5], [99]],
    columns: "`x_0`, `x_1`, … with `encode: one_hot`, one an interval; `x` with `encode: ordinal`",
    unlearned: { edges: [0, 10, 20] },
  }),
  one_hot: ofText(["one_hot"], TOWNS, {
    unseen: [["Kiel"]],
    columns:
      "`x_<category>`, one a category, `x_nan` of a missing value; `x_infrequent_sklearn` of the infrequent ones, the last",
    unlearned: { categories: ["Bonn", "Ulm"] },
  }),
  ordinal: ofText([{ ordinal: { handle_unknown: "use_encoded_value", unknown_value: -1 } }], TOWNS, {
    unseen: [["Kiel"]],
    unlearned: { categories: ["Bonn", "Ulm"] },
  }),
  label_map: ofText([{ label_map: { map: { low: 1, high: 3 } } }], ["low", "high", null, "middle"]),
  target_encode: ofText([{ target_encode: { smooth: 1 } }], TOWNS, {
    target: [10, 20, 30, 60],
    unseen: [["Kiel"]],
  }),
  count_encode: ofText(["count_encode"], TOWNS, { unseen: [["Kiel"]] }),
  hash: ofText([{ hash: { n_features: 4 } }], ["Bonn", "Ulm", "Kiel"], {
    columns: "`x_0`, `x_1`, …, as many as `n_features` says",
  }),
  polynomial: ofTwo(
    ["polynomial"],
    [
      [2, 3],
      [-1, 4],
    ],
    "one a term, named by its columns: `1`, `a`, `b`, `a^2`, `a b`, `b^2`",
  ),
  ratio: ofTwo(
    ["ratio"],
    [
      [1, 4],
      [null, 2],
    ],
  ),
  difference: ofTwo(
    ["difference"],
    [
      [1, 4],
      [null, 2],
    ],
  ),
  product: ofTwo(
    ["product"],
    [
      [1.5, 4],
      [null, 2],
    ],
  ),
  datetime_part: { inputs: { x: "datetime" }, steps: [{ datetime_part: "dayofyear" }], rows: TIMES },
  cyclical: {
    inputs: { x: "datetime" },
    steps: [{ cyclical: "hour" }],
    rows: TIMES,
    columns: "`x_sin` and `x_cos`",
  },
  impute: ofNumber([{ impute: "median" }], [1, null, 4, 30], { unlearned: { constant: 0 } }),
  missing_indicator: ofText(["missing_indicator"], ["Bonn", null]),
  log: ofNumber(["log"], [1, 10, null]),
  log1p: ofNumber(["log1p"], [0, 10, null]),
  sqrt: ofNumber(["sqrt"], [2, 9, null]),
  square: ofNumber(["square"], [-3, 0.5, null]),
  abs: ofNumber(["abs"], [-3, 0.5, null]),
  clip: ofNumber([{ clip: { min: 0, max: 10 } }], [-3, 5, 12, null]),
  round: ofNumber([{ round: { decimals: 1 } }], [0.25, 0.35, -1.26, null]),
  power_transform: ofNumber(["power_transform"], [1, 2, 4, 30, null]),
  quantile_transform: ofNumber([{ quantile_transform: { n_quantiles: 3 } }], [1, 2, 4, 30, null], {
    unseen: [[-5], [10], [99]],
  }),
  standard_scale: ofNumber(["standard_scale"], [1, 2, 6, null], {
    unseen: [[10]],
    unlearned: { with_mean: false, with_std: false },
  }),
  min_max_scale: ofNumber(["min_max_scale"], [1, 2, 5, null], { unseen: [[9]] }),
  max_abs_scale: ofNumber(["max_abs_scale"], [1, -4, 2, null], { unseen: [[8]] }),
  robust_scale: ofNumber(["robust_scale"], [1, 2, 3, 4, 100, null], {
    unlearned: { with_centering: false, with_scaling: false },
  }),
};

/** Transform → the raw targets that the reference shows it on. */
export const TRANSFORM_EXAMPLES: Readonly<Record<TargetTransformName, readonly number[]>> = {
  none: [0, 9, 99],
  log1p: [0, 9, 99],
  log: [1, 10, 100],
  sqrt: [0, 2, 9],
  standard_scale: [0, 9, 99],
  min_max_scale: [0, 9, 99],
  box_cox: [1, 10, 1000],
  yeo_johnson: [-5, 0, 100],
};

/** What a target type is shown on. */
export interface TargetExample {
  readonly target: Readonly<Record<string, unknown>>;
  /** Cells of the raw training data; rows × columns. */
  readonly raw: readonly (readonly Cell[])[];
  /** What an endpoint says of one row each. */
  readonly answers: readonly Answer[];
}

/** Target type → its example. */
export const TARGET_EXAMPLES: Readonly<Record<TargetSpec["type"], TargetExample>> = {
  regression: {
    target: { name: "count", transform: "log1p", clip: { max: 1000 }, round: 0 },
    raw: [[0], [570]],
    answers: [6.349300861358643, 9],
  },
  binary: {
    target: { name: "churn", type: "binary", labels: ["stays", "leaves"] },
    raw: [["stays"], ["leaves"]],
    answers: [0.25, 0.5],
  },
  multiclass: {
    target: { name: "size", type: "multiclass", labels: ["S", "M", "L"], top_k: 2 },
    raw: [["M"], ["L"]],
    answers: [[0.125, 0.625, 0.25]],
  },
  multi_output: {
    target: {
      name: "trip",
      type: "multi_output",
      outputs: [{ name: "minutes", transform: "sqrt" }, { name: "km" }],
    },
    raw: [[16, 2.5]],
    answers: [[4, 2.5]],
  },
};
