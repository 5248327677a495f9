/** Whether another limit of calls in flight is better than the one that stands, by what was seen of both. */

import { type Seen, callError, stayError } from "./seen.ts";

/** What a trial came to. */
export interface Verdict {
  /** Whether the limit that was tried is to stand. */
  readonly isKept: boolean;
  /** Whether it is better or worse by far more than chance could be. */
  readonly isClear: boolean;
}

/** Calls that a verdict is built on: at least, where it is clear and where it is not, and at most. */
const soonestCalls = 4;
const fewestCalls = 6;
export const mostCalls = 64;
/** Quick calls are watched for longer: it costs little, and how they fall in with one another takes its time. */
const shortestMs = 100;
/** Fewer calls are to win so much of the stay; more may cost so much of it by what calls take, */
const leastGain = 0.03;
const tolerance = 0.02;
/** but are to be felt to win this share of the waiting that they promise to spare, or the CPU is what requests wait for. */
const keptPromise = 1 / 8;
/** A verdict is clear, or may overrule what calls take, at so many standard errors: more while few calls were seen. */
const clearly = 4;
const surely = 2;

/**
 * Judges the limit that is tried.
 *
 * @param tried what was seen of it
 * @param base what was seen of the limit that stands
 * @returns undefined as long as more calls must be seen
 */
export function verdictOn(tried: Seen, base: Seen, nowMs: number): Verdict | undefined {
  if (tried.calls < soonestCalls) return undefined;
  const isUp = tried.limit > base.limit;
  const isEnough = isSeen(tried, nowMs);
  const reckoned = reckonedStay(tried, base);
  const felt = feltStay(tried, base);
  const doubt = (tried.calls < mostCalls / 2 ? clearly : surely) * felt.error;
  const isFeltBetter = !isUp && felt.change < felt.bar - doubt;
  const isFeltWorse = felt.change > felt.bar + doubt;
  const isWorse =
    reckoned.change > reckoned.bar + (isEnough ? surely : clearly) * reckoned.error && !isFeltBetter;
  if (!isWorse && !isEnough) return undefined;
  const isBetter = reckoned.change < reckoned.bar - surely * reckoned.error && felt.change < felt.bar;
  const isSure = isWorse || isBetter || isFeltWorse || isFeltBetter;
  if (!isSure && tried.calls < mostCalls) return undefined;
  // Fewer calls leave the CPU waiting where callers wait for it too: they must be felt to win something.
  const isWon = reckoned.change < reckoned.bar && !isFeltWorse && (isUp || felt.change < 0);
  return { isKept: isFeltBetter || isWon, isClear: isFar(reckoned) || isFar(felt) };
}

/** How much longer a stay is, relative; what it must be below; and the standard error. */
interface Comparison {
  readonly change: number;
  readonly bar: number;
  readonly error: number;
}

const isFar = ({ change, bar, error }: Comparison): boolean => Math.abs(change - bar) > clearly * error;

/** The stay by what calls take: what requests wait for, the end of a call, comes the sooner the more calls there are, and the shorter they are. */
function reckonedStay(tried: Seen, base: Seen): Comparison {
  const waited = base.waitedMs / base.callMs;
  const triedMs = tried.callMs * (1 + (waited * base.limit) / tried.limit);
  return {
    change: triedMs / (base.callMs * (1 + waited)) - 1,
    bar: tried.limit > base.limit ? tolerance : -leastGain,
    error: Math.hypot(callError(tried), callError(base)),
  };
}

/** The stay as it was: it has far more noise, and the last word where it is clear. */
function feltStay(tried: Seen, base: Seen): Comparison {
  const waited = base.waitedMs / base.callMs;
  const promise = (waited / (1 + waited)) * (1 - base.limit / tried.limit);
  return {
    change: tried.stayMs / base.stayMs - 1,
    bar: tried.limit > base.limit ? -keptPromise * promise : -leastGain,
    error: Math.hypot(stayError(tried), stayError(base)),
  };
}

/** Whether calls have met one another often enough at this limit for a verdict. */
export function isSeen({ calls, limit, firstMs, callMs }: Seen, nowMs: number): boolean {
  if (calls < Math.max(fewestCalls, limit)) return false;
  return calls >= mostCalls || nowMs - firstMs >= Math.max(callMs, shortestMs);
}
