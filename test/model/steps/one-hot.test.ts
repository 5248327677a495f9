import { describe, expect, test } from "vitest";
import { smallDocument } from "../fixtures.ts";
import { fitted, fittedColumn, refusals, oneColumn } from "./fit-in-memory.ts";

describe("one_hot", () => {
  test("makes a column of each category, named as get_feature_names_out names it", () => {
    const column = fittedColumn(["one_hot"], ["b", "a", null, "b"], { type: "string" });
    expect(column.columns).toEqual(["x_a", "x_b", "x_nan"]);
    expect(column.learned).toEqual([[{ categories: ["a", "b", null] }]]);
    expect(["a", "b", null].map((value) => column.transform(value))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  test("tells columns apart that scikit-learn gives one name", () => {
    const names = (values: (string | null)[], parameters: object = {}) =>
      fittedColumn([{ one_hot: parameters }], values, { type: "string" }).columns;
    expect(names(["a", "nan", null])).toEqual(["x_a", "x_nan", "x_nan_2"]);
    expect(names(["nan", "nan_2", null])).toEqual(["x_nan", "x_nan_2", "x_nan_3"]);
    expect(names(["a", "nan", null], { drop: "first" })).toEqual(["x_nan", "x_nan_2"]);
    expect(names(["nan", null], { drop: "first" })).toEqual(["x_nan"]);
    const often = "infrequent_sklearn";
    expect(names([often, often, "a", "b"], { min_frequency: 2 })).toEqual([`x_${often}`, `x_${often}_2`]);
  });

  test("refuses what it does not know, a missing value too, rather than give zeros", () => {
    const column = fittedColumn(["one_hot"], ["b", "a"], { type: "string" });
    expect(() => column.transform("c")).toThrow('one_hot does not know "c" (known: "a", "b")');
    expect(() => column.transform(null)).toThrow('one_hot does not know a missing value (known: "a", "b")');
  });

  test("gives zeros for what it does not know only where it is told to", () => {
    const column = fittedColumn([{ one_hot: { handle_unknown: "ignore" } }], [1, 2, Number.NaN]);
    expect(column.transform(3)).toEqual([0, 0, 0]);
    expect(column.transform(Number.NaN)).toEqual([0, 0, 1]);
  });

  test.each(["infrequent", "infrequent_if_exist"])(
    "counts what it does not know as infrequent: %s",
    (how) => {
      const column = fittedColumn([{ one_hot: { handle_unknown: how, min_frequency: 2 } }], [1, 1, 2, 3]);
      expect(column.columns).toEqual(["x_1", "x_infrequent_sklearn"]);
      expect(column.transform(2)).toEqual([0, 1]);
      expect(column.transform(9)).toEqual([0, 1]);
    },
  );

  test("takes booleans as the numbers 0 and 1", () => {
    const column = fittedColumn([{ one_hot: { drop: "if_binary" } }], [1, 0], { type: "boolean" });
    expect(column.columns).toEqual(["x_1"]);
    expect([0, 1].map((value) => column.transform(value))).toEqual([[0], [1]]);
  });

  test("has nothing to learn where the categories are given, for each of several inputs", () => {
    const document = smallDocument({
      inputs: [
        { name: "a", type: "string" },
        { name: "b", type: "string" },
      ],
      features: [
        { name: "ab", from: ["a", "b"], steps: [{ one_hot: { categories: ["y", "n"], drop: "first" } }] },
      ],
    });
    const pipeline = fitted(document, []);
    expect(pipeline.columns).toEqual(["a_n", "b_n"]);
    expect(pipeline.transform(["y", "n"])).toEqual([0, 1]);
  });

  test("learns each of several inputs by itself", () => {
    const document = smallDocument({
      inputs: [
        { name: "a", type: "string" },
        { name: "b", type: "integer" },
      ],
      features: [{ name: "ab", from: ["a", "b"], steps: ["one_hot"] }],
    });
    const pipeline = fitted(document, [
      ["u", 1],
      ["v", 2],
    ]);
    expect(pipeline.columns).toEqual(["a_u", "a_v", "b_1", "b_2"]);
    expect(pipeline.transform(["v", 1])).toEqual([0, 1, 1, 0]);
  });

  test("counts given categories to find the infrequent ones, and says what is not among them", () => {
    const one_hot = { categories: ["b", "a"], min_frequency: 1 };
    const rows = [["b"], ["c"]];
    expect(refusals(oneColumn([{ one_hot }], "string"), rows)).toEqual([
      'x: one_hot of x: "c" is in the data, but not among the given categories',
    ]);
    const pipeline = fitted(
      oneColumn([{ one_hot: { ...one_hot, handle_unknown: "ignore" } }], "string"),
      rows,
    );
    expect(pipeline.columns).toEqual(["x_b", "x_infrequent_sklearn"]);
  });

  test("may leave no column at all", () => {
    const column = fittedColumn([{ one_hot: { drop: "first" } }], [5, 5]);
    expect(column.columns).toEqual([]);
    expect(column.transform(5)).toEqual([]);
  });
});
