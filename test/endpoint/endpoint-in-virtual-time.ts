import type { Call, Context, Invoke, Reply } from "../../src/endpoint/invoke.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A call that an endpoint has received, and the two ways in which it can end. */
export interface Received {
  readonly call: Call;
  readonly context: Context;
  readonly atMs: number;
  /** Answers each row with its own text, in capitals. */
  readonly answer: (facts?: Partial<Reply>) => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
}

/** An endpoint that answers when it is told to, and fails calls that are aborted. */
export function endpointByHand(clock: VirtualClock) {
  const received: Received[] = [];
  const invoke: Invoke = (call, context) =>
    new Promise((resolve, reject) => {
      const settled = async (settle: () => void) => {
        settle();
        await clock.settle();
      };
      received.push({
        call,
        context,
        atMs: clock.now(),
        answer: (facts) => settled(() => resolve({ ...answered(call), ...facts })),
        fail: (error) => settled(() => reject(error)),
      });
      context.signal.addEventListener("abort", () => reject(context.signal.reason), { once: true });
    });
  /** The rows of each call, joined. */
  const rows = () => received.map(({ call }) => call.rows.join(" "));
  return { invoke, received, rows };
}

/** The right reply to a call. */
export function answered({ rows }: Call): Reply {
  return { answers: rows.map((row) => row.toUpperCase()), attempts: 1 };
}

/** How a promise stands, to look at without waiting for it. */
export function watch<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const state: { value?: T; error?: unknown } = {};
  const settle = async (): Promise<void> => {
    try {
      state.value = await promise;
    } catch (error) {
      state.error = error;
    }
  };
  void settle();
  return state;
}
