/** A call to an endpoint with faults that is accepted now and served later. */
import type { ContainerRequest } from "./containers/contract.ts";
import { deliveryOf, platformAnswer, signed } from "./fault-answers.ts";
import type { Fault } from "./faults.ts";
import { serve } from "./faulty-call.ts";
import type { Target } from "./hosting.ts";
import { type Surroundings, afterMsOf, isAtOnce, passageOf, wait } from "./passage.ts";
import { arrive, createCounter, type Counter } from "./tally.ts";
import type { WireResponse } from "./wire.ts";

/** What becomes of it. */
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
