/** A call that carries rows of several requests, and what each of them gets of it. */

import { Problem } from "../errors.ts";
import { badAnswer, badCount } from "./bad-answer.ts";
import { type EndingController, createEnding } from "./ending.ts";
import type { Portion } from "./fair-queue.ts";
import type { Context, Invoke, Reply } from "./invoke.ts";
import { problemOfCall, withoutRows } from "./own-problem.ts";
import { type Request, lose, take } from "./request.ts";
import { allAtFault } from "./row-problems.ts";

/** A call on its way. */
export interface SharedCall {
  readonly portions: readonly Portion<Request>[];
  readonly rows: number;
  readonly sentMs: number;
  /** Calls in flight to the same endpoint when it left, itself included. */
  readonly inFlight: number;
  /** Of its requests, those that still want it. */
  wanted: number;
  /** Aborts it; a request that is alone in it and in no other does so by its own signal. */
  readonly ending: EndingController | undefined;
}

/** Makes a call that carries these rows. */
export function createSharedCall(
  portions: readonly Portion<Request>[],
  sentMs: number,
  inFlight: number,
): SharedCall {
  let rows = 0;
  for (const { count } of portions) rows += count;
  const ending = isWhole(portions) ? undefined : createEnding();
  const call = { portions, rows, sentMs, inFlight, wanted: 1, ending };
  if (ending === undefined) return call;
  call.wanted = 0;
  for (const { request } of portions) {
    const { carriers } = request;
    // An array that is pushed to has room for seventeen, and there is one call as a rule.
    if (carriers === undefined) request.carriers = [call];
    // A request may have two portions, with another's between them.
    else if (carriers.at(-1) === call) continue;
    else carriers.push(call);
    call.wanted++;
  }
  return call;
}

/** Sends a call. Its deadline is the latest one of its requests. */
export function sendShared(next: Invoke, { portions, ending }: SharedCall): Promise<Reply> {
  const first = portions[0]!.request;
  const { target, format, width } = first.call;
  try {
    if (ending === undefined) return next(first.call, first.context);
    let deadlineMs: number | undefined = -Infinity;
    const rows: string[] = [];
    for (const { request, from, count } of portions) {
      for (let i = from; i < from + count; i++) rows.push(request.rows[i]!);
      const own = request.context.deadlineMs;
      deadlineMs = own === undefined || deadlineMs === undefined ? undefined : Math.max(deadlineMs, own);
    }
    const context: Context = {
      ...first.context,
      signal: ending,
      deadlineMs,
      timeoutMs: undefined,
      onFailure: (problem) => {
        for (const { request } of portions) request.context.onFailure?.(problem);
      },
    };
    return next({ target, rows, format, width }, context);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Ends a request's interest in the calls that carry it, and the calls that nobody else wants. */
export function jump(request: Request, reason: unknown): void {
  for (const call of request.carriers ?? []) if (--call.wanted === 0) call.ending!.abort(reason);
  request.carriers = undefined;
}

/** How long a request waited for a call to leave, to the microsecond: more digits only make lines of log longer. */
function waitOf({ sentMs }: SharedCall, { atMs }: Request): number {
  return Math.round((sentMs - atMs) * 1000) / 1000;
}

/** Says that a call has ended. */
export function letGo(call: SharedCall): void {
  if (call.ending === undefined) return;
  for (const { request } of call.portions) {
    const { carriers } = request;
    if (carriers?.at(-1) === call) carriers.pop();
    else if (carriers?.includes(call)) carriers.splice(carriers.indexOf(call), 1);
  }
}

/** One request with all of its rows: nobody else has a say in the call. */
function isWhole(portions: readonly Portion<Request>[]): boolean {
  const { request, count } = portions[0]!;
  return portions.length === 1 && count === request.rows.length;
}

/**
 * Checks that a reply has an answer, or a reason why not, for every row.
 *
 * @throws {Problem} `endpoint-bad-answer`.
 */
export function checkReply({ answers, faults }: Reply, rows: number): void {
  if (answers.length !== rows) throw badCount(rows, String(answers.length));
  if (!answers.includes(undefined)) return;
  const missing = answers.findIndex((answer, row) => answer === undefined && faults?.has(row) !== true);
  if (missing >= 0) throw badAnswer("The endpoint gave no answer to a row, and no reason.");
}

/**
 * Gives each request its part of a reply.
 *
 * @param end called with each request that is complete.
 */
export function deliver(call: SharedCall, reply: Reply, end: (request: Request, reply: Reply) => void): void {
  const { portions, rows } = call;
  let offset = 0;
  for (const { request, from, count } of portions) {
    if (!request.isOver) {
      const waitedMs = waitOf(call, request);
      const complete = take(request, { reply, offset, from, count, callRows: rows, waitedMs });
      if (complete !== undefined) end(request, complete);
    }
    offset += count;
  }
}

/**
 * Tells each request of a failure, by a problem of its own. A lenient one of several calls loses the rows of this one; it
 * fails where it has lost all.
 *
 * @param end called with each request that fails.
 * @param answer called with each request that is complete without the rows of this call.
 */
export function fail(
  call: SharedCall,
  error: unknown,
  end: (request: Request, problem: unknown) => void,
  answer: (request: Request, reply: Reply) => void,
): void {
  const { portions, rows } = call;
  const shared = portions.length > 1;
  const isProblem = error instanceof Problem;
  // One for all of its portions: a call counts once, however many of them are one request's.
  let lost: Reply | undefined;
  let offset = 0;
  for (const { request, from, count } of portions) {
    // What is no problem is a mistake of a program, and goes up as it is.
    const own = isProblem ? problemOfCall(error, { offset, from, count }, shared) : error;
    if (!request.isOver) {
      let left: Reply | "nothing" | undefined = "nothing";
      if (isProblem && request.context.lenient === true && count < request.rows.length) {
        lost ??= allAtFault(rows, shared ? withoutRows(error) : error);
        const waitedMs = waitOf(call, request);
        left = lose(request, { reply: lost, offset, from, count, callRows: rows, waitedMs });
      }
      if (left === "nothing") end(request, own);
      else if (left !== undefined) answer(request, left);
    }
    offset += count;
  }
}
