/**
 * The proleptic Gregorian calendar in plain arithmetic, with no Date made: a row of training data has many parts of dates.
 * Days count from 1970-01-01. Formulas: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */

/** Days from 1970-01-01 to a date; months and days count from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Counting years from March puts the leap day last, so that months need no table.
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Year, month and day in one whole number, so that taking a date apart allocates nothing. */
export type Civil = number;

let lastDays = 0;
let lastCivil: Civil = pack(1970, 1, 1);

/** The date of a day: the inverse of {@link daysFromCivil}. The last one is kept: a row asks for several parts of it. */
export function civilFromDays(days: number): Civil {
  if (days === lastDays) return lastCivil;
  lastDays = days;
  lastCivil = civilOf(days);
  return lastCivil;
}

function civilOf(days: number): Civil {
  // Eras of 400 years are all alike; they begin on 1 March.
  const fromEra0 = days + 719_468;
  const era = Math.floor(fromEra0 / 146_097);
  const day = fromEra0 - era * 146_097;
  const year = ((day - ((day / 1460) | 0) + ((day / 36_524) | 0) - ((day / 146_096) | 0)) / 365) | 0;
  const dayOfYear = day - (365 * year + (year >> 2) - ((year / 100) | 0));
  const month = ((5 * dayOfYear + 2) / 153) | 0;
  const dayOfMonth = dayOfYear - (((153 * month + 2) / 5) | 0) + 1;
  // March is 0, so January and February are 10 and 11 and belong to the calendar's next year.
  return month < 10
    ? pack(era * 400 + year, month + 3, dayOfMonth)
    : pack(era * 400 + year + 1, month - 9, dayOfMonth);
}

function pack(year: number, month: number, day: number): Civil {
  return (year << 9) | (month << 5) | day;
}

export function yearOf(civil: Civil): number {
  return civil >> 9;
}

/** From 1 to 12. */
export function monthOf(civil: Civil): number {
  return (civil >> 5) & 15;
}

/** From 1 to 31. */
export function dayOf(civil: Civil): number {
  return civil & 31;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day of the week, Monday being 0. */
export function weekdayOf(days: number): number {
  // 1970-01-01 was a Thursday, which is 3.
  return modulo(days + 3, 7);
}

/** The Thursday of a day's ISO 8601 week: the year it lies in is the week's. */
export function thursdayOf(days: number): number {
  return days - weekdayOf(days) + 3;
}

/**
 * The remainder of a division that rounds down, of whole numbers whose quotient is far below 2^53: never negative for a
 * positive `b`. The operator % of doubles takes several times as long.
 */
export function modulo(a: number, b: number): number {
  return a - Math.floor(a / b) * b;
}
