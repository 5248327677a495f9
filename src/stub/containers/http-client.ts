/** HTTP to a container: one address, connections that are kept, and every way in which an answer can fail to come. */
import { Agent, request as startRequest, type ClientRequest, type IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { SettingError } from "./setting.ts";

/** What to send. */
export interface Exchange {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** For the whole of the answer; of a stream for its headers. */
  readonly timeoutMs: number;
  /** Whether a good answer is wanted as it comes. Default no. */
  readonly wantsStream?: boolean | undefined;
}

/** What came of it. */
export type Outcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | {
      readonly kind: "stream";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Readable;
    }
  /** A status came, but not the whole body, or too much of it. */
  | { readonly kind: "unreadable"; readonly status: number }
  /** No answer that could be read: refused, reset, no HTTP. */
  | { readonly kind: "gone" }
  | { readonly kind: "timeout" };

/** A container's address, ready for use. */
export interface HttpClient {
  readonly send: (exchange: Exchange) => Promise<Outcome>;
  readonly close: () => void;
}

/** Idle connections that are kept, at most. */
const MOST_IDLE = 64;

/**
 * Sends one request.
 *
 * @param onStale - told of a connection that the container had closed while it lay idle; the request never got there.
 * @param settle - told of the outcome; the first counts.
 */
function attempt(
  base: URL,
  agent: Agent,
  exchange: Exchange,
  maxBodyBytes: number,
  onStale: (() => void) | undefined,
  settle: (outcome: Outcome) => void,
): ClientRequest {
  const { method, path, headers = {}, body = "", wantsStream = false } = exchange;
  const request = startRequest({
    agent,
    method,
    host: base.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: base.port === "" ? 80 : base.port,
    path: base.pathname.replace(/\/$/, "") + path,
    headers: method === "GET" ? headers : { ...headers, "Content-Length": Buffer.byteLength(body) },
  });
  request.on("response", (response) => {
    const status = response.statusCode ?? 0;
    if (wantsStream && status >= 200 && status < 300) {
      settle({ kind: "stream", status, headers: response.headers, body: response });
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) {
        settle({ kind: "unreadable", status });
        request.destroy();
      } else {
        chunks.push(chunk);
      }
    });
    // "close" comes after an end that is none as well.
    response.on("close", () => {
      settle(
        response.complete
          ? { kind: "answer", status, headers: response.headers, body: Buffer.concat(chunks) }
          : { kind: "unreadable", status },
      );
    });
    response.on("error", () => settle({ kind: "unreadable", status }));
  });
  request.on("error", (error: NodeJS.ErrnoException) => {
    const isStale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
    if (isStale && onStale !== undefined) {
      onStale();
    } else {
      settle({ kind: "gone" });
    }
  });
  request.end(body);
  return request;
}

/**
 * A client of a container.
 *
 * @param address - `http://host:port`, with or without a path that goes before all others.
 * @param maxBodyBytes - of an answer.
 * @throws {SettingError} when the address is none.
 */
export function createHttpClient(address: string, maxBodyBytes: number): HttpClient {
  const base = URL.canParse(address) ? new URL(address) : undefined;
  if (base?.protocol !== "http:" || base.search !== "" || base.username !== "") {
    throw new SettingError(`${address} is no address of a container: write http://host:port.`);
  }
  const agent = new Agent({ keepAlive: true, maxFreeSockets: MOST_IDLE });
  const send = (exchange: Exchange): Promise<Outcome> =>
    new Promise((resolve) => {
      let current: ClientRequest;
      let isOver = false;
      const settle = (outcome: Outcome): void => {
        isOver = true;
        clearTimeout(timer);
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        settle({ kind: "timeout" });
        current.destroy();
      }, exchange.timeoutMs).unref();
      const again = (): void => {
        // A request that was ended here seems stale as well.
        if (!isOver) {
          current = attempt(base, agent, exchange, maxBodyBytes, undefined, settle);
        }
      };
      current = attempt(base, agent, exchange, maxBodyBytes, again, settle);
    });
  return Object.freeze({ send, close: () => agent.destroy() });
}
