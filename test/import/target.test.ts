import { expect, test } from "vitest";
import type { EstimatorNode } from "../../src/import/exported.ts";
import { array, exportOf, importOf, issuesOf, node, scaler } from "./exports.ts";

const functions = (func: unknown, inverse: unknown, more: Record<string, unknown> = {}) =>
  node("preprocessing.FunctionTransformer", {
    func,
    inverse_func: inverse,
    kw_args: null,
    inv_kw_args: null,
    ...more,
  });
const named = (name: string) => ({ function: `numpy.${name}` });

/** An export whose target has a transformer beside it. */
const beside = (transformer: EstimatorNode, estimator: EstimatorNode = scaler()) =>
  exportOf(estimator, ["a"], { target: { name: "y", transformer } });

test.each([
  ["log1p", "expm1", "log1p"],
  ["log", "exp", "log"],
  ["sqrt", "square", "sqrt"],
])("%s and %s are the transform %s", (func, inverse, transform) => {
  expect(importOf(beside(functions(named(func), named(inverse)))).document.target).toEqual({
    name: "y",
    transform,
  });
});

test.each<[string, EstimatorNode, string]>([
  [
    "a function without its inverse",
    functions(named("log1p"), null),
    "inverse_func=None is not the inverse of numpy.log1p, which is numpy.expm1",
  ],
  [
    "a function with another inverse",
    functions(named("log1p"), named("exp")),
    "inverse_func=numpy.exp is not the inverse of numpy.log1p, which is numpy.expm1",
  ],
  [
    "an unknown function",
    functions(named("cbrt"), named("abs")),
    "func=numpy.cbrt cannot be taken back (known: numpy.log1p, numpy.log, numpy.sqrt)",
  ],
  [
    "an inverse alone",
    functions(null, named("exp")),
    "func=None cannot be taken back (known: numpy.log1p, numpy.log, numpy.sqrt)",
  ],
  [
    "keywords",
    functions(named("log"), named("exp"), { kw_args: { dict: [] } }),
    "kw_args={} cannot be expressed; only None can",
  ],
  [
    "an unknown class",
    node("preprocessing.RobustScaler"),
    "sklearn.preprocessing.RobustScaler has no counterpart as a transform of the target",
  ],
  ["two outputs", scaler(2), "transforms 2 outputs; only one can be imported"],
  [
    "a clip",
    node("preprocessing.MinMaxScaler", { clip: true }),
    "clip=True cannot be expressed; only False can",
  ],
  [
    "a scale that is missing",
    scaler(1, { scale_: array([{ float: "inf" }]) }),
    "scale_ of y is inf, no finite number",
  ],
  [
    "one class alone",
    node("preprocessing.LabelEncoder", {}, { classes_: array(["x"], "object") }),
    'classes_ are ["x"]; two or more are needed',
  ],
  [
    "classes of several types",
    node("preprocessing.LabelEncoder", {}, { classes_: array(["x", 1], "object") }),
    "classes_ are of several types: string, number",
  ],
])("a target transformer with %s is named", (_, transformer, issue) => {
  expect(issuesOf(beside(transformer))).toEqual([`target transformer: ${issue}`]);
});

test("two transforms of a target, and numbers made of classes, are named", () => {
  const both: EstimatorNode = {
    class: "sklearn.compose.TransformedTargetRegressor",
    transformer: scaler(),
    regressor: { class: "m.Model", predicts: "number", classes: null },
    parameters: {},
  };
  expect(issuesOf(beside(scaler(), both))).toEqual([
    "transformer: transforms the target, and so does the target transformer beside it",
  ]);
  const classifier: EstimatorNode = {
    class: "m.Model",
    predicts: "class",
    classes: array(["x", "y"], "object"),
  };
  expect(issuesOf(beside(scaler(), classifier))).toEqual([
    "target transformer: transforms the target, but the model at the end predicts classes",
  ]);
  expect(issuesOf(exportOf({ ...classifier, classes: [array([0, 1]), array([0, 1])] }))).toEqual([
    "the estimator: classes_ hold [0, 1], which is no text, number or boolean",
  ]);
  expect(issuesOf(exportOf({ ...classifier, classes: null }))).toEqual([
    "the estimator: classes_ are None; two or more are needed",
  ]);
});

test("what the target's own rules refuse is named by its place", () => {
  expect(issuesOf(exportOf(scaler(), ["y"]))).toEqual([
    "target.name: is an input too: the answer cannot be part of the question",
  ]);
});

test.each<[unknown[], string | undefined]>([
  [[1, 2], "the probability of 2"],
  [[3, 1, 2], "a probability for each label, in their order"],
  [[0, 1], undefined],
  [["x", "y"], undefined],
])(
  "classes %j: it is said what the endpoint must answer, where a class would read as a place",
  (classes, wanted) => {
    const { notes } = importOf(
      exportOf({ class: "m.Model", predicts: "class", classes: array(classes, "object") }),
    );
    const said = notes.filter((note) => note.startsWith("the endpoint must answer"));
    expect(said).toEqual(
      wanted === undefined
        ? []
        : [
            `the endpoint must answer ${wanted}; where it answers classes, as predict() does, add to the target: answer: label, and number_is: label (or place, if a number is a place among the labels, from 0)`,
          ],
    );
  },
);
