import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CellTexts,
  NOWHERE,
  copyText,
  createCellTexts,
  findText,
  keepText,
} from "../../src/commands/cell-texts.ts";
import type { CsvRecords } from "../../src/commands/csv-scan.ts";

/** Cells side by side, and behind them the bytes that a short one may be read with. */
function batchOf(cells: readonly Buffer[]): CsvRecords {
  const data = Buffer.concat([...cells, Buffer.from("#?#?")]);
  const ends = Int32Array.from(cells.map((_, k) => Buffer.concat(cells.slice(0, k + 1)).length));
  return {
    count: cells.length,
    data,
    view: new DataView(data.buffer, data.byteOffset, data.length),
    starts: Int32Array.from(cells.map((cell, k) => ends[k]! - cell.length)),
    ends,
    firsts: Int32Array.from({ length: cells.length + 1 }, (_, i) => i),
    lines: Float64Array.from(cells.map((_, i) => i + 1)),
  };
}

/** Keeps a text for a cell that was not found. */
function keep(
  texts: CellTexts,
  batch: CsvRecords,
  k: number,
  found: number,
  text: string,
  record: number,
): void {
  const written = Buffer.from(`<${text}>??`);
  const view = new DataView(written.buffer, written.byteOffset, written.length);
  keepText(texts, batch, k, found, view, 1, 1 + Buffer.byteLength(text), record);
}

function copied(texts: CellTexts, found: number): string {
  const into = Buffer.alloc(300, "#");
  const end = copyText(texts, found, new DataView(into.buffer, into.byteOffset, into.length), 1);
  expect(into[0]).toBe(0x23);
  return into.toString("latin1", 1, end);
}

const cell = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  // Alike in their beginning, their end or their length.
  fc.stringMatching(/^[01]{0,30}$/).map((text) => Buffer.from(text)),
);

test("whatever the cells: what is found is what was kept for the same bytes", () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 60 }), (cells) => {
      const texts = createCellTexts(64);
      const batch = batchOf(cells);
      for (const [k, bytes] of cells.entries()) {
        const found = findText(texts, batch, k);
        const text = `,${bytes.toString("hex")}`.slice(0, 64);
        if (found >= 0) expect(copied(texts, found)).toBe(text);
        else if (found !== NOWHERE) {
          keep(texts, batch, k, found, text, k);
          expect(copied(texts, findText(texts, batch, k))).toBe(text);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test("a cell of 28 bytes is kept, one byte more is not", () => {
  const texts = createCellTexts(8);
  const batch = batchOf([Buffer.alloc(28, "x"), Buffer.alloc(29, "x")]);
  keep(texts, batch, 0, findText(texts, batch, 0), "kept", 1);
  expect(copied(texts, findText(texts, batch, 0))).toBe("kept");
  expect(findText(texts, batch, 1)).toBe(NOWHERE);
});

test("a text that fills its room is kept, one byte more is not, and an empty one is", () => {
  const texts = createCellTexts(8);
  const batch = batchOf(["fits", "long", "none"].map((text) => Buffer.from(text)));
  for (const [k, text] of ["12345678", "123456789", ""].entries()) {
    keep(texts, batch, k, findText(texts, batch, k), text, k);
  }
  expect(copied(texts, findText(texts, batch, 0))).toBe("12345678");
  expect(findText(texts, batch, 1)).toBeLessThan(0);
  expect(copied(texts, findText(texts, batch, 2))).toBe("");
});

test("nothing is found in the beginning, not even an empty cell", () => {
  const batch = batchOf([Buffer.of(), Buffer.of(0), Buffer.of(0, 0, 0, 0)]);
  for (let k = 0; k < 3; k++) expect(findText(createCellTexts(8), batch, k)).toBeLessThan(0);
});

/** Asks for one new cell in so many records, and for a cell that is there in the others. */
function lookUp(misses: number, every: number): CellTexts {
  const texts = createCellTexts(8);
  for (let miss = 1; miss <= misses; miss++) {
    const batch = batchOf([Buffer.from(`${miss}`)]);
    keep(texts, batch, 0, findText(texts, batch, 0), "1", miss * every);
  }
  return texts;
}

test("a column is given up where half of its cells are new, not where fewer are, and not at once", () => {
  expect(lookUp(2047, 1).isOff).toBe(false);
  expect(lookUp(2048, 1).isOff).toBe(true);
  expect(lookUp(2048, 2).isOff).toBe(false);
  expect(lookUp(10_000, 3).isOff).toBe(false);
});
