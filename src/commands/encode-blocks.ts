import { setImmediate } from "node:timers/promises";
import type { BlockEncoder } from "./block-encoder.ts";
import type { CsvBlock } from "./csv-blocks.ts";
import type { EncodeThread, EncodedBlock } from "./encode-threads.ts";
import { type Encoded, createEncoded } from "./encoded.ts";

/** Memory that goes round: from the reader to who encodes, to who writes, and back. */
export interface Memory {
  /** For a block: as many bytes at least. */
  readonly takeBytes: (bytes: number) => Buffer;
  readonly takeEncoded: () => Encoded;
  readonly giveBytes: (data: Buffer) => void;
  readonly giveEncoded: (encoded: Encoded | undefined) => void;
}

export function createMemory(): Memory {
  const bytes: Buffer[] = [];
  const encoded: Encoded[] = [];
  return {
    takeBytes: (size) => {
      const found = bytes.pop();
      // A little more, so that the next block, which is about as large, fits as well.
      return found !== undefined && found.length >= size ? found : Buffer.allocUnsafeSlow(size + (size >> 3));
    },
    takeEncoded: () => encoded.pop() ?? createEncoded(),
    giveBytes: (data) => void bytes.push(data),
    giveEncoded: (free) => {
      if (free !== undefined) encoded.push(free);
    },
  };
}

/** A block that is being encoded, by whomever. */
interface Pending {
  readonly bytes: number;
  made: EncodedBlock | undefined;
  readonly making: Promise<EncodedBlock>;
}

/** So many blocks may wait for one before them that is not yet made, for each thread. */
const WAITING = 3;

/**
 * Encodes a file's blocks: each by a thread that is free, or by this one where none is.
 *
 * @param threads asked for before each block: how many there are may depend on how far the file has been read
 * @param finish takes what was made of each block, in the order of the blocks; resolves with memory that is free
 */
export async function encodeBlocks(
  blocks: AsyncIterable<CsvBlock>,
  own: Pick<BlockEncoder, "encodeBlock">,
  memory: Memory,
  threads: (bytes: number) => readonly EncodeThread[],
  finish: (encoded: Encoded, bytes: number) => Promise<Encoded | undefined>,
): Promise<void> {
  const pending: Pending[] = [];
  const finishFirst = async (): Promise<void> => {
    const { bytes, making } = pending.shift()!;
    const { data, encoded } = await making;
    memory.giveBytes(data);
    memory.giveEncoded(await finish(encoded, bytes));
  };
  for await (const block of blocks) {
    const others = threads(block.bytes);
    const thread = others.find((other) => other.isFree());
    const into = memory.takeEncoded();
    if (thread !== undefined) pending.push(startedBy(thread, block, into));
    else {
      own.encodeBlock(block, into);
      const made = { data: block.data, encoded: into };
      pending.push({ bytes: block.bytes, made, making: Promise.resolve(made) });
      // What the others have sent meanwhile is taken in between.
      if (others.length > 0) await setImmediate();
    }
    const most = WAITING * others.length;
    while (pending.length > 0 && (pending[0]!.made !== undefined || pending.length > most))
      await finishFirst();
  }
  while (pending.length > 0) await finishFirst();
}

function startedBy(thread: EncodeThread, block: CsvBlock, into: Encoded): Pending {
  const making = thread.encode(block, into);
  const started: Pending = { bytes: block.bytes, made: undefined, making };
  making.then(
    (made) => (started.made = made),
    // It is told when it is waited for; until then it must not count as unhandled.
    () => {},
  );
  return started;
}
