import { show } from "./check.ts";
import { DATETIME_FORM, parseDatetime, plainWallMs, zoneClock } from "./datetime.ts";
import { FLOAT32_MAX } from "./float32.ts";
import type { InputSpec, NumericInputSpec } from "./schema.ts";
import type { Value, ValueKind } from "./step.ts";
import { didYouMean, listNames } from "./suggest.ts";

/** An input, compiled: reads one value of a request, or says what is wrong with it. */
export interface Input {
  readonly spec: InputSpec;
  readonly kind: ValueKind;
  /**
   * A JSON value → what the features are made of, or undefined where it does not fit. Never coerces: `null` is not 0 and
   * `"4"` is not 4.
   */
  readonly read: (value: unknown) => Value | undefined;
  /** Why {@link read} gave undefined, as a predicate: "must be …". */
  readonly explain: (value: unknown) => string;
  /** A cell of a CSV file → the JSON value that a client would send for it. */
  readonly fromCell: (cell: string) => unknown;
}

/** Whether a value is one that is missing, of whichever kind. */
export function isMissing(value: Value): boolean {
  return value === null || Number.isNaN(value);
}

/** Input type → the kind of its values. */
export const KINDS = {
  boolean: "number",
  datetime: "datetime",
  integer: "number",
  number: "number",
  string: "category",
} as const satisfies Record<InputSpec["type"], ValueKind>;

/** Compiles an input; undefined where its time zone does not exist. */
export function compileInput(spec: InputSpec): Input | undefined {
  const reader = readerOf(spec);
  return (
    reader &&
    Object.freeze({ spec, kind: KINDS[spec.type], ...(spec.missing ? orMissing(spec, reader) : reader) })
  );
}

type Reader = Omit<Input, "spec" | "kind">;

function readerOf(spec: InputSpec): Reader | undefined {
  switch (spec.type) {
    case "datetime":
      return compileDatetime(spec);
    case "string":
      return compileString(spec);
    case "boolean":
      return compileBoolean();
    default:
      return compileNumeric(spec);
  }
}

function orMissing({ type }: InputSpec, { read, explain, fromCell }: Reader): Reader {
  const missing = KINDS[type] === "category" ? null : Number.NaN;
  return {
    read: (value) => (value === null ? missing : read(value)),
    explain,
    fromCell: (cell) => (cell === "" ? null : fromCell(cell)),
  };
}

function mustNotBeMissing(kind: string): string {
  return `must be ${kind}, not null: this input may not be missing`;
}

/** An empty text is none: a CSV file cannot tell it from a missing value, so that no training set holds one. */
function compileString({ categories, missing }: Extract<InputSpec, { type: "string" }>): Reader {
  const allowed = categories === undefined ? undefined : new Set<unknown>(categories);
  return {
    read: (value) =>
      typeof value === "string" && value !== "" && (allowed === undefined || allowed.has(value))
        ? value
        : undefined,
    explain: (value) => {
      if (value === null) return mustNotBeMissing("a text");
      if (typeof value !== "string") return `must be a text, not ${show(value)}`;
      if (value === "") return `is empty${missing ? ": send null where the value is missing" : ""}`;
      return `must be one of ${listNames(categories!)}, not ${show(value)}${didYouMean(value, categories!)}`;
    },
    // CSV cannot tell an empty text from a missing one; pandas takes it for missing too.
    fromCell: (cell) => (cell === "" ? null : cell),
  };
}

// A column of booleans with missing ones is written by pandas as 1.0 and 0.0.
const TRUE = /^(?:true|1|1\.0|yes|t|y)$/i;
const FALSE = /^(?:false|0|0\.0|no|f|n)$/i;

function compileBoolean(): Reader {
  return {
    read: (value) => (typeof value === "boolean" ? Number(value) : undefined),
    explain: (value) =>
      value === null ? mustNotBeMissing("true or false") : `must be true or false, not ${show(value)}`,
    fromCell: (cell) => (TRUE.test(cell) ? true : FALSE.test(cell) ? false : cell),
  };
}

function compileDatetime(spec: Extract<InputSpec, { type: "datetime" }>): Reader | undefined {
  const clock = spec.time_zone === undefined ? undefined : zoneClock(spec.time_zone);
  if (spec.time_zone !== undefined && clock === undefined) return undefined;
  const wall = (value: unknown): number | string => {
    if (value === null) return mustNotBeMissing("a date-time");
    if (typeof value !== "string") return `must be ${DATETIME_FORM}, as a string, not ${show(value)}`;
    const parsed = parseDatetime(value);
    if (typeof parsed === "string") return `${show(value)} ${parsed}`;
    if (parsed.offsetMinutes === undefined) return parsed.wallMs;
    if (clock === undefined) {
      return `${show(value)} has a UTC offset, but the model knows no time zone: send the local time without it`;
    }
    return clock(parsed.wallMs - parsed.offsetMinutes * 60_000);
  };
  return {
    read: (value) => {
      const plain = typeof value === "string" ? plainWallMs(value) : Number.NaN;
      if (!Number.isNaN(plain)) return plain;
      const result = wall(value);
      return typeof result === "number" ? result : undefined;
    },
    explain: (value) => String(wall(value)),
    fromCell: (cell) => cell,
  };
}

function compileNumeric(spec: NumericInputSpec): Reader {
  return {
    read: numericReader(spec),
    explain: (value) => explainNumeric(spec, value),
    fromCell: (cell) => (DECIMAL.test(cell) ? Number(cell) : cell),
  };
}

/** Of each of the three forms a function of its own, as what it must not ask it need not skip for every value. */
function numericReader(spec: NumericInputSpec): Input["read"] {
  const { minimum, maximum } = boundsOf(spec);
  // The bounds are finite, so they keep NaN and Infinity out as well.
  const within = (value: unknown) =>
    typeof value === "number" && value >= minimum && value <= maximum ? value : undefined;
  const whole = (value: unknown) =>
    typeof value === "number" && value >= minimum && value <= maximum && Number.isInteger(value)
      ? value
      : undefined;
  const read = spec.type === "integer" ? whole : within;
  if (spec.categories === undefined) return read;
  const allowed = new Set<unknown>(spec.categories.filter((category) => read(category) !== undefined));
  return (value) => (allowed.has(value) ? (value as number) : undefined);
}

/**
 * The smallest and the largest value of a numeric input, both allowed and both finite. A whole number is one that a
 * double holds exactly: beyond 2^53 − 1, what arrives may not be what the client wrote.
 */
export function boundsOf(spec: NumericInputSpec): { readonly minimum: number; readonly maximum: number } {
  const { minimum = -FLOAT32_MAX, maximum = FLOAT32_MAX } = spec;
  if (spec.type === "number") return { minimum, maximum };
  return {
    minimum: Math.ceil(Math.max(minimum, Number.MIN_SAFE_INTEGER)),
    maximum: Math.floor(Math.min(maximum, Number.MAX_SAFE_INTEGER)),
  };
}

/** A number as CSV files write it. Each text has one way to match, so a long one costs no more than its length. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A number as JSON writes it. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function explainNumeric(spec: NumericInputSpec, value: unknown): string {
  const { type, categories, unit } = spec;
  const { minimum, maximum } = boundsOf(spec);
  const kind = type === "integer" ? "a whole number" : "a number";
  const inUnit = unit === undefined ? "" : ` ${unit}`;
  if (value === null) return mustNotBeMissing(kind);
  if (typeof value === "string" && value.length <= 30 && JSON_NUMBER.test(value) && Number.isFinite(+value))
    return `must be ${kind}, not a string: send ${value} without quotes`;
  if (typeof value !== "number") return `must be ${kind}, not ${show(value)}`;
  if (!Number.isFinite(value)) return "must be a finite number";
  if (categories !== undefined) return `must be one of ${categories.join(", ")}, not ${value}`;
  if (type === "integer" && !Number.isInteger(value)) return `must be a whole number, not ${value}`;
  if (value < minimum) return `must be at least ${minimum}${inUnit}, not ${value}`;
  return `must be at most ${maximum}${inUnit}, not ${value}`;
}

/** A value of the input that works when pasted: its `example`, else one that its constraints allow. */
export function exampleOf(spec: InputSpec): string | number | boolean {
  if (spec.example !== undefined) return spec.example;
  if (spec.type === "datetime") return "2012-12-19 17:00:00";
  if (spec.type === "boolean") return true;
  if (spec.categories !== undefined) return spec.categories[0]!;
  if (spec.type === "string") return "text";
  const { minimum, maximum } = boundsOf(spec);
  return Math.min(Math.max(0, minimum), maximum);
}
