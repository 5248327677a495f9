/** Endpoints made by the control plane, for tests of what an endpoint config says. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Stub } from "../../src/stub/server.ts";
import { send, signature } from "./raw-http.ts";

/** One call of the control plane. */
async function control(
  stub: Pick<Stub, "port">,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  const headers = {
    authorization: signature,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `SageMaker.${operation}`,
  };
  const { status, body } = await send(stub, { path: "/", headers, body: JSON.stringify(input) });
  if (status !== 200) throw new Error(`${operation}: ${body}`);
  return body === "" ? {} : (JSON.parse(body) as Record<string, unknown>);
}

/**
 * Deploys a model behind an endpoint, with what `config` adds to its endpoint config, and waits until it is in service.
 *
 * @param variants - names of its variants, all of the same weight. Default AllTraffic alone.
 * @param container - what its container's definition has besides.
 */
export async function deploy(
  stub: Pick<Stub, "port">,
  name: string,
  modelFile: string,
  config: object,
  variants: readonly string[] = ["AllTraffic"],
  container: object = {},
): Promise<void> {
  await control(stub, "CreateModel", {
    ModelName: name,
    ExecutionRoleArn: "arn:aws:iam::123456789012:role/test",
    PrimaryContainer: { Image: "xgboost:1.7-1", ModelDataUrl: modelFile, ...container },
  });
  await control(stub, "CreateEndpointConfig", {
    EndpointConfigName: name,
    ProductionVariants: variants.map((variant) => ({
      VariantName: variant,
      ModelName: name,
      InitialInstanceCount: 1,
      InstanceType: "ml.m5.large",
      InitialVariantWeight: 1,
    })),
    ...config,
  });
  await control(stub, "CreateEndpoint", { EndpointName: name, EndpointConfigName: name });
  for (;;) {
    const { EndpointStatus: status, FailureReason: reason } = await control(stub, "DescribeEndpoint", {
      EndpointName: name,
    });
    if (status === "InService") return;
    if (status !== "Creating") throw new Error(`${name} is ${String(status)}: ${String(reason)}`);
    await sleep(5);
  }
}
