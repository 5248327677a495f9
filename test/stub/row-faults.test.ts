import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../../src/stub/csv.ts";
import { chooseRow, poisonedRows, withNonFinite, withRowCount } from "../../src/stub/row-faults.ts";

const matrixOf = (...rows: (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  cells: Float32Array.from(rows.flat()),
});
const poison = (conditions: object) => ({ fault: "poison", ...conditions }) as const;
const { NaN: none } = Number;

describe("poisoned rows", () => {
  const matrix = matrixOf([1, 16.4], [2, none], [3, -5], [1, 0]);

  test.each([
    [{ column: 1, equals: 16.4 }, [0]],
    [{ column: 0, equals: 1 }, [0, 3]],
    [{ column: 0, above: 1, below: 3 }, [1]],
    [{ column: 0, above: 1 }, [1, 2]],
    [{ column: 1, below: 0 }, [2]],
    [{ column: 1, missing: true }, [1]],
    [{ column: 1, missing: false, above: -1 }, [0, 3]],
    [{ column: 7, missing: true }, [0, 1, 2, 3]],
    [{ column: 7, equals: 1 }, []],
    [{ share: 0 }, []],
    [{ share: 1 }, [0, 1, 2, 3]],
  ])("of %j are those whose cells are so, in float32", (conditions, rows) => {
    expect(poisonedRows(poison(conditions), matrix, 1)).toEqual(rows);
  });

  test("of a share are so many of all, by what they hold and not by where they stand", () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [index % 50, index / 7]);
    const struck = poisonedRows(poison({ share: 0.01 }), matrixOf(...rows), 7);
    expect(struck.length).toBeGreaterThan(150);
    expect(struck.length).toBeLessThan(250);
    for (const row of struck) {
      expect(poisonedRows(poison({ share: 0.01 }), matrixOf([0, 0], rows[row]!), 7)).toEqual([1]);
    }
    expect(poisonedRows(poison({ share: 0.01 }), matrixOf(...rows), 8)).not.toEqual(struck);
  });

  test("of a share do not depend on the sign of a zero or on the bits of a NaN", () => {
    const [odd] = new Float32Array(Uint32Array.of(0x7fc0_0001).buffer);
    for (let seed = 0; seed < 200; seed++) {
      const [left, right] = [matrixOf([0, none]), matrixOf([-0, odd!])];
      expect(poisonedRows(poison({ share: 0.5 }), left, seed)).toEqual(
        poisonedRows(poison({ share: 0.5 }), right, seed),
      );
    }
  });
});

describe("a row", () => {
  test("is that of the number, where there is one, or any, drawn", () => {
    expect([chooseRow(0, 2, Math.random), chooseRow(1, 2, Math.random)]).toEqual([0, 1]);
    expect(chooseRow(2, 2, Math.random)).toBeUndefined();
    expect([0, 0.49, 0.5, 0.99].map((drawn) => chooseRow("random", 2, () => drawn))).toEqual([0, 0, 1, 1]);
    expect(chooseRow(undefined, 3, () => 0.99)).toBe(2);
  });
});

describe("scores", () => {
  const scores = Float32Array.of(1, 2, 3, 4, 5, 6);

  test("of some rows become what is no number, all outputs of the row", () => {
    expect([...withNonFinite(scores, 2, [0, 2], "-Infinity")]).toEqual([
      -Infinity,
      -Infinity,
      3,
      4,
      -Infinity,
      -Infinity,
    ]);
    expect([...withNonFinite(scores, 1, [1])]).toEqual([1, none, 3, 4, 5, 6]);
    expect([...scores]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([
    [0, 1, [1, 2, 1, 2, 3, 4, 5, 6]],
    [2, 2, [1, 2, 3, 4, 5, 6, 5, 6, 5, 6]],
    [0, -1, [3, 4, 5, 6]],
    [2, -1, [1, 2, 3, 4]],
    [2, -2, [1, 2]],
    [1, -9, []],
  ])("from row %d on, %d rows more", (row, by, expected) => {
    expect([...withRowCount(scores, 2, row, by)]).toEqual(expected);
  });

  test("have as many rows as they had and `by`, whatever the row", () => {
    const given = fc
      .integer({ min: 1, max: 9 })
      .chain((rows) =>
        fc.record({ rows: fc.constant(rows), row: fc.nat(rows - 1), by: fc.integer({ min: -10, max: 10 }) }),
      );
    fc.assert(
      fc.property(given, ({ rows, row, by }) => {
        expect(withRowCount(new Float32Array(rows), 1, row, by)).toHaveLength(Math.max(0, rows + by));
      }),
    );
  });
});
