import { expect, test } from "vitest";
import { createCostEstimate } from "../../src/endpoint/call-cost.ts";

/** Deterministic noise from -1 to 1. */
const noise = (i: number) => Math.sin(i * 12.9898);

test("What a call and each row cost is learnt exactly from calls of different sizes", () => {
  const cost = createCostEstimate();
  for (let i = 0; i < 50; i++) cost.learn(1 + (i % 7) * 10, 5 + 0.1 * (1 + (i % 7) * 10));
  expect(cost.rowMs).toBeCloseTo(0.1);
  expect(cost.fixedMs).toBeCloseTo(5);
  expect(cost.knownRows).toBe(61);
});

test("Rows are taken to cost nothing before six calls, and where calls are all of a size", () => {
  const cost = createCostEstimate();
  for (let i = 1; i <= 5; i++) cost.learn(i * 10, i);
  expect(cost).toMatchObject({ rowMs: 0, knownRows: 0 });
  cost.learn(60, 6);
  expect(cost.rowMs).toBeGreaterThan(0);
  const even = createCostEstimate();
  for (let i = 0; i < 100; i++) even.learn(100, 10 + i);
  expect(even).toMatchObject({ rowMs: 0, knownRows: 0 });
  expect(even.isUnsure()).toBe(true);
});

test("What cannot be told from noise is nothing, and so is a cost below nothing", () => {
  const noisy = createCostEstimate();
  const falling = createCostEstimate();
  for (let i = 0; i < 100; i++) {
    noisy.learn(1 + (i % 5), 20 + 10 * noise(i));
    falling.learn(1 + (i % 5), 20 - (i % 5));
  }
  expect(noisy.rowMs).toBe(0);
  expect(noisy.fixedMs).toBeCloseTo(20, -1);
  expect(falling.rowMs).toBe(0);
});

test("What an endpoint was before is forgotten at the third call in a row that it does not explain", () => {
  const cost = createCostEstimate();
  for (let i = 0; i < 400; i++) cost.learn(100 + 50 * (i % 200), 5);
  expect(cost).toMatchObject({ rowMs: 0, fixedMs: 5, knownRows: 10_050 });
  // 0.1 ms a row all at once, in calls that are all of one size, which tells nothing of rows.
  for (let i = 0; i < 2; i++) cost.learn(5000, 505);
  expect(cost.knownRows).toBe(10_050);
  cost.learn(5000, 505);
  expect(cost).toMatchObject({ rowMs: 0, fixedMs: 505, knownRows: 0 });
  for (let i = 0; i < 6; i++) cost.learn(i % 2 === 0 ? 500 : 1000, i % 2 === 0 ? 55 : 105);
  expect(cost.rowMs).toBeCloseTo(0.1);
  // And back.
  for (let i = 0; i < 3; i++) cost.learn(5000, 5);
  expect(cost).toMatchObject({ rowMs: 0, fixedMs: 5, knownRows: 0 });
});

test("Calls that are late now and then, by little, or as the line says, make nothing forgotten", () => {
  const cost = createCostEstimate();
  for (let i = 0; i < 60; i++) cost.learn(1 + (i % 2), 5);
  for (let i = 0; i < 30; i++) cost.learn(1 + (i % 2), i % 3 === 2 ? 5 : 30);
  for (let i = 0; i < 30; i++) cost.learn(1 + (i % 2), 1);
  expect(cost.knownRows).toBe(2);
  const lines = createCostEstimate();
  for (let i = 0; i < 60; i++) lines.learn(10, 5);
  for (let i = 0; i < 3; i++) lines.learn(1000, 104);
  expect(lines.knownRows).toBe(1000);
  expect(lines.rowMs).toBeCloseTo(0.1);
});

test("An endpoint that changes is learnt anew; calls of one size keep what was learnt", () => {
  const cost = createCostEstimate();
  for (let i = 0; i < 1000; i++) cost.learn(i % 100, 5 + 0.1 * (i % 100));
  for (let i = 0; i < 3000; i++) cost.learn(i % 100, 20 + 0.01 * (i % 100));
  expect(cost.rowMs).toBeCloseTo(0.01, 3);
  expect(cost.fixedMs).toBeCloseTo(20, 1);
  for (let i = 0; i < 5000; i++) cost.learn(50, 20.5);
  expect(cost.isUnsure()).toBe(true);
  expect(cost.rowMs).toBeGreaterThan(0);
});
