import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RetryBudget, createRetryBudget } from "../../src/endpoint/retry-budget.ts";
import { virtualClock } from "./virtual-clock.ts";

const granted = (budget: RetryBudget, wanted: number): number =>
  Array.from({ length: wanted }, () => budget.withdraw()).filter(Boolean).length;

const deposit = (budget: RetryBudget, calls: number): void => {
  for (let call = 0; call < calls; call += 1) budget.deposit();
};

describe("a retry budget", () => {
  test("has ten retries before any call, and not eleven", () => {
    expect(granted(createRetryBudget(virtualClock()), 100)).toBe(10);
  });

  test("grants one more for ten calls, none for nine", () => {
    const budget = createRetryBudget(virtualClock());
    granted(budget, 10);
    deposit(budget, 9);
    expect(granted(budget, 5)).toBe(0);
    deposit(budget, 1);
    expect(granted(budget, 5)).toBe(1);
    deposit(budget, 1000);
    expect(granted(budget, 500)).toBe(100);
  });

  test("saves up a hundred, however many calls there were", () => {
    const budget = createRetryBudget(virtualClock());
    deposit(budget, 1_000_000);
    expect(granted(budget, 500)).toBe(100);
  });

  test("gets the floor back by one in five seconds without any call, and no more than the floor", async () => {
    const clock = virtualClock();
    const budget = createRetryBudget(clock);
    granted(budget, 10);
    await clock.advance(4999);
    expect(granted(budget, 5)).toBe(0);
    await clock.advance(1);
    expect(granted(budget, 5)).toBe(1);
    await clock.advance(3_600_000);
    expect(granted(budget, 50)).toBe(10);
  });

  test("does not refill what is above the floor", async () => {
    const clock = virtualClock();
    const budget = createRetryBudget(clock);
    deposit(budget, 100);
    await clock.advance(3_600_000);
    expect(granted(budget, 50)).toBe(20);
  });

  test("takes other numbers", async () => {
    const clock = virtualClock();
    const budget = createRetryBudget(clock, { share: 0.5, floor: 2, floorRefillMs: 100, most: 3 });
    expect(granted(budget, 9)).toBe(2);
    deposit(budget, 20);
    expect(granted(budget, 9)).toBe(3);
    await clock.advance(100);
    expect(granted(budget, 9)).toBe(1);
    expect(granted(createRetryBudget(clock, { floor: 0, most: 0 }), 9)).toBe(0);
  });

  test("never grants more than a tenth of the calls, the floor, and its refill, over any sequence", async () => {
    const step = fc.oneof(
      fc.record({ calls: fc.nat({ max: 300 }) }),
      fc.record({ wanted: fc.nat({ max: 60 }) }),
      fc.record({ ms: fc.nat({ max: 20_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = virtualClock();
        const budget = createRetryBudget(clock);
        let calls = 0;
        let retries = 0;
        for (const one of steps) {
          if ("calls" in one) {
            deposit(budget, one.calls);
            calls += one.calls;
          } else if ("wanted" in one) {
            retries += granted(budget, one.wanted);
          } else {
            await clock.advance(one.ms);
          }
          expect(retries).toBeLessThanOrEqual(calls / 10 + 10 + clock.now() / 5000 + 1e-9);
        }
      }),
    );
  });
});
