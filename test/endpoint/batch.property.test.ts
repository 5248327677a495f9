import * as fc from "fast-check";
import { expect, test } from "vitest";
import { withBatch } from "../../src/endpoint/batch.ts";
import type { Answer, Invoke, Reply } from "../../src/endpoint/invoke.ts";
import { Problem } from "../../src/errors.ts";
import { virtualClock } from "./virtual-clock.ts";

/** What an endpoint does to a call, after some time. */
const fate = fc.record({
  afterMs: fc.integer({ min: 0, max: 60 }),
  kind: fc.constantFrom(
    "right",
    "right",
    "right",
    "faults",
    "throttled",
    "fails",
    "short",
    "throws",
    "hangs",
  ),
});

/** What callers do, in turn. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ rows: fc.integer({ min: 0, max: 40 }), deadlineMs: fc.option(fc.nat(300)) }),
  },
  { weight: 1, arbitrary: fc.record({ leaves: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ passMs: fc.integer({ min: 0, max: 50 }) }) },
);

const options = fc.record({
  maxRows: fc.integer({ min: 1, max: 50 }),
  maxBytes: fc.integer({ min: 1, max: 300 }),
  maxCalls: fc.integer({ min: 1, max: 4 }),
  limit: fc.record({ most: fc.integer({ min: 1, max: 8 }) }),
  queue: fc.record({
    maxRows: fc.integer({ min: 1, max: 200 }),
    maxBytes: fc.integer({ min: 1, max: 2000 }),
    maxWaitMs: fc.integer({ min: 10, max: 1000 }),
  }),
  isAdaptive: fc.boolean(),
});

/** The answer that a row must have, whoever asks. */
const truth = (row: string): Answer => `answer to ${row}`;

test("Whatever comes, leaves and fails, every caller gets its own rows' answers or a reason, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.array(fate, { minLength: 1 }),
      options,
      async (steps, fates, given) => {
        const clock = virtualClock();
        let calls = 0;
        let inFlight = 0;
        const endpoint: Invoke = (call, { signal }) => {
          const { afterMs, kind } = fates[calls++ % fates.length]!;
          expect(call.rows.length).toBeLessThanOrEqual(given.maxRows);
          if (call.rows.length > 1)
            expect(Buffer.byteLength(call.rows.join("\n"))).toBeLessThan(given.maxBytes);
          expect(++inFlight).toBeLessThanOrEqual(Math.min(given.maxCalls, given.limit.most));
          if (kind === "throws") {
            inFlight--;
            throw new TypeError("a mistake");
          }
          return new Promise<Reply>((resolve, reject) => {
            const end = (settle: () => void) => () => {
              inFlight--;
              settle();
            };
            const answers = call.rows.map((row) => truth(row) as Answer | undefined);
            let settle = (): void => resolve({ answers, attempts: 1 });
            if (kind === "throttled") settle = () => reject(new Problem("endpoint-throttled", "Too many."));
            if (kind === "fails")
              settle = () => reject(new Problem("endpoint-failed", "Row 3 of 7.", { log: { row: 3 } }));
            if (kind === "short") settle = () => resolve({ answers: answers.slice(1), attempts: 1 });
            if (kind === "faults") {
              const faults = new Map<number, Problem>();
              for (const [i, row] of call.rows.entries()) {
                if (i % 3 !== 0) continue;
                answers[i] = undefined;
                faults.set(
                  i,
                  new Problem("endpoint-refused-rows", `The answer to row ${i} is ${row}.`, {
                    log: { row: i },
                  }),
                );
              }
              settle = () => resolve({ answers, attempts: 1, faults });
            }
            let isOver = false;
            const once = end(settle);
            const cancel =
              kind === "hangs"
                ? () => {}
                : clock.setTimeout(() => {
                    isOver = true;
                    once();
                  }, afterMs);
            signal.addEventListener("abort", () => {
              if (isOver) return;
              isOver = true;
              cancel();
              end(() => reject(signal.reason))();
            });
          });
        };

        const batched = withBatch({ ...given, clock })(endpoint);
        const asked: {
          rows: string[];
          controller: AbortController;
          reply?: Reply;
          error?: unknown;
          ends: number;
        }[] = [];
        for (const one of steps) {
          if ("rows" in one) {
            const id = asked.length;
            const rows = Array.from({ length: one.rows }, (_, i) => `${id}/${i}`);
            const controller = new AbortController();
            const request: (typeof asked)[number] = { rows, controller, ends: 0 };
            asked.push(request);
            const deadlineMs = one.deadlineMs === null ? undefined : clock.now() + one.deadlineMs;
            if (deadlineMs !== undefined) {
              clock.setTimeout(
                () => controller.abort(new Problem("deadline-exceeded", "Late.")),
                one.deadlineMs!,
              );
            }
            batched(
              { target: { endpointName: "bike" }, rows },
              { signal: controller.signal, deadlineMs },
            ).then(
              (reply) => {
                request.reply = reply;
                request.ends++;
              },
              (error: unknown) => {
                request.error = error;
                request.ends++;
              },
            );
          } else if ("leaves" in one) asked[one.leaves % Math.max(1, asked.length)]?.controller.abort();
          else await clock.advance(one.passMs);
        }
        await clock.advance(2000);
        // What still hangs is a call without an end, whose callers have no deadline: they have to go.
        for (const { controller } of asked) controller.abort();
        await clock.advance(5000);

        for (const { rows, reply, error, ends } of asked) {
          expect(ends).toBe(1);
          if (reply === undefined) {
            expect(error instanceof Problem || error instanceof TypeError).toBe(true);
            continue;
          }
          expect(reply.answers).toHaveLength(rows.length);
          for (const [i, row] of rows.entries()) {
            const fault = reply.faults?.get(i);
            if (fault === undefined) expect(reply.answers[i]).toBe(truth(row));
            else
              expect(fault).toMatchObject({ message: `The answer to row ${i} is ${row}.`, log: { row: i } });
          }
          for (const row of reply.faults?.keys() ?? []) expect(row).toBeLessThan(rows.length);
        }
        for (const state of batched.state().values()) {
          expect(state).toMatchObject({ inFlight: 0, waitingRows: 0, waitingBytes: 0, waitingRequests: 0 });
        }
        expect(inFlight).toBe(0);
        expect(clock.pending()).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
}, 120_000);
