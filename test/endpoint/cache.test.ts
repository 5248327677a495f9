import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CacheOptions, withCache } from "../../src/endpoint/cache.ts";
import type { Answer, Call, Context, Invoke, Reply } from "../../src/endpoint/invoke.ts";
import { Problem } from "../../src/errors.ts";
import { callOf, open, outcome, problem } from "./stages.ts";
import { virtualClock } from "./virtual-clock.ts";

/** An endpoint that answers a row with the number it is, and a cache before it. */
const rig = (options: Partial<CacheOptions> = {}) => {
  const clock = virtualClock();
  const calls: Call[] = [];
  const state = { answerOf: (row: string): Answer => Number(row) };
  const endpoint: Invoke = async (call) => {
    calls.push(call);
    return {
      answers: call.rows.map((row) => state.answerOf(row)),
      attempts: 1,
      invokedVariant: "blue",
      requestId: `r${calls.length}`,
    };
  };
  const stage = withCache({ clock, maxBytes: 1_000_000, ttlMs: 1000, ...options });
  const invoke = stage(endpoint);
  return {
    clock,
    state,
    stage,
    invoke,
    sent: () => calls.map(({ rows }) => rows.join(" ")),
    ask: (rows: readonly string[], target: Partial<Call["target"]> = {}, context: Partial<Context> = {}) =>
      invoke(callOf(rows, target), open(context)),
  };
};

/** An endpoint whose calls end when they are told to. */
const manual = () => {
  const calls: {
    readonly call: Call;
    readonly context: Context;
    readonly land: () => void;
    readonly crash: (problem: Problem) => void;
  }[] = [];
  const invoke: Invoke = (call, context) =>
    new Promise((resolve, reject) => {
      calls.push({
        call,
        context,
        land: () => resolve({ answers: call.rows.map(Number), attempts: 1, requestId: "r" }),
        crash: reject,
      });
    });
  return { calls, invoke };
};

describe("a row that comes again", () => {
  test("is answered from the cache, and the others alone are sent", async () => {
    const { ask, sent } = rig();
    expect(await ask(["1", "2"])).toEqual({
      answers: [1, 2],
      attempts: 1,
      invokedVariant: "blue",
      requestId: "r1",
      cacheHits: 0,
    });
    expect(await ask(["3", "2", "4", "1"])).toEqual({
      answers: [3, 2, 4, 1],
      attempts: 1,
      invokedVariant: "blue",
      requestId: "r2",
      cacheHits: 2,
    });
    expect(sent()).toEqual(["1 2", "3 4"]);
  });

  test("with all others costs no call", async () => {
    const { ask, sent } = rig();
    await ask(["1", "2"]);
    expect(await ask(["2", "1"])).toEqual({ answers: [2, 1], attempts: 0, cacheHits: 2 });
    expect(sent()).toHaveLength(1);
  });

  test("in one call is sent once, and answered in every place", async () => {
    const { ask, sent } = rig();
    expect(await ask(["1", "2", "1", "1"])).toMatchObject({ answers: [1, 2, 1, 1], cacheHits: 0 });
    expect(sent()).toEqual(["1 2"]);
  });

  test("is a hit until its time is over, counted from the answer, and not after it", async () => {
    const { ask, clock } = rig();
    await ask(["1"]);
    await clock.advance(1000);
    expect((await ask(["1"])).cacheHits).toBe(1);
    await clock.advance(0.001);
    expect((await ask(["1"])).cacheHits).toBe(0);
    await clock.advance(1000);
    expect((await ask(["1"])).cacheHits).toBe(1);
  });

  test("is a hit only under the same target, attributes, format and width", async () => {
    const { invoke, sent } = rig();
    const call = callOf(["1"]);
    const format = { contentType: "text/csv", accept: "text/csv", open: "", separator: "\n", close: "" };
    const others: readonly Call[] = [
      call,
      { ...call, width: 1 },
      callOf(["1"], { endpointName: "car" }),
      callOf(["1"], { targetVariant: "a" }),
      callOf(["1"], { targetModel: "a" }),
      callOf(["1"], { inferenceComponent: "a" }),
      callOf(["1"], { customAttributes: "a" }),
      { ...call, format: { ...format, accept: "application/json" } },
      { ...call, format: { ...format, contentType: "application/json" } },
      { ...call, format: { ...format, open: "[" } },
      { ...call, format: { ...format, separator: "," } },
      { ...call, format: { ...format, close: "]" } },
    ];
    for (const other of others) expect((await invoke(other, open())).cacheHits).toBe(0);
    for (const other of others) expect((await invoke(other, open())).cacheHits).toBe(1);
    expect((await invoke({ ...call, format }, open())).cacheHits).toBe(1);
    expect(sent()).toHaveLength(others.length);
  });

  test("is asked for anew where the caller wants no cache, and its new answer kept", async () => {
    const { ask, state } = rig();
    await ask(["1", "2"]);
    state.answerOf = (row) => Number(row) * 10;
    expect(await ask(["1", "1"], {}, { noCache: true })).toMatchObject({ answers: [10, 10], cacheHits: 0 });
    expect(await ask(["1", "2"])).toMatchObject({ answers: [10, 2], cacheHits: 2 });
  });

  test.each([{ sessionId: "s" }, { inferenceId: "i" }])("is sent again under %o", async (target) => {
    const { ask, sent } = rig();
    await ask(["1"]);
    for (let time = 0; time < 2; time += 1) expect((await ask(["1"], target)).cacheHits).toBeUndefined();
    expect(sent()).toEqual(["1", "1", "1"]);
  });
});

describe("an answer", () => {
  const kinds: readonly Answer[] = [
    0,
    -0,
    5e-324,
    "",
    "setosa",
    [0.1, -0],
    { score: 0.5, labels: ["a"] },
    [],
  ];

  test("of any kind survives to the sign of zero", async () => {
    const { ask, state } = rig();
    state.answerOf = (row) => kinds[Number(row)]!;
    const rows = kinds.map((_, row) => String(row));
    await ask(rows);
    const { answers, cacheHits } = await ask(rows);
    expect(cacheHits).toBe(kinds.length);
    answers.forEach((answer, row) => expect(Object.is(answer, kinds[row])).toBe(true));
  });

  test("cannot be changed by one caller for another, however deep", async () => {
    const { ask, state } = rig();
    state.answerOf = () => ({ score: 1, parts: [{ share: 0.5 }] });
    const [answer] = (await ask(["1"])).answers as [{ score: number; parts: { share: number }[] }];
    expect(() => {
      answer.score = 2;
    }).toThrow(TypeError);
    expect(() => {
      answer.parts[0]!.share = 2;
    }).toThrow(TypeError);
    expect((await ask(["1"])).answers).toEqual([{ score: 1, parts: [{ share: 0.5 }] }]);
  });
});

describe("what fails", () => {
  test("is never kept: a fault, beside answers that are", async () => {
    const { stage } = rig();
    const fault = problem("endpoint-refused-rows");
    const sent: string[] = [];
    const invoke = stage(async ({ rows }) => {
      sent.push(rows.join(" "));
      const answers = rows.map((row) => (row === "bad" ? undefined : Number(row)));
      const faults = new Map(
        [...rows.keys()].filter((row) => rows[row] === "bad").map((row) => [row, fault]),
      );
      return { answers, faults: faults.size === 0 ? undefined : faults, attempts: 1 };
    });
    const rows = ["1", "bad", "2", "bad"];
    expect(await invoke(callOf(rows), open())).toEqual({
      answers: [1, undefined, 2, undefined],
      faults: new Map([
        [1, fault],
        [3, fault],
      ]),
      attempts: 1,
      cacheHits: 0,
    });
    expect((await invoke(callOf(rows), open())).faults?.size).toBe(2);
    await invoke(callOf(rows), open({ noCache: true }));
    expect((await invoke(callOf(["1", "2"]), open())).cacheHits).toBe(2);
    expect(sent).toEqual(["1 bad 2", "bad", "1 bad 2 bad"]);
  });

  test("is never kept: a stage below that throws before it gives a promise", async () => {
    let sent = 0;
    const gone = problem("caller-gone");
    const invoke = rig().stage(() => {
      sent += 1;
      throw gone;
    });
    for (let time = 0; time < 3; time += 1) expect(await outcome(invoke(callOf(["1"]), open()))).toBe(gone);
    expect(sent).toBe(3);
  });

  test("is never kept: a call, which is thrown though other rows were hits", async () => {
    const { stage, ask } = rig();
    await ask(["1"]);
    const throttled = problem("endpoint-throttled");
    const ends: (Problem | Reply)[] = [throttled, throttled, { answers: [2], attempts: 1 }];
    const invoke = stage(async () => {
      const end = ends.shift()!;
      if (end instanceof Problem) throw end;
      return end;
    });
    expect(await outcome(invoke(callOf(["1", "2"]), open()))).toBe(throttled);
    expect(await outcome(invoke(callOf(["2"]), open({ noCache: true })))).toBe(throttled);
    expect(await invoke(callOf(["1", "2"]), open())).toMatchObject({ answers: [1, 2], cacheHits: 1 });
  });
});

describe("a lenient call", () => {
  const throttled = problem("endpoint-throttled", { attempts: 3 });
  const lenient = { lenient: true };

  test("keeps its hits where the call for the others fails", async () => {
    const { stage, ask } = rig();
    const invoke = stage(async ({ rows }) => {
      if (rows.includes("2")) throw throttled;
      return { answers: rows.map(Number), attempts: 1 };
    });
    await invoke(callOf(["1"]), open());
    const reply = await invoke(callOf(["2", "1", "2"]), open(lenient));
    expect(reply).toMatchObject({ answers: [undefined, 1, undefined], attempts: 3, cacheHits: 1 });
    expect([...reply.faults!].map(([row, { code }]) => [row, code])).toEqual([
      [0, "endpoint-throttled"],
      [2, "endpoint-throttled"],
    ]);
    expect(await outcome(invoke(callOf(["2", "1"]), open()))).toBe(throttled);
    expect(await ask(["2"], {}, lenient)).toMatchObject({ answers: [2], cacheHits: 0 });
  });

  test("fails where it has no hit and no call comes back, its own or another's", async () => {
    const { stage, clock } = rig();
    const { calls, invoke: endpoint } = manual();
    const invoke = stage(endpoint);
    const other = outcome(invoke(callOf(["1"]), open()));
    const both = outcome(invoke(callOf(["1", "2"]), open(lenient)));
    await clock.settle();
    calls[0]!.crash(throttled);
    calls[1]!.crash(problem("endpoint-unreachable"));
    expect(await both).toBe(throttled);
    expect(await other).toBe(throttled);
  });

  test("keeps what another's call brings where its own fails, and the other way round", async () => {
    for (const failing of [0, 1]) {
      const { stage, clock } = rig();
      const { calls, invoke: endpoint } = manual();
      const invoke = stage(endpoint);
      const other = outcome(invoke(callOf(["0"]), open()));
      const both = invoke(callOf(["0", "1"]), open(lenient));
      await clock.settle();
      calls[failing]!.crash(throttled);
      calls[1 - failing]!.land();
      const { answers, faults } = await both;
      expect(answers).toEqual(failing === 0 ? [undefined, 1] : [0, undefined]);
      expect([...faults!.keys()]).toEqual([failing]);
      await other;
    }
  });

  test("has at its deadline its hits, what has landed, and what its own call has by then", async () => {
    const { stage, clock } = rig();
    const { calls, invoke: endpoint } = manual();
    const late = problem("deadline-exceeded");
    const invoke = stage((call, context) => {
      // As the batcher, which has the answer to the first of two rows.
      if (call.rows.length !== 2) return endpoint(call, context);
      return new Promise((resolve) => {
        const reply: Reply = { answers: [3, undefined], faults: new Map([[1, late]]), attempts: 1 };
        context.signal.addEventListener("abort", () => resolve(reply));
      });
    });
    const seed = invoke(callOf(["0"]), open());
    calls[0]!.land();
    await seed;
    const landed = invoke(callOf(["1"]), open());
    const hanging = outcome(invoke(callOf(["2"]), open()));
    const controller = new AbortController();
    const signal = controller.signal;
    const all = invoke(callOf(["0", "1", "2", "3", "4"]), open({ signal, ...lenient }));
    await clock.settle();
    calls[1]!.land();
    await landed;
    controller.abort(late);
    const { answers, faults } = await all;
    expect(answers).toEqual([0, 1, undefined, 3, undefined]);
    expect([...faults!].map(([row, { code }]) => [row, code])).toEqual([
      [2, "deadline-exceeded"],
      [4, "deadline-exceeded"],
    ]);
    calls[2]!.land();
    await hanging;
  });
});

describe("rows in flight", () => {
  test("are waited for by who asks for them then; the rest of that call goes on at once", async () => {
    const { stage, clock } = rig();
    const { calls, invoke: endpoint } = manual();
    const invoke = stage(endpoint);
    const first = invoke(callOf(["1", "2"]), open());
    const second = invoke(callOf(["3", "2", "1", "3"]), open());
    await clock.settle();
    expect(calls.map(({ call }) => call.rows)).toEqual([["1", "2"], ["3"]]);
    calls[1]!.land();
    await clock.settle();
    calls[0]!.land();
    expect(await first).toMatchObject({ answers: [1, 2], attempts: 1, cacheHits: 0 });
    expect(await second).toMatchObject({ answers: [3, 2, 1, 3], attempts: 1, cacheHits: 0 });
  });

  test("cost who waits for nothing else no attempt", async () => {
    const { stage } = rig();
    const { calls, invoke: endpoint } = manual();
    const invoke = stage(endpoint);
    const both = [invoke(callOf(["1"]), open()), invoke(callOf(["1"]), open())];
    calls[0]!.land();
    expect(await Promise.all(both)).toEqual([
      { answers: [1], attempts: 1, requestId: "r", cacheHits: 0 },
      { answers: [1], attempts: 0, cacheHits: 0 },
    ]);
  });

  test("fail all who wait when the endpoint fails, and are asked for again by the next", async () => {
    const { stage, clock } = rig();
    const { calls, invoke: endpoint } = manual();
    const invoke = stage(endpoint);
    const ends = [1, 2].map(() => outcome(invoke(callOf(["1"]), open())));
    const throttled = problem("endpoint-throttled");
    calls[0]!.crash(throttled);
    expect(await Promise.all(ends)).toEqual([throttled, throttled]);
    const third = invoke(callOf(["1"]), open());
    await clock.settle();
    calls[1]!.land();
    expect((await third).answers).toEqual([1]);
  });

  test("give faults to all who wait", async () => {
    const { stage, clock } = rig();
    const fault = problem("endpoint-refused-rows");
    const invoke = stage(
      () =>
        new Promise((resolve) => {
          clock.setTimeout(
            () => resolve({ answers: [undefined], faults: new Map([[0, fault]]), attempts: 1 }),
            10,
          );
        }),
    );
    const both = [invoke(callOf(["1"]), open()), invoke(callOf(["1"]), open())];
    await clock.advance(10);
    for (const one of both) expect((await one).faults).toEqual(new Map([[0, fault]]));
  });

  test("are not given up with who asked first, nor with any but the last", async () => {
    const { stage, clock } = rig();
    const { calls, invoke: endpoint } = manual();
    const invoke = stage(endpoint);
    const [first, second] = [new AbortController(), new AbortController()];
    const gone = outcome(invoke(callOf(["1"]), open({ signal: first.signal })));
    const stays = invoke(callOf(["1"]), open({ signal: second.signal }));
    first.abort();
    expect(await gone).toMatchObject({ code: "caller-gone" });
    expect(calls[0]!.context.signal.aborted).toBe(false);
    calls[0]!.land();
    expect((await stays).answers).toEqual([1]);
    await clock.advance(1001);

    const alone = outcome(invoke(callOf(["1"]), open({ signal: second.signal })));
    await clock.settle();
    second.abort(new Problem("deadline-exceeded", "Late."));
    expect(await alone).toMatchObject({ code: "deadline-exceeded" });
    expect(calls[1]!.context.signal.aborted).toBe(true);
    calls[1]!.crash(problem("caller-gone"));
    await clock.settle();
  });

  test.each(["deadline-exceeded", "caller-gone"] as const)(
    "are asked for again, once, by those who still wait when they end with %s of who asked first",
    async (code) => {
      const { stage, clock } = rig();
      const { calls, invoke: endpoint } = manual();
      const invoke = stage(endpoint);
      const first = outcome(invoke(callOf(["1", "2"]), open({ deadlineMs: 10 })));
      const waiting = [
        invoke(callOf(["1", "3"]), open({ deadlineMs: 100 })),
        invoke(callOf(["2", "1"]), open({ deadlineMs: 200 })),
      ];
      await clock.settle();
      const end = problem(code);
      calls[0]!.crash(end);
      expect(await first).toBe(end);
      calls[1]!.land();
      await clock.settle();
      expect(calls.map(({ call, context }) => [call.rows, context.deadlineMs])).toEqual([
        [["1", "2"], 10],
        [["3"], 100],
        [["2", "1"], 200],
      ]);
      calls[2]!.land();
      expect((await Promise.all(waiting)).map(({ answers }) => answers)).toEqual([
        [1, 3],
        [2, 1],
      ]);
    },
  );

  test("end for a caller at its own deadline, though they go on for others", async () => {
    const { stage } = rig();
    const { calls, invoke: endpoint } = manual();
    const invoke = stage(endpoint);
    const first = invoke(callOf(["1"]), open());
    const controller = new AbortController();
    const second = outcome(invoke(callOf(["1", "2"]), open({ signal: controller.signal })));
    const late = new Problem("deadline-exceeded", "Late.");
    controller.abort(late);
    expect(await second).toBe(late);
    expect(calls.map(({ context }) => context.signal.aborted)).toEqual([false, true]);
    calls[0]!.land();
    expect((await first).answers).toEqual([1]);
  });

  test("by a mistake of the program fail all who wait with it", async () => {
    const mistake = new TypeError("x is not a function");
    const invoke = rig().stage(() => Promise.reject(mistake));
    const both = [invoke(callOf(["1"]), open()), invoke(callOf(["1"]), open())];
    for (const one of both) await expect(one).rejects.toBe(mistake);
  });
});

describe("the size", () => {
  test("is bounded in bytes: the row that was not asked for the longest goes first", async () => {
    const { ask, sent } = rig({ maxBytes: 1200 });
    for (const row of ["1", "2", "3"]) await ask([row]);
    await ask(["1"]);
    await ask(["4"]);
    expect((await ask(["1", "3", "4"])).cacheHits).toBe(3);
    expect((await ask(["2"])).cacheHits).toBe(0);
    expect(sent()).toEqual(["1", "2", "3", "4", "2"]);
  });

  test("counts long rows and large answers, and keeps none that is larger than all of it", async () => {
    const long = "1".repeat(1000);
    const { ask, state } = rig({ maxBytes: 2000 });
    await ask(["1"]);
    await ask([long]);
    expect((await ask([long])).cacheHits).toBe(0);
    state.answerOf = (row) => (row === "2" ? ["x".repeat(1000)] : 3);
    await ask(["2"]);
    expect((await ask(["2"])).cacheHits).toBe(0);
    expect((await ask(["1"])).cacheHits).toBe(1);
  });
});

describe("any sequence of calls", () => {
  test("gives what a cache made of a plain map gives, one call after the other", async () => {
    const row = fc.integer({ min: 0, max: 8 }).map(String);
    const step = fc.oneof(
      fc.record({ rows: fc.array(row, { maxLength: 6 }), noCache: fc.boolean(), fails: fc.boolean() }),
      fc.record({ ms: fc.integer({ min: 0, max: 700 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, stage } = rig();
        const model = new Map<string, { answer: number; untilMs: number }>();
        let version = 0;
        let failing = false;
        let sent: readonly string[] = [];
        const answerOf = (one: string): number | undefined =>
          one === "0" ? undefined : Number(one) + version / 1000;
        const fault = problem("endpoint-refused-rows");
        const invoke = stage(async ({ rows }) => {
          sent = rows;
          if (failing) throw problem("endpoint-throttled");
          const faults = new Map([...rows.keys()].filter((at) => rows[at] === "0").map((at) => [at, fault]));
          return { answers: rows.map(answerOf), faults, attempts: 1 };
        });
        for (const one of steps) {
          if ("ms" in one) {
            await clock.advance(one.ms);
            continue;
          }
          version += 1;
          failing = one.fails;
          sent = [];
          const nowMs = clock.now();
          const isHit = (text: string): boolean => !one.noCache && (model.get(text)?.untilMs ?? -1) >= nowMs;
          const hits = one.rows.filter(isHit);
          const missing = one.noCache ? one.rows : [...new Set(one.rows.filter((text) => !isHit(text)))];
          const end = await outcome(invoke(callOf(one.rows), open({ noCache: one.noCache })));
          if (missing.length > 0) expect(sent).toEqual(missing);
          if (end instanceof Problem) {
            expect(failing && (one.noCache || missing.length > 0)).toBe(true);
            continue;
          }
          expect(end.cacheHits).toBe(hits.length);
          expect(end.answers).toEqual(
            one.rows.map((text) => (isHit(text) ? model.get(text)!.answer : answerOf(text))),
          );
          expect(one.rows.filter((_, at) => end.faults?.has(at))).toEqual(
            one.rows.filter((text) => text === "0"),
          );
          for (const text of missing) {
            const answer = answerOf(text);
            if (answer !== undefined) model.set(text, { answer, untilMs: nowMs + 1000 });
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
