/**
 * Keeps calls from growing into one. While a call is out, the CPU serves the requests of another; but requests that are
 * answered together come back together, so that by and by all of them share one call, and the CPU rests while it is out.
 */

/** What is under way to an endpoint: rows and requests that wait or are in flight. */
export interface Load {
  readonly rows: number;
  readonly requests: number;
}

/** What is known of calls that could overlap. */
export interface Overlap {
  /** Rows of a call at most, so that there are several of them; without end where a second call would win nothing. */
  mostRows(): number;
  /** Takes into account what was under way when a call left. */
  sent(load: Load): void;
  /** Takes a call into account that was sent once and went well. */
  ended(callMs: number): void;
}

/** CPU of one call of the AWS SDK and of one request, in milliseconds, as measured. */
export const callCpuMs = 1;
const requestCpuMs = 0.06;

/** So many calls share what is under way: a third one would cost its own CPU, and has not been seen to win more. */
const calls = 2;
/** Where a call takes so many times its CPU, there is time for that of another one, and for some doubt. */
const longTimes = 3;

/** Of so many calls the last ones count, and up to as many before them: of what is under way, and of how long calls take. */
const recentLoads = 16;
const recentCalls = 128;

/** Nothing is known yet: calls may take everything. */
export function createOverlap(): Overlap {
  const rows = recently(recentLoads, Math.max, 0);
  const requests = recently(recentLoads, Math.max, 0);
  const callsMs = recently(recentCalls, Math.min, Infinity);
  return {
    mostRows() {
      // The CPU comes back late to most calls, which says nothing of the endpoint.
      const quickestMs = callsMs.value();
      if (quickestMs === Infinity) return Infinity;
      // There must be something to do meanwhile.
      const isLong = quickestMs > longTimes * callCpuMs;
      const isBusy = (requests.value() * requestCpuMs) / 2 > callCpuMs;
      return isLong && isBusy ? Math.ceil(rows.value() / calls) : Infinity;
    },
    sent(load) {
      rows.add(load.rows);
      requests.add(load.requests);
    },
    ended: callsMs.add,
  };
}

/** The most, or the least, of the last `count` numbers or more, but fewer than twice as many; `none` of none. */
function recently(count: number, choose: (a: number, b: number) => number, none: number) {
  let before = none;
  let now = none;
  let added = 0;
  return {
    add(value: number): void {
      now = choose(now, value);
      added++;
      if (added % count !== 0) return;
      before = now;
      now = none;
    },
    value: (): number => choose(before, now),
  };
}
