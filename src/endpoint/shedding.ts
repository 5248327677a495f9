/** Says no at once to a request that would wait too long, so that those which were let in are answered in time. */

import { Problem } from "../errors.ts";

/** How much may wait for an endpoint. */
export interface QueueBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** How long a request may wait for its first rows to leave, and they for their answer; see {@link longestWaitMs}. */
  readonly maxWaitMs: number;
}

/** What waits for an endpoint. */
export interface Backlog {
  rows: number;
  bytes: number;
  requests: number;
}

/** How fast the rows that wait are taken, measured while there are always some left. */
export interface Drain {
  /** Rows wait and no call may leave, as so many are in flight. */
  stuck(nowMs: number, inFlight: number): void;
  /** A call took rows and left so many; now so many are in flight. */
  took(nowMs: number, rows: number, left: number, inFlight: number): void;
  /** Nothing waits, as callers may have gone, or what does says nothing of the rate: it is measured anew. */
  emptied(): void;
  /** How long rows are going to wait that have so many before them, in milliseconds. */
  waitMs(nowMs: number, ahead: number): number;
}

/** The rate is that of about the last second. */
const windowMs = 1000;
/** Rows that another request gets before it is a small request's turn. */
const rowsATurn = 128;
const longestRetryAfterS = 60;

/**
 * A measure of the drain. Where calls take all that waits, nothing is left and there is nothing to fear. Where rows stay
 * behind, as calls are as large as they may be, the rate is what the endpoint can do. The calls in flight when it begins end
 * at about one time: until as many have left in their places, the others are taken to do so just now. Where nothing has been
 * taken for a while, it will be as long again.
 */
export function createDrain(): Drain {
  let sinceMs: number | undefined;
  let taken = 0;
  let calls = 0;
  let atFirst = 0;
  const begin = (nowMs: number, inFlight: number): void => {
    sinceMs = nowMs;
    taken = 0;
    calls = 0;
    atFirst = inFlight;
  };
  return {
    stuck(nowMs, inFlight) {
      if (sinceMs === undefined) begin(nowMs, inFlight);
    },
    took(nowMs, rows, left, inFlight) {
      if (left === 0) {
        sinceMs = undefined;
        return;
      }
      if (sinceMs === undefined) {
        begin(nowMs, inFlight);
        return;
      }
      taken += rows;
      calls++;
      const elapsedMs = nowMs - sinceMs;
      if (elapsedMs <= windowMs) return;
      sinceMs = nowMs - elapsedMs / 2;
      taken /= 2;
    },
    emptied() {
      sinceMs = undefined;
    },
    waitMs(nowMs, ahead) {
      if (sinceMs === undefined) return 0;
      const elapsedMs = nowMs - sinceMs;
      if (taken === 0) return elapsedMs;
      return (ahead * elapsedMs) / (taken * Math.max(1, atFirst / calls));
    },
  };
}

/** Rows that leave before the last of a new request: others give a turn's worth, or as many as it has itself. */
export function rowsAhead({ rows, requests }: Backlog, own: number): number {
  return Math.min(rows, requests * Math.max(own, rowsATurn));
}

/** A request at the door. */
export interface Arrival {
  readonly nowMs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly deadlineMs: number | undefined;
}

/**
 * Why a request is not let in, if so. One that is larger than the bounds is let in when nothing else waits.
 *
 * @param callMs how long a call takes; 0 when it is not known.
 * @returns a Problem `overloaded`, with the seconds after which there should be room.
 */
export function refusal(
  { nowMs, rows, bytes, deadlineMs = Infinity }: Arrival,
  backlog: Backlog,
  drain: Drain,
  callMs: number,
  { maxRows, maxBytes, maxWaitMs }: QueueBounds,
): Problem | undefined {
  if (backlog.requests === 0) return undefined;
  const waitMs = drain.waitMs(nowMs, rowsAhead(backlog, rows));
  if (backlog.rows + rows > maxRows || backlog.bytes + bytes > maxBytes) {
    return overloaded("As many rows as may wait for the endpoint are waiting already.", waitMs);
  }
  if (waitMs > longestWaitMs(maxWaitMs, callMs)) {
    return overloaded("More rows are waiting for the endpoint than it answers in time.", waitMs);
  }
  if (waitMs > 0 && nowMs + waitMs + callMs > deadlineMs) {
    return overloaded(
      "The rows that are waiting already would take until after the request's deadline.",
      waitMs,
    );
  }
  return undefined;
}

/**
 * How long a request may wait for its first rows to leave. The time of the call counts as well, because it too is longer
 * under load; but a slow endpoint is not an overloaded one.
 */
export function longestWaitMs(maxWaitMs: number, callMs: number): number {
  return Math.max(maxWaitMs - callMs, 2 * callMs);
}

/** @param waitMs after which there should be room again. */
export function overloaded(detail: string, waitMs: number): Problem {
  const retryAfterS = Math.min(longestRetryAfterS, Math.max(1, Math.ceil(waitMs / 1000)));
  return new Problem("overloaded", detail, { retryAfterS });
}
