import { describe, expect, test } from "vitest";
import { type Load, createOverlap } from "../../src/endpoint/overlap.ts";

/** After calls of these times, each of which left with so much under way. */
function after(calls: readonly number[], load: Load): number {
  const overlap = createOverlap();
  for (const callMs of calls) {
    overlap.sent(load);
    overlap.ended(callMs);
  }
  return overlap.mostRows();
}

const times = (count: number, callMs: number) => Array.from({ length: count }, () => callMs);
const load = { rows: 301, requests: 200 };

describe("the rows of a call, so that calls overlap", () => {
  test("are half of what is under way, where the wait for the endpoint is worth a call", () => {
    expect(after([6], load)).toBe(151);
    expect(after([3.01], load)).toBe(151);
  });

  test("are without end where nothing is known, or a call takes no longer than three times its CPU", () => {
    expect(createOverlap().mostRows()).toBe(Infinity);
    const others = createOverlap();
    others.sent(load);
    expect(others.mostRows()).toBe(Infinity);
    expect(after([3], load)).toBe(Infinity);
  });

  test("are without end where half of the requests keep the CPU busy for no longer than a call does", () => {
    expect(after([50], { rows: 34, requests: 34 })).toBe(17);
    expect(after([50], { rows: 33, requests: 33 })).toBe(Infinity);
    expect(after([50], { rows: 10_000, requests: 1 })).toBe(Infinity);
  });

  test("go by the quickest of the last 128 calls or more", () => {
    expect(after([1.5, ...times(254, 9)], load)).toBe(Infinity);
    expect(after([1.5, ...times(255, 9)], load)).toBe(151);
    expect(after([...times(128, 9), 1.5], load)).toBe(Infinity);
  });

  test("go by the most that was under way at the last 16 calls or more: less, while requests are being read", () => {
    const overlap = createOverlap();
    overlap.ended(6);
    overlap.sent(load);
    for (let i = 0; i < 30; i++) overlap.sent({ rows: 50, requests: 50 });
    expect(overlap.mostRows()).toBe(151);
    overlap.sent({ rows: 50, requests: 50 });
    expect(overlap.mostRows()).toBe(25);
  });
});
