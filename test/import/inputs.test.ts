import { expect, test } from "vitest";
import type { EstimatorNode } from "../../src/import/exported.ts";
import {
  array,
  columns,
  exportOf,
  importOf,
  issuesOf,
  nan,
  node,
  oneHot,
  pipeline,
  scaler,
} from "./exports.ts";

const inputsOf = (...given: Parameters<typeof exportOf>) => importOf(exportOf(...given)).document.inputs;
const encoder = (values: readonly unknown[], dtype: string, parameters: Record<string, unknown> = {}) =>
  oneHot([values], parameters, { categories_: [array(values, dtype)] });
const imputer = (statistic: unknown): EstimatorNode =>
  node(
    "impute.SimpleImputer",
    { missing_values: nan, strategy: "most_frequent" },
    { statistics_: array([statistic], "object") },
  );

test.each([
  ["int64", "integer"],
  ["UInt8", "integer"],
  ["float64", "number"],
  ["bool", "boolean"],
  ["boolean", "boolean"],
  ["object", "number"],
])("a column of the dtype %s is an input of the type %s", (dtype, type) => {
  expect(inputsOf(scaler(), [{ name: "a", dtype }])).toEqual([{ name: "a", type }]);
});

test("a type that nobody knows is a number, and that is told", () => {
  const { document, notes } = importOf(exportOf(scaler()));
  expect(document.inputs).toEqual([{ name: "a", type: "number" }]);
  expect(notes).toEqual([
    "the type of a is not known, so it is a number: export with the training data to know it",
  ]);
});

test.each<[string, readonly unknown[], string, string | null, object]>([
  ["texts", ["x", "y"], "object", null, { type: "string", example: "x" }],
  [
    "texts that a CSV file shows as numbers",
    ["01", "02"],
    "object",
    "int64",
    { type: "string", example: "01" },
  ],
  ["whole numbers", [3, 4], "int64", null, { type: "integer", example: 3 }],
  ["whole numbers of an array of floats", [3, 4], "float64", null, { type: "number", example: 3 }],
  ["floats of a column of integers", [3, 4], "float64", "int64", { type: "integer", example: 3 }],
  ["booleans", [false, true], "bool", null, { type: "boolean", example: false }],
  ["true alone", [true], "bool", null, { type: "boolean", example: true }],
  ["texts and missing ones", ["x", nan], "object", null, { type: "string", missing: true, example: "x" }],
])("categories say what an input is: %s", (_, values, dtype, known, expected) => {
  expect(inputsOf(encoder(values, dtype), [{ name: "a", dtype: known }])).toEqual([
    { name: "a", ...expected },
  ]);
});

test("an input is of one type", () => {
  const both = columns(["texts", encoder(["x"], "object"), [0]], ["flags", encoder([true], "bool"), [0]]);
  expect(issuesOf(exportOf(both))).toEqual(["input a: is taken for several types: string, boolean"]);
  const numbers = columns(["whole", encoder([1], "int64"), [0]], ["any", encoder([1], "float64"), [0]]);
  expect(inputsOf(numbers)).toMatchObject([{ type: "number" }]);
  const mixed = columns(["texts", encoder(["x"], "object"), [0]], ["scaled", scaler(), [0]]);
  expect(issuesOf(exportOf(mixed))).toEqual([
    "scaled: a: standard_scale takes a number, but gets a category here",
  ]);
});

test("texts and times that are passed on are named", () => {
  const plain = columns(["rest", "passthrough", [0]]);
  expect(issuesOf(exportOf(plain, [{ name: "a", dtype: "str" }]))).toEqual([
    "rest: a: ends as a category, which an endpoint cannot read; add a step such as one_hot",
  ]);
  expect(issuesOf(exportOf(plain, [{ name: "a", dtype: "datetime64[us]" }]))).toEqual([
    "rest: a: ends as a datetime, which an endpoint cannot read; add a step such as { datetime_part: hour }",
  ]);
});

test("an input may be missing where a step gives that a meaning, or the data showed it; not where another refuses", () => {
  const missingOf = (estimator: EstimatorNode, missing: boolean | null = null) =>
    inputsOf(estimator, [{ name: "a", dtype: "float64", missing }])[0]!.missing === true;
  const bins = node(
    "preprocessing.KBinsDiscretizer",
    { n_bins: 2, strategy: "uniform", encode: "ordinal", dtype: null },
    { bin_edges_: array([array([0, 1, 2])], "object") },
  );
  const indicator = (parameters: Record<string, unknown>, places: number[]) =>
    node(
      "impute.MissingIndicator",
      { missing_values: nan, ...parameters },
      { features_: array(places, "int64") },
    );
  const ordinal = (values: readonly unknown[], parameters: Record<string, unknown>) =>
    node(
      "preprocessing.OrdinalEncoder",
      { categories: "auto", encoded_missing_value: nan, dtype: { type: "float64" }, ...parameters },
      { categories_: [array(values)] },
    );
  const target = (values: readonly unknown[]) =>
    node(
      "preprocessing.TargetEncoder",
      { smooth: 1 },
      {
        target_type_: "continuous",
        target_mean_: 1,
        categories_: [array(values)],
        encodings_: [array(values.map(() => 1))],
      },
    );
  expect(missingOf(scaler())).toBe(false);
  expect(missingOf(scaler(), true)).toBe(true);
  expect(missingOf(imputer(1))).toBe(true);
  expect(missingOf(imputer(1), false)).toBe(true);
  expect(missingOf(indicator({ features: "all" }, [0]))).toBe(true);
  expect(missingOf(bins, true)).toBe(false);
  expect(missingOf(pipeline(["fill", imputer(1)], ["bins", bins]))).toBe(true);
  expect(missingOf(columns(["fill", imputer(1), [0]], ["bins", bins, [0]]))).toBe(false);
  expect(missingOf(encoder([1], "float64"), true)).toBe(false);
  expect(missingOf(encoder([1, nan], "float64"))).toBe(true);
  expect(missingOf(encoder([1], "float64", { handle_unknown: "ignore" }))).toBe(false);
  expect(missingOf(encoder([1], "float64", { handle_unknown: "ignore" }), true)).toBe(true);
  expect(missingOf(encoder([1, nan], "float64", { categories: [array([1, nan])] }))).toBe(true);
  expect(missingOf(ordinal([1, nan], { handle_unknown: "error" }))).toBe(true);
  expect(missingOf(ordinal([1], { handle_unknown: "error" }), true)).toBe(false);
  expect(missingOf(ordinal([1], { handle_unknown: "use_encoded_value", unknown_value: -1 }), true)).toBe(
    true,
  );
  expect(missingOf(target([1]), true)).toBe(true);
  expect(missingOf(target([1]))).toBe(false);
  expect(missingOf(target([1, nan]))).toBe(true);
  // A MissingIndicator refuses a missing value where training had none, although it makes nothing of that column.
  const strict = pipeline(
    ["both", {
      class: "sklearn.pipeline.FeatureUnion",
      transformers: [["fill", imputer(1)], ["strict", indicator({ features: "missing-only", error_on_new: true }, [])]],
    }], // prettier-ignore
  );
  expect(missingOf(strict)).toBe(false);
});

test("an example is given where the usual one cannot be encoded", () => {
  const log = node("preprocessing.FunctionTransformer", { func: { function: "numpy.log" } });
  expect(inputsOf(log)).toEqual([{ name: "a", type: "number", example: 1 }]);
  expect(inputsOf(encoder([7], "int64", { handle_unknown: "ignore" }))).toEqual([
    { name: "a", type: "integer" },
  ]);
  expect(inputsOf(pipeline(["fill", imputer("x")], ["hot", encoder(["x", "y"], "object")]))).toEqual([
    { name: "a", type: "string", missing: true, example: "x" },
  ]);
});
