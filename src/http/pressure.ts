import underPressure from "@fastify/under-pressure";
import type { FastifyInstance, onRequestHookHandler } from "fastify";
import { Problem } from "../errors.ts";

/** How long to stay away from a process whose event loop is late, in seconds: a few of its samples. */
const RETRY_AFTER_S = 2;

/**
 * Measures how late the event loop is.
 *
 * @returns hook of the routes whose requests are answered `overloaded` while that is more than `maxEventLoopDelayMs`;
 * others, such as the probes of orchestrators, are answered all the same
 */
export async function watchPressure(
  app: FastifyInstance,
  maxEventLoopDelayMs: number,
): Promise<onRequestHookHandler> {
  let watched = app;
  // In a scope without routes: the plugin's own hook has Fastify describe the route anew for every request.
  await app.register(async (scope) => {
    await scope.register(underPressure, { maxEventLoopDelay: maxEventLoopDelayMs, sampleInterval: 500 });
    watched = scope;
  });
  return (_request, _reply, done) => {
    done(watched.isUnderPressure() ? tooBusy() : undefined);
  };
}

function tooBusy(): Problem {
  return new Problem("overloaded", "This process is too busy to take the request in time.", {
    retryAfterS: RETRY_AFTER_S,
    log: { pressure: "event loop" },
  });
}
