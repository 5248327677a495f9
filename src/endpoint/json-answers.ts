/** Answers as JSON or JSON lines, in every shape that containers give them. */

import {
  answerOfJson,
  type Answers,
  type Faults,
  type Fields,
  isError,
  isObject,
  readRow,
} from "./answer-values.ts";
import { badAnswer, badCount, badRow } from "./bad-answer.ts";
import type { Answer } from "./invoke.ts";
import { mostValues } from "./limits.ts";
import { hasMoreMarks, parseLooseJson } from "./loose-json.ts";

type Columns = readonly (readonly [name: string, values: readonly unknown[]])[];

/** What the content type lets expect of the body; its form decides. */
export type JsonHint = "document" | "lines" | "none";

/** Keys under which containers put the list of all answers; what stands beside it says nothing of a row. */
const envelopes = ["predictions", "scores", "projections", "outputs"];

/** Keys of the tabular AutoML containers: a list with an entry a row. Alone, all but `labels` are the list of answers. */
const columnNames = new Set(["prediction", "probabilities", "labels", "predicted_label"]);

/**
 * Reads a body of JSON, of JSON lines, or of JSON lists joined by commas, bare `NaN` and all.
 *
 * A list has an answer a row; so has the list under `predictions`, `scores`, `projections` or `outputs`. An object of
 * columns of the same length (lists, or pandas' objects from "0", "1", … to values) becomes an object a row; a single
 * column `prediction`, `probabilities` or `predicted_label` becomes the values alone. For one row, an object that is
 * none of these is that row's fields, and a bare list of several values is that row's columns unless the body is
 * declared `application/json` (then `width` must say so). `labels` alone is refused. One object declared as JSON lines is
 * the fields of its row, but for `predictions`.
 *
 * @param faults where rows go whose numbers are missing.
 * @throws {Problem} `endpoint-bad-answer`
 */
export function parseJson(
  text: string,
  rows: number,
  width: number | undefined,
  hint: JsonHint,
  faults?: Faults,
): Answers {
  const valuesAllowed = mostValues(rows);
  // Counted beforehand: parsed, a small text of brackets takes twenty times its size.
  if (hasMoreMarks(text, valuesAllowed)) throw badCount(rows, `more than ${valuesAllowed} values in all`);
  const value = parseLooseJson(text);
  if (value === undefined) return eachRow(parseLines(text), rows, faults);
  if (isError(value)) throw badAnswer("The body is an error message, not an answer.");
  if (isRowOfColumns(value, rows, width, hint)) return [answerOfJson(value, 0)];
  const isLine = hint === "lines" && rows === 1;
  return ofValue(unwrap(value, isLine), rows, isLine, faults);
}

function eachRow(values: readonly unknown[], rows: number, faults: Faults): Answers {
  if (values.length !== rows) throw badCount(rows, `${values.length}`);
  return values.map((value, row) => readRow(row, faults, () => answerOfJson(value, row)));
}

/** JSON lines, with or without commas behind them; and the lists `[…],[…]` that old containers join by commas. */
function parseLines(text: string): readonly unknown[] {
  const lines = text
    .split("\n")
    .map((line) => line.trim().replace(/,$/, ""))
    .filter((line) => line !== "");
  const values = parseLooseJson(`[${lines.join(",")}]`);
  if (!Array.isArray(values)) {
    throw badAnswer("The body is neither JSON nor JSON lines, or nests too deep.", text);
  }
  return values;
}

/** `[0.1, 0.9]` for one row: two columns of it, or an answer too many. */
function isRowOfColumns(value: unknown, rows: number, width: number | undefined, hint: JsonHint): boolean {
  return (
    rows === 1 &&
    Array.isArray(value) &&
    value.length > 1 &&
    !value.some((item) => typeof item === "object" && item !== null) &&
    (value.length === width || (width === undefined && hint !== "document"))
  );
}

function ofValue(value: unknown, rows: number, isLine: boolean, faults: Faults): Answers {
  if (Array.isArray(value)) return eachRow(value, rows, faults);
  if (isObject(value)) return ofFields(value, rows, isLine, faults);
  if (rows !== 1) throw badCount(rows, shapeOf(value));
  return [answerOfJson(value, 0)];
}

/** An object without an envelope: columns, or the fields of the only row. */
function ofFields(fields: Fields, rows: number, isLine: boolean, faults: Faults): Answers {
  // The list of all classes, not a class a row, though there may happen to be as many classes as rows.
  if (Array.isArray(fields["labels"]) && Object.keys(fields).length === 1) {
    throw badAnswer("The body holds nothing but labels, the list of all classes.");
  }
  const columns = isLine ? undefined : columnsOf(fields);
  // Lists of other lengths may be the fields of one row, unless their names or their form say that they are columns.
  const isRow =
    columns === undefined ||
    columns.every(
      ([name, values]) => values.length !== 1 && !columnNames.has(name) && Array.isArray(fields[name]),
    );
  if (isRow && rows === 1) return [answerOfJson(fields, 0)];
  if (columns === undefined) throw badCount(rows, shapeOf(fields), Object.keys(fields).join());
  const [only] = columns;
  if (columns.length === 1 && only !== undefined && columnNames.has(only[0]))
    return eachRow(only[1], rows, faults);
  const classes = classesOf(fields);
  const named = classes === undefined ? columns : columns.filter(([name]) => name !== "labels");
  return zip(named, classes, rows, faults);
}

function columnsOf(fields: Fields): Columns | undefined {
  const columns = Object.entries(fields).map(
    ([name, value]) => [name, Array.isArray(value) ? (value as unknown[]) : indexed(value)] as const,
  );
  return columns.every((column): column is Columns[number] => column[1] !== undefined) ? columns : undefined;
}

/** pandas' `to_json()`: a column is an object from the index to the value. Only the default index tells the order. */
function indexed(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const values = Object.values(value);
  return values.length > 0 && values.every((_, index) => Object.hasOwn(value, index)) ? values : undefined;
}

function shapeOf(value: unknown): string {
  if (!isObject(value)) return "a single value";
  const count = Object.keys(value).length;
  return `an object of ${count} ${count === 1 ? "field" : "fields"}`;
}

/**
 * `labels` beside lists of `probabilities` is the list of all classes, one for each probability of a row, however many
 * rows there are: it goes with every row. A list of lists is each row's own.
 */
function classesOf({ labels, probabilities }: Fields): readonly unknown[] | undefined {
  if (!Array.isArray(labels) || Array.isArray(labels[0])) return undefined;
  if (!Array.isArray(probabilities) || !Array.isArray(probabilities[0])) return undefined;
  probabilities.forEach((row: unknown, index) => {
    if (!Array.isArray(row) || row.length !== labels.length) {
      throw badRow(index, `not a list of ${labels.length} probabilities, one for each label`);
    }
  });
  return labels;
}

function zip(
  columns: Columns,
  classes: readonly unknown[] | undefined,
  rows: number,
  faults: Faults,
): Answers {
  columns.forEach(([name, values], index) => {
    if (values.length !== rows) throw badCount(rows, `${values.length} in column ${index}`, name);
  });
  // Made once and shared: a copy a row would let a small body grow without bound.
  const shared: Answer | undefined = classes && answerOfJson(classes, 0);
  return Array.from({ length: rows }, (_, row) =>
    readRow(row, faults, () =>
      Object.fromEntries([
        ...columns.map(([name, values]) => [name, answerOfJson(values[row], row)] as const),
        ...(shared === undefined ? [] : [["labels", shared] as const]),
      ]),
    ),
  );
}

/** The value inside the envelope, if there is one: one level, so that nesting costs no stack. */
function unwrap(value: unknown, isLine: boolean): unknown {
  if (!isObject(value)) return value;
  const envelope = envelopes.find((name) => Object.hasOwn(value, name));
  // A line of JSON lines is a row, and a row may have a field that is called "scores" (Object2Vec).
  const isEnveloped = envelope === "predictions" || (envelope !== undefined && !isLine);
  return isEnveloped ? value[envelope] : value;
}
