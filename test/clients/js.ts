/** The AWS SDK for JavaScript, version 3; the service itself uses its client of the data plane. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import * as runtime from "@aws-sdk/client-sagemaker-runtime";
import { invoking, serviceOf, type Client, type Running, type Settings } from "./client.ts";
import { OPERATIONS } from "./operations.ts";
import { ClientError } from "./program.ts";
import { isInstalled, toolOf } from "./tools.ts";

const require = createRequire(import.meta.url);
const manifest = require("@aws-sdk/client-sagemaker-runtime/package.json") as { version: string };

/** A stream of parts, or bytes, as text. */
async function textOf(body: any): Promise<unknown> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const parts: string[] = [];
  for await (const { PayloadPart } of body) parts.push(Buffer.from(PayloadPart.Bytes).toString());
  return parts;
}

function described(error: any): Error {
  const { name, message, $metadata, OriginalStatusCode } = error;
  return new ClientError({
    name,
    message,
    status: $metadata?.httpStatusCode,
    originalStatus: OriginalStatusCode,
  });
}

export const js: Client = {
  name: "AWS SDK for JavaScript v3",
  version: manifest.version,
  isThere: isInstalled("js"),
  start: ({ url: endpoint }) => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const own = { endpoint, region: "us-east-1", credentials };
    const file = toolOf("js", "node_modules/@aws-sdk/client-sagemaker/dist-cjs/index.js");
    const load = {
      "sagemaker-runtime": async (): Promise<any> => runtime,
      sagemaker: async (): Promise<any> => (await import(pathToFileURL(file).href)).default,
    };
    const clients = new Map<string, any>();
    const clientOf = (service: keyof typeof load, sdk: any, { timeout }: Settings): any => {
      const key = `${service} ${timeout}`;
      const name = service === "sagemaker" ? "SageMakerClient" : "SageMakerRuntimeClient";
      const impatient =
        timeout === undefined
          ? {}
          : { requestHandler: { requestTimeout: timeout * 1000, throwOnRequestTimeout: true } };
      if (!clients.has(key)) clients.set(key, new sdk[name]({ ...own, ...impatient }));
      return clients.get(key);
    };
    const call: Running["call"] = async (operation, params, settings = {}) => {
      const service = serviceOf(operation);
      const sdk = await load[service]();
      try {
        const answer = await clientOf(service, sdk, settings).send(new sdk[`${operation}Command`](params));
        return answer.Body === undefined ? answer : { ...answer, Body: await textOf(answer.Body) };
      } catch (error) {
        throw described(error);
      }
    };
    const invoke = invoking(call);
    return {
      call,
      invoke,
      wait: async (waiter, params) => {
        const sdk = await load.sagemaker();
        const client = clientOf("sagemaker", sdk, {});
        return sdk[`waitUntil${waiter}`]({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, params);
      },
      predict: async (name, rowsFile, size) => {
        const rows = readFileSync(rowsFile, "utf8").trim().split("\n");
        const answers: number[] = [];
        for (let start = 0; start < rows.length; start += size) {
          const text = await invoke(name, rows.slice(start, start + size).join("\n"));
          answers.push(...text.trim().split("\n").map(Number));
        }
        return answers;
      },
      close: () => clients.forEach((client) => client.destroy()),
    };
  },
  operations: OPERATIONS,
  forms: ["csv"],
  sizes: [1, 100, 500],
  retries: [
    {
      mode: "standard",
      settings: {},
      attempts: {
        throttle: 3,
        "model-error": 1,
        "model-not-ready": 3,
        "internal-failure": 3,
        "service-unavailable": 3,
        "internal-dependency": 1,
        reset: 3,
        "time-out": 3,
      },
    },
  ],
};
