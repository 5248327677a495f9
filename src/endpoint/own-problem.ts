/** What a caller is told of the failure of a call that it shared with others: nothing of their rows, nor of their places. */

import { Problem } from "../errors.ts";

/** Where a caller's rows are in a call: `count` of them from `offset` on, which are the caller's own from `from` on. */
export interface Place {
  readonly offset: number;
  readonly from: number;
  readonly count: number;
}

/**
 * A problem of a row of the call, as a problem of the same row of the caller.
 *
 * @param row in the call; one of the caller's.
 */
export function problemOfRow(problem: Problem, row: number, { offset, from }: Place): Problem {
  return renumbered(problem, row, row - offset + from);
}

/**
 * A problem of the call as a whole, for one of its callers: a new one, so that what a stage above adds to it for its own
 * caller no other caller sees.
 *
 * @param shared whether the call had other callers. Then what names a row, quotes one or lists fields is left out, unless
 * the row is the caller's own.
 */
export function problemOfCall(problem: Problem, place: Place, shared: boolean): Problem {
  const row = problem.log?.["row"];
  if (typeof row === "number") {
    if (row >= place.offset && row < place.offset + place.count) return problemOfRow(problem, row, place);
    return new Problem(problem.code, "The endpoint failed on other rows of the same call.", {
      retryAfterS: problem.retryAfterS,
      log: without(problem.log!, "row"),
      cause: problem.cause,
    });
  }
  return shared
    ? withoutRows(problem)
    : new Problem(problem.code, problem.message, { ...problem, cause: problem.cause });
}

/** A problem of the call without what quotes rows or lists fields, which may be another caller's. */
export function withoutRows({ code, message, retryAfterS, log, cause }: Problem): Problem {
  return new Problem(code, message, { retryAfterS, log, cause });
}

/** The detail names the row as `log.row` does: bad-answer.ts writes both. */
function renumbered(problem: Problem, row: number, own: number): Problem {
  const { log, cause } = problem;
  const isNamed = log?.["row"] === row;
  return new Problem(
    problem.code,
    isNamed ? problem.message.replace(`row ${row} `, `row ${own} `) : problem.message,
    { ...problem, cause, log: isNamed ? { ...log, row: own } : log },
  );
}

function without(log: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const { [name]: _left, ...rest } = log;
  return rest;
}
