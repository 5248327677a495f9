import { describe, expect, test } from "vitest";
import { compileFeature } from "../../src/model/feature.ts";
import type { Value } from "../../src/model/step.ts";
import type { StepName } from "../../src/model/steps.ts";

const step = (name: StepName, parameters: unknown = {}) => ({ name, parameters });

/** A feature of steps that learn nothing, or only the first few of them. */
function feature(
  from: readonly string[],
  places: readonly number[],
  steps: ReturnType<typeof step>[],
  first?: number,
) {
  const learned = steps.slice(0, first).map(() => []);
  return compileFeature({ name: "z", from, steps }, places, learned);
}

function write({ write: push }: ReturnType<typeof compileFeature>, ...row: Value[]): Value[] {
  const out: Value[] = [];
  const end = push(row, out, 0);
  expect(end).toBe(out.length);
  return out;
}

const cycle = step("cyclical", { period: 4 });
const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 12) as number);

describe("a compiled feature", () => {
  test("of one input without steps is its value, under the feature's name", () => {
    const plain = feature(["a"], [2], []);
    expect([plain.columns, write(plain, 1, 2, 3)]).toEqual([["z"], [3]]);
  });

  test("of several inputs without steps is their values, in the order of `from`", () => {
    const both = feature(["b", "a"], [1, 0], []);
    expect([both.columns, write(both, 1, 2)]).toEqual([
      ["b", "a"],
      [2, 1],
    ]);
  });

  test("maps one value through all steps, in order", () => {
    const mapped = feature(["a"], [0], [step("square"), step("clip", { max: 9 }), step("sqrt")]);
    expect([write(mapped, 2), write(mapped, -5)]).toEqual([[2], [3]]);
  });

  test("maps before and after a step that makes several columns, each of them", () => {
    const steps = [step("abs"), cycle, step("square"), step("round", { decimals: 1 })];
    const cyclical = feature(["a"], [0], steps);
    expect(cyclical.columns).toEqual(["z_sin", "z_cos"]);
    expect([write(cyclical, -1), write(cyclical, 2)]).toEqual([near(1, 0), near(0, 1)]);
  });

  test("maps each of several inputs, then joins them to one column of its own name", () => {
    const joined = feature(["a", "b"], [1, 0], [step("abs"), step("difference"), step("square")]);
    expect(joined.columns).toEqual(["z"]);
    expect(write(joined, -1, -4)).toEqual([9]);
  });

  test("goes on from columns that were made of columns", () => {
    const polynomial = step("polynomial", { degree: 2, interaction_only: true, include_bias: false });
    const many = feature(["a"], [0], [cycle, polynomial, cycle]);
    expect(many.columns).toEqual(
      ["z_sin", "z_cos", "z_sin z_cos"].flatMap((name) => [`${name}_sin`, `${name}_cos`]),
    );
    expect(write(many, 1)).toEqual(near(1, 0, 0, 1, 0, 1));
  });

  test("does its first steps only, as long as the later ones are not known", () => {
    const steps = [step("square"), step("standard_scale", { with_mean: true, with_std: true })];
    expect(write(feature(["a"], [0], steps, 1), 3)).toEqual([9]);
    expect(write(feature(["a"], [0], steps, 0), 3)).toEqual([3]);
  });

  test("keeps nothing of a row for the next, whatever its length", () => {
    const poly = feature(["a", "b"], [0, 1], [cycle, step("product"), step("abs")]);
    const once = write(poly, 1, 2);
    expect([write(poly, 3, 3), write(poly, 1, 2)]).toEqual([write(poly, 3, 3), once]);
    const out: Value[] = [7];
    expect(poly.write([1, 2], out, 1)).toBe(1 + once.length);
    expect(out).toEqual([7, ...once]);
  });

  test("says which of its columns are missing: those made of a missing input, or left out by a step", () => {
    const missing = (steps: ReturnType<typeof step>[], from: readonly string[], ...row: Value[]) =>
      feature(from, [...from.keys()], steps).missing(row);
    const label = step("label_map", { map: { 1: 5 }, default: "missing" });
    expect([missing([], ["a"], Number.NaN), missing([], ["a"], 1)]).toEqual([[true], [false]]);
    expect(missing([step("log")], ["a"], -1)).toEqual([false]);
    expect([missing([label], ["a"], 2), missing([label], ["a"], 1)]).toEqual([[true], [false]]);
    expect(missing([label, step("abs")], ["a"], 2)).toEqual([true]);
    expect(missing([step("impute", { constant: -1 }), step("log")], ["a"], Number.NaN)).toEqual([false]);
    expect(missing([step("log")], ["a", "b"], Number.NaN, -1)).toEqual([true, false]);
    expect(missing([cycle], ["a", "b"], Number.NaN, 1)).toEqual([true, true, false, false]);
    expect(missing([step("log"), step("product")], ["a", "b"], -1, Number.NaN)).toEqual([true]);
    const degree2 = step("polynomial", { degree: 2, interaction_only: true, include_bias: true });
    // 1, a, b, a b
    expect(missing([step("log"), degree2], ["a", "b"], -1, Number.NaN)).toEqual([false, false, true, true]);
    expect(missing([degree2, label], ["a", "b"], 1, 2)).toEqual([false, false, true, true]);
  });

  test("gives place and map where it is one value, made step by step from one input", () => {
    const mapped = feature(["a"], [1], [step("square"), step("sqrt")]);
    expect([mapped.place, mapped.map!(-3)]).toEqual([1, 3]);
    const plain = feature(["a"], [1], []);
    expect([plain.place, plain.map]).toEqual([1, undefined]);
    for (const several of [
      feature(["a", "b"], [0, 1], []),
      feature(["a", "b"], [0, 1], [step("product")]),
      feature(["a"], [0], [step("abs"), cycle]),
    ]) {
      expect([several.place, several.map]).toEqual([undefined, undefined]);
    }
  });

  test("cannot be changed", () => {
    const plain = feature(["a"], [0], []);
    expect([Object.isFrozen(plain), Object.isFrozen(plain.columns)]).toEqual([true, true]);
  });
});
