/**
 * How many calls to an endpoint may be in flight. The limit climbs: it tries a little more or a little less for a few
 * calls at a time, and keeps what shortens the stay of the requests, which is what callers feel, whatever the reason is:
 * an endpoint that queues, one that slows down, or a CPU of our own that the calls wear out. A latency compared with the
 * least one ever seen (Vegas, Gradient2) does worse where batches differ in size and where endpoints jitter:
 * bench/results/simulation.md, docs/decisions/0020.
 */

import { type EndedCall, type Seen, add, callError, forgetHalf, see } from "./seen.ts";
import { type Verdict, isSeen, mostCalls, verdictOn } from "./verdict.ts";

/** A limit of calls in flight that learns. */
export interface Limit {
  /** How many calls may be in flight now: a whole number, at least 1. */
  current(): number;
  ended(call: EndedCall): void;
}

/** Bounds of a limit; whole numbers, 1 ≤ `least` ≤ `initial` ≤ `most`. */
export interface LimitOptions {
  readonly most: number;
  readonly least?: number | undefined;
  /** 4 unless given. */
  readonly initial?: number | undefined;
}

/** The first calls make connections, warm up caches, and have sizes that are still being tried: they say nothing. */
const coldCalls = 8;
/** What is seen at a limit that stays is forgotten by half after so many calls, so that it follows the endpoint. */
const memoryCalls = 256;
/** Pause after a trial in vain, in durations of it: four times as long each time, and long at once after a clear one. */
const shortestPause = 4;
const clearPause = 16;
const longestPause = 64;
/** A mean stay with a smaller relative error is known well enough. */
const steady = 0.04;
/** Where the latest calls differ by so much of a call's time from the mean, the endpoint is another: what was seen of it is forgotten. */
const upset = 0.5;
/** Rows that are found to take so much of a call's time are no trifle: what was seen while they passed for free is void. */
const material = 0.5;
/** Where the usual time of a call is less than this share of it, calls are being kept waiting. */
const inflated = 0.85;
/** How long no more calls are tried after a throttle: doubled each time. */
const shortestCeilingMs = 1000;
const longestCeilingMs = 30_000;

/** A way to go, and when it may be gone again. */
interface Direction {
  pause: number;
  untilMs: number;
}

const openDirection = (): Direction => ({ pause: shortestPause, untilMs: -Infinity });

/** A limit that follows the endpoint by trial. */
export function climbingLimit({ most, least = 1, initial = Math.min(most, 4) }: LimitOptions): Limit {
  let base = see(initial, -Infinity);
  let trial: Seen | undefined;
  let isCold = true;
  let trialFromMs = 0;
  const up = openDirection();
  const down = openDirection();
  let isUpNext = false;
  /** A call's time, without what its rows add, when the limit was last judged right. */
  let usualMs = Infinity;
  let growth = 2;
  let ceilingMs = shortestCeilingMs;
  let ceilingUntilMs = -Infinity;

  const restart = (limit: number, fromMs: number): void => {
    trial = undefined;
    base = see(limit, fromMs);
  };

  const congested = ({ nowMs, inFlight }: EndedCall): void => {
    const { limit } = trial ?? base;
    // The endpoint took all calls in flight but this one, if any. What a higher limit met is known already.
    if (inFlight > limit) return;
    if (nowMs - ceilingUntilMs > longestCeilingMs) ceilingMs = shortestCeilingMs;
    ceilingUntilMs = nowMs + ceilingMs;
    ceilingMs = Math.min(longestCeilingMs, 2 * ceilingMs);
    growth = 1.25;
    restart(Math.max(least, limit >> 1, Math.min(base.limit, inFlight - 1)), nowMs);
  };

  const tryAnother = (nowMs: number): void => {
    usualMs = Math.min(usualMs, base.fixedMs);
    const next = isUpNext ? higher(nowMs) : lower(nowMs);
    isUpNext = !isUpNext;
    if (next === undefined) return;
    trialFromMs = nowMs;
    // More calls fill the endpoint's queue only by and by.
    trial = see(next, nowMs + (next > base.limit ? 2 : 1) * base.callMs);
  };

  const isLate = (): boolean => base.late > 0.01 * base.requests;

  const higher = (nowMs: number): number | undefined => {
    const { limit } = base;
    if (!isLate() || limit >= most || nowMs < ceilingUntilMs || nowMs < up.untilMs) return undefined;
    return Math.min(most, Math.max(limit + 1, Math.floor(limit * growth)));
  };

  const lower = (nowMs: number): number | undefined => {
    const used = Math.min(base.limit, base.peak);
    // Of a call's time, what it does not spend in being kept waiting.
    const share = 1 - (base.fixedMs - usualMs) / Math.max(base.callMs, Number.EPSILON);
    if (used <= least || (share > inflated && (nowMs < down.untilMs || !isLate()))) return undefined;
    // As many as would not be kept waiting, were the calls as quick as usual.
    return Math.max(least, Math.min(used - 1, Math.round(used * Math.max(0.5, Math.min(share, 0.75)))));
  };

  const judged = (seen: Seen, { isKept, isClear }: Verdict, nowMs: number): void => {
    const isUp = seen.limit > base.limit;
    // That more calls are no better does not say that these are few enough.
    if (isKept) usualMs = seen.fixedMs;
    else if (!isUp) usualMs = base.fixedMs;
    const [way, back] = isUp ? [up, down] : [down, up];
    const trialMs = nowMs - trialFromMs;
    trial = undefined;
    if (isKept) {
      base = seen;
      isUpNext = isUp;
      growth = nowMs - ceilingUntilMs > longestCeilingMs ? 2 : 1.25;
      Object.assign(way, openDirection());
      // The limit before has been compared with.
      Object.assign(back, { pause: shortestPause, untilMs: nowMs + shortestPause * trialMs });
      return;
    }
    forgetHalf(base);
    // What the trial left waiting has gone by then.
    base.fromMs = nowMs + seen.callMs + base.callMs;
    if (isUp) growth = 1.25;
    const pause = Math.max(way.pause, isClear ? clearPause : shortestPause);
    way.untilMs = nowMs + pause * trialMs;
    way.pause = Math.min(longestPause, 4 * pause);
  };

  const forgetPauses = (): void => {
    for (const way of [up, down]) Object.assign(way, openDirection());
  };

  return {
    current: () => (trial ?? base).limit,
    ended(call) {
      if (call.outcome === "congested") congested(call);
      const seen = trial ?? base;
      if (call.outcome !== "ok" || call.nowMs - call.callMs < seen.fromMs) return;
      if (base.isPlain && call.fixedMs < material * call.callMs) {
        restart(base.limit, call.nowMs);
        forgetPauses();
        return;
      }
      add(seen, call);
      if (seen === trial) {
        const verdict = verdictOn(seen, base, call.nowMs);
        if (verdict !== undefined) judged(seen, verdict, call.nowMs);
        return;
      }
      if (isCold && seen.calls >= coldCalls) {
        isCold = false;
        base = see(base.limit, call.nowMs);
        return;
      }
      if (Math.abs(seen.latestMs - seen.fixedMs) > upset * seen.callMs) {
        isUpNext = seen.latestMs < seen.fixedMs;
        restart(seen.limit, call.nowMs);
        forgetPauses();
        return;
      }
      if (seen.calls > memoryCalls) forgetHalf(seen);
      if (!isSeen(seen, call.nowMs)) return;
      // A verdict is no better than what is known of the limit that stands.
      if (seen.calls >= mostCalls || callError(seen) < steady) tryAnother(call.nowMs);
    },
  };
}
