/** How many retries a service may afford: a share of its calls, so that an endpoint in trouble gets little more of them. */

import type { Clock } from "./clock.ts";

/** What retries may cost. */
export interface RetryBudgetOptions {
  /** Retries for each call, in the long run; 0.1 unless given. */
  readonly share?: number | undefined;
  /** Retries that are there whatever the traffic, to begin with; 10 unless given. */
  readonly floor?: number | undefined;
  /** How soon one retry of the floor is there again, in milliseconds; 5,000 unless given. */
  readonly floorRefillMs?: number | undefined;
  /** Retries that can be saved up in good times; 100 unless given. */
  readonly most?: number | undefined;
}

/** A token bucket. */
export interface RetryBudget {
  /** A call is made. */
  readonly deposit: () => void;
  /** A retry is wanted: whether it may be made. */
  readonly withdraw: () => boolean;
}

/**
 * Of `n` calls within `t` milliseconds, never more than `share · n + floor + t / floorRefillMs` are retried, whatever fails
 * and when: at most 10 % of the calls, but for a handful which lets a service with little traffic repeat any call.
 */
export function createRetryBudget(
  clock: Clock,
  { share = 0.1, floor = 10, floorRefillMs = 5000, most = 100 }: RetryBudgetOptions = {},
): RetryBudget {
  // Counted in calls, ten a retry, because a hundred times a tenth is less than ten.
  const price = 1 / share;
  let saved = floor * price;
  let refilledMs = clock.now();
  const refill = (): void => {
    const nowMs = clock.now();
    if (saved < floor * price) {
      saved = Math.min(floor * price, saved + ((nowMs - refilledMs) / floorRefillMs) * price);
    }
    refilledMs = nowMs;
  };
  return {
    deposit: () => {
      refill();
      saved = Math.min(Math.max(floor, most) * price, saved + 1);
    },
    withdraw: () => {
      refill();
      if (saved < price) return false;
      saved -= price;
      return true;
    },
  };
}
