import { UsageError } from "../errors.ts";
import { csvHeader } from "../model/formats.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { type CsvBatch, readRecords, recordCells } from "./csv-records.ts";
import { InputError } from "./input-error.ts";
import {
  type CellWriter,
  type LineBuffer,
  createLineBuffer,
  libsvmCellWriter,
  writeCsvCell,
  writeOnlyCsvCell,
} from "./line-writer.ts";
import type { Output } from "./output.ts";
import type { Progress } from "./progress.ts";
import type { Rejects } from "./rejects.ts";
import { type RowEncoder, createRowEncoder } from "./row-encoder.ts";
import { type RowWriter, createRowWriter } from "./row-writer.ts";
import type { Source } from "./source.ts";

/** The form of the lines that are written. */
export type Format = "csv" | "libsvm";

/** A raw file, and what is to be made of it. */
export interface TransformJob {
  readonly pipeline: Pipeline;
  readonly source: Source;
  /** One file, or as many as `choose` names. */
  readonly outputs: readonly Output[];
  /** Called for each row of the raw file, in order: the place of the output it goes to. */
  readonly choose: () => number;
  readonly format: Format;
  /** Whether the columns' names come first. */
  readonly header: boolean;
  /** Where rows go that do not fit; absent, the first one ends it all. */
  readonly rejects: Rejects | undefined;
  readonly progress: Progress;
  /** Hears which columns of the raw file are left out. */
  readonly announce: (ignored: readonly string[]) => Promise<void>;
}

/** What was made. */
export interface Transformed {
  /** In words. */
  readonly kind: string;
  /** Rows in each output. */
  readonly rows: readonly number[];
  /** Rows of the raw file. */
  readonly rowsRead: number;
}

/**
 * Encodes all rows of a raw file, in bounded memory.
 *
 * @throws {InputError} naming file and line: of the first row that does not fit, if there is no file for such; of a row that
 *   cannot be told apart from the next
 */
export async function transformRows(job: TransformJob): Promise<Transformed> {
  const { source, outputs, rejects, progress } = job;
  const sinks = outputs.map((output) => createSink(output));
  let encoder: RowEncoder | undefined;
  let write: RowWriter | undefined;
  let rowsRead = 0;
  for await (const batch of readRecords(source)) {
    let i = 0;
    if (encoder === undefined) {
      const header = recordCells(batch, i++);
      encoder = createRowEncoder(job.pipeline, header, source.name, batch.lines[0]!);
      write = createRowWriter(encoder, cellWriterOf(job.format, encoder));
      rejects?.begin(header);
      await job.announce(encoder.ignored);
      if (job.header) for (const output of outputs) await output.write(`${csvHeader(encoder.columns)}\n`);
    }
    rowsRead += batch.count - i;
    encodeBatch(batch, i, encoder, sinks, write!, job);
    for (const sink of sinks) await flush(sink);
    await rejects?.flush();
    progress.update(batch.bytes, rowsRead);
  }
  for (const { writing } of sinks) await writing;
  if (rowsRead === 0) throw new InputError(`${source.name}:2: there is no row after the header.`);
  return { kind: encoder!.kind, rows: sinks.map(({ rows }) => rows), rowsRead };
}

/** A function of its own: a loop in a function that waits is not compiled as well. */
function encodeBatch(
  batch: CsvBatch,
  from: number,
  encoder: RowEncoder,
  sinks: readonly Sink[],
  write: RowWriter,
  job: TransformJob,
): void {
  const { count } = batch;
  const { choose } = job;
  for (let i = from; i < count; i++) {
    const sink = sinks[choose()]!;
    if (write(sink.buffer, batch, i)) sink.rows++;
    else refuse(encoder, batch, i, job);
  }
}

function cellWriterOf(format: Format, { targets, columns }: RowEncoder): CellWriter {
  if (format === "csv") return columns.length === 1 ? writeOnlyCsvCell : writeCsvCell;
  if (targets <= 1) return libsvmCellWriter(targets);
  throw new UsageError(`--format libsvm: a row has one label, but the model has ${targets} targets.`);
}

function refuse(encoder: RowEncoder, batch: CsvBatch, i: number, { source, rejects }: TransformJob): void {
  const reasons = encoder.explain(batch, i);
  if (rejects !== undefined) {
    rejects.add(batch, i, reasons);
    return;
  }
  throw new InputError(reasons.map((reason) => `${source.name}:${batch.lines[i]}: ${reason}.`).join("\n"));
}

/** One of the files that are written. While a buffer is written the other one is filled. */
interface Sink {
  readonly output: Output;
  buffer: LineBuffer;
  spare: LineBuffer;
  writing: Promise<void>;
  rows: number;
}

function createSink(output: Output): Sink {
  return {
    output,
    buffer: createLineBuffer(),
    spare: createLineBuffer(),
    writing: Promise.resolve(),
    rows: 0,
  };
}

async function flush(sink: Sink): Promise<void> {
  await sink.writing;
  const { output, buffer, spare } = sink;
  sink.writing = output.write(buffer.bytes.subarray(0, buffer.size));
  // A failure is told when it is waited for; until then it must not count as unhandled.
  sink.writing.catch(() => {});
  spare.size = 0;
  sink.buffer = spare;
  sink.spare = buffer;
}
