/** What a container answers under the faults that strike a call. */
import { wrap } from "./answers.ts";
import type { ContainerRequest, ContainerResponse } from "./containers/contract.ts";
import { containerFailure, deliveryOf, oddityOf, rewritten, signed } from "./fault-answers.ts";
import type { FaultName } from "./faults.ts";
import type { Target } from "./hosting.ts";
import { sampleLatency } from "./latency.ts";
import { type AnyRule, type Surroundings, afterMsOf } from "./passage.ts";
import { errorResponse, modelError } from "./platform-errors.ts";
import type { Struck } from "./weather.ts";
import type { WireResponse } from "./wire.ts";

/** A container's answer under the faults that struck, before any waiting. */
export interface Prepared {
  readonly response: WireResponse;
  readonly latencyMs: number;
}

/** Runs the container, or has it fail, and says how long it takes beyond what it really takes. */
export function prepare(
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
