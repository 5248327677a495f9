import { describe, expect, test } from "vitest";
import { OPERATIONS } from "../../../src/stub/control/operations.ts";
import { MOST_RECORDS } from "../../../src/stub/control/registry.ts";
import { controlRig, createConfig, ROLE, variant, type Answer, type Rig } from "./rig.ts";

const arn = (kind: string, name: string): string =>
  `arn:aws:sagemaker:us-east-1:123456789012:${kind}/${name}`;
const refusal = (message: unknown, type = "ValidationException"): object => ({ __type: type, message });
const status = async ({ call }: Rig, EndpointName: string): Promise<unknown> =>
  (await call("DescribeEndpoint", { EndpointName }))["EndpointStatus"];

/** An endpoint with one variant of each model. */
async function deployed(models: readonly string[], transitionMs = 0, rest: object = {}): Promise<Rig> {
  const rig = controlRig({ transitionMs });
  await createConfig(rig, "config", models, rest);
  await rig.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "config" });
  await rig.clock.advance(transitionMs);
  return rig;
}

describe("creating an endpoint", () => {
  test("it is Creating as long as a transition lasts, and then InService", async () => {
    const rig = controlRig({ transitionMs: 500 });
    await createConfig(rig, "Config", ["m"]);
    expect(await rig.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "config" })).toEqual({
      EndpointArn: arn("endpoint", "e"),
    });
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toEqual({
      EndpointName: "E",
      EndpointArn: arn("endpoint", "e"),
      EndpointConfigName: "Config",
      EndpointStatus: "Creating",
      CreationTime: 1_700_000_000,
      LastModifiedTime: 1_700_000_000,
      ProductionVariants: [
        {
          VariantName: "m",
          DeployedImages: [
            {
              SpecifiedImage: "i:1",
              ResolvedImage: expect.stringMatching(/^i@sha256:[0-9a-f]{64}$/),
              ResolutionTime: 1_700_000_000,
            },
          ],
          CurrentWeight: 0,
          DesiredWeight: 1,
          CurrentInstanceCount: 0,
          DesiredInstanceCount: 1,
          VariantStatus: [{ Status: "Creating", StartTime: 1_700_000_000 }],
        },
      ],
    });
    await rig.clock.advance(499);
    expect(await status(rig, "E")).toBe("Creating");
    expect(await rig.ask("E")).toBe("Creating");
    await rig.clock.advance(1);
    expect(await rig.ask("E")).toBe(">m");
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
      EndpointStatus: "InService",
      CreationTime: 1_700_000_000,
      LastModifiedTime: 1_700_000_000.5,
      ProductionVariants: [{ CurrentWeight: 1, CurrentInstanceCount: 1 }],
    });
  });

  test("without a time for transitions, the first description knows the end already", async () => {
    expect(await status(await deployed(["m"]), "E")).toBe("InService");
  });

  test("a model that cannot be loaded makes it Failed, which says why; it can only be deleted", async () => {
    const rig = await deployed(["good", "bad-json"], 100);
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
      EndpointStatus: "Failed",
      FailureReason: expect.stringMatching(/bad-json.*bad-json: there is no such file\./),
      ProductionVariants: [{ CurrentInstanceCount: 0 }, { CurrentInstanceCount: 0 }],
    });
    expect(await rig.ask("E")).toBe("Failed");
    expect(rig.closed).toEqual(["good"]);
    expect(await rig.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "config" })).toEqual(
      refusal(`Cannot update endpoint "${arn("endpoint", "e")}" that is Failed; delete it.`),
    );
    expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toEqual({});
  });

  test("a container that fails to fail properly makes it Failed as well", async () => {
    const rig = await deployed(["broken"]);
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
      EndpointStatus: "Failed",
      FailureReason: expect.stringContaining("boom"),
    });
  });

  test("names that differ in case alone are one", async () => {
    const rig = await deployed(["m"]);
    expect(await rig.call("CreateEndpoint", { EndpointName: "e", EndpointConfigName: "config" })).toEqual(
      refusal(`Cannot create already existing endpoint "${arn("endpoint", "e")}".`),
    );
    expect(await rig.call("DescribeEndpoint", { EndpointName: "e" })).toMatchObject({ EndpointName: "E" });
    expect(await rig.ask("e")).toBe("nothing");
  });

  test("its configuration and models may go once it has them", async () => {
    const rig = await deployed(["m"]);
    await rig.call("DeleteModel", { ModelName: "m" });
    await rig.call("DeleteEndpointConfig", { EndpointConfigName: "config" });
    expect(await status(rig, "E")).toBe("InService");
    expect(await rig.ask("E")).toBe(">m");
  });
});

describe("updating an endpoint", () => {
  test("calls go to the old variants until the new ones are there; then the old ones are let go", async () => {
    const rig = await deployed(["old"], 300);
    await createConfig(rig, "second", ["new"]);
    expect(await rig.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "second" })).toEqual({
      EndpointArn: arn("endpoint", "e"),
    });
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
      EndpointStatus: "Updating",
      EndpointConfigName: "config",
      ProductionVariants: [{ VariantName: "old", VariantStatus: [{ Status: "Updating" }] }],
      PendingDeploymentSummary: {
        EndpointConfigName: "second",
        ProductionVariants: [
          { VariantName: "new", CurrentWeight: 0, DesiredWeight: 1, InstanceType: "ml.m5.large" },
        ],
      },
    });
    expect(await rig.ask("E")).toBe(">old");
    expect(rig.closed).toEqual([]);
    await rig.clock.advance(300);
    expect(await rig.ask("E")).toBe(">new");
    expect(rig.closed).toEqual(["old"]);
    const after = await rig.call("DescribeEndpoint", { EndpointName: "E" });
    expect(after).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "second" });
    expect(after).not.toHaveProperty("PendingDeploymentSummary");
  });

  test("an update that fails leaves the endpoint as it was, InService, and says why", async () => {
    const rig = await deployed(["old"]);
    await createConfig(rig, "second", ["bad"]);
    await rig.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "second" });
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
      EndpointStatus: "InService",
      EndpointConfigName: "config",
      FailureReason: expect.stringContaining("there is no such file"),
    });
    expect(await rig.ask("E")).toBe(">old");
    await createConfig(rig, "third", ["new"]);
    await rig.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "third" });
    expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).not.toHaveProperty("FailureReason");
    expect(await rig.ask("E")).toBe(">new");
  });

  test("nothing else is done to it meanwhile", async () => {
    const rig = await deployed(["m"], 300);
    const busy = refusal(`Cannot update in-progress endpoint "${arn("endpoint", "e")}".`);
    const update = { EndpointName: "E", EndpointConfigName: "config" };
    const weights = {
      EndpointName: "E",
      DesiredWeightsAndCapacities: [{ VariantName: "m", DesiredWeight: 2 }],
    };
    await rig.call("UpdateEndpoint", update);
    expect(await rig.call("UpdateEndpoint", update)).toEqual(busy);
    expect(await rig.call("UpdateEndpointWeightsAndCapacities", weights)).toEqual(busy);
    expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toEqual(busy);
    await rig.clock.advance(300);
    expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toEqual({});
    expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toEqual(busy);
  });

  test("properties of variants are retained, but for those that are excluded", async () => {
    const rig = await deployed(["a", "b"]);
    const update = { EndpointName: "E", EndpointConfigName: "config", RetainAllVariantProperties: true };
    await rig.call("UpdateEndpointWeightsAndCapacities", {
      EndpointName: "E",
      DesiredWeightsAndCapacities: [{ VariantName: "a", DesiredWeight: 5, DesiredInstanceCount: 4 }],
    });
    await rig.call("UpdateEndpoint", update);
    const [retained] = (await rig.call("DescribeEndpoint", { EndpointName: "E" }))["ProductionVariants"];
    expect(retained).toMatchObject({ CurrentWeight: 5, CurrentInstanceCount: 4 });
    const ExcludeRetainedVariantProperties = [{ VariantPropertyType: "DesiredWeight" }];
    await rig.call("UpdateEndpoint", { ...update, ExcludeRetainedVariantProperties });
    const [partly] = (await rig.call("DescribeEndpoint", { EndpointName: "E" }))["ProductionVariants"];
    expect(partly).toMatchObject({ CurrentWeight: 1, CurrentInstanceCount: 4 });
    await rig.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "config" });
    const [anew] = (await rig.call("DescribeEndpoint", { EndpointName: "E" }))["ProductionVariants"];
    expect(anew).toMatchObject({ CurrentWeight: 1, CurrentInstanceCount: 1 });
  });

  test("asynchronous inference cannot be taken from it", async () => {
    const AsyncInferenceConfig = { OutputConfig: { S3OutputPath: "s3://bucket/out" } };
    const rig = await deployed(["m"], 0, { AsyncInferenceConfig });
    expect(rig.hosting.find("E")!.asyncConfig).toEqual(AsyncInferenceConfig);
    await createConfig(rig, "second", ["n"]);
    expect(await rig.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "second" })).toEqual(
      refusal("The AsyncInferenceConfig parameter cannot be removed from this endpoint E."),
    );
  });

  test("data capture is seen by the data plane, and described", async () => {
    const DataCaptureConfig = {
      EnableCapture: true,
      InitialSamplingPercentage: 20,
      DestinationS3Uri: "s3://bucket/capture",
      CaptureOptions: [{ CaptureMode: "Input" }],
    };
    const rig = await deployed(["m"], 0, { DataCaptureConfig });
    expect((await rig.call("DescribeEndpoint", { EndpointName: "E" }))["DataCaptureConfig"]).toEqual({
      EnableCapture: true,
      CaptureStatus: "Started",
      CurrentSamplingPercentage: 20,
      DestinationS3Uri: "s3://bucket/capture",
      KmsKeyId: "",
    });
    expect(rig.hosting.find("E")!.dataCapture).toEqual(DataCaptureConfig);
  });
});

describe("changing weights", () => {
  const weigh = (rig: Rig, ...DesiredWeightsAndCapacities: object[]): Promise<Answer> =>
    rig.call("UpdateEndpointWeightsAndCapacities", { EndpointName: "E", DesiredWeightsAndCapacities });

  test("they are desired first and current then, and no container is started anew", async () => {
    const rig = await deployed(["a", "b"], 200);
    await weigh(rig, { VariantName: "a", DesiredWeight: 0 }, { VariantName: "b", DesiredInstanceCount: 3 });
    const during = await rig.call("DescribeEndpoint", { EndpointName: "E" });
    expect(during).toMatchObject({
      EndpointStatus: "Updating",
      ProductionVariants: [
        { CurrentWeight: 1, DesiredWeight: 0 },
        { CurrentInstanceCount: 1, DesiredInstanceCount: 3 },
      ],
    });
    expect(during).not.toHaveProperty("PendingDeploymentSummary");
    await rig.clock.advance(200);
    const answers = await Promise.all(Array.from({ length: 50 }, () => rig.ask("E")));
    expect(new Set(answers)).toEqual(new Set([">b"]));
    expect([rig.started, rig.closed]).toEqual([["a", "b"], []]);
  });

  test("a variant that is not there is named", async () => {
    const rig = await deployed(["a"]);
    expect(await weigh(rig, { VariantName: "x", DesiredWeight: 1 }, { VariantName: "a" })).toEqual(
      refusal(
        `The variant name(s) "x" is/are not present within endpoint configuration "${arn("endpoint-config", "config")}".`,
      ),
    );
  });

  test("of a serverless variant, its concurrency", async () => {
    const rig = controlRig();
    const ServerlessConfig = { MemorySizeInMB: 2048, MaxConcurrency: 5 };
    await rig.call("CreateModel", { ModelName: "m", PrimaryContainer: { ModelDataUrl: "m" } });
    const ProductionVariants = [{ VariantName: "v", ModelName: "m", ServerlessConfig }];
    await rig.call("CreateEndpointConfig", { EndpointConfigName: "c", ProductionVariants });
    await rig.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "c" });
    await rig.call("DescribeEndpoint", { EndpointName: "E" });
    await weigh(rig, { VariantName: "v", ServerlessUpdateConfig: { MaxConcurrency: 9 } });
    const [only] = (await rig.call("DescribeEndpoint", { EndpointName: "E" }))["ProductionVariants"];
    expect(only.CurrentServerlessConfig).toEqual({ MemorySizeInMB: 2048, MaxConcurrency: 9 });
    expect(only).not.toHaveProperty("CurrentInstanceCount");
  });
});

test("deleting an endpoint ends its calls at once, and it in time", async () => {
  const rig = await deployed(["m"], 100);
  expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toEqual({});
  expect([await status(rig, "E"), await rig.ask("E")]).toEqual(["Deleting", "Deleting"]);
  await rig.clock.advance(100);
  expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toEqual(
    refusal(`Could not find endpoint "${arn("endpoint", "e")}".`),
  );
  expect([await rig.ask("E"), rig.closed]).toEqual(["nothing", ["m"]]);
});

test("a shadow variant gets no calls and is not started", async () => {
  const rig = controlRig();
  await createConfig(rig, "first", ["m", "s"]);
  await rig.call("CreateEndpointConfig", {
    EndpointConfigName: "shadowed",
    ProductionVariants: [variant("v", "m")],
    ShadowProductionVariants: [variant("w", "s")],
  });
  await rig.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "shadowed" });
  expect(await rig.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
    ProductionVariants: [{ VariantName: "v" }],
    ShadowProductionVariants: [{ VariantName: "w" }],
  });
  expect(rig.started).toEqual(["m"]);
  expect(rig.hosting.find("E")!.variants.has("w")).toBe(false);
});

describe("what cannot be found", () => {
  test.each([
    ["DescribeModel", { ModelName: "X" }, `Could not find model "${arn("model", "x")}".`],
    ["DeleteModel", { ModelName: "X" }, `Could not find model "${arn("model", "x")}".`],
    [
      "DescribeEndpointConfig",
      { EndpointConfigName: "X" },
      `Could not find endpoint configuration "${arn("endpoint-config", "x")}".`,
    ],
    [
      "CreateEndpoint",
      { EndpointName: "E", EndpointConfigName: "X" },
      `Could not find endpoint configuration "${arn("endpoint-config", "x")}".`,
    ],
    [
      "CreateEndpointConfig",
      { EndpointConfigName: "c", ProductionVariants: [variant("v", "X")] },
      `Could not find model "${arn("model", "x")}".`,
    ],
    ["DeleteEndpoint", { EndpointName: "X" }, `Could not find endpoint "${arn("endpoint", "x")}".`],
    [
      "DeleteInferenceComponent",
      { InferenceComponentName: "X" },
      `Could not find inference component "${arn("inference-component", "x")}".`,
    ],
    ["ListTags", { ResourceArn: arn("model", "x") }, `Could not find model "${arn("model", "x")}".`],
    ["ListTags", { ResourceArn: arn("app", "x") }, `The stub endpoint has no resource "${arn("app", "x")}".`],
  ])("%s %o", async (operation, input, message) => {
    expect(await controlRig().call(operation, input)).toEqual(refusal(message));
  });
});

describe("models and configurations", () => {
  test("are described as they were made, by numbers for times", async () => {
    const { call } = controlRig();
    const PrimaryContainer = {
      Image: "i",
      ModelDataUrl: "s3://b/k",
      Environment: { A: "1" },
      Mode: "SingleModel",
    };
    expect(
      await call("CreateModel", { ModelName: "Mine", PrimaryContainer, ExecutionRoleArn: ROLE }),
    ).toEqual({
      ModelArn: arn("model", "mine"),
    });
    expect(await call("DescribeModel", { ModelName: "mine" })).toEqual({
      ModelName: "Mine",
      ModelArn: arn("model", "mine"),
      PrimaryContainer,
      ExecutionRoleArn: ROLE,
      EnableNetworkIsolation: false,
      CreationTime: 1_700_000_000,
    });
    await call("CreateEndpointConfig", {
      EndpointConfigName: "C",
      ProductionVariants: [variant("v", "Mine")],
    });
    expect(await call("DescribeEndpointConfig", { EndpointConfigName: "C" })).toEqual({
      EndpointConfigName: "C",
      EndpointConfigArn: arn("endpoint-config", "c"),
      ProductionVariants: [variant("v", "Mine", { InitialVariantWeight: 1 })],
      EnableNetworkIsolation: false,
      CreationTime: 1_700_000_000,
    });
  });

  test.each<[string, object, RegExp]>([
    [
      "two variants of a name",
      { ProductionVariants: [variant("v", "m"), variant("v", "m")] },
      /a name of its own/,
    ],
    ["a model for some variants", { ProductionVariants: [variant("v", "m"), variant("w")] }, /or none/],
    ["no model and no role", { ProductionVariants: [variant("v")] }, /needs an ExecutionRoleArn/],
    ["no instances", { ProductionVariants: [{ VariantName: "v", ModelName: "m" }] }, /needs an InstanceType/],
    [
      "a type, but no count",
      { ProductionVariants: [{ VariantName: "v", ModelName: "m", InstanceType: "ml.m5.large" }] },
      /needs an InitialInstanceCount/,
    ],
    [
      "two shadows",
      {
        ProductionVariants: [variant("v", "m")],
        ShadowProductionVariants: [variant("w", "m"), variant("x", "m")],
      },
      /one shadow variant/,
    ],
    [
      "serverless with instances",
      {
        ProductionVariants: [
          variant("v", "m", { ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }),
        ],
      },
      /no InstanceType/,
    ],
  ])("a configuration with %s is refused", async (_, config, message) => {
    const rig = controlRig();
    await createConfig(rig, "first", ["m"]);
    expect(await rig.call("CreateEndpointConfig", { EndpointConfigName: "c", ...config })).toEqual(
      refusal(expect.stringMatching(message)),
    );
  });

  test("a model has a container, and not in two places", async () => {
    const { call } = controlRig();
    expect(await call("CreateModel", { ModelName: "m" })).toMatchObject(
      refusal(expect.stringContaining("needs")),
    );
    const both = { ModelName: "m", PrimaryContainer: {}, Containers: [{}] };
    expect(await call("CreateModel", both)).toMatchObject(refusal(expect.stringContaining("both")));
  });

  test("there are only so many of a kind", async () => {
    const { call } = controlRig();
    const create = (index: number) => call("CreateModel", { ModelName: `m${index}`, PrimaryContainer: {} });
    for (let index = 0; index < MOST_RECORDS; index++) {
      await create(index);
    }
    expect(await create(MOST_RECORDS)).toEqual(
      refusal(
        expect.stringContaining("The account-level service limit 'Number of models' is 2000"),
        "ResourceLimitExceeded",
      ),
    );
    await call("DeleteModel", { ModelName: "m7" });
    expect(await create(MOST_RECORDS)).toHaveProperty("ModelArn");
  });
});

test("lists show what there is, newest first, page by page", async () => {
  const rig = controlRig();
  for (const name of ["a", "b", "c"]) {
    await createConfig(rig, `config-${name}`, [name]);
    await rig.call("CreateEndpoint", { EndpointName: name, EndpointConfigName: `config-${name}` });
    await rig.call("DescribeEndpoint", { EndpointName: name });
    await rig.clock.advance(1000);
  }
  const first = await rig.call("ListEndpoints", { MaxResults: 2 });
  expect(first["Endpoints"]).toEqual([
    {
      EndpointName: "c",
      EndpointArn: arn("endpoint", "c"),
      CreationTime: 1_700_000_002,
      LastModifiedTime: 1_700_000_002,
      EndpointStatus: "InService",
    },
    expect.objectContaining({ EndpointName: "b" }),
  ]);
  const second = await rig.call("ListEndpoints", { MaxResults: 2, NextToken: first["NextToken"] });
  expect(second).toEqual({ Endpoints: [expect.objectContaining({ EndpointName: "a" })] });
  expect(await rig.call("ListModels", { NameContains: "b" })).toEqual({
    Models: [{ ModelName: "b", ModelArn: arn("model", "b"), CreationTime: 1_700_000_001 }],
  });
  expect(
    await rig.call("ListEndpointConfigs", { SortBy: "Name", SortOrder: "Ascending", MaxResults: 1 }),
  ).toMatchObject({
    EndpointConfigs: [
      { EndpointConfigName: "config-a", EndpointConfigArn: arn("endpoint-config", "config-a") },
    ],
    NextToken: expect.any(String),
  });
});

test("tags are added, replaced, listed and deleted on every kind of resource", async () => {
  const rig = await deployed(["m"]);
  for (const [kind, name] of [
    ["model", "m"],
    ["endpoint-config", "config"],
    ["endpoint", "e"],
  ]) {
    const ResourceArn = arn(kind!, name!);
    const tags = async (): Promise<unknown> => (await rig.call("ListTags", { ResourceArn }))["Tags"];
    expect(await tags()).toEqual([]);
    await rig.call("AddTags", {
      ResourceArn,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
    await rig.call("AddTags", { ResourceArn, Tags: [{ Key: "a", Value: "3" }] });
    expect(await tags()).toEqual([
      { Key: "a", Value: "3" },
      { Key: "b", Value: "2" },
    ]);
    expect(await rig.call("DeleteTags", { ResourceArn, TagKeys: ["b", "c"] })).toEqual({});
    expect(await tags()).toEqual([{ Key: "a", Value: "3" }]);
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: "" }));
    expect(await rig.call("AddTags", { ResourceArn, Tags: many })).toMatchObject(
      refusal(expect.stringContaining("more than 50 tags")),
    );
  }
  expect(await status(rig, "E")).toBe("InService");
});

describe("what is not an operation", () => {
  const send = (rig: Rig, headers: Record<string, string>, target = "/", method = "POST") =>
    rig.plane.serve(() => ({ status: 418, headers: {}, body: "" }))({
      method,
      target,
      headers: { authorization: "AWS4-HMAC-SHA256 x", ...headers },
      body: Buffer.from("{}"),
    });

  test("an operation that SageMaker has and the stub has not says so, and what there is", async () => {
    const answer = await controlRig().call("CreateTrainingJob");
    expect(answer).toEqual(
      refusal(
        expect.stringMatching(/does not have SageMaker's operation CreateTrainingJob\./),
        "UnknownOperationException",
      ),
    );
    for (const operation of Object.keys(OPERATIONS)) {
      expect(answer["message"]).toContain(operation);
    }
  });

  test.each(["SageMaker.constructor", "SageMaker.__proto__", "SageMaker.", "DynamoDB_20120810.GetItem", "x"])(
    "%s is not recognized",
    async (target) => {
      expect(await send(controlRig(), { "x-amz-target": target })).toMatchObject({
        status: 404,
        headers: {
          "x-amzn-ErrorType": "UnknownOperationException",
          "Content-Type": "application/x-amz-json-1.1",
        },
        body: '{"__type":"UnknownOperationException","message":"The requested operation is not recognized by the service."}',
      });
    },
  );

  test("what has no target, or is no POST of the root, is the data plane's", async () => {
    const target = { "x-amz-target": "SageMaker.ListEndpoints" };
    expect(await send(controlRig(), {})).toMatchObject({ status: 418 });
    expect(await send(controlRig(), target, "/endpoints/e/invocations")).toMatchObject({ status: 418 });
    expect(await send(controlRig(), target, "/", "GET")).toMatchObject({ status: 418 });
    expect(await send(controlRig(), target, "/?x=1")).toMatchObject({ status: 200 });
  });

  test("a caller that has not signed is not let in", async () => {
    const handle = controlRig().plane.serve(() => ({ status: 418, headers: {}, body: "" }));
    const headers = { "x-amz-target": "SageMaker.ListEndpoints" };
    expect(await handle({ method: "POST", target: "/", headers, body: Buffer.from("{}") })).toMatchObject({
      status: 403,
      body: '{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}',
    });
  });

  test.each([
    ["{", "SerializationException", /not JSON/],
    ["[]", "SerializationException", /Start of list/],
    ['"x"', "SerializationException", /Expected a structure/],
    ['{"MaxResults":"5"}', "SerializationException", /STRING_VALUE can not be converted to an Integer/],
    ['{"MaxResults":0}', "ValidationException", /1 validation error detected/],
  ])("a body of %s is a %s", async (body, type, message) => {
    const { plane } = controlRig();
    const response = await plane.serve(() => ({ status: 418, headers: {}, body: "" }))({
      method: "POST",
      target: "/",
      headers: { "x-amz-target": "SageMaker.ListEndpoints", authorization: "AWS4-HMAC-SHA256 x" },
      body: Buffer.from(body),
    });
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body.toString())).toEqual(refusal(expect.stringMatching(message), type));
  });
});
