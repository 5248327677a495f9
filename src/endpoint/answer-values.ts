/** What a single value of an answer may be, whatever dialect it came in. */

import type { Problem } from "../errors.ts";
import { badRow, leavesOthers, missingNumber, ofRow } from "./bad-answer.ts";
import type { Answer } from "./invoke.ts";

/** One a row; `undefined` where the row's number is missing, which {@link Faults} then says. */
export type Answers = readonly (Answer | undefined)[];

/** Row → why it has no answer. Where there is none to write to, a missing number fails the call. */
export type Faults = Map<number, Problem> | undefined;

/** Written so that no two parts can match the same digits: linear on any text. */
const decimal = /^[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\r]*$/;

/** How Python, NumPy, pandas, R and JavaScript print what is not a finite number. */
const notFinite = /^[+-]?(?:nan|inf|infinity|none|null)$/i;

/** An object of JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The number that a text is, exactly as `Number()` reads a decimal: no hexadecimal, no underscores, no empty text, no
 * garbage behind it. Infinite when the text is a decimal beyond the range of a double.
 *
 * @returns `undefined` when the text is not a decimal.
 */
export function numberOf(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : undefined;
}

/** Whether a text is a number, or one of the words that programs print where a number is missing or not finite. */
export function isMeantAsNumber(text: string): boolean {
  return decimal.test(text) || notFinite.test(text);
}

/**
 * The answer that a cell of CSV is: a number, or a text such as a class label.
 *
 * @throws {Problem} `endpoint-bad-answer` when the cell is empty, `nan`, `inf`, `None` or unreadable.
 */
export function answerOfText(text: string, row: number): number | string {
  const value = numberOf(text);
  return value === undefined ? label(text, row) : finite(value, row);
}

function label(text: string, row: number): string {
  if (notFinite.test(text)) throw missingNumber(row, "not a finite number", text);
  if (text === "") throw badRow(row, "empty");
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\ufffd]/.test(text)) throw badRow(row, "neither a number nor readable text", text);
  return text;
}

function finite(value: number, row: number): number {
  if (!Number.isFinite(value)) throw missingNumber(row, "beyond the range of a double");
  return value;
}

/** Whether a parsed JSON value is an object: no list, no null. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{"error": "…"}` with status 200. A number may be called so too, such as a standard error. */
export function isError(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.hasOwn(value, "error") &&
    (isObject(value["error"]) || typeof value["error"] === "string")
  );
}

/**
 * The answer that a value of `parseLooseJson` is (which bounds its depth). A boolean becomes the label `"true"` or
 * `"false"`, never 1 or 0. Texts stay texts, even `"1"`: the container put them in quotes.
 *
 * @throws {Problem} `endpoint-bad-answer` when there is a null, NaN or infinity in it, when it is empty, or when it is an
 * error message.
 */
export function answerOfJson(value: unknown, row: number): Answer {
  if (isError(value)) throw badRow(row, "an error message");
  if (isEmpty(value)) throw badRow(row, "empty");
  return inside(value, row);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function inside(value: unknown, row: number): Answer {
  if (typeof value === "number") return finite(value, row);
  if (typeof value === "string") return label(value, row);
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map((item) => inside(item, row));
  if (!isObject(value)) throw missingNumber(row, "null");
  // fromEntries defines fields, so that one called __proto__ is a field like any other.
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, inside(item, row)]));
}

/**
 * What `read` makes of one row, or `undefined` where it throws that the row's number is missing and there are `faults` to
 * say so. To be called only once it is sure that the answer has as many rows as were sent.
 */
export function readRow<T>(row: number, faults: Faults, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (faults === undefined || !leavesOthers(error as Problem)) throw error;
    faults.set(row, ofRow(error as Problem, "this row"));
    return undefined;
  }
}
