import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/errors.ts";
import { needs } from "../needs.ts";

const built = needs("the build (npm run build)", existsSync("dist/main.js"));

/** The bench is plain JavaScript, which TypeScript does not look into. */
const load = (path: string) => import(new URL(`../../bench/${path}`, import.meta.url).href);
const { fire } = await load("fire/run.js");
const { judge } = await load("fire/judge.js");
const { planOf } = await load("fire/plans.js");
const { report } = await load("fire/report.js");

/** Bounded in time as well: what matters is what is right, not how quick this machine is. */
const SHORT = {
  rows: 20_000,
  seconds: 8,
  seed: 20_111_219,
  callers: 24,
  mostRows: 1000,
  distinctRows: 5000,
  marginMs: 8000,
  mostBytes: 1024 * 2 ** 20,
  say: () => {},
};

describe.each([
  { title: "without a cache", firstTick: 0, settings: [] },
  {
    title: "with a cache that holds a part of the rows, and few calls at a time",
    firstTick: 32,
    settings: ["CACHE_MAX_BYTES=300000", "CACHE_TTL_MS=1000"],
  },
])("Under fire, $title,", ({ firstTick, settings }) => {
  built(
    "every answer is true, every failure is told as what it is, and nothing is left over",
    async () => {
      const tally = await fire({ ...SHORT, firstTick, settings });
      expect(tally.violations).toEqual([]);
      expect(tally.wrong).toBe(0);
      // It must have been worth it: rows were answered, and much went wrong.
      expect(tally.right).toBeGreaterThan(0);
      expect(Object.keys(tally.outcomes).length).toBeGreaterThan(2);
      expect(Object.keys(tally.tally.faults).length).toBeGreaterThan(1);
      const page: string = report(tally);
      expect(page).toContain("| **wrong answers, answers to the wrong caller** | **0** |");
      expect(page).not.toMatch(/undefined|NaN ms|NaN %|Infinity/);
    },
    60_000,
  );
});

/** A request of four rows: the second is poisoned. */
const rows = [10, 20, 30, 40].map((prediction, i) => ({ text: "", prediction, poison: i === 1 ? 0 : -1 }));
const asked = { id: "a", rows, invalid: -1, isLenient: true, target: "none", isWhole: false };
const headers = {
  "x-request-id": "a",
  "content-type": "application/json",
  "preference-applied": "handling=lenient",
};
const refused = (row: number) => ({
  pointer: `/instances/${row}`,
  code: "endpoint-refused-rows",
  detail: "The model's container answered 400 to the rows.",
});
const known = { isCalm: true, catalogue };
const judged = (predictions: unknown, errors: unknown = [refused(1)], changes = {}, by = known) =>
  judge(
    { ...asked, ...changes },
    { status: 200, headers, text: JSON.stringify({ predictions, errors }) },
    by,
  );
const problem = (body: object, more = {}) => ({
  status: catalogue["endpoint-refused-rows"].status,
  headers: { ...headers, "content-type": "application/problem+json; charset=utf-8", ...more },
  text: JSON.stringify({
    status: catalogue["endpoint-refused-rows"].status,
    code: "endpoint-refused-rows",
    detail: "The model's container answered 400 to the rows.",
    requestId: "a",
    ...body,
  }),
});
const strict = { ...asked, isLenient: false };

describe("The judge", () => {
  test("lets an answer pass that is true", () => {
    expect(judged([10, null, 30, 40])).toMatchObject({ violations: [], right: 3, wrong: 0 });
    expect(judge(strict, problem({ errors: [refused(1)] }), known).violations).toEqual([]);
  });

  test.each([
    ["a number that is another row's", judged([10, null, 40, 30]), "WRONG ANSWER: row 2 is 30, got 40"],
    ["a number that differs in the last digit", judged([10, null, 30, 40.00000000000001]), "WRONG ANSWER"],
    ["a number for a poisoned row", judged([10, 20, 30, 40], []), "WRONG ANSWER: row 1 is poisoned, got 20"],
    [
      "a number where there is no such target",
      judged([10, null, 30, 40], [refused(1)], { target: "wrong" }),
      "WRONG ANSWER",
    ],
    ["a row too few", judged([10, null, 30]), "has 3 predictions"],
    ["a row without a reason", judged([10, null, 30, 40], []), "does not say why row 1"],
    [
      "a reason for a row with a prediction",
      judged([10, null, 30, 40], [refused(1), refused(2)]),
      "names /instances/2",
    ],
    ["the blame for a neighbour", judged([10, null, null, 40], [refused(1), refused(2)]), "BLAMES row 2"],
    ["an unknown code", judged([10, null, 30, 40], [{ ...refused(1), code: "oops" }]), "row 1: oops"],
    ["another caller's id", judged([10, null, 30, 40], [refused(1)], { id: "b" }), "has the id of a"],
    [
      "what the container said",
      judge(strict, problem({ detail: "hunter2" }), known),
      "tells what it may not",
    ],
    [
      "a strict blame for a neighbour",
      judge(strict, problem({ errors: [refused(1), refused(2)] }), known),
      "BLAMES /instances/2",
    ],
    ["an error of ours", judge(strict, problem({ code: "internal-error" }), known), "is internal-error"],
    ["a status that is not the code's", judge(strict, { ...problem({}), status: 500 }, known), "is 500 of"],
    [
      "no word of when",
      judge(strict, problem({ code: "overloaded", status: 503 }), known),
      "without Retry-After",
    ],
    ["no JSON", judge(strict, { status: 200, headers, text: "<html>" }, known), "is no JSON"],
  ])("does not let pass %s", (_what, verdict, told) => {
    expect(verdict.violations.join("\n")).toContain(told);
  });

  test("lets a neighbour be blamed only while mishaps do that, and counts it", () => {
    const errors = [refused(1), refused(2)];
    const rough = { ...known, isCalm: false };
    expect(judged([10, null, null, 40], errors, {}, rough)).toMatchObject({ violations: [], innocent: 1 });
  });
});

test("every plan can be put in force, has the same poisons first, and is calm in two seconds of eight", async () => {
  const { readPlan } = await import("../../src/stub/fault-reader.ts");
  const plans = Array.from({ length: 400 }, (_, tick) => planOf(tick, 7));
  const kinds = new Set<string>();
  for (const { plan } of plans) {
    for (const { fault } of readPlan(plan).faults) kinds.add(fault);
    expect(plan.faults.slice(0, 3)).toEqual(plans[0].plan.faults.slice(0, 3));
  }
  expect(plans.filter(({ isCalm }) => isCalm)).toHaveLength(100);
  const { FIELDS } = await import("../../src/stub/fault-fields.ts");
  // Skewless asks for no streams.
  const { "stream-error": _, ...others } = FIELDS;
  expect([...kinds].toSorted()).toEqual(Object.keys(others).toSorted());
});
