/** Time, as the policies of this folder see it: injected, so that their tests run in a virtual one. */
export interface Clock {
  /** Milliseconds since some moment, never going back, with fractions. */
  now(): number;
  /** Runs a function once, in `ms` milliseconds. The function that it returns takes that back. */
  setTimeout(run: () => void, ms: number): () => void;
}

/** The process's own time. */
export const systemClock: Clock = Object.freeze<Clock>({
  now: () => performance.now(),
  setTimeout: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
});
