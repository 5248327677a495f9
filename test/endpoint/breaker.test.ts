import { describe, expect, test } from "vitest";
import { type BreakerOptions, type CircuitChange, withBreaker } from "../../src/endpoint/breaker.ts";
import type { Invoke, Reply } from "../../src/endpoint/invoke.ts";
import { withRetry } from "../../src/endpoint/retry.ts";
import { Problem, type ProblemCode } from "../../src/errors.ts";
import { callOf, open, outcome, problem, seeded } from "./stages.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

const call = callOf(["1"]);
const reply: Reply = { answers: [1], attempts: 1 };
const unreachable = problem("endpoint-unreachable");

/** An endpoint that does as it is told, and a breaker before it whose open times are all in full. */
const rig = (options: Partial<BreakerOptions> = {}) => {
  const clock = virtualClock();
  const changes: CircuitChange[] = [];
  const state = { end: undefined as Problem | undefined, calls: 0, tookMs: 0 };
  const endpoint: Invoke = async () => {
    state.calls += 1;
    const { end, tookMs } = state;
    if (tookMs > 0) await sleep(clock, tookMs);
    if (end !== undefined) throw end;
    return reply;
  };
  const breaker = withBreaker({
    clock,
    random: () => 1,
    onChange: (change) => changes.push(change),
    ...options,
  });
  const invoke = breaker(endpoint);
  const ask = async (what = call): Promise<string> => {
    const end = await outcome(invoke(what, open()));
    return end instanceof Problem ? end.code : "answer";
  };
  const fail = async (times: number): Promise<string[]> => {
    const codes: string[] = [];
    for (let time = 0; time < times; time += 1) codes.push(await ask());
    return codes;
  };
  return { clock, state, breaker, invoke, ask, fail, changes };
};

const sleep = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });

describe("a closed circuit", () => {
  test("passes replies and problems on as they are", async () => {
    const { invoke, state, changes } = rig();
    expect(await outcome(invoke(call, open()))).toBe(reply);
    state.end = unreachable;
    expect(await outcome(invoke(call, open()))).toBe(unreachable);
    expect(changes).toEqual([]);
  });

  test("opens at the eighth failure in a row, and not at the seventh", async () => {
    const { ask, fail, state, changes } = rig();
    state.end = unreachable;
    await fail(7);
    state.end = undefined;
    expect(await ask()).toBe("answer");
    state.end = unreachable;
    expect(await fail(8)).toEqual(Array(8).fill("endpoint-unreachable"));
    expect(changes).toEqual([{ target: call.target, isOpen: true, problem: unreachable }]);
    expect(await ask()).toBe("endpoint-circuit-open");
    expect(state.calls).toBe(16);
  });

  test.each<[ProblemCode, boolean]>([
    ["endpoint-unreachable", true],
    ["endpoint-unavailable", true],
    ["endpoint-failed", true],
    ["endpoint-model-timeout", true],
    ["endpoint-throttled", false],
    ["endpoint-overloaded", false],
    ["endpoint-not-ready", false],
    ["endpoint-refused-rows", false],
    ["endpoint-model-failed", false],
    ["endpoint-bad-answer", false],
    ["endpoint-payload-too-large", false],
    ["endpoint-not-found", false],
    ["endpoint-access-denied", false],
    ["endpoint-credentials", false],
    ["caller-gone", false],
    ["deadline-exceeded", false],
  ])("of nothing but %s opens: %s", async (code, opens) => {
    const { fail, state, changes } = rig();
    state.end = problem(code);
    await fail(20);
    expect(changes.length > 0).toBe(opens);
  });

  test("takes what a container says of rows, or a throttle, for a sign of life", async () => {
    const { fail, state, changes } = rig();
    for (let round = 0; round < 5; round += 1) {
      state.end = unreachable;
      await fail(7);
      state.end = problem(round % 2 === 0 ? "endpoint-refused-rows" : "endpoint-throttled");
      await fail(1);
    }
    expect(changes).toEqual([]);
  });

  test("takes what ends here for no sign at all", async () => {
    const { fail, state, changes } = rig();
    state.end = unreachable;
    await fail(7);
    state.end = problem("caller-gone");
    await fail(5);
    expect(changes).toEqual([]);
    state.end = unreachable;
    await fail(1);
    expect(changes).toHaveLength(1);
  });

  test("takes a mistake of the program for no sign at all", async () => {
    const { breaker, clock } = rig();
    const mistake = new TypeError("x is not a function");
    const invoke = breaker(() => Promise.reject(mistake));
    for (let time = 0; time < 20; time += 1) await expect(invoke(call, open())).rejects.toBe(mistake);
    expect(clock.now()).toBe(0);
  });

  test("does not open when a hundred connections break at once, but when the next call fails, too", async () => {
    const { ask, state, clock, changes } = rig();
    Object.assign(state, { end: unreachable, tookMs: 10 });
    const all = Promise.all(Array.from({ length: 100 }, () => ask()));
    await clock.advance(10);
    expect(await all).toEqual(Array(100).fill("endpoint-unreachable"));
    expect(changes).toEqual([]);
    state.tookMs = 0;
    await ask();
    expect(changes).toHaveLength(1);
  });

  test("is each variant's, model's and component's own", async () => {
    const { ask, fail, state } = rig();
    state.end = unreachable;
    await fail(8);
    expect(await ask(callOf(["1"], { targetModel: "a" }))).toBe("endpoint-unreachable");
    expect(await ask(callOf(["1"], { customAttributes: "a" }))).toBe("endpoint-circuit-open");
  });
});

describe("a deadline that passes", () => {
  const late = problem("deadline-exceeded");

  const slow = async (tookMs: number, times: number, { state, ask, clock }: ReturnType<typeof rig>) => {
    Object.assign(state, { tookMs });
    for (let time = 0; time < times; time += 1) {
      const asked = ask();
      await clock.advance(tookMs);
      await asked;
    }
  };

  test("after five seconds is a hang, a millisecond less is the caller's impatience", async () => {
    const one = rig();
    one.state.end = late;
    await slow(4999, 20, one);
    expect(one.changes).toEqual([]);
    await slow(5000, 8, one);
    expect(one.changes).toHaveLength(1);
  });

  test("says nothing where the model needs half as long when it is well", async () => {
    const one = rig();
    await slow(4000, 1, one);
    one.state.end = late;
    await slow(7999, 20, one);
    expect(one.changes).toEqual([]);
    await slow(8000, 8, one);
    expect(one.changes).toHaveLength(1);
  });
});

describe("an open circuit", () => {
  const opened = async (options: Partial<BreakerOptions> = {}) => {
    const one = rig(options);
    one.state.end = unreachable;
    await one.fail(8);
    one.state.calls = 0;
    return one;
  };

  test("says at once, without a call, that there is none, why, and when to come back", async () => {
    const { invoke, clock, state } = await opened();
    const end = (await outcome(invoke(call, open()))) as Problem;
    expect([end.code, end.status, end.retryable, end.retryAfterS]).toEqual([
      "endpoint-circuit-open",
      503,
      true,
      1,
    ]);
    expect(end.log).toEqual({
      attempts: 0,
      openedBy: "endpoint-unreachable",
      openedByDetail: "endpoint-unreachable.",
      openedByAwsError: "endpoint-unreachable",
    });
    expect([clock.now(), state.calls]).toEqual([0, 0]);
  });

  test("lets one call through after 100 ms, then 200, 400, 500, 500, and refuses all others", async () => {
    const { ask, clock, state } = await opened();
    const probes: number[] = [];
    for (let ms = 1; ms <= 2000; ms += 1) {
      await clock.advance(1);
      const before = state.calls;
      await ask();
      await ask();
      if (state.calls > before) probes.push(clock.now());
      expect(state.calls - before).toBeLessThanOrEqual(1);
    }
    expect(probes).toEqual([100, 300, 700, 1200, 1700]);
  });

  test("stays open for half of that to all of it, by chance", async () => {
    for (const [random, at] of [
      [0, 50],
      [0.5, 75],
      [0.999, 99.95],
    ] as const) {
      const { ask, clock, state } = await opened({ random: () => random });
      await clock.advance(at - 0.01);
      expect(await ask()).toBe("endpoint-circuit-open");
      await clock.advance(0.02);
      expect([await ask(), state.calls]).toEqual(["endpoint-unreachable", 1]);
    }
  });

  test("says a longer wait where it is set so", async () => {
    const { invoke, clock } = await opened({ openMs: 2500, maxOpenMs: 9000 });
    expect(((await outcome(invoke(call, open()))) as Problem).retryAfterS).toBe(3);
    await clock.advance(600);
    expect(((await outcome(invoke(call, open()))) as Problem).retryAfterS).toBe(2);
  });

  test("closes when a probe is answered, and needs eight failures to open again", async () => {
    const { ask, fail, clock, state, changes } = await opened();
    state.end = undefined;
    await clock.advance(100);
    expect(await ask()).toBe("answer");
    expect(changes.at(-1)).toEqual({ target: call.target, isOpen: false });
    state.end = unreachable;
    await fail(7);
    expect(changes).toHaveLength(2);
    await fail(1);
    expect(changes).toHaveLength(3);
  });

  test("closes when a probe finds the endpoint throttling, which is alive", async () => {
    const { ask, clock, state, changes } = await opened();
    state.end = problem("endpoint-throttled");
    await clock.advance(100);
    await ask();
    expect(changes.at(-1)).toEqual({ target: call.target, isOpen: false });
  });

  test("lets the next call through when a probe's caller goes away", async () => {
    const { ask, clock, state, changes } = await opened();
    state.end = problem("caller-gone");
    await clock.advance(100);
    expect([await ask(), await ask()]).toEqual(["caller-gone", "caller-gone"]);
    state.end = undefined;
    expect(await ask()).toBe("answer");
    expect(changes).toHaveLength(2);
  });

  test("does not wait for a probe that hangs, nor is the next one put off when that fails at last", async () => {
    const { ask, clock, state } = await opened();
    state.tookMs = 1000;
    await clock.advance(100);
    const first = ask();
    await clock.advance(200);
    const second = ask();
    expect(await ask()).toBe("endpoint-circuit-open");
    await clock.advance(800);
    expect(await first).toBe("endpoint-unreachable");
    Object.assign(state, { end: undefined, tookMs: 0 });
    expect(await ask()).toBe("answer");
    await clock.advance(200);
    expect(await second).toBe("endpoint-unreachable");
    expect(await ask()).toBe("answer");
  });

  test("pays no heed to what was under way when it opened", async () => {
    const { ask, clock, state, changes, fail } = rig();
    Object.assign(state, { tookMs: 50 });
    const answered = ask();
    Object.assign(state, { end: unreachable });
    const failed = ask();
    state.tookMs = 0;
    await fail(8);
    expect(changes).toHaveLength(1);
    await clock.advance(50);
    expect([await answered, await failed]).toEqual(["answer", "endpoint-unreachable"]);
    expect([changes.length, await ask()]).toEqual([1, "endpoint-circuit-open"]);
    await clock.advance(50);
    expect(await ask()).toBe("endpoint-unreachable");
  });

  test("counts the failure of an overtaken probe like any other once it is closed", async () => {
    const { ask, clock, state, changes, fail } = await opened();
    await clock.advance(100);
    state.tookMs = 1000;
    const hanging = ask();
    await clock.advance(200);
    Object.assign(state, { end: undefined, tookMs: 0 });
    expect(await ask()).toBe("answer");
    await clock.advance(800);
    expect(await hanging).toBe("endpoint-unreachable");
    state.end = unreachable;
    await fail(6);
    expect(changes).toHaveLength(2);
    await fail(1);
    expect(changes).toHaveLength(3);
  });

  test("needs nobody to be told", async () => {
    const { ask, fail, state, clock } = rig({ onChange: undefined });
    state.end = unreachable;
    await fail(8);
    expect(await ask()).toBe("endpoint-circuit-open");
    state.end = undefined;
    await clock.advance(100);
    expect(await ask()).toBe("answer");
  });
});

describe("an endpoint that is gone for ten seconds, with retries above the breaker", () => {
  test.each([
    ["refuses connections", 0],
    ["lets connections time out after a second", 1000],
  ])(
    "and %s: callers but the probes' are told in no time; it serves again within 2 s",
    async (_name, tookMs) => {
      const clock = virtualClock();
      let gone = true;
      const endpoint: Invoke = async () => {
        if (!gone) return reply;
        await sleep(clock, tookMs);
        throw unreachable;
      };
      const random = seeded(7);
      const invoke = withRetry({ clock, random })(withBreaker({ clock, random })(endpoint));
      const told: { at: number; tookMs: number; code: string }[] = [];
      const ask = async (): Promise<void> => {
        const at = clock.now();
        const end = await outcome(invoke(call, open()));
        told.push({
          at,
          tookMs: clock.now() - at,
          code: end instanceof Problem ? end.code : "answer",
        });
      };
      // A caller every 5 ms, for 12.1 s.
      for (let ms = 0; ms < 12_100; ms += 5) {
        if (ms === 10_000) gone = false;
        void ask();
        await clock.advance(5);
      }
      await clock.advance(5000);
      // Who comes later may see it come back.
      const whileOpen = told.filter(({ at }) => at > 3000 && at < 8900);
      const slow = whileOpen.filter(({ tookMs: ms }) => ms >= 50);
      expect(whileOpen.length).toBeGreaterThan(1100);
      // Those who travel with a probe, four a second at most, and those of the pause after it.
      expect(slow.length).toBeLessThanOrEqual(6 * 4);
      expect(new Set(whileOpen.map(({ code }) => code))).not.toContain("answer");
      const back = told.filter(({ code }) => code === "answer").map(({ at }) => at);
      expect(Math.min(...back)).toBeLessThanOrEqual(12_000);
      const since = told.filter(({ at }) => at >= 12_000);
      expect(since.map(({ code }) => code)).toEqual(since.map(() => "answer"));
    },
  );
});
