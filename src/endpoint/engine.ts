/** All that lies between a predictor and the endpoint, in the order in which a call passes it. */

import { type BatchOptions, withBatch } from "./batch.ts";
import { type BreakerOptions, withBreaker } from "./breaker.ts";
import { withCache } from "./cache.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type DeadlineOptions, withDeadline } from "./deadline.ts";
import type { Invoke } from "./invoke.ts";
import { type RetryOptions, withRetry } from "./retry.ts";
import { withRowFate } from "./row-fate.ts";

/** How the engine is set up; each part is described where its stage is. */
export interface EngineOptions {
  readonly deadline: DeadlineOptions;
  /** Without it, no answer is kept. */
  readonly cache?: { readonly maxBytes: number; readonly ttlMs: number } | undefined;
  readonly batch: Omit<BatchOptions, "clock">;
  readonly retry: Pick<RetryOptions, "maxAttempts" | "onRetry">;
  readonly breaker?: Pick<BreakerOptions, "onChange"> | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to below 1, as `Math.random`, which it is unless given. */
  readonly random?: (() => number) | undefined;
}

/**
 * The way of a call, outermost first. What is asked of many requests at a time comes below `batch`; a hit of the cache does
 * not wait for a place in a call; rows at fault are searched for within one place of the limit, so that a search cannot
 * crowd out other calls; each attempt of a retry is an event for the breaker.
 *
 * @param sagemaker the innermost stage, which sends a call once
 */
export function createEngine(sagemaker: Invoke, options: EngineOptions): Invoke {
  const { cache, clock = systemClock, random = Math.random } = options;
  const stages = [
    withDeadline(options.deadline, clock),
    ...(cache === undefined ? [] : [withCache({ ...cache, clock })]),
    withBatch({ ...options.batch, clock }),
    withRowFate({ clock, random }),
    withRetry({ ...options.retry, clock, random }),
    withBreaker({ ...options.breaker, clock, random }),
  ];
  return stages.reduceRight((next, stage) => stage(next), sagemaker);
}
