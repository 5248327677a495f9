import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { badCount, missingNumber, ofRow } from "../../src/endpoint/bad-answer.ts";
import { withBreaker } from "../../src/endpoint/breaker.ts";
import { withCache } from "../../src/endpoint/cache.ts";
import { withDeadline } from "../../src/endpoint/deadline.ts";
import type { Invoke, Reply } from "../../src/endpoint/invoke.ts";
import { withRetry } from "../../src/endpoint/retry.ts";
import { withRowFate } from "../../src/endpoint/row-fate.ts";
import { Problem, type ProblemCode } from "../../src/errors.ts";
import { callOf, open, outcome, problem, seeded } from "./stages.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

const sleep = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });

/** What an endpoint does on a bad day, and how often: every tenth call comes to nothing. */
const whims: readonly (readonly [ProblemCode, number])[] = [
  ["endpoint-throttled", 0.02],
  ["endpoint-unreachable", 0.02],
  ["endpoint-unavailable", 0.02],
  ["endpoint-overloaded", 0.01],
  ["endpoint-model-failed", 0.01],
  ["endpoint-bad-answer", 0.01],
  ["endpoint-model-timeout", 0.005],
  ["endpoint-failed", 0.005],
];

/** Rows from 0 to 999 answer with themselves; those that end in 57 are refused, those in 77 have no number. */
const whimsical =
  (clock: VirtualClock, random: () => number): Invoke =>
  async ({ rows }) => {
    await sleep(clock, 1 + random() * 20);
    let draw = random();
    for (const [code, odds] of whims) {
      draw -= odds;
      if (draw < 0 && code === "endpoint-bad-answer") throw badCount(rows.length, "another number");
      if (draw < 0) throw problem(code, { status: 503 });
    }
    if (rows.some((row) => row.endsWith("57"))) throw problem("endpoint-refused-rows");
    const missing = [...rows.keys()].filter((row) => rows[row]!.endsWith("77"));
    return {
      answers: rows.map((row) => (row.endsWith("77") ? undefined : Number(row))),
      faults: new Map(missing.map((row) => [row, ofRow(missingNumber(row, "null"), "this row")])),
      attempts: 1,
    };
  };

describe("deadline, cache, row fate, retry and breaker, over an endpoint on a bad day", () => {
  test("give each row its own answer or a problem, no bad row an answer, and all of it in time", async () => {
    const tally = { answers: 0, faults: 0, failures: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const clock = virtualClock();
        const random = seeded(seed);
        const stages = [
          withDeadline({ defaultMs: 2000, maxMs: 5000 }, clock),
          withCache({ clock, maxBytes: 10_000, ttlMs: 500 }),
          withRowFate({ clock, random }),
          withRetry({ clock, random }),
          withBreaker({ clock, random }),
        ];
        const invoke = stages.reduceRight<Invoke>((next, stage) => stage(next), whimsical(clock, random));
        const callers: Promise<void>[] = [];
        const ask = async (rows: readonly string[], timeoutMs: number): Promise<void> => {
          const beganMs = clock.now();
          const end: Reply | Problem = await outcome(
            invoke(callOf(rows), open({ timeoutMs, lenient: random() < 0.3 })),
          );
          expect(clock.now() - beganMs).toBeLessThanOrEqual(timeoutMs);
          if (end instanceof Problem) {
            tally.failures += 1;
            return;
          }
          expect(end.answers).toHaveLength(rows.length);
          for (const [row, text] of rows.entries()) {
            const answer = end.answers[row];
            const fault = end.faults?.get(row);
            expect(answer === undefined).toBe(fault !== undefined);
            if (answer !== undefined) expect([answer, /[57]7$/.test(text)]).toEqual([Number(text), false]);
            if (answer === undefined) tally.faults += 1;
            else tally.answers += 1;
          }
        };
        for (let caller = 0; caller < 40; caller += 1) {
          const rows = Array.from({ length: 1 + Math.floor(random() * 30) }, () =>
            String(Math.floor(random() * 1000)),
          );
          callers.push(ask(rows, 20 + Math.floor(random() * 2000)));
          await clock.advance(random() * 50);
        }
        await clock.advance(5000);
        await Promise.all(callers);
        expect(clock.pending()).toBe(0);
      }),
      { numRuns: 25 },
    );
    // It would all hold of stages that answer nothing.
    expect(tally.answers).toBeGreaterThan(2 * tally.faults);
    expect(tally.failures).toBeGreaterThan(0);
    expect(tally.faults).toBeGreaterThan(0);
  });
});
