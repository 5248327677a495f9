/** The control plane as boto3 sees it: unmodified, over real HTTP, each answer held against botocore's own model. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { startStub, type Stub } from "../../../src/stub/server.ts";
import { needs } from "../../needs.ts";
import { ROLE, variant, type Answer } from "./rig.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const python = process.env["SKEWLESS_PYTHON"] ?? "";
const hasBoto3 = python !== "" && spawnSync(python, ["-c", "import boto3"]).status === 0;
const withBoto3 = needs("a Python with boto3 (SKEWLESS_PYTHON)", hasBoto3);

const TRANSITION_MS = 400;
const modelFile = pathOf("../../../models/bike-rental/xgboost.json");
const Body = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const arn = (kind: string, name: string): string =>
  `arn:aws:sagemaker:us-east-1:123456789012:${kind}/${name}`;

interface Client {
  readonly send: (given: object) => Promise<Answer>;
  readonly close: () => void;
}

function boto3At(stub: Stub): Client {
  const child: ChildProcessWithoutNullStreams = spawn(python, [pathOf("boto3_control.py"), stub.url]);
  child.stderr.pipe(process.stderr);
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const send = async (given: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(given)}\n`);
    const { value } = await answers.next();
    const { unlike, ...said } = JSON.parse(value as string) as Answer;
    expect(unlike, JSON.stringify(given)).toEqual([]);
    return said;
  };
  return { send, close: () => void child.kill() };
}

/** The stub as it is by default, and one whose endpoints take their time. */
let [stub, slowStub]: Stub[] = [];
let [boto3, slow]: Client[] = [];
beforeAll(async () => {
  if (!hasBoto3) return;
  stub = await startStub({ endpoints: [{ name: "given", modelFile }] });
  slowStub = await startStub({ endpoints: [], transitionMs: TRANSITION_MS });
  [boto3, slow] = [boto3At(stub), boto3At(slowStub)];
});
afterAll(async () => {
  boto3?.close();
  slow?.close();
  await stub?.close();
  await slowStub?.close();
});

const call = async (name: string, args: object = {}, client = boto3!): Promise<Answer> => {
  const { answer, ...failure } = await client.send({ call: name, args });
  return (answer as Answer | undefined) ?? failure;
};
const wait = (name: string, EndpointName: string, client = boto3!, rest: object = {}): Promise<Answer> =>
  client.send({ wait: name, args: { EndpointName }, ...rest });
const count = async (EndpointName: string, calls: number): Promise<Answer> =>
  (await boto3!.send({ count: calls, args: { EndpointName, Body } }))["answer"] as Answer;

/** The lab's deployment: a model, a configuration, an endpoint. */
async function deploy(name: string, variants: readonly object[], client = boto3!): Promise<void> {
  const PrimaryContainer = {
    Image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/x:1",
    ModelDataUrl: modelFile,
  };
  await call("create_model", { ModelName: name, PrimaryContainer, ExecutionRoleArn: ROLE }, client);
  await call("create_endpoint_config", { EndpointConfigName: name, ProductionVariants: variants }, client);
  expect(await call("create_endpoint", { EndpointName: name, EndpointConfigName: name }, client)).toEqual({
    EndpointArn: arn("endpoint", name.toLowerCase()),
  });
}

withBoto3(
  "the lab's deployment, from model to deleted endpoint; waiters end at their first look",
  async () => {
    await deploy("Lab", [variant("AllTraffic", "Lab")]);
    const { answer } = await wait("endpoint_in_service", "Lab");
    expect(answer["seconds"]).toBeLessThan(10);
    expect(
      await call("invoke_endpoint", { EndpointName: "Lab", ContentType: "text/csv", Body }),
    ).toMatchObject({
      Body: "6.349300861358643\n",
      InvokedProductionVariant: "AllTraffic",
    });
    expect(await call("describe_model", { ModelName: "Lab" })).toMatchObject({
      ModelArn: arn("model", "lab"),
    });
    // As `predictor.delete_endpoint()` does it.
    const { EndpointConfigName } = await call("describe_endpoint", { EndpointName: "Lab" });
    expect(await call("delete_endpoint_config", { EndpointConfigName })).toEqual({});
    expect(await call("delete_endpoint", { EndpointName: "Lab" })).toEqual({});
    expect((await wait("endpoint_deleted", "Lab"))["answer"]["seconds"]).toBeLessThan(10);
    expect(await call("delete_model", { ModelName: "Lab" })).toEqual({});
    expect(await call("invoke_endpoint", { EndpointName: "Lab", Body })).toMatchObject({
      code: "ValidationError",
      message: "Endpoint Lab of account 123456789012 not found.",
    });
  },
);

withBoto3(
  "an endpoint that takes its time is waited for, and refuses calls and changes until then",
  async () => {
    await deploy("Slow", [variant("v", "Slow")], slow!);
    expect(await call("describe_endpoint", { EndpointName: "Slow" }, slow!)).toMatchObject({
      EndpointStatus: "Creating",
    });
    expect(await call("invoke_endpoint", { EndpointName: "Slow", Body }, slow!)).toMatchObject({
      code: "ValidationError",
      status: 400,
      message: "Endpoint Slow is not in service: its status is Creating.",
    });
    expect(await call("delete_endpoint", { EndpointName: "Slow" }, slow!)).toEqual({
      code: "ValidationException",
      status: 400,
      message: `Cannot update in-progress endpoint "${arn("endpoint", "slow")}".`,
    });
    const waited = await wait("endpoint_in_service", "Slow", slow!, { delay: 0.1 });
    expect(waited["answer"]["seconds"]).toBeGreaterThan(0.05);
    await call("delete_endpoint", { EndpointName: "Slow" }, slow!);
    expect(await call("describe_endpoint", { EndpointName: "Slow" }, slow!)).toMatchObject({
      EndpointStatus: "Deleting",
    });
    const gone = await wait("endpoint_deleted", "Slow", slow!, { delay: 0.1 });
    expect(gone["answer"]["seconds"]).toBeGreaterThan(0.05);
  },
);

withBoto3("the waiter for an endpoint whose model is not there fails at once", async () => {
  const PrimaryContainer = { ModelDataUrl: "/nowhere/model.json" };
  await call("create_model", { ModelName: "lost", PrimaryContainer });
  await call("create_endpoint_config", {
    EndpointConfigName: "lost",
    ProductionVariants: [variant("v", "lost")],
  });
  await call("create_endpoint", { EndpointName: "lost", EndpointConfigName: "lost" });
  expect(await wait("endpoint_in_service", "lost")).toMatchObject({
    code: "WaiterError",
    message: expect.stringContaining("terminal failure state"),
  });
  expect(await call("describe_endpoint", { EndpointName: "lost" })).toMatchObject({
    EndpointStatus: "Failed",
    FailureReason: expect.stringMatching(/^Production variant v: .*\/nowhere\/model\.json/),
  });
  expect(await wait("endpoint_in_service", "nobody")).toMatchObject({ code: "WaiterError" });
});

withBoto3("traffic follows the weights, and their changes", async () => {
  await deploy("split", [variant("a", "split", { InitialVariantWeight: 3 }), variant("b", "split")]);
  await wait("endpoint_in_service", "split");
  const first = await count("split", 400);
  // Five standard deviations of a share of 1/4 in 400 calls.
  expect(Math.abs(first["b"] - 100)).toBeLessThan(44);
  expect(
    await call("invoke_endpoint", {
      EndpointName: "split",
      Body,
      ContentType: "text/csv",
      TargetVariant: "b",
    }),
  ).toMatchObject({
    InvokedProductionVariant: "b",
  });
  const DesiredWeightsAndCapacities = [{ VariantName: "a", DesiredWeight: 0 }];
  await call("update_endpoint_weights_and_capacities", {
    EndpointName: "split",
    DesiredWeightsAndCapacities,
  });
  await wait("endpoint_in_service", "split");
  expect(await count("split", 50)).toEqual({ b: 50 });
  const ProductionVariants = [variant("c", "split")];
  await call("create_endpoint_config", { EndpointConfigName: "split2", ProductionVariants });
  await call("update_endpoint", { EndpointName: "split", EndpointConfigName: "split2" });
  await wait("endpoint_in_service", "split");
  expect(await count("split", 20)).toEqual({ c: 20 });
});

withBoto3("no call fails while an endpoint is updated again and again", async () => {
  await deploy("steady", [variant("v0", "steady")]);
  await wait("endpoint_in_service", "steady");
  const other = boto3At(stub!);
  try {
    const counting = other.send({ count: 600, args: { EndpointName: "steady", Body } });
    for (let index = 1; index <= 5; index++) {
      const name = `steady${index}`;
      const ProductionVariants = [variant(`v${index}`, "steady")];
      await call("create_endpoint_config", { EndpointConfigName: name, ProductionVariants });
      await call("update_endpoint", { EndpointName: "steady", EndpointConfigName: name });
      await wait("endpoint_in_service", "steady");
    }
    const { answer, ...failure } = await counting;
    expect(failure).toEqual({});
    expect(Object.values(answer as Record<string, number>).reduce((sum, calls) => sum + calls, 0)).toBe(600);
  } finally {
    other.close();
  }
});

withBoto3("inference components", async () => {
  const PrimaryContainer = { ModelDataUrl: modelFile, Image: "i:1" };
  await call("create_model", { ModelName: "part", PrimaryContainer });
  await call("create_endpoint_config", {
    EndpointConfigName: "parts",
    ExecutionRoleArn: ROLE,
    ProductionVariants: [variant("v")],
  });
  await call("create_endpoint", { EndpointName: "parts", EndpointConfigName: "parts" });
  await wait("endpoint_in_service", "parts");
  const InferenceComponentName = "one";
  const Specification = { ModelName: "part", ComputeResourceRequirements: { MinMemoryRequiredInMb: 128 } };
  await call("create_inference_component", {
    InferenceComponentName,
    EndpointName: "parts",
    VariantName: "v",
    Specification,
    RuntimeConfig: { CopyCount: 1 },
  });
  // On a busy machine a model may take longer to load than a call waits for it.
  const inService = () =>
    expect
      .poll(() => call("describe_inference_component", { InferenceComponentName }), { timeout: 20_000 })
      .toMatchObject({ InferenceComponentStatus: "InService", Specification });
  await inService();
  const invocation = { EndpointName: "parts", ContentType: "text/csv", Body };
  expect(await call("invoke_endpoint", { ...invocation, InferenceComponentName })).toMatchObject({
    Body: "6.349300861358643\n",
  });
  expect(await call("invoke_endpoint", invocation)).toMatchObject({
    code: "ValidationError",
    message: expect.stringMatching(/^Inference Component Name header is required/),
  });
  expect(await call("list_inference_components", {})).toMatchObject({
    InferenceComponents: [{ VariantName: "v" }],
  });
  await call("update_inference_component", { InferenceComponentName, Specification });
  await inService();
  await call("update_inference_component_runtime_config", {
    InferenceComponentName,
    DesiredRuntimeConfig: { CopyCount: 2 },
  });
  await inService();
  expect(await call("delete_inference_component", { InferenceComponentName })).toEqual({});
  expect(await call("delete_endpoint", { EndpointName: "parts" })).toEqual({});
});

withBoto3("every kind of description is as botocore's model has it, with all that may be in it", async () => {
  const DataCaptureConfig = {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: "s3://bucket/capture",
    CaptureOptions: [{ CaptureMode: "Input" }],
    CaptureContentTypeHeader: { CsvContentTypes: ["text/csv"] },
  };
  await call("create_model", {
    ModelName: "full",
    PrimaryContainer: {
      ModelDataUrl: modelFile,
      Environment: { A: "1" },
      MultiModelConfig: { ModelCacheSetting: "Enabled" },
    },
    Tags: [{ Key: "a", Value: "b" }],
    VpcConfig: { SecurityGroupIds: ["sg-1"], Subnets: ["subnet-1"] },
  });
  await call("create_endpoint_config", {
    EndpointConfigName: "full",
    ProductionVariants: [
      variant("v", "full", { RoutingConfig: { RoutingStrategy: "RANDOM" }, VolumeSizeInGB: 5 }),
    ],
    ShadowProductionVariants: [variant("s", "full")],
    DataCaptureConfig,
    AsyncInferenceConfig: { OutputConfig: { S3OutputPath: "s3://bucket/out" } },
    Tags: [{ Key: "a", Value: "b" }],
  });
  const DeploymentConfig = {
    BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 } },
  };
  const create = { EndpointName: "full", EndpointConfigName: "full", DeploymentConfig };
  await call("create_endpoint", create);
  expect(await call("describe_endpoint", { EndpointName: "full" })).toMatchObject({
    EndpointStatus: "InService",
    DataCaptureConfig: { CaptureStatus: "Started", CurrentSamplingPercentage: 100 },
    LastDeploymentConfig: DeploymentConfig,
    ProductionVariants: [{ RoutingConfig: { RoutingStrategy: "RANDOM" } }],
    ShadowProductionVariants: [{ VariantName: "s" }],
  });
  expect(await call("describe_endpoint_config", { EndpointConfigName: "full" })).toMatchObject({
    DataCaptureConfig,
  });
  expect(await call("describe_model", { ModelName: "full" })).toMatchObject({
    VpcConfig: { Subnets: ["subnet-1"] },
  });
  await deploy("pending", [variant("v", "pending")], slow!);
  await wait("endpoint_in_service", "pending", slow!, { delay: 0.1 });
  const ProductionVariants = [variant("w", "pending")];
  await call("create_endpoint_config", { EndpointConfigName: "pending2", ProductionVariants }, slow!);
  await call("update_endpoint", { EndpointName: "pending", EndpointConfigName: "pending2" }, slow!);
  expect(await call("describe_endpoint", { EndpointName: "pending" }, slow!)).toMatchObject({
    EndpointStatus: "Updating",
    PendingDeploymentSummary: { EndpointConfigName: "pending2", StartTime: expect.any(Number) },
  });
  const ResourceArn = arn("model", "full");
  await call("add_tags", { ResourceArn, Tags: [{ Key: "c", Value: "d" }] });
  await call("delete_tags", { ResourceArn, TagKeys: ["a"] });
  expect(await call("list_tags", { ResourceArn })).toEqual({ Tags: [{ Key: "c", Value: "d" }] });
});

withBoto3("paginators see every resource once", async () => {
  for (let index = 0; index < 23; index++) {
    await call("create_model", { ModelName: `page-${index}`, PrimaryContainer: { ModelDataUrl: modelFile } });
  }
  for (const [PageSize, pages] of [
    [10, 3],
    [23, 1],
    [1, 23],
  ]) {
    const args = { NameContains: "page", SortBy: "Name", PaginationConfig: { PageSize } };
    const { answer } = await boto3!.send({ pages: "list_models", key: "Models", args });
    expect(answer).toHaveLength(pages!);
    expect(new Set((answer as Answer[][]).flat().map((of) => of["ModelName"])).size).toBe(23);
  }
  const configs = await boto3!.send({ pages: "list_endpoint_configs", key: "EndpointConfigs", args: {} });
  const endpoints = await boto3!.send({
    pages: "list_endpoints",
    key: "Endpoints",
    args: { StatusEquals: "InService" },
  });
  expect((configs["answer"] as Answer[][]).flat()).toContainEqual(
    expect.objectContaining({ EndpointConfigName: "given" }),
  );
  expect((endpoints["answer"] as Answer[][]).flat()).toContainEqual(
    expect.objectContaining({ EndpointName: "given" }),
  );
  const past = { CreationTimeBefore: 1_000_000_000 };
  expect(await call("list_endpoints", past)).toEqual({ Endpoints: [] });
});

withBoto3("errors have their names, statuses and texts", async () => {
  const cases: [string, object, object][] = [
    [
      "describe_endpoint",
      { EndpointName: "Nobody" },
      {
        code: "ValidationException",
        status: 400,
        message: `Could not find endpoint "${arn("endpoint", "nobody")}".`,
      },
    ],
    [
      "create_endpoint",
      { EndpointName: "GIVEN", EndpointConfigName: "given" },
      {
        code: "ValidationException",
        message: `Cannot create already existing endpoint "${arn("endpoint", "given")}".`,
      },
    ],
    [
      "describe_model",
      { ModelName: "a_b" },
      {
        code: "ValidationException",
        message:
          "1 validation error detected: Value 'a_b' at 'modelName' failed to satisfy constraint: Member must satisfy " +
          "regular expression pattern: ^[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?",
      },
    ],
    ["list_training_jobs", {}, { code: "UnknownOperationException", status: 404 }],
  ];
  for (const [name, args, seen] of cases) {
    expect(await call(name, args), name).toMatchObject(seen);
  }
});
