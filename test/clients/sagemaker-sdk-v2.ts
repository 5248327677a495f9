/** The SageMaker Python SDK, version 2, whose Predictor the course labs use. */
import type { Client } from "./client.ts";
import { startProgram } from "./program.ts";
import { STANDARD } from "./retries.ts";
import { V2_OPERATIONS } from "./sdk-operations.ts";
import { isInstalled, HURRIED, toolOf, versionOf } from "./tools.ts";

const NAME = "sagemaker-sdk-v2";

export const sagemakerSdkV2: Client = {
  name: "SageMaker Python SDK v2",
  version: versionOf(NAME, "sagemaker"),
  isThere: isInstalled(NAME),
  start: ({ url }) => {
    const { ask, close } = startProgram([toolOf(NAME, "bin/python"), "python/sagemaker_v2.py"], HURRIED);
    return {
      call: (what, given, settings) => ask(what, { url, ...given, ...settings }),
      invoke: (endpoint, rows, settings) => ask("ask", { url, endpoint, rows, ...settings }),
      predict: (endpoint, file, size, form) => ask("predict", { url, endpoint, file, size, form }),
      close,
    };
  },
  operations: V2_OPERATIONS,
  forms: ["csv", "numpy", "pandas"],
  sizes: [1, 100, 500],
  // It leaves them to boto3.
  retries: [{ ...STANDARD, settings: {} }],
};
