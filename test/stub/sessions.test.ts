/** Stateful sessions over real HTTP, with the AWS SDK for JavaScript and boto3. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
  type InvokeEndpointCommandInput,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { createHosting } from "../../src/stub/hosting.ts";
import { createSessions } from "../../src/stub/sessions.ts";
import { createWorkers } from "../../src/stub/workers.ts";
import { deploy } from "./deploy.ts";

const modelFile = fileURLToPath(new URL("../../models/bike-rental/xgboost.json", import.meta.url));
const row = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const score = "6.349300861358643\n";
const opened = /^([0-9a-f-]{36}); Expires=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;

let stub: Stub;
let client: SageMakerRuntimeClient;
let now = Date.parse("2026-01-02T03:04:05.678Z");

beforeAll(async () => {
  stub = await startStub({ endpoints: [{ name: "bike", modelFile }], now: () => now });
  await deploy(stub, "two", modelFile, {}, ["A", "B"]);
  client = new SageMakerRuntimeClient({
    endpoint: stub.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await stub.close();
});

const invoke = (input: Partial<InvokeEndpointCommandInput>) =>
  client.send(
    new InvokeEndpointCommand({
      EndpointName: "bike",
      ContentType: "text/csv",
      Body: Buffer.from(row),
      ...input,
    }),
  );
const refusal = (input: Partial<InvokeEndpointCommandInput>): Promise<unknown> =>
  invoke(input).then(
    () => expect.fail("was answered"),
    (error) => error as unknown,
  );
const json = (requestType: string) => ({
  ContentType: "application/json",
  Body: Buffer.from(JSON.stringify({ requestType })),
});

/** Opens a session, and gives its id. */
async function open(input: Partial<InvokeEndpointCommandInput> = {}): Promise<string> {
  const { NewSessionId } = await invoke({ SessionId: "NEW_SESSION", ...input });
  return opened.exec(NewSessionId!)![1]!;
}

describe("at a container of the stub's own", () => {
  test("a session is opened along with a prediction, and lasts 20 minutes", async () => {
    const answer = await invoke({ SessionId: "NEW_SESSION" });
    expect(answer.Body.transformToString()).toBe(score);
    expect(answer.NewSessionId).toMatch(opened);
    expect(opened.exec(answer.NewSessionId!)![2]).toBe("2026-01-02T03:24:05Z");
    const id = opened.exec(answer.NewSessionId!)![1]!;
    const next = await invoke({ SessionId: id });
    expect(next.Body.transformToString()).toBe(score);
    expect([next.NewSessionId, next.ClosedSessionId]).toEqual([undefined, undefined]);

    const begun = now;
    now = begun + 1_199_999;
    await invoke({ SessionId: id });
    now = begun + 1_200_000;
    expect(await refusal({ SessionId: id })).toMatchObject({
      name: "ValidationError",
      message: `Session ${id} of endpoint bike not found, or expired.`,
    });
  });

  test("a body of requestType alone opens and closes one, as AWS's containers have it", async () => {
    const answer = await invoke({ SessionId: "NEW_SESSION", ...json("NEW_SESSION") });
    const id = opened.exec(answer.NewSessionId!)![1]!;
    expect(answer.Body.transformToString()).toBe(`Session ${id} created`);
    const closed = await invoke({ SessionId: id, ...json("CLOSE") });
    expect([closed.ClosedSessionId, closed.Body.transformToString()]).toEqual([id, `Session ${id} closed`]);
    expect(await refusal({ SessionId: id })).toMatchObject({ name: "ValidationError" });
  });

  test("none is opened where the container refuses the call", async () => {
    const error = await refusal({ SessionId: "NEW_SESSION", Body: Buffer.from("a,b") });
    expect(error).toMatchObject({ name: "ModelError" });
  });

  test("calls of a session go to its variant, those without one to both", async () => {
    for (let session = 0; session < 4; session++) {
      const first = await invoke({ EndpointName: "two", SessionId: "NEW_SESSION" });
      const id = opened.exec(first.NewSessionId!)![1]!;
      for (let call = 0; call < 6; call++) {
        const { InvokedProductionVariant } = await invoke({ EndpointName: "two", SessionId: id });
        expect(InvokedProductionVariant).toBe(first.InvokedProductionVariant);
      }
    }
    const free = await Promise.all(Array.from({ length: 30 }, () => invoke({ EndpointName: "two" })));
    expect(new Set(free.map(({ InvokedProductionVariant }) => InvokedProductionVariant)).size).toBe(2);
  });

  test("a session is used by streaming calls, too, which cannot open one", async () => {
    const SessionId = await open();
    const stream = (id: string) =>
      client.send(
        new InvokeEndpointWithResponseStreamCommand({
          EndpointName: "bike",
          ContentType: "text/csv",
          Body: Buffer.from(row),
          SessionId: id,
        }),
      );
    const { Body } = await stream(SessionId);
    const parts = [];
    for await (const event of Body!) parts.push(Buffer.from(event.PayloadPart!.Bytes!).toString());
    expect(parts.join("")).toBe(score);
    await expect(stream("NEW_SESSION")).rejects.toMatchObject({ name: "ValidationError" });
  });

  test.each(["-x", "a b", "x".repeat(257), "unknown-session"])("%j is no session", async (SessionId) => {
    expect(await refusal({ SessionId })).toMatchObject({
      name: "ValidationError",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("the session of one endpoint is none of another", async () => {
    expect(await refusal({ EndpointName: "two", SessionId: await open() })).toMatchObject({
      name: "ValidationError",
    });
  });
});

describe("at a container elsewhere", () => {
  const seen: IncomingMessage["headers"][] = [];
  let container: Server;

  beforeAll(async () => {
    container = createServer((request, response) => {
      seen.push(request.headers);
      request.resume();
      const session = request.headers["x-amzn-sagemaker-session-id"];
      const attributes = request.headers["x-amzn-sagemaker-custom-attributes"];
      if (session === "NEW_SESSION") {
        response.setHeader(
          "X-Amzn-SageMaker-New-Session-Id",
          "of-the-container; Expires=2026-01-02T04:00:00Z",
        );
      }
      if (attributes === "close") response.setHeader("X-Amzn-SageMaker-Closed-Session-Id", String(session));
      if (attributes !== undefined)
        response.setHeader("X-Amzn-SageMaker-Custom-Attributes", `got ${attributes}`);
      response.end("ok");
    });
    await new Promise<void>((resolve) => container.listen(0, "127.0.0.1", resolve));
    const { port } = container.address() as AddressInfo;
    await deploy(stub, "far", modelFile, {}, ["AllTraffic"], {
      Environment: { SKEWLESS_STUB_CONTAINER: `http://127.0.0.1:${port}` },
    });
  });
  afterAll(() => void container.close());

  test("the container opens and closes sessions, and sees their ids, attributes and inference ids", async () => {
    now = Date.parse("2026-01-02T03:04:05Z");
    const first = await invoke({
      EndpointName: "far",
      SessionId: "NEW_SESSION",
      CustomAttributes: "trace=1",
      InferenceId: "inference-1",
    });
    expect(first).toMatchObject({
      NewSessionId: "of-the-container; Expires=2026-01-02T04:00:00Z",
      CustomAttributes: "got trace=1",
    });
    expect(seen.at(-1)).toMatchObject({
      "x-amzn-sagemaker-session-id": "NEW_SESSION",
      "x-amzn-sagemaker-inference-id": "inference-1",
    });
    await invoke({ EndpointName: "far", SessionId: "of-the-container" });
    expect(seen.at(-1)).toMatchObject({ "x-amzn-sagemaker-session-id": "of-the-container" });
    const closed = await invoke({
      EndpointName: "far",
      SessionId: "of-the-container",
      CustomAttributes: "close",
    });
    expect(closed.ClosedSessionId).toBe("of-the-container");
    expect(await refusal({ EndpointName: "far", SessionId: "of-the-container" })).toMatchObject({
      name: "ValidationError",
    });
  });
});

test("so many sessions are remembered, and the oldest given up for more", async () => {
  const hosting = createHosting(() => createWorkers(() => Infinity));
  const container = { invoke: () => ({ status: 200, contentType: "text/csv", body: "1", rows: 1 }) };
  hosting.host({ name: "x", status: "InService", variants: [{ name: "A", weight: 1, container }] });
  const sessions = createSessions(() => 0);
  const call = (id: string) =>
    sessions.invoke(
      { method: "POST", target: "/", headers: { "x-amzn-sagemaker-session-id": id }, body: Buffer.from("1") },
      hosting.find("x")!,
      true,
      () => ({ status: 200, headers: {}, body: "1" }),
    );
  const ids: string[] = [];
  for (let count = 0; count <= 10_000; count++) {
    const { headers } = await call("NEW_SESSION");
    ids.push(headers["X-Amzn-SageMaker-New-Session-Id"]!.split(";")[0]!);
  }
  expect((await call(ids[0]!)).status).toBe(400);
  expect((await call(ids[1]!)).status).toBe(200);
  expect((await call(ids.at(-1)!)).status).toBe(200);
});
