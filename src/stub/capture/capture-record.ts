/** One call as a line of captured data, in SageMaker's format (facts, 6.5). */
import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { CaptureSettings, Encoding } from "./capture-settings.ts";

/** What went one way. */
export interface Captured {
  readonly contentType: string | undefined;
  readonly body: string | Buffer;
}

/** A call, and what became of it. */
export interface CapturedCall {
  readonly input: Captured;
  /** Undefined where the call failed. */
  readonly output: Captured | undefined;
  /** As the caller sent it. */
  readonly inferenceId: string | undefined;
  /** In ms since 1970. */
  readonly at: number;
}

function side(mode: "INPUT" | "OUTPUT", { contentType, body }: Captured, settings: CaptureSettings) {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  // A type may lie: what is no text would not survive as one.
  const encoding: Encoding = isUtf8(bytes) ? settings.encodingOf(contentType) : "BASE64";
  const data = bytes.toString(encoding === "BASE64" ? "base64" : "utf8");
  return { observedContentType: contentType, mode, data, encoding };
}

/** The line of a call, without its end. */
export function captureLine(call: CapturedCall, settings: CaptureSettings): string {
  const { input, output, inferenceId, at } = call;
  return JSON.stringify({
    captureData: {
      ...(settings.hasInput ? { endpointInput: side("INPUT", input, settings) } : {}),
      ...(settings.hasOutput && output !== undefined
        ? { endpointOutput: side("OUTPUT", output, settings) }
        : {}),
    },
    eventMetadata: {
      eventId: randomUUID(),
      ...(inferenceId === undefined ? {} : { inferenceId }),
      inferenceTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    },
    eventVersion: "0",
  });
}
