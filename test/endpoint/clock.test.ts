import { expect, test } from "vitest";
import { systemClock } from "../../src/endpoint/clock.ts";
import { virtualClock } from "./virtual-clock.ts";

test("The system's clock never goes back", () => {
  const before = systemClock.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
});

test("The system's clock runs what it is given when the time has come, unless that is taken back", async () => {
  const ran: string[] = [];
  const cancel = systemClock.setTimeout(() => ran.push("cancelled"), 1);
  cancel();
  const before = systemClock.now();
  await new Promise<void>((resolve) => {
    systemClock.setTimeout(resolve, 10);
  });
  expect(systemClock.now() - before).toBeGreaterThan(8);
  expect(ran).toEqual([]);
});

test("A virtual clock stands still until it is told to pass, and runs timers each at its own moment", async () => {
  const clock = virtualClock(100);
  const ran: [string, number][] = [];
  const note = (name: string) => () => ran.push([name, clock.now()]);
  clock.setTimeout(note("late"), 20);
  clock.setTimeout(note("early"), 5);
  clock.setTimeout(note("early too"), 5);
  clock.setTimeout(note("cancelled"), 7)();
  clock.setTimeout(() => void Promise.resolve().then(() => clock.setTimeout(note("nested"), 3)), 6);
  expect(clock.pending()).toBe(4);
  await clock.advance(19);
  expect(ran).toEqual([
    ["early", 105],
    ["early too", 105],
    ["nested", 109],
  ]);
  expect(clock.now()).toBe(119);
  await clock.advance(1);
  expect(ran.at(-1)).toEqual(["late", 120]);
  expect(clock.pending()).toBe(0);
});
