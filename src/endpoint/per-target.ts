/** What a stage remembers of each endpoint that it has met. */

import { LRUCache } from "lru-cache";
import type { Target } from "./invoke.ts";

/** A caller may name variants, models and components, and so as many targets as it likes: the oldest are forgotten. */
const mostTargets = 1000;

/**
 * A state for each target, made when it is first met; the one that was not met for the longest is forgotten beyond 1,000.
 *
 * @param keyOf which targets share a state.
 */
export function perTarget<State extends object>(
  keyOf: (target: Target) => string,
  create: () => State,
): (target: Target) => State {
  const states = new LRUCache<string, State>({ max: mostTargets });
  return (target) => {
    const key = keyOf(target);
    let state = states.get(key);
    if (state === undefined) {
      state = create();
      states.set(key, state);
    }
    return state;
  };
}

/**
 * What answers a call: an endpoint's variant, model of a multi-model endpoint, or component. One of them can be sick while
 * the others are well.
 */
export function serverOf(target: Target): string {
  const { endpointName, targetVariant, targetModel, inferenceComponent } = target;
  return JSON.stringify([endpointName, targetVariant, targetModel, inferenceComponent]);
}
