/**
 * Makes one call of the rows of many requests. An idle endpoint is called at once; while as many calls are in flight as
 * it answers best, rows gather for the next. One call of the AWS SDK costs about a millisecond of CPU, and every row
 * that shares it saves one.
 */

import { LRUCache } from "lru-cache";
import { bestSize, fixedSize } from "./call-size.ts";
import { type Clock, systemClock } from "./clock.ts";
import { bytesOfRows } from "./fair-queue.ts";
import { problemOfAbort } from "./faults.ts";
import { type Call, type Format, type Invoke, type Reply, TEXT_CSV, type Target } from "./invoke.ts";
import { type Lane, type LaneState, type Sockets, createLane } from "./lane.ts";
import { type LimitOptions, climbingLimit } from "./limit.ts";
import { type Request, cutShort } from "./request.ts";
import type { QueueBounds } from "./shedding.ts";

/** The largest body that an endpoint takes, by its kind: facts of InvokeEndpoint's API, of 2026's guide, and of serverless. */
export const payloadBytes = Object.freeze({
  standard: 6_291_456,
  large: 26_214_400,
  serverless: 4_000_000,
});

/** How requests are made calls. */
export interface BatchOptions {
  /** Rows of a call at most. */
  readonly maxRows: number;
  /** Bytes of a call's body at most: see {@link payloadBytes}. */
  readonly maxBytes: number;
  /** Calls in flight at most, to all endpoints: no more than there are sockets. */
  readonly maxCalls: number;
  /** Bounds of the calls in flight to one endpoint. With `least` = `most` their number is fixed. */
  readonly limit: LimitOptions;
  /** What may wait for one endpoint. */
  readonly queue: QueueBounds;
  /** Whether calls take as many rows as is best by what they cost; else all that wait, up to `maxRows`. True unless given. */
  readonly isAdaptive?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** Runs a function once what has arrived by now has been read: `setImmediate` unless given. */
  readonly defer?: ((run: () => void) => void) | undefined;
}

/** The stage's invoke, and how things stand on the way to each endpoint. */
export interface Batched extends Invoke {
  /** By endpoint, variant and component, where callers name them: JSON of an array of the three. */
  readonly state: () => ReadonlyMap<string, LaneState>;
}

/** Endpoints whose limit is remembered: callers may name variants and components as they like. */
const mostLanes = 1000;

/**
 * A stage that shares calls between requests of equal target, format and width. Each gets the answers to its own rows, in
 * their order, the facts of the calls that carried them, and the faults of its own rows by its own numbers. A caller that
 * goes away takes its own rows out, and a call only with the last caller. A request of several calls fails with the first
 * of them that fails; a lenient one loses the rows of that call alone, and fails where none of its calls comes back, also
 * at its deadline. One of a stateful session shares no call.
 *
 * @throws {Problem} `overloaded` when too much waits already, or nothing has left for too long; what the signal was aborted
 * with; of the stages below, a copy for each caller of the call.
 */
export function withBatch(options: BatchOptions): (next: Invoke) => Batched {
  const { maxBytes, maxCalls, maxRows, limit, queue, isAdaptive = true } = options;
  const { clock = systemClock, defer = setImmediate } = options;
  const sockets: Sockets = { most: maxCalls, used: 0, wanted: new Set() };
  return (next) => {
    const lanes = new LRUCache<string, Lane>({ max: mostLanes });
    const namesOf = createNames();

    const laneOf = (name: string): Lane => {
      let lane = lanes.get(name);
      if (lane === undefined) {
        const size = isAdaptive ? bestSize(maxRows) : fixedSize(maxRows);
        const bounds = { next, clock, defer, maxBytes, sockets, bounds: queue };
        lane = createLane({ ...bounds, limit: climbingLimit(limit), size });
        lanes.set(name, lane);
      }
      return lane;
    };

    const share: Invoke = (call, context) =>
      new Promise<Reply>((resolve, reject) => {
        const { signal, deadlineMs } = context;
        if (signal.aborted) throw problemOfAbort(signal.reason);
        const { rows, format = TEXT_CSV } = call;
        const names = namesOf(call);
        const lane = laneOf(names.lane);
        const separatorBytes = format.separator.length;
        const bytes = bytesOfRows(rows, separatorBytes);
        const nowMs = clock.now();
        const refusal = lane.refusal({ nowMs, rows: rows.length, bytes, deadlineMs });
        if (refusal !== undefined) throw refusal;
        const onAbort = (): void => {
          const problem = problemOfAbort(signal.reason);
          lane.abandon(request, problem);
          const reply = cutShort(request, problem);
          if (reply === undefined) reject(problem);
          else resolve(reply);
        };
        const request: Request = {
          call,
          context,
          rows,
          separatorBytes,
          atMs: nowMs,
          group: lane.group(names.group, call.target.sessionId !== undefined),
          taken: 0,
          bytesLeft: bytes,
          previous: undefined,
          following: undefined,
          isOver: false,
          carriers: undefined,
          partial: undefined,
          onAbort,
          resolve,
          reject,
        };
        signal.addEventListener("abort", onAbort, { once: true });
        lane.submit(request);
      });
    const invoke: Invoke = (call, context) =>
      call.rows.length === 0 ? Promise.resolve({ answers: [], attempts: 0 }) : share(call, context);
    const state = () => new Map([...lanes.entries()].map(([name, lane]) => [name, lane.state()]));
    return Object.assign(invoke, { state });
  };
}

/** By which names a call finds its lane, and in it those that it may share calls with. */
interface Names {
  readonly lane: string;
  readonly group: string;
}

/** Remembers the names of a target, because the targets of most calls are one object. */
function createNames(): (call: Call) => Names {
  const known = new WeakMap<
    Target,
    Names & { readonly format: Format | undefined; readonly width: number | undefined }
  >();
  let sessions = 0;
  return ({ target, format, width }) => {
    const last = known.get(target);
    if (last !== undefined && last.format === format && last.width === width) return last;
    const { endpointName, targetVariant, inferenceComponent, targetModel } = target;
    const { customAttributes, inferenceId, sessionId } = target;
    const lane = JSON.stringify([endpointName, targetVariant, inferenceComponent]);
    // A session's calls are its own, and a session that is to be opened is opened once.
    if (sessionId !== undefined) return { lane, group: `session ${++sessions}` };
    const { contentType, accept, open, separator, close } = format ?? TEXT_CSV;
    const shape = [
      targetModel,
      customAttributes,
      inferenceId,
      contentType,
      accept,
      open,
      separator,
      close,
      width,
    ];
    const names = { lane, group: JSON.stringify(shape), format, width };
    known.set(target, names);
    return names;
  };
}
