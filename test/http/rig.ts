/** The real service for a test: configuration, AWS SDK, sockets and all, with its log lines kept. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, vi } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { type ProblemCode, catalogue } from "../../src/errors.ts";
import { ProblemSchema } from "../../src/http/problems.ts";
import { type Service, startService } from "../../src/service.ts";
import { type Stub, startStub } from "../../src/stub/server.ts";

export const ENDPOINT_NAME = "xgboost-biketrain-v1";

/** The stub endpoint over the demo model. */
export function startDemoStub(): Promise<Stub> {
  return startStub({ endpoints: [{ name: ENDPOINT_NAME, modelFile: "models/bike-rental/xgboost.json" }] });
}

interface GoldenRow {
  readonly features: readonly (string | number)[];
  readonly csv: string;
  readonly prediction: number;
}

export const golden: readonly GoldenRow[] = readFileSync("models/bike-rental.golden.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as GoldenRow);

const NAMES = "datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed".split(",");

/** A golden row as an object. */
export const named = (row: GoldenRow) =>
  Object.fromEntries(row.features.map((value, i) => [NAMES[i]!, value]));

/** A body with one instance, the first golden row, some of whose values are changed. */
export const bodyWith = (changes: Readonly<Record<string, unknown>>) => ({
  instances: [{ features: { ...named(golden[0]!), ...changes } }],
});

export interface Rig {
  readonly service: Service;
  readonly app: Service["app"];
  readonly url: string;
  /** Every log line so far. */
  readonly lines: () => Record<string, unknown>[];
  /** The log as it was written. */
  readonly text: () => string;
  /** Resolves with the first log line that fits, also with one that is already there. */
  readonly logged: (fits: (line: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
}

/** Starts the service on a free port of this machine. Asking endpoints for golden rows is off unless told. */
export async function startRig(endpoint: string, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  let log = "";
  const config = loadConfig({
    HOST: "127.0.0.1",
    PORT: "0",
    LOG_LEVEL: "debug",
    READINESS: "off",
    MAX_ATTEMPTS: "1",
    ...env,
  });
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "verysecretkey" };
  const to = { endpoint, region: "eu-central-1", credentials };
  const service = await startService(config, to, { write: (line) => void (log += line) });
  const lines = () =>
    log
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    service,
    app: service.app,
    url: service.url,
    lines,
    text: () => log,
    logged: (fits) =>
      vi.waitFor(
        () => {
          const line = lines().find((one) => fits(one));
          if (line === undefined) throw new Error(`no such line in the log:\n${log}`);
          return line;
        },
        { timeout: 5000, interval: 5 },
      ),
  };
}

/** `application/json` at an address, as `inject` takes it. */
export const post = (
  url: string,
  payload: string | object | Buffer,
  headers: Record<string, string> = {},
) => ({
  method: "POST" as const,
  url,
  headers: { "content-type": "application/json", ...headers },
  payload,
});

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const fitsProblem = new Ajv2020({ allErrors: true, formats: { "uri-reference": true } }).compile(
  ProblemSchema,
);

/** What is the same in every problem of a code. */
export const problemOf = (code: ProblemCode) => {
  const { status, title, retryable, remedy } = catalogue[code];
  return { type: `/problems/${code}`, title, status, code, retryable, remedy };
};

/** Asserts that a reply is the problem of a code, whole and by the catalogue; gives its detail and what was added. */
export function expectProblem(
  reply: Answer,
  code: ProblemCode,
): Record<string, unknown> & { detail: string } {
  const body = JSON.parse(reply.body) as Record<string, unknown>;
  const { detail, requestId, errors, errorCount, ...rest } = body;
  expect(rest).toEqual(problemOf(code));
  expect(reply.statusCode).toBe(catalogue[code].status);
  expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(reply.headers["x-request-id"]).toBe(requestId);
  expect(fitsProblem(body), JSON.stringify(fitsProblem.errors)).toBe(true);
  return {
    detail: detail as string,
    ...(errors === undefined ? {} : { errors }),
    ...(errorCount === undefined ? {} : { errorCount }),
  };
}

/** A valid problem of whatever code, for tests that throw anything at the service. */
export function expectSomeProblem(reply: Answer): ProblemCode {
  const { code } = JSON.parse(reply.body) as { code: ProblemCode };
  expect(Object.keys(catalogue)).toContain(code);
  expectProblem(reply, code);
  return code;
}
