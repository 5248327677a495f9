import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem, catalogue } from "../errors.ts";
import type { EndingController } from "../predictor.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the request's log line adds to method, route, status and time. */
    facts: object | null;
    /** A handler's, to be aborted when the connection closes before the reply is through. */
    gone: EndingController | null;
  }
}

/** How long a request that is still arriving at the close may go on to; its sender would hold everything up. */
const LAST_ARRIVALS_MS = 2000;

/**
 * Follows every request to its end: one line of log, without its payload; word to its handler when its caller has gone;
 * and at the close of the server, an end to its connection.
 */
export function followRequests(app: FastifyInstance): void {
  let closing = false;
  // By connection, because a set of the requests themselves is made anew every few hundred of them: each one that has
  // grown old keeps all of its dead requests alive until it is collected, which took a twentieth of the CPU.
  const latest = new Map<Socket, IncomingMessage | undefined>();
  const follow = (request: IncomingMessage): void => {
    const { socket } = request;
    if (!latest.has(socket)) socket.once("close", () => latest.delete(socket));
    latest.set(socket, request);
  };
  const giveUp = () => {
    for (const [socket, request] of latest) if (request?.complete === false) socket.destroy();
  };
  app.decorateRequest("facts", null);
  app.decorateRequest("gone", null);
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    const { raw } = request;
    follow(raw);
    // One listener for all that want to know: each one more is paid for by every request.
    reply.raw.on("close", () => {
      if (latest.get(raw.socket) === raw) latest.set(raw.socket, undefined);
      if (!reply.raw.writableFinished) callerGone(request, reply);
    });
    done();
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    // A connection whose last answer was under way at the close would else stay open for as long as it is kept alive.
    if (closing) reply.header("connection", "close");
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    logRequest(request, reply, reply.statusCode);
    done();
  });
  app.addHook("preClose", async () => {
    closing = true;
    setTimeout(giveUp, LAST_ARRIVALS_MS).unref();
  });
}

/** No response was finished, and so Fastify calls no onResponse; and nobody waits for one any more. */
function callerGone(request: FastifyRequest, reply: FastifyReply): void {
  logRequest(request, reply, catalogue["caller-gone"].status);
  request.gone?.abort(new Problem("caller-gone", "The caller closed the connection before the answer."));
}

/** The probes of orchestrators are logged only at debug level. */
function logRequest(request: FastifyRequest, reply: FastifyReply, status: number): void {
  const { url } = request.routeOptions;
  const level = url === "/livez" || url === "/readyz" ? "debug" : "info";
  const ms = Math.round(reply.elapsedTime * 1000) / 1000;
  request.log[level]({ method: request.method, route: url, status, ms, ...request.facts }, "request");
}
