import type { MessagePort } from "node:worker_threads";
import { compilePipeline } from "../model/pipeline.ts";
import type { ModelSources } from "../registry.ts";
import { type BlockEncoder, type Encoding, createBlockEncoder } from "./block-encoder.ts";
import { type PackedEncoded, packEncoded, unpackEncoded } from "./encoded.ts";
import { createRowEncoder } from "./row-encoder.ts";

/** What another thread needs to know to encode pieces of one file as this one does. Plain data. */
export interface EncodeSetup extends Encoding {
  readonly sources: ModelSources;
  /** Of the raw file. */
  readonly header: readonly string[];
}

/** A block on its way to the thread that encodes it, with memory to write to. */
export interface EncodeCall {
  readonly data: ArrayBuffer;
  readonly size: number;
  readonly isWhole: boolean;
  readonly into: PackedEncoded;
}

/** What comes back, the block's memory with it; first of all once, when the thread is ready, without any. */
export type EncodeAnswer = { readonly data: ArrayBuffer; readonly encoded: PackedEncoded } | undefined;

/** One end of the line between two threads. */
export type EncodePort = Pick<MessagePort, "on" | "once" | "postMessage">;

/** Takes a setup, and then encodes the blocks that come in, one after the other. */
export function serveBlocks(port: EncodePort): void {
  port.once("message", (setup: EncodeSetup) => {
    const { encodeBlock } = compileEncoder(setup);
    port.on("message", ({ data, size, isWhole, into }: EncodeCall) => {
      const encoded = unpackEncoded(into);
      encodeBlock({ data: Buffer.from(data), size, isWhole, bytes: 0 }, encoded);
      const packed = packEncoded(encoded);
      port.postMessage({ data, encoded: packed } satisfies EncodeAnswer, [data, packed.text, packed.ends]);
    });
    port.postMessage(undefined satisfies EncodeAnswer);
  });
}

function compileEncoder({ sources: { file, fitted }, header, ...encoding }: EncodeSetup): BlockEncoder {
  const pipeline = compilePipeline(file, undefined, fitted?.learned, fitted?.target);
  // No message names file and line: the header has been taken already, and what does not fit is told by who merges.
  return createBlockEncoder(createRowEncoder(pipeline, header, "", 1), encoding);
}
