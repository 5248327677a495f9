import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  DockerComposeEnvironment,
  type StartedDockerComposeEnvironment,
  type StartedTestContainer,
  Wait,
} from "testcontainers";
import { afterAll, beforeAll, expect } from "vitest";
import { needs } from "../needs.ts";
import { ENGINE, docker, root } from "./engine.ts";

const test = needs(...ENGINE);
const MOST_IDLE_BYTES = 130e6;
const GOLDEN: readonly (readonly [features: readonly unknown[], prediction: number])[] = [
  [["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027], 571.0926],
  [["2012-12-19 18:00:00", 4, 0, 1, 1, 15.58, 19.695, 50, 23.9994], 555.3798],
  [["2012-12-10 01:00:00", 4, 0, 1, 2, 14.76, 18.94, 100, 0], 10.4896],
];

/** The pair that `docker compose up` gives, on free ports. */
let pair: StartedDockerComposeEnvironment;
let service: StartedTestContainer;
let stub: StartedTestContainer;
let url: string;
let startedAt: number;

// One pair for the tests below, in their order: the last one stops the service.
if (ENGINE[1]) {
  beforeAll(async () => {
    startedAt = Date.now();
    pair = await new DockerComposeEnvironment(root, "docker-compose.yml")
      .withEnvironment({ SKEWLESS_PORT: "0", STUB_PORT: "0", ENDPOINT_NAME: "", AWS_REGION: "" })
      .withWaitStrategy("skewless-1", Wait.forHealthCheck())
      .withWaitStrategy("stub-1", Wait.forHealthCheck())
      .up();
    service = pair.getContainer("skewless-1");
    stub = pair.getContainer("stub-1");
    url = `http://${service.getHost()}:${service.getMappedPort(8080)}`;
    console.log(`The pair was healthy after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  });
  afterAll(() => pair?.down({ removeVolumes: true, timeout: 0 }));
}

function predict(...rows: readonly (readonly unknown[])[]): Promise<Response> {
  return fetch(`${url}/predict`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ instances: rows.map((features) => ({ features })) }),
  });
}

async function inspect<T>(container: StartedTestContainer, path: string): Promise<T> {
  return JSON.parse(await docker("inspect", "--format", `{{json ${path}}}`, container.getId())) as T;
}

/** The `Name: value` lines of a file in /proc of a container. */
async function procfile(container: StartedTestContainer, path: string): Promise<Record<string, string>> {
  const { output } = await container.exec(["cat", path]);
  return Object.fromEntries(output.split("\n").map((line) => line.split(/:\s+/, 2) as [string, string]));
}

test("the stub is healthy before the service starts, and the service is ready", async () => {
  const span = [
    "--since",
    String(Math.floor(startedAt / 1000)),
    "--until",
    String(Math.ceil(Date.now() / 1000)),
  ];
  const format = "{{.Actor.ID}} {{.Action}}";
  const lines = (await docker("events", ...span, "--filter", "type=container", "--format", format)).split(
    "\n",
  );
  const healthy = lines.indexOf(`${stub.getId()} health_status: healthy`);
  const started = lines.indexOf(`${service.getId()} start`);
  expect(healthy).toBeGreaterThan(-1);
  expect(started).toBeGreaterThan(healthy);

  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ status: "ready" });
});

test("the three golden rows come back through HTTP within 1e-4 relative, one by one and together", async () => {
  for (const [features, expected] of GOLDEN) {
    const { predictions } = (await (await predict(features)).json()) as { predictions: number[] };
    expect(predictions).toHaveLength(1);
    expect(Math.abs(predictions[0]! / expected - 1)).toBeLessThan(1e-4);
  }
  const reply = await predict(...GOLDEN.map(([features]) => features));
  const { predictions } = (await reply.json()) as { predictions: number[] };
  expect(predictions.map((prediction, index) => prediction / GOLDEN[index]![1])).toEqual(
    GOLDEN.map(() => expect.closeTo(1, 4)),
  );
});

test("the example stands beside it, under an address of its own, and is ready as well", async () => {
  const ready = await fetch(`${url}/readyz`);
  expect(await ready.json()).toEqual({
    status: "ready",
    models: [
      { model: "bike-rental", state: "ready" },
      { model: "customer-churn", state: "ready" },
    ],
  });
  const [golden] = (await readFile(join(root, "models/examples/customer-churn.golden.jsonl"), "utf8")).split(
    "\n",
  );
  const { features, prediction } = JSON.parse(golden!) as { features: unknown[]; prediction: unknown };
  const reply = await fetch(`${url}/models/customer-churn/predict`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ instances: [{ features }] }),
  });
  expect(await reply.json()).toEqual({ predictions: [prediction] });
});

test("the stub answers other AWS clients of this machine, and nobody outside", async () => {
  const endpoint = `http://${stub.getHost()}:${stub.getMappedPort(9000)}`;
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new SageMakerRuntimeClient({ endpoint, credentials, region: "us-east-1" });
  try {
    const EndpointName = "xgboost-biketrain-v1";
    const input = {
      EndpointName,
      ContentType: "text/csv",
      Body: "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17",
    };
    const { Body } = await client.send(new InvokeEndpointCommand(input));
    expect(Number(Body.transformToString())).toBeCloseTo(6.3493, 4);
  } finally {
    client.destroy();
  }
  const ports = await inspect<Record<string, { HostIp: string }[]>>(stub, ".NetworkSettings.Ports");
  expect(ports["9000/tcp"]!.map(({ HostIp }) => HostIp)).toEqual(["127.0.0.1"]);
});

test("idle after its first predictions, the service takes less than 130 MB", async () => {
  await delay(1000);
  const resident = Number.parseInt((await procfile(service, "/proc/1/status"))["VmRSS"]!) * 1024;
  const usage = await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", service.getId());
  console.log(`Idle: resident ${(resident / 1e6).toFixed(1)} MB; docker stats ${usage}`);
  expect(resident).toBeLessThan(MOST_IDLE_BYTES);
});

test("node is process 1, as a user that is not root, without capabilities and unable to gain any", async () => {
  for (const container of [service, stub]) {
    const { Name, Uid, CapEff, CapPrm, CapBnd, NoNewPrivs } = await procfile(container, "/proc/1/status");
    expect(Name).toMatch(/^(node|MainThread)$/);
    expect(Uid).toBe("1000\t1000\t1000\t1000");
    expect([CapEff, CapPrm, CapBnd].map((mask) => Number.parseInt(mask!, 16))).toEqual([0, 0, 0]);
    expect(NoNewPrivs).toBe("1");
  }
});

test("nothing can be written to the root file system, not even by root", async () => {
  for (const container of [service, stub]) {
    for (const file of ["/app/models/new.yaml", "/app/dist/main.js", "/tmp/new", "/home/node/new"]) {
      const { exitCode, output } = await container.exec(["sh", "-c", `echo >> ${file}`], { user: "root" });
      expect({ file, exitCode, output }).toMatchObject({
        exitCode: 2,
        output: expect.stringContaining("Read-only file system"),
      });
    }
  }
});

test("processes and memory are limited", async () => {
  for (const container of [service, stub]) {
    const { PidsLimit, Memory } = await inspect<{ PidsLimit: number; Memory: number }>(
      container,
      ".HostConfig",
    );
    expect(PidsLimit).toBeGreaterThan(0);
    expect(Memory).toBeGreaterThan(0);
  }
});

test("on SIGTERM the service finishes the request in flight, then exits 0 at once", async () => {
  const [features, expected] = GOLDEN[0]!;
  // A paused endpoint takes the call and does not answer it.
  await docker("pause", stub.getId());
  const reply = predict(features);
  await delay(500);
  const stopped = docker("stop", "-t", "20", service.getId());
  await delay(1000);
  expect(await inspect<string>(service, ".State.Status")).toBe("running");
  await docker("unpause", stub.getId());

  const response = await reply;
  const answeredAt = performance.now();
  expect(response.status).toBe(200);
  const { predictions } = (await response.json()) as { predictions: number[] };
  expect(Math.abs(predictions[0]! / expected - 1)).toBeLessThan(1e-4);
  await stopped;
  const seconds = (performance.now() - answeredAt) / 1000;
  console.log(`Stopped ${seconds.toFixed(2)} s after its last answer`);
  expect(await inspect<object>(service, ".State")).toMatchObject({
    ExitCode: 0,
    OOMKilled: false,
    Status: "exited",
  });
  expect(seconds).toBeLessThan(5);
});

test("on SIGTERM the stub exits 0", async () => {
  await docker("stop", "-t", "10", stub.getId());
  expect(await inspect<object>(stub, ".State")).toMatchObject({ ExitCode: 0, Status: "exited" });
});
