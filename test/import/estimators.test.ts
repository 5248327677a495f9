/** What of scikit-learn's estimators is refused, and in which words. */
import { expect, test } from "vitest";
import type { EstimatorNode } from "../../src/import/exported.ts";
import { ESTIMATORS } from "../../src/import/estimators.ts";
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

/** The issues of one estimator, on inputs a, b, …, as many as it has columns. */
function refused(estimator: EstimatorNode, inputs: readonly string[] = ["a"], dtype?: string) {
  const given = inputs.map((name) => ({ name, ...(dtype === undefined ? {} : { dtype }) }));
  return issuesOf(exportOf(pipeline(["step", estimator]), given));
}

const LISTS = Object.entries(ESTIMATORS).flatMap(([name, { parameters }]) =>
  Object.entries(parameters).flatMap(([parameter, rule]) =>
    typeof rule === "string" ? [] : [[name, parameter, rule] as const],
  ),
);

test.each(LISTS)(
  "%s: a %s that is not one of those that can be expressed is named",
  (name, parameter, rule) => {
    const estimator = { class: name, parameters: { [parameter]: "something else" }, fitted: {} };
    const shown = rule.map((value) =>
      typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value),
    );
    expect(refused(estimator)).toEqual([
      `step: ${parameter}="something else" cannot be expressed; only ${shown.join(", ")} can`,
    ]);
  },
);

test.each(Object.keys(ESTIMATORS))("%s: a parameter that no known version has is named", (name) => {
  const estimator = { class: name, parameters: { novelty: { type: "float64" } }, fitted: {} };
  expect(refused(estimator)).toEqual(["step: novelty=float64 is not known to this version of Skewless"]);
});

test.each(Object.keys(ESTIMATORS))("%s: attributes of 32-bit floats are named", (name) => {
  const estimator = { class: name, fitted: { categories_: [array(["x"], "object"), array([1], "float32")] } };
  expect(refused(estimator)[0]).toContain("step: categories_ is of 32-bit floats");
});

test.each([
  ["an unknown class", node("impute.KNNImputer"), ["step: sklearn.impute.KNNImputer has no counterpart"]],
  ["a word that is no estimator", "pass" as never, ['step: "pass" is no estimator']],
  [
    "an estimator that is not fitted",
    node("preprocessing.StandardScaler", {}, {}),
    ["step: has no mean_: it is not fitted, or another version of scikit-learn fitted it"],
  ],
  ["a scaler of other columns than it gets", scaler(2), ["step: was fitted on 2 columns, but gets 1 here"]],
  [
    "too few attributes for its columns",
    scaler(1, { mean_: array([]) }),
    ["step: mean_ has no entry for column 0"],
  ],
  [
    "the mean of a column without values",
    scaler(1, { mean_: array([nan]) }),
    ["step: mean_ of a is nan, no finite number"],
  ],
  [
    "a flag that is none",
    node("preprocessing.StandardScaler", { with_mean: "perhaps" }),
    ['step: with_mean="perhaps" cannot be expressed'],
  ],
  [
    "a range of three",
    node("preprocessing.MinMaxScaler", { feature_range: [0, 1, 2] }),
    ["step: feature_range=[0, 1, 2] cannot be expressed"],
  ],
  [
    "a min_ that was changed",
    node(
      "preprocessing.MinMaxScaler",
      { feature_range: [0, 1] },
      { data_min_: array([2]), data_max_: array([4]), min_: array([7]) },
    ),
    ["step: min_[0] is 7 where its other attributes give -1: it was changed after fitting"],
  ],
  [
    "a scale_ that was changed",
    node("preprocessing.MaxAbsScaler", {}, { max_abs_: array([2]), scale_: array([3]) }),
    ["step: scale_[0] is 3 where its other attributes give 2: it was changed after fitting"],
  ],
  [
    "a PowerTransformer without its scaler",
    node("preprocessing.PowerTransformer", { standardize: true }, { lambdas_: array([1]) }),
    ["step: has no _scaler, although it standardizes"],
  ],
  [
    "quantiles without their levels",
    node("preprocessing.QuantileTransformer", { n_quantiles: 2 }, { quantiles_: array([array([1])]) }),
    ["step: has no quantiles_ and references_ that belong together"],
  ],
  [
    "levels of one's own",
    quantiles([array([1]), array([2]), array([3])], [0, 0.9, 1]),
    ["step: references_ are not evenly spaced from 0 to 1: they were changed after fitting"],
  ],
  [
    "quantiles that are missing",
    quantiles([array([1]), array([nan])], [0, 1]),
    ["step: quantiles_ of a are not all finite numbers"],
  ],
  [
    "bins of another type",
    node("preprocessing.KBinsDiscretizer", { dtype: { type: "float32" } }),
    ["step: dtype=float32 cannot be expressed"],
  ],
  [
    "a number of bins that is none",
    bins({ n_bins: "many" }, [0, 1, 2]),
    ['step: n_bins="many" cannot be expressed'],
  ],
  [
    "both None and NaN as categories",
    oneHot([["x", null, nan]]),
    ["step: categories_ of a hold both None and nan, which Skewless cannot tell apart: keep one of them"],
  ],
  [
    "categories of several types",
    oneHot([["x", 1]]),
    ["step: categories_ of a are of several types: string, number"],
  ],
  [
    "categories that are times",
    oneHot([[{ unknown: "Timestamp('2024')" }]]),
    ["step: categories_ of a hold Timestamp('2024'), which is no text, number or boolean"],
  ],
  [
    "a category that is dropped, but not the first",
    oneHot([["x", "y"]], { drop: array(["y"], "object") }, { drop_idx_: array([1], "object") }),
    ['step: drop=["y"] drops a category that is not the first, which one_hot cannot'],
  ],
  [
    "a category that is dropped where others are grouped",
    oneHot(
      [["x", "y", "z"]],
      { drop: array(["x"], "object"), min_frequency: 3 },
      { drop_idx_: array([0], "object"), infrequent_categories_: [array(["y", "z"], "object")] },
    ),
    ['step: drop=["x"] drops a category that is not the first, which one_hot cannot'],
  ],
  [
    "a dtype that is none of numbers",
    oneHot([["x"]], { dtype: { type: "object" } }),
    ["step: dtype=object cannot be expressed"],
  ],
  ["codes in few bits", ordinal({ dtype: { type: "int8" } }), ["step: dtype=int8 may not hold every code"]],
  [
    "a code that is none",
    ordinal({ handle_unknown: "use_encoded_value", unknown_value: "?" }),
    ['step: unknown_value="?" cannot be expressed'],
  ],
  [
    "a target of several classes",
    node("preprocessing.TargetEncoder", {}, { target_type_: "multiclass" }),
    ['step: target_type_ is "multiclass"; only "continuous", "binary" can be expressed'],
  ],
  [
    "fewer encodings than categories",
    node(
      "preprocessing.TargetEncoder",
      { smooth: 1 },
      {
        target_type_: "continuous",
        target_mean_: 1,
        categories_: [array(["x", "y"], "object")],
        encodings_: [array([1])],
      },
    ),
    ["step: has 1 encodings_ for 2 categories_"],
  ],
  [
    "a number that counts as missing",
    node("impute.SimpleImputer", { missing_values: -1 }),
    ["step: missing_values=-1 cannot be expressed: to Skewless, what is missing is null or an empty cell"],
  ],
  [
    "a strategy that is not known",
    node("impute.SimpleImputer", { missing_values: nan, strategy: "guess" }),
    ['step: strategy="guess" cannot be expressed'],
  ],
  [
    "a constant that is missing",
    node(
      "impute.SimpleImputer",
      { missing_values: nan, strategy: "constant" },
      { statistics_: array([nan]) },
    ),
    ["step: statistics_ of a is missing itself: nothing can be put in the place of a missing value"],
  ],
  [
    "an indicator of other columns",
    node(
      "impute.MissingIndicator",
      { missing_values: nan, features: "all" },
      { features_: array([0, 1], "int64") },
    ),
    ["step: features_ are of other columns than the 1 that there are"],
  ],
  [
    "a function of one's own",
    node("preprocessing.FunctionTransformer", { func: { function: "__main__.<lambda>" } }),
    [
      "step: func=__main__.<lambda> is a function that Skewless does not know (known: numpy.log, numpy.log1p, numpy.sqrt, numpy.square, numpy.absolute, numpy.fabs, builtins.abs, numpy.rint, numpy.round, numpy.around, numpy.clip, numpy.array, numpy.asarray); write its feature by hand",
    ],
  ],
  [
    "keywords that a function does not have in a model file",
    applying("numpy.log", [["out", 1]]),
    ['step: kw_args={"out": 1} cannot be expressed with numpy.log'],
  ],
  [
    "keywords that are no texts",
    applying("numpy.clip", [[1, 1]]),
    ["step: kw_args={1: 1} cannot be expressed with numpy.clip"],
  ],
  [
    "a bound that is an array",
    applying("numpy.clip", [["a_min", array([1, 2])]]),
    ['step: kw_args={"a_min": [1, 2]} cannot be expressed'],
  ],
  [
    "a bound twice",
    applying("numpy.clip", [["a_min", 1], ["min", 2]]), // prettier-ignore
    ['step: kw_args={"a_min": 1, "min": 2} cannot be expressed'],
  ],
  [
    "decimals that are none",
    applying("numpy.round", [["decimals", "two"]]),
    ['step: kw_args={"decimals": "two"} cannot be expressed'],
  ],
  [
    "no bound at all, by the step's own schema",
    applying("numpy.clip", []),
    ["step: a: is an object, which does not fit: { min, max }, or one of the two"],
  ],
  [
    "a degree that polynomial does not have",
    polynomial({ degree: 11 }),
    [
      "step: a: is 11, which does not fit: the highest degree of a term, from 1 to 10, or the lowest and the highest: [2, 3]",
    ],
  ],
  [
    "more hash columns than hash makes",
    node("feature_extraction.FeatureHasher", {
      n_features: 2 ** 20,
      input_type: "string",
      alternate_sign: true,
    }),
    ["step: a: is 1048576, which does not fit: Number of columns."],
  ],
] as const)("%s: is named", (_, estimator, issues) => {
  expect(refused(estimator as EstimatorNode)).toEqual(issues);
});

test("more quantiles than quantile_transform has are named; few, although many were asked for, are not", () => {
  const rows = Array.from({ length: 10_001 }, (_, i) => array([i]));
  const levels = Array.from({ length: 10_001 }, (_, i) => i * (1 / 10_000));
  const many = { n_quantiles: 20_000, output_distribution: "uniform" };
  const estimator = quantiles(rows, [...levels.slice(0, -1), 1], many);
  expect(refused(estimator)).toEqual([
    "step: n_quantiles=20000 is more than the 10000 of quantile_transform",
  ]);
  const few = quantiles([array([1]), array([2])], [0, 1], many);
  expect(importOf(exportOf(few)).document.features).toEqual([
    { from: "a", steps: [{ quantile_transform: { n_quantiles: 2 } }] },
  ]);
});

test("several columns in one FeatureHasher are named", () => {
  const hasher = node("feature_extraction.FeatureHasher", { n_features: 4, input_type: "string" });
  expect(refused(hasher, ["a", "b"])).toEqual([
    "step: hashes 2 columns into one row; hash takes one column: make a FeatureHasher for each",
  ]);
});

test("everything that cannot be expressed is named at once, with its path", () => {
  const imputer = node("impute.SimpleImputer", { missing_values: 0 }, { statistics_: array([1]) });
  const estimator = pipeline(
    [
      "preprocess",
      columns(
        [
          "num",
          pipeline(["fill", imputer], ["scale", node("preprocessing.MaxAbsScaler", { odd: true })]),
          [0],
        ],
        ["cat", oneHot([["x"]], { handle_unknown: "guess", dtype: 3 }), [1]],
        ["rest", scaler(2, { mean_: array([nan, nan]) }), [0, 1]],
      ),
    ],
    ["reduce", node("decomposition.PCA")],
  );
  expect(issuesOf(exportOf(estimator, ["a", "b"]))).toEqual([
    "preprocess > num > fill: missing_values=0 cannot be expressed: to Skewless, what is missing is null or an empty cell",
    "preprocess > num > scale: odd=True is not known to this version of Skewless",
    'preprocess > cat: handle_unknown="guess" cannot be expressed; only "error", "ignore", "infrequent_if_exist", "warn" can',
    "preprocess > rest: mean_ of a is nan, no finite number",
    "preprocess > rest: mean_ of b is nan, no finite number",
    "reduce: sklearn.decomposition.PCA has no counterpart",
  ]);
});

test("what computes in fewer bits than Skewless is named", () => {
  const log = applying("numpy.log1p", null);
  expect(refused(log, ["a"], "float32")).toEqual([
    "step: computes with a in float32, and Skewless in float64: cast it to float64, and fit again",
  ]);
  expect(refused(log, ["a"], "int8")).toEqual([
    "step: computes with a in the few bits of int8, and Skewless in float64: cast it to float64, and fit again",
  ]);
  expect(refused(log, ["a"], "int64")).toEqual([]);
  expect(refused(log, ["a"], "int32")).toEqual([]);
  expect(refused(applying("numpy.square", null), ["a"], "int32")).toHaveLength(1);
  expect(refused(applying("numpy.square", null), ["a"], "Float32")).toHaveLength(1);
  expect(
    issuesOf(exportOf(columns(["as is", "passthrough", [0]]), [{ name: "a", dtype: "float16" }])),
  ).toEqual([
    "as is: passes a on as float16, where Skewless has the number that was sent: cast it to float64, and fit again",
  ]);
  const codes = pipeline(["hot", oneHot([["x", "y"]], { dtype: { type: "float32" } })], ["scale", scaler(2)]);
  expect(issuesOf(exportOf(codes))).toEqual([
    "scale: computes with a in float32, and Skewless in float64: cast it to float64, and fit again",
  ]);
  expect(refused(oneHot([["x", "y"]], { dtype: { type: "float32" } }))).toEqual([]);
  expect(refused(polynomial({}), ["a"], "float32")).toHaveLength(1);
});

test("a QuantileTransformer that would leave the zeros of a sparse matrix as they are is named", () => {
  const normal = (width: number) => {
    const row = (value: number) => array(Array.from({ length: width }, () => value));
    return quantiles([row(0), row(1)], [0, 1], { n_quantiles: 2, output_distribution: "normal" });
  };
  const words =
    'last: output_distribution="normal" leaves 0 as it is in a sparse matrix, which a feature cannot: make it dense (sparse_output=False, sparse_threshold=0), and fit again';
  const hot = (parameters: Record<string, unknown>) => oneHot([["x", "y"]], parameters);
  expect(issuesOf(exportOf(pipeline(["hot", hot({})], ["last", normal(2)])))).toEqual([words]);
  expect(issuesOf(exportOf(pipeline(["hot", hot({ sparse: true })], ["last", normal(2)])))).toEqual([words]);
  expect(issuesOf(exportOf(pipeline(["hot", hot({ sparse_output: false })], ["last", normal(2)])))).toEqual(
    [],
  );
  // What stands beside sparse columns may become sparse with them.
  const beside = columns(["hot", hot({}), [0]], ["rest", "passthrough", [1]]);
  const rest = columns(["a", "drop", [0, 1]], ["last", normal(1), [2]]);
  expect(issuesOf(exportOf(pipeline(["pre", beside], ["rest", rest]), ["a", "b"]))).toEqual([
    `rest > ${words}`,
  ]);
  const dense = { ...beside, fitted: { sparse_output_: false } };
  expect(issuesOf(exportOf(pipeline(["pre", dense], ["rest", rest]), ["a", "b"]))).toEqual([]);
});

test("a step that jumps is refused where a last digit that is not scikit-learn's could make it jump", () => {
  const log = applying("numpy.log", null);
  const sqrt = applying("numpy.sqrt", null);
  const round = applying("numpy.round", null);
  expect(issuesOf(exportOf(pipeline(["log", log], ["round", round])))).toEqual([
    "round: makes round of what log gives, whose last digit may not be scikit-learn's: a could fall on the other side of an edge",
  ]);
  expect(issuesOf(exportOf(pipeline(["sqrt", sqrt], ["round", round])))).toEqual([]);
  expect(
    issuesOf(exportOf(pipeline(["log", log], ["q", quantiles([array([1]), array([2])], [0, 1])]))),
  ).toEqual([]);
  expect(
    issuesOf(exportOf(pipeline(["log", log], ["q", quantiles([array([1]), array([1])], [0, 1])]))),
  ).toHaveLength(1);
  const normal = quantiles([array([1]), array([2])], [0, 1], {
    n_quantiles: 2,
    output_distribution: "normal",
  });
  expect(issuesOf(exportOf(pipeline(["q", normal], ["bins", bins({ n_bins: 2 }, [0, 1, 2])])))).toHaveLength(
    1,
  );
});

test("what is fitted otherwise than it is written is noted", () => {
  const warn = oneHot([["x"]], { handle_unknown: "warn" });
  expect(importOf(exportOf(pipeline(["hot", warn]))).notes).toEqual([
    'hot: handle_unknown="warn" gives the same numbers as infrequent_if_exist, but nobody is warned',
  ]);
  const imputer = node(
    "impute.SimpleImputer",
    { missing_values: nan, strategy: { function: "__main__.top" } },
    { statistics_: array([3]) },
  );
  const { notes, document } = importOf(exportOf(pipeline(["fill", imputer])));
  expect(notes).toContain("fill: strategy=__main__.top is written as the constant 3 that it gave for a");
  expect(document.features).toEqual([{ from: "a", steps: [{ impute: { constant: 3 } }] }]);
});

test("bins that were found in another way are written down, but a single one, which has no edges that matter", () => {
  const found = (edges: readonly unknown[]) => {
    const { document, fitted } = importOf(
      exportOf(bins({ n_bins: 3, strategy: "kmeans", encode: "ordinal" }, edges)),
    );
    return { features: document.features, learned: fitted.learned };
  };
  expect(found([0, 1.5, 4])).toEqual({
    features: [{ from: "a", steps: [{ bin: { edges: [0, 1.5, 4], encode: "ordinal" } }] }],
    learned: [[[]]],
  });
  const single = {
    features: [{ from: "a", steps: [{ bin: { n_bins: 3, quantile_method: "linear", encode: "ordinal" } }] }],
    learned: [[[{ edges: [0, 0] }]]],
  };
  expect(found([{ float: "-inf" }, { float: "inf" }])).toEqual(single);
  expect(found([2, 4])).toEqual(single);
});

test("before version 1.7 quantile bins were found linearly, and with warn until 1.9", () => {
  for (const parameters of [{}, { quantile_method: "warn" }]) {
    expect(importOf(exportOf(bins({ n_bins: 5, ...parameters }, [0, 1, 2]))).document.features).toEqual([
      { from: "a", steps: [{ bin: { quantile_method: "linear" } }] },
    ]);
  }
});

function quantiles(
  rows: readonly unknown[],
  levels: readonly number[],
  parameters: Record<string, unknown> = { n_quantiles: rows.length, output_distribution: "uniform" },
): EstimatorNode {
  return node("preprocessing.QuantileTransformer", parameters, {
    quantiles_: array(rows),
    references_: array(levels),
  });
}

function bins(parameters: Record<string, unknown>, edges: readonly unknown[]): EstimatorNode {
  return node(
    "preprocessing.KBinsDiscretizer",
    { strategy: "quantile", encode: "onehot", dtype: null, ...parameters },
    { bin_edges_: array([array(edges)], "object") },
  );
}

function ordinal(parameters: Record<string, unknown>): EstimatorNode {
  return node(
    "preprocessing.OrdinalEncoder",
    {
      categories: "auto",
      handle_unknown: "error",
      encoded_missing_value: nan,
      dtype: { type: "float64" },
      ...parameters,
    },
    { categories_: [array(["x"], "object")] },
  );
}

function applying(name: string, keywords: readonly unknown[] | null): EstimatorNode {
  return node("preprocessing.FunctionTransformer", {
    func: { function: name },
    kw_args: keywords === null ? null : { dict: keywords },
  });
}

function polynomial(parameters: Record<string, unknown>): EstimatorNode {
  return node("preprocessing.PolynomialFeatures", {
    degree: 2,
    interaction_only: false,
    include_bias: true,
    order: "C",
    ...parameters,
  });
}

test("an empty text is no category, but where an imputer puts it", () => {
  const filled = (value: string) =>
    node(
      "impute.SimpleImputer",
      { missing_values: null, strategy: "constant", fill_value: value },
      { statistics_: array([value], "object") },
    );
  const issue =
    "hot: categories_ of a hold an empty text, which Skewless takes for a missing value, as a CSV file cannot tell them apart: fit with None or with a word in its place";
  const hot = oneHot([["", "x"]]);
  expect(issuesOf(exportOf(pipeline(["hot", hot])))).toEqual([issue]);
  expect(issuesOf(exportOf(pipeline(["fill", filled("x")], ["hot", hot])))).toEqual([issue]);
  expect(issuesOf(exportOf(pipeline(["fill", filled("")], ["hot", hot])))).toEqual([]);
});
