/** What the tests of the stages around an endpoint share. */

import { Problem, type ProblemCode } from "../../src/errors.ts";
import type { Call, Context, Invoke, Reply } from "../../src/endpoint/invoke.ts";

/** A call of some rows to the endpoint `bike`. */
export const callOf = (rows: readonly string[], target: Partial<Call["target"]> = {}): Call => ({
  target: { endpointName: "bike", ...target },
  rows,
});

/** A context that nobody ends. */
export const open = (context: Partial<Context> = {}): Context => ({
  signal: new AbortController().signal,
  ...context,
});

/** A problem as the stage below throws it. */
export const problem = (code: ProblemCode, log: Record<string, unknown> = {}): Problem =>
  new Problem(code, `${code}.`, { log: { awsError: code, attempts: 1, ...log } });

/** A stage below that does as scripted, a step for each call; a number of milliseconds is never answered before. */
export const scripted = (
  ...steps: readonly (Problem | Reply | ((call: Call, context: Context) => Promise<Reply>))[]
): Invoke & { readonly calls: Call[] } => {
  const calls: Call[] = [];
  const invoke: Invoke = async (call, context) => {
    const step = steps[calls.length];
    calls.push(call);
    if (step === undefined) throw new Error(`call ${calls.length} was not expected`);
    if (step instanceof Problem) throw step;
    return typeof step === "function" ? step(call, context) : step;
  };
  return Object.assign(invoke, { calls });
};

/** How a promise ended. */
export const outcome = async (promise: Promise<Reply>): Promise<Reply | Problem> => {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};

/** Numbers that look drawn, the same in every run. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
