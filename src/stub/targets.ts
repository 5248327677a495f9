/** Where a call goes within its endpoint: by weight, or as its headers say. */
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Hosted, Target } from "./hosting.ts";
import { validationError, type PlatformError } from "./platform-errors.ts";

/** Headers that choose a target. */
export const TARGET_MODEL = "x-amzn-sagemaker-target-model";
export const TARGET_VARIANT = "x-amzn-sagemaker-target-variant";
export const INFERENCE_COMPONENT = "x-amzn-sagemaker-inference-component";

/** A target, or why there is none: `status` is an error's alone. */
export type Choice = Target | PlatformError;

/** Whether a choice is an error. */
export function isError(choice: Choice): choice is PlatformError {
  return "status" in choice;
}

function componentOf({ name, components }: Hosted, wanted: string | undefined): Choice {
  if (wanted === undefined) {
    return validationError(
      "Inference Component Name header is required for endpoints to which you plan to deploy inference components. " +
        "Please include Inference Component Name header or consider using SageMaker models.",
      "INFERENCE_COMPONENT_NAME_MISSING",
    );
  }
  const target = components?.get(wanted);
  if (target !== undefined) {
    return target;
  }
  // The real texts are not public.
  return validationError(
    components?.has(wanted)
      ? `Inference component ${wanted} of endpoint ${name} is not in service.`
      : `Inference component ${wanted} of endpoint ${name} not found.`,
  );
}

function variantOf(hosted: Hosted, wanted: string | undefined): Choice {
  if (wanted === undefined) {
    return (
      hosted.next() ??
      // The real text is not public.
      validationError(
        `Endpoint ${hosted.name} has no variant of a weight above 0; name one by target variant.`,
      )
    );
  }
  return (
    hosted.variants.get(wanted) ?? validationError(`Variant ${wanted} of endpoint ${hosted.name} not found.`)
  );
}

/** What is wrong with the model that a call names, or does not name. */
function modelFault(target: Target, model: string | undefined): PlatformError | undefined {
  if (model === undefined) {
    return target.container.isMultiModel === true
      ? validationError(
          `Request ${randomUUID()} is missing a target model header for the multi-model endpoint ${target.name}.`,
        )
      : undefined;
  }
  if (target.container.isMultiModel !== true) {
    return validationError(
      `Endpoint ${target.name} is not a multi-model endpoint and does not support target model header.`,
      "TARGET_MODEL_HEADER_NOT_SUPPORTED",
    );
  }
  return undefined;
}

/** The target of a call at an endpoint that is serving; drawn by weight where no header says it. */
export function targetOf(hosted: Hosted, headers: IncomingHttpHeaders): Choice {
  const component = headers[INFERENCE_COMPONENT] as string | undefined;
  const variant = headers[TARGET_VARIANT] as string | undefined;
  const model = headers[TARGET_MODEL] as string | undefined;
  let choice: Choice;
  if (hosted.components !== undefined) {
    choice = componentOf(hosted, component);
  } else if (component === undefined) {
    choice = variantOf(hosted, variant);
  } else {
    // The real text is not public.
    choice = validationError(`Endpoint ${hosted.name} does not host inference components.`);
  }
  return isError(choice) ? choice : (modelFault(choice, model) ?? choice);
}

/** What is wrong with an endpoint that calls cannot reach; its status is not public in the real text. */
export function servingFault({ name, status, isServing }: Hosted): PlatformError | undefined {
  return isServing
    ? undefined
    : validationError(`Endpoint ${name} is not in service: its status is ${status}.`);
}
