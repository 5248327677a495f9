/** How a call gets to a container and back: counted, and under the faults in force. */
import { wrap } from "./answers.ts";
import type { ContainerRequest, ContainerResponse } from "./containers/contract.ts";
import { callUnderFaults } from "./faulty-call.ts";
import type { Fault } from "./faults.ts";
import type { Target } from "./hosting.ts";
import type { Surroundings } from "./passage.ts";
import { arrive, increment, pass } from "./tally.ts";
import type { WireResponse } from "./wire.ts";

/** Passes a call on, with the faults in force and those that it asks for itself; at once where nothing holds it up. */
export type Call = (
  target: Target,
  request: ContainerRequest,
  own: readonly Fault[],
) => WireResponse | Promise<WireResponse>;

/** Counts an answer that came late in and out. */
async function settle(
  answering: Promise<ContainerResponse>,
  target: Target,
  { counter, place }: Surroundings,
): Promise<WireResponse> {
  arrive(counter);
  const release = (): void => void counter.inFlight--;
  try {
    const answer = await answering;
    const response = wrap(answer, target, place);
    counter.rows += answer.rows;
    increment(counter.answers, String(response.status));
    return { ...response, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Calls among the same faults, with the same time limit. */
export function createCall(surroundings: Surroundings): Call {
  const { weather, counter, place } = surroundings;
  return (target, request, own) => {
    if (own.length > 0 || !weather.isFair()) {
      return callUnderFaults(target, request, own, surroundings);
    }
    const answer = target.container.invoke(request);
    if (answer instanceof Promise) {
      return settle(answer, target, surroundings);
    }
    const response = wrap(answer, target, place);
    pass(counter, response.status, answer.rows);
    return response;
  };
}
