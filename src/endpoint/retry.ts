/** Repeats what can succeed: after a jittered pause, inside the deadline, under a budget. */

import { Problem } from "../errors.ts";
import type { Clock } from "./clock.ts";
import type { Ending } from "./ending.ts";
import { addToLog, problemOfAbort } from "./faults.ts";
import type { Call, Context, Invoke, Reply, Target } from "./invoke.ts";
import { perTarget } from "./per-target.ts";
import { type RetryBudgetOptions, createRetryBudget } from "./retry-budget.ts";

/** How calls are repeated. */
export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number;
  /** How often one call is sent at most, the first time included; 3 unless given. */
  readonly maxAttempts?: number | undefined;
  /** The longest pause, and the longest one that a server's Retry-After is obeyed for; 2,000 ms unless given. */
  readonly maxPauseMs?: number | undefined;
  /** Each endpoint has its own. */
  readonly budget?: RetryBudgetOptions | undefined;
  /** Told of each failure that is followed by another attempt, for logs and counters. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** A failure that is followed by another attempt. */
export interface Retry {
  readonly target: Target;
  readonly problem: Problem;
  /** Of the attempt that failed: 1 for the first. */
  readonly attempt: number;
  readonly pauseMs: number;
}

/**
 * Ceiling of the pause after the first failure, in milliseconds: it doubles with each. An overload needs longer to pass than
 * a connection takes to mend, and a model that is being loaded longer than either.
 */
const basePauseMs = { transient: 50, overload: 250, loading: 1000 } as const;

/** A call that has less time than this is not worth making. */
const leastCallMs = 10;

/**
 * A stage that repeats calls which {@link pauseKind} says can succeed. The pause is drawn evenly from 0 to a ceiling that
 * doubles (full jitter), or is the one that the server asks for and up to a base more. There is no other attempt when the
 * server asks for a longer pause than `maxPauseMs`, when the pause would leave the deadline less time than the failed
 * attempt took, or when the endpoint's budget is spent: then the failure itself is thrown, with its Retry-After.
 *
 * `attempts` of the reply, or of the problem's log, counts all attempts; `throttled` those refused as too many. A deadline, a caller that goes away or an open
 * circuit that ends the retries keeps the log of the failure before (`awsError`, `requestId`, …), whose code is then `after`.
 *
 * @throws {Problem} of the last attempt, or what the signal was aborted with during a pause.
 */
export function withRetry(options: RetryOptions): (next: Invoke) => Invoke {
  const { clock, maxAttempts = 3 } = options;
  const budgets = perTarget(
    (target) => target.endpointName,
    () => createRetryBudget(clock, options.budget),
  );
  return (next) => async (call, context) => {
    const { target } = call;
    const budget = budgets(target);
    budget.deposit();
    let before: Failure | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const beganMs = clock.now();
      const outcome = await tried(next, call, context);
      if (!(outcome instanceof Problem)) return counted(outcome, before);
      const failure = failureOf(outcome, before);
      const pauseMs = attempt < maxAttempts ? pauseOf(outcome, attempt, call, options) : undefined;
      const nowMs = clock.now();
      const neededMs = Math.max(leastCallMs, nowMs - beganMs);
      if (
        pauseMs === undefined ||
        context.signal.aborted ||
        nowMs + pauseMs + neededMs > (context.deadlineMs ?? Infinity) ||
        !budget.withdraw()
      ) {
        throw failure.problem;
      }
      context.onFailure?.(failure.problem);
      options.onRetry?.({ target, problem: outcome, attempt, pauseMs });
      const end = await paused(clock, pauseMs, context.signal);
      if (end !== undefined) throw failureOf(end, failure, 0).problem;
      before = failure;
    }
  };
}

/** An attempt's reply, or its problem. What is no problem is a mistake of a program, and goes up as it is. */
async function tried(next: Invoke, call: Call, context: Context): Promise<Reply | Problem> {
  try {
    return await next(call, context);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** The failure of an attempt, and how many there were until then. */
interface Failure {
  readonly problem: Problem;
  readonly attempts: number;
  /** Attempts that were refused as too many. */
  readonly throttled: number;
}

function counted(reply: Reply, before: Failure | undefined): Reply {
  if (before === undefined) return reply;
  const attempts = before.attempts + reply.attempts;
  return before.throttled === 0
    ? { ...reply, attempts }
    : { ...reply, attempts, throttled: before.throttled };
}

/** @param sent whether an attempt failed, and not the pause before it. */
function failureOf(problem: Problem, before: Failure | undefined, sent = 1): Failure {
  const ofThis = problem.log?.["attempts"];
  const attempts = (before?.attempts ?? 0) + (typeof ofThis === "number" ? ofThis : sent);
  const throttled = (before?.throttled ?? 0) + (pauseKind(problem) === "overload" ? 1 : 0);
  if (before === undefined) return { problem, attempts, throttled };
  const isAnswer = problem.log?.["awsError"] !== undefined;
  const past = isAnswer ? undefined : { ...before.problem.log, after: before.problem.code };
  return { problem: addToLog(problem, { ...past, ...problem.log, attempts }), attempts, throttled };
}

/**
 * How long to wait before a call that failed so is sent again, in milliseconds.
 *
 * @returns `undefined` when it is not to be sent again.
 */
function pauseOf(
  problem: Problem,
  attempt: number,
  { target }: Call,
  { random, maxPauseMs = 2000 }: RetryOptions,
): number | undefined {
  const kind = pauseKind(problem);
  // A session's state may have moved on, unless SageMaker says that it did not take the call.
  if (kind === undefined || (kind === "transient" && target.sessionId !== undefined)) return undefined;
  const base = Math.min(basePauseMs[kind], maxPauseMs);
  const asked = problem.log?.["retryAfterMs"];
  if (typeof asked !== "number") return random() * Math.min(base * 2 ** (attempt - 1), maxPauseMs);
  return asked > maxPauseMs ? undefined : asked + random() * base;
}

/**
 * Why another attempt can succeed: after a connection that broke or a server that failed (`transient`), after a throttle or
 * a container's full queue (`overload`), while a model is being loaded (`loading`). As the AWS SDKs do (facts of
 * `feature-retry-behavior`), but that a container's 429 or 503, which reaches them as a 424, is repeated here, too.
 *
 * @returns `undefined` where it cannot, or where the work may still be going on: what a container said of its rows, 530,
 * a container that gave no answer, a time-out, an open circuit, a refusal.
 */
export function pauseKind({ code, log }: Problem): keyof typeof basePauseMs | undefined {
  switch (code) {
    case "endpoint-throttled":
    case "endpoint-overloaded":
      return "overload";
    case "endpoint-not-ready":
      return "loading";
    case "endpoint-unreachable":
      return "transient";
    case "endpoint-unavailable":
      return log?.["originalStatusCode"] === undefined ? "transient" : undefined;
    case "endpoint-failed":
      return mayPass(log?.["status"]) ? "transient" : undefined;
    case "endpoint-access-denied":
      return log?.["clockSkewCorrected"] === true ? "transient" : undefined;
    default:
      return undefined;
  }
}

/** 530 is a fault of the account's set-up, says AWS; without a status, it did not fail at SageMaker. */
function mayPass(status: unknown): boolean {
  return typeof status === "number" && (status === 408 || (status >= 500 && status !== 530));
}

/** Waits. The problem that the signal was aborted with, if it was. */
function paused(clock: Clock, ms: number, signal: Ending): Promise<Problem | undefined> {
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel();
      resolve(problemOfAbort(signal.reason));
    };
    const cancel = clock.setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve(undefined);
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
