import { describe, expect, test } from "vitest";
import { createEnding } from "../../src/endpoint/ending.ts";

describe("an ending", () => {
  test("tells its listeners in their order, once, and what it ended with", () => {
    const ending = createEnding();
    const told: unknown[] = [];
    ending.addEventListener("abort", () => told.push(["a", ending.aborted, ending.reason]));
    ending.addEventListener("abort", () => told.push(["b", ending.aborted, ending.reason]));
    expect([ending.aborted, ending.reason]).toEqual([false, undefined]);
    ending.abort("why");
    ending.abort("again");
    expect(told).toEqual([
      ["a", true, "why"],
      ["b", true, "why"],
    ]);
  });

  test("does not tell one that was taken back, also by one that is told before it", () => {
    const ending = createEnding();
    const told: string[] = [];
    const late = () => told.push("late");
    const never = () => told.push("never");
    ending.addEventListener("abort", () => ending.removeEventListener("abort", late));
    ending.addEventListener("abort", late);
    ending.addEventListener("abort", never);
    ending.removeEventListener("abort", never);
    ending.removeEventListener("abort", never);
    ending.abort(1);
    expect(told).toEqual([]);
  });
});
