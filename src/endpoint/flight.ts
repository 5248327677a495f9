/** One call that several callers wait for. */

import type { Ending } from "./ending.ts";
import { problemOfAbort } from "./faults.ts";
import type { Reply } from "./invoke.ts";

/** A call under way. */
export interface Flight {
  /** Row text, as its caller keys it → its place in the reply. */
  readonly places: ReadonlyMap<string, number>;
  /**
   * Waits for the reply, until `signal` aborts: the wait ends then, and the call does once nobody waits for it any more. Who
   * is patient and the last then waits for the call's own end, as it may come with the answers that there are.
   *
   * @throws {Problem} of the call, or what the signal was aborted with.
   */
  readonly wait: (signal: Ending, isPatient?: boolean) => Promise<Reply>;
}

/**
 * Starts a call on behalf of all who are going to wait for it.
 *
 * @param start makes the call under a signal of its own.
 */
export function startFlight(
  places: ReadonlyMap<string, number>,
  start: (signal: Ending) => Promise<Reply>,
): Flight {
  const controller = new AbortController();
  const reply = start(controller.signal);
  let waiting = 0;
  return {
    places,
    wait: (signal, isPatient = false) =>
      new Promise((resolve, reject) => {
        const onAbort = (): void => {
          const problem = problemOfAbort(signal.reason);
          waiting -= 1;
          if (waiting === 0) controller.abort(problem);
          if (waiting > 0 || !isPatient) reject(problem);
        };
        const leave = (): void => {
          if (signal.aborted) return;
          signal.removeEventListener("abort", onAbort);
          waiting -= 1;
        };
        waiting += 1;
        if (signal.aborted) onAbort();
        else signal.addEventListener("abort", onAbort, { once: true });
        reply.finally(leave).then(resolve, reject);
      }),
  };
}
