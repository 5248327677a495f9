import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { CsvBlock } from "./csv-blocks.ts";
import type { EncodeAnswer, EncodeCall, EncodeSetup } from "./encode-server.ts";
import { type Encoded, packEncoded, unpackEncoded } from "./encoded.ts";

/** Another thread that encodes blocks. */
export interface EncodeThread {
  /** Says what is to be done: once, before all else. */
  readonly begin: (setup: EncodeSetup) => void;
  /** Whether it would take a block: it is running, and has little to do. */
  readonly isFree: () => boolean;
  /**
   * Hands a block over, and memory to write to; both come back.
   *
   * @throws {Error} where the thread fails
   */
  readonly encode: (block: CsvBlock, into: Encoded) => Promise<EncodedBlock>;
  /** Ends it, whatever it is doing. */
  readonly close: () => void;
}

/** What was made of a block, and the block's memory, which is free. */
export interface EncodedBlock {
  readonly data: Buffer;
  readonly encoded: Encoded;
}

/** A line to another thread. */
export interface ThreadLine {
  readonly send: (message: EncodeSetup | EncodeCall, transfer: ArrayBuffer[]) => void;
  /** Whom to call with what the thread answers, and with the reason when it has come to an end. */
  readonly listen: (hear: (answer: EncodeAnswer) => void, fail: (error: Error) => void) => void;
  readonly close: () => void;
}

/** So many blocks are with a thread at a time: it has the next ones at hand while this one is busy with its own. */
const AT_HAND = 2;

interface Call {
  readonly resolve: (made: EncodedBlock) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a thread. Until it is ready it takes nothing, and one that cannot start never does: others do its work. */
export function startThread(): EncodeThread {
  // Beside this file, in whichever form this is; of what this process was started with nothing is of use to it.
  const url = new URL(`./encode-worker${extname(import.meta.url)}`, import.meta.url);
  // What becomes garbage is small and soon dead: with the usual room for it each thread would take 10 MB more.
  const resourceLimits = { maxYoungGenerationSizeMb: 4 };
  const worker = new Worker(url, { execArgv: [], resourceLimits });
  return connectThread({
    send: (message, transfer) => worker.postMessage(message, transfer),
    listen: (hear, fail) => {
      worker.on("message", hear);
      worker.on("error", fail);
      worker.on("exit", () => fail(new Error("A thread ended before its work was done.")));
    },
    close: () => void worker.terminate(),
  });
}

/** The thread at the other end of a line. */
export function connectThread(line: ThreadLine): EncodeThread {
  // It answers in the order in which it is called.
  const calls: Call[] = [];
  let isRunning = false;
  line.listen(
    (answer) => {
      if (answer === undefined) isRunning = true;
      else calls.shift()!.resolve({ data: Buffer.from(answer.data), encoded: unpackEncoded(answer.encoded) });
    },
    (cause) => {
      isRunning = false;
      const error = new Error(`${cause.message} (--jobs 1 does without other threads.)`, { cause });
      for (const { reject } of calls.splice(0)) reject(error);
    },
  );
  return {
    begin: (setup) => line.send(setup, []),
    isFree: () => isRunning && calls.length < AT_HAND,
    encode: ({ data, size, isWhole }, into) =>
      new Promise((resolve, reject) => {
        calls.push({ resolve, reject });
        const packed = packEncoded(into);
        const memory = data.buffer as ArrayBuffer;
        line.send({ data: memory, size, isWhole, into: packed }, [memory, packed.text, packed.ends]);
      }),
    close: line.close,
  };
}
