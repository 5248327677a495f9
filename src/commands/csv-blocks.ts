import { MAX_ROW_BYTES, SPARE_BYTES } from "./csv-scan.ts";
import type { Source } from "./source.ts";

/** A piece of a CSV file that holds whole records. */
export interface CsvBlock {
  /** As `setBytes` takes it; the memory is the block's alone, so that it can be handed to another thread. */
  readonly data: Buffer;
  readonly size: number;
  /** Whether it ends with a record: always, but where one is too large to be one. */
  readonly isWhole: boolean;
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

const QUOTE = 0x22;
const LF = 0x0a;

/** Longest byte order mark, which is no part of a row. */
const MARK = 3;

/**
 * Cuts a file into pieces behind the last record that each chunk of it ends, without looking into them: behind an LF with an
 * even number of quotes before it. Up to the first broken record that is where a record ends, and what comes behind that
 * does not matter.
 *
 * @param take memory that may be written to, for as many bytes at least
 */
export async function* readBlocks(
  { chunks }: Pick<Source, "chunks">,
  take: (bytes: number) => Buffer = Buffer.allocUnsafeSlow,
): AsyncGenerator<CsvBlock> {
  let rest = Buffer.allocUnsafeSlow(1024);
  let size = 0;
  let bytes = 0;
  let isQuoted = false;
  const block = (chunk: Buffer, isWhole: boolean): CsvBlock => {
    const length = size + chunk.length;
    const data = take(length + SPARE_BYTES);
    rest.copy(data, 0, 0, size);
    data.set(chunk, size);
    return { data, size: length, isWhole, bytes };
  };
  const keep = (chunk: Buffer): void => {
    if (size + chunk.length > rest.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (size + chunk.length));
      rest.copy(larger, 0, 0, size);
      rest = larger;
    }
    rest.set(chunk, size);
    size += chunk.length;
  };
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const cut: Cut = chunk.includes(QUOTE) ? cutQuoted(chunk, isQuoted) : cutPlain(chunk, isQuoted);
    isQuoted = cut.isQuoted;
    if (cut.end > 0) {
      yield block(chunk.subarray(0, cut.end), true);
      size = 0;
    }
    keep(chunk.subarray(cut.end));
    if (size > MAX_ROW_BYTES + MARK) {
      yield block(EMPTY, false);
      return;
    }
  }
  if (size > 0) yield block(EMPTY, true);
}

const EMPTY = Buffer.alloc(0);

/** Where the last record ends that ends in a chunk, 0 where none does; and whether quotes are open behind the chunk. */
interface Cut {
  readonly end: number;
  readonly isQuoted: boolean;
}

/** Of a chunk without a quote. */
function cutPlain(chunk: Buffer, isQuoted: boolean): Cut {
  return { end: isQuoted ? 0 : chunk.lastIndexOf(LF) + 1, isQuoted };
}

function cutQuoted(chunk: Buffer, isOpen: boolean): Cut {
  let end = 0;
  let isQuoted = isOpen;
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === LF && !isQuoted) end = i + 1;
  }
  return { end, isQuoted };
}
