import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startMoments } from "../../src/model/moments.ts";
import { boxCox, lostBy, yeoJohnson } from "../../src/model/power.ts";
import { sortedColumn } from "./steps/fit-in-memory.ts";
import { oracle, relative, ulps } from "./steps/numeric-oracle.ts";

describe("Box-Cox", () => {
  test.each(oracle.boxCox)("is SciPy's within 4 ulp, for lambda $lambda", ({ lambda, rows }) => {
    const { forward } = boxCox(lambda);
    for (const [x, y] of rows) expect(ulps(forward(x), y), `${x}: ${forward(x)}, not ${y}`).toBeLessThan(5);
  });

  test.each(oracle.boxCoxInverse)("is taken back as by SciPy, for lambda $lambda", ({ lambda, rows }) => {
    const { inverse } = boxCox(lambda);
    for (const [y, x] of rows) expect(ulps(inverse(y), x), `${y}: ${inverse(y)}, not ${x}`).toBeLessThan(5);
  });

  test("takes nothing that is not above 0, nor an infinite value", () => {
    for (const lambda of [-1, 0, 1]) {
      const { forward } = boxCox(lambda);
      expect([0, -1, Number.NaN, Infinity].map(forward)).toEqual(Array.from({ length: 4 }, () => Number.NaN));
    }
  });

  test("gives no number for an output that no value gives", () => {
    expect(boxCox(2).inverse(-3)).toBeNaN();
  });
});

describe("Yeo-Johnson", () => {
  test.each(oracle.yeoJohnson)("is SciPy's within 4 ulp, for lambda $lambda", ({ lambda, rows }) => {
    const { forward } = yeoJohnson(lambda);
    for (const [x, y] of rows) expect(ulps(forward(x), y), `${x}: ${forward(x)}, not ${y}`).toBeLessThan(5);
  });

  test.each(oracle.yeoJohnsonInverse)(
    "is taken back as by scikit-learn, up to the digits that that loses, for lambda $lambda",
    ({ lambda, rows }) => {
      const { inverse } = yeoJohnson(lambda);
      for (const [y, x] of rows) {
        const used = y >= 0 ? lambda : 2 - lambda;
        if (1 + used * Math.abs(y) < 0) {
          // No number gives this; scikit-learn takes a root of a negative number where there is one.
          expect(inverse(y)).toBeNaN();
          continue;
        }
        const exponent = Math.abs(1 / used);
        const lost = 4 + 2 * Math.log1p(Math.abs(x)) + (exponent < 1e15 ? exponent : 0);
        expect(Math.abs(inverse(y) - x), `${y}: ${inverse(y)}, not ${x}`).toBeLessThanOrEqual(
          lost * Number.EPSILON * (1 + Math.abs(x)),
        );
      }
    },
  );

  test("takes no infinite value", () => {
    expect([Infinity, -Infinity, Number.NaN].map(yeoJohnson(-1).forward)).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("gives no number for an output that no value gives", () => {
    expect(yeoJohnson(-1).inverse(2)).toBeNaN();
    expect(yeoJohnson(3).inverse(-2)).toBeNaN();
  });

  test("is taken back to fourteen digits, however near to 0", () => {
    const value = fc.oneof(
      fc.integer({ min: -5000, max: 5000 }).map((whole) => whole / 100),
      fc.double({ min: 1e-200, max: 1e-9, noNaN: true }),
      fc.double({ min: -1e-9, max: -1e-200, noNaN: true }),
    );
    fc.assert(
      fc.property(value, fc.double({ min: -0.5, max: 2.5, noNaN: true }), (x, lambda) => {
        const { forward, inverse } = yeoJohnson(lambda);
        expect(relative(inverse(forward(x)), x)).toBeLessThan(1e-13);
      }),
    );
  });
});

describe("what a power loses", () => {
  const lost = (lambda: number, values: readonly number[], ends: boolean) => {
    const moments = startMoments();
    for (const value of values) moments.add(value);
    return lostBy(boxCox(lambda), sortedColumn(values), moments.finish(), ends);
  };

  test("may be an outlier, unless the ends must come back too", () => {
    const values = [0.01, ...Array.from({ length: 99 }, (_, i) => 0.9 + i / 1000)];
    expect(lost(20, values, false)).toBeUndefined();
    expect(lost(20, values, true)).toBe(0.01);
    expect(lost(2, values, true)).toBeUndefined();
  });

  test("is none of the quartiles, of one value or many", () => {
    expect(lost(-5, [2011, 2012], false)).toBe(2011);
    expect(lost(-5, [1, 2, 3, 2011, 2012], false)).toBe(2011);
    expect(lost(-5, [1, 2, 3, 4, 5, 6, 2012], false)).toBeUndefined();
    expect(lost(1, [2011, 2012], true)).toBeUndefined();
  });

  test("is a value that comes back by luck, when the outputs beside its own do not", () => {
    const { forward, inverse } = boxCox(-3);
    const lucky = Array.from({ length: 2000 }, (_, i) => 2000 + i).find(
      (x) => Math.abs(inverse(forward(x)) - x) < 1e-5,
    )!;
    expect(lucky).toBeDefined();
    expect(lost(-3, [lucky, lucky, lucky, lucky, lucky + 1], false)).toBe(lucky);
  });
});
