import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { Problem } from "../errors.ts";

/** How long to stay away from a process whose event loop is late, in seconds: a few of its samples. */
const RETRY_AFTER_S = 2;

/**
 * Measures how late the event loop is. A route sheds its requests while that is more than `maxEventLoopDelayMs` when its
 * `config` is {@link shedding}; others, such as the probes of orchestrators, are answered all the same.
 */
export async function registerPressure(app: FastifyInstance, maxEventLoopDelayMs: number): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    sampleInterval: 500,
    pressureHandler: () => undefined,
  });
}

/** A route's `config`: it answers `overloaded` under pressure. */
export const shedding = {
  pressureHandler: () =>
    new Problem("overloaded", "This process is too busy to take the request in time.", {
      retryAfterS: RETRY_AFTER_S,
      log: { pressure: "event loop" },
    }),
};
