/** Faults as boto3 sees them: unmodified, over real HTTP. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import type { Fault } from "../../src/stub/faults.ts";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { needs } from "../needs.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const golden = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const python = process.env["SKEWLESS_PYTHON"] ?? "";
const hasBoto3 = python !== "" && spawnSync(python, ["-c", "import boto3"]).status === 0;
const withBoto3 = needs("a Python with boto3 (SKEWLESS_PYTHON)", hasBoto3);

let stub: Stub;
let boto3: ChildProcessWithoutNullStreams;
let answers: AsyncIterator<string>;

beforeAll(async () => {
  if (!hasBoto3) return;
  const modelFile = pathOf("../../models/bike-rental/xgboost.json");
  stub = await startStub({ endpoints: [{ name: "bike", modelFile }] });
  boto3 = spawn(python, [pathOf("boto3_calls.py"), stub.url]);
  answers = createInterface(boto3.stdout)[Symbol.asyncIterator]();
});
afterAll(async () => {
  boto3?.kill();
  await stub?.close();
});

/** What boto3 makes of one call under a fault. */
async function outcome(fault: Fault | undefined, given: object = {}): Promise<Record<string, unknown>> {
  stub.setFaults(fault === undefined ? [] : [fault]);
  boto3.stdin.write(`${JSON.stringify({ body: golden, ...given })}\n`);
  const { value } = await answers.next();
  return JSON.parse(value as string) as Record<string, unknown>;
}

withBoto3("boto3 gets the golden answer in fair weather", async () => {
  expect(await outcome(undefined)).toEqual({ text: "6.349300861358643\n", variant: "AllTraffic" });
});

withBoto3("boto3 raises each error by its name, with its status, text and original", async () => {
  const cases: [Fault, object][] = [
    [
      { fault: "throttle" },
      { class: "ClientError", code: "ThrottlingException", message: null, status: 400 },
    ],
    [
      { fault: "internal-failure", message: "x" },
      { class: "InternalFailure", message: "x", status: 500 },
    ],
    [
      { fault: "service-unavailable", message: "x" },
      { class: "ServiceUnavailable", message: "x", status: 503 },
    ],
    [{ fault: "internal-dependency" }, { class: "InternalDependencyException", status: 530 }],
    [{ fault: "model-not-ready" }, { class: "ModelNotReadyException", status: 429 }],
    [
      { fault: "error", status: 403, type: "ExpiredTokenException", message: "x" },
      { class: "ClientError", code: "ExpiredTokenException", message: "x", status: 403 },
    ],
    [{ fault: "html" }, { class: "ClientError", code: "502", status: 502 }],
    [
      { fault: "model-error", status: 400, message: "no" },
      { class: "ModelError", status: 424, original: [400, "no"] },
    ],
    [
      { fault: "model-error", status: 0 },
      { class: "ModelError", original: [0, expect.stringMatching("^Your invocation timed out")] },
    ],
    [
      { fault: "poison", share: 1 },
      { class: "ModelError", original: [400, expect.stringMatching("^Unable to evaluate")] },
    ],
  ];
  for (const [fault, seen] of cases) {
    expect(await outcome(fault), JSON.stringify(fault)).toMatchObject({ retries: 0, ...seen });
  }
});

withBoto3("boto3 retries what section 1.9 of our facts says it does, and nothing else", async () => {
  const cases: [Fault, retries: number][] = [
    [{ fault: "throttle" }, 1],
    [{ fault: "internal-failure" }, 1],
    [{ fault: "service-unavailable" }, 1],
    [{ fault: "internal-dependency" }, 0],
    [{ fault: "model-not-ready" }, 0],
    [{ fault: "model-error", status: 503 }, 0],
  ];
  for (const [fault, retries] of cases) {
    expect(await outcome(fault, { attempts: 2 }), JSON.stringify(fault)).toMatchObject({ retries });
    expect(stub.tally().strikes).toEqual([retries + 1]);
  }
});

withBoto3("boto3 notices what fails on the wire", async () => {
  const cases: [Fault, name: string][] = [
    [{ fault: "hang" }, "ReadTimeoutError"],
    [{ fault: "hang", at: "body" }, "ReadTimeoutError"],
    [{ fault: "reset" }, "ConnectionClosedError"],
    [{ fault: "reset", at: "body" }, "ResponseStreamingError"],
    [{ fault: "truncate" }, "ResponseStreamingError"],
    [{ fault: "truncate", framing: "chunked" }, "ResponseStreamingError"],
  ];
  const seen = [];
  for (const [fault] of cases) {
    seen.push((await outcome(fault, { timeout: 0.3 }))["class"]);
  }
  // Older releases have a name of their own for too few bytes.
  const names = seen.map((name) => (name === "IncompleteReadError" ? "ResponseStreamingError" : name));
  expect(names).toEqual(cases.map(([, name]) => name));
});

withBoto3("boto3 asks for a fault by custom attributes, for one call", async () => {
  const attributes = 'skewless-stub-faults={"fault":"dialect","dialect":"json-list"}';
  expect(await outcome(undefined, { attributes })).toMatchObject({ text: "[6.349300861358643]" });
});
