/** The operations that tasks of the SageMaker Python SDKs consist of: each is tried by a task that calls it. */
import { expect } from "vitest";
import { golden, goldenAnswer } from "./bikes.ts";
import {
  ask,
  fresh,
  IMAGE,
  inService,
  isWritten,
  makeEndpoint,
  MODEL_DATA,
  type Operation,
  type Try,
  type World,
} from "./operations.ts";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

type Tries = Readonly<Partial<Record<Operation, Try>>>;

const OUTPUT = { OutputConfig: { S3OutputPath: "s3://bucket/out" } };
const rows = Array.from({ length: 200 }, () => golden).join("\n");
const answers = goldenAnswer.repeat(200);

/** An endpoint that the SDK has deployed, and that answers. */
async function deployed({ client }: World): Promise<string> {
  const endpoint = fresh();
  const status = await client.call("deploy", { endpoint, model_data: MODEL_DATA, image: IMAGE });
  expect(status).toBe("InService");
  expect(await client.invoke(endpoint, golden)).toBe(goldenAnswer);
  return endpoint;
}

async function asynchronous({ client, url, s3 }: World): Promise<void> {
  const endpoint = await makeEndpoint(url, fresh(), { AsyncInferenceConfig: OUTPUT });
  await writeFile(join(s3, "bucket/in.csv"), golden);
  const { output, failure } = await client.call("send", { endpoint, location: "s3://bucket/in.csv" });
  expect(failure).toMatch(/^s3:/);
  await isWritten(s3, output);
}

async function streamed({ client }: World): Promise<void> {
  expect(await client.call("stream", { endpoint: "bike", body: rows })).toBe(answers);
}

const isGone = (asked: Promise<unknown>): Promise<void> =>
  expect(asked).rejects.toMatchObject({ described: { name: "ValidationException" } });

/** That everything of an endpoint but what is named is gone. */
async function isDeleted(url: string, name: string, kinds: readonly string[]): Promise<void> {
  for (const kind of kinds) {
    const { [`${kind}s`]: found } = await ask(url, `List${kind}s`, { NameContains: name });
    expect(found, kind).toEqual([]);
  }
}

/** `Model.deploy()` makes a model, a config and an endpoint, and describes that until it is in service. */
const deploys: Try = async (world) => {
  const name = await deployed(world);
  const found = await ask(world.url, "DescribeModel", { ModelName: `${name}-model` });
  expect(found.PrimaryContainer ?? found.Containers[0]).toMatchObject({
    Image: IMAGE,
    ModelDataUrl: MODEL_DATA,
  });
};

/** `Predictor.update_endpoint()` describes endpoint and config, lists the tags, and makes a config of both. */
const updatesV2: Try = async (world) => {
  const endpoint = await deployed(world);
  await world.client.call("update", { endpoint, instances: 2 });
  await inService(world.url, endpoint);
  const found = await ask(world.url, "DescribeEndpoint", { EndpointName: endpoint });
  expect(found.ProductionVariants).toMatchObject([{ CurrentInstanceCount: 2 }]);
  expect(found.EndpointConfigName).not.toBe(endpoint);
};

/** `Predictor.delete_endpoint()`, the end of every lab, deletes the config too; `delete_model()` comes before. */
const deletesV2: Try = async (world) => {
  const endpoint = await deployed(world);
  await world.client.call("delete_model", { endpoint });
  await isDeleted(world.url, `${endpoint}-model`, ["Model"]);
  await world.client.call("delete", { endpoint });
  await isDeleted(world.url, endpoint, ["EndpointConfig", "Endpoint"]);
  await isGone(world.client.call("delete", { endpoint }));
};

/** What `Predictor` makes of errors and of answers in other forms. */
const refusedV2: Try = async ({ client }) => {
  const refused = (given: object) =>
    client.call("ask", { endpoint: "bike", rows: golden, ...given }).then(
      () => "not refused",
      (error: any) => error.described,
    );
  expect(await refused({ endpoint: "nobody" })).toMatchObject({ name: "ValidationError", status: 400 });
  // XGBoost's container takes no arrays in NumPy's own format, and does not split what pandas would accept.
  expect(await refused({ takes: "numpy" })).toMatchObject({ name: "ModelError", originalStatus: 415 });
  expect(await refused({ gives: "pandas" })).toMatchObject({ name: "ModelError", originalStatus: 406 });
};

const predictsV2: Try = async ({ client }) => {
  const numbers = golden.split(",").map(Number);
  const score = Number(goldenAnswer);
  const call = (gives: string, given: object = {}) =>
    client.call("ask", { endpoint: "bike", rows: [numbers, numbers], gives, ...given });
  expect(await call("csv")).toEqual([[String(score)], [String(score)]]);
  expect(await call("json", { target_variant: "AllTraffic", inference_id: "a" })).toEqual({
    predictions: [{ score }, { score }],
  });
  // Its deserializer for NumPy takes "text/csv" word for word, and the container says "text/csv; charset=utf-8".
  await expect(call("numpy")).rejects.toMatchObject({ described: { name: "ValueError" } });
};

/** What tasks of version 2 call, and the task that it is tried by. */
export const V2_OPERATIONS: Tries = {
  InvokeEndpoint: predictsV2,
  "InvokeEndpoint that is refused": refusedV2,
  InvokeEndpointWithResponseStream: streamed,
  InvokeEndpointAsync: asynchronous,
  CreateModel: deploys,
  DeleteModel: deletesV2,
  CreateEndpointConfig: deploys,
  DescribeEndpointConfig: updatesV2,
  DeleteEndpointConfig: deletesV2,
  CreateEndpoint: deploys,
  DescribeEndpoint: deploys,
  UpdateEndpoint: updatesV2,
  DeleteEndpoint: deletesV2,
  ListTags: updatesV2,
};

const predictsV3: Try = async ({ client }) => {
  const given = { body: golden, content_type: "text/csv", accept: "application/json", inference_id: "a" };
  const answer = await client.call("ask", { endpoint: "bike", ...given, target_variant: "AllTraffic" });
  expect(JSON.parse(answer.body)).toEqual({ predictions: [{ score: Number(goldenAnswer) }] });
  expect(answer).toMatchObject({ type: "application/json", variant: "AllTraffic" });
};

const refusedV3: Try = async ({ client }) => {
  const nobody = client.invoke("nobody", golden);
  await expect(nobody).rejects.toMatchObject({ described: { name: "ValidationError", status: 400 } });
  // Without a content type, which the SDK leaves out unless it is told, the container takes the rows for libsvm.
  const untyped = client.call("ask", { endpoint: "bike", body: "a,b" });
  await expect(untyped).rejects.toMatchObject({ described: { name: "ModelError", originalStatus: 415 } });
};

const updatesV3: Try = async (world) => {
  const endpoint = await deployed(world);
  const seen = await world.client.call("update", { endpoint, instances: 2 });
  expect(seen).toEqual({ instances: 2, weight: 0.5 });
};

const listsV3: Try = async (world) => {
  const endpoint = await deployed(world);
  const found = await world.client.call("names", { part: endpoint });
  expect(found).toEqual({ models: [`${endpoint}-model`], configs: [endpoint], endpoints: [endpoint] });
};

const deletesV3: Try = async (world) => {
  const endpoint = await deployed(world);
  await world.client.call("delete_all", { endpoint, configs: [endpoint] });
  await isDeleted(world.url, endpoint, ["Model", "EndpointConfig", "Endpoint"]);
  await isGone(world.client.call("delete", { endpoint }));
};

/** What the resources of version 3 call, and the task that it is tried by. */
export const V3_OPERATIONS: Tries = {
  InvokeEndpoint: predictsV3,
  "InvokeEndpoint that is refused": refusedV3,
  // No InvokeEndpointWithResponseStream: sagemaker-core 2.27 cannot read botocore's event stream, wherever it is from.
  InvokeEndpointAsync: asynchronous,
  CreateModel: deploys,
  DescribeModel: deletesV3,
  ListModels: listsV3,
  DeleteModel: deletesV3,
  CreateEndpointConfig: deploys,
  DescribeEndpointConfig: deletesV3,
  ListEndpointConfigs: listsV3,
  DeleteEndpointConfig: deletesV3,
  CreateEndpoint: deploys,
  DescribeEndpoint: deploys,
  ListEndpoints: listsV3,
  UpdateEndpoint: updatesV3,
  UpdateEndpointWeightsAndCapacities: updatesV3,
  DeleteEndpoint: deletesV3,
  "waiting until an endpoint is in service": deploys,
  "waiting until an endpoint is deleted": deletesV3,
};
