/** boto3, current. */
import { invoking, serviceOf, type Client, type Running } from "./client.ts";
import { OPERATIONS } from "./operations.ts";
import { startProgram } from "./program.ts";
import { LEGACY, STANDARD } from "./retries.ts";
import { isInstalled, HURRIED, toolOf, versionOf } from "./tools.ts";

const snake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();

export const boto3: Client = {
  name: "boto3",
  version: versionOf("boto3", "boto3"),
  isThere: isInstalled("boto3"),
  start: ({ url }) => {
    const { ask, close } = startProgram([toolOf("boto3", "bin/python"), "python/boto3_client.py"], HURRIED);
    const call: Running["call"] = (operation, params, settings) =>
      ask("call", { service: serviceOf(operation), url, operation, params, ...settings });
    return {
      call,
      invoke: invoking(call),
      wait: (waiter, params) => ask("wait", { url, waiter: snake(waiter), params }),
      predict: (endpoint, file, size) => ask("predict", { url, endpoint, file, size }),
      close,
    };
  },
  operations: OPERATIONS,
  forms: ["csv"],
  sizes: [1, 100, 500],
  // Standard is the default from botocore 1.44 on; before it, legacy was.
  retries: [{ ...STANDARD, settings: {} }, LEGACY],
};
