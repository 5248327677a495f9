import { describe, expect, test } from "vitest";
import { createEngine } from "../../src/endpoint/engine.ts";
import { callOf, open } from "./stages.ts";

/** An engine over an endpoint that answers how often it has been called. */
const rig = (cache?: { maxBytes: number; ttlMs: number }) => {
  let calls = 0;
  const invoke = createEngine(
    async ({ rows }) => {
      calls++;
      return { answers: rows.map(() => calls), attempts: 1 };
    },
    {
      deadline: { defaultMs: 1000, maxMs: 2000 },
      cache,
      batch: {
        maxRows: 100,
        maxBytes: 10_000,
        maxCalls: 4,
        limit: { most: 4 },
        queue: { maxRows: 1000, maxBytes: 100_000, maxWaitMs: 1000 },
      },
      retry: { maxAttempts: 1 },
    },
  );
  return async () => (await invoke(callOf(["1"]), open())).answers;
};

describe("the engine", () => {
  test("asks for a row each time that it comes", async () => {
    const ask = rig();
    expect([await ask(), await ask()]).toEqual([[1], [2]]);
  });

  test("asks for it once where answers are kept", async () => {
    const ask = rig({ maxBytes: 10_000, ttlMs: 60_000 });
    expect([await ask(), await ask()]).toEqual([[1], [1]]);
  });
});
