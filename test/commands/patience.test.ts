import { expect, test } from "vitest";
import { createPatience } from "../../src/commands/patience.ts";

/** What is said after so many milliseconds and bytes. */
function after(total: number | undefined, steps: readonly (readonly [ms: number, bytes: number])[]) {
  let ms = 70;
  const isLong = createPatience(total, () => ms);
  return steps.map(([atMs, bytes]) => {
    ms = 70 + atMs;
    return isLong(bytes);
  });
}

test("a file is long where its rest takes one and a half seconds at the speed that it has had so far", () => {
  expect(after(7000, [[500, 1000]])).toEqual([true]);
  expect(after(3999, [[500, 1000]])).toEqual([false]);
  expect(after(4000, [[500, 1000]])).toEqual([true]);
});

test("nothing is said of the first quarter of a second, however slow it was", () => {
  const steps = [
    [249, 1],
    [250, 1],
  ] as const;
  expect(after(1e9, steps)).toEqual([false, true]);
});

test("of a stream as much is expected as has come", () => {
  const steps = [
    [1499, 1e9],
    [1500, 1],
  ] as const;
  expect(after(undefined, steps)).toEqual([false, true]);
});
