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

const model = (predicts: "class" | "number"): EstimatorNode => ({
  class: "sklearn.svm.SVC",
  predicts,
  classes: array([0, 1], "int64"),
});

test("columns come in the order of the ColumnTransformer, and what is dropped is told", () => {
  const { document, notes, comments } = importOf(
    exportOf(
      columns(
        ["late", "passthrough", [2]],
        ["gone", "drop", [3]],
        ["none", node("decomposition.PCA"), []],
        ["early", scaler(2), [1, 0]],
      ),
      ["a", "b", "c", "d"],
    ),
  );
  expect(document.features).toEqual([
    "c",
    { from: "b", steps: ["standard_scale"] },
    { from: "a", steps: ["standard_scale"] },
  ]);
  expect(document.inputs.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(notes).toContain("gone: as in scikit-learn, these columns are dropped: d");
  expect(notes).toContain("no feature is made from these columns, so they are no inputs: d");
  expect(comments).toEqual(["late: passthrough", "early: StandardScaler", "early: StandardScaler"]);
});

test("weights of transformers and a routed input are refused, with what they are", () => {
  const weighted = {
    ...columns(["a", "passthrough", [0]]),
    parameters: { transformer_weights: { dict: [["a", 2]] } },
  };
  expect(issuesOf(exportOf(pipeline(["pre", weighted])))).toEqual([
    'pre: transformer_weights={"a": 2} cannot be expressed; only None can',
  ]);
  const routed = { ...pipeline(), parameters: { transform_input: ["X_val"] } };
  expect(issuesOf(exportOf(routed))).toEqual([
    'the estimator: transform_input=["X_val"] cannot be expressed; only None can',
  ]);
});

test("a later step may take all columns that an earlier one made of an input, but not some, and not in another order", () => {
  const second = (...places: number[]) =>
    pipeline(["hot", oneHot([["x", "y"]])], ["pick", columns(["some", "passthrough", places])]);
  expect(importOf(exportOf(second(0, 1))).document.features).toEqual([{ from: "a", steps: ["one_hot"] }]);
  for (const places of [[0], [1], [1, 0]]) {
    expect(issuesOf(exportOf(second(...places)))).toEqual([
      "pick > some: takes some of the 2 columns that one_hot makes of a, or in another order",
    ]);
  }
  expect(issuesOf(exportOf(second(5)))).toEqual(["pick > some: takes a column 5, which there is not"]);
  const drop = pipeline(
    ["hot", oneHot([["x", "y"]])],
    ["pick", columns(["first", "drop", [0]], ["all", "passthrough", [0, 1]])],
  );
  expect(importOf(exportOf(drop)).notes).toContain(
    "pick > first: as in scikit-learn, these columns are dropped: a",
  );
});

test("columns that one step made must be treated alike by the next", () => {
  const hot = oneHot([["x", "y"]]);
  const some = node(
    "impute.MissingIndicator",
    { missing_values: nan, features: "missing-only", error_on_new: false },
    { features_: array([1], "int64") },
  );
  const words = "treats the 2 columns that one_hot makes of a differently, which one feature cannot";
  expect(issuesOf(exportOf(pipeline(["hot", hot], ["missing", some])))).toEqual([`missing: ${words}`]);
  const bins = node(
    "preprocessing.KBinsDiscretizer",
    { n_bins: array([2, 3], "int64"), strategy: "uniform", encode: "ordinal", dtype: null },
    { bin_edges_: array([array([0, 1, 2]), array([0, 1, 2, 3])], "object") },
  );
  expect(issuesOf(exportOf(pipeline(["hot", hot], ["bins", bins])))).toEqual([`bins: ${words}`]);
});

test("PolynomialFeatures takes columns together that are made alike, each from another input", () => {
  const polynomial = node("preprocessing.PolynomialFeatures", {
    degree: 2,
    interaction_only: true,
    include_bias: false,
  });
  const after = (...branches: Parameters<typeof columns>) =>
    exportOf(pipeline(["pre", columns(...branches)], ["poly", polynomial]), ["a", "b"]);
  expect(importOf(after(["scale", scaler(2), [0, 1]])).document.features).toEqual([
    {
      name: "scale",
      from: ["a", "b"],
      steps: ["standard_scale", { polynomial: { interaction_only: true, include_bias: false } }],
    },
  ]);
  expect(issuesOf(after(["scale", scaler(1), [0]], ["rest", "passthrough", [1]]))).toEqual([
    "poly: takes columns together that are made in different ways, which one feature cannot: a (standard_scale); b (as it is)",
  ]);
  expect(issuesOf(after(["one", "passthrough", [0]], ["two", "passthrough", [0]]))).toEqual([
    "poly: takes columns together of which two are made from a",
  ]);
  expect(importOf(exportOf(polynomial, ["a", "b"])).document.features).toMatchObject([
    { name: "polynomial" },
  ]);
});

test("two columns that would be called alike, whatever the features are called, are named with who makes them, and the way out", () => {
  const polynomial = (parameters: object) =>
    node("preprocessing.PolynomialFeatures", {
      degree: 2,
      interaction_only: true,
      include_bias: false,
      ...parameters,
    });
  const of = (parameters: object, ...more: Parameters<typeof columns>) =>
    exportOf(
      columns(["one", polynomial(parameters), [0, 1]], ["two", polynomial(parameters), [1, 2]], ...more),
      ["a", "b", "c"],
    );
  expect(issuesOf(of({}))).toEqual([
    'one and two: 2 columns would be called "b", after the inputs or the categories that they are made of; make one PolynomialFeatures of a, b, c, or let each give products alone, by PolynomialFeatures((2, 2), interaction_only=True), beside the columns themselves; then fit again',
  ]);
  // That way leads out.
  const products = of({ degree: [2, 2] }, ["all", "passthrough", [0, 1, 2]]);
  expect(importOf(products).document.features).toHaveLength(5);
  // one_hot itself tells a text from what is missing.
  expect(issuesOf(exportOf(columns(["hot", oneHot([["nan", nan]]), [0]])))).toEqual([]);
});

test("columns of two categories that would be called alike are told how to get other names", () => {
  const two = columns(["x", oneHot([["b_c"], ["c"]]), [0, 1]]);
  expect(issuesOf(exportOf(two, ["a", "a_b"]))).toEqual([
    'x: 2 columns would be called "x__a_b_c", after the inputs or the categories that they are made of; rename an input (--rename OLD=NEW), or a step of the pipeline, and export it again',
  ]);
});

test("a union gives the columns of all its parts, and a broken part does not hide another", () => {
  const union = (...transformers: [string, EstimatorNode | string][]): EstimatorNode => ({
    class: "sklearn.pipeline.FeatureUnion",
    transformers,
    parameters: { transformer_weights: null },
    fitted: {},
  });
  expect(importOf(exportOf(union(["scaled", scaler()], ["plain", "passthrough"]))).document.features).toEqual(
    [
      { name: "scaled__a", from: "a", steps: ["standard_scale"] },
      { name: "plain__a", from: "a" },
    ],
  );
  const broken = union(["one", node("decomposition.PCA")], ["two", scaler(2)]);
  expect(
    issuesOf(
      exportOf(pipeline(["both", broken], ["after", columns(["x", "drop", [0]], ["y", scaler(), [1]])])),
    ),
  ).toEqual([
    "both > one: sklearn.decomposition.PCA has no counterpart",
    "both > two: was fitted on 2 columns, but gets 1 here",
  ]);
});

test("one model may stand at the end, and one transform of its target", () => {
  const target = (inner: EstimatorNode): EstimatorNode => ({
    class: "sklearn.compose.TransformedTargetRegressor",
    transformer: scaler(),
    regressor: inner,
    parameters: { check_inverse: true },
    fitted: {},
  });
  expect(
    importOf(exportOf(pipeline(["pre", scaler()], ["model", target(model("number"))]))).document.target,
  ).toEqual({
    name: "y",
    transform: { standard_scale: { with_mean: true, with_std: true } },
  });
  expect(issuesOf(exportOf(pipeline(["one", model("number")], ["two", model("number")])))).toEqual([
    "two: is a model (sklearn.svm.SVC) beside another one: an endpoint serves one",
  ]);
  expect(issuesOf(exportOf(target(target(model("number")))))).toEqual([
    "regressor: is within another TransformedTargetRegressor: two transforms of one target",
  ]);
  const unfitted = { class: "sklearn.compose.TransformedTargetRegressor", parameters: {}, fitted: {} };
  expect(issuesOf(exportOf(unfitted))).toEqual(["the estimator: is not fitted"]);
  expect(importOf(exportOf(model("class"))).document).toMatchObject({
    features: ["a"],
    target: { labels: [0, 1] },
  });
});

test("an estimator that gives nothing is refused", () => {
  expect(issuesOf(exportOf(columns(["gone", "drop", [0]])))).toEqual([
    "the estimator: gives no columns: there is nothing to import",
  ]);
});

test("None in a Pipeline passes everything", () => {
  expect(importOf(exportOf(pipeline(["nothing", null]))).document.features).toEqual(["a"]);
});
