import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type BatchOptions, withBatch } from "../../src/endpoint/batch.ts";
import type { Answer, Call, Invoke, Reply } from "../../src/endpoint/invoke.ts";
import { Problem } from "../../src/errors.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

/** What an endpoint does to a call, after some time. */
const fate = fc.record({
  afterMs: fc.integer({ min: 0, max: 60 }),
  kind: fc.constantFrom(
    ...(["right", "right", "right", "faults", "throttled", "fails", "short", "throws", "hangs"] as const),
  ),
});
type Fate = typeof fate extends fc.Arbitrary<infer T> ? T : never;

/** What callers do, in turn. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      rows: fc.integer({ min: 0, max: 40 }),
      timeoutMs: fc.option(fc.nat(300), { nil: undefined }),
    }),
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

/** The reply of a fate to a call, or what it fails with. */
function endOf({ rows }: Call, kind: Fate["kind"]): Reply | Problem {
  const answers: (Answer | undefined)[] = rows.map(truth);
  switch (kind) {
    case "throttled":
      return new Problem("endpoint-throttled", "Too many.");
    case "fails":
      return new Problem("endpoint-failed", "Row 3 of 7.", { log: { row: 3 } });
    case "short":
      return { answers: answers.slice(1), attempts: 1 };
    case "faults": {
      const faults = new Map<number, Problem>();
      for (let i = 0; i < rows.length; i += 3) {
        const detail = `The answer to row ${i} is ${rows[i]}.`;
        answers[i] = undefined;
        faults.set(i, new Problem("endpoint-refused-rows", detail, { log: { row: i } }));
      }
      return { answers, attempts: 1, faults };
    }
    default:
      return { answers, attempts: 1 };
  }
}

/** An endpoint that checks that it is never asked for more than it may be. */
function endpointOf(clock: VirtualClock, fates: readonly Fate[], caps: BatchOptions) {
  let calls = 0;
  let inFlight = 0;
  const invoke: Invoke = (call, { signal }) => {
    const { afterMs, kind } = fates[calls++ % fates.length]!;
    const { rows } = call;
    expect(rows.length).toBeLessThanOrEqual(caps.maxRows);
    if (rows.length > 1) expect(Buffer.byteLength(rows.join("\n"))).toBeLessThan(caps.maxBytes);
    expect(inFlight).toBeLessThan(Math.min(caps.maxCalls, caps.limit.most));
    if (kind === "throws") throw new TypeError("a mistake");
    inFlight++;
    return new Promise<Reply>((resolve, reject) => {
      let cancel = (): void => {};
      const onAbort = (): void => {
        cancel();
        inFlight--;
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      if (kind === "hangs") return;
      cancel = clock.setTimeout(() => {
        signal.removeEventListener("abort", onAbort);
        inFlight--;
        const end = endOf(call, kind);
        if (end instanceof Problem) reject(end);
        else resolve(end);
      }, afterMs);
    });
  };
  return { invoke, inFlight: () => inFlight };
}

interface Asked {
  readonly rows: readonly string[];
  readonly controller: AbortController;
  reply?: Reply;
  error?: unknown;
  ends: number;
}

async function settle(asked: Asked, promise: Promise<Reply>): Promise<void> {
  try {
    asked.reply = await promise;
  } catch (error) {
    asked.error = error;
  }
  asked.ends++;
}

function check({ rows, reply, error, ends }: Asked): void {
  expect(ends).toBe(1);
  if (reply === undefined) {
    expect(error instanceof Problem || error instanceof TypeError).toBe(true);
    return;
  }
  expect(reply.answers).toHaveLength(rows.length);
  for (const [i, row] of rows.entries()) {
    const fault = reply.faults?.get(i);
    if (fault === undefined) expect(reply.answers[i]).toBe(truth(row));
    else expect(fault).toMatchObject({ message: `The answer to row ${i} is ${row}.`, log: { row: i } });
  }
  for (const row of reply.faults?.keys() ?? []) expect(row).toBeLessThan(rows.length);
}

test("Whatever comes, leaves and fails, every caller gets its own rows' answers or a reason, and nothing is left", async () => {
  const run = async (
    steps: (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
    fates: Fate[],
    given: BatchOptions,
  ) => {
    const clock = virtualClock();
    const endpoint = endpointOf(clock, fates, given);
    const batched = withBatch({ ...given, clock })(endpoint.invoke);
    const asked: Asked[] = [];
    for (const one of steps) {
      if ("passMs" in one) await clock.advance(one.passMs);
      else if ("leaves" in one) asked[one.leaves % Math.max(1, asked.length)]?.controller.abort();
      else {
        const { timeoutMs } = one;
        const rows = Array.from({ length: one.rows }, (_, i) => `${asked.length}/${i}`);
        const request: Asked = { rows, controller: new AbortController(), ends: 0 };
        const { signal } = request.controller;
        asked.push(request);
        if (timeoutMs !== undefined) {
          const late = () => request.controller.abort(new Problem("deadline-exceeded", "Late."));
          clock.setTimeout(late, timeoutMs);
        }
        const deadlineMs = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
        void settle(request, batched({ target: { endpointName: "bike" }, rows }, { signal, deadlineMs }));
      }
    }
    await clock.advance(2000);
    // What is left then are calls without an end, whose callers have no deadline: they have to go.
    for (const { controller } of asked) controller.abort();
    await clock.advance(5000);
    for (const one of asked) check(one);
    for (const state of batched.state().values()) {
      expect(state).toMatchObject({ inFlight: 0, waitingRows: 0, waitingBytes: 0, waitingRequests: 0 });
    }
    expect(endpoint.inFlight()).toBe(0);
    expect(clock.pending()).toBe(0);
  };
  const steps = fc.array(step, { maxLength: 60 });
  const fates = fc.array(fate, { minLength: 1 });
  await fc.assert(fc.asyncProperty(steps, fates, options, run), { numRuns: 500 });
}, 120_000);
