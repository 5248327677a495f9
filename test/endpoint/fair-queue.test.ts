import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Queued, bytesOfRows, createFairQueue } from "../../src/endpoint/fair-queue.ts";

interface Named extends Queued {
  readonly name: string;
}

const request = (name: string, count: number, bytesARow = 1): Named => {
  const rows = Array.from({ length: count }, () => "x".repeat(bytesARow));
  return {
    name,
    rows,
    separatorBytes: 1,
    taken: 0,
    bytesLeft: bytesOfRows(rows, 1),
    previous: undefined,
    following: undefined,
  };
};

const queueOf = (...requests: Named[]) => {
  const queue = createFairQueue<Named>();
  for (const one of requests) queue.add(one);
  const take = (rows: number, bytes = Infinity) =>
    queue.take(rows, bytes).map((portion) => `${portion.request.name} ${portion.from}+${portion.count}`);
  return { queue, take };
};

test("Bytes of rows count characters beyond ASCII as UTF-8 has them, and a separator each", () => {
  expect(bytesOfRows(["é", "ab"], 3)).toBe(2 + 2 + 2 * 3);
});

describe("a queue gives", () => {
  test("all that waits where it fits, exactly at the most rows and bytes", () => {
    const { queue, take } = queueOf(request("a", 2), request("b", 3));
    expect(take(5, 10)).toEqual(["a 0+2", "b 0+3"]);
    expect(queue).toMatchObject({ rows: 0, bytes: 0, requests: 0 });
  });

  test("its requests without a trace of their neighbours, which they would keep alive", () => {
    const [first, second, third] = [request("a", 1), request("b", 1), request("c", 1)];
    const { queue, take } = queueOf(first, second, third);
    queue.remove(second);
    take(1);
    take(1);
    const links = [first, second, third].map(({ previous, following }) => previous ?? following);
    expect(links).toEqual([undefined, undefined, undefined]);
    const all = [request("d", 1), request("e", 1)];
    queueOf(...all).take(2);
    expect(all.map(({ previous, following }) => previous ?? following)).toEqual([undefined, undefined]);
  });

  test("nothing when nothing waits", () => {
    expect(queueOf().take(5)).toEqual([]);
  });

  test("a request whole in the next call rather than in two, one row over the most", () => {
    const { take } = queueOf(request("a", 2), request("b", 3));
    expect([take(4), take(4)]).toEqual([["a 0+2"], ["b 0+3"]]);
  });

  test("128 rows of each in turn, so that a small request waits for no large one", () => {
    const { take } = queueOf(request("large", 1000), request("huge", 2000), request("small", 1));
    expect(take(300)).toEqual(["large 0+128", "huge 0+128", "small 0+1", "large 128+43"]);
    expect(take(300)).toEqual(["huge 128+128", "large 171+128", "huge 256+44"]);
  });

  test("turn after turn to a request that is left alone, as one portion", () => {
    const { take } = queueOf(request("large", 1000), request("small", 1));
    expect(take(300)).toEqual(["large 0+128", "small 0+1", "large 128+171"]);
  });

  test("even parts of a request that waits alone", () => {
    const { take } = queueOf(request("a", 10));
    expect([take(4), take(4), take(4)]).toEqual([["a 0+4"], ["a 4+3"], ["a 7+3"]]);
  });

  test("what is left of a request with those that came after it", () => {
    const { queue, take } = queueOf(request("a", 10));
    expect(take(6)).toEqual(["a 0+5"]);
    queue.add(request("b", 2));
    expect(take(100)).toEqual(["a 5+5", "b 0+2"]);
  });

  test("one row at least, though it is larger than the most bytes, and then no other", () => {
    const { take } = queueOf(request("a", 2, 100), request("b", 1));
    expect([take(10, 50), take(10, 50), take(10, 50)]).toEqual([["a 0+1"], ["b 0+1"], ["a 1+1"]]);
  });

  test("as many rows as fit the bytes, of which the first request may leave none", () => {
    const { take } = queueOf(request("a", 3, 4), request("b", 3, 9), request("c", 1));
    expect(take(10, 18)).toEqual(["a 0+3"]);
    expect(take(10, 18)).toEqual(["b 0+1", "c 0+1"]);
  });

  test("no rows of one that was removed, be it the first, in the middle, the last or the only one", () => {
    const all = ["a", "b", "c", "d"].map((name) => request(name, 1));
    const { queue, take } = queueOf(...all);
    queue.remove(all[1]!);
    queue.remove(all[0]!);
    queue.remove(all[3]!);
    expect(queue).toMatchObject({ rows: 1, bytes: 2, requests: 1 });
    expect(take(10)).toEqual(["c 0+1"]);
    queue.add(all[0]!);
    all[0]!.taken = 0;
    queue.remove(all[0]!);
    expect(queue.requests).toBe(0);
  });

  test("those that no call has taken rows of, the longest waiting first, also while they are removed", () => {
    const all = [request("a", 200), request("b", 1), request("c", 1)];
    const { queue, take } = queueOf(...all);
    take(10);
    const names: string[] = [];
    for (const one of queue.untouched()) {
      names.push(one.name);
      queue.remove(one);
    }
    expect(names).toEqual(["b", "c"]);
    expect(queue.requests).toBe(1);
  });
});

test("Whatever waits and is removed, every other row leaves once and in order, and no call is over its caps", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ rows: fc.integer({ min: 1, max: 400 }), bytes: fc.integer({ min: 1, max: 20 }) })),
      fc.array(fc.nat(30)),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 5000 }),
      (sizes, removed, mostRows, mostBytes) => {
        const requests = sizes.map(({ rows, bytes }, i) => request(String(i), rows, bytes));
        const { queue } = queueOf(...requests);
        const gone = new Set(removed.filter((i) => i < requests.length));
        for (const i of gone) queue.remove(requests[i]!);
        const left = new Map<Named, number>();
        while (queue.rows > 0) {
          const portions = queue.take(mostRows, mostBytes);
          const rows = portions.reduce((sum, { count }) => sum + count, 0);
          const bytes = portions.reduce(
            (sum, { request: one, count }) => sum + count * (one.rows[0]!.length + 1),
            0,
          );
          expect(rows).toBeGreaterThan(0);
          expect(rows).toBeLessThanOrEqual(mostRows);
          expect(bytes <= mostBytes || rows === 1).toBe(true);
          for (const { request: one, from, count } of portions) {
            expect(from).toBe(left.get(one) ?? 0);
            left.set(one, from + count);
          }
        }
        for (const [i, one] of requests.entries())
          expect(left.get(one) ?? 0).toBe(gone.has(i) ? 0 : one.rows.length);
        expect(queue).toMatchObject({ rows: 0, bytes: 0, requests: 0 });
      },
    ),
  );
});
