import { type TSchema, Type } from "@sinclair/typebox";
import { DATETIME_PARTS, type DatetimePart, PERIODS } from "../datetime-parts.ts";
import type { Step, ValueKind } from "../step.ts";

type Cycle = keyof typeof PERIODS;

/** What goes round: a part of a date-time, or a number where only a period is given. */
type Cyclical = Cycle | { readonly part?: Cycle; readonly period?: number };

function oneOf(names: readonly string[], description: string): TSchema {
  return Type.Union(
    names.map((name) => Type.Literal(name)),
    { description },
  );
}

const cycles = Object.entries(PERIODS).map(([part, period]) => `${part} ${period}`);
const cycle = oneOf(Object.keys(PERIODS), `The part that goes round (period: ${cycles.join(", ")}).`);

/** Steps that take a date-time apart. A missing one (NaN) stays missing. */
export const DATE_STEPS = {
  datetime_part: {
    summary:
      "One part of a date-time, named and counted as pandas' `.dt` does: Monday is 0, true is 1 and false 0.",
    counterpart: "pandas Series.dt",
    parameters: oneOf(Object.keys(DATETIME_PARTS), "Which part."),
    takes: ["datetime"],
    gives: "number",
    sees: seenBy,
    compile: (name) => ({ kind: "map", map: DATETIME_PARTS[name] }),
  } satisfies Step<DatetimePart>,
  cyclical: {
    summary:
      "The sine and the cosine of a part of a date-time, so that its last value lies beside its first: 23 h beside 0 h.",
    counterpart: "NumPy sin(x / period * 2 * pi), and cos",
    parameters: Type.Union(
      [
        cycle,
        Type.Object(
          {
            part: Type.Optional(cycle),
            period: Type.Optional(
              Type.Number({
                exclusiveMinimum: 0,
                description:
                  "How many units make a round; without it as many as the part has different values. Alone: of a number.",
              }),
            ),
          },
          { additionalProperties: false, minProperties: 1 },
        ),
      ],
      { description: `a part (${Object.keys(PERIODS).join(", ")}), or { part, period }` },
    ),
    takes: ["datetime", "number"],
    gives: "number",
    mismatch: (cyclical, kinds) => {
      const needs: ValueKind = settings(cyclical).part === undefined ? "number" : "datetime";
      const wrong = kinds.find((kind) => kind !== needs);
      if (wrong === undefined) return undefined;
      return needs === "number"
        ? "takes a period alone of a number, but gets a datetime here: name the part"
        : "takes a part of a datetime, but gets a number here: give the period alone";
    },
    sees: (cyclical) => seenBy(settings(cyclical).part),
    names: (columns) => columns.flatMap((column) => [`${column}_sin`, `${column}_cos`]),
    compile: (cyclical) => {
      const { part, period = PERIODS[part!] } = settings(cyclical);
      const take = part === undefined ? (value: number) => value : DATETIME_PARTS[part];
      return {
        kind: "expand",
        expand: (value: number, out, at) => {
          const angle = (take(value) / period) * 2 * Math.PI;
          out[at] = Math.sin(angle);
          out[at + 1] = Math.cos(angle);
          return at + 2;
        },
      };
    },
  } satisfies Step<Cyclical>,
} as const;

/** What a part of a date-time depends on; the seconds since 1970 on both sides. */
function seenBy(part: DatetimePart | undefined): "date" | "time" | undefined {
  if (part === undefined || part === "unix_seconds") return undefined;
  return part === "hour" || part === "minute" || part === "second" ? "time" : "date";
}

function settings(cyclical: Cyclical): Exclude<Cyclical, string> {
  return typeof cyclical === "string" ? { part: cyclical } : cyclical;
}
