import {
  type Civil,
  civilFromDays,
  dayOf,
  daysFromCivil,
  daysInMonth,
  isLeapYear,
  modulo,
  monthOf,
  thursdayOf,
  weekdayOf,
  yearOf,
} from "./calendar.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * The parts that a feature may take from a wall-clock time (ms from 1970-01-01T00:00; of NaN, a missing one, comes NaN),
 * named and counted as pandas' `Series.dt`: Monday is 0. What pandas answers with true or false is 1 or 0. Of its own are
 * `week` and `isoyear` (pandas: `dt.isocalendar()`), `is_weekend` and `unix_seconds`.
 */
export const DATETIME_PARTS = {
  year: (wallMs: number) => ofDate(wallMs, yearOf),
  month: (wallMs: number) => ofDate(wallMs, monthOf),
  day: (wallMs: number) => ofDate(wallMs, dayOf),
  // Plain arithmetic makes NaN of NaN by itself.
  hour: (wallMs: number) => Math.floor(modulo(wallMs, DAY_MS) / HOUR_MS),
  minute: (wallMs: number) => Math.floor(modulo(wallMs, HOUR_MS) / MINUTE_MS),
  second: (wallMs: number) => Math.floor(modulo(wallMs, MINUTE_MS) / SECOND_MS),
  dayofweek: (wallMs: number) => weekdayOf(dayNumber(wallMs)),
  dayofyear: (wallMs: number) => ofDays(wallMs, dayOfYear),
  week: (wallMs: number) => ofDays(wallMs, isoWeek),
  isoyear: (wallMs: number) => ofDays(wallMs, isoYear),
  quarter: (wallMs: number) => ofDate(wallMs, quarterOf),
  days_in_month: (wallMs: number) => ofDate(wallMs, daysInMonthOf),
  is_month_start: (wallMs: number) => ofDate(wallMs, startsMonth),
  is_month_end: (wallMs: number) => ofDate(wallMs, endsMonth),
  is_quarter_start: (wallMs: number) => ofDate(wallMs, startsQuarter),
  is_quarter_end: (wallMs: number) => ofDate(wallMs, endsQuarter),
  is_year_start: (wallMs: number) => ofDate(wallMs, startsYear),
  is_year_end: (wallMs: number) => ofDate(wallMs, endsYear),
  is_leap_year: (wallMs: number) => ofDate(wallMs, isInLeapYear),
  is_weekend: (wallMs: number) => ofDays(wallMs, isWeekend),
  unix_seconds: (wallMs: number) => Math.floor(wallMs / SECOND_MS),
} as const satisfies Record<string, (wallMs: number) => number>;

export type DatetimePart = keyof typeof DATETIME_PARTS;

/** The parts that go round, and after how many units: as many as there are different values. */
export const PERIODS = {
  month: 12,
  day: 31,
  hour: 24,
  minute: 60,
  second: 60,
  dayofweek: 7,
  dayofyear: 366,
  week: 53,
  quarter: 4,
} as const satisfies Partial<Record<DatetimePart, number>>;

/** Integer arithmetic and comparisons would make a number of what is missing. */
function ofDays(wallMs: number, part: (days: number) => number): number {
  return Number.isNaN(wallMs) ? wallMs : part(dayNumber(wallMs));
}

function ofDate(wallMs: number, part: (date: Civil) => number): number {
  return Number.isNaN(wallMs) ? wallMs : part(civilFromDays(dayNumber(wallMs)));
}

function dayNumber(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

function firstDay(year: number): number {
  return daysFromCivil(year, 1, 1);
}

function dayOfYear(days: number): number {
  return days - firstDay(yearOf(civilFromDays(days))) + 1;
}

function isoWeek(days: number): number {
  const thursday = thursdayOf(days);
  return Math.floor((thursday - firstDay(yearOf(civilFromDays(thursday)))) / 7) + 1;
}

function isoYear(days: number): number {
  return yearOf(civilFromDays(thursdayOf(days)));
}

function isWeekend(days: number): number {
  return Number(weekdayOf(days) >= 5);
}

function quarterOf(date: Civil): number {
  return Math.floor((monthOf(date) + 2) / 3);
}

function daysInMonthOf(date: Civil): number {
  return daysInMonth(yearOf(date), monthOf(date));
}

function startsMonth(date: Civil): number {
  return Number(dayOf(date) === 1);
}

function endsMonth(date: Civil): number {
  return Number(dayOf(date) === daysInMonthOf(date));
}

function startsQuarter(date: Civil): number {
  return Number(dayOf(date) === 1 && monthOf(date) % 3 === 1);
}

function endsQuarter(date: Civil): number {
  return monthOf(date) % 3 === 0 ? endsMonth(date) : 0;
}

function startsYear(date: Civil): number {
  return Number(dayOf(date) === 1 && monthOf(date) === 1);
}

function endsYear(date: Civil): number {
  return Number(dayOf(date) === 31 && monthOf(date) === 12);
}

function isInLeapYear(date: Civil): number {
  return Number(isLeapYear(yearOf(date)));
}
