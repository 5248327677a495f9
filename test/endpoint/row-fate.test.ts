import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { badCount, badRow, missingNumber, ofRow } from "../../src/endpoint/bad-answer.ts";
import type { Call, Context, Invoke, Reply } from "../../src/endpoint/invoke.ts";
import { type RowFateOptions, withRowFate } from "../../src/endpoint/row-fate.ts";
import { Problem, type ProblemCode } from "../../src/errors.ts";
import { callOf, open, outcome, problem, scripted, seeded } from "./stages.ts";
import { virtualClock } from "./virtual-clock.ts";

const refused = (rows: number): Problem =>
  new Problem("endpoint-refused-rows", "The model's container answered 415 to the rows.", {
    log: { attempts: 1, awsError: "ModelError", requestId: `of ${rows}` },
  });

const numbers = (count: number): string[] => Array.from({ length: count }, (_, row) => String(row));

/** How an endpoint fails that cannot bear some of its rows. */
type Failing = (rows: readonly string[], bad: ReadonlySet<string>) => Problem;

/** An endpoint that answers each row with itself, but fails where a bad one is among them. */
const picky = (bad: ReadonlySet<string>, failing: Failing = (rows) => refused(rows.length)) => {
  const calls: (readonly string[])[] = [];
  const invoke: Invoke = async ({ rows }) => {
    calls.push(rows);
    if (rows.some((row) => bad.has(row))) throw failing(rows, bad);
    return {
      answers: rows.map(Number),
      attempts: 1,
      invokedVariant: "blue",
      requestId: `r${calls.length}`,
    };
  };
  return { calls, invoke };
};

const rig = (options: Partial<RowFateOptions> = {}) => {
  const clock = virtualClock();
  return { clock, stage: withRowFate({ clock, random: seeded(3), ...options }) };
};

const ask = (
  next: Invoke,
  rows: readonly string[],
  options: Partial<RowFateOptions> = {},
  context: Partial<Context> = {},
): Promise<Reply> => rig(options).stage(next)(callOf(rows), open(context));

const faultsOf = ({ faults }: Reply): [number, ProblemCode, string][] =>
  [...(faults ?? [])].map(([row, { code, message }]) => [row, code, message]);

describe("a call that no row fails", () => {
  test("costs one call, and its reply is passed on as it is", async () => {
    const reply: Reply = { answers: [1, 2], attempts: 1 };
    const next = scripted(reply);
    expect(await ask(next, ["1", "2"])).toBe(reply);
    expect(next.calls).toHaveLength(1);
  });

  test("that the endpoint fails is thrown, and not repeated", async () => {
    for (const code of [
      "endpoint-throttled",
      "endpoint-overloaded",
      "endpoint-unavailable",
      "endpoint-unreachable",
      "endpoint-model-timeout",
      "endpoint-not-found",
      "endpoint-circuit-open",
      "deadline-exceeded",
      "caller-gone",
    ] as const) {
      const thrown = problem(code);
      expect(await outcome(ask(scripted(thrown), ["1", "2"]))).toBe(thrown);
    }
  });

  test("that a program's mistake fails is thrown, also in the midst of a search", async () => {
    const mistake = new TypeError("x is not a function");
    await expect(ask(() => Promise.reject(mistake), ["1", "2"])).rejects.toBe(mistake);
    const later = scripted(refused(2), () => Promise.reject(mistake));
    await expect(ask(later, ["1", "2"])).rejects.toBe(mistake);
  });
});

describe("one bad row", () => {
  test("among eight is found in halves, and the call says whose calls it took", async () => {
    const { calls, invoke } = picky(new Set(["5"]));
    const reply = await ask(invoke, numbers(8));
    expect(calls.map((rows) => rows.join(" "))).toEqual([
      "0 1 2 3 4 5 6 7",
      "0 1 2 3",
      // 4 to 7 are refused for sure, and so not sent together.
      "4 5",
      "6 7",
      "4",
      "5",
    ]);
    expect(reply).toEqual({
      answers: [0, 1, 2, 3, 4, undefined, 6, 7],
      faults: new Map([[5, expect.any(Problem)]]),
      attempts: 6,
      invokedVariant: "blue",
      requestId: "r2,r4,r5",
    });
    const fault = reply.faults!.get(5)!;
    expect([fault.code, fault.message, fault.log]).toEqual([
      "endpoint-refused-rows",
      "The model's container answered 415 to the rows.",
      { attempts: 1, awsError: "ModelError", requestId: "of 1" },
    ]);
  });

  test("that is alone is at fault without another call", async () => {
    const { calls, invoke } = picky(new Set(["0"]));
    const reply = await ask(invoke, ["0"]);
    expect(reply).toEqual({ answers: [undefined], faults: expect.any(Map), attempts: 1 });
    expect(faultsOf(reply)).toEqual([
      [0, "endpoint-refused-rows", "The model's container answered 415 to the rows."],
    ]);
    expect(calls).toHaveLength(1);
  });

  test("that the container fails on, or drops, is found by calls with both halves", async () => {
    for (const failing of [
      () => problem("endpoint-model-failed"),
      (rows: readonly string[]) => badCount(rows.length, String(rows.length - 1)),
    ]) {
      const { calls, invoke } = picky(new Set(["2"]), failing);
      const reply = await ask(invoke, numbers(4));
      expect(calls.map((rows) => rows.join(" "))).toEqual(["0 1 2 3", "0 1", "2 3", "2", "3"]);
      expect(reply.answers).toEqual([0, 1, undefined, 3]);
      expect([...reply.faults!.keys()]).toEqual([2]);
    }
  });

  test("that the problem names is called alone, and all others in one call", async () => {
    const named: Failing = (rows, bad) =>
      badRow(
        rows.findIndex((row) => bad.has(row)),
        "empty",
      );
    const { calls, invoke } = picky(new Set(["5"]), named);
    const reply = await ask(invoke, numbers(8));
    expect(calls.map((rows) => rows.join(" "))).toEqual(["0 1 2 3 4 5 6 7", "5", "0 1 2 3 4 6 7"]);
    expect(faultsOf(reply)).toEqual([[5, "endpoint-bad-answer", "The answer to this row is empty."]]);
  });

  test("that answers when it is called alone is not at fault", async () => {
    const { invoke } = picky(new Set());
    const flaky = scripted(problem("endpoint-model-failed"), invoke, invoke);
    const reply = await ask(flaky, ["0", "1"]);
    expect([reply.answers, reply.faults]).toEqual([[0, 1], undefined]);
  });

  test("that has no number leaves the others theirs, without another call", async () => {
    const fault = ofRow(missingNumber(1, "not a finite number"), "this row");
    const reply: Reply = { answers: [0, undefined], faults: new Map([[1, fault]]), attempts: 1 };
    expect(await ask(scripted(reply), ["0", "1"])).toBe(reply);
  });

  test("that has no number is a fault in a search, too, in its own place", async () => {
    const fault = ofRow(missingNumber(0, "not a finite number"), "this row");
    const next = scripted(
      refused(4),
      { answers: [0, 1], attempts: 1 },
      { answers: [undefined], faults: new Map([[0, fault]]), attempts: 1 },
      refused(1),
    );
    const reply = await ask(next, numbers(4));
    expect(reply.answers).toEqual([0, 1, undefined, undefined]);
    expect(reply.faults!.get(2)).toBe(fault);
    expect(reply.faults!.get(3)?.code).toBe("endpoint-refused-rows");
  });
});

describe("a payload that is too large", () => {
  const atMost =
    (rows: number): Invoke =>
    async (call) => {
      if (call.rows.length > rows) throw problem("endpoint-payload-too-large");
      return { answers: call.rows.map(Number), attempts: 1 };
    };

  test("is split until its parts are small enough, without a sample of single rows", async () => {
    let calls = 0;
    const next: Invoke = (call, context) => {
      calls += 1;
      return atMost(16)(call, context);
    };
    const reply = await ask(next, numbers(64));
    expect([reply.answers, reply.faults, calls]).toEqual([numbers(64).map(Number), undefined, 7]);
  });

  test("is a row's fault where it is that row alone", async () => {
    const { invoke } = picky(new Set(["3"]), () => problem("endpoint-payload-too-large"));
    const reply = await ask(invoke, numbers(5));
    expect(reply.answers).toEqual([0, 1, 2, undefined, 4]);
    expect(reply.faults!.get(3)?.code).toBe("endpoint-payload-too-large");
  });
});

describe("rows that all fail", () => {
  test.each([
    [15, 28],
    [16, 8],
    [200, 8],
    [5000, 8],
  ])("%i of them, take %i calls more", async (count, more) => {
    const { calls, invoke } = picky(new Set(numbers(count)));
    const reply = await ask(invoke, numbers(count));
    expect(reply.faults?.size).toBe(count);
    expect(reply.answers).toEqual(Array.from({ length: count }));
    expect([reply.invokedVariant, reply.requestId, reply.attempts]).toEqual([undefined, undefined, more + 1]);
    expect(calls).toHaveLength(more + 1);
  });

  test("are found to by both ends and four in between", async () => {
    const { calls, invoke } = picky(new Set(numbers(100)));
    await ask(invoke, numbers(100));
    const alone = calls.slice(3).map(([row]) => Number(row));
    expect(alone.slice(0, 2)).toEqual([0, 99]);
    expect(new Set(alone).size).toBe(6);
  });

  test("one of which the problem names, are sampled among the others", async () => {
    const named: Failing = () => badRow(0, "empty");
    const { calls, invoke } = picky(new Set(numbers(16)), named);
    const reply = await ask(invoke, numbers(16));
    expect(reply.faults?.size).toBe(16);
    expect(calls.map((rows) => rows.length)).toEqual([16, 1, 15, 1, 1, 1, 1, 1, 1]);
  });

  test("are another caller's where it sends a block of them, however that lies in the call", async () => {
    for (const [from, to] of [
      [0, 100],
      [50, 150],
      [100, 200],
      [1, 199],
      [199, 200],
    ] as const) {
      const { calls, invoke } = picky(new Set(numbers(200).slice(from, to)));
      const reply = await ask(invoke, numbers(200));
      expect(reply.answers).toEqual(
        numbers(200).map((row, index) => (index >= from && index < to ? undefined : Number(row))),
      );
      expect(calls.length).toBeLessThan(100);
    }
  });
});

describe("a model that fails on everything", () => {
  const all = new Set(numbers(16));

  test("is searched three times, then left alone for a second after the last", async () => {
    const { clock, stage } = rig();
    const { calls, invoke } = picky(all);
    const send = async (): Promise<number> => {
      const before = calls.length;
      const reply = await stage(invoke)(callOf(numbers(16)), open());
      expect(reply.faults?.size).toBe(16);
      return calls.length - before;
    };
    expect([await send(), await send(), await send(), await send()]).toEqual([9, 9, 9, 1]);
    await clock.advance(999);
    expect(await send()).toBe(1);
    await clock.advance(1);
    expect([await send(), await send()]).toEqual([9, 1]);
  });

  test("is searched again as soon as one call succeeds", async () => {
    const { stage } = rig();
    const { calls, invoke } = picky(all);
    const invokeAll = stage(invoke);
    for (let time = 0; time < 4; time += 1) await invokeAll(callOf(numbers(16)), open());
    await invokeAll(callOf(["20"]), open());
    const before = calls.length;
    await invokeAll(callOf(numbers(16)), open());
    expect(calls.length - before).toBe(9);
  });

  test("is one model, not its neighbours on the endpoint", async () => {
    const { stage } = rig();
    const { calls, invoke } = picky(all);
    const invokeAll = stage(invoke);
    for (let time = 0; time < 4; time += 1) await invokeAll(callOf(numbers(16)), open());
    const before = calls.length;
    await invokeAll(callOf(numbers(16), { targetModel: "b" }), open());
    expect(calls.length - before).toBe(9);
  });

  test("is not one that gave a single good row", async () => {
    const { stage } = rig();
    const { calls, invoke } = picky(new Set(numbers(7)));
    const invokeAll = stage(invoke);
    for (let time = 0; time < 5; time += 1) {
      const reply = await invokeAll(callOf(numbers(8)), open());
      expect(reply.answers.at(-1)).toBe(7);
    }
    expect(calls.length).toBeGreaterThan(5 * 8);
  });
});

describe("a search ends", () => {
  const ended = async (end: Problem) => {
    const { invoke } = picky(new Set(["7"]));
    const next = scripted(refused(8), invoke, end);
    const reply = await ask(next, numbers(8));
    return { reply, calls: next.calls.length };
  };

  test.each(["endpoint-throttled", "endpoint-unavailable", "endpoint-circuit-open"] as const)(
    "at once when a call fails for %s: what is known stays, open rows may be tried again",
    async (code) => {
      const end = problem(code);
      const { reply, calls } = await ended(end);
      expect(calls).toBe(3);
      expect(reply.answers).toEqual([0, 1, 2, 3, undefined, undefined, undefined, undefined]);
      expect([...reply.faults!.keys()]).toEqual([4, 5, 6, 7]);
      for (const fault of reply.faults!.values()) expect(fault).toBe(end);
      expect(reply.attempts).toBe(3);
    },
  );

  test("when its calls are used up: open rows have the problem of the whole call", async () => {
    const { calls, invoke } = picky(new Set(["5", "1"]));
    const reply = await ask(invoke, numbers(8), { maxCalls: 3 });
    expect(calls).toHaveLength(4);
    expect(reply.answers.slice(2, 4)).toEqual([undefined, undefined]);
    const texts = new Set([...reply.faults!.values()].map(({ message }) => message));
    expect(texts).toEqual(
      new Set([
        "The model's container answered 415 to the rows. " +
          "Whether this row is at fault was not found within 3 calls.",
      ]),
    );
    expect(reply.faults!.get(0)!.log).toMatchObject({ requestId: "of 8", awsError: "ModelError" });
  });

  test("when the deadline leaves less time than the longest call took", async () => {
    const bad = new Set(["7"]);
    for (const [deadlineMs, calls] of [
      [199, 1],
      [200, 2],
      [300, 3],
      [1000, 5],
    ] as const) {
      const { clock, stage } = rig();
      const endpoint = picky(bad);
      const next: Invoke = async (call, context) => {
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, 100);
        });
        return endpoint.invoke(call, context);
      };
      const asked = stage(next)(callOf(numbers(8)), open({ deadlineMs }));
      await clock.advance(1000);
      const reply = await asked;
      expect(endpoint.calls).toHaveLength(calls);
      const fault = reply.faults!.get(7)!;
      expect([fault.code, fault.retryable]).toEqual(
        calls === 5 ? ["endpoint-refused-rows", false] : ["deadline-exceeded", true],
      );
      expect(fault.log).toMatchObject({ awsError: "ModelError" });
    }
  });

  test("when its callers have gone, with what the signal says", async () => {
    const controller = new AbortController();
    const gone = new Problem("caller-gone", "Gone.");
    const next = scripted(refused(2), async () => {
      controller.abort(gone);
      throw gone;
    });
    expect(await outcome(ask(next, ["1", "2"], {}, { signal: controller.signal }))).toBe(gone);
  });

  test("before it begins in a stateful session, whose calls change what comes after", async () => {
    const thrown = refused(2);
    const next = scripted(thrown);
    const { stage } = rig();
    expect(await outcome(stage(next)(callOf(["1", "2"], { sessionId: "s" }), open()))).toBe(thrown);
  });
});

describe("the facts of a search", () => {
  test("name each variant once, and count all attempts", async () => {
    const of = (answer: number, invokedVariant: string): Reply => ({
      answers: [answer],
      attempts: 2,
      invokedVariant,
      customAttributes: invokedVariant,
    });
    const next = scripted(
      new Problem("endpoint-model-failed", "No log."),
      { ...of(0, "blue"), answers: [0, 1] },
      problem("endpoint-model-failed", { attempts: 3 }),
      of(2, "green"),
      of(3, "blue"),
    );
    expect(await ask(next, numbers(4))).toEqual({
      answers: [0, 1, 2, 3],
      attempts: 1 + 2 + 3 + 2 + 2,
      invokedVariant: "blue,green",
      customAttributes: "blue",
    });
  });

  test("leave the call's target, format and width as they are", async () => {
    const call: Call = { ...callOf(["0", "1"], { targetModel: "m" }), width: 1 };
    const next = scripted(refused(2), { answers: [0], attempts: 1 }, { answers: [1], attempts: 1 });
    await rig().stage(next)(call, open());
    expect(next.calls).toEqual([call, { ...call, rows: ["0"] }, { ...call, rows: ["1"] }]);
  });
});

const failings = fc.constantFrom<Failing>(
  (rows) => refused(rows.length),
  () => problem("endpoint-model-failed"),
  (rows) => badCount(rows.length, "fewer"),
  (rows, bad) =>
    badRow(
      rows.findIndex((row) => bad.has(row)),
      "empty",
    ),
  (rows, bad) =>
    badRow(
      rows.findLastIndex((row) => bad.has(row)),
      "empty",
    ),
);

describe("any bad rows among up to 200", () => {
  test("of which there are no more than five: each has its fault and every other its answer, in few calls", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }).chain((count) =>
          fc.record({
            count: fc.constant(count),
            bad: fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: 5 }),
          }),
        ),
        failings,
        fc.nat(),
        async ({ count, bad }, failing, seed) => {
          const { calls, invoke } = picky(new Set(bad.map(String)), failing);
          const reply = await ask(invoke, numbers(count), { random: seeded(seed) });
          expect(reply.answers).toEqual(
            numbers(count).map((row) => (bad.includes(Number(row)) ? undefined : Number(row))),
          );
          expect([...reply.faults!.keys()].toSorted((a, b) => a - b)).toEqual(bad.toSorted((a, b) => a - b));
          const most = 2 * bad.length * Math.ceil(Math.log2(count)) + 8 * (bad.length - 1);
          expect(calls.length - 1).toBeLessThanOrEqual(Math.min(128, most));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("however many: each has its fault, no row another's answer, none both or neither, in bounded calls", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }),
        failings,
        fc.nat(),
        async (isBad, failing, seed) => {
          const rows = numbers(isBad.length);
          const { calls, invoke } = picky(new Set(rows.filter((_, row) => isBad[row])), failing);
          const reply = await ask(invoke, rows, { random: seeded(seed) });
          for (const [row, bad] of isBad.entries()) {
            const answer = reply.answers[row];
            expect(answer === undefined).toBe(reply.faults?.has(row) === true);
            if (bad) expect(answer).toBeUndefined();
            else expect([row, undefined]).toContain(answer);
          }
          expect(calls.length - 1).toBeLessThanOrEqual(128);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("that all are one caller's, side by side: every other row has its answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }).chain((count) =>
          fc.record({
            count: fc.constant(count),
            from: fc.nat({ max: count - 1 }),
            length: fc.integer({ min: 1, max: count }),
          }),
        ),
        failings,
        fc.nat(),
        async ({ count, from, length }, failing, seed) => {
          const rows = numbers(count);
          const bad = new Set(rows.slice(from, from + length));
          const { invoke } = picky(bad, failing);
          const reply = await ask(invoke, rows, { random: seeded(seed), maxCalls: 1000 });
          expect(reply.answers).toEqual(rows.map((row) => (bad.has(row) ? undefined : Number(row))));
        },
      ),
      { numRuns: 500 },
    );
  });
});
