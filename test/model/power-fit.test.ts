import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startMoments } from "../../src/model/moments.ts";
import { fitPower } from "../../src/model/power-fit.ts";
import type { PowerMethod } from "../../src/model/power.ts";
import { sortedColumn } from "./steps/fit-in-memory.ts";
import { relative } from "./steps/numeric-oracle.ts";

/** A column and its likeliest lambda, to fifty digits; see power-fit.oracle.py. */
interface OracleCase {
  readonly name: string;
  readonly method: PowerMethod;
  readonly column: readonly number[];
  readonly lambda: number;
  /** Whether the likeliest is outside the limits of the search, and `lambda` the limit. */
  readonly limited: boolean;
  readonly sklearn: number;
  /** Between scikit-learn's lambdas of the same rows in other orders. */
  readonly spread: number;
}

const cases = JSON.parse(
  readFileSync(new URL("power-fit.oracle.json", import.meta.url), "utf8"),
) as readonly OracleCase[];

const titled = (some: readonly OracleCase[]) =>
  some.map((one): [string, OracleCase] => [`${one.method} of ${one.name}`, one]);

function learn(method: PowerMethod, values: readonly number[]) {
  const moments = startMoments();
  for (const value of values) moments.add(value);
  return fitPower(method, sortedColumn(values), moments.finish());
}

const apart = (a: unknown, b: number) => Math.abs((a as number) - b);

describe("the lambda that is learned", () => {
  test.each(titled(cases.filter(({ limited }) => !limited)))(
    "is the likeliest within 1e-6: %s",
    (_, { method, column, lambda }) => {
      const found = learn(method, column);
      expect(apart(found, lambda), `${found}, not ${lambda}`).toBeLessThan(1e-6);
    },
  );

  test.each(titled(cases.filter(({ limited }) => limited)))(
    "is the limit of SciPy's search where the likeliest is beyond: %s",
    (_, { method, column, lambda }) => {
      const found = learn(method, column);
      expect(apart(found, lambda), `${found}, not ${lambda}`).toBeLessThan(1e-12);
    },
  );

  test.each(titled(cases))(
    "is scikit-learn's within 1e-6, unless scikit-learn's is further from the likeliest: %s",
    (_, { method, column, lambda, sklearn }) => {
      const found = learn(method, column);
      const difference = apart(found, sklearn);
      const itsOwn = apart(sklearn, lambda);
      expect(difference <= 1e-6 || itsOwn >= difference - 1e-6, `${found}, not ${sklearn}`).toBe(true);
    },
  );

  test("is the same for the rows in any order, where scikit-learn's differs by more than 1e-6", () => {
    const moved = cases.filter(({ spread }) => spread > 1e-6);
    expect(moved.length).toBeGreaterThan(10);
    for (const { method, column } of moved) {
      expect(learn(method, column.toReversed())).toBe(learn(method, column));
    }
  });

  test("keeps powers from overflowing, as SciPy's does", () => {
    // scipy.stats.boxcox of the same values
    expect(learn("box_cox", [2003, 1950, 1997, 2000, 2009])).toBeCloseTo(92.71077985888486, 6);
    expect(learn("box_cox", [1 / 2003, 1 / 1950, 1 / 1997, 1 / 2000, 1 / 2009])).toBeCloseTo(
      -92.71077985888486,
      6,
    );
  });

  test("is 0, the best one, for values that are symmetric about 1 but for a factor", () => {
    for (const values of [
      [1, 3],
      [0.25, 0.5, 1, 2, 4],
      [0.5, 2],
    ]) {
      expect(Math.abs(learn("box_cox", values) as number)).toBeLessThan(1e-15);
    }
  });

  test("is found of columns so narrow that all likelihoods that the search tries are the same", () => {
    // Of equally frequent numbers at equal distances, three have 0.6 and two 0, whatever the distances; see the script.
    for (const [middle, distance] of [
      [1e9, 1],
      [1e12, 1000],
      [1e15, 1e6],
    ] as const) {
      const three = [middle - distance, middle, middle + distance];
      for (const method of ["box_cox", "yeo_johnson"] as const) {
        expect(learn(method, three)).toBeCloseTo(0.6, 5);
        expect(learn(method, three.slice(1))).toBeCloseTo(0, 5);
      }
    }
  });

  test("is where SciPy's search ends, when every variance underflows", () => {
    // scipy.stats.yeojohnson_normmax of the same values
    for (const [values, wanted] of [
      [[1e-170, 2e-170, 4e-170], 4.2108690286147003e170],
      [[-1e-170, -2e-170, -4e-170], 4.2022046887291884e170],
      [[-1e-170, 2e-170, 4e-170], 4.202204688889584e170],
    ] as const) {
      expect(relative(learn("yeo_johnson", values) as number, wanted)).toBeLessThan(1e-6);
    }
  });

  test("is of powers beyond a double too, where the search passes them", () => {
    expect(learn("box_cox", [1e-300, 1, 1e300])).toBeCloseTo(0, 15);
  });
});
