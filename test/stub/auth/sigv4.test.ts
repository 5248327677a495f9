/** Signatures of the real SDKs, right and wrong, over real HTTP. */
import { createHash, createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { amzDate } from "../../../src/stub/auth/authorization.ts";
import { startStub, type Stub } from "../../../src/stub/server.ts";
import { hasBoto3, startPython, withBoto3, type PythonProgram } from "../python-program.ts";
import { send, signature } from "../raw-http.ts";

const modelFile = fileURLToPath(new URL("../../../models/bike-rental/xgboost.json", import.meta.url));
const body = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const golden = "6.349300861358643\n";
const lasting = { key: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const passing = { key: "ASIAEXAMPLE", secret: "another", token: "FwoGZXIvYXdzEXAMPLE//token==" };
const mismatch =
  /^The request signature we calculated does not match the signature you provided\. Check your AWS /;
const invalidToken = "The security token included in the request is invalid.";

let stub: Stub;
let boto3: PythonProgram;
/** How far the stub's clock is ahead, in ms. */
let aheadMs = 0;

beforeAll(async () => {
  const credentials = [
    { accessKeyId: lasting.key, secretAccessKey: lasting.secret },
    {
      accessKeyId: passing.key,
      secretAccessKey: passing.secret,
      sessionToken: passing.token,
      expiration: new Date(Date.now() + 3_600_000),
    },
  ];
  stub = await startStub({
    endpoints: [{ name: "bike", modelFile }],
    credentials,
    now: () => Date.now() + aheadMs,
  });
  if (hasBoto3) {
    boto3 = startPython(fileURLToPath(new URL("sigv4_calls.py", import.meta.url)), stub.url);
  }
});
beforeEach(() => (aheadMs = 0));
afterAll(async () => {
  boto3?.stop();
  await stub.close();
});

interface Signer {
  readonly key: string;
  readonly secret: string;
  readonly token?: string;
  readonly region?: string;
  readonly offsetMs?: number;
  readonly attempts?: number;
  readonly EndpointName?: string;
  readonly CustomAttributes?: string;
}

/** One call through the AWS SDK for JavaScript. */
async function callJs(given: Signer): Promise<{ text: string; attempts: number | undefined }> {
  const { key, secret, token, region = "us-east-1", offsetMs = 0, attempts = 1, ...input } = given;
  const client = new SageMakerRuntimeClient({
    endpoint: stub.url,
    region,
    maxAttempts: attempts,
    systemClockOffset: offsetMs,
    credentials: {
      accessKeyId: key,
      secretAccessKey: secret,
      ...(token === undefined ? {} : { sessionToken: token }),
    },
  });
  try {
    const command = new InvokeEndpointCommand({
      EndpointName: "bike",
      ContentType: "text/csv",
      Body: body,
      ...input,
    });
    const { Body, $metadata } = await client.send(command);
    return { text: Body.transformToString(), attempts: $metadata.attempts };
  } finally {
    client.destroy();
  }
}

const refusal = (given: Signer): Promise<unknown> =>
  callJs(given).then(
    (answer) => expect.fail(`answered ${answer.text}`),
    (error) => error as unknown,
  );

describe("the SDK for JavaScript", () => {
  test("is let in with lasting and with temporary credentials", async () => {
    expect(await callJs(lasting)).toEqual({ text: golden, attempts: 1 });
    expect(await callJs(passing)).toEqual({ text: golden, attempts: 1 });
  });

  test("is let in with a path and headers that need escapes", async () => {
    const error = await refusal({ ...lasting, EndpointName: "a b/ü~'(*)" });
    expect(error).toMatchObject({ name: "ValidationError" });
    const attributes = "two  spaces, ünïcode and = signs";
    expect(await callJs({ ...lasting, CustomAttributes: attributes })).toMatchObject({ text: golden });
  });

  test("with a wrong secret gets InvalidSignatureException, and what should have been signed", async () => {
    const error = await refusal({ ...lasting, secret: "wrong" });
    expect(error).toMatchObject({
      name: "InvalidSignatureException",
      message: expect.stringMatching(mismatch),
      $metadata: { httpStatusCode: 403 },
    });
    expect((error as Error).message).toContain("'POST\n/endpoints/bike/invocations\n\n");
    expect((error as Error).message).toContain("'AWS4-HMAC-SHA256\n");
    expect((error as Error).message).not.toContain(lasting.secret);
  });

  test.each<[what: string, signer: Signer]>([
    ["an unknown access key", { ...lasting, key: "AKIDOTHER" }],
    ["another session token", { ...passing, token: "other" }],
    ["no session token, where there is one", { key: passing.key, secret: passing.secret }],
    ["a session token, where there is none", { ...lasting, token: "some" }],
  ])("with %s gets UnrecognizedClientException", async (_, signer) => {
    expect(await refusal(signer)).toMatchObject({
      name: "UnrecognizedClientException",
      message: invalidToken,
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("with expired credentials gets ExpiredTokenException", async () => {
    aheadMs = 3_600_001;
    expect(await refusal({ ...passing, offsetMs: aheadMs })).toMatchObject({
      name: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    });
    aheadMs = 3_590_000;
    expect(await callJs({ ...passing, offsetMs: aheadMs })).toMatchObject({ text: golden });
  });

  test("signing for another region gets InvalidSignatureException", async () => {
    expect(await refusal({ ...lasting, region: "eu-west-1" })).toMatchObject({
      name: "InvalidSignatureException",
      message: expect.stringMatching(/^Credential should be scoped to a valid region/),
    });
  });

  test("with a clock that is slow gets 'Signature expired', sets it right and is let in", async () => {
    expect(await refusal({ ...lasting, offsetMs: -600_000 })).toMatchObject({
      name: "InvalidSignatureException",
      message: expect.stringMatching(
        /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
      ),
    });
    expect(await callJs({ ...lasting, offsetMs: -600_000, attempts: 2 })).toEqual({
      text: golden,
      attempts: 2,
    });
  });

  test("with a clock that is fast gets 'Signature not yet current'", async () => {
    expect(await refusal({ ...lasting, offsetMs: 600_000 })).toMatchObject({
      name: "InvalidSignatureException",
      message: expect.stringMatching(/^Signature not yet current: .* is still later than .* \+ 5 min\.\)$/),
    });
  });

  test("may be four minutes off either way", async () => {
    expect(await callJs({ ...lasting, offsetMs: -240_000 })).toMatchObject({ attempts: 1 });
    expect(await callJs({ ...lasting, offsetMs: 240_000 })).toMatchObject({ attempts: 1 });
  });
});

describe("boto3", () => {
  withBoto3("is let in with lasting and with temporary credentials", async () => {
    expect(await boto3.ask({ ...lasting, body })).toEqual({ text: golden });
    expect(await boto3.ask({ ...passing, body })).toEqual({ text: golden });
  });

  withBoto3("is let in with a path and headers that need escapes", async () => {
    expect(await boto3.ask({ ...lasting, body, endpoint: "a b/ü~'(*)" })).toMatchObject({
      code: "ValidationError",
    });
    const extra = { CustomAttributes: "two  spaces, ünïcode and = signs" };
    expect(await boto3.ask({ ...lasting, body, extra })).toEqual({ text: golden });
  });

  withBoto3("gets each refusal by its name, text and status", async () => {
    const cases: [object, code: string, message: unknown][] = [
      [{ ...lasting, secret: "wrong" }, "InvalidSignatureException", expect.stringMatching(mismatch)],
      [{ ...lasting, key: "AKIDOTHER" }, "UnrecognizedClientException", invalidToken],
      [{ ...passing, token: "other" }, "UnrecognizedClientException", invalidToken],
      [
        { ...lasting, region: "eu-west-1" },
        "InvalidSignatureException",
        expect.stringMatching(/^Credential should be scoped to a valid region/),
      ],
      [
        { ...lasting, skew: -600 },
        "InvalidSignatureException",
        expect.stringMatching(/^Signature expired: /),
      ],
      [
        { ...lasting, skew: 600 },
        "InvalidSignatureException",
        expect.stringMatching(/^Signature not yet current: /),
      ],
    ];
    for (const [given, code, message] of cases) {
      expect(await boto3.ask({ ...given, body }), code).toEqual({ code, message, status: 403 });
    }
    aheadMs = 3_600_001;
    expect(await boto3.ask({ ...passing, skew: 3600, body })).toMatchObject({
      code: "ExpiredTokenException",
      status: 403,
    });
  });

  withBoto3("gets the same of the control plane, by __type", async () => {
    const control = { ...lasting, plane: "control" };
    expect(await boto3.ask(control)).toEqual({ endpoints: ["bike"] });
    expect(await boto3.ask({ ...control, ...passing })).toEqual({ endpoints: ["bike"] });
    expect(await boto3.ask({ ...control, secret: "wrong" })).toEqual({
      code: "InvalidSignatureException",
      message: expect.stringMatching(mismatch),
      status: 403,
    });
    expect(await boto3.ask({ ...control, key: "AKIDOTHER" })).toMatchObject({
      code: "UnrecognizedClientException",
      message: invalidToken,
    });
    const headers = { "x-amz-target": "SageMaker.ListEndpoints" };
    expect(await send(stub, { path: "/", headers, body: "{}" })).toMatchObject({
      status: 403,
      body: expect.stringContaining('"__type":"MissingAuthenticationTokenException"'),
    });
  });

  withBoto3("is let in with a presigned request, until it expires or its body is another", async () => {
    const presigned = { ...lasting, body, presigned: true };
    expect(await boto3.ask(presigned)).toEqual({ status: 200, text: golden });
    expect(await boto3.ask({ ...passing, body, presigned: true })).toEqual({ status: 200, text: golden });
    expect(await boto3.ask({ ...presigned, skew: -90, expires: 100 })).toMatchObject({ status: 200 });
    expect(await boto3.ask({ ...presigned, skew: -120, expires: 60 })).toMatchObject({
      status: 403,
      code: "InvalidSignatureException",
      message: expect.stringMatching(/^Signature expired: .* - 1 min\.\)$/),
    });
    expect(await boto3.ask({ ...presigned, expires: 604_801 })).toMatchObject({
      code: "IncompleteSignature",
      message: expect.stringMatching(/^X-Amz-Expires must be less than a week/),
    });
    expect(await boto3.ask({ ...presigned, secret: "wrong" })).toMatchObject({
      code: "InvalidSignatureException",
      message: expect.stringMatching(mismatch),
    });
    expect(await boto3.ask({ ...presigned, sent: `${body}\n` })).toMatchObject({
      code: "InvalidSignatureException",
    });
  });
});

const path = "/endpoints/bike/invocations";

/** What a request with these headers is refused with. */
async function refused(headers: Record<string, string>, target = path): Promise<[string, string]> {
  const answer = await send(stub, { path: target, headers });
  expect(answer.status).toBe(403);
  const type = String(answer.headers["x-amzn-errortype"]).split(":")[0]!;
  return [type, (JSON.parse(answer.body) as { message: string }).message];
}

describe("what is no signature", () => {
  const credential = `${lasting.key}/20260102/us-east-1/sagemaker/aws4_request`;
  const full = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`;

  test("none at all is MissingAuthenticationTokenException", async () => {
    expect(await refused({})).toEqual([
      "MissingAuthenticationTokenException",
      "Missing Authentication Token",
    ]);
  });

  test.each<[authorization: string, message: RegExp]>([
    [signature, /^Authorization header requires 'SignedHeaders' parameter\. .*'Signature' parameter\. /],
    ["Bearer abc", /^'abc' not a valid key=value pair \(missing equal-sign\) in Authorization header: /],
    [full.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), /^Unsupported AWS 'algorithm': /],
    [full, /existence of either a 'X-Amz-Date' or a 'Date' header\./],
    [full.replace("/us-east-1/sagemaker", ""), /(at least 5 slash-delimited|X-Amz-Date)/],
    ["AWS4-HMAC-SHA256", /not a valid key=value pair/],
    ["=", /requires 'Credential' parameter/],
  ])("%s is IncompleteSignature", async (authorization, message) => {
    expect(await refused({ authorization })).toEqual(["IncompleteSignature", expect.stringMatching(message)]);
  });

  test.each<[scope: string, message: RegExp]>([
    ["20200101/us-east-1/sagemaker/aws4_request", /^Date in Credential scope does not match YYYYMMDD /],
    ["TODAY/us-east-1/s3/aws4_request", /^Credential should be scoped to correct service: 'sagemaker'/],
    ["TODAY/us-east-1/sagemaker/aws3", /^Credential should be scoped with a valid terminator: /],
    ["TODAY/mars/sagemaker/aws4_request", /^Credential should be scoped to a valid region, not 'mars'/],
  ])("one for %s is InvalidSignatureException", async (scope, message) => {
    const date = amzDate(Date.now());
    const authorization = full.replace(
      credential,
      `${lasting.key}/${scope.replace("TODAY", date.slice(0, 8))}`,
    );
    expect(await refused({ authorization, "x-amz-date": date })).toEqual([
      "InvalidSignatureException",
      expect.stringMatching(message),
    ]);
  });

  test("one that does not sign the host, or with a date that is none, is InvalidSignatureException", async () => {
    const date = amzDate(Date.now());
    const today = full.replace("20260102", date.slice(0, 8));
    const without = today.replace("host;", "");
    expect((await refused({ authorization: without, "x-amz-date": date }))[1]).toMatch(/^'Host' must be a/);
    const odd = `${date.slice(0, 8)}T`;
    expect((await refused({ authorization: today, "x-amz-date": odd }))[1]).toMatch(
      /^Date must be in ISO-8601/,
    );
  });

  test("a signature of another length, or of odd characters, is a mismatch and no crash", async () => {
    const date = amzDate(Date.now());
    for (const other of ["0", "é".repeat(64), "0".repeat(1000)]) {
      const authorization = full.replace("20260102", date.slice(0, 8)).replace("0".repeat(64), other);
      const [type, message] = await refused({ authorization, "x-amz-date": date });
      expect([type, message]).toEqual(["InvalidSignatureException", expect.stringMatching(mismatch)]);
    }
  });

  test("a query that is half presigned says what it lacks", async () => {
    const [type, message] = await refused({}, `${path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0`);
    expect(type).toBe("IncompleteSignature");
    expect(message).toContain("AWS query-string parameters must include 'X-Amz-Credential'.");
    expect(message).not.toContain("'X-Amz-Signature'");
  });
});

/** Signs a call by hand, after AWS's description. */
function signedBy(secret: string, payloadHash: string, date: string): Record<string, string> {
  const scope = `${date.slice(0, 8)}/us-east-1/sagemaker/aws4_request`;
  const headers = { host: `127.0.0.1:${stub.port}`, "x-amz-content-sha256": payloadHash, "x-amz-date": date };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ["POST", path, "", lines.join(""), names, payloadHash].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope
    .split("/")
    .reduce((derived: string | Buffer, part) => hmac(derived, part), `AWS4${secret}`);
  const signed = hmac(key, ["AWS4-HMAC-SHA256", date, scope, hash].join("\n")).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${lasting.key}/${scope},SignedHeaders=${names},Signature=${signed}`;
  return { ...headers, authorization, "content-type": "text/csv" };
}

describe("the payload", () => {
  test("is not signed where the request says UNSIGNED-PAYLOAD", async () => {
    const headers = signedBy(lasting.secret, "UNSIGNED-PAYLOAD", amzDate(Date.now()));
    expect(await send(stub, { path, headers, body })).toMatchObject({ status: 200, body: golden });
  });

  test("is hashed anew, whatever hash the request declares", async () => {
    const declared = createHash("sha256").update(body).digest("hex");
    const headers = signedBy(lasting.secret, declared, amzDate(Date.now()));
    expect(await send(stub, { path, headers, body })).toMatchObject({ status: 200, body: golden });
    expect(await send(stub, { path, headers, body: `${body}\n` })).toMatchObject({ status: 403 });
  });
});

test("a signature holds for five minutes, and not one millisecond longer", async () => {
  const signedAt = Math.floor(Date.now() / 1000) * 1000;
  const headers = signedBy(lasting.secret, "UNSIGNED-PAYLOAD", amzDate(signedAt));
  const fixed = (now: number) =>
    startStub({
      endpoints: [{ name: "bike", modelFile }],
      credentials: [{ accessKeyId: lasting.key, secretAccessKey: lasting.secret }],
      port: 0,
      now: () => now,
    });
  for (const [now, status] of [
    [signedAt + 300_000, 200],
    [signedAt + 300_001, 403],
    [signedAt - 300_000, 200],
    [signedAt - 300_001, 403],
  ] as const) {
    const other = await fixed(now);
    // The signature is for the other stub's port, which is what the client says, not where it listens.
    expect(await send(other, { path, headers, body })).toMatchObject({ status });
    await other.close();
  }
});

test("without credentials any signature is accepted, and none is not", async () => {
  const open = await startStub({ endpoints: [{ name: "bike", modelFile }] });
  const headers = { authorization: signature, "content-type": "text/csv" };
  expect(await send(open, { path, headers, body })).toMatchObject({ status: 200 });
  expect(
    await send(open, { path: `${path}?X-Amz-Signature=0`, headers: { "content-type": "text/csv" }, body }),
  ).toMatchObject({
    status: 200,
  });
  expect(await send(open, { path, headers: {}, body })).toMatchObject({ status: 403 });
  await open.close();
});
