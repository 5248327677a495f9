import { expect, test } from "vitest";
import { controlRig, ROLE, variant, type Answer, type Rig } from "./rig.ts";

const arn = (name: string): string =>
  `arn:aws:sagemaker:us-east-1:123456789012:inference-component/${name.toLowerCase()}`;
const compute = { ComputeResourceRequirements: { MinMemoryRequiredInMb: 128 } };
const component = (name: string): Record<string, string> => ({
  "x-amzn-sagemaker-inference-component": name,
});

/** An endpoint for components, and a model "m". */
async function rigWithEndpoint(transitionMs = 0): Promise<Rig> {
  const rig = controlRig({ transitionMs });
  await rig.call("CreateModel", { ModelName: "m", PrimaryContainer: { Image: "i:1", ModelDataUrl: "m" } });
  await rig.call("CreateEndpointConfig", {
    EndpointConfigName: "c",
    ExecutionRoleArn: ROLE,
    ProductionVariants: [variant("v")],
  });
  await rig.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "c" });
  await rig.clock.advance(transitionMs);
  return rig;
}
const create = ({ call }: Rig, InferenceComponentName: string, rest: object = {}): Promise<Answer> =>
  call("CreateInferenceComponent", {
    InferenceComponentName,
    EndpointName: "E",
    VariantName: "v",
    Specification: { ModelName: "m", ...compute },
    RuntimeConfig: { CopyCount: 1 },
    ...rest,
  });
const describe = ({ call }: Rig, InferenceComponentName: string): Promise<Answer> =>
  call("DescribeInferenceComponent", { InferenceComponentName });

test("components are Creating, then answer under their names, each with its model", async () => {
  const rig = await rigWithEndpoint(100);
  expect(await create(rig, "First")).toEqual({ InferenceComponentArn: arn("first") });
  const Container = { Image: "j:2", ArtifactUrl: "other", Environment: { A: "1" } };
  await create(rig, "second", { Specification: { Container, ...compute } });
  expect(await describe(rig, "First")).toMatchObject({
    InferenceComponentStatus: "Creating",
    RuntimeConfig: { DesiredCopyCount: 1, CurrentCopyCount: 0 },
  });
  expect(await rig.ask("E", component("First"))).toBe("no target");
  await rig.clock.advance(100);
  expect(await describe(rig, "second")).toEqual({
    InferenceComponentName: "second",
    InferenceComponentArn: arn("second"),
    EndpointName: "E",
    EndpointArn: "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e",
    VariantName: "v",
    Specification: {
      Container: {
        DeployedImage: {
          SpecifiedImage: "j:2",
          ResolvedImage: expect.stringMatching(/^j@sha256:/),
          ResolutionTime: 1_700_000_000.1,
        },
        ArtifactUrl: "other",
        Environment: { A: "1" },
      },
      ...compute,
    },
    RuntimeConfig: { DesiredCopyCount: 1, CurrentCopyCount: 1 },
    CreationTime: 1_700_000_000.1,
    LastModifiedTime: 1_700_000_000.2,
    InferenceComponentStatus: "InService",
  });
  expect(await rig.ask("E", component("First"))).toBe(">m");
  expect(await rig.ask("E", component("second"))).toBe(">other");
});

test("a component without copies, or deleted, is out of service; its endpoint can go only after it", async () => {
  const rig = await rigWithEndpoint();
  await create(rig, "one");
  await describe(rig, "one");
  const InferenceComponentName = "one";
  const scale = (CopyCount: number): Promise<Answer> =>
    rig.call("UpdateInferenceComponentRuntimeConfig", {
      InferenceComponentName,
      DesiredRuntimeConfig: { CopyCount },
    });
  expect(await scale(0)).toEqual({ InferenceComponentArn: arn("one") });
  expect(await rig.ask("E", component("one"))).toBe("no target");
  await scale(2);
  expect(await rig.ask("E", component("one"))).toBe(">m");
  expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toMatchObject({
    message: expect.stringContaining("delete these first: one."),
  });
  expect(await rig.call("DeleteInferenceComponent", { InferenceComponentName })).toEqual({});
  expect(await rig.ask("E", component("one"))).toBe("no target");
  expect(rig.closed).toEqual(["m"]);
  expect(await describe(rig, "one")).toMatchObject({
    message: `Could not find inference component "${arn("one")}".`,
  });
  expect(await rig.call("DeleteEndpoint", { EndpointName: "E" })).toEqual({});
});

test("a component gets another model while the old one answers", async () => {
  const rig = await rigWithEndpoint(100);
  await create(rig, "one");
  await rig.clock.advance(100);
  const update = { InferenceComponentName: "one", Specification: { Container: { ArtifactUrl: "new" } } };
  expect(await rig.call("UpdateInferenceComponent", update)).toEqual({ InferenceComponentArn: arn("one") });
  expect(await rig.ask("E", component("one"))).toBe(">m");
  expect(await rig.call("UpdateInferenceComponent", update)).toMatchObject({
    message: `Cannot update in-progress inference component "${arn("one")}".`,
  });
  await rig.clock.advance(100);
  expect(await rig.ask("E", component("one"))).toBe(">new");
  expect(rig.closed).toEqual(["m"]);
});

test("a component that cannot start is Failed, says why, and may be mended", async () => {
  const rig = await rigWithEndpoint();
  await create(rig, "one", { Specification: { Container: { ArtifactUrl: "bad" } } });
  expect(await describe(rig, "one")).toMatchObject({
    InferenceComponentStatus: "Failed",
    FailureReason: expect.stringContaining("bad: there is no such file."),
  });
  await rig.call("UpdateInferenceComponent", {
    InferenceComponentName: "one",
    Specification: { ModelName: "m" },
  });
  expect(await describe(rig, "one")).toMatchObject({ InferenceComponentStatus: "InService" });
  expect(await describe(rig, "one")).not.toHaveProperty("FailureReason");
  expect(await rig.ask("E", component("one"))).toBe(">m");
});

test("components are listed, by endpoint and variant too", async () => {
  const rig = await rigWithEndpoint();
  await create(rig, "one");
  await create(rig, "two");
  const list = async (input: object): Promise<unknown> =>
    (await rig.call("ListInferenceComponents", input))["InferenceComponents"].map(
      (of: Answer) => of["InferenceComponentName"],
    );
  expect(await list({ SortBy: "Name", SortOrder: "Ascending" })).toEqual(["one", "two"]);
  expect(await list({ EndpointNameEquals: "E", VariantNameEquals: "v", NameContains: "w" })).toEqual(["two"]);
  expect(await list({ EndpointNameEquals: "F" })).toEqual([]);
});

test.each<[string, object, RegExp]>([
  ["an adapter", { Specification: { BaseInferenceComponentName: "b" } }, /no adapter components/],
  ["neither model nor container", { Specification: compute }, /has a ModelName or a Container/],
  ["both", { Specification: { ModelName: "m", Container: {} } }, /has a ModelName or a Container/],
  ["an unknown model", { Specification: { ModelName: "x" } }, /^Could not find model/],
  ["an unknown variant", { VariantName: "w" }, /has no variant w; it has v\./],
  ["an unknown endpoint", { EndpointName: "F" }, /^Could not find endpoint/],
  ["no specification", { Specification: null }, /needs a Specification/],
])("%s is refused", async (_, rest, message) => {
  expect(await create(await rigWithEndpoint(), "one", rest)).toEqual({
    __type: "ValidationException",
    message: expect.stringMatching(message),
  });
});

test("an endpoint with models of its own takes no components, in AWS's words", async () => {
  const rig = await rigWithEndpoint();
  const ProductionVariants = [variant("v", "m")];
  await rig.call("CreateEndpointConfig", { EndpointConfigName: "d", ProductionVariants });
  await rig.call("CreateEndpoint", { EndpointName: "own", EndpointConfigName: "d" });
  expect(await create(rig, "one", { EndpointName: "own" })).toEqual({
    __type: "ValidationException",
    message:
      "Inference Components are not supported in this Endpoint. Please make sure this endpoint can deploy inference components.",
  });
});
