import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createWorkers, type Turn } from "../../src/stub/workers.ts";

test("as many as the limit are served, the backlog waits in order, and one more finds no room", async () => {
  const workers = createWorkers(() => 1);
  const capacity = { limit: 1, backlog: 2 };
  expect(workers.enter(capacity, 1000)).toBe("served");
  const served: string[] = [];
  const wait = async (name: string): Promise<void> => {
    expect(await workers.enter(capacity, 1000)).toBe("served");
    served.push(name);
  };
  const waiting = [wait("first"), wait("second")];
  expect(workers.hasRoom(capacity)).toBe(false);
  expect(workers.present()).toBe(3);
  workers.leave();
  await waiting[0];
  expect(served).toEqual(["first"]);
  expect(workers.hasRoom(capacity)).toBe(true);
  workers.leave();
  await waiting[1];
  workers.leave();
  expect([served, workers.present()]).toEqual([["first", "second"], 0]);
});

test("who waits too long is told so, and takes no worker", async () => {
  const workers = createWorkers(() => 1);
  workers.enter({ limit: 1, backlog: 1 }, 1000);
  expect(await workers.enter({ limit: 1, backlog: 1 }, 10)).toBe("timeout");
  expect(workers.present()).toBe(1);
  workers.leave();
  await sleep(1);
  expect([workers.present(), workers.enter({ limit: 1, backlog: 0 }, 10)]).toEqual([0, "served"]);
});

test("a limit that rises lets those in who wait, when it is told of or when the next comes", async () => {
  let limit = 1;
  const workers = createWorkers(() => limit);
  const enter = (): Turn | Promise<Turn> => workers.enter({ limit, backlog: 9 }, 1000);
  enter();
  const [second, third, fourth] = [enter(), enter(), enter()];
  limit = 2;
  workers.serve();
  expect(await second).toBe("served");
  limit = 4;
  // Two wait: they come before the newcomer, who then waits himself.
  const fifth = enter();
  expect([await third, await fourth]).toEqual(["served", "served"]);
  expect(fifth).toBeInstanceOf(Promise);
  workers.leave();
  expect(await fifth).toBe("served");
});
