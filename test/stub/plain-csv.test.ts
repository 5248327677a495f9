import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv, type Matrix } from "../../src/stub/csv.ts";
import { parsePlainCsv } from "../../src/stub/plain-csv.ts";

const plain = (text: string): Matrix | undefined => parsePlainCsv(Buffer.from(text));

test("bare decimals, empty cells and signs are read", () => {
  expect(plain("1,-2.5,\n,.5,-0")).toEqual({
    rows: 2,
    columns: 3,
    cells: Float32Array.of(1, -2.5, Number.NaN, Number.NaN, 0.5, -0),
  });
  expect(plain("123456789012345,1.")).toMatchObject({ cells: Float32Array.of(123_456_789_012_345, 1) });
});

test.each([
  ["one column", "1\n2"],
  ["another delimiter", "1;2"],
  ["a carriage return", "1,2\r\n3,4"],
  ["too few cells", "1,2\n3"],
  ["too many cells", "1,2\n3,4,5"],
  ["an empty line", "1,2\n\n3,4"],
  ["an exponent", "1,2e5"],
  ["a name", "1,nan"],
  ["a space", "1, 2"],
  ["16 digits", "1,1234567890123456"],
  ["two points", "1,1.2.3"],
  ["a lone point", "1,."],
  ["a lone sign", "1,-"],
  ["a sign with a point", "-.,1"],
  ["a sign that is too late", "1-,2"],
  ["a plus", "+1,2"],
  ["bytes beyond ASCII", "1,é"],
])("%s is left to the long way", (_, text) => {
  expect(plain(text)).toBeUndefined();
});

test("what the short way reads, it reads as the long way does, bit for bit", () => {
  const cell = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("", "0", "-0", "7", "16.4", "-.5", "3.", "26.0027", "000.1") },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.maxSafeInteger(), fc.nat(12)).map(([n, places]) => (n / 1e15).toFixed(places)),
    },
    { weight: 1, arbitrary: fc.constantFrom("1e5", "nan", "x", " 1", "+1", "1_0", "123456789.1234567") },
  );
  const rows = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(
        fc.oneof(
          { weight: 9, arbitrary: fc.array(cell, { minLength: columns, maxLength: columns }) },
          { weight: 1, arbitrary: fc.array(cell, { maxLength: 5 }) },
        ),
        { minLength: 1, maxLength: 6 },
      ),
    );
  let read = 0;
  fc.assert(
    fc.property(rows, (given) => {
      const text = given.map((row) => row.join(",")).join("\n");
      const matrix = plain(text);
      if (matrix !== undefined) {
        read++;
        expect(matrix).toEqual(parseCsv(text));
      }
    }),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(300);
});
