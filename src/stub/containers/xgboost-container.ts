/** The XGBoost container as one that an endpoint can have: in this process, and at once. */
import { invokeContainer, type Manner } from "../container.ts";
import type { Model } from "../xgboost.ts";
import type { Container } from "./contract.ts";

/**
 * A container with one model.
 *
 * @param manner - its release and settings. Default those of the builds from 1.2-2 on.
 */
export function xgboostContainer(model: Model, manner?: Manner): Container {
  return Object.freeze({
    invoke: (request, oddity) => invokeContainer(model, request, oddity, manner),
  } satisfies Container);
}
