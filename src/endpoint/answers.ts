/**
 * The parser of what an endpoint answers. Containers differ by version, by mode and by whim, and the content type may
 * be missing or wrong: the body decides, the type is a hint where a body can be read in two ways. What can still be
 * read in two ways is refused. A wrong answer is worse than none.
 */

import { type Answers, type Faults, numberOf } from "./answer-values.ts";
import { badAnswer, badCount, badRow } from "./bad-answer.ts";
import { parseCsv } from "./csv-answers.ts";
import type { Answer } from "./invoke.ts";
import { parseJson, type JsonHint } from "./json-answers.ts";

/**
 * Exactly one answer a row, in the order of the rows, all numbers finite, or a Problem that says what came instead.
 * Accepts every dialect of the SageMaker containers: CSV by commas, newlines or both, with header, with quoted lists;
 * JSON lists, envelopes, columns; JSON lines; bare NaN (to name its row). See `parseCsv` and `parseJson` for how a body
 * is cut into rows. Takes time linear in the body, and memory bounded by the rows.
 *
 * @param body the decoded body.
 * @param contentType as the endpoint declared it, parameters and all; a hint only.
 * @param rows how many rows were sent.
 * @param width how many values the answer to each row must have; objects of named fields are exempt.
 * @param faults where given, a row whose number is NaN, infinite or null is said there and gets `undefined`, as long as
 * the answer is otherwise as it must be: count and form are right, so the other rows' numbers are theirs.
 * @throws {Problem} `endpoint-bad-answer`, with the expected and the actual count, or with the row (0-based) and why.
 */
export function parseAnswers(
  body: string,
  contentType: string | undefined,
  rows: number,
  width?: number,
): readonly Answer[];
export function parseAnswers(
  body: string,
  contentType: string | undefined,
  rows: number,
  width: number | undefined,
  faults: NonNullable<Faults>,
): Answers;
export function parseAnswers(
  body: string,
  contentType: string | undefined,
  rows: number,
  width?: number,
  faults?: Faults,
): Answers {
  const answers = parseText(body.trim(), contentType, rows, width, faults);
  if (width === undefined) return answers;
  answers.forEach((answer, row) => {
    if (answer === undefined) return;
    const got = widthOf(answer) ?? width;
    if (got !== width) throw badRow(row, `${got} wide, where ${width} was expected`);
  });
  return answers;
}

function parseText(
  text: string,
  contentType: string | undefined,
  rows: number,
  width: number | undefined,
  faults: Faults,
): Answers {
  if (text === "") {
    if (rows === 0) return [];
    throw badCount(rows, "an empty body");
  }
  const numbers = parseNumbers(text, rows);
  if (numbers !== undefined) return numbers;
  if (text.startsWith("<")) throw badAnswer("The body is markup, not predictions.", text);
  // A quoted text is CSV, "[0.1, 0.9]" of selectable output above all; only JSON has escapes with a backslash.
  const isJson = /^[{[]/.test(text) || (text.startsWith('"') && text.includes("\\"));
  return isJson ? parseJson(text, rows, width, hintOf(contentType), faults) : parseCsv(text, rows, faults);
}

/**
 * The common case by far, in one pass with one string a row: numbers with nothing but newlines (XGBoost since 1.2-2),
 * or nothing but commas (before), between them.
 *
 * @returns `undefined` when the body is anything else, or wrong.
 */
function parseNumbers(text: string, rows: number): readonly number[] | undefined {
  const delimiter = text.includes("\n") ? "\n" : ",";
  const numbers: number[] = [];
  let start = 0;
  while (numbers.length < rows) {
    const end = text.indexOf(delimiter, start);
    const number = numberOf(text.slice(start, end === -1 ? undefined : end));
    if (number === undefined || !Number.isFinite(number)) return undefined;
    numbers.push(number);
    if (end === -1) return numbers.length === rows ? numbers : undefined;
    start = end + 1;
  }
  return undefined;
}

function hintOf(contentType: string | undefined): JsonHint {
  const type = (contentType ?? "").toLowerCase();
  if (/jsonl|ndjson|x-json-?stream/.test(type)) return "lines";
  return type.includes("json") ? "document" : "none";
}

/** Fields have names: an object is not counted. */
function widthOf(answer: Answer): number | undefined {
  if (Array.isArray(answer)) return answer.length;
  return typeof answer === "object" ? undefined : 1;
}
