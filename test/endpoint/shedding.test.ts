import { describe, expect, test } from "vitest";
import { createDrain, longestWaitMs, overloaded, refusal, rowsAhead } from "../../src/endpoint/shedding.ts";

const bounds = { maxRows: 1000, maxBytes: 10_000, maxWaitMs: 1000 };
const backlog = { rows: 500, bytes: 5000, requests: 2 };
const arrival = { nowMs: 0, rows: 1, bytes: 10, deadlineMs: undefined };

describe("the drain", () => {
  test("makes nobody wait where calls take all", () => {
    const drain = createDrain();
    drain.stuck(0, 1);
    drain.took(100, 50, 0, 1);
    expect(drain.waitMs(200, 1000)).toBe(0);
  });

  test("has the rate at which rows are taken since the first were left behind", () => {
    const drain = createDrain();
    drain.took(0, 50, 500, 1);
    drain.took(100, 50, 450, 1);
    drain.took(200, 50, 400, 1);
    // 100 rows in 200 ms.
    expect(drain.waitMs(200, 400)).toBe(800);
  });

  test("takes the calls that were in flight at first for done as soon as one is, until as many have left", () => {
    const drain = createDrain();
    drain.stuck(0, 4);
    drain.took(100, 50, 900, 4);
    // 4 × 50 rows in 100 ms.
    expect(drain.waitMs(100, 900)).toBe(450);
    drain.took(110, 50, 850, 4);
    expect(drain.waitMs(110, 850)).toBeCloseTo(467.5);
    for (const ms of [110, 110, 200]) drain.took(ms, 50, 700, 4);
    // 5 × 50 rows in 200 ms.
    expect(drain.waitMs(200, 700)).toBe(560);
    const begun = createDrain();
    begun.took(0, 50, 950, 2);
    begun.took(100, 50, 900, 2);
    expect(begun.waitMs(100, 900)).toBe(900);
  });

  test("forgets what was before the last second or so", () => {
    const drain = createDrain();
    drain.took(0, 10, 500, 1);
    drain.took(500, 1000, 500, 1);
    for (let ms = 1000; ms <= 20_000; ms += 500) drain.took(ms, 50, 500, 1);
    // 50 rows in 500 ms.
    expect(drain.waitMs(20_000, 100)).toBeCloseTo(1000, -1);
  });

  test("grows worse while nothing is taken: it will be as long again", () => {
    const drain = createDrain();
    drain.stuck(0, 1);
    drain.stuck(300, 1);
    expect(drain.waitMs(700, 10)).toBe(700);
    drain.took(1000, 10, 10, 1);
    expect(drain.waitMs(1000, 10)).toBe(1000);
    expect(drain.waitMs(3000, 10)).toBe(3000);
  });
});

test("A request has others before it by a turn each, or by as many rows as it has, but no more than wait", () => {
  expect(rowsAhead({ rows: 10_000, bytes: 0, requests: 2 }, 1)).toBe(256);
  expect(rowsAhead({ rows: 10_000, bytes: 0, requests: 2 }, 300)).toBe(600);
  expect(rowsAhead({ rows: 20, bytes: 0, requests: 2 }, 300)).toBe(20);
});

describe("a request is let in", () => {
  const free = createDrain();

  test("when nothing waits, whatever its size", () => {
    const nothing = { rows: 0, bytes: 0, requests: 0 };
    expect(refusal({ ...arrival, rows: 9999, bytes: 99_999 }, nothing, free, 0, bounds)).toBeUndefined();
  });

  test("exactly at the most rows and bytes, and not beyond", () => {
    const code = (rows: number, bytes: number) =>
      refusal({ ...arrival, rows, bytes }, backlog, free, 0, bounds)?.code;
    expect(code(500, 5000)).toBeUndefined();
    expect(code(501, 10)).toBe("overloaded");
    expect(code(1, 5001)).toBe("overloaded");
  });

  test("when it will wait no longer than it may, which is twice a call's time where calls are slow", () => {
    const drain = createDrain();
    drain.took(0, 1, 1000, 1);
    drain.took(1000, 128, 872, 1);
    // 256 rows are ahead: 2 s.
    const of = (callMs: number) => refusal({ ...arrival, nowMs: 1000 }, backlog, drain, callMs, bounds);
    expect(of(0)).toMatchObject({ code: "overloaded", retryAfterS: 2 });
    expect(of(999)).toMatchObject({ code: "overloaded" });
    expect(of(1000)).toBeUndefined();
    // The call's own time counts.
    expect(longestWaitMs(1000, 0)).toBe(1000);
    expect(longestWaitMs(1000, 100)).toBe(900);
    expect(longestWaitMs(1000, 400)).toBe(800);
  });

  test("when its deadline leaves the time to wait and for a call", () => {
    const drain = createDrain();
    drain.took(0, 1, 1000, 1);
    drain.took(500, 128, 872, 1);
    // 256 rows are ahead: 1 s.
    const patient = { ...bounds, maxWaitMs: 2000 };
    const of = (deadlineMs: number) =>
      refusal({ ...arrival, nowMs: 500, deadlineMs }, backlog, drain, 100, patient);
    expect(of(1600)).toBeUndefined();
    expect(of(1599)).toMatchObject({ code: "overloaded", retryAfterS: 1 });
  });
});

test.each([
  [0, 1],
  [1001, 2],
  [1e9, 60],
])("After a wait of %i ms there is room in %i s", (waitMs, retryAfterS) => {
  expect(overloaded("Full.", waitMs).retryAfterS).toBe(retryAfterS);
});
