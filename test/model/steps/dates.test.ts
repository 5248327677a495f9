import { describe, expect, test } from "vitest";
import { stepOf } from "../../../src/model/steps.ts";
import { checkModelFile } from "../../../src/model/model-file.ts";
import { fittedColumn, oneColumn } from "./fit-in-memory.ts";
import { DATES, numberOf, ulps } from "./plain-oracle.ts";

const dates = (...steps: unknown[]) => fittedColumn(steps, [], { type: "datetime" });

type Point = [number, number];

const distance = ([a, b]: Point, [c, d]: Point) => Math.hypot(a - c, b - d);

function issuesOf(step: unknown, type: "datetime" | "number"): string[] {
  const result = checkModelFile(oneColumn([step], type));
  return "file" in result ? [] : result.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("datetime_part", () => {
  test.each(Object.keys(DATES.parts))(
    "gives the %s that pandas gives, and nothing of a missing date",
    (part) => {
      const { transform, columns } = dates({ datetime_part: part });
      expect(columns).toEqual(["x"]);
      expect(DATES.ms.map((ms) => transform(ms)[0])).toEqual(DATES.parts[part]);
      expect(transform(Number.NaN)[0]).toBeNaN();
    },
  );
});

describe("cyclical", () => {
  test("gives the sine and the cosine that NumPy gives, within 4 units in the last place", () => {
    for (const { step, sin, cos } of DATES.cycles) {
      const { transform, columns } = dates(step);
      expect(columns).toEqual(["x_sin", "x_cos"]);
      for (const [i, ms] of DATES.ms.slice(-sin.length).entries()) {
        const [gotSin, gotCos] = transform(ms) as [number, number];
        if (ulps(gotSin, numberOf(sin[i]!)) > 4 || ulps(gotCos, numberOf(cos[i]!)) > 4) {
          expect({ step, ms, got: [gotSin, gotCos] }).toEqual({ step, ms, got: [sin[i], cos[i]] });
        }
      }
    }
    expect(DATES.cycles).toHaveLength(10);
  });

  test("lays 23 h as near to 0 h as 1 h is", () => {
    const { transform } = dates({ cyclical: "hour" });
    const at = (hour: number) => transform(Date.UTC(2024, 0, 1, hour)) as Point;
    expect(distance(at(23), at(0))).toBeCloseTo(distance(at(1), at(0)), 12);
    expect(at(6)).toEqual([1, expect.closeTo(0, 12)]);
  });

  test("of a number goes round after its period", () => {
    const { transform } = fittedColumn([{ cyclical: { period: 360 } }], []);
    expect(transform(90)).toEqual([1, expect.closeTo(0, 12)]);
    expect(transform(270)).toEqual([-1, expect.closeTo(0, 12)]);
  });

  test("gives two missing values of a missing one", () => {
    expect(dates({ cyclical: "hour" }).transform(Number.NaN)).toEqual([Number.NaN, Number.NaN]);
    const { transform } = fittedColumn([{ cyclical: { period: 7 } }], []);
    expect(transform(Number.NaN)).toEqual([Number.NaN, Number.NaN]);
  });

  test("needs a part of a date-time, or the period of a number", () => {
    expect(issuesOf({ cyclical: { period: 24 } }, "datetime")).toEqual([
      "features.0.steps.0: cyclical takes a period alone of a number, but gets a datetime here: name the part",
    ]);
    expect(issuesOf({ cyclical: "hour" }, "number")).toEqual([
      "features.0.steps.0: cyclical takes a part of a datetime, but gets a number here: give the period alone",
    ]);
    expect(issuesOf({ cyclical: { part: "dayofyear", period: 365.25 } }, "datetime")).toEqual([]);
    for (const [wrong, shown] of [
      ["year", '"year"'],
      [{}, "an object"],
      [{ period: 0 }, "an object"],
      [{ part: "is_weekend" }, "an object"],
    ]) {
      expect(issuesOf({ cyclical: wrong }, "datetime")).toEqual([
        `features.0.steps.0.cyclical: is ${shown}, which does not fit: a part (month, day, hour, minute, second, dayofweek, dayofyear, week, quarter), or { part, period }`,
      ]);
    }
  });
});

test.each([
  ["datetime_part", "year", "date"],
  ["datetime_part", "is_quarter_end", "date"],
  ["datetime_part", "week", "date"],
  ["datetime_part", "hour", "time"],
  ["datetime_part", "minute", "time"],
  ["datetime_part", "second", "time"],
  ["datetime_part", "unix_seconds", undefined],
  ["cyclical", "month", "date"],
  ["cyclical", { part: "hour", period: 12 }, "time"],
  ["cyclical", { period: 7 }, undefined],
] as const)("%s of %j sees of a date-time: %s", (name, parameters, sees) => {
  expect(stepOf(name).sees?.(parameters as never)).toBe(sees);
});
