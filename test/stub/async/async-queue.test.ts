import { expect, test } from "vitest";
import { createAsyncQueue } from "../../../src/stub/async/async-queue.ts";

/** A job that ends when it is told to, and notes when it starts. */
function jobs() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (name: string) => (): Promise<void> => {
    started.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)!();
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { started, job, end };
}
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("runs as many jobs at a time as its limit, in the order of coming", async () => {
  const queue = createAsyncQueue(10);
  const { started, job, end } = jobs();
  for (const name of ["a", "b", "c"]) queue.add(job(name), 2);
  expect(started).toEqual([]);
  await turn();
  expect(started).toEqual(["a", "b"]);
  await end("b");
  expect(started).toEqual(["a", "b", "c"]);
});

test("takes so many that wait, and not one more; nothing waits behind a free place", async () => {
  const queue = createAsyncQueue(2);
  const { job, end } = jobs();
  expect(queue.add(job("a"), 1)).toBe(true);
  await turn();
  expect([queue.add(job("b"), 1), queue.add(job("c"), 1), queue.add(job("d"), 1)]).toEqual([
    true,
    true,
    false,
  ]);
  await end("a");
  expect(queue.add(job("e"), 1)).toBe(true);
});

test("is idle when the last job has ended, or all that waited is forgotten", async () => {
  const queue = createAsyncQueue(10);
  await queue.idle();
  const { started, job, end } = jobs();
  queue.add(job("a"), 1);
  queue.add(job("b"), 1);
  await turn();
  let isIdle = false;
  void queue.idle().then(() => (isIdle = true));
  queue.clear();
  await turn();
  expect(isIdle).toBe(false);
  await end("a");
  expect([isIdle, started]).toEqual([true, ["a"]]);
});
