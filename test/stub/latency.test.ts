import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sampleLatency, type Latency } from "../../src/stub/latency.ts";
import { randomOf } from "../../src/stub/random.ts";

/** So many latencies of one row, ascending. */
function sample(latency: Latency, count = 20_000): number[] {
  const random = randomOf(1, 0);
  return Array.from({ length: count }, () => sampleLatency(latency, 1, random)).toSorted((a, b) => a - b);
}
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(sorted.length * share)]!;

test("a fixed latency is that, and each row adds its own", () => {
  const random = randomOf(1, 0);
  expect(sampleLatency({ ms: 5 }, 100, random)).toBe(5);
  expect(sampleLatency({ ms: 5, perRowMs: 0.1 }, 100, random)).toBeCloseTo(15, 9);
  expect(sampleLatency({ distribution: "fixed", ms: 5, perRowMs: 0.1 }, 0, random)).toBe(5);
});

test("a uniform one lies evenly between its bounds", () => {
  const times = sample({ distribution: "uniform", minMs: 10, maxMs: 20 });
  expect(times[0]).toBeGreaterThanOrEqual(10);
  expect(times.at(-1)).toBeLessThan(20);
  expect(quantile(times, 0.25)).toBeCloseTo(12.5, 0);
});

test("a normal one is cut off at 0", () => {
  const times = sample({ distribution: "normal", meanMs: 10, deviationMs: 10 });
  expect(quantile(times, 0.5)).toBeCloseTo(10, 0);
  expect(quantile(times, 0.8413) / 20).toBeCloseTo(1, 1);
  // What is below one deviation.
  expect(times.filter((time) => time === 0).length / times.length).toBeCloseTo(0.1587, 1);
  expect(times[0]).toBe(0);
});

test("a lognormal one of sigma 0.5 has its 99th percentile at 3.2 medians", () => {
  const times = sample({ distribution: "lognormal", medianMs: 20, sigma: 0.5 }, 100_000);
  expect(quantile(times, 0.5) / 20).toBeCloseTo(1, 1);
  expect(quantile(times, 0.99) / 20).toBeCloseTo(3.2, 0);
});

test("a recorded histogram comes back as it was recorded", () => {
  const buckets = [
    { toMs: 5, count: 700 },
    { toMs: 10, count: 0 },
    { toMs: 20, count: 200 },
    { toMs: 1000, count: 100 },
  ];
  const times = sample({ distribution: "histogram", buckets });
  const between = (from: number, to: number): number =>
    times.filter((time) => time >= from && time < to).length / times.length;
  expect(between(0, 5)).toBeCloseTo(0.7, 1);
  expect(between(5, 10)).toBe(0);
  expect(between(10, 20)).toBeCloseTo(0.2, 1);
  expect(between(20, 1000)).toBeCloseTo(0.1, 1);
  expect(between(0, 2.5)).toBeCloseTo(0.35, 1);
});

test("whatever the histogram, a time lies within it, and never in an empty bucket", () => {
  const recorded = fc
    .array(fc.tuple(fc.nat(1000), fc.nat(5)), { minLength: 1, maxLength: 8 })
    .filter((bars) => bars.some(([, count]) => count > 0))
    .map((bars) => {
      let toMs = 0;
      return bars.map(([width, count]) => ({ toMs: (toMs += width), count }));
    });
  fc.assert(
    fc.property(recorded, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (buckets, drawn) => {
      const time = sampleLatency({ distribution: "histogram", buckets }, 0, () => drawn);
      const holds = buckets.some(
        ({ toMs, count }, index) => count > 0 && time <= toMs && time >= (buckets[index - 1]?.toMs ?? 0),
      );
      expect(holds).toBe(true);
    }),
  );
});
