import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { type BatchOptions, payloadBytes, withBatch } from "../../src/endpoint/batch.ts";
import type { Call, Context, Format, Reply, Target } from "../../src/endpoint/invoke.ts";
import { Problem } from "../../src/errors.ts";
import { answered, endpointByHand, watch } from "./endpoint-in-virtual-time.ts";
import { virtualClock } from "./virtual-clock.ts";

const target: Target = Object.freeze({ endpointName: "bike" });
const alive = (): Context => ({ signal: new AbortController().signal });
const text = (count: number, prefix = "r") => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** A batcher over an endpoint that is led by hand, with so many calls at a time. */
const rig = (calls: number, options: Partial<BatchOptions> = {}) => {
  const clock = virtualClock();
  const endpoint = endpointByHand(clock);
  const batched = withBatch({
    maxRows: 1000,
    maxBytes: payloadBytes.standard,
    maxCalls: 100,
    limit: { most: calls, initial: calls },
    queue: { maxRows: 100_000, maxBytes: 10_000_000, maxWaitMs: 1000 },
    clock,
    ...options,
  })(endpoint.invoke);
  const ask = (rows: readonly string[], context: Context = alive(), call: Partial<Call> = {}) =>
    watch(batched({ target, rows, ...call }, context));
  const state = () => [...batched.state().values()].at(-1)!;
  return { clock, ...endpoint, batched, ask, state };
};

describe("an idle endpoint", () => {
  test("is called in the turn in which a request comes, without a timer", async () => {
    const { ask, rows, received, clock } = rig(4);
    ask(["a"]);
    await clock.settle();
    expect(rows()).toEqual(["a"]);
    expect(received[0]!.atMs).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  test("gets the requests that come in one turn in one call, and each caller its own answers", async () => {
    const { ask, rows, received, clock } = rig(4);
    const states = [ask(["a"]), ask(["b", "c"]), ask(["d"])];
    await clock.settle();
    expect(rows()).toEqual(["a b c d"]);
    await received[0]!.answer({ requestId: "aws-1", invokedVariant: "AllTraffic" });
    const facts = { attempts: 1, requestId: "aws-1", invokedVariant: "AllTraffic" };
    const batch = { rows: 4, calls: 1, waitedMs: 0 };
    expect(states.map(({ value }) => value)).toEqual([
      { answers: ["A"], ...facts, batch },
      { answers: ["B", "C"], ...facts, batch },
      { answers: ["D"], ...facts, batch },
    ]);
  });

  test("gets two calls of those that would else all wait for one, once one has been waited for, and none was quick", async () => {
    const sizes = async (isQuick: boolean) => {
      const { ask, received, clock } = rig(4);
      for (const row of text(100)) ask([row]);
      await clock.settle();
      await clock.advance(1);
      if (isQuick) {
        ask(["quick"]);
        await clock.settle();
        await received[1]!.answer();
      }
      await clock.advance(5);
      await received[0]!.answer();
      for (const row of text(100)) ask([row]);
      await clock.settle();
      return received.map(({ call }) => call.rows.length);
    };
    expect(await sizes(false)).toEqual([100, 50, 50]);
    expect(await sizes(true)).toEqual([100, 1, 100]);
  });

  test("gets a lone request's own call and context, unchanged", async () => {
    const { batched, received, clock } = rig(4);
    const call = { target, rows: ["a", "b"], width: 1 };
    const context = { ...alive(), deadlineMs: 500, noCache: true };
    const state = watch(batched(call, context));
    await clock.settle();
    expect(received[0]!.call).toBe(call);
    expect(received[0]!.context).toBe(context);
    await received[0]!.answer();
    expect(state.value).toEqual({ ...answered(call), batch: { rows: 2, calls: 1, waitedMs: 0 } });
  });

  test("is not called for no rows", async () => {
    const { ask, received, clock } = rig(4);
    const state = ask([]);
    await clock.settle();
    expect(state.value).toEqual({ answers: [], attempts: 0 });
    expect(received).toEqual([]);
  });
});

describe("a busy endpoint", () => {
  test("gets all that gathers in the call that leaves when one ends, and not before", async () => {
    const { ask, rows, received, clock } = rig(1);
    ask(["a"]);
    await clock.advance(5);
    const waiting = [ask(["b"]), ask(["c"])];
    await clock.advance(5);
    expect(rows()).toEqual(["a"]);
    await received[0]!.answer();
    expect(rows()).toEqual(["a", "b c"]);
    expect(received[1]!.atMs).toBe(10);
    await received[1]!.answer();
    expect(waiting[0]!.value?.batch).toEqual({ rows: 2, calls: 1, waitedMs: 5 });
  });

  test("never has more calls in flight than the limit, nor all endpoints together more than there are sockets", async () => {
    const { ask, rows, received, clock } = rig(2, { maxRows: 1, maxCalls: 3 });
    ask(["a", "b", "c"]);
    ask(["x", "y", "z"], alive(), { target: { endpointName: "car" } });
    await clock.settle();
    expect(rows()).toEqual(["a", "b", "x"]);
    await received[0]!.answer();
    expect(rows()).toEqual(["a", "b", "x", "c"]);
    await received[1]!.answer();
    expect(rows()).toEqual(["a", "b", "x", "c", "y"]);
  });

  test("shares out what waits among the calls that may leave", async () => {
    const { ask, received, clock } = rig(1, {
      limit: { most: 4, initial: 4 },
      maxRows: 25,
      isAdaptive: false,
    });
    ask(text(100));
    await clock.settle();
    expect(received.map(({ call }) => call.rows.length)).toEqual([25, 25, 25, 25]);
  });
});

describe("a large request", () => {
  test("is cut into even parts that run side by side, and its answers come back in order, whichever ends first", async () => {
    const { ask, received, clock } = rig(8, { maxRows: 40 });
    const rows = text(100);
    const state = ask(rows);
    await clock.settle();
    expect(received.map(({ call }) => call.rows.length)).toEqual([34, 33, 33]);
    await received[2]!.answer({ requestId: "c", invokedVariant: "Green" });
    await received[0]!.answer({ requestId: "a", invokedVariant: "Blue", attempts: 3, throttled: 2 });
    expect(state.value).toBeUndefined();
    await received[1]!.answer({ requestId: "b", invokedVariant: "Blue" });
    expect(state.value).toEqual({
      answers: rows.map((row) => row.toUpperCase()),
      requestId: "c,a,b",
      invokedVariant: "Green,Blue",
      attempts: 3,
      throttled: 2,
      batch: { rows: 34, calls: 3, waitedMs: 0 },
    });
  });

  test("is cut where its bytes reach the cap: exactly at it passes, a byte more does not", async () => {
    const { ask, rows, clock } = rig(8, { maxBytes: 6 });
    ask(["ab", "cd", "é"]);
    await clock.settle();
    expect(rows()).toEqual(["ab cd", "é"]);
  });

  test("has a row that is larger than the cap go alone, for the endpoint to refuse", async () => {
    const { ask, rows, clock } = rig(8, { maxBytes: 6 });
    ask(["a", "too large", "b"]);
    await clock.settle();
    expect(rows()).toEqual(["a", "too large", "b"]);
  });

  test("does not keep one row waiting for more than the calls in flight", async () => {
    const { ask, rows, received, clock } = rig(1, { maxRows: 200 });
    ask(text(10_000, "big"));
    await clock.settle();
    ask(["small"]);
    await received[0]!.answer();
    expect(received[1]!.call.rows).toHaveLength(200);
    expect(rows()[1]).toContain("small");
  });

  test("may be in one call twice, with a small one between, and that is one call still", async () => {
    const { ask, received, clock } = rig(1, { maxRows: 200 });
    ask(["first"]);
    await clock.settle();
    const large = ask(text(300));
    ask(["small"]);
    await received[0]!.answer();
    expect(received[1]!.call.rows.indexOf("small")).toBe(128);
    await received[1]!.answer({ requestId: "a", throttled: 1, attempts: 2 });
    await received[2]!.answer({ requestId: "b" });
    expect(large.value).toMatchObject({ requestId: "a,b", throttled: 1, batch: { rows: 200, calls: 2 } });
    expect(large.value!.answers).toEqual(text(300).map((row) => row.toUpperCase()));
  });

  test("fails with its first call that fails; what waits of it does not leave, what is in flight is aborted", async () => {
    const { ask, received, clock, state } = rig(2, { maxRows: 10 });
    const large = ask(text(40));
    await clock.settle();
    const { signal } = received[1]!.context;
    await received[0]!.fail(new Problem("endpoint-throttled", "Too many calls."));
    expect(large.error).toMatchObject({ code: "endpoint-throttled" });
    expect(signal.reason).toBe(large.error);
    await clock.settle();
    expect(received).toHaveLength(2);
    expect(state()).toMatchObject({ inFlight: 0, waitingRows: 0, waitingBytes: 0, waitingRequests: 0 });
  });
});

describe("a lenient request of several calls", () => {
  const lenient = (): Context => ({ ...alive(), lenient: true });
  const throttled = (extras: ConstructorParameters<typeof Problem>[2] = {}) =>
    new Problem("endpoint-throttled", "Too many calls.", { log: { attempts: 3 }, ...extras });

  test("loses the rows of a call that fails, and keeps the others, whichever ends first", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { ask, received, clock } = rig(4, { maxRows: 2 });
      const state = ask(["a", "b", "c", "d"], lenient());
      await clock.settle();
      for (const call of order) {
        if (call === 0) await received[0]!.answer({ requestId: "x" });
        else await received[1]!.fail(throttled({ retryAfterS: 2, payloadLog: { message: "c" } }));
      }
      const { faults, ...reply } = state.value!;
      expect(reply).toMatchObject({
        answers: ["A", "B", undefined, undefined],
        requestId: "x",
        attempts: 3,
        batch: { rows: 2, calls: 2, waitedMs: 0 },
      });
      expect([...faults!.keys()]).toEqual([2, 3]);
      // The call was its own: what it says of rows is not another caller's.
      expect(faults!.get(2)).toMatchObject({
        code: "endpoint-throttled",
        message: "Too many calls.",
        retryAfterS: 2,
        payloadLog: { message: "c" },
      });
    }
  });

  test("has the rest of it leave after a call has failed, and fails with the last where none comes back", async () => {
    const { ask, received, clock, state } = rig(1, { maxRows: 2 });
    const large = ask(["a", "b", "c", "d"], lenient());
    await clock.settle();
    await received[0]!.fail(throttled());
    expect(large).toEqual({});
    expect(received[1]!.call.rows).toEqual(["c", "d"]);
    await received[1]!.fail(new Problem("endpoint-unreachable", "No connection."));
    expect(large.error).toMatchObject({ code: "endpoint-unreachable", message: "No connection." });
    expect(state()).toMatchObject({ inFlight: 0, waitingRows: 0, waitingRequests: 0 });
  });

  test("fails with the call where one call carried all of it, be it in two portions", async () => {
    const alone = rig(1);
    const one = alone.ask(["a", "b"], lenient());
    await alone.clock.settle();
    await alone.received[0]!.fail(throttled());
    expect(one.error).toMatchObject({ code: "endpoint-throttled" });

    const { ask, received, clock } = rig(1, { maxRows: 400 });
    ask(["first"]);
    await clock.settle();
    const large = ask(text(300), lenient());
    const small = ask(["small"]);
    await received[0]!.answer();
    expect(received[1]!.call.rows).toHaveLength(301);
    await received[1]!.fail(throttled());
    expect(large.error).toMatchObject({ code: "endpoint-throttled" });
    expect(small.error).toMatchObject({ code: "endpoint-throttled" });
  });

  test("learns nothing of the rows of others that shared the call, who fail if they are strict", async () => {
    const { ask, received, clock } = rig(1, { maxRows: 2 });
    const first = ask(["z"]);
    await clock.settle();
    const large = ask(["a", "b", "c"], lenient());
    const other = ask(["d"]);
    await received[0]!.answer();
    expect(first.value?.answers).toEqual(["Z"]);
    expect(received[1]!.call.rows).toEqual(["a", "b"]);
    await received[1]!.answer();
    expect(received[2]!.call.rows.toSorted()).toEqual(["c", "d"]);
    const problem = throttled({
      errors: [{ pointer: "/0", detail: "d" }],
      errorCount: 1,
      payloadLog: { message: "d" },
    });
    await received[2]!.fail(problem);
    expect(large.value?.answers).toEqual(["A", "B", undefined]);
    const fault = large.value!.faults!.get(2)!;
    expect(fault).toMatchObject({ code: "endpoint-throttled", log: { attempts: 3 } });
    expect([fault.errors, fault.errorCount, fault.payloadLog]).toEqual([undefined, undefined, undefined]);
    expect(other.error).toMatchObject({ code: "endpoint-throttled" });
  });

  test("is a reply also where no row has an answer, but a call came back", async () => {
    const { ask, received, clock } = rig(2, { maxRows: 1 });
    const state = ask(["a", "b"], lenient());
    await clock.settle();
    const refused = new Problem("endpoint-refused-rows", "No.");
    await received[0]!.answer({ answers: [undefined], faults: new Map([[0, refused]]) });
    await received[1]!.fail(throttled());
    expect(state.value!.answers).toEqual([undefined, undefined]);
    expect([...state.value!.faults!.values()].map(({ code }) => code)).toEqual([
      "endpoint-refused-rows",
      "endpoint-throttled",
    ]);
  });

  test("ends with what has come when its time is over, and fails where nothing has", async () => {
    for (const hasCome of [true, false]) {
      const { ask, received, clock, state } = rig(2, { maxRows: 2 });
      const controller = new AbortController();
      const large = ask(text(6), { signal: controller.signal, lenient: true });
      await clock.settle();
      const refused = new Map([[1, new Problem("endpoint-refused-rows", "No.")]]);
      if (hasCome) await received[0]!.answer({ answers: ["R0", undefined], faults: refused });
      const late = new Problem("deadline-exceeded", "Late.");
      controller.abort(late);
      await clock.settle();
      if (hasCome) {
        expect(large.value?.answers).toEqual(["R0", ...Array.from({ length: 5 })]);
        const codes = [...large.value!.faults!].map(([row, { code }]) => [row, code]);
        expect(codes).toEqual([
          [1, "endpoint-refused-rows"],
          ...[2, 3, 4, 5].map((row) => [row, "deadline-exceeded"]),
        ]);
      } else expect(large.error).toBe(late);
      expect(state()).toMatchObject({ waitingRows: 0, waitingRequests: 0 });
    }
  });

  test("fails with a mistake of the program", async () => {
    const { ask, received, clock } = rig(4, { maxRows: 1 });
    const state = ask(["a", "b"], lenient());
    await clock.settle();
    await received[0]!.answer();
    const mistake = new TypeError("undefined is not a function");
    await received[1]!.fail(mistake);
    expect(state.error).toBe(mistake);
  });
});

describe("calls are shared", () => {
  const format: Format = {
    contentType: "application/json",
    accept: "application/json",
    open: "[",
    separator: ",",
    close: "]",
  };
  const others: readonly [string, Partial<Call>][] = [
    ["endpoint", { target: { endpointName: "car" } }],
    ["variant", { target: { ...target, targetVariant: "B" } }],
    ["model", { target: { ...target, targetModel: "m.tar.gz" } }],
    ["component", { target: { ...target, inferenceComponent: "c" } }],
    ["attributes", { target: { ...target, customAttributes: "a" } }],
    ["inference id", { target: { ...target, inferenceId: "i" } }],
    ["session", { target: { ...target, sessionId: "s" } }],
    ["format", { format }],
    ["width", { width: 3 }],
  ];

  test.each(others)("never with another %s", async (_name, other) => {
    const { ask, received, clock } = rig(100);
    ask(["a"]);
    ask(["b"], alive(), other);
    ask(["c"]);
    ask(["d"], alive(), other.target?.sessionId === undefined ? other : {});
    await clock.settle();
    const calls = received.map(({ call }) => call);
    const shared = other.target?.sessionId === undefined ? ["a c", "b d"] : ["a c d", "b"];
    expect(calls.map(({ rows }) => rows.join(" "))).toEqual(shared);
    expect(calls[1]).toMatchObject(other);
  });

  test("with equal targets that are different objects", async () => {
    const { ask, rows, clock } = rig(100);
    ask(["a"], alive(), { target: { endpointName: "bike", customAttributes: "x" } });
    ask(["b"], alive(), { target: { endpointName: "bike", customAttributes: "x" } });
    await clock.settle();
    expect(rows()).toEqual(["a b"]);
  });

  test("by no two requests of one session, and a session's request is not cut for the sake of speed", async () => {
    const { ask, rows, received, clock } = rig(100, { maxRows: 50 });
    // What it takes to learn that rows cost time, so that calls of fewer are better.
    for (let i = 1; i <= 40; i++) {
      ask(text(i % 15));
      await clock.settle();
      for (const one of received.splice(0)) {
        await clock.advance(10 * one.call.rows.length);
        await one.answer();
      }
    }
    const session = { target: { ...target, sessionId: "NEW_SESSION" } };
    ask(text(50, "a"), alive(), session);
    ask(["b"], alive(), session);
    ask(text(50, "c"));
    await clock.settle();
    expect(rows().slice(0, 2)).toEqual([text(50, "a").join(" "), "b"]);
    expect(received.length).toBeGreaterThan(3);
  });

  test("in turns by requests of different targets, when calls are few", async () => {
    const { ask, rows, received, clock } = rig(1, { maxRows: 2 });
    ask(["first"]);
    await clock.settle();
    ask(text(6, "a"));
    ask(["b"], alive(), { width: 3 });
    for (let i = 0; i < 5; i++) await received[i]!.answer();
    expect(rows()).toEqual(["first", "a0 a1", "b", "a2 a3", "a4 a5"]);
  });

  test("by groups without number, none of which is remembered when it is empty", async () => {
    const { ask, received, clock, state } = rig(100);
    const states = text(50).map((inferenceId) => ask(["a"], alive(), { target: { ...target, inferenceId } }));
    await clock.settle();
    expect(received).toHaveLength(50);
    for (const one of received) await one.answer();
    expect(states.every(({ value }) => value?.answers[0] === "A")).toBe(true);
    expect(state()).toMatchObject({ inFlight: 0, waitingRequests: 0 });
  });
});

describe("a caller that goes away", () => {
  const leave = () => {
    const controller = new AbortController();
    return {
      context: { signal: controller.signal },
      go: () => controller.abort(new Problem("caller-gone", "Gone.")),
    };
  };

  test("before it came is told so, and sends nothing", async () => {
    const { ask, received, clock } = rig(1);
    const state = ask(["a"], { signal: AbortSignal.abort() });
    await clock.settle();
    expect(state.error).toMatchObject({ code: "caller-gone" });
    expect(received).toEqual([]);
  });

  test("takes only its own rows out of the queue", async () => {
    const { ask, rows, received, clock } = rig(1);
    ask(["first"]);
    await clock.settle();
    const gone = leave();
    const states = [ask(["a"]), ask(["b", "c"], gone.context), ask(["d"])];
    gone.go();
    await clock.settle();
    expect(states[1]!.error).toMatchObject({ code: "caller-gone", message: "Gone." });
    await received[0]!.answer();
    expect(rows()).toEqual(["first", "a d"]);
    await received[1]!.answer();
    expect([states[0]!.value?.answers, states[2]!.value?.answers]).toEqual([["A"], ["D"]]);
  });

  test("leaves a call in flight to the others, and the last one aborts it", async () => {
    const { ask, received, clock, state } = rig(1);
    const [one, other] = [leave(), leave()];
    const states = [ask(["a"], one.context), ask(["b"], other.context)];
    await clock.settle();
    const { signal } = received[0]!.context;
    one.go();
    await clock.settle();
    expect(states[0]!.error).toMatchObject({ code: "caller-gone" });
    expect(signal.aborted).toBe(false);
    other.go();
    await clock.settle();
    expect(signal.aborted).toBe(true);
    expect(states[1]!.error).toMatchObject({ code: "caller-gone" });
    expect(state()).toMatchObject({ inFlight: 0, waitingRequests: 0 });
  });

  test("ends a call that carried two portions of it, when nobody else wants that", async () => {
    const { ask, received, clock } = rig(1, { maxRows: 200 });
    const [large, small] = [leave(), leave()];
    ask(["first"]);
    await clock.settle();
    ask(text(300), large.context);
    ask(["small"], small.context);
    await received[0]!.answer();
    large.go();
    expect(received[1]!.context.signal.aborted).toBe(false);
    small.go();
    expect(received[1]!.context.signal.aborted).toBe(true);
  });

  test("while another's answers come, gets none and disturbs none", async () => {
    const { ask, received, clock } = rig(1);
    const gone = leave();
    const states = [ask(["a"], gone.context), ask(["b"])];
    await clock.settle();
    gone.go();
    await received[0]!.answer();
    expect(states[0]!.value).toBeUndefined();
    expect(states[1]!.value?.answers).toEqual(["B"]);
  });

  test("keeps the call's place until the call has really ended", async () => {
    const clock = virtualClock();
    const calls: string[] = [];
    let release: (() => void) | undefined;
    const deaf = withBatch({
      maxRows: 10,
      maxBytes: 1000,
      maxCalls: 1,
      limit: { most: 1 },
      queue: { maxRows: 10, maxBytes: 1000, maxWaitMs: 1000 },
      clock,
    })((call) => {
      calls.push(call.rows.join(" "));
      return new Promise<Reply>((resolve) => {
        release = () => resolve(answered(call));
      });
    });
    const gone = leave();
    watch(deaf({ target, rows: ["a"] }, gone.context));
    await clock.settle();
    gone.go();
    const state = watch(deaf({ target, rows: ["b"] }, alive()));
    await clock.settle();
    expect(calls).toEqual(["a"]);
    release!();
    await clock.settle();
    expect(calls).toEqual(["a", "b"]);
    release!();
    await clock.settle();
    expect(state.value?.answers).toEqual(["B"]);
  });

  test("leaves no listener on its signal, nor does one that is answered or that fails", async () => {
    const { ask, received, clock } = rig(1);
    const signals = [new AbortController().signal, new AbortController().signal];
    ask(["a"], { signal: signals[0]! });
    await clock.settle();
    await received[0]!.answer();
    ask(["b"], { signal: signals[1]! });
    await clock.settle();
    await received[1]!.fail(new Problem("endpoint-failed", "Failed."));
    // The endpoint's own listener is left on the signal of a call that it had alone.
    for (const signal of signals) expect(getEventListeners(signal, "abort")).toHaveLength(1);
  });
});

describe("the deadline of a shared call", () => {
  test("is the latest of its callers' deadlines", async () => {
    const { ask, received, clock } = rig(1);
    ask(["a"], { ...alive(), deadlineMs: 100, timeoutMs: 100 });
    ask(["b"], { ...alive(), deadlineMs: 900, timeoutMs: 900 });
    ask(["c"], { ...alive(), deadlineMs: 300, timeoutMs: 300 });
    await clock.settle();
    expect(received[0]!.context).toMatchObject({ deadlineMs: 900, timeoutMs: undefined });
  });

  test("is none where a caller has none", async () => {
    const { ask, received, clock } = rig(1);
    ask(["a"]);
    ask(["b"], { ...alive(), deadlineMs: 900 });
    ask(["c"], { ...alive(), deadlineMs: 100 });
    await clock.settle();
    expect(received[0]!.context.deadlineMs).toBeUndefined();
  });
});

describe("what goes wrong", () => {
  test("in an attempt that another one follows is told to all callers of the call", async () => {
    const { ask, received, clock } = rig(1);
    const told: unknown[][] = [[], []];
    ask(["a"], { ...alive(), onFailure: (problem) => told[0]!.push(problem) });
    ask(["b"], { ...alive(), onFailure: (problem) => told[1]!.push(problem) });
    ask(["c"]);
    await clock.settle();
    const problem = new Problem("endpoint-throttled", "Too many.");
    received[0]!.context.onFailure!(problem);
    expect(told).toEqual([[problem], [problem]]);
    await received[0]!.answer();
  });

  test("with a call as a whole is told to each of its callers, by a problem of its own", async () => {
    const { ask, received, clock } = rig(1);
    const states = [ask(["a"]), ask(["b"])];
    await clock.settle();
    const cause = new Error("socket");
    await received[0]!.fail(
      new Problem("endpoint-throttled", "Too many.", { retryAfterS: 3, log: { requestId: "x" }, cause }),
    );
    for (const { error } of states) {
      expect(error).toMatchObject({
        code: "endpoint-throttled",
        message: "Too many.",
        retryAfterS: 3,
        cause,
      });
    }
    expect(states[0]!.error).not.toBe(states[1]!.error);
  });

  test("with a row is told to its caller by the caller's own number", async () => {
    const { ask, received, clock } = rig(1);
    const states = [ask(["a"]), ask(["b", "c", "d"]), ask(["e"])];
    await clock.settle();
    const fault = new Problem("endpoint-bad-answer", "The answer to row 2 is empty.", { log: { row: 2 } });
    await received[0]!.answer({
      answers: ["A", "B", undefined, "D", "E"],
      faults: new Map([[2, fault]]),
    });
    expect(states[0]!.value).toMatchObject({ answers: ["A"], faults: undefined });
    expect(states[2]!.value).toMatchObject({ answers: ["E"], faults: undefined });
    const { answers, faults } = states[1]!.value!;
    expect(answers).toEqual(["B", undefined, "D"]);
    expect([...faults!.keys()]).toEqual([1]);
    expect(faults!.get(1)).toMatchObject({ message: "The answer to row 1 is empty.", log: { row: 1 } });
  });

  test("with rows of a request of several calls is told by the numbers of the request", async () => {
    const { ask, received, clock } = rig(4, { maxRows: 2 });
    const state = ask(["a", "b", "c", "d"]);
    await clock.settle();
    const faults = new Map([[1, new Problem("endpoint-refused-rows", "No.")]]);
    await received[0]!.answer();
    await received[1]!.answer({ answers: ["C", undefined], faults });
    expect(state.value?.answers).toEqual(["A", "B", "C", undefined]);
    expect([...state.value!.faults!.keys()]).toEqual([3]);
  });

  test.each([
    ["fewer answers than rows", { answers: ["A"] }, "Expected 2 answers, one a row, got 1."],
    ["more answers than rows", { answers: ["A", "B", "C"] }, "Expected 2 answers, one a row, got 3."],
    [
      "no answer and no reason",
      { answers: ["A", undefined] },
      "The endpoint gave no answer to a row, and no reason.",
    ],
    [
      "a reason for another row",
      { answers: ["A", undefined], faults: new Map([[0, new Problem("endpoint-failed", "No.")]]) },
      "The endpoint gave no answer to a row, and no reason.",
    ],
  ])("with a reply of %s fails the call", async (_name, reply, message) => {
    const { ask, received, clock, state } = rig(1);
    const states = [ask(["a"]), ask(["b"])];
    await clock.settle();
    await received[0]!.answer(reply);
    for (const { error } of states) expect(error).toMatchObject({ code: "endpoint-bad-answer", message });
    expect(state().inFlight).toBe(0);
  });

  test("in a program goes up as it is, also when a stage throws instead of rejecting", async () => {
    const mistake = new TypeError("undefined is not a function");
    const batched = withBatch({
      maxRows: 10,
      maxBytes: 1000,
      maxCalls: 1,
      limit: { most: 1 },
      queue: { maxRows: 10, maxBytes: 1000, maxWaitMs: 1000 },
    })(() => {
      throw mistake;
    });
    await expect(batched({ target, rows: ["a"] }, alive())).rejects.toBe(mistake);
  });
});

describe("too much work", () => {
  const small = { maxRows: 5, maxBytes: 1000, maxWaitMs: 1000 };

  test("is refused at once when more rows would wait than may: exactly as many as may are let in", async () => {
    const { ask, clock } = rig(1, { queue: small });
    ask(["first"]);
    await clock.settle();
    const states = [ask(text(3)), ask(text(2)), ask(["one too many"])];
    await clock.settle();
    expect(states.map(({ error }) => (error as Problem | undefined)?.code)).toEqual([
      undefined,
      undefined,
      "overloaded",
    ]);
    expect(states[2]!.error).toMatchObject({ status: 503, retryable: true, retryAfterS: 1 });
  });

  test("is refused when more bytes would wait than may, but a single request may be as large as it is", async () => {
    const { ask, clock } = rig(1, { queue: { ...small, maxBytes: 10 } });
    ask(["first"]);
    await clock.settle();
    const states = [ask(["a row of many bytes"]), ask(["a"])];
    await clock.settle();
    expect(states.map(({ error }) => (error as Problem | undefined)?.code)).toEqual([
      undefined,
      "overloaded",
    ]);
  });

  test("that has waited as long as it may, with no call free, is refused with a Retry-After", async () => {
    const { ask, clock, state } = rig(1, { queue: { ...small, maxWaitMs: 1500 } });
    ask(["first"]);
    await clock.advance(100);
    const second = ask(["second"]);
    await clock.advance(700);
    const third = ask(["third"]);
    await clock.advance(799);
    expect(second.error).toBeUndefined();
    await clock.advance(1);
    expect(second.error).toMatchObject({
      code: "overloaded",
      message: "No call to the endpoint was free for 1500 ms.",
      retryAfterS: 2,
    });
    await clock.advance(699);
    expect(third.error).toBeUndefined();
    await clock.advance(1);
    expect(third.error).toMatchObject({ code: "overloaded" });
    expect(state()).toMatchObject({ waitingRows: 0, inFlight: 1 });
    await clock.advance(10_000);
    expect(clock.pending()).toBe(0);
  });

  test("is refused by the rate at which rows leave, when they would not all leave in time", async () => {
    const { ask, received, clock } = rig(1, { maxRows: 10, isAdaptive: false });
    ask(text(500));
    // 10 rows each 100 ms: 500 rows take 5 s.
    const answerOne = async () => {
      await clock.advance(100);
      await received.at(-1)!.answer();
    };
    for (let i = 0; i < 5; i++) await answerOne();
    const states = [ask(text(10)), ask(text(300))];
    await clock.settle();
    expect(states[0]!.error).toMatchObject({
      code: "overloaded",
      message: "More rows are waiting for the endpoint than it answers in time.",
      retryAfterS: 2,
    });
    expect(states[1]!.error).toMatchObject({ code: "overloaded", retryAfterS: 3 });
  });

  test("is not what comes in larger calls than before, where rows are free: none of it waits for a call", async () => {
    const { ask, received, clock } = rig(4, { maxRows: 10_000 });
    for (let i = 0; i < 30; i++) {
      ask(text(1 + (i % 10)));
      await clock.advance(250);
      await received[i]!.answer();
    }
    for (let i = 0; i < 100; i++) ask(text(100));
    await clock.settle();
    expect(received.slice(30).map(({ call }) => call.rows.length)).toEqual([2500, 2500, 2500, 2500]);
    await clock.advance(200);
    const late = Array.from({ length: 20 }, () => ask(["late"]));
    await clock.advance(50);
    for (const call of received.slice(30)) await call.answer();
    await clock.settle();
    await received.at(-1)!.answer();
    expect(late.map(({ value }) => value?.answers)).toEqual(late.map(() => ["LATE"]));
  });

  test("is not what waits behind calls that are small because nothing is known of what rows cost", async () => {
    const { ask, received, clock } = rig(4, { maxRows: 10_000 });
    for (let i = 0; i < 400; i++) ask(text(100));
    await clock.advance(100);
    await received[0]!.answer();
    await clock.settle();
    expect(received.map(({ call }) => call.rows.length)).toEqual([500, 1000, 500, 1000, 500]);
    // At that rate the rows that wait would take 1.8 s.
    const late = ask(["late"]);
    await clock.settle();
    expect(late.error).toBeUndefined();
  });

  test("is no more once those who waited have gone, however long ago that was", async () => {
    for (const isOtherLane of [false, true]) {
      const { ask, received, clock } = rig(1, { maxCalls: 1 });
      ask(["first"], alive(), isOtherLane ? { target: { endpointName: "other" } } : {});
      await clock.settle();
      const controller = new AbortController();
      ask(["gone"], { signal: controller.signal });
      await clock.settle();
      controller.abort(new Problem("caller-gone", "Gone."));
      await received[0]!.answer();
      await clock.advance(10_000);
      const states = [ask(["a"]), ask(["b"])];
      await clock.settle();
      await received[1]!.answer();
      expect(states.map(({ value }) => (value as Reply | undefined)?.answers)).toEqual([["A"], ["B"]]);
    }
  });

  test("is refused when a request's turn would come after its deadline", async () => {
    const { ask, received, clock } = rig(1, { maxRows: 10, isAdaptive: false });
    ask(text(60));
    for (let i = 0; i < 3; i++) {
      await clock.advance(100);
      await received.at(-1)!.answer();
    }
    const states = [850, 200].map((ms) => ask(["a"], { ...alive(), deadlineMs: clock.now() + ms }));
    await clock.settle();
    expect(states.map(({ error }) => (error as Problem | undefined)?.message)).toEqual([
      undefined,
      "The rows that are waiting already would take until after the request's deadline.",
    ]);
  });

  test("is none when the endpoint is slow, but keeps up: twice a call's time is let wait", async () => {
    const { ask, received, clock } = rig(1, { queue: small });
    ask(["first"]);
    await clock.advance(4000);
    await received[0]!.answer();
    ask(["second"]);
    await clock.settle();
    const third = ask(["third"]);
    await clock.advance(7999);
    expect(third.error).toBeUndefined();
    await received[1]!.answer();
    await received[2]!.answer();
    expect(third.value?.answers).toEqual(["THIRD"]);
  });
});

test("The state says what calls cost, as learnt from their sizes", async () => {
  const { ask, received, clock, state } = rig(1);
  for (let i = 1; i <= 20; i++) {
    ask(text(i));
    await clock.settle();
    await clock.advance(5 + i);
    await received.at(-1)!.answer();
  }
  expect(state().rowMs).toBeCloseTo(1);
  expect(state().fixedMs).toBeCloseTo(5);
});

test("Calls that were repeated, searched or refused teach no costs, and throttles lower the limit", async () => {
  const { ask, received, clock, state } = rig(8, { maxRows: 1 });
  ask(text(8));
  await clock.advance(10);
  const faults = new Map([[0, new Problem("endpoint-refused-rows", "No.")]]);
  await received[0]!.answer({ attempts: 2 });
  await received[1]!.answer({ answers: [undefined], faults });
  expect(state()).toMatchObject({ limit: 8, fixedMs: 0 });
  await received[5]!.answer({ attempts: 2, throttled: 1 });
  expect(state()).toMatchObject({ limit: 5, fixedMs: 0 });
  await received[3]!.fail(new Problem("endpoint-overloaded", "Full."));
  expect(state()).toMatchObject({ limit: 3 });
});
