/** Whatever is sent, the stub lives on, and what it answers botocore's own parser can read: on both planes. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect } from "vitest";
import { OPERATIONS } from "../../src/stub/control/operations.ts";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { needs } from "../needs.ts";
import { signature } from "../stub/raw-http.ts";
import { golden, modelFile } from "./bikes.ts";
import { makeEndpoint } from "./operations.ts";
import { startProgram, type Program } from "./program.ts";
import { isInstalled, toolOf } from "./tools.ts";

const hasBotocore = isInstalled("boto3");
const withBotocore = needs("boto3 (test/clients/install)", hasBotocore);
const names = Object.keys(OPERATIONS);

let stub: Stub;
let botocore: Program;
let s3: string;
const members = new Map<string, readonly string[]>();

beforeAll(async () => {
  if (!hasBotocore) return;
  s3 = mkdtempSync(join(tmpdir(), "s3-"));
  stub = await startStub({
    endpoints: [{ name: "e", modelFile }],
    s3Folder: s3,
    maxBodyBytes: 500,
    streamPartBytes: 10,
  });
  mkdirSync(join(s3, "bucket"));
  copyFileSync(modelFile, join(s3, "bucket/model.json"));
  await makeEndpoint(stub.url, "a", {
    AsyncInferenceConfig: { OutputConfig: { S3OutputPath: "s3://bucket/out" } },
  });
  botocore = startProgram([toolOf("boto3", "bin/python"), "python/parse.py"]);
  for (const operation of names) members.set(operation, await botocore.ask("members", { operation }));
});
afterAll(async () => {
  botocore?.close();
  await stub?.close();
  if (hasBotocore) rmSync(s3, { recursive: true });
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function send({ method, path, headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const framed = { ...headers, "content-length": body.length };
    const options = { host: "127.0.0.1", port: stub.port, method, path, headers: framed, agent: false };
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode!,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** That an answer is a success, or an error with a name, to botocore. */
async function isReadable(service: string, operation: string, sent: Sent): Promise<void> {
  const { status, headers, body } = await send(sent);
  const wanted = { service, operation, status, headers, body: body.toString("base64") };
  const code: string | null = await botocore.ask("parse", wanted);
  expect(status).toBeLessThan(500);
  // The control plane, where names are in the body, is only where a POST goes.
  if (status >= 300 && (service !== "sagemaker" || sent.method === "POST")) {
    expect(code).toMatch(/^[A-Z][A-Za-z]+$/);
  }
}

const printable = fc.string({
  unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
});
const methods = fc.oneof(
  { weight: 6, arbitrary: fc.constant("POST") },
  fc.constantFrom("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"),
);
const endpoints = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("e", "a", "none") }, printable);
const PATHS = {
  InvokeEndpoint: "invocations",
  InvokeEndpointWithResponseStream: "invocations-response-stream",
  InvokeEndpointAsync: "async-invocations",
};
const types = fc.oneof(fc.constantFrom("text/csv", "text/libsvm", "application/json", ";;=;"), printable);
const prefix = "x-amzn-sagemaker-";
const headers = fc
  .record(
    {
      authorization: fc.oneof({ weight: 9, arbitrary: fc.constant(signature) }, printable),
      "content-type": types,
      accept: fc.oneof(fc.constantFrom("*/*", "application/json", "application/jsonlines"), printable),
      [`${prefix}accept`]: types,
      [`${prefix}content-type`]: types,
      [`${prefix}target-variant`]: fc.oneof(fc.constant("AllTraffic"), printable),
      [`${prefix}target-model`]: printable,
      [`${prefix}inference-component`]: printable,
      [`${prefix}inference-id`]: printable,
      [`${prefix}custom-attributes`]: printable,
      [`${prefix}session-id`]: fc.oneof(fc.constant("NEW_SESSION"), printable),
      [`${prefix}inputlocation`]: fc.oneof(fc.constantFrom("s3://bucket/in", "s3://../../x"), printable),
      [`${prefix}requestttlseconds`]: fc.oneof(fc.constant("60"), printable),
      [`${prefix}invocationtimeoutseconds`]: fc.oneof(fc.constant("1"), printable),
      [`${prefix}filename`]: printable,
      "x-amz-target": printable,
    },
    { requiredKeys: [] },
  )
  .map((given) => ({ authorization: signature, ...given }) as Record<string, string>);
const bodies = fc.oneof(
  fc
    .constantFrom(golden, `${golden}\n${golden}`, "", "a,b", "[]", "1".repeat(600))
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

withBotocore("botocore can read what the data plane answers to anything", async () => {
  const calls = fc.record({
    operation: fc.constantFrom(...(Object.keys(PATHS) as (keyof typeof PATHS)[])),
    method: methods,
    endpoint: endpoints,
    odd: fc.option(fc.webPath(), { freq: 8 }),
    headers,
    body: bodies,
  });
  await fc.assert(
    fc.asyncProperty(calls, ({ operation, method, endpoint, odd, headers: given, body }) => {
      const path = odd === null ? `/endpoints/${endpoint}/${PATHS[operation]}` : `/${odd}`;
      return isReadable("sagemaker-runtime", operation, { method, path, headers: given, body });
    }),
    { numRuns: 1000 },
  );
});

/** Values of no form in particular, and those that an input may have. */
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    "e",
    "a",
    "AllTraffic",
    "ml.m5.large",
    "s3://bucket/x",
    1,
    0,
    -1,
    1e300,
    "",
    "InService",
  ),
  fc.constantFrom<unknown>(
    { Image: "i", ModelDataUrl: "s3://bucket/x" },
    [{ VariantName: "v", ModelName: "e", InitialInstanceCount: 1, InstanceType: "ml.m5.large" }],
    [{ Key: "k", Value: "v" }],
    "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e",
  ),
);

withBotocore("botocore can read what the control plane answers to anything", async () => {
  const inputs = fc.constantFrom(...names).chain((operation) =>
    fc.tuple(
      fc.constant(operation),
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc
            .uniqueArray(fc.tuple(fc.nat(), values), { maxLength: 6, selector: ([key]) => key })
            .map((pairs) => {
              const known = members.get(operation)!;
              const input = pairs.map(([key, value]) => [known[key % known.length]!, value] as const);
              return Buffer.from(JSON.stringify(Object.fromEntries(input)));
            }),
        },
        fc.json().map((text) => Buffer.from(text)),
        bodies,
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      inputs,
      methods,
      headers,
      fc.option(printable, { freq: 10 }),
      ([operation, body], method, given, odd) => {
        const sent = { ...given, "x-amz-target": odd ?? `SageMaker.${operation}` };
        return isReadable("sagemaker", operation, { method, path: "/", headers: sent, body });
      },
    ),
    { numRuns: 1000 },
  );
});
