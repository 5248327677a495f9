import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { type Logger, pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApp } from "../../src/http/app.ts";
import { ProblemSchema } from "../../src/http/problems.ts";
import { type FolderModel, loadModels } from "../../src/registry.ts";
import type { Stub } from "../../src/stub/server.ts";
import { type Rig, bodyWith, expectProblem, post, startDemoStub, startRig } from "./rig.ts";

let stub: Stub;
let rig: Rig;
beforeAll(async () => {
  stub = await startDemoStub();
  rig = await startRig(stub.url);
});
afterAll(async () => {
  await rig.service.close();
  await stub.close();
});

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe("the request id", () => {
  test.each(["abc", "Root=1-67891233".replace("=", ":"), "a.b_c-D:9", "x".repeat(128)])(
    "%j is kept, in the reply and in the log",
    async (id) => {
      const reply = await rig.app.inject({ url: "/models", headers: { "x-request-id": id } });
      expect(reply.headers["x-request-id"]).toBe(id);
      expect(await rig.logged((line) => line["requestId"] === id)).toMatchObject({
        route: "/models",
        status: 200,
      });
    },
  );

  test.each(["", "x".repeat(129), "two words", 'quo"te', "new\\nline", "é", "<script>", "a=b", "a,b"])(
    "%j is not safe to log or to repeat: the service gives its own",
    async (id) => {
      const reply = await rig.app.inject({ url: "/models", headers: { "x-request-id": id } });
      expect(reply.headers["x-request-id"]).toMatch(UUID);
    },
  );

  test("is another one for every request that brings none, also where it fails", async () => {
    const ids = await Promise.all(
      ["/livez", "/livez", "/nowhere", "/models/x"].map(async (url) => {
        const reply = await rig.app.inject(url);
        return reply.headers["x-request-id"];
      }),
    );
    for (const id of ids) expect(id).toMatch(UUID);
    expect(new Set(ids).size).toBe(4);
  });

  test("given twice is not safe either", async () => {
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const request = httpRequest(
        `${rig.url}/livez`,
        { headers: { "x-request-id": ["a", "b"] } },
        (response) => {
          response.resume();
          resolve(response.headers);
        },
      );
      request.once("error", reject);
      request.end();
    });
    expect(headers["x-request-id"]).toMatch(UUID);
  });
});

describe("an address that is not there", () => {
  test("is told back, without its query", async () => {
    for (const url of ["/nowhere", "/nowhere?token=secret", "/predict/", "//predict", "/PREDICT"]) {
      const reply = await rig.app.inject({ method: "POST", url });
      expect(expectProblem(reply, "not-found")).toEqual({
        detail: `There is no route POST ${url.split("?")[0]}.`,
      });
      expect(reply.body).not.toContain("secret");
    }
  });

  test("is told back up to 200 characters", async () => {
    const reply = await rig.app.inject(`/${"n".repeat(300)}`);
    expect(expectProblem(reply, "not-found").detail).toBe(`There is no route GET /${"n".repeat(199)}.`);
  });

  test("has a log line without the address, which may hold anything", async () => {
    await rig.app.inject({ url: "/nowhere?token=secret", headers: { "x-request-id": "lost" } });
    const line = await rig.logged(({ requestId }) => requestId === "lost");
    expect(line).toMatchObject({ method: "GET", status: 404, problem: "not-found" });
    expect(rig.text()).not.toContain("secret");
  });
});

describe("a method that an address does not answer", () => {
  test.each([
    ["/predict", "POST", ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT", "TRACE"]],
    ["/models/bike-rental/predict", "POST", ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"]],
    ["/models", "GET, HEAD", ["DELETE", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]],
    ["/models/bike-rental", "GET, HEAD", ["DELETE", "OPTIONS", "PATCH", "POST", "PUT"]],
    ["/livez", "GET, HEAD", ["DELETE", "OPTIONS", "PATCH", "POST", "PUT"]],
    ["/readyz", "GET, HEAD", ["POST"]],
    ["/problems", "GET, HEAD", ["POST"]],
    ["/problems/not-found", "GET, HEAD", ["POST"]],
    ["/openapi.json", "GET, HEAD", ["POST"]],
    ["/", "GET, HEAD", ["POST"]],
  ])("%s answers %s, and 405 to %j", async (url, allow, methods) => {
    for (const method of methods) {
      const reply = await rig.app.inject({
        method: method as "GET",
        url,
        payload: method === "PUT" ? "{" : "",
      });
      expect(reply.statusCode, method).toBe(405);
      expect(reply.headers["allow"]).toBe(allow);
      if (method === "HEAD") expect(reply.body).toBe("");
      else {
        expect(expectProblem(reply, "method-not-allowed")).toEqual({
          detail: `This address answers ${allow}, not ${method}.`,
        });
      }
    }
  });

  test("HEAD is answered as GET would be, without the body", async () => {
    for (const url of ["/livez", "/models", "/openapi.json"]) {
      const get = await rig.app.inject(url);
      const head = await rig.app.inject({ method: "HEAD", url });
      expect(head.statusCode).toBe(200);
      expect(head.body).toBe("");
      expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
    }
  });
});

describe("the log", () => {
  test("has probes at debug level only", async () => {
    for (const url of ["/livez", "/readyz"]) {
      const id = `probe${url.replace("/", "-")}`;
      await rig.app.inject({ url, headers: { "x-request-id": id } });
      expect(await rig.logged(({ requestId }) => requestId === id)).toMatchObject({ level: 20, route: url });
    }
  });

  test("names the problem of a refused request, and none of its values", async () => {
    await rig.app.inject(post("/predict", bodyWith({ temp: "hot stuff" }), { "x-request-id": "refused" }));
    const line = await rig.logged(({ requestId }) => requestId === "refused");
    expect(line).toMatchObject({ level: 30, status: 422, problem: "invalid-request", msg: "request" });
    expect(rig.text()).not.toContain("hot stuff");
  });
});

const secret = "the password is hunter2";

const bare = async (logger?: Logger) => {
  const [{ pipeline, golden }] = (await loadModels("models", {})) as [FolderModel];
  return buildApp({
    version: "1.2.3",
    models: [{ pipeline, golden, predict: () => Promise.reject(new TypeError(secret)) }],
    defaultModel: "bike-rental",
    checks: () => [],
    maxBodyBytes: 1024,
    maxEventLoopDelayMs: 0,
    receiveTimeoutMs: 30_000,
    maxInstances: 10,
    logger,
  });
};

test("a mistake in this service is 500, whose cause is in the log with its stack, and not in the reply", async () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const app = await bare(pino({ base: null }, { write }));
  const reply = await app.inject(post("/predict", bodyWith({}), { "x-request-id": "oops" }));
  expect(expectProblem(reply, "internal-error")).toEqual({
    detail: "The cause is in the log under the request id.",
  });
  expect(reply.body).not.toContain("hunter2");
  expect(lines.find(({ level }) => level === 50)).toMatchObject({
    requestId: "oops",
    problem: "internal-error",
    err: { type: "TypeError", message: secret, stack: expect.stringContaining("app.test.ts") },
  });
  await app.close();
});

test("an app without a logger works, and says nothing", async () => {
  const app = await bare();
  expect((await app.inject("/livez")).json()).toEqual({ status: "live" });
  expectProblem(await app.inject(post("/predict", bodyWith({}))), "internal-error");
  await app.close();
});

test("GET / leads a browser to the page", async () => {
  const reply = await rig.app.inject("/");
  expect(reply.statusCode).toBe(302);
  expect(reply.headers["location"]).toBe("/docs");
});

test("the schema of a problem names all that a problem may hold", () => {
  expect(Object.keys(ProblemSchema.properties)).toEqual([
    "type",
    "title",
    "status",
    "code",
    "detail",
    "retryable",
    "remedy",
    "requestId",
    "errors",
    "errorCount",
  ]);
});
