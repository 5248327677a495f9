import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nextCell } from "../../src/model/cell-text.ts";

test("a number is written behind a comma as JavaScript prints it, the first time, again, and after any others", () => {
  const few = fc.constantFrom(0, -0, 1, -1, 4095, 4096, 0.1, 16.4, 1e21, 1e-7, 5e-324, 3.4e38, 2 ** 53);
  const number = fc.oneof(few, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(number, { maxLength: 50 }), (numbers) => {
      for (const value of [...numbers, ...numbers.toReversed()]) expect(nextCell(value)).toBe(`,${value}`);
    }),
  );
});

test("numbers that share a place do not take each other's text", () => {
  // More than there are places.
  const numbers = Array.from({ length: 20_000 }, (_, i) => i / 8 - 1000);
  for (let round = 0; round < 2; round++) {
    expect(numbers.filter((value) => nextCell(value) !== `,${value}`)).toEqual([]);
  }
});

test("zero has no sign, whichever came first", () => {
  expect([0, -0, 0].map((value) => nextCell(value))).toEqual([",0", ",0", ",0"]);
});
