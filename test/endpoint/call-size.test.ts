import { describe, expect, test } from "vitest";
import { bestRows, bestSize, fixedSize, mostUsefulRows } from "../../src/endpoint/call-size.ts";

describe("the best number of rows", () => {
  test("is the root of what is under way, by what a row costs", () => {
    const load = { rows: 100, requests: 1 };
    // √(log₁₀ 100 · 100 · 1 ms / 0.1 ms)
    expect(bestRows(load, { rowMs: 0.1 })).toBe(Math.ceil(Math.sqrt(2 * 1000)));
    expect(bestRows({ rows: 10, requests: 10 }, { rowMs: 10 })).toBe(1);
  });

  test("is all that waits, where rows cost nothing", () => {
    expect(bestRows({ rows: 1000, requests: 1000 }, { rowMs: 0 })).toBe(Infinity);
  });

  test("is one for nothing", () => {
    expect(bestRows({ rows: 0, requests: 0 }, { rowMs: 1 })).toBe(1);
  });

  test("is exceeded when there are too few calls, by no more than is of use", () => {
    expect(mostUsefulRows({ fixedMs: 5, rowMs: 0 })).toBe(Infinity);
    expect(mostUsefulRows({ fixedMs: 5, rowMs: 0.1 })).toBe(240);
  });
});

/** A size that knows that a call takes 5 ms and a row 0.1 ms more. */
const learnt = (most: number) => {
  const size = bestSize(most);
  for (let i = 0; i < 20; i++) size.learn(i * 10, 5 + i);
  return size;
};

describe("the size of a call", () => {
  const lone = (rows: number) =>
    [
      { rows, requests: 1 },
      { rows, requests: 1 },
    ] as const;

  test("is the best, or an equal share of what waits among too few calls, or as much as is of use, or the most", () => {
    const size = learnt(1000);
    const waiting = { rows: 2000, requests: 20 };
    const load = { rows: 2000, requests: 20 };
    const best = bestRows(load, size.cost);
    expect(best).toBe(257);
    expect(size.next(waiting, load, 100)).toBe(best);
    expect(size.next({ rows: 100, requests: 1 }, { rows: 100, requests: 1 }, 2)).toBe(50);
    expect(size.next({ rows: 100, requests: 1 }, { rows: 100, requests: 1 }, 1)).toBe(100);
    expect(size.next({ rows: 9000, requests: 90 }, { rows: 100, requests: 90 }, 1)).toBe(
      mostUsefulRows(size.cost),
    );
    expect(learnt(100).next(waiting, load, 1)).toBe(100);
  });

  test("takes what would remain along, where that is too little for a call of its own: less than a tenth of one", () => {
    const size = learnt(1000);
    const load = { rows: 2000, requests: 20 };
    const next = (rows: number) => size.next({ rows, requests: 20 }, load, 100);
    expect([257, 282, 283, 514].map(next)).toEqual([257, 282, 257, 257]);
    expect(learnt(260).next({ rows: 282, requests: 20 }, load, 100)).toBe(260);
  });

  test("is full at the best number of rows, or at the most", () => {
    const load = { rows: 2000, requests: 20 };
    const full = (most: number, rows: number) => learnt(most).isFull({ rows, requests: 1 }, load, 2);
    expect([full(1000, 256), full(1000, 257)]).toEqual([false, true]);
    expect([full(100, 99), full(100, 100)]).toEqual([false, true]);
  });

  test("is 500 and 1,000 in turns while nothing is known of costs, unless less may or is to be taken", () => {
    const size = bestSize(10_000);
    const [waiting, load] = lone(5000);
    expect([1, 2, 3].map(() => size.next(waiting, load, 1))).toEqual([500, 1000, 500]);
    expect(size.isGuess()).toBe(true);
    expect(bestSize(700).next(...lone(5000), 1)).toBe(500);
    expect(size.next(...lone(500), 1)).toBe(500);
    expect(size.isGuess()).toBe(false);
    for (let i = 0; i < 10; i++) size.learn(100 + 10 * i, 2);
    size.next(waiting, load, 1);
    expect(size.isGuess()).toBe(false);
  });

  test("leaves to other calls what is over 500, or four times the largest, where rows are free as far as is known", () => {
    const size = bestSize(10_000);
    const next = (rows: number, free: number) =>
      size.next({ rows, requests: rows }, { rows, requests: rows }, free);
    for (let i = 0; i < 10; i++) size.learn(10 + 10 * i, 2);
    expect([140, 499, 1600].map((rows) => next(rows, 4))).toEqual([140, 499, 500]);
    // No rows are left behind that would find no call.
    expect([next(5000, 4), next(5000, 1)]).toEqual([1250, 5000]);
    size.learn(500, 2);
    expect(next(5000, 4)).toBe(2000);
    // Where they cost something, it is known what more of them would.
    const cheap = bestSize(10_000);
    for (let i = 0; i < 20; i++) cheap.learn(i * 10, 5 + i / 1000);
    expect(cheap.next({ rows: 2000, requests: 9 }, { rows: 5000, requests: 9 }, 4)).toBe(2000);
  });

  test("is half of a lone request from time to time, where calls are all of one size, to learn from it", () => {
    const size = bestSize(10_000);
    for (let i = 0; i < 10; i++) size.learn(100, 5);
    const sizes = Array.from({ length: 320 }, () => size.next(...lone(100), 1));
    const probes = sizes.flatMap((rows, i) => (rows === 50 ? [i + 1] : []));
    expect(probes).toEqual([8, 16, 24, 32, 40, 48, 56, 64, 128, 256]);
    expect(bestSize(30).next(...lone(100), 1)).toBe(30);
  });

  test("is never half where others are under way, the request is small, or sizes differ", () => {
    const size = bestSize(10_000);
    const sizes = Array.from({ length: 100 }, () => [
      size.next({ rows: 100, requests: 1 }, { rows: 200, requests: 2 }, 1),
      size.next({ rows: 100, requests: 2 }, { rows: 100, requests: 1 }, 1),
      size.next(...lone(15), 1),
      learnt(1000).next(...lone(100), 1),
    ]);
    for (const one of sizes)
      expect(one).toEqual([100, 100, 15, 100].map((rows) => expect.toSatisfy((n) => n >= rows)));
  });

  test("leaves half of what is under way to other calls, where rows cost nothing and calls take their time", () => {
    const size = bestSize(10_000);
    for (let i = 0; i < 8; i++) size.learn(100, 6);
    const load = { rows: 200, requests: 200 };
    expect(size.next(load, load, 4)).toBe(100);
    expect([99, 100].map((rows) => size.isFull({ rows, requests: rows }, load, 2))).toEqual([false, true]);
    // One call alone takes all the same: there is no other for the rest.
    expect(size.next(load, load, 1)).toBe(200);
    expect(size.isFull(load, load, 1)).toBe(false);
  });

  test("is what it is, where it is fixed", () => {
    const size = fixedSize(50);
    size.learn(10, 5);
    expect(size.next(...lone(100), 1)).toBe(50);
    expect([size.isFull(...lone(49), 1), size.isFull(...lone(50), 1)]).toEqual([false, true]);
    expect([size.mostRows, bestSize(7).mostRows]).toEqual([50, 7]);
  });
});
