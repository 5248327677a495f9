import type { Clock } from "../../src/endpoint/clock.ts";

/** Time that stands still until it is told to pass. */
export interface VirtualClock extends Clock {
  /**
   * Lets time pass: runs every timer that becomes due in these milliseconds, at its own moment, the earlier first, those
   * of one moment in the order in which they were set, and lets promises settle before, between and after.
   */
  advance(ms: number): Promise<void>;
  /** As `advance(0)`: lets promises settle and runs what is due now. */
  settle(): Promise<void>;
  /** How many timers are set. */
  pending(): number;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

const { setImmediate } = globalThis;

/** Turns of the event loop that let promises settle, and what they defer by an immediate, and what that defers. */
const turns = 4;

const turn = async (): Promise<void> => {
  for (let i = 0; i < turns; i++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
};

/** A clock that starts at `startMs` and moves only by `advance`. */
export function virtualClock(startMs = 0): VirtualClock {
  let nowMs = startMs;
  const timers = new Set<Timer>();

  const next = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  };

  const advance = async (ms: number): Promise<void> => {
    const until = nowMs + ms;
    await turn();
    for (let timer = next(until); timer !== undefined; timer = next(until)) {
      timers.delete(timer);
      nowMs = timer.at;
      timer.run();
      await turn();
    }
    nowMs = until;
  };

  return {
    now: () => nowMs,
    setTimeout: (run, ms) => {
      const timer = { at: nowMs + Math.max(0, ms), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    settle: () => advance(0),
    pending: () => timers.size,
  };
}
