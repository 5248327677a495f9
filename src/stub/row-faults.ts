/** Rows that are answered wrongly, or not at all. */
import type { Matrix } from "./csv.ts";
import type { NonFinite, Poison, RowChoice } from "./faults.ts";
import { indexOf, type Random } from "./random.ts";

/** 32-bit FNV-1a's prime, and MurmurHash3's finaliser below: every bit of a cell comes to bear on every bit of the hash. */
const FNV_PRIME = 16_777_619;

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

const oneCell = new Float32Array(1);
const oneCellBits = new Int32Array(oneCell.buffer);

/** A number in [0, 1) that depends on a row's cells and a seed alone; how the cells were written does not matter. */
function hashRow(cells: Float32Array, start: number, columns: number, seed: number): number {
  let hash = mix(seed ^ 0x811c_9dc5);
  for (let at = start; at < start + columns; at++) {
    const cell = cells[at]!;
    // One bit pattern for all NaNs, and one for both zeros.
    oneCell[0] = Number.isNaN(cell) ? Number.NaN : cell + 0;
    hash = mix(Math.imul(hash ^ oneCellBits[0]!, FNV_PRIME));
  }
  return (hash >>> 0) / 2 ** 32;
}

/** Whether one row of a matrix is poisoned. */
function isPoisoned(poison: Poison, { cells, columns }: Matrix, row: number, seed: number): boolean {
  const start = row * columns;
  if (poison.share !== undefined) {
    return hashRow(cells, start, columns, seed) < poison.share;
  }
  const { column = 0, equals, above, below, missing } = poison;
  const cell = column < columns ? cells[start + column]! : Number.NaN;
  return (
    (missing === undefined || Number.isNaN(cell) === missing) &&
    (equals === undefined || cell === Math.fround(equals)) &&
    (above === undefined || cell > Math.fround(above)) &&
    (below === undefined || cell < Math.fround(below))
  );
}

/** The rows of a matrix that are poisoned, ascending. */
export function poisonedRows(poison: Poison, matrix: Matrix, seed: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    if (isPoisoned(poison, matrix, row, seed)) {
      rows.push(row);
    }
  }
  return rows;
}

/** The row that is meant, of so many; undefined where there is none of that number. */
export function chooseRow(choice: RowChoice | undefined, rows: number, random: Random): number | undefined {
  const row = choice === undefined || choice === "random" ? indexOf(random, rows) : choice;
  return row < rows ? row : undefined;
}

/** Scores with some rows answered by what is no number; the given ones stay as they are. */
export function withNonFinite(
  scores: Float32Array,
  outputs: number,
  rows: readonly number[],
  value: NonFinite = "NaN",
): Float32Array {
  const changed = scores.slice();
  for (const row of rows) {
    changed.fill(Number(value), row * outputs, (row + 1) * outputs);
  }
  return changed;
}

/**
 * Scores with `by` rows more, repeats of `row`, or less, from `row` on; never less than none. At the end of the rows,
 * leaving out goes backwards.
 */
export function withRowCount(scores: Float32Array, outputs: number, row: number, by: number): Float32Array {
  const rows = Array.from({ length: scores.length / outputs }, (_, index) => index);
  if (by > 0) {
    rows.splice(row, 0, ...Array.from({ length: by }, () => row));
  } else {
    rows.splice(Math.max(0, Math.min(row, rows.length + by)), -by);
  }
  return Float32Array.from(
    rows.flatMap((index) => Array.from(scores.subarray(index * outputs, (index + 1) * outputs))),
  );
}
