/**
 * What each operation must do, as a client sees it. The rest of what a test needs is made beside the client, over plain
 * HTTP, so that each stands alone.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { signature } from "../stub/raw-http.ts";
import { golden, goldenAnswer } from "./bikes.ts";
import type { Running } from "./client.ts";

/** Where operations are tried. */
export interface World {
  /** Of the stub, or of what is compared with it. */
  readonly url: string;
  readonly client: Running;
  /** The folder that plays S3: `bucket/model.json` is in it. */
  readonly s3: string;
}

/** A test of one operation. */
export type Try = (world: World) => Promise<void>;

export const IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/xgboost:1.7-1";
export const MODEL_DATA = "s3://bucket/model.json";
const ROLE = "arn:aws:iam::123456789012:role/test";
const ARN = "arn:aws:sagemaker:us-east-1:123456789012:";

let count = 0;
/** A name that nothing else has; with capitals, which ARNs have not. */
export const fresh = (): string => `Bikes-${++count}`;

/** An operation of the control plane over plain HTTP. */
export async function ask(url: string, operation: string, input: object): Promise<any> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `${signature}, SignedHeaders=host, Signature=0`,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `SageMaker.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  expect(response.status, `${operation}: ${text}`).toBe(200);
  return text === "" ? {} : JSON.parse(text);
}

const container = { Image: IMAGE, ModelDataUrl: MODEL_DATA };
const variant = (ModelName: string) => ({
  VariantName: "AllTraffic",
  ModelName,
  InitialInstanceCount: 1,
  InstanceType: "ml.m5.large",
  InitialVariantWeight: 1,
});

export const modelInput = (ModelName: string) => ({
  ModelName,
  PrimaryContainer: container,
  ExecutionRoleArn: ROLE,
});
export const configInput = (name: string, more: object = {}) => ({
  EndpointConfigName: name,
  ProductionVariants: [variant(name)],
  ...more,
});
const endpointInput = (name: string) => ({ EndpointName: name, EndpointConfigName: name });

async function makeModel(url: string, name = fresh()): Promise<string> {
  await ask(url, "CreateModel", modelInput(name));
  return name;
}

async function makeConfig(url: string, name = fresh(), more: object = {}): Promise<string> {
  await makeModel(url, name);
  await ask(url, "CreateEndpointConfig", configInput(name, more));
  return name;
}

/** An endpoint that is in service. */
export async function makeEndpoint(url: string, name = fresh(), more: object = {}): Promise<string> {
  await makeConfig(url, name, more);
  await ask(url, "CreateEndpoint", endpointInput(name));
  await inService(url, name);
  return name;
}

/** Until an endpoint is. */
export const inService = (url: string, EndpointName: string): Promise<void> =>
  vi.waitFor(
    async () => {
      const { EndpointStatus } = await ask(url, "DescribeEndpoint", { EndpointName });
      expect(EndpointStatus).toBe("InService");
    },
    { timeout: 10_000 },
  );

/** An endpoint for inference components, and how to make one on it. */
async function makeComponentEndpoint(url: string): Promise<{ EndpointName: string; input: any }> {
  const name = await makeModel(url);
  const { ModelName: _, InitialVariantWeight: __, ...without } = variant(name);
  const config = { EndpointConfigName: name, ExecutionRoleArn: ROLE, ProductionVariants: [without] };
  await ask(url, "CreateEndpointConfig", config);
  await ask(url, "CreateEndpoint", endpointInput(name));
  await inService(url, name);
  const input = {
    InferenceComponentName: name,
    EndpointName: name,
    VariantName: "AllTraffic",
    Specification: {
      ModelName: name,
      ComputeResourceRequirements: { NumberOfCpuCoresRequired: 1, MinMemoryRequiredInMb: 512 },
    },
    RuntimeConfig: { CopyCount: 1 },
  };
  return { EndpointName: name, input };
}

async function makeComponent(url: string): Promise<{ InferenceComponentName: string }> {
  const { input } = await makeComponentEndpoint(url);
  await ask(url, "CreateInferenceComponent", input);
  await componentInService(url, input);
  return { InferenceComponentName: input.InferenceComponentName };
}

const componentInService = (url: string, { InferenceComponentName }: any): Promise<void> =>
  expect
    .poll(async () => {
      const found = await ask(url, "DescribeInferenceComponent", { InferenceComponentName });
      return found.InferenceComponentStatus;
    })
    .toBe("InService");

/** That a client is told in the service's words that something is not there. */
const isGone = async (asked: Promise<unknown>): Promise<void> =>
  expect(asked).rejects.toMatchObject({
    described: { name: "ValidationException", message: expect.stringMatching(/^Could not find /) },
  });

const TAGS = [{ Key: "lab", Value: "bikes" }];
/** An ARN with tags. */
async function tagged(url: string): Promise<string> {
  const name = fresh();
  const { ModelArn } = await ask(url, "CreateModel", { ...modelInput(name), Tags: TAGS });
  return ModelArn;
}

const rows = Array.from({ length: 200 }, () => golden).join("\n");
const answers = goldenAnswer.repeat(200);

/** The operations, in the order in which a user meets them. */
export const OPERATIONS = {
  InvokeEndpoint: async ({ client }) => {
    const answer = await client.call("InvokeEndpoint", {
      EndpointName: "bike",
      ContentType: "text/csv",
      Accept: "application/json",
      CustomAttributes: "a=1",
      InferenceId: "one",
      TargetVariant: "AllTraffic",
      Body: `${golden}\n${golden}`,
    });
    const score = Number(goldenAnswer);
    expect(JSON.parse(answer.Body)).toEqual({ predictions: [{ score }, { score }] });
    expect(answer).toMatchObject({ ContentType: "application/json", InvokedProductionVariant: "AllTraffic" });
  },
  "InvokeEndpoint that is refused": async ({ client }) => {
    const refused = (EndpointName: string, Body: string) =>
      client.call("InvokeEndpoint", { EndpointName, ContentType: "text/csv", Body }).then(
        () => "not refused",
        (error: any) => error.described,
      );
    expect(await refused("nobody", golden)).toMatchObject({
      name: "ValidationError",
      message: "Endpoint nobody of account 123456789012 not found.",
    });
    expect(await refused("bike", "a,b")).toMatchObject({
      name: "ModelError",
      message: expect.stringMatching(/^Received client error \(415\) from primary with message "/),
    });
  },
  InvokeEndpointWithResponseStream: async ({ client }) => {
    const answer = await client.call("InvokeEndpointWithResponseStream", {
      EndpointName: "bike",
      ContentType: "text/csv",
      Body: rows,
    });
    expect(answer.Body.join("")).toBe(answers);
    expect(answer.Body.length).toBeGreaterThan(1);
  },
  InvokeEndpointAsync: async ({ client, url, s3 }) => {
    const AsyncInferenceConfig = { OutputConfig: { S3OutputPath: "s3://bucket/out" } };
    const name = await makeEndpoint(url, fresh(), { AsyncInferenceConfig });
    await writeFile(join(s3, "bucket/in.csv"), golden);
    const answer = await client.call("InvokeEndpointAsync", {
      EndpointName: name,
      ContentType: "text/csv",
      InputLocation: "s3://bucket/in.csv",
    });
    await isWritten(s3, answer.OutputLocation);
  },
  CreateModel: async ({ client, url }) => {
    const name = fresh();
    const { ModelArn } = await client.call("CreateModel", modelInput(name));
    expect(ModelArn).toBe(`${ARN}model/${name.toLowerCase()}`);
    const found = await ask(url, "DescribeModel", { ModelName: name });
    expect(found).toMatchObject({ ModelName: name, PrimaryContainer: container, ExecutionRoleArn: ROLE });
  },
  DescribeModel: async ({ client, url }) => {
    const ModelName = await makeModel(url);
    expect(await client.call("DescribeModel", { ModelName })).toMatchObject(modelInput(ModelName));
    await isGone(client.call("DescribeModel", { ModelName: "nobody" }));
  },
  ListModels: async ({ client, url }) => {
    const name = await makeModel(url);
    const { Models } = await client.call("ListModels", { NameContains: name });
    expect(Models).toMatchObject([{ ModelName: name }]);
  },
  DeleteModel: async ({ client, url }) => {
    const ModelName = await makeModel(url);
    await client.call("DeleteModel", { ModelName });
    await isGone(client.call("DeleteModel", { ModelName }));
  },
  CreateEndpointConfig: async ({ client, url }) => {
    const name = await makeModel(url);
    const { EndpointConfigArn } = await client.call("CreateEndpointConfig", configInput(name));
    expect(EndpointConfigArn).toBe(`${ARN}endpoint-config/${name.toLowerCase()}`);
    const found = await ask(url, "DescribeEndpointConfig", { EndpointConfigName: name });
    expect(found).toMatchObject(configInput(name));
  },
  DescribeEndpointConfig: async ({ client, url }) => {
    const EndpointConfigName = await makeConfig(url);
    const found = await client.call("DescribeEndpointConfig", { EndpointConfigName });
    expect(found).toMatchObject(configInput(EndpointConfigName));
    await isGone(client.call("DescribeEndpointConfig", { EndpointConfigName: "nobody" }));
  },
  ListEndpointConfigs: async ({ client, url }) => {
    const name = await makeConfig(url);
    const { EndpointConfigs } = await client.call("ListEndpointConfigs", { NameContains: name });
    expect(EndpointConfigs).toMatchObject([{ EndpointConfigName: name }]);
  },
  DeleteEndpointConfig: async ({ client, url }) => {
    const EndpointConfigName = await makeConfig(url);
    await client.call("DeleteEndpointConfig", { EndpointConfigName });
    await isGone(client.call("DeleteEndpointConfig", { EndpointConfigName }));
  },
  CreateEndpoint: async ({ client, url }) => {
    const name = await makeConfig(url);
    const { EndpointArn } = await client.call("CreateEndpoint", endpointInput(name));
    expect(EndpointArn).toBe(`${ARN}endpoint/${name.toLowerCase()}`);
    await expect(client.call("CreateEndpoint", endpointInput(name))).rejects.toMatchObject({
      described: {
        name: "ValidationException",
        message: `Cannot create already existing endpoint "${EndpointArn}".`,
      },
    });
    await inService(url, name);
    expect(await client.invoke(name, golden)).toBe(goldenAnswer);
  },
  DescribeEndpoint: async ({ client, url }) => {
    const EndpointName = await makeEndpoint(url);
    expect(await client.call("DescribeEndpoint", { EndpointName })).toMatchObject({
      ...endpointInput(EndpointName),
      EndpointStatus: "InService",
      ProductionVariants: [{ VariantName: "AllTraffic", CurrentWeight: 1, CurrentInstanceCount: 1 }],
    });
    await isGone(client.call("DescribeEndpoint", { EndpointName: "nobody" }));
  },
  ListEndpoints: async ({ client, url }) => {
    const name = await makeEndpoint(url);
    const { Endpoints } = await client.call("ListEndpoints", { NameContains: name });
    expect(Endpoints).toMatchObject([{ EndpointName: name, EndpointStatus: "InService" }]);
  },
  UpdateEndpoint: async ({ client, url }) => {
    const EndpointName = await makeEndpoint(url);
    const EndpointConfigName = await makeConfig(url);
    await client.call("UpdateEndpoint", { EndpointName, EndpointConfigName });
    await inService(url, EndpointName);
    const found = await ask(url, "DescribeEndpoint", { EndpointName });
    expect(found).toMatchObject({ EndpointConfigName });
  },
  UpdateEndpointWeightsAndCapacities: async ({ client, url }) => {
    const EndpointName = await makeEndpoint(url);
    const wanted = { VariantName: "AllTraffic", DesiredWeight: 0.5, DesiredInstanceCount: 2 };
    await client.call("UpdateEndpointWeightsAndCapacities", {
      EndpointName,
      DesiredWeightsAndCapacities: [wanted],
    });
    await inService(url, EndpointName);
    const found = await ask(url, "DescribeEndpoint", { EndpointName });
    expect(found.ProductionVariants).toMatchObject([{ CurrentWeight: 0.5, CurrentInstanceCount: 2 }]);
  },
  DeleteEndpoint: async ({ client, url }) => {
    const EndpointName = await makeEndpoint(url);
    await client.call("DeleteEndpoint", { EndpointName });
    await isGone(client.call("DescribeEndpoint", { EndpointName }));
    const call = client.invoke(EndpointName, golden);
    await expect(call).rejects.toMatchObject({ described: { name: "ValidationError" } });
  },
  CreateInferenceComponent: async ({ client, url }) => {
    const { input } = await makeComponentEndpoint(url);
    await client.call("CreateInferenceComponent", input);
    await componentInService(url, input);
    const answer = await client.call("InvokeEndpoint", {
      EndpointName: input.EndpointName,
      InferenceComponentName: input.InferenceComponentName,
      ContentType: "text/csv",
      Body: golden,
    });
    expect(answer.Body).toBe(goldenAnswer);
  },
  DescribeInferenceComponent: async ({ client, url }) => {
    const component = await makeComponent(url);
    const found = await client.call("DescribeInferenceComponent", component);
    expect(found).toMatchObject({ ...component, InferenceComponentStatus: "InService" });
  },
  ListInferenceComponents: async ({ client, url }) => {
    const component = await makeComponent(url);
    const { InferenceComponents } = await client.call("ListInferenceComponents", {
      NameContains: component.InferenceComponentName,
    });
    expect(InferenceComponents).toMatchObject([component]);
  },
  UpdateInferenceComponent: async ({ client, url }) => {
    const component = await makeComponent(url);
    const ModelName = await makeModel(url);
    const { Specification } = await ask(url, "DescribeInferenceComponent", component);
    const { ComputeResourceRequirements } = Specification;
    await client.call("UpdateInferenceComponent", {
      ...component,
      Specification: { ModelName, ComputeResourceRequirements },
    });
    await componentInService(url, component);
    const found = await ask(url, "DescribeInferenceComponent", component);
    expect(found.Specification).toMatchObject({ ModelName });
  },
  UpdateInferenceComponentRuntimeConfig: async ({ client, url }) => {
    const component = await makeComponent(url);
    await client.call("UpdateInferenceComponentRuntimeConfig", {
      ...component,
      DesiredRuntimeConfig: { CopyCount: 2 },
    });
    await componentInService(url, component);
    const found = await ask(url, "DescribeInferenceComponent", component);
    expect(found.RuntimeConfig).toMatchObject({ CurrentCopyCount: 2 });
  },
  DeleteInferenceComponent: async ({ client, url }) => {
    const component = await makeComponent(url);
    await client.call("DeleteInferenceComponent", component);
    await isGone(client.call("DescribeInferenceComponent", component));
  },
  AddTags: async ({ client, url }) => {
    const ResourceArn = await tagged(url);
    const Tags = [{ Key: "more", Value: "1" }];
    await client.call("AddTags", { ResourceArn, Tags });
    expect((await ask(url, "ListTags", { ResourceArn })).Tags).toEqual([...TAGS, ...Tags]);
  },
  ListTags: async ({ client, url }) => {
    const ResourceArn = await tagged(url);
    expect((await client.call("ListTags", { ResourceArn })).Tags).toEqual(TAGS);
  },
  DeleteTags: async ({ client, url }) => {
    const ResourceArn = await tagged(url);
    await client.call("DeleteTags", { ResourceArn, TagKeys: ["lab"] });
    expect((await ask(url, "ListTags", { ResourceArn })).Tags).toEqual([]);
  },
  "waiting until an endpoint is in service": async ({ client, url }) => {
    const EndpointName = await makeConfig(url);
    await ask(url, "CreateEndpoint", endpointInput(EndpointName));
    await client.wait!("EndpointInService", { EndpointName });
    const { EndpointStatus } = await ask(url, "DescribeEndpoint", { EndpointName });
    expect(EndpointStatus).toBe("InService");
  },
  "waiting until an endpoint is deleted": async ({ client, url }) => {
    const EndpointName = await makeEndpoint(url);
    await ask(url, "DeleteEndpoint", { EndpointName });
    await client.wait!("EndpointDeleted", { EndpointName });
    await isGone(client.call("DescribeEndpoint", { EndpointName }));
  },
} satisfies Readonly<Record<string, Try>>;

/** An operation's name in the table. */
export type Operation = keyof typeof OPERATIONS;

/** That the answer to the golden row is where an asynchronous call says it will be. */
export async function isWritten(s3: string, location: string): Promise<void> {
  expect(location).toMatch(/^s3:\/\/bucket\/out\//);
  const file = join(s3, location.slice("s3://".length));
  await expect.poll(() => readFile(file, "utf8").catch(() => "not yet")).toBe(goldenAnswer);
}
