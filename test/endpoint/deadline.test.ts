import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Problem } from "../../src/errors.ts";
import { withDeadline } from "../../src/endpoint/deadline.ts";
import type { Ending } from "../../src/endpoint/ending.ts";
import type { Call, Invoke, Reply } from "../../src/endpoint/invoke.ts";

const call: Call = { target: { endpointName: "bike" }, rows: ["1"] };
const reply: Reply = { answers: [1], attempts: 1 };
const never = new Promise<never>(() => {});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface State {
  value?: unknown;
  error?: unknown;
}

const settle = async (promise: Promise<Reply>, state: State): Promise<void> => {
  try {
    state.value = await promise;
  } catch (error) {
    state.error = error;
  }
};

/** Runs a call under a deadline of 1000 ms, and says how it stands. */
const run = (next: Invoke, signal: AbortSignal = new AbortController().signal) => {
  const state: State = {};
  return {
    state,
    done: settle(withDeadline({ defaultMs: 1000, maxMs: 5000 })(next)(call, { signal }), state),
  };
};

describe("a deadline", () => {
  test("lets an answer within it pass, and its call unchanged", async () => {
    const next = vi.fn<Invoke>(() => Promise.resolve(reply));
    const { state, done } = run(next);
    await done;
    expect(state).toEqual({ value: reply });
    expect(next).toHaveBeenCalledExactlyOnceWith(call, {
      signal: expect.objectContaining({ aborted: false }),
      deadlineMs: expect.any(Number),
      timeoutMs: 1000,
      onFailure: expect.any(Function),
    });
  });

  test("lets the error of the stage below pass", async () => {
    const error = new Problem("endpoint-throttled", "Too many calls.");
    const { state, done } = run(() => Promise.reject(error));
    await done;
    expect(state.error).toBe(error);
  });

  test("lets what the stage below throws at once pass, and holds nothing", async () => {
    const { state, done } = run(() => {
      throw new TypeError("a bug");
    });
    await done;
    expect(state.error).toEqual(new TypeError("a bug"));
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends a call at its time, and not a millisecond before, though the stage ignores its signal", async () => {
    const { state } = run(() => never);
    await vi.advanceTimersByTimeAsync(999);
    expect(state).toEqual({});
    await vi.advanceTimersByTimeAsync(1);
    expect(state.error).toMatchObject({
      code: "deadline-exceeded",
      message: "The endpoint did not answer within 1000 ms.",
    });
  });

  test("aborts the signal of the stage below with the same problem", async () => {
    let inner: Ending | undefined;
    const { state } = run((_call, context) => {
      inner = context.signal;
      return never;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(inner?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(inner?.reason).toBe(state.error);
  });

  test("that strikes during a later attempt has in its log what was wrong with the one before", async () => {
    const cause = new Error("socket");
    const log = { awsError: "ThrottlingException", requestId: "r-1", attempts: 2 };
    const { state } = run((_call, { onFailure }) => {
      onFailure!(new Problem("endpoint-unreachable", "No connection."));
      onFailure!(new Problem("endpoint-throttled", "Too many.", { log, cause, retryAfterS: 1 }));
      return never;
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.error).toMatchObject({
      code: "deadline-exceeded",
      message: "The endpoint did not answer within 1000 ms.",
      log: { ...log, after: "endpoint-throttled" },
      cause,
      retryAfterS: undefined,
    });
  });

  test("ends a lenient call with what the stage below has by then, and with the deadline where it has nothing", async () => {
    const lenient = (next: Invoke) => {
      const state: State = {};
      const stage = withDeadline({ defaultMs: 1000, maxMs: 5000 })(next);
      void settle(stage(call, { signal: new AbortController().signal, lenient: true }), state);
      return state;
    };
    const some = lenient(
      (_call, { signal, lenient: isLenient }) =>
        new Promise((resolve) => {
          if (isLenient === true) signal.addEventListener("abort", () => resolve(reply));
        }),
    );
    const nothing = lenient(() => never);
    await vi.advanceTimersByTimeAsync(999);
    expect([some, nothing]).toEqual([{}, {}]);
    await vi.advanceTimersByTimeAsync(1);
    expect(some).toEqual({ value: reply });
    // Node makes a millisecond of a timer of none.
    await vi.advanceTimersByTimeAsync(1);
    expect(nothing.error).toMatchObject({ code: "deadline-exceeded" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not mind a stage that fails after it has passed", async () => {
    const { state } = run(
      (_call, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("late")));
        }),
    );
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.error).toMatchObject({ code: "deadline-exceeded" });
  });
});

describe("a caller that goes away", () => {
  test("ends the call at once with its own problem, down to the stage below", async () => {
    const outer = new AbortController();
    let inner: Ending | undefined;
    const { state, done } = run((_call, context) => {
      inner = context.signal;
      return never;
    }, outer.signal);
    const reason = new Problem("shutting-down", "This instance stops.");
    outer.abort(reason);
    await done;
    expect(state.error).toBe(reason);
    expect(inner?.reason).toBe(reason);
  });

  test("without a reason of ours ends the call as caller-gone", async () => {
    const outer = new AbortController();
    const { state, done } = run(() => never, outer.signal);
    outer.abort();
    await done;
    expect(state.error).toMatchObject({ code: "caller-gone" });
  });

  test("before the call never reaches the stage below", async () => {
    const next = vi.fn<Invoke>();
    const { state, done } = run(next, AbortSignal.abort());
    await done;
    expect(state.error).toMatchObject({ code: "caller-gone" });
    expect(next).not.toHaveBeenCalled();
  });
});

describe("after a call", () => {
  test.each<[string, Invoke]>([
    ["that succeeds", () => Promise.resolve(reply)],
    ["that fails", () => Promise.reject(new Error("no"))],
    [
      "that fails before it starts",
      () => {
        throw new Error("no");
      },
    ],
  ])("%s neither a timer nor a listener is left", async (_name, next) => {
    const { signal } = new AbortController();
    const { done } = run(next, signal);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    await done;
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("that ran out of time no listener is left", async () => {
    const { signal } = new AbortController();
    const { done } = run(() => never, signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
