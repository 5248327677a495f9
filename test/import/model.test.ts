import { expect, test } from "vitest";
import { parse } from "yaml";
import { modelText } from "../../src/import/model-text.ts";
import { array, columns, exportOf, importOf, issuesOf, node, oneHot, pipeline, scaler } from "./exports.ts";

const features = (...given: Parameters<typeof exportOf>) => importOf(exportOf(...given)).document.features;

test("a feature has its input's name where it is the only one of it, else its branch's too", () => {
  expect(features(columns(["num", scaler(2), [0, 1]], ["1 rest!", "passthrough", [1]]), ["a", "b"])).toEqual([
    { from: "a", steps: ["standard_scale"] },
    { name: "num__b", from: "b", steps: ["standard_scale"] },
    { name: "_1_rest___b", from: "b" },
  ]);
  expect(
    features(columns(["x", "passthrough", [0]], ["x", "passthrough", [0]], ["x", scaler(), [0]])),
  ).toEqual([
    { name: "x__a", from: "a" },
    { name: "x__a_2", from: "a" },
    { name: "x__a_3", from: "a", steps: ["standard_scale"] },
  ]);
});

test("where a short name would make two columns alike, all features have long ones", () => {
  expect(
    features(columns(["hot", oneHot([["x"]]), [0]], ["rest", "passthrough", [1]]), ["a", "a_x"]),
  ).toEqual([
    { name: "hot__a", from: "a", steps: ["one_hot"] },
    { name: "rest__a_x", from: "a_x" },
  ]);
});

test("a long name is cut, with room for a number", () => {
  const branch = "b".repeat(80);
  const [one, two] = features(columns([branch, "passthrough", [0]], [branch, "passthrough", [0]])) as {
    name: string;
  }[];
  expect([one!.name.length, two!.name]).toEqual([60, `${"b".repeat(60)}_2`]);
});

test("the name of an input that a model file cannot hold is named, with what to do", () => {
  const [issue] = issuesOf(exportOf(scaler(), ["hours per week"]));
  expect(issue).toMatch(/^input "hours per week": .*Rename it: --rename OLD=NEW, and in the data too$/);
});

test.each([
  ["0.24.2", "the estimator: was exported by scikit-learn 0.24.2; it must be 1.3 or newer, and below 2"],
  ["1.2.2", "the estimator: was exported by scikit-learn 1.2.2; it must be 1.3 or newer, and below 2"],
  ["2.0", "the estimator: was exported by scikit-learn 2.0; it must be 1.3 or newer, and below 2"],
  ["main", "the estimator: was exported by scikit-learn main; it must be 1.3 or newer, and below 2"],
])("an export of scikit-learn %s is refused", (version, issue) => {
  expect(issuesOf(exportOf(scaler(), ["a"], { versions: { "scikit-learn": version } }))).toEqual([issue]);
});

test("versions from 1.3 to 1.9 are taken, a newer one with a note", () => {
  const notes = (version: string) =>
    importOf(exportOf(scaler(), [{ name: "a", dtype: "float64" }], { versions: { "scikit-learn": version } }))
      .notes;
  expect(notes("1.3.0")).toEqual([]);
  expect(notes("1.9.1")).toEqual([]);
  expect(notes("1.10.0")).toEqual([
    "scikit-learn 1.10.0 is newer than 1.9, the newest that this was held against: prove it with skewless check --against",
  ]);
});

test("an export whose columns do not add up is refused", () => {
  expect(issuesOf(exportOf(scaler(), ["a"], { columns_out: 1 }))).toEqual([]);
  expect(issuesOf(exportOf(scaler(), ["a"], { columns_out: 2 }))).toEqual([
    "the estimator: gives 2 columns, where its parts give 1: it was changed after fitting",
  ]);
});

test("a text that a model file would take for a variable is refused", () => {
  const given = { categories: [array(["x", "${HOME}"], "object")] };
  expect(issuesOf(exportOf(oneHot([["x", "${HOME}"]], given)))).toEqual([
    '"${HOME}" cannot be written: a model file takes ${…} for a variable of the environment',
  ]);
  // What is learned stands in the fitted file, where nothing is put in.
  expect(issuesOf(exportOf(oneHot([["x", "${HOME}"]])))).toEqual([]);
});

test("the text is a line for each input and feature, a comment for each branch, and reads back as it was meant", () => {
  const estimator = columns(
    ["num\n- x", scaler(2), [0, 1]],
    ["cat", oneHot([["x", "y: #z"]], { categories: [array(["x", "y: #z"], "object")] }), [2]],
  );
  const imported = importOf(
    exportOf(estimator, [{ name: "a", dtype: "float64" }, { name: "b", dtype: "int64" }, "c", "d"]),
  );
  const text = modelText(imported, "p.json (scikit-learn 1.9.1)");
  expect(text)
    .toBe(`# Made by \`skewless import\` of p.json (scikit-learn 1.9.1). What its estimators learned is in m.fitted.json.
# - no feature is made from these columns, so they are no inputs: d
name: m
version: "1"
endpoint: { name: m }

# What a client sends; the order is that of a positional row.
inputs:
  - { name: a, type: number }
  - { name: b, type: integer }
  - { name: c, type: string, example: x }

# What the model was trained on; the order is that of the CSV.
features:
  # num - x: StandardScaler
  - { from: a, steps: [ standard_scale ] }
  - { from: b, steps: [ standard_scale ] }
  # cat: OneHotEncoder
  - { from: c, steps: [ { one_hot: { categories: [ x, "y: #z" ] } } ] }

target: { name: y }
`);
  expect(parse(text)).toEqual(imported.document);
});

test("what a step learned is in the fitted file, of every column", () => {
  const { fitted } = importOf(
    exportOf(
      pipeline(
        ["scale", scaler(2)],
        [
          "poly",
          node("preprocessing.PolynomialFeatures", {
            degree: 2,
            interaction_only: false,
            include_bias: true,
          }),
        ],
      ),
      ["a", "b"],
    ),
  );
  expect(fitted).toEqual({
    learned: [
      [
        [
          { mean: 1.5, scale: 2 },
          { mean: 1.5, scale: 2 },
        ],
        [],
      ],
    ],
    target: [{}],
  });
});
