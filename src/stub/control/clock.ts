/** Time as the control plane knows it; tests give one of their own. */

/** A clock that can be waited on. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls once after so many ms. It keeps no process alive. */
  readonly after: (ms: number, call: () => void) => void;
}

/** The machine's own. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  after: (ms: number, call: () => void) => void setTimeout(call, ms).unref(),
});
