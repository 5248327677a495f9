/** HTTP between a socket and a handler: requests read to their end and no further, answers sent, and an orderly close. */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { deliver } from "./deliver.ts";
import { errorResponse, internalFailure, malformedRequest } from "./platform-errors.ts";
import type { Handler, WireResponse } from "./wire.ts";

/** Longer than clients keep idle sockets for reuse, so that it is they who close. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How much of a body above the limit is thrown away unread, so that a client still sending it gets to the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const SWEEP_INTERVAL_MS = 20;

/** Who answers, where, and how long closing takes. */
export interface ListenerOptions {
  /** Answers a request whose body is no longer than `maxBodyBytes`. */
  readonly handle: Handler;
  /** Answers any longer one, without its body. */
  readonly refuse: Handler;
  readonly maxBodyBytes: number;
  /** How long closing waits for requests in flight, in ms. */
  readonly drainMs: number;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A port that is listened on. */
export interface Listener {
  readonly port: number;
  /** Stops listening, lets what is in flight finish, cuts off what hangs, then resolves. To be called once. */
  readonly close: () => Promise<void>;
}

/** Which handler answers: `handle` a request of at most `maxBodyBytes`, `refuse` any longer one, without its body. */
interface Desk extends Pick<ListenerOptions, "handle" | "refuse" | "maxBodyBytes"> {
  /** Told of a response that will never end. */
  readonly onHang: (socket: Socket) => void;
}

/** Reads a request to its end, keeping at most `maxBodyBytes` of it, and answers it. */
function exchange(request: IncomingMessage, response: ServerResponse, desk: Desk): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const answer = (handler: Handler): void => {
    const { method, url: target, headers } = request as { method: string; url: string } & IncomingMessage;
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const answered = handler({ method, target, headers, body });
    if (answered instanceof Promise) {
      void answered.then(send);
    } else {
      send(answered);
    }
  };
  const send = (wire: WireResponse): void => {
    if (wire.delivery?.how === "hang") {
      desk.onHang(request.socket);
    }
    try {
      deliver(response, wire);
    } catch {
      // A header that node:http does not send, from a container: nothing has gone out yet.
      wire.stream?.destroy();
      deliver(response, errorResponse(internalFailure));
    }
  };
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= desk.maxBodyBytes) {
      chunks.push(chunk);
    } else if (bytes > desk.maxBodyBytes + MAX_DISCARDED_BYTES) {
      request.destroy();
    } else if (!response.headersSent) {
      chunks.length = 0;
      answer(desk.refuse);
    }
  });
  request.on("end", () => {
    if (!response.headersSent) {
      answer(desk.handle);
    }
  });
  // A client that goes away in the middle needs no answer; without a listener it would end the process.
  request.on("error", () => {});
}

/** Answers on a bare socket, for what node:http does not make a request of. */
function sendRaw(socket: Duplex, { status, headers, body }: WireResponse): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const lines = Object.entries({
    ...headers,
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Follows a server's connections, so that it can be closed in order. */
function closerOf(
  server: Server,
  drainMs: number,
): { readonly close: () => Promise<void>; readonly onHang: (socket: Socket) => void } {
  const sockets = new Set<Socket>();
  const hanging = new WeakSet<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const sweep = (isOver: boolean): void => {
    // node:http knows connections between two requests as idle, but not those that are still to send their first byte.
    server.closeIdleConnections();
    for (const socket of sockets) {
      if (isOver || socket.bytesRead === 0 || hanging.has(socket)) {
        socket.destroy();
      }
    }
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const endsAt = performance.now() + drainMs;
      // Again and again: a connection that is busy now is idle once it has its answer.
      const timer = setInterval(() => sweep(performance.now() >= endsAt), SWEEP_INTERVAL_MS);
      server.close(() => {
        clearInterval(timer);
        resolve();
      });
    });
  return { close, onHang: (socket) => hanging.add(socket) };
}

/**
 * Listens on a port.
 *
 * @throws Node's own error, when the port is taken.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { drainMs, host, port } = options;
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What node:http would refuse on its own, with no body, is answered like all else.
    requireHostHeader: false,
  });
  const { close, onHang } = closerOf(server, drainMs);
  const desk: Desk = { ...options, onHang };
  server.on("request", (request, response) => exchange(request, response, desk));
  server.on("checkExpectation", (request, response) => exchange(request, response, desk));
  server.on("clientError", (_error, socket) => sendRaw(socket, errorResponse(malformedRequest)));
  server.on("connect", (_request, socket) => sendRaw(socket, errorResponse(malformedRequest)));
  const address = await listen(server, port, host);
  return Object.freeze({ port: address.port, close });
}
