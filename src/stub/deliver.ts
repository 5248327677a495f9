/** Sends responses: whole and at once, or as a fault wants it. */
import type { ServerResponse } from "node:http";
import { pipeline, type Readable } from "node:stream";
import type { Delivery, WireResponse } from "./wire.ts";

/** Pieces of a slow body, at most. */
const MOST_PIECES = 20;
/** Between the half body and the reset: a reset overtakes what the client has not read. */
const RESET_AFTER_MS = 20;

/**
 * Names and values in turns, which node:http takes as they are: an object with one more would be a copy a call. RFC
 * 9110, 8.6: a 204 has no Content-Length.
 */
function headersOf({ status, headers, body }: WireResponse): string[] {
  const list: string[] = [];
  for (const name in headers) {
    if (Object.hasOwn(headers, name)) {
      list.push(name, headers[name]!);
    }
  }
  if (status !== 204) {
    list.push("Content-Length", String(Buffer.byteLength(body)));
  }
  return list;
}

/** Sends a response that nothing is wrong with. */
function sendWhole(response: ServerResponse, wire: WireResponse): void {
  response.writeHead(wire.status, headersOf(wire));
  response.end(wire.body);
}

/** Sends a body as it comes, and no faster than the client takes it; where it fails, the connection is reset. */
function sendStream(
  response: ServerResponse,
  { status, headers }: WireResponse,
  stream: Readable,
  done: () => void,
): void {
  stream.once("end", done);
  response.writeHead(status, headers);
  response.flushHeaders();
  pipeline(stream, response, () => {});
}

/** Sends the headers, and half of the body, whatever they promise. */
function sendHalf(
  response: ServerResponse,
  { status, headers, body }: WireResponse,
  framing: "length" | "chunked",
  then: () => void,
): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  // Of nothing there is no half: one byte is promised that never comes.
  const length = { "Content-Length": Math.max(1, bytes.length) };
  response.writeHead(status, framing === "length" ? { ...headers, ...length } : headers);
  response.flushHeaders();
  response.write(bytes.subarray(0, bytes.length >> 1), then);
}

/** Sends the body in pieces. */
function sendSlowly(response: ServerResponse, wire: WireResponse, ms: number, done: () => void): void {
  const bytes = typeof wire.body === "string" ? Buffer.from(wire.body) : wire.body;
  const pieces = Math.max(1, Math.min(MOST_PIECES, bytes.length));
  response.writeHead(wire.status, headersOf(wire));
  response.flushHeaders();
  const startedAt = performance.now();
  let sent = 0;
  const sendPiece = (): void => {
    const from = Math.floor((bytes.length * sent) / pieces);
    sent++;
    const piece = bytes.subarray(from, Math.floor((bytes.length * sent) / pieces));
    if (sent === pieces) {
      done();
      response.end(piece);
    } else {
      response.write(piece);
      timer = waitForPiece();
    }
  };
  // By the clock, not by intervals: twenty timers would be late twenty times.
  const waitForPiece = (): NodeJS.Timeout =>
    setTimeout(sendPiece, startedAt + (ms * (sent + 1)) / pieces - performance.now()).unref();
  let timer = waitForPiece();
  response.once("close", () => clearTimeout(timer));
}

function sendFaultily(
  response: ServerResponse,
  wire: WireResponse,
  delivery: Delivery,
  done: () => void,
): void {
  // A response that waits behind another one on its connection has no socket of its own yet; its request has.
  const { socket } = response.req;
  switch (delivery.how) {
    case "hang":
      if (delivery.at === "body") {
        sendHalf(response, wire, "length", () => {});
      }
      break;
    case "reset":
      if (delivery.at === "start") {
        socket.resetAndDestroy();
      } else {
        sendHalf(response, wire, "length", () => {
          setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS).unref();
        });
      }
      break;
    case "truncate":
      sendHalf(response, wire, delivery.framing, () => socket.end());
      break;
    case "slow":
      sendSlowly(response, wire, delivery.ms, done);
      break;
  }
}

/** Sends a response, and releases what it holds just before its last byte, or once the connection is gone. */
export function deliver(response: ServerResponse, wire: WireResponse): void {
  const { delivery, release, stream } = wire;
  let isHeld = release !== undefined;
  const done = (): void => {
    if (isHeld) {
      isHeld = false;
      release!();
    }
  };
  if (response.destroyed || response.closed) {
    // The client has gone while its answer was made.
    stream?.destroy();
    done();
  } else if (stream !== undefined) {
    response.once("close", done);
    sendStream(response, wire, stream, done);
  } else if (delivery === undefined) {
    done();
    sendWhole(response, wire);
  } else {
    response.once("close", done);
    sendFaultily(response, wire, delivery, done);
  }
}
