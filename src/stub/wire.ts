/** One HTTP exchange as plain data: what a handler sees, and what it answers. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { StreamFailure } from "./stream/event-stream.ts";

/** A request, read to its end. */
export interface WireRequest {
  readonly method: string;
  /** The request target as it was sent, percent-escapes and query string included. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * How a response goes out where it is not sent whole and at once. `at` says when a connection falls silent or is
 * reset: before the first byte, or after the headers and half of the body.
 */
export type Delivery =
  | { readonly how: "hang" | "reset"; readonly at: "start" | "body" }
  /** Half of the body, and an orderly end of the connection; the headers promised more, or chunks have no last one. */
  | { readonly how: "truncate"; readonly framing: "length" | "chunked" }
  /** The body in pieces, evenly over `ms`. */
  | { readonly how: "slow"; readonly ms: number }
  /** An event stream with a failure in it, after so many parts. */
  | { readonly how: "stream-error"; readonly failure: StreamFailure; readonly afterParts: number };

/** A response. Content-Length is the server's to add. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The body as it comes, chunked, in place of `body`, which then is empty. */
  readonly stream?: Readable | undefined;
  readonly delivery?: Delivery | undefined;
  /** To be called once, just before the last byte is sent, or when the connection is gone. */
  readonly release?: () => void;
}

/**
 * Answers a request, at once unless something holds it up. What weathers or watches it is `(next) => handler`.
 */
export type Handler = (request: WireRequest) => WireResponse | Promise<WireResponse>;
