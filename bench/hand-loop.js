// The bike model's training set, by straight code for this one model: what `skewless transform` is measured against.
//
// It finds the columns by name, and checks every cell as the model file says. It leaves out what these data do not need:
// quotes, a byte order mark, blank lines, empty cells, exponents, numbers of more than 15 digits, dates in other forms than
// 2012-12-19 17:00:00 (such a row ends it), reasons, rejects, other outputs, and a progress bar.
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const [raw, out] = process.argv.slice(2);
// Not by options.js: what that loads would count as time of this program.
if (out === undefined) {
  const isAsked = raw === "--help" || raw === "-h";
  process[isAsked ? "stdout" : "stderr"].write(`Usage: node bench/hand-loop.js RAW.csv OUT.csv

The bike model's training set by straight code: what bench/transform.js measures skewless transform against.

Needs: RAW.csv as bench/transform.js writes it, with a header and without bad rows.
Writes: OUT.csv.
`);
  process.exit(isAsked ? 0 : 2);
}

const [LF, CR, COMMA, DASH, DOT, ZERO, COLON, SPACE, QUOTE] = Buffer.from('\n\r,-.0: "');
const CHUNK = 1 << 17;
const LONGEST_ROW = 1 << 12;
const POWERS = Array.from({ length: 16 }, (_, i) => Number(`1e${i}`));
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WEEKDAYS = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
/** The counts up to here have their logarithms printed once. */
const COUNTS = 4096;

const input = Buffer.allocUnsafe(LONGEST_ROW + CHUNK + 1);
const output = Buffer.allocUnsafe(4 * input.length);
const starts = new Int32Array(LONGEST_ROW + 1);
const ends = new Int32Array(LONGEST_ROW + 1);
let at = 0; // in the output
let line = 0;
let isShortest = false;
const logarithms = Array.from({ length: COUNTS }, () => undefined);
let width = 0;
let target, datetime, season, holiday, workingday, weather, temp, atemp, humidity, windspeed;

const source = openSync(raw, "r");
const made = openSync(out, "w");
let size = 0;
for (;;) {
  const read = readSync(source, input, size, CHUNK, null);
  size += read;
  if (read === 0 && size > 0) input[size++] = LF;
  const rest = encodeLines(size);
  for (let written = 0; written < at;) written += writeSync(made, output, written, at - written);
  at = 0;
  if (read === 0) break;
  input.copyWithin(0, rest, size);
  size -= rest;
  if (size > LONGEST_ROW) fail("is too long");
}
closeSync(source);
closeSync(made);

/** Encodes the lines that are whole, and says where the others begin. */
function encodeLines(length) {
  let place = 0;
  let begin = 0;
  let cells = 0;
  let start = 0;
  for (; place < length; place++) {
    const byte = input[place];
    if (byte > COMMA) continue;
    if (byte === COMMA) {
      starts[cells] = start;
      ends[cells++] = place;
      start = place + 1;
    } else if (byte === LF) {
      starts[cells] = start;
      ends[cells++] = input[place - 1] === CR ? place - 1 : place;
      if (line++ === 0) readHeader(cells);
      else if (cells === width) encodeRow();
      else fail("has not as many cells as the header");
      begin = start = place + 1;
      cells = 0;
    } else if (byte === QUOTE) fail("has a quote");
  }
  return begin;
}

function readHeader(cells) {
  width = cells;
  const names = Array.from({ length: cells }, (_, k) => input.toString("utf8", starts[k], ends[k]));
  const place = (name) => (names.includes(name) ? names.indexOf(name) : fail(`has no ${name}`));
  [target, datetime, season, holiday] = ["count", "datetime", "season", "holiday"].map(place);
  [workingday, weather, temp] = ["workingday", "weather", "temp"].map(place);
  [atemp, humidity, windspeed] = ["atemp", "humidity", "windspeed"].map(place);
}

/** log1p of the count, the eight numbers, the parts of the date. */
function encodeRow() {
  writeCount(target);
  writeDigit(season, 1, 4);
  writeDigit(holiday, 0, 1);
  writeDigit(workingday, 0, 1);
  writeDigit(weather, 1, 4);
  writeNumber(temp, -40, 60);
  writeNumber(atemp, -50, 70);
  writeNumber(humidity, 0, 100);
  writeNumber(windspeed, 0, 150);
  writeDate(datetime);
  output[at++] = LF;
}

function writeCount(k) {
  const count = numberOf(k);
  if (!(count > -1)) fail("has a count without logarithm");
  if (!(Number.isInteger(count) && count >= 0 && count < COUNTS)) {
    at += output.latin1Write(String(Math.log1p(count)), at);
    return;
  }
  const text = (logarithms[count] ??= Buffer.from(String(Math.log1p(count))));
  for (let i = 0; i < text.length; i++) output[at++] = text[i];
}

function writeDigit(k, lowest, highest) {
  const start = starts[k];
  const value = input[start] - ZERO;
  if (ends[k] - start !== 1 || !(value >= lowest && value <= highest)) fail(`has no such code in cell ${k}`);
  output[at++] = COMMA;
  output[at++] = ZERO + value;
}

/** A number as it is: copied where its text is the shortest there is, as nearly all are, printed anew where it is not. */
function writeNumber(k, lowest, highest) {
  const value = numberOf(k);
  if (!(value >= lowest && value <= highest)) fail(`has a number out of range in cell ${k}`);
  output[at++] = COMMA;
  if (isShortest) for (let i = starts[k]; i < ends[k]; i++) output[at++] = input[i];
  else at += output.latin1Write(String(value), at);
}

/** At most 15 digits and the power of ten to divide them by are exact, so that they are rounded once. */
function numberOf(k) {
  const end = ends[k];
  const isNegative = input[starts[k]] === DASH;
  const first = starts[k] + (isNegative ? 1 : 0);
  let whole = 0;
  let point = end;
  for (let i = first; i < end; i++) {
    const digit = input[i] - ZERO;
    if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
    else if (input[i] === DOT && point === end) point = i;
    else fail(`has no plain number in cell ${k}`);
  }
  const fraction = point === end ? 0 : end - point - 1;
  const digits = end - first - (point === end ? 0 : 1);
  if (digits === 0 || digits > 15) fail(`has no plain number in cell ${k}`);
  const value = whole / POWERS[fraction];
  // No zero before the whole part's first digit nor behind the last one after the point; no -0, and no exponent.
  isShortest =
    (input[first] !== ZERO || point === first + 1 || end === first + 1) &&
    (point === end || (point > first && fraction > 0 && input[end - 1] !== ZERO && value >= 1e-6)) &&
    !(isNegative && value === 0);
  return isNegative ? -value : value;
}

function writeDate(k) {
  const i = starts[k];
  const year = pair(i) * 100 + pair(i + 2);
  const month = pair(i + 5);
  const day = pair(i + 8);
  const hour = pair(i + 11);
  if (
    ends[k] - i !== 19 ||
    input[i + 4] !== DASH ||
    input[i + 7] !== DASH ||
    input[i + 10] !== SPACE ||
    input[i + 13] !== COLON ||
    input[i + 16] !== COLON ||
    !(year >= 1 && month >= 1 && month <= 12 && day >= 1) ||
    !(hour <= 23 && pair(i + 14) <= 59 && pair(i + 17) <= 59)
  )
    fail("has no plain date");
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > DAYS[month - 1] + (month === 2 && isLeapYear ? 1 : 0)) fail("is not in the calendar");
  // T. Sakamoto's day of the week, which counts from Sunday.
  const y = month < 3 ? year - 1 : year;
  const weekday = (y + ((y / 4) | 0) - ((y / 100) | 0) + ((y / 400) | 0) + WEEKDAYS[month - 1] + day + 6) % 7;
  writeWhole(year);
  writeWhole(month);
  writeWhole(day);
  writeWhole(weekday);
  writeWhole(hour);
}

/** Two digits; NaN where they are none. */
function pair(i) {
  const tens = input[i] - ZERO;
  const ones = input[i + 1] - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** A comma, and a number from 0 to 9999. */
function writeWhole(value) {
  output[at++] = COMMA;
  if (value > 999) output[at++] = ZERO + ((value / 1000) | 0);
  if (value > 99) output[at++] = ZERO + (((value / 100) | 0) % 10);
  if (value > 9) output[at++] = ZERO + (((value / 10) | 0) % 10);
  output[at++] = ZERO + (value % 10);
}

function fail(what) {
  throw new Error(`${raw}:${line}: ${what}`);
}
