/** One deadline a call. */

import { Problem } from "../errors.ts";
import { type Clock, systemClock } from "./clock.ts";
import { problemOfAbort } from "./faults.ts";
import { createEnding } from "./ending.ts";
import type { Context, Invoke, Reply } from "./invoke.ts";

/** How long calls may take, in milliseconds. */
export interface DeadlineOptions {
  /** Of a call whose caller says nothing. */
  readonly defaultMs: number;
  /** The longest that a caller may wish for; a longer wish is cut to it. */
  readonly maxMs: number;
}

/**
 * A stage that gives a call the time that its caller wishes for (`context.timeoutMs`), else the default. The stages below
 * get the moment as `context.deadlineMs`, and a signal that aborts when it has come or when the caller's own signal
 * aborts. The call ends at that moment even if a stage below ignores its signal; a lenient one with the answers that there
 * are. Nothing is held once it has ended. The log of a deadline that strikes during a later attempt has what is known of the
 * one before (`awsError`, `requestId`, …), whose code is `after`.
 *
 * @throws {Problem} `deadline-exceeded` when the time has passed; what the caller's signal was aborted with, when it is
 * a Problem, else `caller-gone`.
 */
export function withDeadline(
  { defaultMs, maxMs }: DeadlineOptions,
  clock: Clock = systemClock,
): (next: Invoke) => Invoke {
  return (next) => (call, context) =>
    new Promise<Reply>((resolve, reject) => {
      const outer = context.signal;
      if (outer.aborted) throw problemOfAbort(outer.reason);
      const timeoutMs = Math.min(context.timeoutMs ?? defaultMs, maxMs);
      const ending = createEnding();
      let last: Problem | undefined;
      const release = (): void => {
        cancel();
        outer.removeEventListener("abort", onOuterAbort);
      };
      const end = (problem: Problem): void => {
        release();
        // What a lenient caller has got until now is told at once by the stage that has it, if there is one.
        if (context.lenient === true) clock.setTimeout(() => reject(problem), 0);
        else reject(problem);
        ending.abort(problem);
      };
      const onOuterAbort = (): void => end(problemOfAbort(outer.reason));
      const cancel = clock.setTimeout(() => end(exceeded(timeoutMs, last)), timeoutMs);
      outer.addEventListener("abort", onOuterAbort, { once: true });
      const deadlineMs = clock.now() + timeoutMs;
      const { noCache, lenient } = context;
      const onFailure = (problem: Problem): void => void (last = problem);
      const below: Context = { signal: ending, deadlineMs, timeoutMs, noCache, lenient, onFailure };
      const succeed = (reply: Reply): void => {
        release();
        resolve(reply);
      };
      const fail = (error: unknown): void => {
        release();
        reject(error);
      };
      try {
        next(call, below).then(succeed, fail);
      } catch (error) {
        fail(error);
      }
    });
}

function exceeded(timeoutMs: number, last: Problem | undefined): Problem {
  return new Problem("deadline-exceeded", `The endpoint did not answer within ${timeoutMs} ms.`, {
    log: last && { ...last.log, after: last.code },
    cause: last?.cause,
  });
}
