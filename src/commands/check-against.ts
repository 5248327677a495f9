import type { Pipeline } from "../model/pipeline.ts";
import { decimalOf } from "./cell-number.ts";
import type { Io } from "./command.ts";
import { type Comparison, startComparison } from "./comparison.ts";
import { type CsvCursor, countRest, createCursor } from "./csv-cursor.ts";
import { type CsvBatch, cellText, recordCells } from "./csv-records.ts";
import { InputError } from "./input-error.ts";
import { counted, print, thousands } from "./print.ts";
import { createProgress } from "./progress.ts";
import { type RowEncoder, createRowEncoder } from "./row-encoder.ts";
import type { Source } from "./source.ts";
import { table } from "./table.ts";

/** A raw file, and what some other code made of it. */
export interface AgainstJob {
  readonly pipeline: Pipeline;
  readonly raw: Source;
  readonly transformed: Source;
  /** Whether the transformed file's first line holds the columns' names. */
  readonly header: boolean;
  /** How far apart two numbers may be, in ulps. */
  readonly ulps: number;
}

/**
 * Compares, row by row and column by column, what a model file makes of a raw file with what some other code made of it; and
 * prints the first differences and a table of the columns.
 *
 * @returns whether they agree
 * @throws {InputError} naming file and line, where a raw row does not fit, or the transformed file has not the model's columns
 */
export async function checkAgainst(job: AgainstJob, io: Io): Promise<boolean> {
  const progress = createProgress(io.stderr, job.raw.totalBytes);
  const raw = createCursor(job.raw);
  const other = createCursor(job.transformed);
  try {
    await raw.refill();
    await other.refill();
    const pairing = startPairing(job, raw, other);
    let rows = 0;
    for (;;) {
      await raw.refill();
      await other.refill();
      if (raw.batch === undefined || other.batch === undefined) break;
      rows += compareBatches(pairing, raw, other);
      progress.update(raw.batch.bytes, rows);
    }
    const left = { raw: await countRest(raw), other: await countRest(other) };
    progress.clear();
    const columns = pairing.comparison.report();
    const isEqual = left.raw + left.other === 0 && columns.every(({ different }) => different === 0);
    const lengths =
      left.raw + left.other === 0
        ? []
        : [
            `${job.raw.name} has ${counted(rows + left.raw, "row")}, ${job.transformed.name} ${thousands(rows + left.other)}.`,
          ];
    const lines = [
      ...pairing.notes,
      ...differencesText(pairing.shown),
      ...table(
        [
          ["column", "rows", "different", "max absolute", "max relative"],
          ...columns.map(({ name, different, maxAbsolute, maxRelative }) => [
            name,
            thousands(rows),
            thousands(different),
            differenceText(maxAbsolute),
            differenceText(maxRelative),
          ]),
        ],
        "rest",
      ),
      "",
      ...lengths,
      verdict(job, isEqual, columns.filter(({ different }) => different > 0).length),
    ];
    await print(io.stdout, `${lines.join("\n")}\n`);
    return isEqual;
  } finally {
    progress.clear();
    // To close what has been read may fail, which changes nothing; and is not to hide what went wrong before.
    await Promise.allSettled([raw.close(), other.close()]);
  }
}

/** Two files that are compared. */
interface Pairing {
  readonly encoder: RowEncoder;
  readonly comparison: Comparison;
  /** Names of the columns that are compared. */
  readonly names: readonly string[];
  /** How many of our columns, the first ones, the other file lacks: the targets, or none. */
  readonly lacking: number;
  /** What is to be told of the header. */
  readonly notes: readonly string[];
  /** Differences to be shown: line in the other file, column, ours, theirs. */
  readonly shown: (readonly string[])[];
}

function startPairing({ pipeline, header, ulps }: AgainstJob, raw: CsvCursor, other: CsvCursor): Pairing {
  const encoder = createRowEncoder(
    pipeline,
    recordCells(raw.batch!, raw.i++),
    raw.source.name,
    raw.batch!.lines[0]!,
  );
  const first = recordCells(other.batch!, 0);
  if (!header && first.every((_, k) => numberOf(other.batch!, k) === undefined)) {
    const where = `${other.source.name}:${other.batch!.lines[0]}`;
    throw new InputError(`${where}: holds no number; if it is a header, say so with --header.`);
  }
  const { columns, targets } = encoder;
  const lacking = first.length === columns.length ? 0 : targets;
  if (first.length !== columns.length - lacking)
    throw wrongWidth(encoder, pipeline, raw, other, first.length);
  const names = columns.slice(lacking);
  if (header) other.i++;
  const notes = header
    ? names.flatMap((name, j) =>
        name === first[j] ? [] : [`Column ${j + 1} is called ${first[j]} there, and ${name} in the model.`],
      )
    : [];
  if (notes.length > 0) notes.push("");
  return { encoder, comparison: startComparison(names, ulps), names, lacking, notes, shown: [] };
}

function wrongWidth(
  { targets }: RowEncoder,
  { columns, targetColumns }: Pipeline,
  raw: CsvCursor,
  { source, batch }: CsvCursor,
  width: number,
): InputError {
  const all = columns.length + targetColumns.length;
  const where = `${source.name}:${batch!.lines[0]}`;
  if (targets === 0 && width === all) {
    const names = targetColumns.map(({ input }) => input.spec.name).join(", ");
    return new InputError(`${where}: has the target too, but ${raw.source.name} has no column ${names}.`);
  }
  const made = `the model makes ${columns.length} columns, ${all} with the target`;
  return new InputError(`${where}: has ${counted(width, "cell")}, but ${made}.`);
}

/** Compares as many rows as both files have at hand. */
function compareBatches(pairing: Pairing, raw: CsvCursor, other: CsvCursor): number {
  const [ours, theirs] = [raw.batch!, other.batch!];
  const count = Math.min(ours.count - raw.i, theirs.count - other.i);
  for (let n = 0; n < count; n++) compareRow(pairing, raw, other);
  return count;
}

function compareRow(
  { encoder, comparison, names, lacking, shown }: Pairing,
  raw: CsvCursor,
  other: CsvCursor,
): void {
  const ours = raw.batch!;
  const theirs = other.batch!;
  const values = encoder.encode(ours, raw.i);
  if (values === undefined) {
    const where = `${raw.source.name}:${ours.lines[raw.i]}`;
    const reasons = encoder.explain(ours, raw.i);
    throw new InputError(reasons.map((reason) => `${where}: ${reason}.`).join("\n"));
  }
  const first = theirs.firsts[other.i]!;
  const line = theirs.lines[other.i]!;
  const width = theirs.firsts[other.i + 1]! - first;
  if (width !== names.length) {
    throw new InputError(
      `${other.source.name}:${line}: has ${counted(width, "cell")}, where the first line has ${names.length}.`,
    );
  }
  for (let j = 0; j < width; j++) {
    const value = values[j + lacking]!;
    if (!comparison.add(j, value, numberOf(theirs, first + j)) && isShown(shown, names[j]!)) {
      shown.push([`${line}`, names[j]!, valueText(value), cut(cellText(theirs, first + j))]);
    }
  }
  raw.i++;
  other.i++;
}

/** Of each column so many differences are shown, and so many of all: one bad column is not to hide another one. */
const SHOWN_OF_COLUMN = 3;
const SHOWN_OF_ALL = 30;

function isShown(shown: Pairing["shown"], name: string): boolean {
  if (shown.length >= SHOWN_OF_ALL) return false;
  return shown.filter(([, column]) => column === name).length < SHOWN_OF_COLUMN;
}

const MISSING = "nothing";

/** Numbers as any program writes them. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** How pandas and NumPy write what is missing. */
const MISSING_TEXT = /^(?:|nan|null|none|na|n\/a|<na>)$/i;

/** A cell of the other file: NaN where it is missing, undefined where it is no number. */
function numberOf(batch: CsvBatch, k: number): number | undefined {
  const plain = decimalOf(batch.data, batch.starts[k]!, batch.ends[k]!);
  if (!Number.isNaN(plain)) return plain;
  const text = cellText(batch, k).trim();
  if (NUMBER.test(text)) return Number(text);
  return MISSING_TEXT.test(text) ? Number.NaN : undefined;
}

function cut(cell: string): string {
  if (cell === "") return MISSING;
  return cell.length > 30 ? `${cell.slice(0, 29)}…` : cell;
}

function valueText(value: number): string {
  return Number.isNaN(value) ? MISSING : String(value);
}

function differencesText(shown: Pairing["shown"]): string[] {
  if (shown.length === 0) return [];
  return ["The first differences:", ...table([["line", "column", "ours", "theirs"], ...shown], "first"), ""];
}

function differenceText(value: number): string {
  return value === 0 ? "0" : value.toPrecision(3);
}

function verdict({ pipeline, transformed, ulps }: AgainstJob, isEqual: boolean, columns: number): string {
  const within = ulps === 0 ? "to the last bit" : `within ${counted(ulps, "ulp")}`;
  if (isEqual) return `${transformed.name} is what ${pipeline.name} makes, ${within}.`;
  const where = columns === 0 ? "" : `: ${counted(columns, "column")} not equal ${within}`;
  return `${transformed.name} is not what ${pipeline.name} makes${where}.`;
}
