/** How an answer that cannot be trusted is told: what was expected and what came, and no word of the other side. */

import { Problem, type ProblemExtras } from "../errors.ts";
import { addToLog } from "./faults.ts";

const longestExcerpt = 100;

/**
 * The answer as a whole is wrong.
 *
 * @param detail public: counts and words of our own.
 * @param text of the answer, that is at fault; goes to `payloadLog` only.
 * @returns a Problem `endpoint-bad-answer`.
 */
export function badAnswer(detail: string, text?: string): Problem {
  return new Problem("endpoint-bad-answer", detail, { payloadLog: payloadLogOf(text) });
}

/**
 * What a problem keeps of the text that is at fault: for the log of payloads only, because it may quote a row or an
 * account. Printable ASCII, cut at 100 characters.
 */
function payloadLogOf(text: string | undefined): ProblemExtras["payloadLog"] {
  if (text === undefined) return undefined;
  const clean = text.slice(0, longestExcerpt).replace(/[^ -~]/g, "?");
  return { excerpt: text.length > longestExcerpt ? `${clean}…` : clean };
}

/**
 * One row's answer is wrong.
 *
 * @param row 0-based, as the JSON pointers of a request count.
 * @param reason public: counts and words of our own.
 * @param text of the answer, that is at fault; goes to `payloadLog` only.
 * @returns a Problem `endpoint-bad-answer`, with the row in its `log` too.
 */
export function badRow(row: number, reason: string, text?: string): Problem {
  return new Problem("endpoint-bad-answer", `The answer to row ${row} is ${reason}.`, {
    log: { row },
    payloadLog: payloadLogOf(text),
  });
}

/**
 * As {@link badRow}: where one row's number should be there is NaN, an infinity or null. The answer has its form all the
 * same, and so the other rows theirs.
 */
export function missingNumber(row: number, reason: string, text?: string): Problem {
  return addToLog(badRow(row, reason, text), { missingNumber: true });
}

/** Whether a problem leaves the answers to other rows beyond doubt: it is one of {@link missingNumber}. */
export function leavesOthers(problem: Problem): boolean {
  return problem.log?.["missingNumber"] === true;
}

/**
 * A problem of a row, told without its number: the rows of a call are counted anew in every stage, so whoever names the row
 * does it by its place in the request.
 *
 * @param name "this row" where it is the row that the problem is told of, "a row" where it is any of the call.
 */
export function ofRow(problem: Problem, name: "this row" | "a row"): Problem {
  const { row: _, missingNumber: __, ...log } = problem.log ?? {};
  return new Problem(problem.code, problem.message.replace(/^(The answer to) row \d+/, `$1 ${name}`), {
    ...problem,
    cause: problem.cause,
    log,
  });
}

/** @returns a Problem `endpoint-bad-answer`: another number of answers than of rows. */
export function badCount(expected: number, got: string, text?: string): Problem {
  return badAnswer(
    `Expected ${expected} ${expected === 1 ? "answer" : "answers"}, one a row, got ${got}.`,
    text,
  );
}
