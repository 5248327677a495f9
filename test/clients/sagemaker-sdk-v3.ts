/** The SageMaker Python SDK, version 3: the resources of its package sagemaker-core, where Predictor was. */
import type { Client } from "./client.ts";
import { startProgram } from "./program.ts";
import { V3_OPERATIONS } from "./sdk-operations.ts";
import { isInstalled, HURRIED, toolOf, versionOf } from "./tools.ts";

const NAME = "sagemaker-sdk-v3";

export const sagemakerSdkV3: Client = {
  name: "SageMaker Python SDK v3",
  version: versionOf(NAME, "sagemaker"),
  isThere: isInstalled(NAME),
  start: ({ url }) => {
    const command = [toolOf(NAME, "bin/python"), "python/sagemaker_v3.py"];
    const { ask, close } = startProgram(command, { ...HURRIED, AWS_ENDPOINT_URL: url });
    return {
      call: (what, given, settings) => ask(what, { ...given, ...settings }),
      invoke: async (endpoint, body, settings) =>
        (await ask("ask", { endpoint, body, content_type: "text/csv", ...settings })).body,
      predict: (endpoint, file, size, form) => ask("predict", { endpoint, file, size, form }),
      close,
    };
  },
  operations: V3_OPERATIONS,
  forms: ["csv", "numpy", "pandas"],
  sizes: [1, 100, 500],
  retries: [
    {
      mode: "standard, 10 retries",
      settings: {},
      attempts: {
        throttle: 11,
        "model-error": 1,
        "model-not-ready": 1,
        "internal-failure": 11,
        "service-unavailable": 11,
        "internal-dependency": 1,
        reset: 11,
        "time-out": 11,
      },
    },
  ],
};
