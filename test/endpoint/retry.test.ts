import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Problem, catalogue, type ProblemCode } from "../../src/errors.ts";
import type { Context, Reply } from "../../src/endpoint/invoke.ts";
import { type Retry, type RetryOptions, pauseKind, withRetry } from "../../src/endpoint/retry.ts";
import { callOf, open, outcome, problem, scripted, seeded } from "./stages.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

const call = callOf(["1"]);
const reply: Reply = { answers: [1], attempts: 1 };
const unreachable = problem("endpoint-unreachable");
const throttled = problem("endpoint-throttled");

/** A stage under test in virtual time; its random is ½ unless given, so that pauses are half of their ceilings. */
const rig = (options: Partial<RetryOptions> = {}) => {
  const clock = virtualClock();
  const retries: Retry[] = [];
  const stage = withRetry({
    clock,
    random: () => 0.5,
    onRetry: (retry) => retries.push(retry),
    ...options,
  });
  return { clock, retries, stage, pauses: () => retries.map(({ pauseMs }) => pauseMs) };
};

/** Runs until it has ended, and says how and when. */
const run = async (clock: VirtualClock, promise: Promise<Reply>) => {
  const state: { ended?: Reply | Problem } = {};
  const settle = async (): Promise<void> => {
    state.ended = await outcome(promise);
  };
  void settle();
  for (let turns = 0; state.ended === undefined && turns < 5000; turns += 1) await clock.advance(1);
  return state.ended!;
};

const after =
  (clock: VirtualClock, ms: number, end: Problem | Reply) =>
  (_call: unknown, { signal }: Context): Promise<Reply> =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      clock.setTimeout(() => (end instanceof Problem ? reject(end) : resolve(end)), ms);
    });

describe("a call that succeeds", () => {
  test("is sent once, and its reply is passed on as it is", async () => {
    const { stage, clock, retries } = rig();
    const next = scripted(reply);
    expect(await run(clock, stage(next)(call, open()))).toBe(reply);
    expect([next.calls, retries]).toEqual([[call], []]);
  });
});

describe("a call that fails", () => {
  test("is sent again after half the ceiling, then the double, and counts its attempts", async () => {
    const { stage, clock, retries } = rig();
    const next = scripted(unreachable, unreachable, reply);
    expect(await run(clock, stage(next)(call, open()))).toEqual({ answers: [1], attempts: 3 });
    expect(retries).toEqual([
      { target: call.target, problem: unreachable, attempt: 1, pauseMs: 25 },
      { target: call.target, problem: unreachable, attempt: 2, pauseMs: 50 },
    ]);
    expect(clock.now()).toBe(75);
  });

  test("is told to its caller where another attempt follows, with the attempts until then", async () => {
    const { stage, clock } = rig();
    const told: Problem[] = [];
    const onFailure = (failure: Problem): void => void told.push(failure);
    await run(clock, stage(scripted(throttled, throttled, throttled))(call, open({ onFailure })));
    expect(told.map(({ code, log }) => [code, log?.["attempts"]])).toEqual([
      ["endpoint-throttled", 1],
      ["endpoint-throttled", 2],
    ]);
  });

  test("is sent three times and no more, and its problem counts them", async () => {
    const { stage, clock } = rig();
    const next = scripted(unreachable, throttled, unreachable);
    const end = (await run(clock, stage(next)(call, open()))) as Problem;
    expect([end.code, end.log]).toEqual([
      "endpoint-unreachable",
      { awsError: "endpoint-unreachable", attempts: 3 },
    ]);
    expect(next.calls).toHaveLength(3);
  });

  test("counts what the stages below have counted", async () => {
    const { stage, clock } = rig();
    const next = scripted(problem("endpoint-throttled", { attempts: 2 }), { ...reply, attempts: 4 });
    expect(await run(clock, stage(next)(call, open()))).toMatchObject({ attempts: 6 });
  });

  test("says how many of its attempts were throttled, for those who lower their load by it", async () => {
    const { stage, clock } = rig();
    const once = scripted(throttled, unreachable, reply);
    expect(await run(clock, stage(once)(call, open()))).toEqual({ answers: [1], attempts: 3, throttled: 1 });
    const twice = scripted(throttled, throttled, reply);
    expect(await run(clock, stage(twice)(call, open()))).toEqual({ answers: [1], attempts: 3, throttled: 2 });
  });

  test("is not sent again with one attempt, and its problem is the very one", async () => {
    const { stage, clock } = rig({ maxAttempts: 1 });
    expect(await run(clock, stage(scripted(unreachable))(call, open()))).toBe(unreachable);
  });

  test("by a mistake of the program is not taken for the endpoint's failure", async () => {
    const { stage } = rig();
    const mistake = new TypeError("x is not a function");
    await expect(stage(() => Promise.reject(mistake))(call, open())).rejects.toBe(mistake);
  });

  test("waits longer for an overload, and longest for a model that is being loaded", async () => {
    const { stage, clock, pauses } = rig({ maxAttempts: 6 });
    const busy = problem("endpoint-overloaded");
    const loading = problem("endpoint-not-ready");
    await run(clock, stage(scripted(throttled, throttled, busy, busy, reply))(call, open()));
    await run(clock, stage(scripted(loading, loading, loading, reply))(call, open()));
    expect(pauses()).toEqual([125, 250, 500, 1000, 500, 1000, 1000]);
  });

  test("draws its pause from 0 to the ceiling, which has its own", async () => {
    const { stage, clock, pauses } = rig({ random: seeded(1), maxAttempts: 60, maxPauseMs: 300 });
    await run(clock, stage(scripted(...Array<Problem>(9).fill(throttled), reply))(call, open()));
    expect(Math.max(...pauses())).toBeLessThan(300);
    expect(new Set(pauses()).size).toBe(9);
  });
});

describe("what can succeed", () => {
  test.each([
    ["endpoint-throttled", {}, "overload"],
    ["endpoint-overloaded", { originalStatusCode: 503 }, "overload"],
    ["endpoint-not-ready", {}, "loading"],
    ["endpoint-unreachable", {}, "transient"],
    ["endpoint-unavailable", { status: 503 }, "transient"],
    ["endpoint-unavailable", { status: 424, originalStatusCode: 0 }, undefined],
    ["endpoint-failed", { status: 500 }, "transient"],
    ["endpoint-failed", { status: 408 }, "transient"],
    ["endpoint-failed", { status: 530 }, undefined],
    ["endpoint-failed", { status: undefined }, undefined],
    ["endpoint-failed", { status: 200 }, undefined],
    ["endpoint-access-denied", { clockSkewCorrected: true }, "transient"],
    ["endpoint-access-denied", {}, undefined],
  ] as const)("%s %o: %s", (code, log, kind) => {
    expect(pauseKind(problem(code, log))).toBe(kind);
  });

  test("is nothing else, whatever its log says", () => {
    const known = new Set([
      "endpoint-throttled",
      "endpoint-overloaded",
      "endpoint-not-ready",
      "endpoint-unreachable",
      "endpoint-unavailable",
      "endpoint-failed",
      "endpoint-access-denied",
    ]);
    for (const code of Object.keys(catalogue) as ProblemCode[]) {
      if (known.has(code)) continue;
      expect(pauseKind(problem(code, { status: 503, clockSkewCorrected: true }))).toBeUndefined();
    }
    expect(pauseKind(new Problem("endpoint-unavailable", "No log."))).toBe("transient");
    expect(pauseKind(new Problem("endpoint-failed", "No log."))).toBeUndefined();
    expect(pauseKind(new Problem("endpoint-access-denied", "No log."))).toBeUndefined();
  });

  test("is in a session only what was not taken", async () => {
    const { stage, clock } = rig();
    const session = callOf(["1"], { sessionId: "s" });
    expect(await run(clock, stage(scripted(throttled, reply))(session, open()))).toMatchObject({
      attempts: 2,
    });
    expect(await run(clock, stage(scripted(unreachable))(session, open()))).toBe(unreachable);
  });
});

describe("a pause that the server asks for", () => {
  const asking = (retryAfterMs: number) => problem("endpoint-throttled", { retryAfterMs });

  test("is kept, and up to a base longer, so that not all come back at once", async () => {
    const { stage, clock, pauses } = rig();
    await run(clock, stage(scripted(asking(100), asking(1000), reply))(call, open()));
    expect(pauses()).toEqual([100 + 125, 1000 + 125]);
  });

  test("of exactly two seconds is waited for, of a millisecond more is not", async () => {
    const { stage, clock, pauses } = rig();
    expect(await run(clock, stage(scripted(asking(2000), reply))(call, open()))).toMatchObject({
      attempts: 2,
    });
    const long = asking(2001);
    expect(await run(clock, stage(scripted(long))(call, open()))).toBe(long);
    expect(pauses()).toEqual([2125]);
  });
});

describe("a deadline", () => {
  test("that leaves 10 ms for another attempt is met, one that leaves less is not tried", async () => {
    const { stage, clock } = rig();
    expect(
      await run(clock, stage(scripted(unreachable, reply))(call, open({ deadlineMs: 25 + 10 }))),
    ).toMatchObject({ attempts: 2 });
    const at = clock.now();
    expect(await run(clock, stage(scripted(unreachable))(call, open({ deadlineMs: at + 34 })))).toBe(
      unreachable,
    );
  });

  test("must leave as much time as the attempt that failed has taken", async () => {
    const { stage, clock } = rig();
    const slow = after(clock, 200, unreachable);
    expect(
      await run(clock, stage(scripted(slow, reply))(call, open({ deadlineMs: 200 + 25 + 200 }))),
    ).toMatchObject({ attempts: 2 });
    const at = clock.now();
    expect(await run(clock, stage(scripted(slow))(call, open({ deadlineMs: at + 424 })))).toBe(unreachable);
  });

  test("that passes during a later attempt keeps in the log what AWS had said before", async () => {
    const { stage, clock } = rig();
    const controller = new AbortController();
    const late = new Problem("deadline-exceeded", "Late.");
    clock.setTimeout(() => controller.abort(late), 1000);
    const first = problem("endpoint-throttled", { requestId: "r-1" });
    const next = scripted(first, after(clock, 5000, reply));
    const end = (await run(clock, stage(next)(call, open({ signal: controller.signal })))) as Problem;
    expect([end.code, end.message, end.log]).toEqual([
      "deadline-exceeded",
      "Late.",
      { awsError: "endpoint-throttled", requestId: "r-1", after: "endpoint-throttled", attempts: 2 },
    ]);
    expect(clock.now()).toBe(1000);
  });

  test("or a caller that goes away ends the pause at once, and the timer with it", async () => {
    const { stage, clock } = rig();
    const controller = new AbortController();
    clock.setTimeout(() => controller.abort(), 50);
    const next = scripted(throttled);
    const end = (await run(clock, stage(next)(call, open({ signal: controller.signal })))) as Problem;
    expect([end.code, end.log]).toEqual([
      "caller-gone",
      { awsError: "endpoint-throttled", after: "endpoint-throttled", attempts: 1 },
    ]);
    expect([clock.now(), clock.pending()]).toEqual([50, 0]);
  });

  test("that has passed when the attempt fails starts no pause", async () => {
    const { stage, clock, retries } = rig();
    const controller = new AbortController();
    const next = scripted(async () => {
      controller.abort();
      throw throttled;
    });
    expect(await run(clock, stage(next)(call, open({ signal: controller.signal })))).toBe(throttled);
    expect(retries).toEqual([]);
  });

  test("lets go of the signal after a pause", async () => {
    const { stage, clock } = rig();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await run(clock, stage(scripted(throttled, reply))(call, open({ signal })));
    expect(added.mock.calls.map(([, listener]) => listener)).toEqual(
      removed.mock.calls.map(([, listener]) => listener),
    );
    expect(added).toHaveBeenCalledTimes(1);
  });
});

describe("an open circuit", () => {
  test("ends the retries, and the log says what came before it", async () => {
    const { stage, clock } = rig();
    const shut = new Problem("endpoint-circuit-open", "Shut.", { retryAfterS: 1, log: { attempts: 0 } });
    const end = (await run(clock, stage(scripted(unreachable, shut))(call, open()))) as Problem;
    expect([end.code, end.retryAfterS, end.log]).toEqual([
      "endpoint-circuit-open",
      1,
      { awsError: "endpoint-unreachable", after: "endpoint-unreachable", attempts: 1 },
    ]);
  });
});

describe("the budget", () => {
  test("ends the retries of an endpoint that fails always, of that endpoint alone", async () => {
    const { stage, clock, retries } = rig();
    const invoke = stage(() => Promise.reject(unreachable));
    const car = callOf(["1"], { endpointName: "car" });
    for (let calls = 0; calls < 100; calls += 1) await run(clock, invoke(call, open()));
    const ofBike = retries.length;
    expect(ofBike).toBeGreaterThanOrEqual(20);
    expect(ofBike).toBeLessThanOrEqual(20 + clock.now() / 5000);
    await run(clock, invoke(call, open()));
    expect(retries).toHaveLength(ofBike);
    await run(clock, invoke(car, open()));
    expect(retries).toHaveLength(ofBike + 2);
  });

  test("is not spent by a call that has no time left for a retry", async () => {
    const { stage, clock, retries } = rig({ budget: { floor: 1 } });
    await run(clock, stage(scripted(unreachable))(call, open({ deadlineMs: 1 })));
    await run(clock, stage(scripted(unreachable, reply))(call, open()));
    expect(retries).toHaveLength(1);
  });

  test("is kept whatever fails, and every call ends by its deadline", async () => {
    const codes = fc.constantFrom<ProblemCode>(
      "endpoint-unreachable",
      "endpoint-throttled",
      "endpoint-refused-rows",
      "endpoint-not-ready",
    );
    const one = fc.record({
      fails: fc.array(codes, { maxLength: 4 }),
      deadlineMs: fc.integer({ min: 1, max: 3000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 60 }), fc.nat(), async (calls, seed) => {
        const { stage, clock, retries } = rig({ random: seeded(seed), maxAttempts: 4 });
        let sent = 0;
        for (const { fails, deadlineMs } of calls) {
          let attempt = 0;
          const next = async () => {
            sent += 1;
            const code = fails[attempt];
            attempt += 1;
            if (code !== undefined) throw problem(code);
            return reply;
          };
          const began = clock.now();
          let done = false;
          const settle = async (): Promise<void> => {
            await outcome(stage(next)(call, open({ deadlineMs: began + deadlineMs })));
            done = true;
          };
          void settle();
          await clock.advance(deadlineMs);
          expect(done).toBe(true);
        }
        expect(sent).toBe(calls.length + retries.length);
        expect(retries.length).toBeLessThanOrEqual(calls.length / 10 + 10 + clock.now() / 5000);
      }),
      { numRuns: 50 },
    );
  });
});
