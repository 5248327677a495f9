/** A request on its way through calls that it shares: its answers as they come, and its one end. */

import type { Problem } from "../errors.ts";
import type { FairQueue, Queued } from "./fair-queue.ts";
import type { Answer, Call, Context, Reply } from "./invoke.ts";
import { type Place, problemOfRow } from "./own-problem.ts";
import type { SharedCall } from "./shared-call.ts";

/** One call of the stage above. Only the batcher's own files write what is not read-only. */
export interface Request extends Queued {
  readonly call: Call;
  readonly context: Context;
  /** When it came. */
  readonly atMs: number;
  /** Listens to the signal of its context, until it is over. */
  readonly onAbort: () => void;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (reason: unknown) => void;
  /** Whether it has been answered, has failed, or has lost its caller. */
  isOver: boolean;
  /** Where it waits. */
  readonly group: Group;
  /** Calls in flight that carry rows of it. */
  carriers: SharedCall[] | undefined;
  /** What came so far, where one call does not carry it all. */
  partial: Collected | undefined;
}

/** Requests whose rows may share calls: those of one target, format and width. */
export interface Group {
  readonly key: string;
  readonly queue: FairQueue<Request>;
  /** Whether a request is to be in one call if it can be, whatever is best: that of a stateful session. */
  readonly isWhole: boolean;
}

/** What a call says of the request's part in it. */
export interface Carried extends Place {
  readonly reply: Reply;
  /** Rows of the call, those of others included. */
  readonly callRows: number;
  readonly waitedMs: number;
}

interface Collected {
  readonly answers: (Answer | undefined)[];
  readonly faults: Map<number, Problem>;
  readonly carried: Carried[];
  missing: number;
  /** Whether a call has come back, whatever it says of its rows. */
  isAnswered: boolean;
}

/** Different values of a header that several calls gave are joined, but not without end. */
const mostJoined = 16;

/**
 * Takes the answers of a call to a request's rows.
 *
 * @returns the whole reply once there is nothing missing.
 */
export function take(request: Request, carried: Carried): Reply | undefined {
  const { rows } = request;
  if (request.partial === undefined && carried.count === rows.length) return whole(carried);
  const partial = (request.partial ??= nothing(rows.length));
  partial.isAnswered = true;
  return add(partial, carried);
}

/**
 * Takes the failure of a call that carried a lenient request's rows, which leaves the rows of its other calls alone.
 *
 * @param carried with a reply in which all of the call's rows are at fault.
 * @returns the whole reply once there is nothing missing; "nothing" where no call has come back.
 */
export function lose(request: Request, carried: Carried): Reply | "nothing" | undefined {
  const partial = (request.partial ??= nothing(request.rows.length));
  const reply = add(partial, carried);
  return reply === undefined || partial.isAnswered ? reply : "nothing";
}

/**
 * The reply to a lenient request that ends before its calls do, with what has come.
 *
 * @returns undefined where no call has come back.
 */
export function cutShort({ context, partial }: Request, problem: Problem): Reply | undefined {
  if (context.lenient !== true || partial?.isAnswered !== true) return undefined;
  for (const [row, answer] of partial.answers.entries()) {
    if (answer === undefined && !partial.faults.has(row)) partial.faults.set(row, problem);
  }
  return merged(partial);
}

function add(partial: Collected, carried: Carried): Reply | undefined {
  const { offset, from, count, reply } = carried;
  for (let i = 0; i < count; i++) partial.answers[from + i] = reply.answers[offset + i];
  addFaults(partial.faults, carried);
  partial.carried.push(carried);
  partial.missing -= count;
  return partial.missing === 0 ? merged(partial) : undefined;
}

function nothing(rows: number): Collected {
  return {
    answers: Array.from({ length: rows }),
    faults: new Map(),
    carried: [],
    missing: rows,
    isAnswered: false,
  };
}

/** The reply to a request that one call carried. */
function whole(carried: Carried): Reply {
  const { reply, offset, count, callRows, waitedMs } = carried;
  // Each field by its name: to copy them all and add one takes many times as long on Node 20.
  return {
    answers: count === callRows ? reply.answers : reply.answers.slice(offset, offset + count),
    faults: faultsOf(carried),
    invokedVariant: reply.invokedVariant,
    requestId: reply.requestId,
    customAttributes: reply.customAttributes,
    newSessionId: reply.newSessionId,
    closedSessionId: reply.closedSessionId,
    attempts: reply.attempts,
    throttled: reply.throttled,
    batch: { rows: callRows, calls: 1, waitedMs },
  };
}

/** The faults of a request's own rows, by its own numbers; those of a call that it had alone are its own as they are. */
function faultsOf(carried: Carried): Reply["faults"] {
  const { reply, count, callRows } = carried;
  if (count === callRows || reply.faults === undefined) return reply.faults;
  const faults = new Map<number, Problem>();
  addFaults(faults, carried);
  return faults.size === 0 ? undefined : faults;
}

function addFaults(faults: Map<number, Problem>, carried: Carried): void {
  const { offset, from, count, reply } = carried;
  for (const [row, problem] of reply.faults ?? []) {
    if (row < offset || row >= offset + count) continue;
    faults.set(row - offset + from, problemOfRow(problem, row, carried));
  }
}

/** The reply to a request that took several calls, with the facts of all of them. */
function merged({ answers, faults, carried }: Collected): Reply {
  // A call may carry two portions of one request, with another's between them.
  const replies = [...new Set(carried.map(({ reply }) => reply))];
  const throttled = replies.reduce((sum, reply) => sum + (reply.throttled ?? 0), 0);
  return {
    answers,
    faults: faults.size === 0 ? undefined : faults,
    invokedVariant: joined(replies.map((reply) => reply.invokedVariant)),
    requestId: joined(replies.map((reply) => reply.requestId)),
    customAttributes: joined(replies.map((reply) => reply.customAttributes)),
    newSessionId: joined(replies.map((reply) => reply.newSessionId)),
    closedSessionId: joined(replies.map((reply) => reply.closedSessionId)),
    attempts: Math.max(...replies.map((reply) => reply.attempts)),
    throttled: throttled === 0 ? undefined : throttled,
    batch: {
      rows: Math.max(...carried.map(({ callRows }) => callRows)),
      calls: replies.length,
      waitedMs: Math.max(...carried.map(({ waitedMs }) => waitedMs)),
    },
  };
}

function joined(values: readonly (string | undefined)[]): string | undefined {
  const known = new Set(values.filter((value) => value !== undefined));
  return known.size === 0 ? undefined : [...known].slice(0, mostJoined).join(",");
}
