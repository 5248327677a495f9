import { expect, test } from "vitest";
import type { Container } from "../../src/stub/containers/contract.ts";
import { createHosting, type EndpointPlan } from "../../src/stub/hosting.ts";
import { isError, targetOf } from "../../src/stub/targets.ts";
import { createWorkers } from "../../src/stub/workers.ts";

const invoke: Container["invoke"] = () => ({ status: 200, contentType: undefined, body: "", rows: 0 });
const one: Container = { invoke };
const many: Container = { invoke, isMultiModel: true };

/** Where a call goes, or the error that it gets. */
function where(plan: Omit<EndpointPlan, "name" | "status">, headers: Record<string, string> = {}): unknown {
  const hosting = createHosting(() => createWorkers(() => Infinity));
  hosting.host({ name: "e", status: "InService", ...plan });
  const choice = targetOf(hosting.find("e")!, headers);
  return isError(choice) ? choice.members : choice.variant;
}

const variants = [
  { name: "a", weight: 1, container: one },
  { name: "b", weight: 0, container: one },
];
const components = [
  { name: "ready", variant: "v", container: one },
  { name: "coming", variant: "v", container: undefined },
];
const model = (name: string) => ({ "x-amzn-sagemaker-target-model": name });
const variant = (name: string) => ({ "x-amzn-sagemaker-target-variant": name });
const component = (name: string) => ({ "x-amzn-sagemaker-inference-component": name });

test("a call goes where its weight says, or where its header says", () => {
  expect(where({ variants })).toBe("a");
  expect(where({ variants }, variant("b"))).toBe("b");
});

test("an unknown variant, and no variant with a weight, are refused", () => {
  expect(where({ variants }, variant("B"))).toEqual({ Message: "Variant B of endpoint e not found." });
  expect(where({ variants: variants.slice(1) })).toEqual({
    Message: "Endpoint e has no variant of a weight above 0; name one by target variant.",
  });
});

test("a target model is for multi-model endpoints alone, which must have one", () => {
  expect(where({ variants }, model("x.tar.gz"))).toEqual({
    ErrorCode: "TARGET_MODEL_HEADER_NOT_SUPPORTED",
    Message: "Endpoint e is not a multi-model endpoint and does not support target model header.",
  });
  const multi = { variants: [{ name: "m", weight: 1, container: many }] };
  expect(where(multi, model("x.tar.gz"))).toBe("m");
  expect(where(multi)).toEqual({
    Message: expect.stringMatching(/^Request [0-9a-f-]{36} is missing a target model header/),
  });
});

test("an endpoint of inference components wants to be told which, and knows which there are", () => {
  expect(where({ variants: [], components }, component("ready"))).toBe("v");
  expect(where({ variants: [], components })).toEqual({
    ErrorCode: "INFERENCE_COMPONENT_NAME_MISSING",
    Message:
      "Inference Component Name header is required for endpoints to which you plan to deploy inference components. " +
      "Please include Inference Component Name header or consider using SageMaker models.",
  });
  expect(where({ variants: [], components }, component("coming"))).toEqual({
    Message: "Inference component coming of endpoint e is not in service.",
  });
  expect(where({ variants: [], components }, component("nobody"))).toEqual({
    Message: "Inference component nobody of endpoint e not found.",
  });
  expect(where({ variants }, component("ready"))).toEqual({
    Message: "Endpoint e does not host inference components.",
  });
});
