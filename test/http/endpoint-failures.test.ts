import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProblemCode } from "../../src/errors.ts";
import {
  type Scene,
  type ScenarioServer,
  answer,
  fault,
  halfBody,
  hang,
  page,
  reset,
  startScenarioServer,
} from "../endpoint/scenario-server.ts";
import { ENDPOINT_NAME, type Rig, bodyWith, expectProblem, post, startRig } from "./rig.ts";

/** What the other side says, and no caller may read. */
const ACCOUNT = "123456789012";
const ARN = `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group:/aws/sagemaker/Endpoints/${ENDPOINT_NAME}`;
const CONTAINER = "Traceback: could not convert";
const AWS_REQUEST_ID = "99999999-2222-3333-4444-555555555555";

const modelError = (status: number, original = CONTAINER, kind = "server"): Scene =>
  fault(424, "ModelError", {
    ErrorCode: kind === "client" ? "CLIENT_ERROR_FROM_MODEL" : "INTERNAL_FAILURE_FROM_MODEL",
    LogStreamArn: ARN,
    Message: `Received ${kind} error (${status}) from primary with message "${original}". See https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logEventViewer:group=/aws/sagemaker/Endpoints/${ENDPOINT_NAME} in account ${ACCOUNT} for more information.`,
    OriginalMessage: original,
    OriginalStatusCode: status,
  });

const notAuthorized =
  `User: arn:aws:sts::${ACCOUNT}:assumed-role/task/1 is not authorized to perform: sagemaker:InvokeEndpoint on ` +
  `resource: arn:aws:sagemaker:eu-central-1:${ACCOUNT}:endpoint/${ENDPOINT_NAME} because no identity-based policy allows it`;

const timedOut = "Your invocation timed out while waiting for a response from container primary.";

interface Case {
  readonly name: string;
  readonly scene: Scene;
  readonly code: ProblemCode;
  readonly retryAfter?: string;
  /** Whether the answer names the request; a proxy's and a broken one do not. */
  readonly anonymous?: true;
}

const message = (text: string | null) => ({ message: text });
const Message = (text: string) => ({ Message: text });

const cases: readonly Case[] = [
  {
    name: "an unknown endpoint (400 ValidationError)",
    scene: fault(
      400,
      "ValidationError",
      Message(`Endpoint ${ENDPOINT_NAME} of account ${ACCOUNT} not found.`),
    ),
    code: "endpoint-not-found",
  },
  {
    name: "a target model for a single-model endpoint (400 ValidationError)",
    scene: fault(400, "ValidationError", {
      ErrorCode: "TARGET_MODEL_HEADER_NOT_SUPPORTED",
      Message: `Endpoint ${ENDPOINT_NAME} is not a multi-model endpoint and does not support target model header.`,
    }),
    code: "endpoint-not-found",
  },
  {
    name: "an inference component that is not named (400 ValidationError)",
    scene: fault(400, "ValidationError", {
      ErrorCode: "INFERENCE_COMPONENT_NAME_MISSING",
      Message: "Inference Component Name header is required.",
    }),
    code: "endpoint-not-found",
  },
  {
    name: "a throttle, which is a 400 with a null message",
    scene: fault(400, "ThrottlingException", message(null)),
    code: "endpoint-throttled",
    retryAfter: "1",
  },
  {
    name: "a throttle with AWS's own pause of 4200 ms, in whole seconds",
    scene: fault(400, "ThrottlingException", message(null), { "x-amz-retry-after": "4200" }),
    code: "endpoint-throttled",
    retryAfter: "5",
  },
  {
    name: "no permission (403 AccessDeniedException)",
    scene: fault(403, "AccessDeniedException", Message(notAuthorized)),
    code: "endpoint-access-denied",
  },
  {
    name: "a call without a signature (403 MissingAuthenticationTokenException)",
    scene: fault(403, "MissingAuthenticationTokenException", message("Missing Authentication Token")),
    code: "endpoint-access-denied",
  },
  {
    name: "an unknown access key (403 UnrecognizedClientException)",
    scene: fault(403, "UnrecognizedClientException", message("The security token included is invalid.")),
    code: "endpoint-access-denied",
  },
  {
    name: "expired credentials (403 ExpiredTokenException)",
    scene: fault(
      403,
      "ExpiredTokenException",
      message("The security token included in the request is expired"),
    ),
    code: "endpoint-credentials",
  },
  {
    name: "a body too large for the edge (413)",
    scene: fault(413, "RequestEntityTooLargeException", message(ARN)),
    code: "endpoint-payload-too-large",
  },
  {
    name: "rows that the model's container refuses (424, 400)",
    scene: modelError(400, CONTAINER, "client"),
    code: "endpoint-refused-rows",
  },
  {
    name: "rows that the model's container cannot read (424, 415)",
    scene: modelError(415, CONTAINER, "client"),
    code: "endpoint-refused-rows",
  },
  {
    name: "rows too large for the model's container (424, 413)",
    scene: modelError(413, CONTAINER, "client"),
    code: "endpoint-payload-too-large",
  },
  { name: "a container that fails (424, 500)", scene: modelError(500), code: "endpoint-model-failed" },
  {
    name: "an overloaded container (424, 503)",
    scene: modelError(503),
    code: "endpoint-overloaded",
    retryAfter: "1",
  },
  {
    name: "a container that took 60 s (424, 0)",
    scene: modelError(0, timedOut),
    code: "endpoint-model-timeout",
  },
  {
    name: "a container that died (424, 0)",
    scene: modelError(0, `Amazon SageMaker could not get a response from the ${ENDPOINT_NAME} endpoint.`),
    code: "endpoint-unavailable",
    retryAfter: "1",
  },
  {
    name: "a model that is still loading (429 ModelNotReadyException)",
    scene: fault(429, "ModelNotReadyException", Message("Model is not ready")),
    code: "endpoint-not-ready",
    retryAfter: "10",
  },
  {
    name: "an internal failure (500 InternalFailure)",
    scene: fault(500, "InternalFailure", Message(ARN)),
    code: "endpoint-failed",
  },
  {
    name: "an unavailable service (503 ServiceUnavailable)",
    scene: fault(503, "ServiceUnavailable", Message(ARN)),
    code: "endpoint-unavailable",
    retryAfter: "1",
  },
  {
    name: "a failure of what SageMaker depends on (530)",
    scene: fault(530, "InternalDependencyException", Message(ARN)),
    code: "endpoint-failed",
  },
  {
    name: "an error that AWS adds tomorrow (418)",
    scene: fault(418, "TeapotException", Message(ARN)),
    code: "endpoint-not-found",
  },
  {
    name: "a proxy's page (502, HTML)",
    scene: page(502, `<html>${ACCOUNT} ${CONTAINER}</html>`),
    code: "endpoint-unavailable",
    retryAfter: "1",
    anonymous: true,
  },
  { name: "a connection that is reset", scene: reset, code: "endpoint-unreachable", anonymous: true },
  { name: "an answer that breaks off", scene: halfBody, code: "endpoint-unreachable", anonymous: true },
  {
    name: "an answer with a row too many (200)",
    scene: answer("1\n2\n"),
    code: "endpoint-bad-answer",
  },
  { name: "an answer without a row (200)", scene: answer(""), code: "endpoint-bad-answer" },
  { name: "an answer that is a page (200)", scene: answer(`<p>${CONTAINER}`), code: "endpoint-bad-answer" },
  { name: "an answer that is no number (200)", scene: answer("nan\n"), code: "endpoint-bad-answer" },
  { name: "an answer that is a label (200)", scene: answer("setosa\n"), code: "endpoint-bad-answer" },
  {
    name: "an answer that expm1 makes infinite (200)",
    scene: answer("800\n"),
    code: "endpoint-bad-answer",
  },
];

let server: ScenarioServer;
let rig: Rig;
beforeAll(async () => {
  server = await startScenarioServer();
  rig = await startRig(server.url);
});
afterAll(async () => {
  await rig.service.close();
  await server.close();
});

describe("a caller is told of", () => {
  test.each(cases)("$name: $code", async ({ name, scene, code, retryAfter, anonymous }) => {
    server.play(scene);
    const id = name.replace(/\W+/g, "-").slice(0, 128);
    const body = bodyWith({ temp: 17.1717 });
    const reply = await rig.app.inject(post("/predict", body, { "x-request-id": id }));
    const { detail, ...more } = expectProblem(reply, code);
    // What is wrong with the answer to one row names it; of a whole call there is no row to name.
    if (more["errors"] !== undefined)
      expect(more).toEqual({ errors: [{ pointer: "/instances/0", detail }], errorCount: 1 });
    expect(detail).toMatch(/\.$/);
    expect(reply.headers["retry-after"]).toBe(retryAfter);
    for (const secret of [ACCOUNT, ENDPOINT_NAME, "arn:", "Traceback", "17.1717", AWS_REQUEST_ID]) {
      expect(reply.body).not.toContain(secret);
      expect(JSON.stringify(reply.headers)).not.toContain(secret);
    }
    const line = await rig.logged((one) => one["requestId"] === id && one["msg"] === "request");
    expect(line).toMatchObject({ status: reply.statusCode, problem: code, model: "bike-rental", rows: 1 });
    const warning = rig.lines().find((one) => one["requestId"] === id && one["msg"] === detail);
    expect(warning).toMatchObject({ level: 40, problem: code });
    expect(warning?.["endpointRequestId"]).toEqual(
      anonymous ? undefined : expect.stringMatching(/-2222-3333-4444-/),
    );
    for (const secret of ["17.1717", "verysecretkey", "Signature="]) expect(rig.text()).not.toContain(secret);
  });

  test("an endpoint where nothing listens", async () => {
    const closed = createServer();
    closed.listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const lonely = await startRig(`http://127.0.0.1:${port}`);
    const reply = await lonely.app.inject(post("/predict", bodyWith({})));
    expect(expectProblem(reply, "endpoint-unreachable")).toEqual({
      detail: "The connection to SageMaker could not be made, or broke before the whole answer had come.",
    });
    expect(reply.body).not.toContain(String(port));
    await lonely.service.close();
  });
});

test("the log line of a failure has the id that AWS support asks for", async () => {
  server.play(fault(503, "ServiceUnavailable", Message(`${ARN} is busy`)));
  await rig.app.inject(post("/predict", bodyWith({}), { "x-request-id": "support" }));
  const line = await rig.logged((one) => one["requestId"] === "support" && one["awsError"] !== undefined);
  expect(line).toEqual({
    level: 40,
    route: "/predict",
    time: expect.any(Number),
    requestId: "support",
    problem: "endpoint-unavailable",
    awsError: "ServiceUnavailable",
    status: 503,
    endpointRequestId: AWS_REQUEST_ID,
    attempts: 1,
    message: `${ARN} is busy`,
    msg: "SageMaker cannot take calls at the moment.",
  });
});

test("what a container said may quote a row: it is logged at level debug, and not above", async () => {
  const quiet = await startRig(server.url, { LOG_LEVEL: "info" });
  server.play(modelError(415));
  await quiet.app.inject(post("/predict", bodyWith({}), { "x-request-id": "quiet" }));
  await quiet.logged((one) => one["awsError"] === "ModelError");
  expect(quiet.text()).not.toContain(CONTAINER);
  await quiet.service.close();

  server.play(modelError(415));
  await rig.app.inject(post("/predict", bodyWith({}), { "x-request-id": "curious" }));
  expect(await rig.logged((one) => one["requestId"] === "curious" && one["level"] === 20)).toMatchObject({
    originalMessage: CONTAINER,
    msg: "what the container said",
  });
});

test("an endpoint that hangs is answered for at the deadline", async () => {
  const hasty = await startRig(server.url, { REQUEST_TIMEOUT_MS: "100" });
  server.play(hang);
  const reply = await hasty.app.inject(post("/predict", bodyWith({})));
  expect(expectProblem(reply, "deadline-exceeded")).toEqual({
    detail: "The endpoint did not answer within 100 ms.",
  });
  await hasty.service.close();
});

test("the log line of a deadline during a second attempt says what was wrong with the first", async () => {
  const stubborn = await startRig(server.url, { REQUEST_TIMEOUT_MS: "800", MAX_ATTEMPTS: "2" });
  server.play(fault(503, "ServiceUnavailable", Message("busy")), hang);
  const reply = await stubborn.app.inject(post("/predict", bodyWith({})));
  expectProblem(reply, "deadline-exceeded");
  expect(server.seen).toHaveLength(2);
  const line = await stubborn.logged((one) => one["problem"] === "deadline-exceeded" && one["level"] === 40);
  expect(line).toMatchObject({
    awsError: "ServiceUnavailable",
    status: 503,
    endpointRequestId: AWS_REQUEST_ID,
    after: "endpoint-unavailable",
  });
  await stubborn.service.close();
});

test("a caller that goes away ends the call to the endpoint, and is logged as 499", async () => {
  const aborted = new Promise<void>((resolve) => {
    server.play((response) => void response.once("close", resolve));
  });
  const request = httpRequest(`${rig.url}/predict`, {
    method: "POST",
    headers: { "x-request-id": "leaver" },
  });
  request.on("error", () => {});
  request.end(JSON.stringify(bodyWith({})));
  await expect.poll(() => server.seen.length).toBe(1);
  request.destroy();
  await aborted;
  const line = await rig.logged((one) => one["requestId"] === "leaver");
  expect(line).toMatchObject({ status: 499, route: "/predict", model: "bike-rental", msg: "request" });
  // It went on after the caller had gone, and is no failure of ours.
  await expect.poll(() => rig.lines().filter((one) => one["requestId"] === "leaver").length).toBe(1);
});
