/** One deadline a call. */

import { Problem } from "../errors.ts";
import { type Clock, systemClock } from "./clock.ts";
import { problemOfAbort } from "./faults.ts";
import type { Invoke } from "./invoke.ts";

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
 * aborts. The call ends at that moment even if a stage below ignores its signal.
 *
 * It uses a plain controller and one timer, both let go when the call ends: on Node 20 `AbortSignal.any` of a signal
 * that lives long keeps every signal derived from it.
 *
 * @throws {Problem} `deadline-exceeded` when the time has passed; what the caller's signal was aborted with, when it is
 * a Problem, else `caller-gone`.
 */
export function withDeadline(
  { defaultMs, maxMs }: DeadlineOptions,
  clock: Clock = systemClock,
): (next: Invoke) => Invoke {
  return (next) => async (call, context) => {
    const outer = context.signal;
    if (outer.aborted) throw problemOfAbort(outer.reason);
    const timeoutMs = Math.min(context.timeoutMs ?? defaultMs, maxMs);
    const controller = new AbortController();
    const onOuterAbort = (): void => controller.abort(problemOfAbort(outer.reason));
    const onTimeout = (): void =>
      controller.abort(
        new Problem("deadline-exceeded", `The endpoint did not answer within ${timeoutMs} ms.`),
      );
    const deadlineMs = clock.now() + timeoutMs;
    const cancel = clock.setTimeout(onTimeout, timeoutMs);
    outer.addEventListener("abort", onOuterAbort, { once: true });
    const ended = new Promise<never>((_resolve, reject) => {
      controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
    });
    try {
      return await Promise.race([ended, next(call, { ...context, signal: controller.signal, deadlineMs })]);
    } finally {
      cancel();
      outer.removeEventListener("abort", onOuterAbort);
    }
  };
}
