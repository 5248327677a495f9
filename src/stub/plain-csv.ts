/** The short way for `text/csv` payloads as services write them: bare decimals between commas. */
import type { Matrix } from "./csv.ts";

const [LINE_FEED, COMMA, MINUS, POINT, ZERO] = [10, 44, 45, 46, 48];
/** A whole number of so many digits is an exact double, and so is such a power of ten: their quotient is correctly rounded. */
const MOST_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

function count(bytes: Uint8Array, code: number, end: number): number {
  let found = 0;
  for (let at = bytes.indexOf(code); at >= 0 && at < end; at = bytes.indexOf(code, at + 1)) {
    found++;
  }
  return found;
}

/**
 * Reads a stripped payload of two or more columns whose cells are empty, or digits with an optional sign and point; in
 * one pass over its bytes.
 *
 * @returns undefined for any other payload: `parseCsv` then reads it, or says what is wrong. Where both read it, they
 * read the same.
 */
export function parsePlainCsv(bytes: Uint8Array): Matrix | undefined {
  const firstEnd = bytes.indexOf(LINE_FEED);
  const columns = count(bytes, COMMA, firstEnd < 0 ? bytes.length : firstEnd) + 1;
  if (columns < 2) {
    // What delimits a lone column is a matter of its own.
    return undefined;
  }
  const rows = count(bytes, LINE_FEED, bytes.length) + 1;
  const cells = new Float32Array(rows * columns);
  let at = 0;
  for (let cell = 0, column = 1; cell < cells.length; cell++, column++) {
    const isNegative = bytes[at] === MINUS;
    if (isNegative) {
      at++;
    }
    let digits = 0;
    let length = 0;
    let pointAt = -1;
    let code = bytes[at];
    for (; code !== COMMA && code !== LINE_FEED && code !== undefined; code = bytes[++at]) {
      const digit = code - ZERO;
      if (digit >= 0 && digit <= 9) {
        digits = digits * 10 + digit;
        length++;
      } else if (code === POINT && pointAt < 0) {
        pointAt = length;
      } else {
        return undefined;
      }
    }
    const isLast = column === columns;
    if (
      (code === COMMA) === isLast ||
      length > MOST_DIGITS ||
      (length === 0 && (isNegative || pointAt >= 0))
    ) {
      return undefined;
    }
    const value = pointAt < 0 ? digits : digits / POWERS_OF_TEN[length - pointAt]!;
    cells[cell] = length === 0 ? Number.NaN : isNegative ? -value : value;
    column = isLast ? 0 : column;
    at++;
  }
  return { rows, columns, cells };
}
