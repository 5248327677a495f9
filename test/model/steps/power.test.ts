import { describe, expect, test } from "vitest";
import { learnPower, powerTransform } from "../../../src/model/steps/power.ts";
import { TARGET_TRANSFORMS } from "../../../src/model/target-transforms.ts";
import { compiled, fittedColumn, mistakes, oneColumn, refusals, sortedColumn } from "./fit-in-memory.ts";
import { casesOf, oracle, relative, ulps } from "./numeric-oracle.ts";

interface Power {
  readonly lambda: number;
  readonly mean?: number;
  readonly scale?: number;
}

/**
 * Where the likelihood hardly varies with lambda, SciPy's rounding errors decide: of two numbers, 0 is the best lambda, and
 * it finds 9e-6; of the years, its likelihoods are the same for lambdas that are 1e-4 apart.
 */
const FLAT: Record<string, number> = { two: 1e-5, years: 1e-5 };

describe("power_transform", () => {
  test.each(casesOf("power_transform"))(
    "learns scikit-learn's lambda within 1e-6: %s",
    (_, { parameters, column, learned }) => {
      const [[found]] = fittedColumn([{ power_transform: parameters }], oracle.columns[column]!)
        .learned as unknown as [[Power]];
      expect(Object.keys(found)).toEqual(Object.keys(learned));
      const wanted = learned as unknown as Power;
      const apart = Math.abs(found.lambda - wanted.lambda);
      expect(
        apart / Math.max(1, Math.abs(wanted.lambda)),
        `${found.lambda}, not ${wanted.lambda}`,
      ).toBeLessThan(FLAT[column] ?? 1e-6);
      // A power's mean and scale vary with its lambda, by the logarithm of the numbers.
      for (const key of ["mean", "scale"] as const) {
        if (wanted[key] === undefined) continue;
        expect(relative(found[key]!, wanted[key]), key).toBeLessThan(1e-12 + 500 * apart);
      }
    },
  );

  test.each(casesOf("power_transform"))(
    "gives what scikit-learn gives, within 4 ulp before it is standardized: %s",
    (_, { parameters, column, learned, rows }) => {
      const raise = compiled("power_transform", parameters, learned);
      for (const [i, value] of oracle.numbers[column]!.entries()) {
        if (rows[i]!.length === 0) continue;
        const [got] = raise(value) as [number];
        const [wanted] = rows[i] as [number];
        const what = `${value}: ${got}, not ${wanted}`;
        if (parameters["standardize"] !== true) expect(ulps(got, wanted), what).toBeLessThanOrEqual(4);
        else if (Number.isNaN(wanted)) expect(got).toBeNaN();
        else {
          // The mean that is taken away leaves fewer digits.
          const { mean, scale } = learned as unknown as Required<Power>;
          const lost = Math.abs(mean / scale) + Math.abs(wanted);
          expect(Math.abs(got - wanted), what).toBeLessThanOrEqual(4 * Number.EPSILON * lost);
        }
      }
    },
  );

  test("takes no value that is not above 0 by box_cox", () => {
    const { transform } = fittedColumn([{ power_transform: { method: "box_cox" } }], [1, 2, 4]);
    expect([0, -1, Number.NaN].map((value) => transform(value)[0])).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("leaves a constant feature its values, missing ones or not", () => {
    const { learned, transform } = fittedColumn(["power_transform"], [3, 3, Number.NaN, 3]);
    expect(learned).toEqual([[{ lambda: 1, mean: 3, scale: 1 }]]);
    expect(transform(5)[0]).toBeCloseTo(2, 14);
  });

  test.each([
    ["yeo_johnson", [Number.NaN, Number.NaN], "has no values"],
    ["yeo_johnson", [1e308, -1e308], "has values so large that their variance overflows"],
    ["box_cox", [2003, 1950, 1997, 2000, 2009], "has values so large that their variance overflows"],
    ["box_cox", [1, 0, 3], "has values that are not above 0, such as 0: box_cox needs positive ones"],
    ["box_cox", [2, Number.NaN, 2], "is 2 in every row: box_cox needs values that differ"],
  ])("cannot be fitted by %s on %j", (method, values, message) => {
    const document = oneColumn([{ power_transform: { method } }]);
    expect(
      refusals(
        document,
        values.map((value) => [value]),
      ),
    ).toEqual([`x: power_transform of x: ${message}`]);
  });

  const refusalOf = (method: string, values: readonly number[]) =>
    refusals(
      oneColumn([{ power_transform: { method } }]),
      values.map((value) => [value]),
    );

  /** Skewed to the right and far from 0, as prices with a base fee: the best lambda is about -4. */
  const offset = Array.from({ length: 500 }, (_, i) => 10_000 * (1 - (i + 0.5) / 500) ** (-1 / 6));

  test.each([
    ["yeo_johnson", offset],
    ["box_cox", offset],
    ["yeo_johnson", [2011, 2011, 2011, 2011, 2012]],
    ["box_cox", [2011, 2011, 2011, 2011, 2012]],
    ["yeo_johnson", [290.1, 291.2, 288.3, 300.4, 285.2]],
    ["box_cox", [1e16, 1e16 + 2]],
  ])("refuses, by %s, a column of which the power would leave no digits", (method, values) => {
    const [refusal, ...others] = refusalOf(method, values);
    expect(others).toEqual([]);
    expect(refusal).toMatch(
      /^x: power_transform of x: loses its values: with the best lambda, -?[\d.]+, .* so nearly what it gives others/,
    );
    expect(refusal).toContain("put standard_scale before it and take yeo_johnson");
  });

  test("leaves a constant feature its values also where it does not standardize", () => {
    const { learned, transform } = fittedColumn([{ power_transform: { standardize: false } }], [3, 3]);
    expect(learned).toEqual([[{ lambda: 1 }]]);
    expect(transform(5)[0]).toBeCloseTo(5, 14);
  });

  test("refuses such a column also where it does not standardize", () => {
    const [refusal] = refusals(
      oneColumn([{ power_transform: { standardize: false } }]),
      offset.map((value) => [value]),
    );
    expect(refusal).toContain("loses its values");
  });

  test("takes such a column once it is scaled, and tells its values apart", () => {
    const { transform } = fittedColumn(["standard_scale", "power_transform"], offset);
    expect(new Set(offset.map((value) => transform(value)[0])).size).toBe(offset.length);
  });

  test("takes a narrow column far from 0 of which the power leaves enough", () => {
    const years = Array.from({ length: 35 }, (_, i) => 1990 + i);
    for (const method of ["yeo_johnson", "box_cox"]) {
      const { transform } = fittedColumn([{ power_transform: { method } }], years);
      const out = years.map((year) => transform(year)[0] as number);
      expect(out).toEqual(out.toSorted((a, b) => a - b));
      expect(new Set(out).size).toBe(years.length);
    }
  });

  test("refuses a column of so many rows that the variance that is left counts as rounding", () => {
    const times = (rows: number) => ({
      count: rows * offset.length,
      forEach: (visit: (value: number, count: number) => void) => {
        for (const value of offset) visit(value * 0.03, rows);
      },
    });
    const learner = learnPower({ method: "yeo_johnson", standardize: true }, "feature");
    expect(learner.finish(times(1), 0)).toHaveProperty("scale");
    expect(learner.finish(times(20_000), 0)).toContain("loses its values");
  });

  test("asks more of a target than of a feature", () => {
    // Milliseconds within one second: each is told from the others, but comes back a hundredth of one off.
    const values = Array.from({ length: 1000 }, (_, i) => 1.7e12 + ((i * 7919) % 1000));
    const parameters = { method: "yeo_johnson", standardize: true } as const;
    expect(learnPower(parameters, "feature").finish(sortedColumn(values), 0)).toHaveProperty("lambda");
    const refusal = learnPower(parameters, "target").finish(sortedColumn(values), 0);
    expect(refusal).toContain("take another transform, such as standard_scale");
  });

  test("refuses a target all of whose predictions would be one number", () => {
    for (const method of ["box_cox", "yeo_johnson"] as const) {
      for (const standardize of [true, false]) {
        const learner = TARGET_TRANSFORMS[method].fit({ standardize });
        expect(learner.finish(sortedColumn(offset), 0)).toContain("loses its values");
        expect(learner.finish(sortedColumn(offset), 0)).toContain("take another transform");
      }
    }
  });

  test("tells a model file of a method that it does not have", () => {
    expect(mistakes([{ power_transform: { method: "log" } }])).toEqual([
      'must be one of yeo_johnson, box_cox, not "log"',
    ]);
  });

  test.each(["yeo_johnson", "box_cox"] as const)("is taken back by its inverse: %s", (method) => {
    const values = [0.5, 1, 2, 4, 9, 30];
    for (const standardize of [true, false]) {
      const parameters = { method, standardize };
      const { learned } = fittedColumn([{ power_transform: parameters }], values);
      const { forward, inverse } = powerTransform(parameters, learned[0]![0] as Power);
      for (const value of values) expect(relative(inverse(forward(value)), value)).toBeLessThan(1e-14);
    }
  });
});
