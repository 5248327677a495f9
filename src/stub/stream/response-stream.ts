/** InvokeEndpointWithResponseStream: a container's answer as an event stream, in parts, as they come. */
import { Readable } from "node:stream";
import type { WireResponse } from "../wire.ts";
import { EVENT_STREAM, failureMessage, payloadPart, type StreamFailure } from "./event-stream.ts";

/** How answers are streamed. */
export interface StreamingOptions {
  /** Bytes in a part of an answer that came whole; the last may have fewer. */
  readonly partBytes: number;
  /** How long a stream may last, in ms. */
  readonly timeoutMs: number;
}

// The real texts are not public; what they say is the API reference's.
const TIME_EXCEEDED: StreamFailure = {
  type: "ModelStreamError",
  code: "ModelInvocationTimeExceeded",
  message: "The model failed to finish sending the response within the timeout period.",
};
const STREAM_BROKEN: StreamFailure = {
  type: "ModelStreamError",
  code: "StreamBroken",
  message: "The connection between the client and the model was reset or closed.",
};

function* partsOf(body: Buffer, partBytes: number): Generator<Buffer> {
  for (let at = 0; at < body.length; at += partBytes) {
    yield body.subarray(at, at + partBytes);
  }
}

/** Messages of a container's chunks; the last says so where they ended too early, or too late. */
async function* messagesOf(source: Readable, timeoutMs: number): AsyncGenerator<Buffer> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    source.destroy(new Error("The time is out."));
  }, timeoutMs).unref();
  try {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk as Buffer | string);
      if (bytes.length > 0) {
        yield payloadPart(bytes);
      }
    }
  } catch {
    yield failureMessage(isLate ? TIME_EXCEEDED : STREAM_BROKEN);
  } finally {
    clearTimeout(timer);
  }
}

/** The first messages of a stream, and then a failure in place of all others. */
async function* brokenOff(
  messages: AsyncIterable<Buffer> | Iterable<Buffer>,
  failure: StreamFailure,
  afterParts: number,
): AsyncGenerator<Buffer> {
  let left = afterParts;
  if (left > 0) {
    for await (const message of messages) {
      yield message;
      left--;
      if (left === 0) {
        break;
      }
    }
  }
  yield failureMessage(failure);
}

/** A stream of messages, which takes their source with it when it ends, read or unread. */
function readableOf(
  messages: AsyncIterable<Buffer> | Iterable<Buffer>,
  source: Readable | undefined,
): Readable {
  const stream = Readable.from(messages);
  return source === undefined ? stream : stream.once("close", () => source.destroy());
}

async function collect(messages: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const message of messages) {
    all.push(message);
  }
  return Buffer.concat(all);
}

/** The headers of a stream: the container's type is that of the parts. */
function headersOf({ headers }: WireResponse): Record<string, string> {
  const { "Content-Type": contentType, ...rest } = headers;
  return {
    ...rest,
    "Content-Type": EVENT_STREAM,
    ...(contentType === undefined ? {} : { "X-Amzn-SageMaker-Content-Type": contentType }),
  };
}

/**
 * What the platform makes of an answer that is to be streamed. Errors before the stream stay as they are; a failure
 * behind the first byte is a message of the stream. A fault of the wire is one of the whole stream's bytes.
 */
export function streamed(
  response: WireResponse,
  { partBytes, timeoutMs }: StreamingOptions,
): WireResponse | Promise<WireResponse> {
  const { delivery, body, stream } = response;
  const isSilent = delivery !== undefined && "at" in delivery && delivery.at === "start";
  if (response.status >= 300 || isSilent) {
    return delivery?.how === "stream-error" ? { ...response, delivery: undefined } : response;
  }
  const parts = Array.from(
    stream === undefined ? partsOf(typeof body === "string" ? Buffer.from(body) : body, partBytes) : [],
    payloadPart,
  );
  const messages = stream === undefined ? parts : messagesOf(stream, timeoutMs);
  // A stream without parts is one all the same: it has no 204.
  const head: WireResponse = { ...response, status: 200, headers: headersOf(response), body: "" };
  if (delivery === undefined) {
    return { ...head, stream: readableOf(messages, stream) };
  }
  if (delivery.how === "stream-error") {
    const { failure, afterParts } = delivery;
    const broken = brokenOff(messages, failure, afterParts);
    return { ...head, delivery: undefined, stream: readableOf(broken, stream) };
  }
  const whole = (bytes: Buffer): WireResponse => ({ ...head, body: bytes, stream: undefined });
  return stream === undefined
    ? whole(Buffer.concat(parts))
    : collect(messagesOf(stream, timeoutMs)).then(whole);
}
