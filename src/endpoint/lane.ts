/** The way to one endpoint: what waits for it, what is in flight to it, and when the next call leaves. */

import { Problem, type ProblemCode } from "../errors.ts";
import type { CallSize } from "./call-size.ts";
import type { Clock } from "./clock.ts";
import type { Invoke, Reply } from "./invoke.ts";
import type { Limit } from "./limit.ts";
import type { Group, Request } from "./request.ts";
import {
  type SharedCall,
  checkReply,
  createSharedCall,
  deliver,
  fail,
  jump,
  letGo,
  sendShared,
} from "./shared-call.ts";
import {
  type Arrival,
  type QueueBounds,
  createDrain,
  longestWaitMs,
  overloaded,
  refusal,
} from "./shedding.ts";
import { createWaitingRoom } from "./waiting-room.ts";

/** What all lanes share: the sockets, and the lanes that wait for one. */
export interface Sockets {
  readonly most: number;
  used: number;
  readonly wanted: Set<() => void>;
}

/** What a lane is made of. */
export interface LaneOptions {
  readonly next: Invoke;
  readonly clock: Clock;
  /** Runs a function when everything that has arrived by now has been read. */
  readonly defer: (run: () => void) => void;
  readonly limit: Limit;
  readonly size: CallSize;
  readonly maxBytes: number;
  readonly sockets: Sockets;
  readonly bounds: QueueBounds;
}

/** How things stand on a lane. */
export interface LaneState {
  readonly limit: number;
  readonly inFlight: number;
  readonly waitingRows: number;
  readonly waitingBytes: number;
  readonly waitingRequests: number;
  /** A call takes `fixedMs` and `rowMs` a row, as learnt. */
  readonly fixedMs: number;
  readonly rowMs: number;
}

/** The way to one endpoint. */
export interface Lane {
  /** Why a request cannot be let in, if so: a Problem `overloaded`. */
  refusal(arrival: Arrival): Problem | undefined;
  /** The group of that name, for a request to be made. */
  group(key: string, isWhole: boolean): Group;
  /** Lets a request wait in its group, and calls leave that may. */
  submit(request: Request): void;
  /** Ends a request that has come to nothing: its rows wait no more, and calls that nobody else wants are aborted. */
  abandon(request: Request, reason: unknown): void;
  state(): LaneState;
}

/** Failures that say that the endpoint has more to do than it takes. */
const congestion: ReadonlySet<ProblemCode> = new Set([
  "endpoint-throttled",
  "endpoint-overloaded",
  "endpoint-model-timeout",
]);
/** The usual time of a call, and how far calls are from it, are means of about so many. */
const memoryCalls = 32;

/** The way to an endpoint that has not been called yet. */
export function createLane({
  next,
  clock,
  defer,
  limit,
  size,
  maxBytes,
  sockets,
  bounds,
}: LaneOptions): Lane {
  const room = createWaitingRoom();
  const { backlog } = room;
  /** What waits or is in flight. */
  const load = { rows: 0, requests: 0 };
  const drain = createDrain();
  let inFlight = 0;
  /** The mean of a call's time, and how far times are from it. */
  let usualMs = 0;
  let deviationMs = 0;
  let isDue = false;
  let isWatched = false;

  /** What a call takes at most, nearly always: as RFC 6298 reckons round trips, with half of its caution. */
  const callMs = (): number => usualMs + 2 * deviationMs;

  const freeCalls = (): number => Math.min(limit.current() - inFlight, sockets.most - sockets.used);

  const dispatch = (): void => {
    for (let free = freeCalls(); free > 0 && backlog.rows > 0; free--) send(free);
    if (backlog.rows > 0) wait();
    else drain.emptied();
  };

  const due = (): void => {
    isDue = false;
    dispatch();
  };

  const ask = (): void => {
    if (isDue) return;
    isDue = true;
    defer(due);
  };

  /** Rows wait, and no call may leave. */
  const wait = (): void => {
    drain.stuck(clock.now(), inFlight);
    if (sockets.used >= sockets.most) sockets.wanted.add(ask);
    if (isWatched) return;
    isWatched = true;
    clock.setTimeout(expire, longestWaitMs(bounds.maxWaitMs, callMs()));
  };

  /** Sheds what has waited too long for its first row to leave. */
  const expire = (): void => {
    isWatched = false;
    const nowMs = clock.now();
    const mostMs = longestWaitMs(bounds.maxWaitMs, callMs());
    const detail = `No call to the endpoint was free for ${Math.round(mostMs)} ms.`;
    const oldestMs = room.expel(nowMs - mostMs, (request) => {
      giveUp(request, overloaded(detail, drain.waitMs(nowMs, backlog.rows)));
    });
    if (oldestMs === undefined) return;
    isWatched = true;
    clock.setTimeout(expire, oldestMs + mostMs - nowMs);
  };

  const send = (free: number): void => {
    const waiting = backlog.rows;
    const portions = room.take(
      ({ queue, isWhole }) => (isWhole ? size.mostRows : size.next(queue, load, free)),
      maxBytes,
    );
    const nowMs = clock.now();
    inFlight++;
    // What is left behind for want of knowledge says nothing of what the endpoint can do.
    if (size.isGuess()) drain.emptied();
    else drain.took(nowMs, waiting - backlog.rows, backlog.rows, inFlight);
    sockets.used++;
    const call = createSharedCall(portions, nowMs, inFlight);
    sendShared(next, call).then(
      (reply) => ended(call, reply),
      (error: unknown) => ended(call, undefined, error),
    );
  };

  const ended = (call: SharedCall, reply: Reply | undefined, error?: unknown): void => {
    inFlight--;
    sockets.used--;
    load.rows -= call.rows;
    letGo(call);
    let problem = error;
    try {
      if (reply !== undefined) checkReply(reply, call.rows);
    } catch (wrong) {
      problem = wrong;
    }
    learn(call, problem === undefined ? reply : undefined, problem);
    if (reply !== undefined && problem === undefined) deliver(call, reply, answer);
    else fail(call, problem, giveUp, answer);
    if (backlog.rows > 0) ask();
    else drain.emptied();
    for (const wake of sockets.wanted) wake();
    sockets.wanted.clear();
  };

  const learn = (call: SharedCall, reply: Reply | undefined, problem: unknown): void => {
    const nowMs = clock.now();
    const tookMs = nowMs - call.sentMs;
    // What was given up was not refused.
    const outcome = call.wanted === 0 ? "other" : outcomeOf(reply, problem);
    if (outcome === "ok") {
      size.learn(call.rows, tookMs);
      if (usualMs === 0) usualMs = tookMs;
      deviationMs += (Math.abs(tookMs - usualMs) - deviationMs) / memoryCalls;
      usualMs += (tookMs - usualMs) / memoryCalls;
    }
    limit.ended({
      nowMs,
      callMs: tookMs,
      fixedMs: Math.max(0, tookMs - size.cost.rowMs * call.rows),
      requests: call.portions.length,
      waitedMs: meanWaitMs(call),
      inFlight: call.inFlight,
      outcome,
    });
  };

  const answer = (request: Request, reply: Reply): void => {
    end(request);
    request.resolve(reply);
  };

  const giveUp = (request: Request, reason: unknown): void => {
    abandon(request, reason);
    request.reject(reason);
  };

  const end = (request: Request): void => {
    request.isOver = true;
    request.context.signal.removeEventListener("abort", request.onAbort);
    load.requests--;
  };

  const abandon = (request: Request, reason: unknown): void => {
    end(request);
    if (request.taken < request.rows.length) {
      load.rows -= request.rows.length - request.taken;
      room.leave(request);
    }
    jump(request, reason);
  };

  return {
    refusal: (arrival) => refusal(arrival, backlog, drain, callMs(), bounds),
    group: room.group,
    submit(request) {
      room.enter(request);
      load.rows += request.rows.length;
      load.requests++;
      const free = freeCalls();
      if (free <= 0) wait();
      else if (size.isFull(request.group.queue, load, free)) dispatch();
      else ask();
    },
    abandon,
    state: () => ({
      limit: limit.current(),
      inFlight,
      waitingRows: backlog.rows,
      waitingBytes: backlog.bytes,
      waitingRequests: backlog.requests,
      fixedMs: size.cost.fixedMs,
      rowMs: size.cost.rowMs,
    }),
  };
}

/** What the limit learns from a call's end: the time of one that was repeated or searched says nothing of the endpoint. */
function outcomeOf(reply: Reply | undefined, problem: unknown): "ok" | "congested" | "other" {
  if (reply === undefined) {
    return problem instanceof Problem && congestion.has(problem.code) ? "congested" : "other";
  }
  if ((reply.throttled ?? 0) > 0) return "congested";
  return reply.attempts <= 1 && reply.faults === undefined ? "ok" : "other";
}

function meanWaitMs({ portions, sentMs }: SharedCall): number {
  let sum = 0;
  for (const { request } of portions) sum += sentMs - request.atMs;
  return sum / portions.length;
}
