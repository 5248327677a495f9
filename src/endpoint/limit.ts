/**
 * How many calls to an endpoint may be in flight. The limit climbs: it tries a little more or a little less for a few
 * calls at a time, and keeps what shortened the stay of the requests, which is what callers feel, whatever the reason is:
 * an endpoint that queues, one that slows down, or a CPU of our own that the calls wear out. A latency compared with the
 * least one ever seen (Vegas, Gradient2) does worse where batches differ in size and where endpoints jitter:
 * bench/results/simulation.md, docs/decisions/0020.
 */

/** A call that has ended, as the limit learns from it. */
export interface EndedCall {
  readonly nowMs: number;
  /** From its leaving to its end. */
  readonly callMs: number;
  /** `callMs` without what its rows add to it, where that is known. */
  readonly fixedMs: number;
  readonly requests: number;
  /** How long its requests waited for it to leave, in the mean. */
  readonly waitedMs: number;
  /** Calls in flight when it left, itself included. */
  readonly inFlight: number;
  /**
   * `ok`: in one attempt, so that its time counts. `congested`: throttled, refused as too much, or too late, in any of
   * its attempts. `other`: says nothing of the endpoint's capacity.
   */
  readonly outcome: "ok" | "congested" | "other";
}

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

/** What was seen at one limit. */
interface Seen {
  readonly limit: number;
  /** Calls that left before this moment do not count: they met the calls of the limit before. */
  fromMs: number;
  firstMs: number;
  calls: number;
  requests: number;
  /** Mean time of a call in milliseconds. */
  mean: number;
  /** Mean of a call's time without what its rows add, and the sum of squared differences from it (Welford). */
  fixedMs: number;
  squares: number;
  /** As `fixedMs`, of the latest calls. */
  latestMs: number;
  /** Mean of calls in flight. */
  inFlight: number;
  /** Sum of what requests had waited. */
  waitedMs: number;
  /** Requests that had waited for more than a tenth of the call's own time. */
  late: number;
}

/** Calls that a verdict is built on: at least, and at most. */
const fewestCalls = 6;
const mostCalls = 64;
/** The first calls make connections, warm up caches, and have sizes that are still being tried: they say nothing. */
const coldCalls = 8;
/** What is seen at a limit that stays is forgotten by half after so many calls, so that it follows the endpoint. */
const memoryCalls = 256;
/** A change of the stay by less is none. */
const better = -0.03;
const worse = 0.02;
/** Pause after two trials in vain, in durations of a trial: doubled each time. A trial in 64 harms no 99th percentile. */
const shortestPause = 4;
const longestPause = 64;
/** A mean time of calls with a smaller relative error is known well enough. */
const steady = 0.04;
/** Where the latest calls differ so much from the mean, the endpoint is another: what was seen of it is forgotten. */
const upset = 0.5;
const latestCalls = 8;
/** Where the usual time of a call is less than this share of it, calls are being kept waiting. */
const inflated = 0.85;
/** How long no more calls are tried after a throttle: doubled each time. */
const shortestCeilingMs = 1000;
const longestCeilingMs = 30_000;

const see = (limit: number, fromMs: number): Seen => ({
  limit,
  fromMs,
  firstMs: -1,
  calls: 0,
  requests: 0,
  mean: 0,
  squares: 0,
  fixedMs: 0,
  latestMs: 0,
  inFlight: 0,
  waitedMs: 0,
  late: 0,
});

/** A limit that follows the endpoint by trial. */
export function climbingLimit({ most, least = 1, initial = Math.min(most, 4) }: LimitOptions): Limit {
  let base = see(initial, -Infinity);
  let trial: Seen | undefined;
  let isCold = true;
  let trialFromMs = 0;
  let up = false;
  /** A call's time, without what its rows add, when the limit was last judged right. */
  let usualMs = Infinity;
  /** Whether a lower limit has been tried since the last pause. */
  let wasLower = false;
  let growth = 2;
  let failures = 0;
  let pause = shortestPause;
  let pauseUntilMs = -Infinity;
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
    // Some had to wait for a call to end.
    const isLate = base.late > 0.01 * base.requests;
    const next = up ? higher(nowMs, isLate) : lower(isLate);
    up = !up;
    if (next === undefined) return;
    trialFromMs = nowMs;
    // More calls fill the endpoint's queue only by and by.
    trial = see(next, nowMs + (next > base.limit ? 2 : 1) * base.mean);
  };

  const higher = (nowMs: number, isLate: boolean): number | undefined => {
    const { limit } = base;
    if (!isLate || limit >= most || nowMs < ceilingUntilMs) return undefined;
    return Math.min(most, Math.max(limit + 1, Math.floor(limit * growth)));
  };

  const lower = (isLate: boolean): number | undefined => {
    const used = Math.min(base.limit, Math.round(base.inFlight));
    // Where rows are thought to take all of the time, nothing is known of the rest of it: 0 / 0 is no limit.
    const share = base.fixedMs === 0 ? 1 : usualMs / base.fixedMs;
    if (used <= least || (share > inflated && (wasLower || !isLate))) return undefined;
    wasLower = true;
    // As many as would not be kept waiting, were the calls as quick as usual.
    return Math.max(least, Math.min(used - 1, Math.round(used * Math.max(0.5, Math.min(share, 0.75)))));
  };

  const judge = (nowMs: number, seen: Seen): void => {
    const depth = depthOf(base);
    const change = stayOf(seen, depth) / stayOf(base, depth) - 1;
    const error = Math.hypot(errorOf(seen), errorOf(base));
    // Up is kept unless it harms, down only where it helps.
    const isUp = seen.limit > base.limit;
    const bar = isUp ? worse : better;
    const isWorse = change > bar + (seen.calls < fewestCalls ? 3 : 2) * error;
    if (!isWorse && (seen.calls < Math.max(fewestCalls, seen.limit) || nowMs - seen.firstMs < base.mean))
      return;
    const isBetter = change < bar - 2 * error;
    if (!isWorse && !isBetter && seen.calls < mostCalls) return;
    const isKept = change < bar;
    usualMs = (isKept ? seen : base).fixedMs;
    if (isKept) {
      base = seen;
      wasLower = isUp;
      up = isUp;
      trial = undefined;
      growth = nowMs - ceilingUntilMs > longestCeilingMs ? 2 : 1.25;
      failures = 0;
      pause = shortestPause;
      return;
    }
    restart(base.limit, nowMs + base.mean);
    if (isUp) growth = 1.25;
    if (++failures % 2 !== 0) return;
    pauseUntilMs = nowMs + pause * (nowMs - trialFromMs);
    wasLower = false;
    pause = Math.min(longestPause, 4 * pause);
  };

  return {
    current: () => (trial ?? base).limit,
    ended(call) {
      if (call.outcome === "congested") congested(call);
      const seen = trial ?? base;
      if (call.outcome !== "ok" || call.nowMs - call.callMs < seen.fromMs) return;
      add(seen, call);
      if (seen === trial) {
        if (seen.calls >= 4) judge(call.nowMs, seen);
        return;
      }
      if (isCold && seen.calls >= coldCalls) {
        isCold = false;
        base = see(base.limit, call.nowMs);
        return;
      }
      if (Math.abs(seen.latestMs / seen.fixedMs - 1) > upset) {
        restart(seen.limit, call.nowMs);
        pauseUntilMs = -Infinity;
        pause = shortestPause;
        wasLower = false;
        return;
      }
      if (seen.calls > memoryCalls) forgetHalf(seen);
      if (seen.calls < Math.max(fewestCalls, seen.limit) || call.nowMs - seen.firstMs < seen.mean) return;
      if (call.nowMs < pauseUntilMs) return;
      // A verdict is no better than what is known of the limit that stands.
      if (seen.calls >= mostCalls || errorOf(seen) < steady) tryAnother(call.nowMs);
    },
  };
}

function add(seen: Seen, { nowMs, callMs, fixedMs, requests, waitedMs, inFlight }: EndedCall): void {
  if (seen.firstMs < 0) seen.firstMs = nowMs;
  seen.calls++;
  seen.requests += requests;
  seen.mean += (callMs - seen.mean) / seen.calls;
  const difference = fixedMs - seen.fixedMs;
  seen.fixedMs += difference / seen.calls;
  seen.squares += difference * (fixedMs - seen.fixedMs);
  seen.latestMs += (fixedMs - seen.latestMs) / Math.min(seen.calls, latestCalls);
  seen.inFlight += (inFlight - seen.inFlight) / seen.calls;
  seen.waitedMs += waitedMs * requests;
  if (waitedMs > 0.1 * callMs) seen.late += requests;
}

function forgetHalf(seen: Seen): void {
  seen.calls /= 2;
  seen.requests /= 2;
  seen.squares /= 2;
  seen.waitedMs /= 2;
  seen.late /= 2;
}

/**
 * How long a request stays, in the mean. One that finds every call taken waits for the next to end, which comes `limit`
 * times in the time of a call, or for as many as it takes (`depth`) where calls cannot take all that waits. What requests
 * really waited says the same with far more noise.
 */
function stayOf({ mean, late, requests, limit }: Seen, depth: number): number {
  return mean * (1 + (depth * late) / requests / limit);
}

/** How many ends of calls a request waited for; one at least. */
function depthOf({ mean, waitedMs, requests, limit }: Seen): number {
  return Math.max(1, ((waitedMs / requests) * limit) / mean);
}

/** Standard error of the mean time of a call, relative. That calls have more or fewer rows is no error. */
function errorOf({ mean, calls, squares }: Seen): number {
  return Math.sqrt(squares) / calls / mean;
}
