// The rivals: limits of calls in flight as others set them, for `simulate.js` to compare. Each is
// { current(), ended(call) } as src/endpoint/limit.ts.

/** A constant. */
export const fixed = (limit) => ({ current: () => limit, ended() {} });

/** TCP Reno's: one more for every limit's worth of successes while it binds, 0.7 of it at a throttle. */
export function aimd({ initial = 8, most = 256 } = {}) {
  let limit = initial;
  let cutAt = -Infinity;
  return {
    current: () => limit,
    ended({ nowMs, callMs, inFlight, outcome }) {
      if (outcome === "congested") {
        if (nowMs - callMs < cutAt) return;
        cutAt = nowMs;
        limit = Math.max(1, limit * 0.7);
      } else if (inFlight >= Math.floor(limit)) limit = Math.min(most, limit + 1 / limit);
    },
  };
}

/** TCP Vegas', as in Netflix's concurrency-limits: holds the calls that the endpoint keeps waiting between two bounds. */
export function vegas({ initial = 8, most = 256 } = {}) {
  let limit = initial;
  let least = Infinity;
  let count = 0;
  return {
    current: () => limit,
    ended({ callMs, inFlight, outcome }) {
      // The least is forgotten from time to time, as the endpoint may have changed.
      if (++count % Math.ceil(30 * limit) === 0) least = callMs;
      least = Math.min(least, callMs);
      const step = Math.max(1, Math.log10(limit));
      if (outcome === "congested") limit = Math.max(1, limit - step);
      else if (inFlight * 2 >= limit) {
        const kept = Math.ceil(limit * (1 - least / callMs));
        if (kept <= step) limit = Math.min(most, limit + 3 * step);
        else if (kept < 3 * step) limit = Math.min(most, limit + step);
        else if (kept > 6 * step) limit = Math.max(1, limit - step);
      }
    },
  };
}

/** Netflix's Gradient2: the long-term mean of the latency over the latest one, and room for a queue of four. */
export function gradient({ initial = 8, most = 256, tolerance = 1.5, smoothing = 0.2, queue = 4 } = {}) {
  let limit = initial;
  let long = 0;
  let count = 0;
  return {
    current: () => limit,
    ended({ callMs, inFlight, outcome }) {
      count++;
      long += (callMs - long) / Math.min(count, 600);
      if (long / callMs > 2) long *= 0.95;
      if (outcome === "congested") {
        limit = Math.max(1, limit * 0.9);
        return;
      }
      if (inFlight < limit / 2) return;
      const slope = Math.max(0.5, Math.min(1, (tolerance * long) / callMs));
      limit = Math.max(1, Math.min(most, limit * (1 - smoothing) + (limit * slope + queue) * smoothing));
    },
  };
}
