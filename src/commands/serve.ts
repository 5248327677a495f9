import { once } from "node:events";
import { loadConfig } from "../config.ts";
import { requestExamples } from "../model/request-schema.ts";
import { type Model, loadModels } from "../registry.ts";
import { type Service, startService } from "../service.ts";
import { type Stub, startStub } from "../stub/server.ts";
import type { Command } from "./command.ts";
import { demoEndpoints, demoModelsDir } from "./demo-endpoints.ts";
import { portOf } from "./port.ts";

/** `skewless serve`: the service, with an embedded stub endpoint where asked for. */
export const serve: Command = {
  summary: "Run the prediction service",
  usage: "",
  positionals: { min: 0, max: 0 },
  options: {
    port: {
      type: "string",
      short: "p",
      value: "N",
      description: "Port to listen on. Default $PORT, else 8080.",
    },
    models: {
      type: "string",
      value: "DIR",
      description: "Folder of the model files, or several as DIR,DIR. Default $MODELS_DIR, else models.",
    },
    demo: {
      type: "boolean",
      description: "Without an endpoint in the environment, embed the stub endpoint and call that.",
    },
  },
  help: `Serves POST /predict for the model files in DIR, and calls the SageMaker endpoints that they name. Region,
credentials and address are found as every AWS client finds them (AWS_REGION, AWS_PROFILE, task role,
AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME …). All settings: docs/configuration.md. With --demo, setting ENDPOINT_NAME or
AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME makes it call that instead of the embedded stub.

Examples:
  npx skewless serve --demo
  AWS_REGION=eu-west-1 ENDPOINT_NAME=my-endpoint npx skewless serve --models models --port 8080`,
  run: async ({ values }, io) => {
    const asked = (values["models"] as string | undefined) ?? (io.env["MODELS_DIR"] || undefined);
    const ownEndpoint = OWN_ENDPOINT.some((name) => io.env[name]);
    const embedsStub = values["demo"] === true && !ownEndpoint;
    const config = loadConfig({
      ...io.env,
      ...(values["port"] === undefined ? {} : { PORT: String(portOf(values["port"])) }),
      ...(values["models"] === undefined ? {} : { MODELS_DIR: String(values["models"]) }),
      ...(values["demo"] === true ? { MODELS_DIR: demoModelsDir(asked, embedsStub) } : {}),
    });
    const { variables, modelsDir } = config;
    const stub = embedsStub
      ? await startStub({ endpoints: await demoEndpoints(modelsDir, variables) })
      : undefined;
    let service: Service | undefined;
    try {
      service = await startService(config, stub === undefined ? {} : towards(stub));
      if (values["demo"] === true) {
        const models = await loadModels(modelsDir, variables);
        io.stdout.write(banner(service, stub, models));
      }
      if (!io.signal.aborted) await once(io.signal, "abort");
      service.log.info("draining");
      return (await service.drain()) ? 0 : 1;
    } finally {
      await service?.close();
      await stub?.close();
    }
  },
};

/** Whoever sets one of these has an endpoint. */
const OWN_ENDPOINT = ["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "ENDPOINT_NAME"] as const;

/** The stub verifies no signature, but every AWS client signs. */
function towards(stub: Stub) {
  const credentials = { accessKeyId: "stub", secretAccessKey: "stub" };
  return { endpoint: stub.url, region: "us-east-1", credentials };
}

function banner({ url, defaultModel }: Service, stub: Stub | undefined, models: readonly Model[]): string {
  const { pipeline, golden } = models.find((model) => model.pipeline.name === defaultModel) ?? models[0]!;
  const path = defaultModel === undefined ? `/models/${pipeline.name}/predict` : "/predict";
  const { positional } = requestExamples(pipeline, golden[0]?.features);
  const which =
    stub === undefined
      ? "It calls the endpoint that the environment names."
      : `It calls the embedded stub endpoint at ${stub.url} (set ENDPOINT_NAME and AWS_REGION to call your own).`;
  return `
Skewless listens on ${url}. ${which}

  curl ${url}${path} -H 'Content-Type: application/json' \\
    -d '${JSON.stringify(positional)}'

  The API in a browser: ${url}/docs

`;
}
