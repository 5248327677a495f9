import { expect, test } from "vitest";
import { numberOf, pythonText, readExport } from "../../src/import/exported.ts";
import { array, exportOf, scaler } from "./exports.ts";

test("an export is read as it is", () => {
  const exported = exportOf(scaler());
  expect(readExport(JSON.stringify(exported))).toEqual(exported);
});

test.each([
  ["no JSON", "name: x", "is no JSON"],
  ["another document", '{"name": "x"}', "is no export of tools/export_sklearn.py"],
  ["a list", "[1]", "is no export of tools/export_sklearn.py"],
  ["a newer format", '{"skewless_export": 2}', "has format 2, where this version of Skewless reads 1"],
  ["a damaged one", '{"skewless_export": 1, "estimator": {}}', "is damaged, or was changed by hand"],
])("%s is told from an export", (_, text, words) => {
  expect(readExport(text)).toBe(words);
});

test("numbers that JSON has no form for are read", () => {
  expect(["nan", "inf", "-inf", "x"].map((float) => numberOf({ float }))).toEqual([
    NaN,
    Infinity,
    -Infinity,
    undefined,
  ]);
  expect(numberOf("1")).toBeUndefined();
});

test("values are shown as Python shows them, in a few words", () => {
  expect(
    [
      null,
      true,
      1.5,
      "x",
      "y".repeat(70),
      [1, [2, 3]],
      array([1, 2, 3, 4, 5, 6]),
      { float: "nan" },
      { dict: [["a", null]] },
      { dict: 3 },
      { type: "float32" },
      { function: "numpy.log" },
      { integer: "9007199254740993" },
      scaler(),
      {},
    ].map(pythonText),
  ).toEqual([
    "None",
    "True",
    "1.5",
    '"x"',
    `"${"y".repeat(57)}…"`,
    "[1, [2, 3]]",
    "[1, 2, 3, 4, 5, …]",
    "nan",
    '{"a": None}',
    "{}",
    "float32",
    "numpy.log",
    "9007199254740993",
    "StandardScaler",
    "",
  ]);
});
