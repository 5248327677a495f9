/** What the problem of a whole call says of its rows. */

import { Problem } from "../errors.ts";
import { ofRow } from "./bad-answer.ts";
import type { Reply } from "./invoke.ts";

/** Whether a call that fails so may succeed with some of its rows alone. */
export function mayBeRows({ code }: Problem): boolean {
  return (
    code === "endpoint-refused-rows" ||
    code === "endpoint-bad-answer" ||
    code === "endpoint-payload-too-large" ||
    code === "endpoint-model-failed"
  );
}

/** The reply to so many rows where nothing is known but that the call failed: every row is at fault. */
export function allAtFault(rows: number, problem: Problem): Reply {
  const fault = ofRow(problem, rows === 1 ? "this row" : "a row");
  return {
    answers: Array.from({ length: rows }),
    faults: new Map(Array.from({ length: rows }, (_, row) => [row, fault])),
    attempts: attemptsOf(problem),
  };
}

/** How often the call was sent. */
export function attemptsOf({ log }: Problem): number {
  const attempts = log?.["attempts"];
  return typeof attempts === "number" ? attempts : 1;
}

/** The fault of a row that the search has not come to. */
export function unfound(problem: Problem, maxCalls: number): Problem {
  const told = ofRow(problem, "a row");
  const detail = `${told.message} Whether this row is at fault was not found within ${maxCalls} calls.`;
  return new Problem(told.code, detail, { ...told, cause: told.cause });
}

/** The fault of a row for which the search had no time left. */
export function outOfTime({ log, payloadLog, cause }: Problem): Problem {
  const detail = "A row of the call is at fault, and there was no time left to find which.";
  return new Problem("deadline-exceeded", detail, { log: { ...log, row: undefined }, payloadLog, cause });
}
