/**
 * One call to an endpoint with faults. All that is drawn or computed is so when the call comes, in the order of
 * coming; what is left for later is the waiting.
 */
import { wrap } from "./answers.ts";
import type { ContainerRequest, ContainerResponse } from "./containers/contract.ts";
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
import type { Target } from "./hosting.ts";
import { sampleLatency } from "./latency.ts";
import { errorResponse, invocationTimedOut, modelError, workersBusy, type Place } from "./platform-errors.ts";
import { arrive, createCounter, increment, type Counter } from "./tally.ts";
import type { RuleOf, Struck, Weather } from "./weather.ts";
import type { WireResponse } from "./wire.ts";
import type { Capacity } from "./workers.ts";

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

/** Runs the container, or has it fail, and says how long it takes beyond what it really takes. */
function prepare(
  target: Target,
  request: ContainerRequest,
  { conditions, mishap, cold }: Struck,
  { place, counter }: Surroundings,
  onStrike: (rule: AnyRule) => void,
): Prepared | Promise<Prepared> {
  let culprit: FaultName | undefined;
  const failure = mishap && containerFailure(mishap.fault, target.name);
  const delivery = mishap && deliveryOf(mishap.fault, request.wantsStream === true);

  const finish = (response: WireResponse, rows: number): Prepared => {
    if (mishap !== undefined && (failure ?? delivery) !== undefined) {
      culprit = mishap.fault.fault;
      onStrike(mishap);
    }
    let latencyMs = afterMsOf(mishap?.fault);
    if (cold !== undefined) {
      latencyMs += cold.leftMs;
      onStrike(cold.rule);
    }
    for (const rule of conditions) {
      if (rule.fault.fault === "latency") {
        latencyMs += sampleLatency(rule.fault, rows, rule.random);
        onStrike(rule);
      }
    }
    const whole = culprit === undefined ? response : signed(response, culprit);
    return { response: delivery === undefined ? whole : { ...whole, delivery }, latencyMs };
  };
  const take = (answer: ContainerResponse): Prepared => {
    counter.rows += answer.rows;
    let response = wrap(answer, target, place);
    if (
      response.status === 200 &&
      (mishap?.fault.fault === "body" || mishap?.fault.fault === "content-type")
    ) {
      const { body, contentType } = rewritten(answer, mishap.fault);
      const { "Content-Type": _, ...headers } = response.headers;
      response = {
        ...response,
        headers: contentType === null ? headers : { ...headers, "Content-Type": contentType },
        body,
        ...(mishap.fault.fault === "body" ? { stream: undefined } : {}),
      };
      culprit = mishap.fault.fault;
      onStrike(mishap);
    }
    return finish(response, answer.rows);
  };

  if (failure !== undefined) {
    return finish(errorResponse(modelError(failure, target.name, place)), 0);
  }
  if (delivery !== undefined && "at" in delivery && delivery.at === "start") {
    // Nobody will see what it would have said.
    return finish({ status: 200, headers: {}, body: "" }, 0);
  }
  const oddity = oddityOf(conditions, mishap, (rule) => {
    culprit = rule.fault.fault === "dialect" ? culprit : rule.fault.fault;
    onStrike(rule);
  });
  const answer = target.container.invoke(request, oddity);
  return answer instanceof Promise ? answer.then(take) : take(answer);
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
  { name, workers }: Target,
  { mishap, cold }: Struck,
  { place, weather }: Surroundings,
  { onStrike, depart }: Passage,
): WireResponse | Promise<WireResponse> | undefined {
  if (cold?.rule.fault.answer === "model-not-ready") {
    onStrike(cold.rule);
    return depart(signed(errorResponse(platformFailure("model-not-ready")), "cold-start"));
  }
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
  target: Target,
  request: ContainerRequest,
  struck: Struck,
  surroundings: Surroundings,
  { onStrike, depart }: Passage,
): WireResponse | Promise<WireResponse> {
  const { place, weather, counter, timeoutMs } = surroundings;
  const { name, workers, container } = target;
  const run = (leftMs: number): Prepared | Promise<Prepared> =>
    prepare(
      target,
      leftMs === timeoutMs ? request : { ...request, timeoutMs: leftMs },
      struck,
      surroundings,
      onStrike,
    );
  // What is in this process costs no worker's time: it is done in the order of coming, as are its draws.
  const done = container.isRemote === true ? undefined : run(timeoutMs);
  const turn = workers.enter(capacityOf(weather.capacity("workers", name)), timeoutMs);
  if (turn === "served" && done !== undefined && !(done instanceof Promise) && isAtOnce(done.latencyMs)) {
    return depart(done.response, workers.leave);
  }
  const timedOut = (leave?: () => void): WireResponse => {
    increment(counter.faults, "timeout");
    return depart(signed(errorResponse(modelError(invocationTimedOut, name, place)), "timeout"), leave);
  };
  const cameAt = performance.now();
  const leftMs = (): number => Math.max(0, timeoutMs - (performance.now() - cameAt));
  const finish = async (): Promise<WireResponse> => {
    const { response, latencyMs } = await (done ?? run(turn === "served" ? timeoutMs : leftMs()));
    // A hanging call is ended by its caller alone.
    if (latencyMs > leftMs() && response.delivery?.how !== "hang") {
      await wait(leftMs());
      return timedOut(workers.leave);
    }
    if (!isAtOnce(latencyMs)) {
      await wait(latencyMs);
    }
    return depart(response, workers.leave);
  };
  return (async () => {
    if ((await turn) === "timeout") {
      return timedOut();
    }
    try {
      return await finish();
    } catch (error) {
      workers.leave();
      counter.inFlight--;
      throw error;
    }
  })();
}

/** A call that is accepted now and served later. */
export interface Accepted {
  readonly response: WireResponse | Promise<WireResponse>;
  /**
   * Serves it, within `timeoutMs`; undefined where it was not accepted. Its response must be released, and is not
   * counted: it is no answer to a call.
   */
  readonly serve:
    | ((request: ContainerRequest, timeoutMs: number) => WireResponse | Promise<WireResponse>)
    | undefined;
}

/**
 * Accepts a call with the faults in force: those of the platform and of the wire befall what it is answered now, all
 * others what it is answered later.
 *
 * @param accepted - the answer now.
 */
export function acceptUnderFaults(
  target: Target,
  accepted: WireResponse,
  own: readonly Fault[],
  surroundings: Surroundings,
): Accepted {
  const { weather, counter } = surroundings;
  const { onStrike, depart } = passageOf(counter);
  arrive(counter);
  const struck = weather.strike(target.name, own);
  const { conditions, mishap } = struck;
  const refusal = mishap && platformAnswer(mishap.fault);
  const delivery = mishap && deliveryOf(mishap.fault, false);
  let response = accepted;
  if (mishap !== undefined && (refusal ?? delivery) !== undefined) {
    onStrike(mishap);
    response = signed(refusal ?? { ...accepted, delivery }, mishap.fault.fault);
  }
  const afterMs = response === accepted ? 0 : afterMsOf(mishap?.fault);
  return {
    response: isAtOnce(afterMs) ? depart(response) : wait(afterMs).then(() => depart(response)),
    serve:
      refusal === undefined
        ? (request, timeoutMs) => {
            const uncounted: Counter = { ...createCounter(), faults: counter.faults };
            const passage = passageOf(uncounted);
            const later = { ...surroundings, counter: uncounted, timeoutMs };
            const befalls = delivery === undefined ? struck : { conditions, mishap: undefined };
            const served = serve(target, request, befalls, later, passage);
            const count = (answer: WireResponse): WireResponse => {
              counter.rows += uncounted.rows;
              return answer;
            };
            return served instanceof Promise ? served.then(count) : count(served);
          }
        : undefined,
  };
}

/**
 * Answers a call to an endpoint with the faults in force, and with `own`, those that it asks for itself; at once
 * where nothing makes it wait.
 */
export function callUnderFaults(
  target: Target,
  request: ContainerRequest,
  own: readonly Fault[],
  surroundings: Surroundings,
): WireResponse | Promise<WireResponse> {
  const { weather, counter } = surroundings;
  const passage = passageOf(counter);
  arrive(counter);
  try {
    const ceiling = weather.capacity("ceiling", target.name);
    if (ceiling !== undefined && target.workers.present() >= ceiling.fault.limit) {
      passage.onStrike(ceiling);
      return passage.depart(signed(errorResponse(platformFailure("throttle")), "ceiling"));
    }
    const struck = weather.strike(target.name, own);
    return (
      refuse(target, struck, surroundings, passage) ?? serve(target, request, struck, surroundings, passage)
    );
  } catch (error) {
    counter.inFlight--;
    throw error;
  }
}
