import { expect, test } from "vitest";
import { indexOf, normalOf, randomOf } from "../../src/stub/random.ts";

const take = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

test("the numbers are sfc32's, worked out with Python's integers from the published algorithm", () => {
  const numbers = [1_779_833_415, 2_026_416_846, 1_661_539_736, 2_729_060_721, 4_156_309_426];
  expect(take(5, randomOf(1, 0))).toEqual(numbers.map((number) => number / 2 ** 32));
  expect(take(3, randomOf(4_294_967_295, 3))).toEqual(
    [1_567_391_581, 2_765_261_279, 3_666_206_089].map((number) => number / 2 ** 32),
  );
});

test("streams of one seed, and seeds of one stream, differ from the first number on", () => {
  const firsts = Array.from({ length: 100 }, (_, seed) =>
    Array.from({ length: 100 }, (__, stream) => randomOf(seed, stream)()),
  ).flat();
  // Of 10,000 numbers of 32 bits, two are equal about once in eighty times.
  expect(new Set(firsts).size).toBeGreaterThan(9_998);
});

test("numbers are even over [0, 1): chi-squared of 100 bins", () => {
  const bins = new Float64Array(100);
  const random = randomOf(7, 0);
  for (let draw = 0; draw < 100_000; draw++) bins[indexOf(random, 100)]!++;
  const chiSquared = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // The 0.1 % and 99.9 % points of 99 degrees of freedom.
  expect(chiSquared).toBeGreaterThan(60);
  expect(chiSquared).toBeLessThan(149);
});

test("normal numbers have the mean, the spread and the tails of the standard distribution", () => {
  const random = randomOf(7, 1);
  const normals = take(100_000, () => normalOf(random));
  const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
  const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  expect(normals.filter((value) => value > 1.96).length / normals.length).toBeCloseTo(0.025, 2);
  expect(normals.every(Number.isFinite)).toBe(true);
});
