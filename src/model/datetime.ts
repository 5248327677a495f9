/**
 * Dates as one number: milliseconds from 1970-01-01T00:00 *on the wall clock that the text shows*. No time zone is
 * involved unless the text carries an offset; then the instant is moved to the wall clock of the model's zone.
 */
import { daysFromCivil, daysInMonth, modulo } from "./calendar.ts";

/** A date-time as it was written. */
export interface ParsedDatetime {
  /** Milliseconds since 1970-01-01T00:00 on the clock as written. */
  readonly wallMs: number;
  /** Minutes east of UTC, or undefined for a naive time. */
  readonly offsetMinutes: number | undefined;
}

const FORMAT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What {@link parseDatetime} accepts, in words for a message. */
export const DATETIME_FORM = "a date-time like 2012-12-19 17:00:00 or 2012-12-19T17:00:00";

/**
 * Reads ISO 8601's extended form, or the same with a space: a date, optionally with hours, minutes, seconds, a fraction
 * (kept to the millisecond) and an offset. A date alone is its midnight, as in pandas.
 *
 * @returns the parsed time, or in words what keeps it from being one ("has no 30 February" …).
 */
export function parseDatetime(text: string): ParsedDatetime | string {
  const match = FORMAT.exec(text);
  if (match === null) return `must be ${DATETIME_FORM}`;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4] ?? 0);
  const minute = Number(match[5] ?? 0);
  const second = Number(match[6] ?? 0);
  if (year < 1) return "has the year 0000, which does not exist";
  if (month < 1 || month > 12) return `has the month ${match[2]}, which does not exist`;
  if (day < 1 || day > daysInMonth(year, month)) {
    return `is not in the calendar: ${MONTHS[month - 1]} ${match[1]} has ${daysInMonth(year, month)} days`;
  }
  if (hour > 23) return `has the hour ${match[4]}; hours go from 00 to 23`;
  if (minute > 59) return `has the minute ${match[5]}; minutes go from 00 to 59`;
  if (second > 59) return `has the second ${match[6]}; seconds go from 00 to 59`;
  const fractionMs = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000);
  const wallMs =
    daysFromCivil(year, month, day) * DAY_MS +
    hour * HOUR_MS +
    minute * MINUTE_MS +
    second * 1000 +
    fractionMs;
  const offset = match[8];
  if (offset === undefined) return { wallMs, offsetMinutes: undefined };
  const offsetMinutes = offset === "Z" ? 0 : parseOffset(offset);
  if (Number.isNaN(offsetMinutes)) return `has the offset ${offset}, which does not exist`;
  return { wallMs, offsetMinutes };
}

const ZERO = 0x30;

/** Lengths of `2012-12-19`, `2012-12-19 17:00` and `2012-12-19 17:00:00`. */
const DATE = 10;
const MINUTES = 16;
const SECONDS = 19;

/**
 * Reads what nearly every request holds, a time without fraction and offset, in a fraction of the time.
 *
 * @returns the milliseconds that {@link parseDatetime} gives; NaN for any other text, which may still be a time
 */
export function plainWallMs(text: string): number {
  const { length } = text;
  if (length !== SECONDS && length !== MINUTES && length !== DATE) return Number.NaN;
  const year = pair(text, 0) * 100 + pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  // What is no digit makes a pair NaN, which is in no range.
  const isDate = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || text[4] !== "-" || text[7] !== "-") return Number.NaN;
  const midnight = daysFromCivil(year, month, day) * DAY_MS;
  if (length === DATE) return midnight;
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = length === MINUTES ? 0 : pair(text, 17);
  const isTime = hour <= 23 && minute <= 59 && second <= 59 && (text[10] === " " || text[10] === "T");
  if (!isTime || text[13] !== ":" || (length === SECONDS && text[16] !== ":")) return Number.NaN;
  return midnight + hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
}

/** Two digits; NaN where they are none. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function parseOffset(offset: string): number {
  const minutes = Number(offset.slice(-2));
  const hours = Number(offset.slice(1, 3));
  if (minutes > 59 || hours > 23) return Number.NaN;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/**
 * Compiles the move from an instant to the wall clock of a time zone.
 *
 * @param timeZone an IANA name, such as `Europe/Berlin`
 * @returns UTC milliseconds → wall-clock milliseconds; undefined where there is no such zone
 */
export function zoneClock(timeZone: string): ((utcMs: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      // Intl's other calendars turn Julian before 1582; this one stays as Date and pandas count.
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return undefined;
  }
  return (utcMs) => {
    const fields = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, value]));
    const field = (type: Intl.DateTimeFormatPartTypes) => Number(fields.get(type));
    // The year before 1 AD is 1 BC: the year 0 of ISO 8601.
    const year = fields.get("era") === "BC" ? 1 - field("year") : field("year");
    return (
      daysFromCivil(year, field("month"), field("day")) * DAY_MS +
      field("hour") * HOUR_MS +
      field("minute") * MINUTE_MS +
      field("second") * 1000 +
      modulo(utcMs, 1000)
    );
  };
}
