/**
 * The stub's own interface, under a path that SageMaker does not have: `/admin/faults` sets and shows the faults in
 * force, `/admin/tally` says what really happened.
 */
import { FaultPlanError, readPlan } from "./fault-reader.ts";
import type { FaultPlan } from "./faults.ts";
import { resetCounter, tallyOf, type Counter } from "./tally.ts";
import type { Weather } from "./weather.ts";
import type { Handler, WireRequest, WireResponse } from "./wire.ts";

/** What it shows and changes. */
export interface Administered {
  readonly weather: Weather;
  readonly counter: Counter;
  /** Puts a plan in force. */
  readonly setPlan: (plan: FaultPlan) => void;
}

type Action = (request: WireRequest, administered: Administered) => WireResponse;

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): WireResponse {
  return {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new FaultPlanError([{ pointer: "", detail: `The body is not JSON: ${(error as Error).message}` }]);
  }
}

const showPlan: Action = (_, { weather }) => json(200, weather.plan());

const putPlan: Action = ({ body }, { weather, setPlan }) => {
  try {
    setPlan(readPlan(parseJson(body)));
    return json(200, weather.plan());
  } catch (error) {
    if (error instanceof FaultPlanError) {
      return json(400, { message: error.message, mistakes: error.mistakes });
    }
    throw error;
  }
};

const clearPlan: Action = (_, { weather, setPlan }) => {
  setPlan(readPlan([]));
  return json(200, weather.plan());
};

const showTally: Action = (_, { weather, counter }) => json(200, tallyOf(counter, weather.strikes()));

const takeTally: Action = (request, administered) => {
  const taken = showTally(request, administered);
  resetCounter(administered.counter);
  return taken;
};

/** What there is: each path with its methods. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  "/admin/faults": { GET: showPlan, PUT: putPlan, DELETE: clearPlan },
  "/admin/tally": { GET: showTally, DELETE: takeTally },
};

/** Answers what is below `/admin`, and leaves all else to `next`. */
export function administer(administered: Administered): (next: Handler) => Handler {
  return (next) => (request) => {
    if (!request.target.startsWith("/admin/")) {
      return next(request);
    }
    const path = request.target.split("?", 1)[0]!;
    const methods = Object.hasOwn(ACTIONS, path) ? ACTIONS[path]! : undefined;
    if (methods === undefined) {
      return json(404, { message: `There is no ${path}; there are ${Object.keys(ACTIONS).join(", ")}.` });
    }
    if (!Object.hasOwn(methods, request.method)) {
      const allowed = Object.keys(methods).join(", ");
      return json(405, { message: `${path} takes ${allowed}, not ${request.method}.` }, { Allow: allowed });
    }
    return methods[request.method]!(request, administered);
  };
}
