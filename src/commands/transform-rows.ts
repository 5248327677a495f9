import { csvHeader } from "../model/formats.ts";
import type { Pipeline } from "../model/pipeline.ts";
import type { ModelSources } from "../registry.ts";
import { type BlockEncoder, type Encoding, createBlockEncoder } from "./block-encoder.ts";
import { type CsvBlock, readBlocks } from "./csv-blocks.ts";
import { emptyError, recordCells, scanStart } from "./csv-records.ts";
import { scanRecords, setBytes, startScan } from "./csv-scan.ts";
import { createMemory, encodeBlocks } from "./encode-blocks.ts";
import type { EncodeThread } from "./encode-threads.ts";
import { createEncoded } from "./encoded.ts";
import { InputError } from "./input-error.ts";
import { type Destination, type Merge, createMerge } from "./merge.ts";
import type { Progress } from "./progress.ts";
import { type RowEncoder, createRowEncoder } from "./row-encoder.ts";
import type { Source } from "./source.ts";

/** A raw file, and what is to be made of it. */
export interface TransformJob extends Destination, Pick<Encoding, "format"> {
  readonly pipeline: Pipeline;
  readonly source: Source;
  /** Whether the columns' names come first. */
  readonly header: boolean;
  readonly progress: Progress;
  /** Hears which columns of the raw file are left out. */
  readonly announce: (ignored: readonly string[]) => Promise<void>;
  /** What the pipeline is compiled from, for other threads. */
  readonly sources: ModelSources;
  /** How many threads may help, how one is started, and whether that is worth it once so many bytes have been read. */
  readonly helpers: number;
  readonly startThread: () => EncodeThread;
  readonly isWorthHelp: (bytes: number) => boolean;
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

/** What is known once the header has been read. */
interface Begun {
  readonly header: readonly string[];
  readonly encoder: RowEncoder;
  readonly blocks: BlockEncoder;
}

/**
 * Encodes all rows of a raw file, in bounded memory.
 *
 * @throws {InputError} naming file and line: of the first row that does not fit, if there is no file for such; of a row that
 *   cannot be told apart from the next
 */
export async function transformRows(job: TransformJob): Promise<Transformed> {
  const { source, sources, progress, helpers } = job;
  const encoding = { format: job.format, goesOn: job.rejects !== undefined };
  const memory = createMemory();
  const merge = createMerge(job, source.name);
  const blocks = readBlocks(source, memory.takeBytes);
  const threads: EncodeThread[] = [];
  try {
    const { header, encoder, blocks: own } = await begin(blocks, job, encoding, merge.take);
    const help = (bytes: number): readonly EncodeThread[] => {
      if (threads.length < helpers && job.isWorthHelp(bytes)) {
        while (threads.length < helpers) threads.push(job.startThread());
        for (const thread of threads) thread.begin({ ...encoding, sources, header });
      }
      return threads;
    };
    await encodeBlocks(blocks, own, memory, help, async (encoded, bytes) => {
      const free = await merge.take(encoded);
      progress.update(bytes, merge.rowsRead());
      return free;
    });
    await merge.end();
    const rowsRead = merge.rowsRead();
    if (rowsRead === 0) throw new InputError(`${source.name}:2: there is no row after the header.`);
    return { kind: encoder.kind, rows: merge.rows, rowsRead };
  } finally {
    for (const thread of threads) thread.close();
    await blocks.return(undefined);
  }
}

/** Reads up to the first block with a record, which is the header, and encodes the other records of that block. */
async function begin(
  blocks: AsyncGenerator<CsvBlock>,
  job: TransformJob,
  encoding: Encoding,
  take: Merge["take"],
): Promise<Begun> {
  const { name } = job.source;
  const scan = startScan();
  let line = 0;
  for (let isFirst = true; ; isFirst = false) {
    const { value: block } = await blocks.next();
    if (block === undefined) throw emptyError(name);
    setBytes(scan, block.data, block.size);
    const fault = isFirst ? scanStart(scan, block.isWhole, name) : scanRecords(scan, block.isWhole);
    const encoded = createEncoded();
    if (scan.count === 0) {
      line += scan.line - 1;
      await take(Object.assign(encoded, { lines: scan.line - 1, fault }));
      continue;
    }
    const header = recordCells(scan, 0);
    const encoder = createRowEncoder(job.pipeline, header, name, line + scan.lines[0]!);
    const own = createBlockEncoder(encoder, encoding);
    job.rejects?.begin(header);
    await job.announce(encoder.ignored);
    if (job.header) for (const { write } of job.outputs) await write(`${csvHeader(encoder.columns)}\n`);
    own.encodeRecords(scan, 1, encoded);
    encoded.fault = fault;
    await take(encoded);
    return { header, encoder, blocks: own };
  }
}
