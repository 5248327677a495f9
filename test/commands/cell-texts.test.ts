import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CellTexts,
  NOWHERE,
  copyText,
  countMiss,
  createCellTexts,
  findText,
  keepText,
} from "../../src/commands/cell-texts.ts";

/** Cells side by side, and behind them the bytes that a short one may be read with. */
function viewOf(cells: readonly Buffer[]) {
  const data = Buffer.concat([...cells, Buffer.from("#?#?")]);
  const ends = cells.map((_, k) => Buffer.concat(cells.slice(0, k + 1)).length);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return { view, starts: cells.map((cell, k) => ends[k]! - cell.length), ends };
}

type Cells = ReturnType<typeof viewOf>;

function find(texts: CellTexts, { view, starts, ends }: Cells, k: number): number {
  return findText(texts, view, starts[k]!, ends[k]!);
}

/** Keeps a text for a cell that was not found. */
function keep(texts: CellTexts, { view, starts, ends }: Cells, k: number, found: number, text: string): void {
  const written = Buffer.from(`<${text}>??`);
  const into = new DataView(written.buffer, written.byteOffset, written.length);
  keepText(texts, view, starts[k]!, ends[k]!, found, into, 1, 1 + Buffer.byteLength(text));
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
      const batch = viewOf(cells);
      for (const [k, bytes] of cells.entries()) {
        const found = find(texts, batch, k);
        const text = `,${bytes.toString("hex")}`.slice(0, 64);
        if (found >= 0) expect(copied(texts, found)).toBe(text);
        else if (found !== NOWHERE) {
          keep(texts, batch, k, found, text);
          expect(copied(texts, find(texts, batch, k))).toBe(text);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test("a cell of 28 bytes is kept, one byte more is not", () => {
  const texts = createCellTexts(8);
  const batch = viewOf([Buffer.alloc(28, "x"), Buffer.alloc(29, "x")]);
  keep(texts, batch, 0, find(texts, batch, 0), "kept");
  expect(copied(texts, find(texts, batch, 0))).toBe("kept");
  expect(find(texts, batch, 1)).toBe(NOWHERE);
});

test("a text that fills its room is kept, one byte more is not, and an empty one is", () => {
  const texts = createCellTexts(8);
  const batch = viewOf(["fits", "long", "none"].map((text) => Buffer.from(text)));
  for (const [k, text] of ["12345678", "123456789", ""].entries()) {
    keep(texts, batch, k, find(texts, batch, k), text);
  }
  expect(copied(texts, find(texts, batch, 0))).toBe("12345678");
  expect(find(texts, batch, 1)).toBeLessThan(0);
  expect(copied(texts, find(texts, batch, 2))).toBe("");
});

test("nothing is found in the beginning, not even an empty cell", () => {
  const batch = viewOf([Buffer.of(), Buffer.of(0), Buffer.of(0, 0, 0, 0)]);
  for (let k = 0; k < 3; k++) expect(find(createCellTexts(8), batch, k)).toBeLessThan(0);
});

/** Seeks one new cell in so many records. */
function seek(misses: number, every: number): CellTexts {
  const texts = createCellTexts(8);
  for (let miss = 1; miss <= misses; miss++) countMiss(texts, miss * every);
  return texts;
}

test("a column is given up where half of its cells are new, not where fewer are, and not at once", () => {
  expect(seek(2047, 1).isOff).toBe(false);
  expect(seek(2048, 1).isOff).toBe(true);
  expect(seek(2048, 2).isOff).toBe(false);
  expect(seek(10_000, 3).isOff).toBe(false);
});
