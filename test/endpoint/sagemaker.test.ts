import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Problem, UsageError } from "../../src/errors.ts";
import { withDeadline } from "../../src/endpoint/deadline.ts";
import { systemClock } from "../../src/endpoint/clock.ts";
import type { Call, Reply } from "../../src/endpoint/invoke.ts";
import { withRetry } from "../../src/endpoint/retry.ts";
import { createSageMaker, type SageMaker, type SageMakerOptions } from "../../src/endpoint/sagemaker.ts";
import {
  answer,
  fault,
  halfBody,
  hang,
  page,
  reset,
  stalledBody,
  startScenarioServer,
  type ScenarioServer,
} from "./scenario-server.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const call: Call = { target: { endpointName: "bike" }, rows: ["4,0,1", "4,0,2"] };

let server: ScenarioServer;
const opened: SageMaker[] = [];

const open = (options: SageMakerOptions = {}): SageMaker => {
  const sagemaker = createSageMaker({
    region: "eu-central-1",
    endpoint: server.url,
    credentials,
    ...options,
  });
  opened.push(sagemaker);
  return sagemaker;
};

const send = (options: SageMakerOptions = {}, sent: Call = call): Promise<Reply> =>
  open(options).invoke(sent, { signal: new AbortController().signal });

/** As the service sends it: the SDK with one attempt, and our own retries above it. */
const retried = (deadlineMs = 3000): Promise<Reply> =>
  withDeadline({ defaultMs: deadlineMs, maxMs: deadlineMs })(
    withRetry({ clock: systemClock, random: Math.random })(open().invoke),
  )(call, { signal: new AbortController().signal });

const failure = async (promise: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
};

const withHeader = (name: string, value: string) => fault(503, "ServiceUnavailable", {}, { [name]: value });

const under = async (timeoutMs: number): Promise<Problem> => {
  const sagemaker = open();
  const signal = new AbortController().signal;
  return failure(
    withDeadline({ defaultMs: timeoutMs, maxMs: timeoutMs })(sagemaker.invoke)(call, { signal }),
  );
};

const nowhere = (options: SageMakerOptions = {}): SageMaker =>
  open({ region: undefined, endpoint: undefined, credentials: undefined, ...options });

beforeAll(async () => {
  server = await startScenarioServer();
});
afterAll(() => server.close());
beforeEach(() => {
  // Whatever the machine is set up for must not reach these tests.
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});
afterEach(() => {
  for (const sagemaker of opened.splice(0)) sagemaker.close();
  vi.unstubAllEnvs();
});

describe("a call", () => {
  test("sends the rows joined by newlines as text/csv and asks for text/csv", async () => {
    server.play(answer("6.349300861358643\n-0.5\n"));
    const reply = await send();
    expect(reply).toEqual({
      answers: [6.349300861358643, -0.5],
      invokedVariant: "AllTraffic",
      requestId: "11111111-2222-3333-4444-555555555555",
      attempts: 1,
    });
    const [seen] = server.seen;
    expect(seen).toMatchObject({
      method: "POST",
      url: "/endpoints/bike/invocations",
      body: "4,0,1\n4,0,2",
      headers: { "content-type": "text/csv", accept: "text/csv" },
    });
    expect(seen?.headers.authorization).toMatch(/eu-central-1\/sagemaker\/aws4_request/);
    expect(Object.keys(seen?.headers ?? {}).filter((name) => name.includes("sagemaker"))).toEqual([]);
  });

  test("passes variant, model and inference component on", async () => {
    server.play(answer("1\n2\n"));
    await send(
      {},
      {
        ...call,
        target: {
          endpointName: "bike",
          targetVariant: "blue",
          targetModel: "berlin.tar.gz",
          inferenceComponent: "part-1",
        },
      },
    );
    expect(server.seen[0]?.headers).toMatchObject({
      "x-amzn-sagemaker-target-variant": "blue",
      "x-amzn-sagemaker-target-model": "berlin.tar.gz",
      "x-amzn-sagemaker-inference-component": "part-1",
    });
  });

  test("reads an answer without content type, and one whose type lies", async () => {
    server.play(answer("[1.5, 2.5]", ""), answer("1.5\n2.5\n", "application/json"));
    expect((await send()).answers).toEqual([1.5, 2.5]);
    expect((await send()).answers).toEqual([1.5, 2.5]);
  });

  test("reads bytes as UTF-8", async () => {
    server.play(answer("weiß\nrosé\n"));
    expect((await send()).answers).toEqual(["weiß", "rosé"]);
  });

  test("refuses bytes that are not UTF-8, and says in the log which call it was", async () => {
    server.play(answer(new Uint8Array([0x93, 0x4e, 0xff, 0x0a, 0xfe])));
    const problem = await failure(send());
    expect(problem.code).toBe("endpoint-bad-answer");
    expect(problem.message).toBe("The answer to row 0 is neither a number nor readable text.");
    expect(problem.log).toEqual({
      row: 0,
      requestId: "11111111-2222-3333-4444-555555555555",
      attempts: 1,
      invokedVariant: "AllTraffic",
      contentType: "text/csv; charset=utf-8",
    });
  });

  test("gives the others their answers where a row's number is missing, and says which call it was", async () => {
    server.play(answer("1.5\nnan\n"));
    const { answers, faults } = await send();
    expect(answers).toEqual([1.5, undefined]);
    expect([...faults!].map(([row, { message, log }]) => [row, message, log])).toEqual([
      [
        1,
        "The answer to this row is not a finite number.",
        {
          requestId: "11111111-2222-3333-4444-555555555555",
          attempts: 1,
          invokedVariant: "AllTraffic",
          contentType: "text/csv; charset=utf-8",
        },
      ],
    ]);
    server.play(answer("1.5\n2.5\n"));
    expect((await send()).faults).toBeUndefined();
  });

  test("refuses any status but 200, though it has a body that fits", async () => {
    for (const status of [201, 203, 206]) {
      server.play(page(status, "1\n2\n", "text/csv"));
      const problem = await failure(send());
      expect(problem.code).toBe("endpoint-bad-answer");
      expect(problem.message).toBe(`The status is ${status}, where an answer has 200.`);
    }
    server.play((response) => response.writeHead(204).end());
    expect((await failure(send())).message).toBe("Expected 2 answers, one a row, got an empty body.");
  });

  test("reads a body to the last byte that so many rows may have, and none that is larger", async () => {
    server.play(answer(`1\n2${"\n".repeat(196_605)}`), answer(`1\n2${"\n".repeat(196_606)}`));
    expect((await send()).answers).toEqual([1, 2]);
    const problem = await failure(send());
    expect([problem.code, problem.message]).toEqual([
      "endpoint-bad-answer",
      "The body is larger than 196608 bytes, the most that is read for 2 rows.",
    ]);
    expect(problem.log).toMatchObject({ attempts: 1, invokedVariant: "AllTraffic" });
    server.play(answer("\n".repeat(131_073)));
    expect((await failure(send({}, { ...call, rows: ["1"] }))).message).toMatch(
      /131072 bytes.* for 1 row\.$/,
    );
  });

  test("stops reading a body that never ends, and lets its connection go", async () => {
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      server.play((response) => {
        response.writeHead(200, { "Content-Type": "text/csv" });
        const lines = "1\n".repeat(16_384);
        const write = (): void => {
          while (!response.destroyed && response.write(lines)) sent += lines.length;
        };
        response.on("drain", write).once("close", resolve);
        write();
      });
    });
    expect((await failure(send())).message).toMatch(/^The body is larger than 196608 bytes/);
    await closed;
    // What the sockets' buffers take is sent without being read.
    expect(sent).toBeLessThan(26_214_400);
  });

  test("refuses an empty body", async () => {
    server.play(answer(""));
    const problem = await failure(send());
    expect(problem.code).toBe("endpoint-bad-answer");
    expect(problem.message).toBe("Expected 2 answers, one a row, got an empty body.");
  });

  test("refuses a row of another width than the call names", async () => {
    server.play(answer("1,2\n3,4\n"));
    expect((await send()).answers).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const problem = await failure(send({}, { ...call, width: 1 }));
    expect(problem.message).toBe("The answer to row 0 is 2 wide, where 1 was expected.");
  });

  test("is sent once, whatever fails, and again where the stage above says so", async () => {
    server.play(fault(503, "ServiceUnavailable", {}), answer("1\n2\n"));
    const problem = await failure(send());
    expect([problem.log?.["attempts"], server.seen.length]).toEqual([1, 1]);
    server.play(fault(503, "ServiceUnavailable", {}), answer("1\n2\n"));
    expect((await retried()).attempts).toBe(2);
    server.play(reset);
    expect((await failure(retried())).log?.["attempts"]).toBe(3);
    expect(server.seen).toHaveLength(3);
  });

  test("waits for one of maxSockets sockets", async () => {
    let inFlight = 0;
    let most = 0;
    server.play((response, seen) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        answer("1\n2\n")(response, seen);
      }, 30);
    });
    const sagemaker = open({ maxSockets: 2 });
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 6 }, () => sagemaker.invoke(call, { signal })));
    expect(most).toBe(2);
  });
});

describe("a fault on the wire", () => {
  const account = "111122223333";
  const arn = `arn:aws:logs:eu-central-1:${account}:log-group:/aws/sagemaker/Endpoints/bike`;
  const modelError = (status: number, message: string) =>
    fault(424, "ModelError", {
      ErrorCode: "CLIENT_ERROR_FROM_MODEL",
      LogStreamArn: arn,
      Message: `Received error (${status}) from primary with message "${message}". See account ${account}`,
      OriginalMessage: message,
      OriginalStatusCode: status,
    });

  test.each([
    ["424, 415 inside", modelError(415, "no csv"), "endpoint-refused-rows", undefined],
    ["424, 413 inside", modelError(413, "big"), "endpoint-payload-too-large", undefined],
    ["424, 429 inside", modelError(429, "busy"), "endpoint-overloaded", 1],
    ["424, 503 inside", modelError(503, "queue is full"), "endpoint-overloaded", 1],
    ["424, 500 inside", modelError(500, "Traceback"), "endpoint-model-failed", undefined],
    [
      "424, 0 inside, timed out",
      modelError(0, "Your invocation timed out"),
      "endpoint-model-timeout",
      undefined,
    ],
    ["424, 0 inside, dead", modelError(0, "could not get a response"), "endpoint-unavailable", 1],
    ["424 with nothing inside", fault(424, "ModelError", {}), "endpoint-model-failed", undefined],
    [
      "400 ValidationError",
      fault(400, "ValidationError", { Message: `Endpoint bike of account ${account} not found.` }),
      "endpoint-not-found",
      undefined,
    ],
    ["400 throttle, null", fault(400, "ThrottlingException", { message: null }), "endpoint-throttled", 1],
    ["400 SlowDown", fault(400, "SlowDown", { message: "slow" }), "endpoint-throttled", 1],
    [
      "403 AccessDenied",
      fault(403, "AccessDeniedException", { message: `User: arn:aws:sts::${account}` }),
      "endpoint-access-denied",
      undefined,
    ],
    ["401", fault(401, "NotAuthorized", {}), "endpoint-access-denied", undefined],
    ["403 expired", fault(403, "ExpiredTokenException", {}), "endpoint-credentials", undefined],
    ["403 of an unknown name", fault(403, "SomethingNew", {}), "endpoint-access-denied", undefined],
    ["429 not ready", fault(429, "ModelNotReadyException", { Message: "wait" }), "endpoint-not-ready", 10],
    ["500 InternalFailure", fault(500, "InternalFailure", { Message: "oops" }), "endpoint-failed", undefined],
    ["503 ServiceUnavailable", fault(503, "ServiceUnavailable", {}), "endpoint-unavailable", 1],
    ["530", fault(530, "InternalDependencyException", {}), "endpoint-failed", undefined],
    ["413", fault(413, "RequestEntityTooLargeException", {}), "endpoint-payload-too-large", undefined],
    ["a 413 page", page(413, "<html>413</html>"), "endpoint-payload-too-large", undefined],
    ["a 502 page", page(502, "<html>Bad gateway</html>"), "endpoint-unavailable", 1],
    ["a 404 page", page(404, "<html>Not found</html>"), "endpoint-not-found", undefined],
    ["a 429 page", page(429, "slow down", "text/plain"), "endpoint-throttled", 1],
    ["an empty 500", page(500, ""), "endpoint-failed", undefined],
    ["a redirect", page(302, "<html>Log in</html>"), "endpoint-not-found", undefined],
    ["a reset", reset, "endpoint-unreachable", undefined],
    ["half a body", halfBody, "endpoint-unreachable", undefined],
  ] as const)("%s becomes a problem that leaks nothing", async (_name, scene, code, retryAfterS) => {
    server.play(scene);
    const problem = await failure(send());
    expect([problem.code, problem.retryAfterS]).toEqual([code, retryAfterS]);
    expect(problem.message).not.toMatch(/\d{12}|arn:|bike|primary|Traceback|html|queue|csv/);
  });

  test("is told to the log in full; what the container said apart from it, cut at a length", async () => {
    server.play(modelError(415, "x".repeat(2000)));
    const { log, payloadLog } = await failure(send());
    expect(JSON.stringify(log)).not.toContain("xxx");
    expect(payloadLog).toMatchObject({ originalMessage: "x".repeat(500) });
    expect(log).toMatchObject({
      awsError: "ModelError",
      status: 424,
      requestId: "99999999-2222-3333-4444-555555555555",
      attempts: 1,
      originalStatusCode: 415,
      logStreamArn: arn,
    });
  });

  test("of a refused signature is logged without the canonical request, which holds the session token", async () => {
    const text =
      "The request signature we calculated does not match the signature you provided.\n\n" +
      "The Canonical String for this request should have been\n'POST\nx-amz-security-token:SECRET\n'";
    server.play(fault(403, "InvalidSignatureException", { message: text }));
    const problem = await failure(send());
    expect(problem.code).toBe("endpoint-access-denied");
    expect(problem.log).toMatchObject({
      message: "The request signature we calculated does not match the signature you provided.",
    });
    expect(JSON.stringify([problem.log, problem.payloadLog, problem.message])).not.toContain("SECRET");
  });

  test("has the Retry-After that SageMaker asks for", async () => {
    server.play(
      withHeader("Retry-After", "7"),
      withHeader("x-amz-retry-after", "2500"),
      withHeader("Retry-After", "soon"),
    );
    expect((await failure(send())).retryAfterS).toBe(7);
    expect((await failure(send())).retryAfterS).toBe(3);
    expect((await failure(send())).retryAfterS).toBe(1);
  });

  test("has that pause in its log, to the millisecond and bounded, for who repeats calls", async () => {
    server.play(
      withHeader("Retry-After", "7"),
      withHeader("x-amz-retry-after", "2500"),
      withHeader("x-amz-retry-after", "-1"),
      withHeader("Retry-After", "99999999999999999999"),
      fault(500, "InternalFailure", {}, { "x-amz-retry-after": "30" }),
      withHeader("Retry-After", "soon"),
    );
    const asked: unknown[] = [];
    for (let sent = 0; sent < 6; sent += 1) asked.push((await failure(send())).log?.["retryAfterMs"]);
    expect(asked).toEqual([7000, 2500, 0, 3_600_000, 30, undefined]);
  });

  test("that is a clock gone wrong is mended by its answer, and said to be", async () => {
    const inTwoHours = new Date(Date.now() + 7_200_000).toUTCString();
    const expired = { message: "Signature expired: 2020 is now earlier than 2021" };
    server.play(
      fault(403, "InvalidSignatureException", expired, { Date: inTwoHours }),
      answer("1\n2\n"),
      fault(403, "AccessDeniedException", { message: "no" }),
    );
    const sagemaker = open();
    const { signal } = new AbortController();
    const problem = await failure(sagemaker.invoke(call, { signal }));
    expect([problem.code, problem.log?.["clockSkewCorrected"]]).toEqual(["endpoint-access-denied", true]);
    expect((await sagemaker.invoke(call, { signal })).answers).toEqual([1, 2]);
    const dates = server.seen.map(({ headers }) => String(headers["x-amz-date"]));
    expect(dates[1]!.slice(0, 13) > dates[0]!.slice(0, 13)).toBe(true);
    expect((await failure(open().invoke(call, { signal }))).log?.["clockSkewCorrected"]).toBeUndefined();
  });

  test("that is a refused port becomes endpoint-unreachable", async () => {
    const gone = await startScenarioServer();
    await gone.close();
    const problem = await failure(send({ endpoint: gone.url }));
    expect([problem.code, problem.log?.["networkError"]]).toEqual(["endpoint-unreachable", "ECONNREFUSED"]);
  });

  test("that is an unknown host becomes endpoint-unreachable", async () => {
    const problem = await failure(send({ endpoint: "http://host.invalid" }));
    expect(problem.code).toBe("endpoint-unreachable");
  });

  test("that is plain text where TLS is expected becomes endpoint-unreachable", async () => {
    const plain = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => {
      plain.listen(0, "127.0.0.1", resolve);
    });
    const { port } = plain.address() as AddressInfo;
    const problem = await failure(send({ endpoint: `https://127.0.0.1:${port}` }));
    plain.close();
    expect(problem.code).toBe("endpoint-unreachable");
  });

  test("that is a wait for a socket beyond the connection time-out becomes endpoint-unreachable", async () => {
    server.play(hang);
    const sagemaker = open({ maxSockets: 1 });
    const controller = new AbortController();
    const first = failure(sagemaker.invoke(call, { signal: controller.signal }));
    const second = await failure(sagemaker.invoke(call, { signal: controller.signal }));
    expect(second.code).toBe("endpoint-unreachable");
    controller.abort();
    expect((await first).code).toBe("caller-gone");
  });

  test("that is a hang ends by the SDK's own time-out when no deadline stands above", async () => {
    server.play(hang);
    const problem = await failure(send({ timeoutMs: 10 }));
    expect(problem.code).toBe("deadline-exceeded");
  });

  test("that is missing credentials becomes endpoint-credentials", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE"]) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", undefined);
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", undefined);
    const problem = await failure(send({ credentials: undefined }));
    expect([problem.code, problem.retryable]).toEqual(["endpoint-credentials", true]);
  });
});

describe("a deadline over a real call", () => {
  test("ends a call that is never answered", async () => {
    server.play(hang);
    const problem = await under(50);
    expect([problem.code, problem.message]).toEqual([
      "deadline-exceeded",
      "The endpoint did not answer within 50 ms.",
    ]);
  });

  test("ends a call whose answer stops halfway", async () => {
    server.play(stalledBody);
    expect((await under(50)).code).toBe("deadline-exceeded");
  });

  test.each([
    ["Retry-After", "999999999", 3600],
    ["Retry-After", "99999999999999999999", 3600],
    ["x-amz-retry-after", "5000", 5],
  ])("is not waited through when SageMaker asks for a pause: %s: %s", async (name, value, retryAfterS) => {
    server.play(withHeader(name, value));
    const problem = await failure(retried());
    expect([problem.code, problem.retryAfterS]).toEqual(["endpoint-unavailable", retryAfterS]);
    expect(problem.log).toMatchObject({ awsError: "ServiceUnavailable", attempts: 1 });
  });

  test("is long enough for the pause of 100 ms that SageMaker asks for", async () => {
    server.play(fault(503, "ServiceUnavailable", {}, { "x-amz-retry-after": "100" }), answer("1\n2\n"));
    const beganMs = performance.now();
    expect((await retried()).attempts).toBe(2);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(99);
  });

  test("leaves what AWS said in the log when there is no time for the pause that it asks for", async () => {
    server.play(fault(400, "ThrottlingException", { message: null }, { "x-amz-retry-after": "400" }));
    const problem = await failure(retried(300));
    expect([problem.code, problem.retryAfterS]).toEqual(["endpoint-throttled", 1]);
    expect(problem.log).toMatchObject({ awsError: "ThrottlingException", attempts: 1, retryAfterMs: 400 });
  });
});

describe("a caller that goes away", () => {
  test("decides by its reason what that means", async () => {
    server.play(hang);
    const reason = new Problem("shutting-down", "This instance stops.");
    const controller = new AbortController();
    const running = failure(open().invoke(call, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 20);
    expect(await running).toBe(reason);
  });

  test("ends its own call alone, of those under way; each of them reads as much as its own rows may have", async () => {
    // More than one row may have, and less than two.
    const long = (text: string) => answer(text.padEnd(150_000, "\n"));
    server.play((response, seen) => {
      if (seen.body === "hang") return;
      const numbers = seen.body.split("\n").map((_, i) => i + 1);
      setTimeout(() => long(numbers.join("\n"))(response, seen), 40);
    });
    const sagemaker = open();
    const { signal } = new AbortController();
    const controller = new AbortController();
    const gone = failure(sagemaker.invoke({ ...call, rows: ["hang"] }, { signal: controller.signal }));
    const one = failure(sagemaker.invoke({ ...call, rows: ["4,0,1"] }, { signal }));
    const two = sagemaker.invoke(call, { signal });
    setTimeout(() => controller.abort(new Problem("caller-gone", "Gone.")), 20);
    expect((await gone).code).toBe("caller-gone");
    expect((await one).message).toMatch(/ larger than 131072 bytes/);
    expect((await two).answers).toEqual([1, 2]);
  });

  test("costs no call when it had gone before", async () => {
    server.play(answer("1\n2\n"));
    const problem = await failure(open().invoke(call, { signal: AbortSignal.abort() }));
    expect(problem.code).toBe("caller-gone");
    expect(server.seen).toHaveLength(0);
  });
});

describe("where calls go", () => {
  test("is SageMaker's own address for the region of the options", async () => {
    expect(await nowhere({ region: "eu-west-3" }).describe()).toEqual({
      region: "eu-west-3",
      url: "https://runtime.sagemaker.eu-west-3.amazonaws.com",
    });
  });

  test("comes from the SDK's own variables, and so do the calls", async () => {
    vi.stubEnv("AWS_REGION", "us-east-2");
    vi.stubEnv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", server.url);
    const sagemaker = nowhere({ credentials });
    expect(await sagemaker.describe()).toEqual({ region: "us-east-2", url: server.url });
    server.play(answer("1\n2\n"));
    const { signal } = new AbortController();
    expect((await sagemaker.invoke(call, { signal })).answers).toEqual([1, 2]);
  });

  test("is told without the password that the URL may hold", async () => {
    const sagemaker = nowhere({ region: "eu-west-3", endpoint: "http://user:secret@localhost:1/base/?a=b" });
    expect((await sagemaker.describe()).url).toBe("http://localhost:1/base");
  });

  test.each([
    ["no region is set", {}, /Region is missing/],
    ["the region is no host name", { region: "eu west" }, /eu west/],
    ["the URL is none", { region: "eu-west-3", endpoint: "not a url" }, /URL/],
    ["the URL lacks its scheme", { region: "eu-west-3", endpoint: "localhost:8080" }, /http/],
  ])("is a usage error that says what to set when %s", async (_name, options, why) => {
    const error: unknown = await nowhere(options)
      .describe()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(why);
    expect((error as UsageError).message).toMatch(
      /AWS_REGION.*AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME.*ENDPOINT_NAME.*npm start/,
    );
  });
});
