import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openStateFile, STATE_FILE, type StateFileError } from "../../../src/stub/control/state-file.ts";
import { startStub, type StubOptions } from "../../../src/stub/server.ts";
import { signature } from "../raw-http.ts";
import { controlRig, createConfig, ROLE, variant, type Answer } from "./rig.ts";

const modelFile = "models/bike-rental/xgboost.json";
const empty = { models: [], endpointConfigs: [], endpoints: [], inferenceComponents: [] };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-data-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
const written = async (): Promise<Answer> =>
  JSON.parse(await readFile(join(folder, STATE_FILE), "utf8")) as Answer;

/** A stub that keeps its state, and its control plane's answers. */
async function start(options: Partial<StubOptions> = {}) {
  const problems: string[] = [];
  const stub = await startStub({
    endpoints: [],
    dataFolder: folder,
    onProblem: (text) => problems.push(text),
    ...options,
  });
  onTestFinished(() => stub.close());
  const call = async (operation: string, input: object = {}): Promise<Answer> => {
    const response = await fetch(stub.url, {
      method: "POST",
      headers: { "X-Amz-Target": `SageMaker.${operation}`, Authorization: signature },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    return text === "" ? {} : (JSON.parse(text) as Answer);
  };
  const invoke = async (endpoint: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${stub.url}/endpoints/${endpoint}/invocations`, {
      method: "POST",
      headers: { "Content-Type": "text/csv", Authorization: signature, ...headers },
      body: "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17",
    });
    return response.text();
  };
  return { stub, call, invoke, problems };
}

/** Makes an endpoint of a model file. */
async function deploy(
  { call }: Awaited<ReturnType<typeof start>>,
  name: string,
  url = modelFile,
): Promise<void> {
  await call("CreateModel", { ModelName: name, PrimaryContainer: { ModelDataUrl: url } });
  const ProductionVariants = [variant("a", name), variant("b", name, { InitialVariantWeight: 0 })];
  await call("CreateEndpointConfig", { EndpointConfigName: name, ProductionVariants });
  await call("CreateEndpoint", {
    EndpointName: name,
    EndpointConfigName: name,
    Tags: [{ Key: "k", Value: "v" }],
  });
  await call("DescribeEndpoint", { EndpointName: name });
}

describe("a stub with a folder for its data", () => {
  test("has the same resources after a restart, with their times, tags and weights, and serves them", async () => {
    const first = await start();
    await deploy(first, "Mine");
    await first.call("UpdateEndpointWeightsAndCapacities", {
      EndpointName: "Mine",
      DesiredWeightsAndCapacities: [{ VariantName: "b", DesiredWeight: 7 }],
    });
    await first.call("DeleteModel", { ModelName: "Mine" });
    const seen = await first.call("DescribeEndpoint", { EndpointName: "Mine" });
    const config = await first.call("DescribeEndpointConfig", { EndpointConfigName: "Mine" });
    await first.stub.close();

    const second = await start();
    const { LastModifiedTime: _before, ...before } = seen;
    const { LastModifiedTime: _after, ...after } = await second.call("DescribeEndpoint", {
      EndpointName: "Mine",
    });
    expect(after).toEqual(before);
    expect(after["ProductionVariants"][1].CurrentWeight).toBe(7);
    expect(await second.call("DescribeEndpointConfig", { EndpointConfigName: "Mine" })).toEqual(config);
    expect(await second.call("ListModels")).toEqual({ Models: [] });
    expect(await second.call("ListTags", { ResourceArn: after["EndpointArn"] })).toEqual({
      Tags: [{ Key: "k", Value: "v" }],
    });
    expect(await second.invoke("Mine")).toBe("6.349300861358643\n");
    expect(second.stub.endpoints()).toEqual([{ name: "Mine", status: "InService" }]);
    expect([first.problems, second.problems]).toEqual([[], []]);
  });

  test("endpoints of the command line are made anew at every start, and never twice", async () => {
    const endpoints = [{ name: "given", modelFile }];
    const first = await start({ endpoints });
    await deploy(first, "Mine");
    await first.stub.close();
    expect((await written())["endpoints"].map((of: Answer) => of["name"])).toEqual(["Mine"]);
    const second = await start({ endpoints });
    expect(second.stub.endpoints().map(({ name }) => name)).toEqual(["given", "Mine"]);
    expect(await second.call("DeleteEndpoint", { EndpointName: "given" })).toEqual({});
    expect(await second.invoke("given")).toContain("not found");
    await second.stub.close();
    const third = await start({ endpoints: [{ name: "mine", modelFile, variant: "theirs" }] });
    expect(third.stub.endpoints().map(({ name }) => name)).toEqual(["mine"]);
    expect(await third.invoke("mine")).toBe("6.349300861358643\n");
  });

  test("an endpoint whose model is gone at the restart is Failed, and says why; the stub starts", async () => {
    const copy = join(folder, "copy.json");
    await writeFile(copy, await readFile(modelFile));
    const first = await start();
    await deploy(first, "Mine", copy);
    await first.stub.close();
    await rm(copy);
    const second = await start();
    expect(await second.call("DescribeEndpoint", { EndpointName: "Mine" })).toMatchObject({
      EndpointStatus: "Failed",
      FailureReason: expect.stringContaining("copy.json"),
    });
    await second.stub.close();
    const third = await start();
    expect(third.stub.endpoints()).toEqual([{ name: "Mine", status: "Failed" }]);
  });

  test("what was being created or deleted at the end is created, or gone, at the next start", async () => {
    const first = await start({ transitionMs: 60_000 });
    await deploy(first, "coming");
    await first.stub.close();
    const second = await start();
    expect(second.stub.endpoints()).toEqual([{ name: "coming", status: "InService" }]);
    await second.stub.close();
    const third = await start({ transitionMs: 60_000 });
    expect(third.stub.endpoints()).toEqual([{ name: "coming", status: "InService" }]);
    await third.call("DeleteEndpoint", { EndpointName: "coming" });
    await third.stub.close();
    expect((await start()).stub.endpoints()).toEqual([]);
  });

  test("writes soon after a change, whole, and leaves nothing beside it", async () => {
    const { call } = await start();
    await call("CreateModel", { ModelName: "m", PrimaryContainer: { Image: "i" } });
    await expect.poll(async () => (await written())["models"], { timeout: 5000 }).toHaveLength(1);
    expect(await readdir(folder)).toEqual([STATE_FILE]);
  });
});

test("an update that was on its way is done at the next start", async () => {
  const before = controlRig({ transitionMs: 100 });
  await createConfig(before, "first", ["old"]);
  await createConfig(before, "second", ["new"]);
  await before.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "first" });
  await before.clock.advance(100);
  await before.call("UpdateEndpoint", { EndpointName: "E", EndpointConfigName: "second" });
  const kept = before.plane.kept();
  before.plane.halt();
  await before.clock.advance(100);
  expect(await before.ask("E")).toBe(">old");
  // What was started for nothing is let go.
  expect(before.closed).toEqual(["new"]);
  before.plane.close();
  expect(before.closed).toEqual(["new", "old"]);

  const after = controlRig();
  await after.plane.restore(structuredClone(kept));
  expect(await after.ask("E")).toBe(">new");
  expect(await after.call("DescribeEndpoint", { EndpointName: "E" })).toMatchObject({
    EndpointStatus: "InService",
    EndpointConfigName: "second",
  });
});

test("inference components come back, with as many copies as they had; one that was being deleted does not", async () => {
  const before = controlRig({ transitionMs: 100 });
  await before.call("CreateModel", { ModelName: "m", PrimaryContainer: { ModelDataUrl: "m" } });
  await before.call("CreateEndpointConfig", {
    EndpointConfigName: "c",
    ExecutionRoleArn: ROLE,
    ProductionVariants: [variant("v")],
  });
  await before.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "c" });
  await before.clock.advance(100);
  for (const [InferenceComponentName, CopyCount] of [
    ["two", 2],
    ["none", 0],
    ["gone", 1],
  ]) {
    await before.call("CreateInferenceComponent", {
      InferenceComponentName,
      EndpointName: "E",
      Specification: { ModelName: "m" },
      RuntimeConfig: { CopyCount },
    });
  }
  await before.clock.advance(100);
  await before.call("DeleteInferenceComponent", { InferenceComponentName: "gone" });

  const after = controlRig();
  await after.plane.restore(structuredClone(before.plane.kept()));
  const component = (name: string): Promise<string> =>
    after.ask("E", { "x-amzn-sagemaker-inference-component": name });
  expect([await component("two"), await component("none")]).toEqual([">m", "no target"]);
  expect(await after.call("DescribeInferenceComponent", { InferenceComponentName: "two" })).toMatchObject({
    InferenceComponentStatus: "InService",
    VariantName: "v",
    RuntimeConfig: { DesiredCopyCount: 2, CurrentCopyCount: 2 },
  });
  expect(await after.call("DescribeInferenceComponent", { InferenceComponentName: "gone" })).toMatchObject({
    message: expect.stringContaining("Could not find"),
  });
});

describe("a state that cannot be used is refused, with what to do", () => {
  test.each([
    ["no JSON", "{", /is not a state that the stub can read: .*JSON/],
    ["nothing", "", /is not a state that the stub can read/],
    ["another version", '{"version":2}', /it is of version 2, and this stub reads version 1/],
    ["null", "null", /is not a state that the stub can read/],
    [
      "a kind that is missing",
      '{"version":1,"models":[]}',
      /its endpointConfigs are not as the stub writes them/,
    ],
    [
      "a record that is none",
      JSON.stringify({ version: 1, ...empty, endpoints: [{ name: "x" }] }),
      /its endpoints are not as the stub writes them/,
    ],
  ])("%s", async (_, text, message) => {
    await writeFile(join(folder, STATE_FILE), text);
    await expect(start()).rejects.toThrow(message);
    await expect(start()).rejects.toThrow("Move it away, or give another --data.");
  });

  test("a folder that is a file", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(start({ dataFolder: file })).rejects.toThrow(`cannot keep its state in ${file}`);
  });
});

test("a folder that is not there is made; one that takes no more is told of, and tried again", async () => {
  const deep = join(folder, "a", "b");
  const problems: string[] = [];
  const file = openStateFile(
    deep,
    () => empty,
    (error: StateFileError) => problems.push(error.message),
  );
  expect(file.held).toBeUndefined();
  file.flush();
  expect(await readdir(deep)).toEqual([]);
  await mkdir(join(deep, `${STATE_FILE}.new`));
  file.touch();
  expect(() => file.flush()).toThrow(/The stub endpoint cannot write .*skewless-stub\.json/);
  file.touch();
  await expect.poll(() => problems).toHaveLength(1);
  await rm(join(deep, `${STATE_FILE}.new`), { recursive: true });
  file.touch();
  file.flush();
  expect(await readdir(deep)).toEqual([STATE_FILE]);
  expect(
    openStateFile(
      deep,
      () => empty,
      () => {},
    ).held,
  ).toMatchObject(empty);
});
