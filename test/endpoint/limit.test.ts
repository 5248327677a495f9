import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Limit, climbingLimit } from "../../src/endpoint/limit.ts";
import type { EndedCall } from "../../src/endpoint/seen.ts";

/** An endpoint whose calls take `timeOf(calls in flight)`, with so many calls wanted at a time. */
interface Endpoint {
  readonly timeOf: (inFlight: number) => number;
  readonly wanted?: number;
  /** More calls than these are refused. */
  readonly refusedFrom?: number;
}

/**
 * Keeps as many calls in flight as the limit lets, each ending when it is its turn.
 *
 * @returns the moments, in whole milliseconds, at which the limit changed, and to what
 */
function drive(
  limit: Limit,
  { timeOf, wanted = Infinity, refusedFrom = Infinity }: Endpoint,
  fromMs: number,
  toMs: number,
) {
  const changes: [number, number][] = [[fromMs, limit.current()]];
  let nowMs = fromMs;
  while (nowMs < toMs) {
    const inFlight = Math.min(limit.current(), wanted);
    const callMs = timeOf(inFlight);
    nowMs += callMs / inFlight;
    limit.ended({
      nowMs,
      callMs,
      fixedMs: callMs,
      requests: 10,
      waitedMs: inFlight < wanted ? callMs / inFlight + callMs / 8 : 0,
      inFlight,
      outcome: inFlight < refusedFrom ? "ok" : "congested",
    });
    if (limit.current() !== changes.at(-1)![1]) changes.push([Math.round(nowMs), limit.current()]);
  }
  return changes;
}

/** An endpoint that serves so many calls at a time in 20 ms each, and keeps the others waiting. */
const serving = (capacity: number): Endpoint => ({ timeOf: (n) => 20 * Math.max(1, n / capacity) });

describe("a limit that climbs", () => {
  test("doubles while it helps, where the endpoint takes all", () => {
    const limit = climbingLimit({ most: 64 });
    expect(drive(limit, { timeOf: () => 20 }, 0, 3000)).toEqual([
      [0, 4],
      [160, 3],
      [227, 4],
      [287, 8],
      [449, 16],
      [589, 32],
      [689, 64],
      [1088, 48],
      [1129, 64],
      [1789, 48],
      [1830, 64],
    ]);
    expect(limit.current()).toBeGreaterThan(10);
  });

  test("finds the capacity of an endpoint that queues, and looks beyond it more and more seldom", () => {
    const limit = climbingLimit({ most: 64 });
    expect(drive(limit, serving(4), 0, 10_000)).toEqual([
      [0, 4],
      [160, 3],
      [227, 4],
      [287, 8],
      [382, 4],
      [1302, 3],
      [1362, 4],
      [1902, 5],
      [1982, 4],
      [5207, 3],
      [5267, 4],
      [7107, 5],
      [7187, 4],
      [9112, 3],
      [9178, 4],
    ]);
  });

  test("follows a capacity that falls, and one that rises", () => {
    const limit = climbingLimit({ most: 64 });
    const at = (capacity: number, fromMs: number, toMs: number) => {
      const changes = drive(limit, serving(capacity), fromMs, toMs);
      // Trials come and go; what stands the longest is the limit.
      const spans = changes.map(([ms, value], i) => [(changes[i + 1]?.[0] ?? toMs) - ms, value] as const);
      return spans.toSorted(([a], [b]) => b - a)[0]![1];
    };
    expect(at(16, 0, 10_000)).toBe(16);
    expect(at(2, 10_000, 12_000)).toBeLessThanOrEqual(8);
    expect(at(2, 12_000, 30_000)).toBe(2);
    at(16, 30_000, 40_000);
    expect(at(16, 40_000, 60_000)).toBe(15);
  });

  test("stays where it is while nobody has to wait for a call", () => {
    const limit = climbingLimit({ most: 64 });
    expect(drive(limit, { timeOf: () => 20, wanted: 3 }, 0, 10_000)).toEqual([[0, 4]]);
  });

  test("comes down when calls are kept waiting that were not before, though none waits here", () => {
    const limit = climbingLimit({ most: 64, initial: 16 });
    drive(limit, { timeOf: () => 20, wanted: 8 }, 0, 2000);
    expect(limit.current()).toBe(16);
    const changes = drive(limit, { ...serving(2), wanted: 8 }, 2000, 10_000);
    expect(Math.min(...changes.map(([, value]) => value))).toBeLessThanOrEqual(4);
  });

  test("is one where the endpoint serves one call at a time", () => {
    const limit = climbingLimit({ most: 64 });
    const changes = drive(limit, serving(1), 0, 10_000);
    expect(changes.filter(([ms]) => ms > 2000).every(([, value]) => value <= 2)).toBe(true);
  });

  test("never leaves its bounds", () => {
    const limit = climbingLimit({ most: 6, least: 3, initial: 3 });
    const up = drive(limit, { timeOf: () => 20 }, 0, 2000);
    const down = drive(limit, serving(1), 2000, 10_000);
    const values = [...up, ...down].map(([, value]) => value);
    expect([Math.min(...values), Math.max(...values)]).toEqual([3, 6]);
  });

  test("is fixed where its bounds are one number", () => {
    const limit = climbingLimit({ most: 5, least: 5, initial: 5 });
    expect(drive(limit, serving(1), 0, 5000)).toEqual([[0, 5]]);
  });

  test("does not begin above what it may be", () => {
    expect(climbingLimit({ most: 2 }).current()).toBe(2);
    expect(climbingLimit({ most: 100 }).current()).toBe(4);
  });
});

test("A CPU that calls wear out keeps the limit low, though no call takes longer for more of them", () => {
  const limit = climbingLimit({ most: 64 });
  let nowMs = 0;
  let highest = 0;
  for (let i = 0; i < 4000; i++) {
    nowMs += 2;
    // What waits, waits for the CPU: more calls spare nothing of it.
    const inFlight = limit.current();
    limit.ended({ nowMs, callMs: 10, fixedMs: 10, requests: 10, waitedMs: 5, inFlight, outcome: "ok" });
    if (i > 200) highest = Math.max(highest, limit.current());
  }
  expect(highest).toBeLessThanOrEqual(8);
  expect(limit.current()).toBe(4);
});

test("Calls that are slower by half at once are followed by fewer of them, at once", () => {
  const limit = climbingLimit({ most: 64 });
  drive(limit, { timeOf: () => 20 }, 0, 3000);
  const high = limit.current();
  const changes = drive(limit, serving(4), 3000, 6000);
  expect(high).toBeGreaterThan(32);
  expect(Math.max(...changes.map(([, value]) => value))).toBe(high);
  expect(changes[1]![1]).toBeLessThan(high);
});

/** A call that left at 0 and was refused. */
const refused = (inFlight: number, nowMs = 10): EndedCall => ({
  nowMs,
  callMs: 10,
  fixedMs: 10,
  requests: 1,
  waitedMs: 0,
  inFlight,
  outcome: "congested",
});

describe("a throttle", () => {
  test("says how many calls the endpoint took: one less than were in flight, but the limit is at most halved at a time", () => {
    const limit = climbingLimit({ most: 64, initial: 16 });
    limit.ended(refused(13));
    expect(limit.current()).toBe(12);
    limit.ended(refused(3));
    expect(limit.current()).toBe(6);
    limit.ended(refused(3));
    expect(limit.current()).toBe(3);
  });

  test("of a call above the limit says nothing new", () => {
    const limit = climbingLimit({ most: 64, initial: 4 });
    limit.ended(refused(5));
    expect(limit.current()).toBe(4);
  });

  test("never lowers the limit below the least", () => {
    const limit = climbingLimit({ most: 64, least: 2, initial: 4 });
    for (let i = 0; i < 5; i++) limit.ended(refused(1));
    expect(limit.current()).toBe(2);
  });

  test("ends a trial, and makes the next one wait for longer each time: 1 s, 2 s, 4 s, …", () => {
    const limit = climbingLimit({ most: 64, initial: 4 });
    const changes = drive(limit, { timeOf: () => 20, refusedFrom: 5 }, 0, 20_000);
    const tries = changes.filter(([, value]) => value > 4).map(([ms]) => ms);
    const pauses = tries.slice(1).map((ms, i) => ms - tries[i]!);
    expect(pauses.length).toBeGreaterThanOrEqual(3);
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(1000 * 2 ** i);
      expect(pause).toBeLessThan(1000 * 2 ** i + 1500);
    }
  });

  test("of late makes the limit climb by quarters instead of doubling", () => {
    const limit = climbingLimit({ most: 64, initial: 16 });
    limit.ended(refused(9));
    const values = drive(limit, { timeOf: () => 20 }, 10, 5000).map(([, value]) => value);
    const highest = values.filter((value, i) => value > Math.max(...values.slice(0, i), 8));
    expect(highest.slice(0, 5)).toEqual([10, 12, 15, 18, 22]);
  });

  test("long ago is forgotten", () => {
    const limit = climbingLimit({ most: 64, initial: 4 });
    for (let i = 0; i < 4; i++) limit.ended(refused(4));
    drive(limit, { timeOf: () => 20 }, 60_000, 70_000);
    const high = limit.current();
    expect(high).toBeGreaterThan(8);
    limit.ended(refused(high, 70_000));
    const changes = drive(limit, { timeOf: () => 20 }, 70_000, 73_000);
    // The ceiling is a second again, not 16.
    expect(changes.some(([, value]) => value >= high)).toBe(true);
  });
});

test("What says nothing of the endpoint's capacity changes nothing", () => {
  const limit = climbingLimit({ most: 64, initial: 8 });
  for (let i = 0; i < 1000; i++) limit.ended({ ...refused(8, i), outcome: "other" });
  expect(limit.current()).toBe(8);
});

test("Where latencies are noise, the limit serves the endpoint's capacity nonetheless", () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const limit = climbingLimit({ most: 64 });
  const noisy: Endpoint = { timeOf: (n) => 20 * Math.max(1, n / 8) * (0.6 + 0.8 * random()) };
  const changes = drive(limit, noisy, 0, 60_000);
  const spent = new Map<number, number>();
  for (const [i, [ms, value]] of changes.entries()) {
    if (ms > 5000) spent.set(value, (spent.get(value) ?? 0) + (changes[i + 1]?.[0] ?? 60_000) - ms);
  }
  const usual = [...spent].toSorted(([, a], [, b]) => b - a)[0]![0];
  expect(usual).toBeGreaterThanOrEqual(5);
  expect(usual).toBeLessThanOrEqual(12);
});

test("Whatever ends, in whatever order, the limit is a whole number within its bounds", () => {
  const ended = fc.record({
    stepMs: fc.nat(100),
    callMs: fc.nat(1000),
    rowsMs: fc.nat(100),
    requests: fc.integer({ min: 1, max: 50 }),
    waitedMs: fc.nat(500),
    inFlight: fc.integer({ min: 1, max: 40 }),
    outcome: fc.constantFrom<EndedCall["outcome"]>("ok", "ok", "ok", "ok", "congested", "other"),
  });
  fc.assert(
    fc.property(fc.array(ended, { maxLength: 400 }), (calls) => {
      const limit = climbingLimit({ most: 32, least: 2 });
      let nowMs = 0;
      for (const { stepMs, rowsMs, ...call } of calls) {
        nowMs += stepMs;
        limit.ended({ ...call, nowMs, fixedMs: Math.max(0, call.callMs - rowsMs) });
        const value = limit.current();
        expect(Number.isInteger(value) && value >= 2 && value <= 32).toBe(true);
      }
    }),
  );
});

test("Calls whose rows are thought to take all of the time leave the limit a number", () => {
  const limit = climbingLimit({ most: 64 });
  const call = { callMs: 100, fixedMs: 0, requests: 10, waitedMs: 500, outcome: "ok" } as const;
  for (let i = 1; i <= 500; i++) {
    limit.ended({ ...call, nowMs: 20 * i, inFlight: limit.current() });
    expect(limit.current()).toBeGreaterThanOrEqual(1);
  }
});

test("What was tried while rows passed for free says nothing once they are found to take most of a call's time", () => {
  const limit = climbingLimit({ most: 64 });
  let nowMs = 0;
  const end = (rowsMs: number, knownMs: number) => {
    nowMs += 10;
    const inFlight = limit.current();
    limit.ended({
      nowMs,
      callMs: 20 + rowsMs,
      fixedMs: 20 + rowsMs - knownMs,
      requests: 10,
      waitedMs: 30,
      inFlight,
      outcome: "ok",
    });
    return limit.current();
  };
  // More calls are tried, just when calls of more rows come, which take four times as long: a clear failure.
  while (end(0, 0) <= 4);
  while (end(60, 0) > 4);
  const heldMs = (knownMs: number): number => {
    const fromMs = nowMs;
    while (end(60, knownMs) <= 4);
    return nowMs - fromMs;
  };
  expect(heldMs(60)).toBeLessThan(1000);
});

test("Fewer calls that take less, but leave requests no less time in all, are not kept", () => {
  const limit = climbingLimit({ most: 2 });
  let nowMs = 0;
  let ones = 0;
  for (let i = 0; i < 1000; i++) {
    const inFlight = limit.current();
    // A CPU that reads, answers and calls in turns: what one call at a time spares of its own time, requests wait for it.
    const callMs = inFlight === 1 ? 6 : 9;
    const waitedMs = inFlight === 1 ? 6.3 + (i % 2 === 0 ? 6 : -6) : 3 + (i % 2 === 0 ? 3 : -3);
    nowMs += callMs / inFlight;
    limit.ended({ nowMs, callMs, fixedMs: callMs, requests: 50, waitedMs, inFlight, outcome: "ok" });
    if (limit.current() === 1) ones++;
  }
  expect(limit.current()).toBe(2);
  expect(ones).toBeLessThan(200);
});
