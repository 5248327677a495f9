import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FLOAT32_MAX, fitsFloat32 } from "../../src/model/float32.ts";

test("a number fits a float32 exactly if it stays finite when it is rounded to one", () => {
  const near = fc.double({ min: FLOAT32_MAX * 0.999_999_9, max: FLOAT32_MAX * 1.000_000_1 });
  fc.assert(
    fc.property(fc.oneof(fc.double(), near), fc.boolean(), (size, negative) => {
      const value = negative ? -size : size;
      expect(fitsFloat32(value)).toBe(Number.isFinite(Math.fround(value)));
    }),
  );
});

test("the largest one fits, and so does what rounds to it; half a step beyond is infinite", () => {
  const end = 2 ** 128 - 2 ** 103;
  expect(Math.fround(FLOAT32_MAX)).toBe(FLOAT32_MAX);
  expect([FLOAT32_MAX, end - 2 ** 75, end].map((value) => fitsFloat32(value))).toEqual([true, true, false]);
  expect([-end + 2 ** 75, -end].map((value) => fitsFloat32(value))).toEqual([true, false]);
});

test("what is no number does not fit, even if it looks like one", () => {
  expect([Number.NaN, Infinity, "1", null, true, undefined].map((value) => fitsFloat32(value))).toEqual(
    Array.from({ length: 6 }, () => false),
  );
});
