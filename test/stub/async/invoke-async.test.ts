/** InvokeEndpointAsync over real HTTP: what is answered at once, and what then lies in the folder. */
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL, fileURLToPath } from "node:url";
import {
  InvokeEndpointAsyncCommand,
  SageMakerRuntimeClient,
  type InvokeEndpointAsyncCommandInput,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startStub, type Stub, type StubOptions } from "../../../src/stub/server.ts";
import { deploy } from "../deploy.ts";
import { hasBoto3, startPython, withBoto3, type PythonProgram } from "../python-program.ts";
import { send, signature } from "../raw-http.ts";

const modelFile = fileURLToPath(new URL("../../../models/bike-rental/xgboost.json", import.meta.url));
const row = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const score = "6.349300861358643\n";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const output = "s3://results/out";
const path = "/endpoints/later/async-invocations";
const prefix = "x-amzn-sagemaker-";

let folder: string;
let stub: Stub;
let boto3: PythonProgram;
let client: SageMakerRuntimeClient;
/** How far the stub's clock is ahead, in ms. */
let aheadMs = 0;
const problems: string[] = [];

const asyncConfig = {
  AsyncInferenceConfig: {
    ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 },
    OutputConfig: { S3OutputPath: `${output}/`, S3FailurePath: "s3://results/failed" },
  },
};
const endpoints = [{ name: "now", modelFile }];

/** A stub with the endpoint that takes asynchronous calls. */
async function startAsync(options: Partial<StubOptions> = {}, model = modelFile): Promise<Stub> {
  const started = await startStub({ endpoints, s3Folder: folder, ...options });
  await deploy(started, "later", model, asyncConfig);
  return started;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "async-"));
  await mkdir(join(folder, "inputs"));
  await writeFile(join(folder, "inputs/row.csv"), row);
  stub = await startAsync({
    onProblem: (text) => problems.push(text),
    now: () => Date.now() + aheadMs,
  });
  await deploy(stub, "plain", modelFile, { AsyncInferenceConfig: { OutputConfig: {} } });
  client = new SageMakerRuntimeClient({
    endpoint: stub.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  if (hasBoto3) {
    boto3 = startPython(fileURLToPath(new URL("async_calls.py", import.meta.url)), stub.url);
  }
});
beforeEach(() => stub.setFaults([]));
afterAll(async () => {
  boto3?.stop();
  client.destroy();
  await stub.close();
  await rm(folder, { recursive: true });
});

const later = (input: Partial<InvokeEndpointAsyncCommandInput>) =>
  client.send(new InvokeEndpointAsyncCommand({ EndpointName: "later", ContentType: "text/csv", ...input }));

const refusal = (input: Partial<InvokeEndpointAsyncCommandInput>): Promise<unknown> =>
  later(input).then(
    () => expect.fail("was accepted"),
    (error) => error as unknown,
  );

/** What lies at an address, once it is there. */
const written = (uri: string | undefined): Promise<string> =>
  vi.waitFor(() => readFile(join(folder, uri!.slice("s3://".length)), "utf8"), {
    timeout: 2000,
    interval: 5,
  });

describe("a request", () => {
  test("with an input in S3 is accepted at once, and its result written", async () => {
    const answer = await later({ InputLocation: "s3://inputs/row.csv" });
    expect(answer).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      InferenceId: expect.stringMatching(uuid),
      OutputLocation: `${output}/${answer.InferenceId}.out`,
      FailureLocation: `s3://results/failed/${answer.InferenceId}-error.out`,
    });
    expect(await written(answer.OutputLocation)).toBe(score);
  });

  test("with an inline body, an id of its own and Accept gets them back and is answered so", async () => {
    const answer = await later({
      Body: Buffer.from(row),
      InferenceId: "my id/1",
      Accept: "application/json",
    });
    expect(answer.InferenceId).toBe("my id/1");
    expect(answer.OutputLocation).toBe(`${output}/my%20id%2F1.out`);
    expect(await written(answer.OutputLocation)).toBe('{"predictions": [{"score": 6.349300861358643}]}');
  });

  test("with a path extension and a file name has them in its output's address", async () => {
    const input = { Body: Buffer.from(row), S3OutputPathExtension: "/a/b/", Filename: "result.csv" };
    const answer = await later(input as Partial<InvokeEndpointAsyncCommandInput>);
    expect(answer.OutputLocation).toBe(`${output}/a/b/result.csv`);
    expect(await written(answer.OutputLocation)).toBe(score);
  });

  test("with a file of this machine reads it; one over https is one in S3", async () => {
    const file = pathToFileURL(join(folder, "inputs/row.csv")).href;
    expect(await written((await later({ InputLocation: file })).OutputLocation)).toBe(score);
    const https = "https://inputs.s3.us-east-1.amazonaws.com/row.csv";
    expect(await written((await later({ InputLocation: https })).OutputLocation)).toBe(score);
  });

  test("at an endpoint without an output path is written to the account's own bucket", async () => {
    const answer = await later({ EndpointName: "plain", Body: Buffer.from(row) });
    expect(answer.OutputLocation).toBe(
      `s3://sagemaker-us-east-1-123456789012/async-endpoint-outputs/${answer.InferenceId}.out`,
    );
    expect(await written(answer.OutputLocation)).toBe(score);
  });

  test("at an endpoint whose output path is no ASCII gets an address that a header can hold", async () => {
    const config = { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: "s3://results/日本" } } };
    await deploy(stub, "far-away", modelFile, config);
    const answer = await later({ EndpointName: "far-away", Body: Buffer.from(row) });
    expect(answer.OutputLocation).toBe(`s3://results/%E6%97%A5%E6%9C%AC/${answer.InferenceId}.out`);
    expect(await written(decodeURIComponent(answer.OutputLocation!))).toBe(score);
  });

  withBoto3("is boto3's, too", async () => {
    const answer = await boto3.ask({ InputLocation: "s3://inputs/row.csv" });
    expect(answer).toEqual({
      status: 202,
      InferenceId: expect.stringMatching(uuid),
      OutputLocation: `${output}/${answer["InferenceId"]}.out`,
      FailureLocation: `s3://results/failed/${answer["InferenceId"]}-error.out`,
    });
    expect(await written(answer["OutputLocation"] as string)).toBe(score);
    const inline = await boto3.ask({ Body: row });
    expect(await written(inline["OutputLocation"] as string)).toBe(score);
  });

  test("has a JSON object for a body, as the real one", async () => {
    const headers = {
      authorization: signature,
      [`${prefix}inputlocation`]: "s3://inputs/row.csv",
      [`${prefix}inference-id`]: "x",
    };
    const { status, body, headers: sent } = await send(stub, { path, headers });
    expect([status, body]).toEqual([202, '{"InferenceId":"x"}']);
    expect(sent).toMatchObject({
      "content-type": "application/json",
      "x-amzn-requestid": expect.stringMatching(uuid),
    });
  });
});

describe("a failure is written to its own address", () => {
  test("when the container refuses the input, in the words of ModelError", async () => {
    const answer = await later({ Body: Buffer.from("a,b") });
    expect(await written(answer.FailureLocation)).toMatch(
      /^Received client error \(415\) from primary with message "Loading csv data failed/,
    );
    expect(await readdir(join(folder, "results/out"))).not.toContain(`${answer.InferenceId}.out`);
  });

  test("when there is no input", async () => {
    const answer = await later({ InputLocation: "s3://inputs/none.csv" });
    expect(await written(answer.FailureLocation)).toBe(
      "The input cannot be read: s3://inputs/none.csv cannot be read: there is none.",
    );
  });

  test("when the container takes longer than InvocationTimeoutSeconds", async () => {
    stub.setFaults([{ fault: "latency", ms: 3000 }]);
    const answer = await later({ Body: Buffer.from(row), InvocationTimeoutSeconds: 1 });
    expect(await written(answer.FailureLocation)).toMatch(
      /^Received server error \(0\) from primary .* timed out/,
    );
  });

  test("when it has waited longer than RequestTTLSeconds", async () => {
    stub.setFaults([{ fault: "latency", ms: 200, calls: 1 }]);
    const first = await later({ Body: Buffer.from(row) });
    const second = await later({ Body: Buffer.from(row), RequestTTLSeconds: 60 });
    const third = await later({ Body: Buffer.from(row), RequestTTLSeconds: 120 });
    aheadMs = 60_001;
    try {
      expect(await written(first.OutputLocation)).toBe(score);
      expect(await written(second.FailureLocation)).toBe("The request was not served within 60 seconds.");
      expect(await written(third.OutputLocation)).toBe(score);
    } finally {
      aheadMs = 0;
    }
  });
});

describe("faults", () => {
  test("of the container befall the serving, and are counted once", async () => {
    const before = stub.tally();
    stub.setFaults([{ fault: "model-error", status: 503, message: "busy" }]);
    const answer = await later({ Body: Buffer.from(row) });
    expect(await written(answer.FailureLocation)).toMatch(/^Received server error \(503\) .* "busy"/);
    const after = stub.tally();
    expect(after.strikes).toEqual([1]);
    expect(after.calls - before.calls).toBe(1);
    expect(after.inFlight).toBe(0);
  });

  test("of the platform befall the call", async () => {
    stub.setFaults([{ fault: "throttle" }]);
    expect(await refusal({ Body: Buffer.from(row) })).toMatchObject({ name: "ThrottlingException" });
    stub.setFaults([{ fault: "service-unavailable" }]);
    expect(await refusal({ Body: Buffer.from(row) })).toMatchObject({ name: "ServiceUnavailable" });
  });

  test("of the wire befall the call, and the request is served all the same", async () => {
    stub.setFaults([{ fault: "reset" }]);
    const error = await refusal({ Body: Buffer.from(row), InferenceId: "unheard" });
    expect(error).toMatchObject({ code: "ECONNRESET" });
    expect(await written(`${output}/unheard.out`)).toBe(score);
  });

  test("asked for by the call itself hold for it", async () => {
    const CustomAttributes = 'skewless-stub-faults={"fault":"dialect","dialect":"json-list"}';
    const answer = await later({ Body: Buffer.from(row), CustomAttributes });
    expect(await written(answer.OutputLocation)).toBe("[6.349300861358643]");
  });
});

describe("is refused", () => {
  test.each<[what: string, input: Partial<InvokeEndpointAsyncCommandInput>, message: RegExp]>([
    ["neither body nor location", {}, /exactly one of Body and InputLocation/],
    ["both", { Body: Buffer.from(row), InputLocation: "s3://a/b" }, /exactly one of Body and InputLocation/],
    ["a body of one byte too many", { Body: Buffer.alloc(128_001, 48) }, /at most 128000 bytes/],
    ["a location of another kind", { InputLocation: "ftp://a/b" }, /at 'inputLocation' failed .* pattern: /],
    ["a location elsewhere", { InputLocation: "https://example.com/b" }, /no address of S3/],
    [
      "a location out of the folder",
      { InputLocation: "s3://a/../../b" },
      /no address that a folder can hold/,
    ],
    [
      "a life of 59 s",
      { Body: Buffer.from(row), RequestTTLSeconds: 59 },
      /'requestTTLSeconds' .* or equal to 60$/,
    ],
    [
      "one of 21,601 s",
      { Body: Buffer.from(row), RequestTTLSeconds: 21_601 },
      /less than or equal to 21600$/,
    ],
    ["a time-out of 0 s", { Body: Buffer.from(row), InvocationTimeoutSeconds: 0 }, /or equal to 1$/],
    [
      "several mistakes",
      { Body: Buffer.from(row), InvocationTimeoutSeconds: 3601, RequestTTLSeconds: 1 },
      /^2 validation errors detected: .*; .*/,
    ],
    ["an id too long", { Body: Buffer.from(row), InferenceId: "x".repeat(65) }, /less than or equal to 64$/],
    [
      "an endpoint for prompt calls",
      { EndpointName: "now", Body: Buffer.from(row) },
      /has no AsyncInferenceConfig/,
    ],
    [
      "an endpoint that is none",
      { EndpointName: "none", Body: Buffer.from(row) },
      /^Endpoint none of account/,
    ],
  ])("%s", async (_, input, message) => {
    expect(await refusal(input)).toMatchObject({
      name: "ValidationError",
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each([
    ["s3outputpathextension", "../../../etc"],
    ["s3outputpathextension", "a/../../../../b"],
    ["s3outputpathextension", "s3://other/b"],
    ["filename", "../x"],
    ["filename", "a.b.c"],
    ["filename", ".."],
    ["inference-id", "é"],
  ])("%s %j, so that nothing is written outside the folder", async (name, value) => {
    const headers = { authorization: signature, [prefix + name]: value };
    const { status, headers: sent } = await send(stub, { path, headers, body: row });
    expect(status).toBe(400);
    expect(sent["x-amzn-errortype"]).toMatch(/^ValidationError:/);
  });

  test("a prompt call to an asynchronous endpoint, streamed or not", async () => {
    for (const operation of ["invocations", "invocations-response-stream"]) {
      const answer = await send(stub, { path: `/endpoints/later/${operation}`, body: row });
      expect(answer).toMatchObject({ status: 400, body: expect.stringMatching(/asynchronous calls only/) });
    }
  });

  test("every call, where there is no folder; and files, where callers may not change the stub", async () => {
    const none = await startAsync({ s3Folder: undefined });
    const answer = await send(none, { path, body: row });
    expect(answer).toMatchObject({ status: 400, body: expect.stringMatching(/start it with --s3 DIR/) });
    await none.close();
    await copyFile(modelFile, join(folder, "inputs/bike.json"));
    const closed = await startAsync({ isAdministrable: false }, "s3://inputs/bike.json");
    const headers = { authorization: signature, [`${prefix}inputlocation`]: "file:///etc/hostname" };
    expect(await send(closed, { path, headers })).toMatchObject({
      status: 400,
      body: expect.stringMatching(/reads no file:\/\/ addresses/),
    });
    await closed.close();
  });
});

test("as many are served at a time as the config says, and closing waits for the rest", async () => {
  const other = await startAsync({ faults: [{ fault: "latency", ms: 50 }] });
  const begun = performance.now();
  const ids = ["q1", "q2", "q3"];
  for (const id of ids) {
    await send(other, {
      path,
      headers: {
        authorization: signature,
        [`${prefix}inference-id`]: id,
        [`${prefix}content-type`]: "text/csv",
      },
      body: row,
    });
  }
  expect(performance.now() - begun).toBeLessThan(120);
  await other.close();
  expect(performance.now() - begun).toBeGreaterThan(140);
  const files = await readdir(join(folder, "results/out"));
  expect(files).toEqual(expect.arrayContaining(ids.map((id) => `${id}.out`)));
});

test("closing gives up what takes too long", async () => {
  const faults = [{ fault: "latency", ms: 60_000 }];
  const other = await startAsync({ faults, drainMs: 50 });
  await send(other, { path, body: row });
  const begun = performance.now();
  await other.close();
  expect(performance.now() - begun).toBeLessThan(1000);
});

test("a queue that is full throttles, as calls are that clients retry", async () => {
  const faults = [{ fault: "latency", ms: 60_000 }];
  const other = await startAsync({ faults, drainMs: 50 });
  const headers = { authorization: signature };
  const statuses = await Promise.all(
    Array.from({ length: 2100 }, () =>
      send(other, { path, headers, body: row }).then(({ status }) => status),
    ),
  );
  expect(statuses.filter((status) => status === 202).length).toBeLessThanOrEqual(2001);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(2000);
  expect(new Set(statuses)).toEqual(new Set([202, 400]));
  await other.close();
});

test("a result that cannot be written is told of, and breaks nothing", async () => {
  await writeFile(join(folder, "results/out/file"), "");
  const answer = await later({
    Body: Buffer.from(row),
    S3OutputPathExtension: "file",
  } as Partial<InvokeEndpointAsyncCommandInput>);
  await vi.waitFor(() => expect(problems).toHaveLength(1));
  expect(problems[0]).toContain(`The result of request ${answer.InferenceId} was not written`);
  expect(await written((await later({ Body: Buffer.from(row) })).OutputLocation)).toBe(score);
});
