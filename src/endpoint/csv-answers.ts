/** Answers as `text/csv`, in every form that containers give it. */

import {
  type Answers,
  type Faults,
  answerOfJson,
  answerOfText,
  isMeantAsNumber,
  readRow,
} from "./answer-values.ts";
import { badAnswer, badCount, badRow } from "./bad-answer.ts";
import type { Answer } from "./invoke.ts";
import { mostValues } from "./limits.ts";
import { parseLooseJson } from "./loose-json.ts";

/** One cell: its text; a quoted one keeps its opening quote as a mark, which no other cell can begin with. */
type Line = readonly string[];

const comma = 44;
const newline = 10;
const quote = '"';

/** Marks of JSON, of markup, of a traceback: no label has them without quotes. */
const foreign = /[[\]{}<>"]/;

/**
 * Reads a CSV body. As many lines as rows: each line is a row, one value as it is and several as a list. Else as many
 * values in all as rows (joined by commas, by newlines, or by both): each value is a row. Else one line more than rows,
 * the first without and the second with numbers: the first names the fields of the others. Anything else is refused.
 *
 * @param text not empty, without blank space around.
 * @param faults where rows go whose numbers are missing.
 * @throws {Problem} `endpoint-bad-answer`
 */
export function parseCsv(text: string, rows: number, faults?: Faults): Answers {
  const lines = scanLines(text, rows);
  const [first, second] = lines as readonly [Line, ...Line[]];
  if (lines.length === rows) {
    return table(lines, first.length, faults).map((values) => (values?.length === 1 ? values[0] : values));
  }
  const cells = lines.flat();
  if (cells.length === rows) {
    return table(
      cells.map((cell) => [cell]),
      1,
      faults,
    ).map((values) => values?.[0]);
  }
  if (lines.length === rows + 1 && second !== undefined && isHeader(first, second)) {
    return named(first, lines.slice(1), faults);
  }
  const plural = lines.length === 1 ? "line" : "lines";
  throw badCount(rows, `${lines.length} ${plural} of ${cells.length} values in all`);
}

/**
 * Lines of cells (RFC 4180, with `\n` or `\r\n`). It stops where there are more of either than could be right, because
 * what comes behind cannot mend that.
 */
function scanLines(text: string, rows: number): readonly Line[] {
  const lines: string[][] = [];
  const cellsAllowed = mostValues(rows);
  let cells = 0;
  let line: string[] = [];
  for (let at = 0; at <= text.length; at += 1) {
    while (text[at] === " ") at += 1;
    const closing = text[at] === quote ? endOfQuotes(text, at) : undefined;
    const end = endOfCell(text, closing ?? at);
    if (closing === undefined) {
      line.push(text.slice(at, end).trim());
    } else {
      const rest = text.slice(closing + 1, end).trim();
      if (rest !== "") throw badAnswer("The body has text behind a closed quote.", rest);
      line.push(
        quote +
          text
            .slice(at + 1, closing)
            .replaceAll('""', quote)
            .trim(),
      );
    }
    cells += 1;
    if (cells > cellsAllowed) throw badCount(rows, `more than ${cellsAllowed} values in all`);
    at = end;
    if (text.charCodeAt(at) !== comma) {
      lines.push(line);
      // One more than rows may be a header.
      if (lines.length > rows + 1)
        throw badCount(rows, `more than ${rows + 1} ${rows === 0 ? "line" : "lines"}`);
      line = [];
    }
  }
  return lines;
}

function endOfQuotes(text: string, start: number): number {
  let end = text.indexOf(quote, start + 1);
  while (end !== -1 && text[end + 1] === quote) end = text.indexOf(quote, end + 2);
  if (end === -1) throw badAnswer("The body has a quote that is never closed.", text.slice(start));
  return end;
}

/** Index of the comma or line end at or after `start`, or of the end of the text. */
function endOfCell(text: string, start: number): number {
  let end = start;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === comma || code === newline) break;
    end += 1;
  }
  return end;
}

/** The values of each line; every line must have `width` of them. */
function table(
  lines: readonly Line[],
  width: number,
  faults: Faults,
): readonly (readonly Answer[] | undefined)[] {
  const values = lines.map((line, row) => {
    if (line.length !== width) {
      throw badRow(row, `${line.length} wide, where ${width} was expected from the first line`);
    }
    return readRow(row, faults, () => line.map((cell) => answerOfCell(cell, row)));
  });
  for (let column = 0; column < width; column += 1) {
    checkColumn(values.map((row) => row?.[column]));
  }
  return values;
}

function answerOfCell(cell: string, row: number): Answer {
  const text = textOf(cell);
  // Selectable output of the XGBoost container quotes its lists: 1,"[0.1, 0.9]".
  const list = text !== cell && text.startsWith("[") ? parseLooseJson(text) : undefined;
  if (list !== undefined) return answerOfJson(list, row);
  if (text === cell ? foreign.test(text) : text.startsWith("[")) {
    throw badRow(row, "neither a number nor a label", text);
  }
  return answerOfText(text, row);
}

function textOf(cell: string): string {
  return cell.startsWith(quote) ? cell.slice(1) : cell;
}

/**
 * A column holds numbers or texts, not both: a text among numbers is a header that slipped in, an error message, or a
 * placeholder.
 */
function checkColumn(column: Answers): void {
  if (!column.some((answer) => typeof answer === "number")) return;
  const row = column.findIndex((answer) => typeof answer === "string");
  if (row !== -1) throw badRow(row, "not a number as in other rows", String(column[row]));
}

/**
 * A first line is a header when it has no numbers and the line below has some. A column of labels alone could as well
 * be one answer too many.
 */
function isHeader(first: Line, second: Line): boolean {
  return (
    !first.some((cell) => isMeantAsNumber(textOf(cell))) &&
    second.some((cell) => isMeantAsNumber(textOf(cell)))
  );
}

function named(header: Line, lines: readonly Line[], faults: Faults): Answers {
  const names = header.map(textOf);
  if (new Set(names).size < names.length) throw badAnswer("The header of the body names a column twice.");
  return table(lines, names.length, faults).map(
    (values) => values && Object.fromEntries(names.map((name, column) => [name, values[column] as Answer])),
  );
}
