import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
  type InvokeEndpointCommandInput,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { xgboostContainer } from "../../src/stub/containers/xgboost-container.ts";
import { createHosting } from "../../src/stub/hosting.ts";
import { createRuntime } from "../../src/stub/runtime.ts";
import { startStub, type Stub } from "../../src/stub/server.ts";
import type { WireRequest, WireResponse } from "../../src/stub/wire.ts";
import { createWorkers } from "../../src/stub/workers.ts";
import { send, sendBytes, signature } from "./raw-http.ts";

const modelFile = fileURLToPath(new URL("../../models/bike-rental/xgboost.json", import.meta.url));
const endpoints = [
  { name: "xgboost-biketrain-v1", modelFile },
  { name: "Second-1", modelFile, variant: "version-1-2-2" },
];
const golden = [
  "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17",
  "4,0,1,1,15.58,19.695,50,23.9994,2012,12,19,2,18",
];
const path = "/endpoints/xgboost-biketrain-v1/invocations";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const exchanges: { request: WireRequest; response: WireResponse }[] = [];
let stub: Stub;
let client: SageMakerRuntimeClient;

beforeAll(async () => {
  stub = await startStub({
    endpoints,
    region: "eu-west-1",
    accountId: "111122223333",
    maxBodyBytes: 1000,
    onExchange: (asked, answered) => exchanges.push({ request: asked, response: answered }),
  });
  client = new SageMakerRuntimeClient({
    endpoint: stub.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
});

afterAll(async () => {
  client.destroy();
  await stub.close();
});

const invoke = (input: Partial<InvokeEndpointCommandInput>) =>
  client.send(
    new InvokeEndpointCommand({
      EndpointName: "xgboost-biketrain-v1",
      ContentType: "text/csv",
      Body: golden[0],
      ...input,
    } as InvokeEndpointCommandInput),
  );

const failure = (input: Parameters<typeof invoke>[0]): Promise<unknown> =>
  invoke(input).then(
    () => undefined,
    (error) => error,
  );

describe("through the AWS SDK", () => {
  test("the course's rows get the course endpoint's very answers", async () => {
    const answer = await invoke({ Body: golden.join("\n") });
    expect(answer.Body.transformToString()).toBe("6.349300861358643\n6.321451187133789\n");
    expect(answer).toMatchObject({
      ContentType: "text/csv; charset=utf-8",
      InvokedProductionVariant: "AllTraffic",
      $metadata: { httpStatusCode: 200, requestId: expect.stringMatching(uuid), attempts: 1 },
    });
    expect(answer.CustomAttributes).toBeUndefined();
  });

  test("JSON when asked for", async () => {
    const answer = await invoke({ Accept: "application/json" });
    expect(answer.ContentType).toBe("application/json");
    expect(answer.Body.transformToString()).toBe('{"predictions": [{"score": 6.349300861358643}]}');
  });

  test("the variant that is there may be asked for by name", async () => {
    const answer = await invoke({ EndpointName: "Second-1", TargetVariant: "version-1-2-2" });
    expect(answer.InvokedProductionVariant).toBe("version-1-2-2");
  });

  test("an empty body is an empty success", async () => {
    const answer = await invoke({ Body: "" });
    expect(answer.$metadata.httpStatusCode).toBe(204);
  });

  test("a container's refusal is a ModelError with all its members", async () => {
    expect(await failure({ Body: "season,holiday" })).toMatchObject({
      name: "ModelError",
      $metadata: { httpStatusCode: 424, attempts: 1 },
      OriginalStatusCode: 415,
      OriginalMessage: expect.stringContaining("could not convert string to float: 'season'"),
      LogStreamArn:
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/Endpoints/xgboost-biketrain-v1",
    });
  });

  test.each([
    ["an unknown endpoint", { EndpointName: "nobody" }, "Endpoint nobody of account 111122223333 not found."],
    [
      "a known name in another case",
      { EndpointName: "second-1" },
      "Endpoint second-1 of account 111122223333 not found.",
    ],
    [
      "a target model",
      { TargetModel: "a.tar.gz" },
      "Endpoint xgboost-biketrain-v1 is not a multi-model endpoint and does not support target model header.",
    ],
    [
      "an unknown variant",
      { TargetVariant: "blue" },
      "Variant blue of endpoint xgboost-biketrain-v1 not found.",
    ],
    [
      "a name with a slash, which the SDK escapes",
      { EndpointName: "a/é b" },
      "Value 'a/é b' at 'endpointName'",
    ],
    ["a name of 64 characters", { EndpointName: "a".repeat(64) }, "length less than or equal to 63"],
    ["a name of 63 characters", { EndpointName: "a".repeat(63) }, "not found"],
    ["a name that ends in a hyphen", { EndpointName: "a-" }, "must satisfy regular expression pattern"],
  ])("%s is a ValidationError", async (_, input, message) => {
    expect(await failure(input)).toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("a body at the limit passes, and one byte over it fails", async () => {
    const body = golden[0]!.padEnd(1000);
    expect((await invoke({ Body: body })).$metadata.httpStatusCode).toBe(200);
    expect(await failure({ Body: `${body} ` })).toMatchObject({
      name: "RequestEntityTooLargeException",
      message: "The request body is larger than 1000 bytes.",
      $metadata: { httpStatusCode: 413 },
    });
  });

  test("a body far over the limit gets its answer too, not a reset connection", async () => {
    expect(await failure({ Body: "1,".repeat(4_000_000) })).toMatchObject({
      name: "RequestEntityTooLargeException",
      $metadata: { attempts: 1 },
    });
  });
});

describe("on the wire", () => {
  test("a success has the service's headers, and is not compressed", async () => {
    const headers = { authorization: signature, "content-type": "text/csv", "accept-encoding": "gzip, br" };
    const response = await send(stub, { path, headers, body: golden[0]! });
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      "x-amzn-requestid": expect.stringMatching(uuid),
      "x-amzn-invoked-production-variant": "AllTraffic",
      "content-type": "text/csv; charset=utf-8",
      "content-length": "18",
    });
    expect(response.headers["content-encoding"]).toBeUndefined();
  });

  test("a ModelError has the type in a header, and its members in the order of the real one", async () => {
    const response = await send(stub, { path, headers: { authorization: signature }, body: "1,2" });
    expect(response.status).toBe(424);
    expect(response.headers).toMatchObject({
      "x-amzn-errortype": "ModelError:http://internal.amazon.com/coral/com.amazon.sagemaker.runtime/",
      "x-amzn-requestid": expect.stringMatching(uuid),
      "content-type": "application/json",
    });
    const body = JSON.parse(response.body) as Record<string, unknown>;
    expect(Object.keys(body)).toEqual([
      "ErrorCode",
      "LogStreamArn",
      "Message",
      "OriginalMessage",
      "OriginalStatusCode",
    ]);
    expect(body["ErrorCode"]).toBe("CLIENT_ERROR_FROM_MODEL");
    expect(body["Message"]).toBe(
      `Received client error (415) from primary with message "${String(body["OriginalMessage"])}". See ` +
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logEventViewer:group=" +
        "/aws/sagemaker/Endpoints/xgboost-biketrain-v1 in account 111122223333 for more information.",
    );
  });

  test("a container's own failure is a server error", async () => {
    const headers = { authorization: signature, "content-type": "text/csv", accept: "application/jsonlines" };
    const { body } = await send(stub, { path, headers, body: golden[0]! });
    expect(JSON.parse(body)).toMatchObject({
      ErrorCode: "INTERNAL_FAILURE_FROM_MODEL",
      Message: expect.stringMatching(/^Received server error \(500\) from primary/),
      OriginalStatusCode: 500,
    });
  });

  test("a target model's refusal has a code", async () => {
    const headers = { authorization: signature, "X-Amzn-SageMaker-Target-Model": "" };
    expect(JSON.parse((await send(stub, { path, headers })).body)).toHaveProperty(
      "ErrorCode",
      "TARGET_MODEL_HEADER_NOT_SUPPORTED",
    );
  });

  test("without a signature there is 403, whatever the name", async () => {
    const response = await send(stub, { path: "/endpoints/nobody/invocations", headers: {} });
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toMatch(/^MissingAuthenticationTokenException:/);
    expect(response.body).toBe('{"message":"Missing Authentication Token"}');
  });

  test.each([
    ["GET", path],
    ["PUT", path],
    ["OPTIONS", "*"],
    ["POST", "/"],
    ["POST", "/ping"],
    ["POST", `${path}/`],
    ["POST", "/endpoints/a/b/invocations"],
    ["POST", "/endpoints/xgboost-biketrain-v1/invocations-bidirectional-stream"],
  ])("%s %s is an unknown operation", async (method, target) => {
    const response = await send(stub, { method, path: target });
    expect(response.status).toBe(404);
    expect(response.headers["x-amzn-errortype"]).toMatch(/^UnknownOperationException:/);
    expect(JSON.parse(response.body)).toHaveProperty("message");
  });

  test("HEAD has the headers of an error and no body", async () => {
    const response = await send(stub, { method: "HEAD", path });
    expect(response).toMatchObject({ status: 404, body: "" });
  });

  test.each([
    ["an empty name", "/endpoints//invocations"],
    ["two dots", "/endpoints/../invocations"],
    ["a malformed escape", "/endpoints/%E0%A4%A/invocations"],
    ["an escaped slash", "/endpoints/a%2Fb/invocations"],
  ])("%s is a ValidationError", async (_, target) => {
    const response = await send(stub, { path: target });
    expect(response.status).toBe(400);
    expect(response.headers["x-amzn-errortype"]).toMatch(/^ValidationError:/);
  });

  test("escapes and a query string do not change which endpoint is meant", async () => {
    const headers = { authorization: signature, "content-type": "text/csv" };
    const target = "/endpoints/xgboost%2Dbiketrain%2dv1/invocations?x=1";
    expect((await send(stub, { path: target, headers, body: golden[0]! })).status).toBe(200);
  });

  test("GET /ping is the health check: 200 and nothing", async () => {
    expect(await send(stub, { method: "GET", path: "/ping", headers: {} })).toMatchObject({
      status: 200,
      body: "",
    });
  });

  test("a 204 has no Content-Length", async () => {
    const response = await send(stub, { path });
    expect(response.status).toBe(204);
    expect(response.headers["content-length"]).toBeUndefined();
  });

  test("an HTTP/1.1 request without Host, or with an unknown expectation, is answered like any other", async () => {
    const close = "Connection: close\r\n\r\n";
    expect(await sendBytes(stub, `GET /ping HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await sendBytes(stub, `GET /ping HTTP/1.1\r\nExpect: tea\r\n${close}`)).toMatch(
      /^HTTP\/1\.1 200 OK\r\n/,
    );
  });

  test.each([
    ["noise", "\u0016\u0003\u0001\r\n\r\n"],
    ["headers beyond what node:http reads", `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`],
    ["CONNECT, which would make a tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"],
  ])("%s gets a well-formed 400 and a closed connection", async (_, bytes) => {
    const [head, body] = (await sendBytes(stub, bytes)).split("\r\n\r\n") as [string, string];
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toContain("x-amzn-ErrorType: MalformedHttpRequestException:");
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(JSON.parse(body)).toHaveProperty("message");
  });

  test.each([
    ["its headers", `POST ${path} HTT`],
    ["its body", `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n1,2`],
  ])("a client that goes away in the middle of %s does not disturb the next", async (_, bytes) => {
    const socket = connect(stub.port, "127.0.0.1");
    await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
    await sleep(20);
    socket.resetAndDestroy();
    await sleep(20);
    expect((await send(stub, { method: "GET", path: "/ping" })).status).toBe(200);
  });

  test("a body without end is cut off", async () => {
    const outgoing = request({ host: "127.0.0.1", port: stub.port, method: "POST", path });
    const gone = new Promise<number>((resolve) => {
      outgoing.on("error", () => {});
      outgoing.on("response", (response) => response.on("error", () => {}).resume());
      outgoing.on("close", () => resolve(sent));
    });
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    // Told of the reset by its argument on Node 26, where the request is not yet destroyed at that moment.
    const pump = (error?: Error | null): void => {
      if (error) return;
      sent++;
      if (sent < 512 && !outgoing.destroyed) {
        outgoing.write(chunk, pump);
      }
    };
    pump();
    expect(await gone).toBeLessThan(512);
  });

  test("every exchange is told of, refusals included", async () => {
    exchanges.length = 0;
    await send(stub, { method: "GET", path: "/ping?x" });
    await send(stub, { path, body: "1".repeat(1001) });
    expect(exchanges).toMatchObject([
      { request: { method: "GET", target: "/ping?x" }, response: { status: 200 } },
      { request: { method: "POST", body: Buffer.alloc(0) }, response: { status: 413 } },
    ]);
  });
});

test("a mistake in the stub is an InternalFailure, not a crash", () => {
  const model = {
    objective: "reg:squarederror",
    features: 1,
    outputs: 1,
    classes: 0,
    predict: () => {
      throw new TypeError("broken");
    },
  };
  const hosting = createHosting(() => createWorkers(() => Infinity));
  const container = xgboostContainer(model);
  hosting.host({ name: "a", status: "InService", variants: [{ name: "b", weight: 1, container }] });
  const { handle } = createRuntime(hosting, { region: "r", accountId: "1" });
  const headers = { authorization: signature, "content-type": "text/csv" };
  const response = handle({
    method: "POST",
    target: "/endpoints/a/invocations",
    headers,
    body: Buffer.from("1"),
  });
  expect(response).toMatchObject({
    status: 500,
    headers: { "x-amzn-ErrorType": expect.stringMatching(/^InternalFailure:/) },
  });
});

describe("starting", () => {
  test("without options it is an account in us-east-1 with InvokeEndpoint's limit", async () => {
    const plain = await startStub({ endpoints: [] });
    const { body } = await send(plain, { path });
    expect(body).toBe('{"Message":"Endpoint xgboost-biketrain-v1 of account 123456789012 not found."}');
    expect((await send(plain, { path, body: Buffer.alloc(6_291_456) })).status).toBe(400);
    expect((await send(plain, { path, body: Buffer.alloc(6_291_457) })).status).toBe(413);
    expect(plain.url).toBe(`http://127.0.0.1:${plain.port}`);
    await plain.close();
  });

  test("an IPv6 address is bracketed in the URL", async () => {
    const six = await startStub({ endpoints: [], host: "::" });
    expect(six.url).toBe(`http://[::]:${six.port}`);
    await six.close();
  });

  test("a port that is taken is an error", async () => {
    await expect(startStub({ endpoints: [], port: stub.port })).rejects.toThrow("EADDRINUSE");
  });

  test("a model file that is missing, or is none, is an error that names it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stub-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const missing = join(folder, "missing.json");
    await expect(startStub({ endpoints: [{ name: "a", modelFile: missing }] })).rejects.toThrow("ENOENT");
    const wrong = join(folder, "wrong.json");
    await writeFile(wrong, "{}");
    await expect(startStub({ endpoints: [{ name: "a", modelFile: wrong }] })).rejects.toThrow(
      `${wrong}: learner must be an object.`,
    );
  });
});

describe("closing", () => {
  test("finishes what is in flight, then ends its kept-alive connection, and refuses new ones", async () => {
    const closing = await startStub({ endpoints });
    const agent = new Agent({ keepAlive: true });
    expect((await send(closing, { method: "GET", path: "/ping", agent })).status).toBe(200);

    const headers = { authorization: signature, "content-type": "text/csv" };
    const outgoing = request({ host: "127.0.0.1", port: closing.port, method: "POST", path, headers, agent });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      outgoing.on("response", (response) => resolve(response.resume().statusCode));
      outgoing.on("error", reject);
    });
    outgoing.write(golden[0]!.slice(0, 10));
    await sleep(50);

    let isClosed = false;
    const closed = closing.close().then(() => (isClosed = true));
    await sleep(100);
    expect(isClosed).toBe(false);
    await expect(send(closing, { method: "GET", path: "/ping" })).rejects.toThrow("ECONNREFUSED");

    outgoing.end(golden[0]!.slice(10));
    expect(await answered).toBe(200);
    const started = performance.now();
    await closed;
    expect(performance.now() - started).toBeLessThan(2000);
    agent.destroy();
  });

  test("a connection that never said anything does not hold it up, and closing twice is closing once", async () => {
    const closing = await startStub({ endpoints: [] });
    const socket = connect(closing.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    await sleep(20);
    const [first, second] = [closing.close(), closing.close()];
    expect(second).toBe(first);
    await first;
    socket.destroy();
  });
});
