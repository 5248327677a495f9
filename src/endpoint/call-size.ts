/**
 * How many rows a call should take. Many rows share the cost of a call; but they wait for one another, and an endpoint may
 * take longer for more of them. With N rows under way in calls of n, the CPU of the calls costs each row (N / n) · c, and
 * the rows in its own call cost it n · b: the sum is least at n = √(N · c / b).
 * bench/results/simulation.md compares it with fixed sizes.
 */

import { type CostEstimate, createCostEstimate } from "./call-cost.ts";
import { type Load, callCpuMs, createOverlap } from "./overlap.ts";

/** Rows beyond so many times the fixed time of a call, as what a row adds counts it, win next to no throughput. */
const enoughTimes = 4;

/**
 * Rows of a call that takes as many as is best for everyone under way; without end where a row costs nothing. The root makes
 * an error of half of a call's CPU one of a quarter.
 */
export function bestRows({ rows }: Load, { rowMs }: Pick<CostEstimate, "rowMs">): number {
  if (rowMs === 0) return Infinity;
  return Math.max(1, Math.ceil(Math.sqrt((saturation(rows) * rows * callCpuMs) / rowMs)));
}

/** The more is under way, the more the CPU is what everyone waits for, and a call costs more than its own time. */
function saturation(rows: number): number {
  return Math.max(1, Math.log10(rows));
}

/** Rows of a call when there are too few calls for those that wait: more than the best, but not without end. */
export function mostUsefulRows({ fixedMs, rowMs }: Pick<CostEstimate, "fixedMs" | "rowMs">): number {
  return rowMs === 0 ? Infinity : Math.ceil((enoughTimes * (fixedMs + callCpuMs)) / rowMs);
}

/** Lone requests that are cut in two to see what comes of it, while calls are all of one size: first often, then seldom. */
const probe = { fewestRows: 16, often: 8, untilTry: 64, seldom: 128 };

/** What remains is not worth a call of its own where it is less than this share of one. */
const leastRest = 0.1;

/** Rows of a call at most while it is not known what rows cost: half of it in turns, to learn that. */
const unknownRows = 1000;
/** Half of it may be taken to cost nothing where smaller calls cost nothing, and so may so many times the largest of those. */
const believedTimes = 4;

/** What waits to leave together. */
export interface Waiting {
  readonly rows: number;
  readonly requests: number;
}

/** Decides how many rows the next call takes. */
export interface CallSize {
  /** Rows of a call at most. */
  readonly mostRows: number;
  /** Rows of the next call when so many calls may leave now: 1 to the most. */
  next(waiting: Waiting, load: Load, free: number): number;
  /** Whether {@link next} has just left rows behind only because nothing is known of what rows cost. */
  isGuess(): boolean;
  /** Whether so many rows wait that a call should not wait for more, where so many calls may leave now. */
  isFull(waiting: Waiting, load: Load, free: number): boolean;
  /** Takes a call into account that was sent once and went well. */
  learn(rows: number, callMs: number): void;
  /** What calls cost, as learnt. */
  readonly cost: CostEstimate;
}

/** Calls that take as many rows as is best, from what earlier calls took. */
export function bestSize(mostRows: number): CallSize {
  const cost = createCostEstimate();
  const overlap = createOverlap();
  let lone = 0;
  let isHalf = false;
  let isGuess = false;

  const isProbe = ({ rows, requests }: Waiting, load: Load): boolean => {
    if (load.requests > 1 || requests !== 1 || rows < probe.fewestRows || !cost.isUnsure()) return false;
    lone++;
    return lone % (lone <= probe.untilTry ? probe.often : probe.seldom) === 0;
  };

  return {
    mostRows,
    cost,
    isGuess: () => isGuess,
    learn(rows, callMs) {
      cost.learn(rows, callMs);
      overlap.ended(callMs);
    },
    isFull: ({ rows }, load, free) =>
      rows >= Math.min(mostRows, bestRows(load, cost), free > 1 ? overlap.mostRows() : Infinity),
    next(waiting, load, free) {
      overlap.sent(load);
      isGuess = cost.knownRows === 0 && waiting.rows > unknownRows / 2;
      if (isGuess) {
        isHalf = !isHalf;
        return Math.min(mostRows, isHalf ? unknownRows / 2 : unknownRows);
      }
      if (isProbe(waiting, load)) return Math.min(mostRows, Math.ceil(waiting.rows / 2));
      // With too few calls for all that waits, each takes its share.
      const share = Math.min(Math.ceil(waiting.rows / free), mostUsefulRows(cost));
      // That rows cost nothing is believed of calls a few times as large as there have been.
      const believed =
        cost.rowMs === 0 ? Math.max(unknownRows / 2, believedTimes * cost.knownRows) : Infinity;
      const rows = Math.max(share, Math.min(bestRows(load, cost), overlap.mostRows(), believed));
      return Math.min(mostRows, waiting.rows - rows < rows * leastRest ? waiting.rows : rows);
    },
  };
}

/** Calls that take all that waits, up to the most. */
export function fixedSize(mostRows: number): CallSize {
  const cost = createCostEstimate();
  return {
    mostRows,
    cost,
    isGuess: () => false,
    learn: cost.learn,
    isFull: ({ rows }) => rows >= mostRows,
    next: () => mostRows,
  };
}
