/** Every fault over real HTTP, as the real AWS SDK for JavaScript and a bare HTTP client see it. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
  type InvokeEndpointCommandInput,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../src/stub/faults.ts";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { send, sendBytes, signature } from "./raw-http.ts";

const modelFile = fileURLToPath(new URL("../../models/bike-rental/xgboost.json", import.meta.url));
const golden = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const second = "4,0,1,1,15.58,19.695,50,23.9994,2012,12,19,2,18";
const [goldenScore, secondScore] = ["6.349300861358643", "6.321451187133789"];
const path = "/endpoints/bike/invocations";
const log = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group=";
const see = `See ${log}/aws/sagemaker/Endpoints/bike in account 123456789012 for more information.`;

let stub: Stub;
const clients: SageMakerRuntimeClient[] = [];

/** A client that makes so many attempts, towards a stub. */
function clientOf(maxAttempts = 1, { url } = stub): SageMakerRuntimeClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new SageMakerRuntimeClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  const endpoints = [
    { name: "bike", modelFile },
    { name: "other", modelFile },
  ];
  stub = await startStub({ endpoints, invocationTimeoutMs: 300 });
});
beforeEach(() => stub.setFaults([]));
afterAll(async () => {
  for (const client of clients) client.destroy();
  await stub.close();
});

const command = (input: Partial<InvokeEndpointCommandInput> = {}): InvokeEndpointCommand =>
  new InvokeEndpointCommand({
    EndpointName: "bike",
    ContentType: "text/csv",
    Body: golden,
    ...input,
  } as InvokeEndpointCommandInput);

/** What the SDK makes of one call under a fault. */
async function outcome(fault: Fault | undefined, input: Partial<InvokeEndpointCommandInput> = {}) {
  if (fault !== undefined) stub.setFaults([fault]);
  const answer = await clientOf().send(command(input));
  return { type: answer.ContentType, text: answer.Body.transformToString() };
}

const failure = (fault: Fault | undefined, input: Partial<InvokeEndpointCommandInput> = {}) =>
  outcome(fault, input).then(
    (answer) => expect.fail(`answered ${answer.text}`),
    (error) => error as Error & Record<string, unknown>,
  );

/** A signed call, without an SDK in between. */
const call = (body = golden, headers: Record<string, string> = {}) =>
  send(stub, { path, headers: { authorization: signature, "content-type": "text/csv", ...headers }, body });

/** The seconds that something takes, and what it gives. */
async function timed<T>(work: () => Promise<T>): Promise<[value: T, ms: number]> {
  const started = performance.now();
  const value = await work();
  return [value, performance.now() - started];
}

describe("errors of the platform, as the SDK sees them", () => {
  test.each<[Fault, name: string, status: number, message: string | null]>([
    [{ fault: "throttle" }, "ThrottlingException", 400, null],
    [{ fault: "model-not-ready", message: "wait" }, "ModelNotReadyException", 429, "wait"],
    [{ fault: "internal-failure", message: "oops" }, "InternalFailure", 500, "oops"],
    [{ fault: "service-unavailable", message: "later" }, "ServiceUnavailable", 503, "later"],
    [{ fault: "internal-dependency", message: "theirs" }, "InternalDependencyException", 530, "theirs"],
    [
      { fault: "error", status: 403, type: "ExpiredTokenException", message: "expired" },
      "ExpiredTokenException",
      403,
      "expired",
    ],
    [{ fault: "error", status: 408, type: "RequestTimeoutException" }, "RequestTimeoutException", 408, null],
  ])("%j", async (fault, name, status, message) => {
    // The SDK puts a text of its own where there is none.
    expect(await failure(fault)).toMatchObject({
      name,
      message:
        message ?? expect.stringMatching(/^(UnknownError|ThrottlingException|RequestTimeoutException)$/),
      $metadata: { httpStatusCode: status, attempts: 1, requestId: expect.any(String) },
    });
    const { headers, body } = await call();
    expect(headers).toMatchObject({
      "x-amzn-errortype": `${name}:http://internal.amazon.com/coral/com.amazon.sagemaker.runtime/`,
      "x-skewless-stub-fault": fault.fault,
    });
    expect(Object.values(JSON.parse(body) as object)).toEqual([message]);
  });

  test("a throttle's body is the real one's, to the byte", async () => {
    stub.setFaults([{ fault: "throttle" }]);
    expect(await call()).toMatchObject({ status: 400, body: '{"message":null}' });
  });

  test("without a text of one's own there is AWS's", async () => {
    for (const fault of [
      "model-not-ready",
      "internal-failure",
      "service-unavailable",
      "internal-dependency",
    ] as const) {
      expect((await failure({ fault })).message).toMatch(/^[A-Z].{20,}\.$/);
    }
  });

  test("a page of HTML makes the SDK fail at parsing, with the status kept", async () => {
    expect(await failure({ fault: "html" })).toMatchObject({ $metadata: { httpStatusCode: 502 } });
    expect((await call()).body).toContain("<title>502 Bad Gateway</title>");
    stub.setFaults([{ fault: "html", status: 504 }]);
    expect(await call()).toMatchObject({
      status: 504,
      body: expect.stringContaining("<title>504 Error</title>"),
    });
  });

  test("Retry-After is sent where it is asked for", async () => {
    stub.setFaults([{ fault: "error", status: 503, type: "ServiceUnavailable", retryAfterSeconds: 7 }]);
    expect((await call()).headers["retry-after"]).toBe("7");
  });

  test.each<[Fault, attempts: number]>([
    [{ fault: "throttle" }, 3],
    [{ fault: "model-not-ready" }, 3],
    [{ fault: "internal-failure" }, 3],
    [{ fault: "service-unavailable" }, 3],
    [{ fault: "html" }, 3],
    [{ fault: "internal-dependency" }, 1],
    [{ fault: "model-error", status: 503 }, 1],
    [{ fault: "error", status: 403, type: "AccessDeniedException" }, 1],
    [{ fault: "reset" }, 3],
  ])("the SDK retries %j so that it makes %d attempts", async (fault, attempts) => {
    stub.setFaults([fault]);
    await expect(clientOf(3).send(command())).rejects.toThrow();
    expect(stub.tally().strikes).toEqual([attempts]);
  });

  test("the SDK comes through once the next n calls are over", async () => {
    stub.setFaults([{ fault: "service-unavailable", calls: 2 }]);
    const answer = await clientOf(3).send(command());
    expect(answer.$metadata.attempts).toBe(3);
    expect(answer.Body.transformToString()).toBe(`${goldenScore}\n`);
  });
});

describe("errors of the model, as the SDK sees them", () => {
  test.each<[Fault, code: string, status: number, original: string, said: string]>([
    [
      { fault: "model-error" },
      "INTERNAL_FAILURE_FROM_MODEL",
      500,
      "Internal Server Error",
      'Received server error (500) from primary with message "Internal Server Error".',
    ],
    [
      { fault: "model-error", status: 400, message: "no" },
      "CLIENT_ERROR_FROM_MODEL",
      400,
      "no",
      'Received client error (400) from primary with message "no".',
    ],
    [
      { fault: "model-error", status: 502, unreadable: true },
      "INTERNAL_FAILURE_FROM_MODEL",
      502,
      "",
      "Received server error (502) from primary and could not load the entire response body.",
    ],
  ])("%j", async (fault, code, status, original, said) => {
    expect(await failure(fault)).toMatchObject({
      name: "ModelError",
      message: `${said} ${see}`,
      ErrorCode: code,
      OriginalStatusCode: status,
      OriginalMessage: original,
      LogStreamArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/bike",
      $metadata: { httpStatusCode: 424 },
    });
  });

  test("0 is a container that took too long, or one that is gone", async () => {
    const timeout = await failure({ fault: "model-error", status: 0 });
    expect(timeout).toMatchObject({ name: "ModelError", OriginalStatusCode: 0 });
    expect(timeout.message).toMatch(
      /^Received server error \(0\) from primary with message "Your invocation timed out while waiting for a response from container primary\. /,
    );
    const gone = await failure({ fault: "model-error", status: 0, reason: "no-response" });
    expect(gone).toMatchObject({ name: "ModelError", OriginalStatusCode: 0 });
    expect(gone.message).toMatch(
      /^Received server error \(0\) from model with message "Amazon SageMaker could not get a response from the bike endpoint\. /,
    );
  });

  test("every status from 400 to 599 comes through", async () => {
    for (const status of [400, 404, 413, 415, 424, 429, 499, 500, 503, 507, 599]) {
      expect(await failure({ fault: "model-error", status })).toMatchObject({
        OriginalStatusCode: status,
        ErrorCode: status < 500 ? "CLIENT_ERROR_FROM_MODEL" : "INTERNAL_FAILURE_FROM_MODEL",
      });
    }
  });
});

describe("time", () => {
  test("a latency holds an answer up, by the row where it is said so", async () => {
    stub.setFaults([{ fault: "latency", ms: 30, perRowMs: 10 }]);
    const [one, oneMs] = await timed(() => call());
    expect(one.body).toBe(`${goldenScore}\n`);
    expect(oneMs).toBeGreaterThanOrEqual(39);
    const [, sixMs] = await timed(() => call(Array.from({ length: 6 }, () => golden).join("\n")));
    expect(sixMs).toBeGreaterThanOrEqual(89);
  });

  test("latencies add up, and hold up a model's failure too, but no throttle", async () => {
    stub.setFaults([
      { fault: "latency", ms: 40 },
      { fault: "latency", ms: 40 },
      { fault: "model-error", calls: 1 },
      { fault: "throttle" },
    ]);
    const [failed, failedMs] = await timed(() => call());
    expect(failed.status).toBe(424);
    expect(failedMs).toBeGreaterThanOrEqual(79);
    const [throttled, throttledMs] = await timed(() => call());
    expect(throttled.status).toBe(400);
    expect(throttledMs).toBeLessThan(70);
  });

  test("a failure may come late", async () => {
    for (const fault of [
      { fault: "throttle", afterMs: 50 },
      { fault: "model-error", afterMs: 50 },
    ] as const) {
      stub.setFaults([fault]);
      expect((await timed(() => call()))[1]).toBeGreaterThanOrEqual(49);
    }
  });

  test("a container that takes longer than the platform waits is a ModelError with status 0, at the limit", async () => {
    const [error, ms] = await timed(() => failure({ fault: "latency", ms: 5000 }));
    expect(error).toMatchObject({ name: "ModelError", OriginalStatusCode: 0 });
    expect(ms).toBeGreaterThanOrEqual(299);
    expect(ms).toBeLessThan(2000);
    expect(stub.tally().inFlight).toBe(0);
  });

  test("a schedule follows the clock", async () => {
    stub.setFaults([{ fault: "throttle", fromSeconds: 0.1, toSeconds: 0.3 }]);
    expect((await call()).status).toBe(200);
    await sleep(150);
    expect((await call()).status).toBe(400);
    await sleep(200);
    expect((await call()).status).toBe(200);
  });
});

describe("capacity", () => {
  const statuses = async (calls: number): Promise<Record<string, number>> => {
    const answers = await Promise.all(Array.from({ length: calls }, () => call()));
    const counts: Record<string, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  test("calls above a ceiling are throttled at once, and those below are served", async () => {
    stub.setFaults([
      { fault: "ceiling", limit: 3 },
      { fault: "latency", ms: 150 },
    ]);
    expect(await statuses(8)).toEqual({ 200: 3, 400: 5 });
    expect(await call()).toMatchObject({ status: 200 });
    expect(stub.tally()).toMatchObject({ inFlight: 0, strikes: [5, 4] });
  });

  test("a client that never has more calls in flight than the ceiling is never throttled", async () => {
    stub.setFaults([
      { fault: "ceiling", limit: 4 },
      { fault: "latency", distribution: "uniform", minMs: 0, maxMs: 5 },
    ]);
    const client = clientOf();
    const loop = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn++) await client.send(command());
    };
    await Promise.all([loop(), loop(), loop(), loop()]);
    expect(stub.tally().strikes[0]).toBe(0);
  });

  test("a ceiling is each endpoint's own", async () => {
    stub.setFaults([
      { fault: "ceiling", limit: 1 },
      { fault: "latency", ms: 100 },
    ]);
    const other = send(stub, {
      path: "/endpoints/other/invocations",
      headers: { authorization: signature, "content-type": "text/csv" },
      body: golden,
    });
    expect([(await call()).status, (await other).status]).toEqual([200, 200]);
  });

  test("calls beyond the workers wait for one, in order", async () => {
    stub.setFaults([
      { fault: "workers", limit: 2 },
      { fault: "latency", ms: 40 },
    ]);
    const [seen, ms] = await timed(() => statuses(6));
    expect(seen).toEqual({ 200: 6 });
    expect(ms).toBeGreaterThanOrEqual(119);
  });

  test("calls beyond the backlog are refused by the container, or by the platform", async () => {
    stub.setFaults([
      { fault: "workers", limit: 1, backlog: 2 },
      { fault: "latency", ms: 60 },
    ]);
    expect(await statuses(6)).toEqual({ 200: 3, 424: 3 });
    stub.setFaults([
      { fault: "workers", limit: 1, backlog: 0, excess: "service-unavailable" },
      { fault: "latency", ms: 60 },
    ]);
    const busy = call();
    await sleep(20);
    expect(await failure(undefined)).toMatchObject({ name: "ServiceUnavailable" });
    expect((await busy).status).toBe(200);
    stub.setFaults([
      { fault: "workers", limit: 1, backlog: 0 },
      { fault: "latency", ms: 60 },
    ]);
    const again = call();
    await sleep(20);
    expect(await failure(undefined)).toMatchObject({
      OriginalStatusCode: 503,
      OriginalMessage: expect.stringContaining('"type": "WlmCapacityException"'),
    });
    expect((await again).status).toBe(200);
  });

  test("who waits for a worker for too long times out", async () => {
    stub.setFaults([
      { fault: "workers", limit: 1, backlog: 1 },
      { fault: "hang", calls: 1 },
    ]);
    const abort = new AbortController();
    const hanging = clientOf()
      .send(command(), { abortSignal: abort.signal })
      .catch(() => "gone");
    await sleep(50);
    expect(await failure(undefined)).toMatchObject({ name: "ModelError", OriginalStatusCode: 0 });
    expect(stub.tally()).toMatchObject({ inFlight: 1 });
    // New weather lets in who waits, and the hanging call keeps its place until its connection is gone.
    const waiting = call();
    await sleep(20);
    stub.setFaults([]);
    expect((await waiting).status).toBe(200);
    expect(stub.tally().inFlight).toBe(1);
    abort.abort();
    expect(await hanging).toBe("gone");
    await expect.poll(() => stub.tally().inFlight).toBe(0);
  });

  test("a caller that goes away frees its place only when the container is done", async () => {
    stub.setFaults([
      { fault: "ceiling", limit: 1 },
      { fault: "latency", ms: 120 },
    ]);
    const abort = new AbortController();
    const gone = clientOf()
      .send(command(), { abortSignal: abort.signal })
      .catch((error: Error) => error.name);
    await sleep(40);
    abort.abort();
    expect(await gone).toBe("AbortError");
    expect((await call()).status).toBe(400);
    await sleep(150);
    expect((await call()).status).toBe(200);
  });
});

describe("the wire", () => {
  test("a call that hangs is never answered; its place is free once the caller has gone", async () => {
    stub.setFaults([{ fault: "hang" }, { fault: "ceiling", limit: 1 }]);
    const abort = new AbortController();
    const hanging = clientOf()
      .send(command(), { abortSignal: abort.signal })
      .catch((error: Error) => error.name);
    const first = await Promise.race([hanging, sleep(500).then(() => "nothing")]);
    expect(first).toBe("nothing");
    expect(stub.tally().inFlight).toBe(1);
    abort.abort();
    expect(await hanging).toBe("AbortError");
    await expect.poll(() => stub.tally().inFlight).toBe(0);
    expect(stub.tally().answers["none"]).toBeGreaterThan(0);
  });

  test("a call may hang in the middle of its body", async () => {
    stub.setFaults([{ fault: "hang", at: "body" }]);
    const abort = AbortSignal.timeout(200);
    await expect(clientOf().send(command(), { abortSignal: abort })).rejects.toThrow();
    expect(stub.tally().answers["200"]).toBeGreaterThan(0);
    await expect.poll(() => stub.tally().inFlight).toBe(0);
  });

  test.each(["start", "body"] as const)("a reset at the %s is a reset connection", async (at) => {
    stub.setFaults([{ fault: "reset", at }]);
    await expect(call()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await failure(undefined)).toMatchObject({ code: "ECONNRESET" });
    await expect.poll(() => stub.tally().inFlight).toBe(0);
  });

  test.each(["length", "chunked"] as const)(
    "a truncated body (%s) is an error, not a shorter answer",
    async (framing) => {
      stub.setFaults([{ fault: "truncate", framing }]);
      await expect(call(`${golden}\n${second}`)).rejects.toMatchObject({ message: "aborted" });
      await failure(undefined);
      const bytes = await sendBytes(stub, request(`${golden}\n${second}`));
      const [head, body] = bytes.split("\r\n\r\n") as [string, string];
      if (framing === "length") {
        expect(head).toContain("Content-Length: 36");
        expect(body).toBe(`${goldenScore}\n`);
      } else {
        expect(head).toContain("Transfer-Encoding: chunked");
        expect(body).toBe(`12\r\n${goldenScore}\n\r\n`);
      }
    },
  );

  test("a body of nothing is truncated too", async () => {
    stub.setFaults([{ fault: "body", text: "" }]);
    expect((await call()).body).toBe("");
    stub.setFaults([{ fault: "truncate" }]);
    const [head, body] = (await sendBytes(stub, request(""))).split("\r\n\r\n");
    expect([head, body]).toEqual([expect.stringMatching(/^HTTP\/1\.1 204 /), ""]);
  });

  test("a slow body is whole, and late", async () => {
    const [answer, ms] = await timed(() => outcome({ fault: "slow-body", ms: 200 }));
    expect(answer.text).toBe(`${goldenScore}\n`);
    expect(ms).toBeGreaterThanOrEqual(190);
    stub.setFaults([{ fault: "slow-body", ms: 2000 }]);
    await expect(clientOf().send(command(), { abortSignal: AbortSignal.timeout(100) })).rejects.toThrow();
    await expect.poll(() => stub.tally().inFlight).toBe(0);
  });

  test("wire faults befall failures as well", async () => {
    stub.setFaults([
      { fault: "poison", share: 1 },
      { fault: "slow-body", ms: 50 },
    ]);
    const [failed, ms] = await timed(() => call());
    expect(failed.status).toBe(424);
    expect(ms).toBeGreaterThanOrEqual(45);
  });
});

/** One HTTP request that ends the connection behind itself. */
const request = (body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nContent-Type: text/csv\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("wrong answers", () => {
  const both = { Body: `${golden}\n${second}` };

  test.each<[Fault, string]>([
    [{ fault: "row-count", by: -1, row: 0 }, `${secondScore}\n`],
    [{ fault: "row-count", by: -1, row: 1 }, `${goldenScore}\n`],
    [{ fault: "row-count", by: 1, row: 0 }, `${goldenScore}\n${goldenScore}\n${secondScore}\n`],
    [{ fault: "non-finite", row: 1 }, `${goldenScore}\nnan\n`],
    [{ fault: "non-finite", row: 0, value: "Infinity" }, `inf\n${secondScore}\n`],
    [{ fault: "non-finite", row: 2 }, `${goldenScore}\n${secondScore}\n`],
    [{ fault: "body", text: "<html>" }, "<html>"],
    [{ fault: "dialect", dialect: "comma-line" }, `${goldenScore},${secondScore}`],
    [{ fault: "dialect", dialect: "json-list" }, `[${goldenScore}, ${secondScore}]`],
    [{ fault: "poison", column: 4, equals: 15.58, value: "NaN" }, `${goldenScore}\nnan\n`],
    [{ fault: "poison", column: 4, equals: 15.5 }, `${goldenScore}\n${secondScore}\n`],
  ])("%j", async (fault, text) => {
    expect((await outcome(fault, both)).text).toBe(text);
    const changed = text !== `${goldenScore}\n${secondScore}\n`;
    expect(stub.tally().strikes).toEqual([changed ? 1 : 0]);
  });

  test("a row is drawn where none is named, and again at the same seed", async () => {
    const body = Array.from({ length: 20 }, () => golden).join("\n");
    const draw = async (seed: number): Promise<number[]> => {
      stub.setFaults({ seed, faults: [{ fault: "non-finite" }] });
      const rows: number[] = [];
      for (let turn = 0; turn < 5; turn++) rows.push((await call(body)).body.split("\n").indexOf("nan"));
      return rows;
    };
    const first = await draw(1);
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await draw(1)).toEqual(first);
    expect(await draw(2)).not.toEqual(first);
  });

  test.each([
    [undefined, 400, "CLIENT_ERROR_FROM_MODEL"],
    [500, 500, "INTERNAL_FAILURE_FROM_MODEL"],
  ])("a poisoned row (%s) fails every call that holds it, and no other", async (status, original, code) => {
    const fault: Fault = {
      fault: "poison",
      column: 4,
      equals: 15.58,
      ...(status === undefined ? {} : { status }),
    };
    expect(await failure(fault, both)).toMatchObject({
      name: "ModelError",
      ErrorCode: code,
      OriginalStatusCode: original,
      OriginalMessage: "Unable to evaluate payload provided: a row is poisoned",
    });
    expect((await outcome(undefined, { Body: golden })).text).toBe(`${goldenScore}\n`);
    expect(await failure(undefined, { Body: second })).toMatchObject({ OriginalStatusCode: original });
  });

  test("several poisons hold at once, each for its rows", async () => {
    stub.setFaults([
      { fault: "poison", column: 4, equals: 16.4, value: "NaN" },
      { fault: "poison", column: 4, equals: 15.58, value: "-Infinity" },
      { fault: "poison", column: 4, equals: 0 },
    ]);
    expect((await call(`${golden}\n${second}`)).body).toBe("nan\n-inf\n");
    expect(stub.tally()).toMatchObject({ strikes: [1, 1, 0], faults: { poison: expect.any(Number) } });
  });

  test("a type may lie or be missing", async () => {
    stub.setFaults([{ fault: "content-type", value: "application/json" }]);
    expect(await call()).toMatchObject({
      body: `${goldenScore}\n`,
      headers: { "content-type": "application/json" },
    });
    expect((await outcome({ fault: "content-type", value: null })).type).toBeUndefined();
    stub.setFaults([{ fault: "body", text: "[1]", contentType: null }]);
    const { headers, body } = await call();
    expect([headers["content-type"], body]).toEqual([undefined, "[1]"]);
  });

  test("a body or a type befalls answers only: a refusal stays what it is", async () => {
    for (const fault of [
      { fault: "body", text: "[1]" },
      { fault: "content-type", value: "a/b" },
    ] as const) {
      stub.setFaults([fault]);
      expect((await call("season")).status).toBe(424);
      expect(stub.tally().strikes).toEqual([0]);
    }
  });

  test("a dialect changes in the middle of a run", async () => {
    stub.setFaults([{ fault: "dialect", dialect: "json-score", skip: 2, calls: 2 }]);
    const types: unknown[] = [];
    for (let turn = 0; turn < 6; turn++) types.push((await call()).headers["content-type"]);
    const [csv, json] = ["text/csv; charset=utf-8", "application/json"];
    expect(types).toEqual([csv, csv, json, json, csv, csv]);
  });
});

describe("faults for one call", () => {
  const ask = (fault: unknown) => ({ "X-Skewless-Stub-Faults": JSON.stringify(fault) });

  test("are asked for by a header, and hold for that call alone", async () => {
    expect((await call(golden, ask({ fault: "throttle" }))).status).toBe(400);
    expect(
      (await call(golden, ask([{ fault: "dialect", dialect: "json-list" }, { fault: "non-finite" }]))).body,
    ).toBe("[NaN]");
    expect((await call()).status).toBe(200);
    expect(stub.tally().strikes).toEqual([]);
  });

  test("are asked for by custom attributes, which every client can set", async () => {
    const attributes = (fault: Fault) => ({
      CustomAttributes: `skewless-stub-faults=${JSON.stringify(fault)}`,
    });
    expect(await failure(undefined, attributes({ fault: "model-not-ready" }))).toMatchObject({
      name: "ModelNotReadyException",
    });
    expect((await outcome(undefined, { CustomAttributes: "trace=1" })).text).toBe(`${goldenScore}\n`);
  });

  test("that cannot be are a ValidationError that says why", async () => {
    const wrong = await call(golden, ask([{ fault: "throttle", calls: 1 }, 7]));
    expect(wrong.status).toBe(400);
    expect(wrong.headers["x-amzn-errortype"]).toMatch(/^ValidationError:/);
    expect(wrong.body).toContain("/0/calls is not known here");
    expect(wrong.body).toContain("/1 must be an object");
    expect((await call(golden, { "X-Skewless-Stub-Faults": "throttle" })).body).toContain("it is not JSON");
  });

  test("are a header like any other where the stub is not administrable", async () => {
    const shared = await startStub({ endpoints: [{ name: "bike", modelFile }], isAdministrable: false });
    const headers = { authorization: signature, "content-type": "text/csv", ...ask({ fault: "throttle" }) };
    expect((await send(shared, { path, headers, body: golden })).status).toBe(200);
    expect((await send(shared, { method: "GET", path: "/admin/tally" })).status).toBe(404);
    await shared.close();
  });
});

describe("a seeded mix of faults", () => {
  const plan = {
    seed: 42,
    faults: [
      { fault: "latency", distribution: "lognormal", medianMs: 1, sigma: 0.5 },
      { fault: "poison", column: 4, equals: 15.58 },
      { fault: "throttle", probability: 0.1 },
      { fault: "model-error", status: 503, probability: 0.1 },
      { fault: "non-finite", probability: 0.1 },
      { fault: "row-count", by: -1, probability: 0.1 },
      { fault: "reset", probability: 0.1 },
      { fault: "dialect", dialect: "json-list", probability: 0.3 },
    ],
  };
  const run = async (): Promise<string[]> => {
    stub.setFaults(plan);
    const seen: string[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const body = turn % 5 === 0 ? `${golden}\n${second}` : golden;
      seen.push(
        await call(body).then(
          ({ status, body: text }) => `${status} ${text}`,
          (error: NodeJS.ErrnoException) => String(error.code),
        ),
      );
    }
    return seen;
  };

  test("comes again, call by call, and the tally says what it did", async () => {
    const first = await run();
    const { strikes } = stub.tally();
    expect(await run()).toEqual(first);
    expect(stub.tally().strikes).toEqual(strikes);
    const seen = (pattern: RegExp): number => first.filter((text) => pattern.test(text)).length;
    expect(seen(/^400/)).toBe(strikes[2]);
    expect(seen(/^424.*\(503\)/)).toBe(strikes[3]);
    expect(seen(/^ECONNRESET/)).toBe(strikes[6]);
    expect(strikes.every((count) => count > 0)).toBe(true);
  });
});

describe("closing", () => {
  const startSlow = (faults: readonly Fault[], drainMs?: number) =>
    startStub({ endpoints: [{ name: "bike", modelFile }], faults, drainMs });
  const post = (closing: Stub) =>
    send(closing, {
      path,
      headers: { authorization: signature, "content-type": "text/csv" },
      body: golden,
    }).then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    );

  test.each<[string, Fault]>([
    ["hangs", { fault: "hang" }],
    ["hangs in its body", { fault: "hang", at: "body" }],
  ])("cuts off a call that %s at once", async (_, fault) => {
    const closing = await startSlow([fault]);
    const hanging = post(closing);
    await sleep(50);
    const [, ms] = await timed(() => closing.close());
    expect(ms).toBeLessThan(1000);
    expect(await hanging).toBe("ECONNRESET");
  });

  test("waits for a slow call, but not longer than it was told", async () => {
    const patient = await startSlow([{ fault: "latency", ms: 300 }]);
    const slow = post(patient);
    await sleep(50);
    await patient.close();
    expect(await slow).toBe(200);

    const hasty = await startSlow([{ fault: "latency", ms: 50_000 }], 100);
    const cut = post(hasty);
    await sleep(50);
    const [, ms] = await timed(() => hasty.close());
    expect(ms).toBeGreaterThanOrEqual(99);
    expect(ms).toBeLessThan(1500);
    expect(await cut).toBe("ECONNRESET");
  });

  test("a plan that is none keeps the stub from starting", async () => {
    await expect(startSlow([{ fault: "throtle" } as never])).rejects.toThrow("/0/fault must be one of");
  });
});
