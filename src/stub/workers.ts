/** The workers of an endpoint's container: who is served, who waits, who is sent away. */

/** How it ended for a call that wanted a worker. */
export type Turn = "served" | "timeout";

/** Calls at one endpoint. */
export interface Workers {
  /** Calls that have a worker or wait for one. */
  readonly present: () => number;
  /** Whether one more is served, or may wait. */
  readonly hasRoom: (capacity: Capacity) => boolean;
  /** Wants a worker; at once where one is free. Whoever was served must `leave`. */
  readonly enter: (capacity: Capacity, timeoutMs: number) => Turn | Promise<Turn>;
  /** Gives a worker back. */
  readonly leave: () => void;
  /** Looks anew who can be served, after the capacity has changed. */
  readonly serve: () => void;
}

/** How many are served at a time, and how many may wait. */
export interface Capacity {
  readonly limit: number;
  readonly backlog: number;
}

/**
 * Workers without work.
 *
 * @param limit - how many there are now; Infinity where nothing limits them.
 */
export function createWorkers(limit: () => number): Workers {
  let busy = 0;
  // Served in the order of their coming: a Set keeps it, and lets those go whose time is out.
  const waiting = new Set<(turn: Turn) => void>();

  const serve = (): void => {
    for (const admit of waiting) {
      if (busy >= limit()) {
        return;
      }
      busy++;
      admit("served");
    }
  };
  return Object.freeze({
    present: () => busy + waiting.size,
    serve,
    leave: () => {
      busy--;
      serve();
    },
    hasRoom: (capacity) => busy < capacity.limit || waiting.size < capacity.backlog,
    enter: ({ limit: most }, timeoutMs) => {
      // The limit may have risen with time; those who wait go first.
      serve();
      if (busy < most) {
        busy++;
        return "served";
      }
      return new Promise((resolve) => {
        const admit = (turn: Turn): void => {
          waiting.delete(admit);
          clearTimeout(timer);
          resolve(turn);
        };
        const timer = setTimeout(() => admit("timeout"), timeoutMs).unref();
        waiting.add(admit);
      });
    },
  } satisfies Workers);
}
