import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pipeline } from "../../src/model/pipeline.ts";
import type { Row } from "../../src/model/request.ts";
import { compile, problemOf, smallDocument } from "./fixtures.ts";

const missing = Number.NaN;

/** A model of the inputs a, b and c, all of which may be missing, and of one feature made of some of them. */
function model(from: readonly string[], steps: readonly unknown[]): Pipeline {
  const inputs = ["a", "b", "c"].map((name) => ({ name, type: "number", missing: true }));
  return compile(smallDocument({ inputs, features: [{ name: "z", from, steps }] }));
}

/** A line, or what is said to be wrong: the same by all three ways from a row to its columns. */
function outcome(pipeline: Pipeline, row: Row): string {
  const obstacles = pipeline.explain(row);
  const fits = pipeline.fill(row, new Float64Array(pipeline.columns.length), 0);
  expect(fits).toBe(obstacles.length === 0);
  if (fits) return pipeline.encode([row])[0]!;
  const [error] = problemOf(() => pipeline.encode([row])).errors!;
  expect(error!.detail).toBe(obstacles[0]!.detail);
  return error!.detail;
}

const NO_NUMBER = "makes b NaN, which the model cannot take";

describe("a cell is empty only where it is made of what is missing:", () => {
  test("not where another column of its feature is, and its own step has no result", () => {
    const roots = model(["a", "b"], ["sqrt"]);
    expect(outcome(roots, [missing, 4, 1])).toBe(",2");
    expect(outcome(roots, [missing, -4, 1])).toBe(NO_NUMBER);
    expect(outcome(roots, [missing, missing, 1])).toBe(",");
  });

  test("not where a step has filled it, and a later one has no result", () => {
    const filled = model(["a"], [{ impute: { constant: -1 } }, "sqrt"]);
    expect(outcome(filled, [missing, 1, 1])).toBe("makes z NaN, which the model cannot take");
    expect(outcome(filled, [4, 1, 1])).toBe("2");
  });

  test("where a step leaves it out, and then only in the columns that it does so in", () => {
    const label = { label_map: { map: { 1: 5 }, default: "missing" } };
    expect(outcome(model(["a", "b"], [label]), [2, 1, 0])).toBe(",5");
    expect(outcome(model(["a", "b"], [label, "product"]), [2, 1, 0])).toBe("");
    expect(outcome(model(["a", "b"], ["sqrt", label]), [1, -1, 0])).toBe("5,");
    expect(outcome(model(["a", "b"], [label, "sqrt"]), [1, 2, 0])).toBe(`${Math.sqrt(5)},`);
    const negative = { label_map: { map: { 1: -5 }, default: "missing" } };
    expect(outcome(model(["a", "b"], [negative, "sqrt"]), [2, 1, 0])).toBe(NO_NUMBER);
  });

  test("where any column that a join is made of is missing, whatever the others are", () => {
    for (const join of ["product", "ratio", "difference"]) {
      const joined = model(["a", "b"], ["sqrt", join]);
      expect(outcome(joined, [missing, 1, 1])).toBe("");
      expect(outcome(joined, [-1, missing, 1])).toBe("");
      expect(outcome(joined, [-1, 1, missing])).toBe("makes z NaN, which the model cannot take");
    }
  });

  test("never where it is infinite", () => {
    const ratio = model(["a", "b"], ["ratio"]);
    expect(outcome(ratio, [1, 0, missing])).toBe("makes z Infinity, which the model cannot take");
    expect(outcome(ratio, [0, 0, missing])).toBe("makes z NaN, which the model cannot take");
  });
});

/** A value with what is known of it: whether it is missing, not merely no number. */
interface Cell {
  readonly value: number;
  readonly missing: boolean;
}

/** A step, and what it makes of columns in words of its own. */
interface Told {
  readonly step: unknown;
  readonly tell: (columns: readonly Cell[]) => Cell[];
}

const each =
  (map: (value: number) => number): Told["tell"] =>
  (columns) =>
    columns.map(({ value, missing: lacks }) => ({ value: map(value), missing: lacks }));

const joined =
  (combine: (values: readonly number[]) => number): Told["tell"] =>
  (columns) => [
    {
      value: combine(columns.map(({ value }) => value)),
      missing: columns.some(({ missing: lacks }) => lacks),
    },
  ];

const MAPS: readonly Told[] = [
  { step: "sqrt", tell: each(Math.sqrt) },
  { step: "log", tell: each(Math.log) },
  { step: "square", tell: each((value) => value * value) },
  {
    step: { impute: { constant: -1 } },
    tell: each((value) => (Number.isNaN(value) ? -1 : value)),
  },
  {
    step: { label_map: { map: { 1: -4, 4: 4 }, default: "missing" } },
    tell: (columns) =>
      columns.map(({ value }) => {
        const found = value === 1 ? -4 : value === 4 ? 4 : undefined;
        return { value: found ?? missing, missing: found === undefined };
      }),
  },
];

const EXPANSION: Told = {
  step: { bin: { edges: [0, 2, 9] } },
  tell: (columns) =>
    columns.flatMap((cell) => {
      const lower = Number(cell.value < 2);
      return (Number.isFinite(cell.value) ? [lower, 1 - lower] : [missing, missing]).map((value) => ({
        value,
        missing: cell.missing,
      }));
    }),
};

const PRODUCT: Told = { step: "product", tell: joined((values) => values.reduce((a, b) => a * b)) };

/** Runs a row through the words: its line, or undefined where a cell is no number and not missing. */
function told(row: readonly number[], steps: readonly Told[]): string | undefined {
  let cells: Cell[] = row.map((value) => ({ value, missing: Number.isNaN(value) }));
  for (const { tell } of steps) {
    // What was filled is not missing any more.
    cells = tell(cells).map((cell) => ({ ...cell, missing: cell.missing && Number.isNaN(cell.value) }));
  }
  const fits = cells.every(({ value, missing: lacks }) => Number.isFinite(value) || lacks);
  return fits
    ? cells.map(({ value }) => (Number.isNaN(value) ? "" : String(value + 0))).join(",")
    : undefined;
}

test("whatever the steps, a cell is empty if it is missing, and a row is refused if one has no number otherwise", () => {
  const maps = fc.array(fc.constantFrom(...MAPS), { maxLength: 3 });
  const values = fc.tuple(...["a", "b", "c"].map(() => fc.constantFrom(missing, -1, 0, 1, 2, 4)));
  const middle = fc.constantFrom<readonly Told[]>([], [EXPANSION], [PRODUCT], [EXPANSION, PRODUCT]);
  const width = fc.integer({ min: 1, max: 3 });
  let empty = 0;
  let refused = 0;
  fc.assert(
    fc.property(maps, middle, maps, width, values, (before, between, after, several, row) => {
      const steps = [...before, ...(several === 1 ? [] : between), ...after];
      const from = ["a", "b", "c"].slice(0, several);
      const expected = told(row.slice(0, several), steps);
      const got = outcome(
        model(
          from,
          steps.map(({ step }) => step),
        ),
        row,
      );
      if (expected === undefined) {
        refused++;
        expect(got).toMatch(/, which the model cannot take$/);
      } else {
        if (expected === "" || /^,|,,|,$/.test(expected)) empty++;
        expect(got).toBe(expected);
      }
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(empty, refused)).toBeGreaterThan(100);
});
