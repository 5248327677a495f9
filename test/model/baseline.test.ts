import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  COUNTED_CATEGORIES,
  type ColumnBaseline,
  LISTED_CATEGORIES,
  PROBABILITIES,
  startBaseline,
} from "../../src/model/baseline.ts";
import type { InputSpec } from "../../src/model/schema.ts";
import type { Value } from "../../src/model/step.ts";
import { needs } from "../needs.ts";
import { sortedColumn } from "./steps/fit-in-memory.ts";

function baselineOf(
  spec: { type: InputSpec["type"]; categories?: number[] },
  values: Iterable<Value>,
): ColumnBaseline {
  const column = startBaseline({ name: "x", ...spec } as InputSpec, () => {
    const kept: number[] = [];
    return { add: (value) => void kept.push(value), sorted: () => sortedColumn(kept) };
  });
  for (const value of values) column.add(value);
  return column.finish();
}

describe("of numbers", () => {
  test("holds what pandas' describe says, and how many are missing", () => {
    expect(baselineOf({ type: "number" }, [3, Number.NaN, 1, 2, 10])).toEqual({
      kind: "number",
      count: 4,
      missing: 1,
      mean: 4,
      std: Math.sqrt((1 + 9 + 4 + 36) / 3),
      min: 1,
      max: 10,
      quantiles: {
        "0.01": 1.03,
        "0.05": 1.15,
        "0.25": 1.75,
        "0.5": 2.5,
        "0.75": 4.75,
        "0.95": expect.closeTo(8.95, 12) as number,
        "0.99": expect.closeTo(9.79, 12) as number,
      },
    });
  });

  test("has no standard deviation of one value", () => {
    expect(baselineOf({ type: "integer" }, [7])).toMatchObject({
      count: 1,
      mean: 7,
      std: null,
      min: 7,
      max: 7,
    });
  });

  test("has nothing but counts where all are missing", () => {
    const none = Object.fromEntries(PROBABILITIES.map((p) => [String(p), null]));
    expect(baselineOf({ type: "number" }, [Number.NaN, Number.NaN])).toEqual({
      kind: "number",
      count: 0,
      missing: 2,
      mean: null,
      std: null,
      min: null,
      max: null,
      quantiles: none,
    });
  });

  test("has null for what is beyond a double, and keeps the rest", () => {
    const large = baselineOf({ type: "number" }, [-1e308, 1e308, 1e308]);
    expect(large).toMatchObject({ std: null, min: -1e308, max: 1e308 });
  });
});

describe("of categories", () => {
  test("counts texts, in the order of their characters", () => {
    const values = ["b", "a", null, "10", "b", "9", ""];
    expect(baselineOf({ type: "string" }, values)).toEqual({
      kind: "category",
      count: 6,
      missing: 1,
      categories: [
        ["", 1],
        ["10", 1],
        ["9", 1],
        ["a", 1],
        ["b", 2],
      ],
      others: 0,
    });
  });

  test("counts the numbers of an input with categories, in their order", () => {
    expect(baselineOf({ type: "integer", categories: [2, 10, 1] }, [10, 2, 10, Number.NaN])).toEqual({
      kind: "category",
      count: 3,
      missing: 1,
      categories: [
        [2, 1],
        [10, 2],
      ],
      others: 0,
    });
  });

  test("counts false and true as what they are", () => {
    expect(baselineOf({ type: "boolean" }, [1, 0, 1, Number.NaN])).toMatchObject({
      missing: 1,
      categories: [
        [false, 1],
        [true, 2],
      ],
    });
  });

  test("lists exactly as many as may be, and counts the rarest of one more as another", () => {
    const names = Array.from({ length: LISTED_CATEGORIES }, (_, i) => `c${i}`);
    const all = baselineOf({ type: "string" }, [...names, ...names]);
    expect(all).toMatchObject({ count: 2 * LISTED_CATEGORIES, others: 0 });
    const more = baselineOf({ type: "string" }, ["c", ...names, ...names]);
    expect(more).toMatchObject({ count: 2 * LISTED_CATEGORIES + 1, others: 1 });
    expect((more as Extract<ColumnBaseline, { kind: "category" }>).categories).toEqual(
      names.toSorted().map((name) => [name, 2]),
    );
  });

  test("counts those after very many, and those of more than 256 characters, as others", () => {
    const names = Array.from({ length: COUNTED_CATEGORIES + 1 }, (_, i) => `c${i}`);
    const last = names.at(-1)!;
    const found = baselineOf({ type: "string" }, ["a".repeat(257), ...names, last, last]);
    const rest = COUNTED_CATEGORIES - LISTED_CATEGORIES;
    expect(found).toMatchObject({ count: COUNTED_CATEGORIES + 4, others: rest + 4 });
    expect(baselineOf({ type: "string" }, ["a".repeat(256)])).toMatchObject({ others: 0 });
  });
});

describe("of date-times", () => {
  test("holds the first and the last as text, without what is zero behind the second", () => {
    const values = [Date.UTC(2012, 11, 19, 17), Number.NaN, Date.UTC(2011, 0, 1, 0, 0, 0, 5)];
    expect(baselineOf({ type: "datetime" }, values)).toEqual({
      kind: "datetime",
      count: 2,
      missing: 1,
      min: "2011-01-01T00:00:00.005",
      max: "2012-12-19T17:00:00",
    });
  });

  test("has neither where all are missing", () => {
    expect(baselineOf({ type: "datetime" }, [Number.NaN])).toEqual({
      kind: "datetime",
      count: 0,
      missing: 1,
      min: null,
      max: null,
    });
  });
});

const python = process.env["SKEWLESS_SKLEARN_PYTHON"] ?? process.env["SKEWLESS_PYTHON"];

needs("Python with pandas (SKEWLESS_PYTHON)", python !== undefined)(
  "of numbers is what pandas' describe gives: quantiles to the bit, mean and deviation within 1e-12",
  () => {
    const number = fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.integer({ min: -5, max: 5 }).map((whole) => whole / 2),
      fc.constant(Number.NaN),
    );
    const columns = fc.sample(fc.array(number, { maxLength: 60 }), { numRuns: 300, seed: 3 });
    const script = `
import json, sys, numpy as np, pandas as pd
P = ${JSON.stringify(PROBABILITIES)}
for line in sys.stdin:
    s = pd.Series([np.nan if v is None else v for v in json.loads(line)], dtype="float64")
    v = s.dropna().to_numpy()
    q = [None] * len(P) if len(v) == 0 else [float(x) for x in np.quantile(v, P)]
    row = [int(s.count()), s.mean(), s.std(), s.min(), s.max()]
    scale = float(np.abs(v).max()) if len(v) else 0.0
    print(json.dumps([[None if pd.isna(x) else float(x) for x in row], q, scale]))
`;
    const input = columns.map(
      (values) => `${JSON.stringify(values.map((v) => (Number.isNaN(v) ? null : v + 0)))}\n`,
    );
    const output = execFileSync(python!, ["-c", script], { input: input.join(""), encoding: "utf8" });
    const lines = output.trimEnd().split("\n");
    expect(lines).toHaveLength(columns.length);
    for (const [i, line] of lines.entries()) {
      const [[count, mean, std, min, max], q, scale] = JSON.parse(line) as [
        (number | null)[],
        (number | null)[],
        number,
      ];
      const ours = baselineOf({ type: "number" }, columns[i]!) as Extract<ColumnBaseline, { kind: "number" }>;
      expect(ours).toMatchObject({ count, min, max });
      expect(Object.values(ours.quantiles).map((value) => value && value + 0)).toEqual(q);
      for (const [got, wanted] of [
        [ours.mean, mean],
        [ours.std, std],
      ] as const) {
        if (wanted === null || wanted === undefined) expect(got).toBeNull();
        else expect(Math.abs(got! - wanted)).toBeLessThanOrEqual(1e-12 * scale);
      }
    }
  },
);
