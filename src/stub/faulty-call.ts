/**
 * One call to an endpoint with faults. All that is drawn or computed is so when the call comes, in the order of
 * coming; what is left for later is the waiting.
 */
import { invokeContainer, type ContainerRequest, type ContainerResponse } from "./container.ts";
import {
  containerFailure,
  deliveryOf,
  oddityOf,
  platformAnswer,
  platformFailure,
  rewritten,
  signed,
} from "./fault-answers.ts";
import type { Condition, Fault, FaultName, Mishap } from "./faults.ts";
import { sampleLatency } from "./latency.ts";
import { errorResponse, invocationTimedOut, modelError, workersBusy, type Place } from "./platform-errors.ts";
import { arrive, increment, type Counter } from "./tally.ts";
import type { RuleOf, Struck, Weather } from "./weather.ts";
import type { WireResponse } from "./wire.ts";
import type { Capacity, Workers } from "./workers.ts";
import type { Model } from "./xgboost.ts";

/** What a call is made to. */
export interface Called {
  readonly name: string;
  readonly model: Model;
  readonly workers: Workers;
  /** What the platform makes of a container's answer. */
  readonly wrap: (answer: ContainerResponse) => WireResponse;
}

/** What all calls share. */
export interface Surroundings {
  readonly place: Place;
  readonly weather: Weather;
  readonly counter: Counter;
  /** How long the platform waits for a container. */
  readonly timeoutMs: number;
}

/** Waiters that newcomers find no place behind: gunicorn's backlog. */
const DEFAULT_BACKLOG = 2048;

type AnyRule = RuleOf<Condition | Mishap>;

/** Waits to the ms; node:timers run late by up to one, so that fractions are dropped. A timer keeps no process alive. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

const isAtOnce = (ms: number): boolean => ms < 1;

/** A container's answer under the faults that struck, before any waiting. */
interface Prepared {
  readonly response: WireResponse;
  readonly latencyMs: number;
}

function afterMsOf(mishap: Mishap | undefined): number {
  return mishap !== undefined && "afterMs" in mishap ? (mishap.afterMs ?? 0) : 0;
}

/** Runs the container, or has it fail, and says how long it takes. */
function prepare(
  called: Called,
  request: ContainerRequest,
  { conditions, mishap }: Struck,
  { place, counter }: Surroundings,
  onStrike: (rule: AnyRule) => void,
): Prepared {
  let rows = 0;
  let response: WireResponse;
  let culprit: FaultName | undefined;
  const failure = mishap && containerFailure(mishap.fault, called.name);
  const delivery = mishap && deliveryOf(mishap.fault);
  if (failure !== undefined) {
    response = errorResponse(modelError(failure, called.name, place));
  } else if (delivery !== undefined && "at" in delivery && delivery.at === "start") {
    // Nobody will see what it would have said.
    response = { status: 200, headers: {}, body: "" };
  } else {
    const oddity = oddityOf(conditions, mishap, (rule) => {
      culprit = rule.fault.fault === "dialect" ? culprit : rule.fault.fault;
      onStrike(rule);
    });
    const answer = invokeContainer(called.model, request, oddity);
    ({ rows } = answer);
    counter.rows += rows;
    response = called.wrap(answer);
    if (answer.status === 200 && (mishap?.fault.fault === "body" || mishap?.fault.fault === "content-type")) {
      const { body, contentType } = rewritten(answer, mishap.fault);
      const { "Content-Type": _, ...headers } = response.headers;
      response = {
        ...response,
        headers: contentType === null ? headers : { ...headers, "Content-Type": contentType },
        body,
      };
      culprit = mishap.fault.fault;
      onStrike(mishap);
    }
  }
  if (mishap !== undefined && (failure ?? delivery) !== undefined) {
    culprit = mishap.fault.fault;
    onStrike(mishap);
  }
  let latencyMs = afterMsOf(mishap?.fault);
  for (const rule of conditions) {
    if (rule.fault.fault === "latency") {
      latencyMs += sampleLatency(rule.fault, rows, rule.random);
      onStrike(rule);
    }
  }
  const whole = culprit === undefined ? response : signed(response, culprit);
  return { response: delivery === undefined ? whole : { ...whole, delivery }, latencyMs };
}

/** A call on its way: how it is counted in and out. */
interface Passage {
  readonly onStrike: (rule: AnyRule) => void;
  /** Counts an answer, and adds what is to happen once it is gone. */
  readonly depart: (response: WireResponse, leave?: () => void) => WireResponse;
}

function passageOf(counter: Counter): Passage {
  return {
    onStrike: (rule) => {
      rule.strikes++;
      increment(counter.faults, rule.fault.fault);
    },
    depart: (response, leave) => {
      increment(counter.answers, isSilent(response) ? "none" : String(response.status));
      const release = (): void => {
        counter.inFlight--;
        leave?.();
      };
      return { ...response, release };
    },
  };
}

/** Whether it sends not one byte. */
function isSilent({ delivery }: WireResponse): boolean {
  return delivery !== undefined && "at" in delivery && delivery.at === "start";
}

/** What keeps a call from the container: its capacity, or a mishap before it. */
function refuse(
  { name, workers }: Called,
  { mishap }: Struck,
  { place, weather }: Surroundings,
  { onStrike, depart }: Passage,
): WireResponse | Promise<WireResponse> | undefined {
  const refusal = mishap && platformAnswer(mishap.fault);
  if (mishap !== undefined && refusal !== undefined) {
    onStrike(mishap);
    const response = signed(refusal, mishap.fault.fault);
    const afterMs = afterMsOf(mishap.fault);
    return isAtOnce(afterMs) ? depart(response) : wait(afterMs).then(() => depart(response));
  }
  const capacity = weather.capacity("workers", name);
  if (capacity === undefined || workers.hasRoom(capacityOf(capacity))) {
    return undefined;
  }
  onStrike(capacity);
  const error =
    capacity.fault.excess === "service-unavailable"
      ? platformFailure("service-unavailable")
      : modelError(workersBusy, name, place);
  return depart(signed(errorResponse(error), "workers"));
}

function capacityOf(rule: ReturnType<Weather["capacity"]>): Capacity {
  return rule?.fault.fault === "workers"
    ? { limit: rule.fault.limit, backlog: rule.fault.backlog ?? DEFAULT_BACKLOG }
    : { limit: Infinity, backlog: 0 };
}

/** Lets a call through to the container, and waits as it must. */
function serve(
  called: Called,
  request: ContainerRequest,
  struck: Struck,
  surroundings: Surroundings,
  { onStrike, depart }: Passage,
): WireResponse | Promise<WireResponse> {
  const { place, weather, counter, timeoutMs } = surroundings;
  const { name, workers } = called;
  const { response, latencyMs } = prepare(called, request, struck, surroundings, onStrike);
  const turn = workers.enter(capacityOf(weather.capacity("workers", name)), timeoutMs);
  if (turn === "served" && isAtOnce(latencyMs)) {
    return depart(response, workers.leave);
  }
  const timedOut = (leave?: () => void): WireResponse => {
    increment(counter.faults, "timeout");
    return depart(signed(errorResponse(modelError(invocationTimedOut, name, place)), "timeout"), leave);
  };
  const cameAt = performance.now();
  return (async () => {
    if ((await turn) === "timeout") {
      return timedOut();
    }
    const leftMs = timeoutMs - (performance.now() - cameAt);
    // A hanging call is ended by its caller alone.
    if (latencyMs > leftMs && response.delivery?.how !== "hang") {
      await wait(leftMs);
      return timedOut(workers.leave);
    }
    if (!isAtOnce(latencyMs)) {
      await wait(latencyMs);
    }
    return depart(response, workers.leave);
  })();
}

/**
 * Answers a call to an endpoint with the faults in force, and with `own`, those that it asks for itself; at once
 * where nothing makes it wait.
 */
export function callUnderFaults(
  called: Called,
  request: ContainerRequest,
  own: readonly Fault[],
  surroundings: Surroundings,
): WireResponse | Promise<WireResponse> {
  const { weather, counter } = surroundings;
  const passage = passageOf(counter);
  arrive(counter);
  try {
    const ceiling = weather.capacity("ceiling", called.name);
    if (ceiling !== undefined && called.workers.present() >= ceiling.fault.limit) {
      passage.onStrike(ceiling);
      return passage.depart(signed(errorResponse(platformFailure("throttle")), "ceiling"));
    }
    const struck = weather.strike(called.name, own);
    return (
      refuse(called, struck, surroundings, passage) ?? serve(called, request, struck, surroundings, passage)
    );
  } catch (error) {
    counter.inFlight--;
    throw error;
  }
}
