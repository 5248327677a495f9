import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Problem, catalogue } from "../errors.ts";
import type { EndingController } from "../predictor.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the request's log line adds to method, route, status and time. */
    facts: object | null;
    /** Whether it is one of an orchestrator's probes, which are logged at level debug only. */
    isProbe: boolean;
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
  const latest = new Map<Socket, FastifyReply | undefined>();
  const follow = (reply: FastifyReply): void => {
    const { socket } = reply.request.raw;
    if (!latest.has(socket)) socket.once("close", () => latest.delete(socket));
    latest.set(socket, reply);
    // One listener for all that want to know: each one more is paid for by every request.
    reply.raw.on("close", () => {
      if (latest.get(socket) === reply) {
        latest.set(socket, undefined);
        // Where its answer waited behind another one, it was too late to tell the client that it is the last.
        if (closing) socket.destroySoon();
      }
      if (!reply.raw.writableFinished) callerGone(reply);
    });
  };
  const giveUp = () => {
    for (const [socket, reply] of latest) if (reply?.request.raw.complete === false) socket.destroy();
  };
  app.decorateRequest("facts", null);
  app.decorateRequest("gone", null);
  app.decorateRequest("isProbe", false);
  // What is the same for all requests of a route is made text once.
  app.addHook("onRoute", (route) => {
    const log = app.log.child({ route: route.url });
    route.childLoggerFactory = (_log, bindings) => log.child(bindings);
  });
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    follow(reply);
    done();
  });
  app.addHook("onResponse", (_request, reply, done) => {
    logRequest(reply, reply.statusCode);
    done();
  });
  app.addHook("preClose", async () => {
    closing = true;
    // A connection whose last answer is under way at the close would else stay open for as long as it is kept alive.
    for (const reply of latest.values())
      if (reply?.raw.headersSent === false) reply.header("connection", "close");
    setTimeout(giveUp, LAST_ARRIVALS_MS).unref();
  });
}

/** No response was finished, and so Fastify calls no onResponse; and nobody waits for one any more. */
function callerGone(reply: FastifyReply): void {
  logRequest(reply, catalogue["caller-gone"].status);
  reply.request.gone?.abort(
    new Problem("caller-gone", "The caller closed the connection before the answer."),
  );
}

function logRequest({ request, elapsedTime }: FastifyReply, status: number): void {
  const ms = Math.round(elapsedTime * 1000) / 1000;
  const line = { method: request.method, status, ms, ...request.facts };
  if (request.isProbe) request.log.debug(line, "request");
  else request.log.info(line, "request");
}
