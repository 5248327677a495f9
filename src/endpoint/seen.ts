/** What calls were like while one limit of calls in flight stood, for limit.ts to compare limits by. */

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

/** What was seen at one limit. */
export interface Seen {
  readonly limit: number;
  /** Calls that left before this moment do not count: they met the calls of the limit before. */
  fromMs: number;
  firstMs: number;
  calls: number;
  requests: number;
  /** Mean time of a call in milliseconds. */
  callMs: number;
  /** Of one without what its rows add; the sum of squared differences from it (Welford); its mean of the latest calls. */
  fixedMs: number;
  fixedSquares: number;
  latestMs: number;
  /** What a request waited for its call, and that and its call together, in the mean. */
  waitedMs: number;
  stayMs: number;
  /** Mean by calls of the latter without what rows add, and the sum of squared differences from it. */
  plainMs: number;
  plainSquares: number;
  /** Requests that had to wait for a call to end: for more than a twentieth of their own call's time. */
  late: number;
  /** Most calls in flight. */
  peak: number;
  /** Whether rows passed for free at its first call. */
  isPlain: boolean;
}

const latestCalls = 8;

/** Nothing yet. */
export function see(limit: number, fromMs: number): Seen {
  return {
    limit,
    fromMs,
    firstMs: -1,
    calls: 0,
    requests: 0,
    callMs: 0,
    fixedMs: 0,
    fixedSquares: 0,
    latestMs: 0,
    waitedMs: 0,
    stayMs: 0,
    plainMs: 0,
    plainSquares: 0,
    late: 0,
    peak: 0,
    isPlain: false,
  };
}

/** Takes a call into account that went well. */
export function add(seen: Seen, { nowMs, callMs, fixedMs, requests, waitedMs, inFlight }: EndedCall): void {
  if (seen.firstMs < 0) {
    seen.firstMs = nowMs;
    seen.isPlain = fixedMs === callMs;
  }
  seen.calls++;
  seen.requests += requests;
  seen.callMs += (callMs - seen.callMs) / seen.calls;
  const fixedOff = fixedMs - seen.fixedMs;
  seen.fixedMs += fixedOff / seen.calls;
  seen.fixedSquares += fixedOff * (fixedMs - seen.fixedMs);
  seen.latestMs += (fixedMs - seen.latestMs) / Math.min(seen.calls, latestCalls);
  const weight = requests / seen.requests;
  seen.waitedMs += (waitedMs - seen.waitedMs) * weight;
  seen.stayMs += (waitedMs + callMs - seen.stayMs) * weight;
  const plainOff = waitedMs + fixedMs - seen.plainMs;
  seen.plainMs += plainOff / seen.calls;
  seen.plainSquares += plainOff * (waitedMs + fixedMs - seen.plainMs);
  if (inFlight >= seen.limit && waitedMs > 0.05 * callMs) seen.late += requests;
  seen.peak = Math.max(seen.peak, inFlight);
}

/** What was seen so far counts half from now on. */
export function forgetHalf(seen: Seen): void {
  seen.calls /= 2;
  seen.requests /= 2;
  seen.fixedSquares /= 2;
  seen.plainSquares /= 2;
  seen.late /= 2;
}

/** Standard error of the mean time of a call, relative. That calls have more or fewer rows is no error. */
export function callError({ callMs, calls, fixedSquares }: Seen): number {
  return Math.sqrt(fixedSquares) / calls / callMs;
}

/** Standard error of the mean stay, relative; far larger, as calls that leave together leave others to wait. */
export function stayError({ stayMs, calls, plainSquares }: Seen): number {
  return Math.sqrt(plainSquares) / calls / stayMs;
}
