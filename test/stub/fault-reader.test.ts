import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIELDS } from "../../src/stub/fault-fields.ts";
import { FaultPlanError, readCallFaults, readPlan } from "../../src/stub/fault-reader.ts";

/** What is wrong with a plan: a line a mistake. */
function mistakesOf(plan: unknown, read: (value: unknown) => unknown = readPlan): string {
  try {
    read(plan);
  } catch (error) {
    if (error instanceof FaultPlanError) return error.message;
    throw error;
  }
  return "";
}

describe("a plan", () => {
  test("is an object of seed and faults, or the list of faults alone", () => {
    const faults = [{ fault: "throttle" }];
    expect(readPlan({ seed: 4_294_967_295, faults })).toEqual({ seed: 4_294_967_295, faults });
    expect(readPlan({ faults })).toEqual({ seed: 1, faults });
    expect(readPlan(faults)).toEqual({ seed: 1, faults });
    expect(readPlan({})).toEqual({ seed: 1, faults: [] });
  });

  test("with several mistakes is told of all of them, each by its pointer", () => {
    const plan = {
      seed: -1,
      fault: [],
      faults: [
        { fault: "throttle", probability: 2 },
        { fault: "trottle" },
        7,
        { fault: "latency", distribution: "uniform", ms: 5, "a/b~": 1 },
      ],
    };
    expect(mistakesOf(plan).split("\n")).toEqual([
      "/fault is not known here; known are seed, faults",
      "/seed must be a whole number from 0 to 4294967295, not -1",
      "/faults/0/probability must be a number from 0 to 1, not 2",
      expect.stringMatching(/^\/faults\/1\/fault must be one of latency, ceiling, .*; not "trottle"$/),
      '/faults/2 must be an object with a "fault", not 7',
      expect.stringMatching(
        /^\/faults\/3\/ms is not known here; known are distribution, perRowMs, minMs, maxMs, /,
      ),
      expect.stringMatching(/^\/faults\/3\/a~1b~0 is not known here/),
      "/faults/3 needs minMs: a number from 0 to 3600000",
      "/faults/3 needs maxMs: a number from 0 to 3600000",
    ]);
  });

  test.each([
    [null, "/faults must be a list of faults, not null"],
    ["x".repeat(100), `/faults must be a list of faults, not "${"x".repeat(59)}…`],
    [{ faults: {} }, "/faults must be a list of faults, not {}"],
    [Array.from({ length: 1001 }, () => ({})), " must have at most 1000 faults, not 1001"],
    [[{}], "/0/fault must be one of"],
    [[{ fault: "constructor" }], "/0/fault must be one of"],
    [[{ fault: "throttle", toString: 1 }], "/0/toString is not known here"],
  ])("%j is none", (plan, message) => {
    expect(mistakesOf(plan)).toContain(message.trim());
  });
});

describe("a fault", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ fault: "throttle", calls: 0 }, "/0/calls must be a whole number from 1 to"],
    [{ fault: "throttle", skip: 0.5 }, "/0/skip must be a whole number from 0 to"],
    [{ fault: "throttle", endpoint: 1 }, "/0/endpoint must be a text, not 1"],
    [{ fault: "throttle", fromSeconds: 2, toSeconds: 2 }, "/0 must have fromSeconds below toSeconds"],
    [{ fault: "latency" }, "/0 needs ms: a number from 0 to 3600000"],
    [{ fault: "latency", distribution: "pareto" }, '/0/distribution must be one of "fixed", "uniform"'],
    [
      { fault: "latency", distribution: { toString: 0 } },
      '/0/distribution must be one of "fixed", "uniform"',
    ],
    [{ fault: "latency", distribution: "uniform", minMs: 2, maxMs: 1 }, "/0 must have minMs at most maxMs"],
    [
      { fault: "latency", distribution: "lognormal", medianMs: 1, sigma: 11 },
      "/0/sigma must be a number from 0 to 10",
    ],
    [{ fault: "latency", distribution: "histogram", buckets: [] }, "/0/buckets must be a list of"],
    [{ fault: "latency", distribution: "histogram", buckets: [{ toMs: 1, count: 0 }] }, "/0/buckets must be"],
    [{ fault: "latency", distribution: "histogram", buckets: [null, 7] }, "/0/buckets must be"],
    [
      { fault: "latency", distribution: "histogram", buckets: [{ toMs: 1, count: 1, x: 1 }] },
      "/0/buckets must be",
    ],
    [
      {
        fault: "latency",
        distribution: "histogram",
        buckets: [
          { toMs: 2, count: 1 },
          { toMs: 1, count: 1 },
        ],
      },
      "toMs ascending",
    ],
    [{ fault: "ceiling", limit: 0 }, "/0/limit must be a whole number from 1 to 1000000"],
    [
      { fault: "ceiling", limit: 1, probability: 0.5 },
      "/0/probability is not known here; known are limit, endpoint",
    ],
    [
      { fault: "workers", limit: 1, excess: "queue" },
      '/0/excess must be one of "model-error", "service-unavailable"',
    ],
    [{ fault: "dialect", dialect: "german" }, '/0/dialect must be one of "lines", "comma-line"'],
    [
      { fault: "model-error", status: 399 },
      "/0/status must be 0, or a whole number from 400 to 599, not 399",
    ],
    [{ fault: "model-error", reason: "timeout" }, "/0 has a reason with status 0 only"],
    [
      { fault: "model-error", status: 0, message: "x" },
      "/0 has no message and is not unreadable with status 0",
    ],
    [{ fault: "error", status: 200, type: "A" }, "/0/status must be a whole number from 400 to 599, not 200"],
    [{ fault: "error", status: 400, type: "A\r\nB: c" }, "/0/type must be a name of letters"],
    [{ fault: "error", status: 400, type: "A", message: 7 }, "/0/message must be a text, or null, not 7"],
    [{ fault: "html", status: 302 }, "/0/status must be"],
    [{ fault: "hang", at: "end" }, '/0/at must be one of "start", "body"'],
    [{ fault: "reset", afterMs: -1 }, "/0/afterMs must be a number from 0 to 3600000"],
    [{ fault: "truncate", framing: "none" }, '/0/framing must be one of "length", "chunked"'],
    [{ fault: "slow-body" }, "/0 needs ms"],
    [{ fault: "row-count", by: 0 }, "/0/by must be a whole number from -1000 to 1000, not 0"],
    [
      { fault: "row-count", by: 1, row: -1 },
      '/0/row must be the number of a row, from 0 on, or "random", not -1',
    ],
    [{ fault: "non-finite", value: "nan" }, '/0/value must be one of "NaN", "Infinity", "-Infinity"'],
    [{ fault: "content-type" }, "/0 needs value: a text of printable ASCII, or null"],
    [{ fault: "content-type", value: "a\nb" }, "/0/value must be a text of printable ASCII, or null"],
    [
      { fault: "body", text: "", contentType: "é" },
      "/0/contentType must be a text of printable ASCII, or null",
    ],
    [{ fault: "poison" }, "/0 needs either share, or a column with equals, above, below or missing"],
    [{ fault: "poison", share: 0.1, column: 1, equals: 1 }, "/0 needs either share, or a column"],
    [{ fault: "poison", equals: 1 }, "/0 needs the column that its conditions are about"],
    [{ fault: "poison", share: 0.1, column: 1 }, "/0 has a column, but no condition"],
    [
      { fault: "poison", share: 0.1, value: "NaN", status: 400 },
      "/0 either refuses the call (status, message) or",
    ],
    [{ fault: "poison", column: 0, equals: "1" }, '/0/equals must be a number, not "1"'],
    [{ fault: "poison", column: 0, missing: 1 }, "/0/missing must be true or false, not 1"],
  ])("%j is none", (fault, message) => {
    expect(mistakesOf([fault])).toContain(message);
  });

  test.each([
    { fault: "latency", ms: 5, perRowMs: 0.1, probability: 0, skip: 0, calls: 1, endpoint: "e" },
    {
      fault: "latency",
      distribution: "histogram",
      buckets: [
        { toMs: 0, count: 0 },
        { toMs: 1, count: 0.5 },
      ],
    },
    { fault: "ceiling", limit: 1, fromSeconds: 0, toSeconds: 0.1, endpoint: "e" },
    { fault: "workers", limit: 1, backlog: 0, excess: "service-unavailable" },
    { fault: "error", status: 403, type: "ExpiredTokenException", message: null, retryAfterSeconds: 0 },
    { fault: "model-error", status: 0, reason: "no-response", afterMs: 3_600_000 },
    { fault: "model-error", status: 599, unreadable: true },
    { fault: "content-type", value: null },
    { fault: "body", text: "\u0000", contentType: null },
    { fault: "poison", column: 0, equals: 0, above: -1, below: 1, missing: false, value: "Infinity" },
    { fault: "poison", share: 0, status: 500, message: "" },
  ])("%j is one", (fault) => {
    expect(readPlan([fault]).faults).toEqual([fault]);
  });
});

describe("the faults of one call", () => {
  test("are a list, or one alone", () => {
    const fault = { fault: "hang", at: "body" };
    expect(readCallFaults(fault)).toEqual([fault]);
    expect(readCallFaults([fault, fault])).toEqual([fault, fault]);
  });

  test.each([
    [{ fault: "throttle", calls: 2 }, "/0/calls is not known here; known are message, afterMs"],
    [{ fault: "ceiling", limit: 2 }, "/0 is no fault of one call: ceiling is about calls at a time"],
    [{ fault: "workers" }, "/0 is no fault of one call: workers is about calls at a time"],
    [null, "must be a list of faults, not null"],
  ])("%j is none", (faults, message) => {
    expect(mistakesOf(faults, readCallFaults)).toBe(message);
  });
});

test("a distribution that not even has a text is a mistake, not a crash", () => {
  const plan = [{ fault: "latency", distribution: { toString: "" } }];
  expect(mistakesOf(plan)).toMatch(/^\/0\/distribution must be one of "fixed", /);
});

test("whatever the JSON, it is a plan or a list of mistakes, never a crash", () => {
  const fault = fc.record(
    {
      fault: fc.oneof(fc.constantFrom(...Object.keys(FIELDS)), fc.string()),
      ...Object.fromEntries(
        Object.values(FIELDS)
          .flatMap((fields) => Object.keys(fields))
          .map((name) => [name, fc.jsonValue()]),
      ),
    },
    { requiredKeys: ["fault"] },
  );
  const plans = fc.oneof(
    fc.jsonValue(),
    fc.array(fault),
    fc.record({ seed: fc.jsonValue(), faults: fc.array(fault) }),
  );
  fc.assert(
    fc.property(plans, (plan) => {
      mistakesOf(plan);
      mistakesOf(plan, readCallFaults);
    }),
    { numRuns: 500 },
  );
});
