/**
 * One call to an endpoint with faults. All that is drawn or computed is so when the call comes, in the order of
 * coming; what is left for later is the waiting.
 */
import type { ContainerRequest } from "./containers/contract.ts";
import { platformAnswer, platformFailure, signed } from "./fault-answers.ts";
import type { Fault } from "./faults.ts";
import { type Prepared, prepare } from "./faulty-answer.ts";
import type { Target } from "./hosting.ts";
import { type Passage, type Surroundings, afterMsOf, isAtOnce, passageOf, wait } from "./passage.ts";
import { errorResponse, invocationTimedOut, modelError, workersBusy } from "./platform-errors.ts";
import { arrive, increment } from "./tally.ts";
import type { Struck, Weather } from "./weather.ts";
import type { WireResponse } from "./wire.ts";
import type { Capacity } from "./workers.ts";

/** Waiters that newcomers find no place behind: gunicorn's backlog. */
const DEFAULT_BACKLOG = 2048;

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
export function serve(
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
