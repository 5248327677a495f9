import { expect, test } from "vitest";
import type {
  Container,
  ContainerRequest,
  ContainerResponse,
} from "../../../src/stub/containers/contract.ts";
import { startComposition } from "../../../src/stub/control/composition.ts";
import { controlRig, variant } from "./rig.ts";

const request: ContainerRequest = {
  path: "/invocations",
  contentType: "text/csv",
  accept: "application/json",
  body: Buffer.from("in"),
  headers: {},
  targetModel: undefined,
  timeoutMs: 1000,
};

/** An endpoint of a model of three containers. */
async function pipeline(mode: "Serial" | "Direct", urls = ["a", "b", "c"]) {
  const rig = controlRig();
  await rig.call("CreateModel", {
    ModelName: "m",
    Containers: urls.map((url) => ({ ModelDataUrl: url, ContainerHostname: `host-${url}` })),
    InferenceExecutionConfig: { Mode: mode },
  });
  await rig.call("CreateEndpointConfig", {
    EndpointConfigName: "c",
    ProductionVariants: [variant("v", "m")],
  });
  await rig.call("CreateEndpoint", { EndpointName: "E", EndpointConfigName: "c" });
  return { ...rig, described: await rig.call("DescribeEndpoint", { EndpointName: "E" }) };
}

test("in a pipeline each container gets what the one before it answered", async () => {
  const rig = await pipeline("Serial");
  expect(await rig.ask("E")).toBe(">a>b>c");
});

test("in direct mode a call names its container", async () => {
  const rig = await pipeline("Direct");
  const at = (name: string) => rig.ask("E", { "x-amzn-sagemaker-target-container-hostname": name });
  expect(await at("host-b")).toBe(">b");
  expect(await at("nobody")).toBe("ValidationError");
  expect(await rig.ask("E")).toBe("ValidationError");
});

test("a container that does not start ends them all", async () => {
  const rig = await pipeline("Serial", ["a", "bad", "c"]);
  expect(rig.described).toMatchObject({
    EndpointStatus: "Failed",
    FailureReason: expect.stringContaining("bad: there is no such file."),
  });
  expect(rig.closed.toSorted()).toEqual(["a", "c"]);
});

test("a pipeline ends with the container that fails, asks the last alone for a type, and counts the first's rows", async () => {
  const seen: ContainerRequest[] = [];
  const answering = (status: number): Container => ({
    invoke: (given): ContainerResponse => {
      seen.push(given);
      return { status, contentType: `t${seen.length}`, body: `${seen.length}`, rows: seen.length * 10 };
    },
  });
  const run = async (...statuses: number[]): Promise<ContainerResponse> => {
    seen.length = 0;
    const containers = statuses.map(answering);
    const definitions = statuses.map((_, index) => ({ ModelDataUrl: String(index) }));
    const started = await startComposition(
      { containers: definitions, mode: "Serial" },
      async ({ ModelDataUrl }) => containers[Number(ModelDataUrl)]!,
    );
    return (started as Container).invoke(request);
  };
  expect(await run(200, 200)).toEqual({ status: 200, contentType: "t2", body: "2", rows: 10 });
  expect(seen.map(({ accept, contentType, body }) => [accept, contentType, body.toString()])).toEqual([
    [undefined, "text/csv", "in"],
    ["application/json", "t1", "1"],
  ]);
  expect(await run(200, 415, 200)).toMatchObject({ status: 415, body: "2" });
  expect(seen).toHaveLength(2);
});
