/**
 * Names that stand twice in one object. `JSON.parse` keeps the last value and says nothing; RFC 8259, 4, leaves open which
 * one counts, so that a caller and its proxies may each read another row out of one body.
 */

import { type FieldError, Problem } from "../errors.ts";

/** Objects and lists inside each other: body, instances, instance, features. */
const NESTED = 4;

/** Names told in one problem; further ones are only counted. */
const MOST_NAMED = 100;

/**
 * Refuses a body in which a name is repeated. What nests deeper than any request is left to whoever reads it: it is refused
 * there.
 *
 * @param text JSON
 * @param value what `JSON.parse` made of it
 * @throws {Problem} `invalid-request`, with a pointer to each repeated name
 */
export function refuseRepeatedNames(text: string, value: unknown): void {
  // A pair of quotes for each name and each text: where the text has more of them, the value has lost a name. To count both
  // takes a fraction of the time of a second reading, which only a body that is refused has to wait for.
  if (quotesIn(text) / 2 > textsIn(value, NESTED)) throw repeated(text);
}

/** Quotes that open or close a string. */
function quotesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    if (!isEscaped(text, at)) count++;
  }
  return count;
}

/** Behind an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === 0x5c) first--;
  return (at - first) % 2 === 1;
}

/** Names and texts in a value; NaN, which is less than no number, where more than `nested` objects or lists nest in it. */
function textsIn(value: unknown, nested: number): number {
  if (typeof value === "string") return 1;
  if (typeof value !== "object" || value === null) return 0;
  if (nested === 0) return NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      // Most of them are numbers, for each of which a call would cost as much as all the rest.
      if (typeof value[i] !== "number") count += textsIn(value[i], nested - 1);
    }
    return count;
  }
  const record = value as Record<string, unknown>;
  for (const name in record) {
    count += 1;
    if (typeof record[name] !== "number") count += textsIn(record[name], nested - 1);
  }
  return count;
}

/** An object or a list that is not closed yet. */
interface Open {
  /** Of an object, those that have been read. */
  readonly names: Set<string> | undefined;
  /** Of what is being read in it: its name, or its place. */
  at: string | number;
}

/** Looks for the names. Deeper than {@link NESTED} there can be some too, but only in what a repeated name has lost. */
function repeated(text: string): Problem {
  const errors: FieldError[] = [];
  let count = 0;
  const open: Open[] = [];
  let deeper = 0;
  let before = "";
  const marks = /["{}[\],]/g;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    const [mark] = match;
    const inner = deeper > 0 ? undefined : open.at(-1);
    if (mark === "{" || mark === "[") {
      if (open.length === NESTED) deeper++;
      else open.push({ names: mark === "{" ? new Set() : undefined, at: 0 });
    } else if (mark === "}" || mark === "]") {
      if (deeper > 0) deeper--;
      else open.pop();
    } else if (mark === '"') {
      marks.lastIndex = endOfString(text, match.index) + 1;
      // A value follows its own name.
      if (inner?.names !== undefined && before !== '"') {
        inner.at = JSON.parse(text.slice(match.index, marks.lastIndex)) as string;
        if (inner.names.has(inner.at) && count++ < MOST_NAMED) errors.push(errorAt(open));
        inner.names.add(inner.at);
      }
    } else if (typeof inner?.at === "number") inner.at++;
    before = mark;
  }
  const detail =
    count === 1 ? "A name is repeated in its object." : `${count} names are repeated in their objects.`;
  return new Problem("invalid-request", detail, { errors, errorCount: count });
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function errorAt(open: readonly Open[]): FieldError {
  const pointer = open.map(({ at }) => `/${token(at)}`).join("");
  return { pointer, detail: "is repeated: JSON leaves open which of the values counts, so send one" };
}

/** A reference token of RFC 6901; a caller chooses the name, so it is cut. */
function token(at: string | number): string {
  const text = String(at);
  const short = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  return short.replaceAll("~", "~0").replaceAll("/", "~1");
}
