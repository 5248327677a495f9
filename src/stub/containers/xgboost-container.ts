/** The XGBoost container as one that an endpoint can have: in this process, and at once. */
import { invokeContainer } from "../container.ts";
import type { Model } from "../xgboost.ts";
import type { Container } from "./contract.ts";

/** A container with one model. */
export function xgboostContainer(model: Model): Container {
  return Object.freeze({
    invoke: (request, oddity) => invokeContainer(model, request, oddity),
  } satisfies Container);
}
