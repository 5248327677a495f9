import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigSchema, allowed, loadConfig } from "../src/config.ts";
import { UsageError } from "../src/errors.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What stops the start, without the first line. */
function mistakesOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const [head, ...lines] = (error as Error).message.split("\n");
    expect(head).toBe("The configuration is wrong:");
    return lines;
  }
  return [];
}

/** The variables that are whole numbers, with their bounds. */
const numbers = Object.entries(ConfigSchema.properties).flatMap(([name, schema]) =>
  schema.type === "integer" ? [{ name, minimum: schema.minimum!, maximum: schema.maximum! }] : [],
);

/** PORT → port, MAX_BODY_BYTES → maxBodyBytes. */
const fieldOf = (name: string) =>
  name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe("the configuration", () => {
  test("of an empty environment is the defaults", () => {
    expect(loadConfig({})).toEqual({
      host: "0.0.0.0",
      port: 8080,
      modelsDir: "models",
      defaultModel: undefined,
      logLevel: "info",
      maxBodyBytes: 6_291_456,
      maxInstances: 10_000,
      requestTimeoutMs: 30_000,
      maxRequestTimeoutMs: 60_000,
      receiveTimeoutMs: 30_000,
      maxAttempts: 3,
      maxSockets: 256,
      endpointKind: "standard",
      batchMaxRows: 10_000,
      queueMaxRows: 100_000,
      queueMaxBytes: 67_108_864,
      queueMaxWaitMs: 1000,
      cacheMaxBytes: 0,
      cacheTtlMs: 60_000,
      maxEventLoopDelayMs: 1000,
      shutdownTimeoutMs: 25_000,
      readiness: "golden",
      variables: {},
    });
  });

  test("takes every variable", () => {
    const env = {
      HOST: "127.0.0.1",
      PORT: "0",
      MODELS_DIR: "/models",
      DEFAULT_MODEL: "bike-rental",
      LOG_LEVEL: "silent",
      MAX_BODY_BYTES: "1024",
      MAX_INSTANCES: "1",
      REQUEST_TIMEOUT_MS: "1",
      MAX_REQUEST_TIMEOUT_MS: "3",
      RECEIVE_TIMEOUT_MS: "2",
      MAX_ATTEMPTS: "10",
      MAX_SOCKETS: "1",
      ENDPOINT_KIND: "serverless",
      BATCH_MAX_ROWS: "2",
      QUEUE_MAX_ROWS: "3",
      QUEUE_MAX_BYTES: "1024",
      QUEUE_MAX_WAIT_MS: "4",
      CACHE_MAX_BYTES: "5",
      CACHE_TTL_MS: "6",
      MAX_EVENT_LOOP_DELAY_MS: "0",
      SHUTDOWN_TIMEOUT_MS: "0",
      READINESS: "off",
    };
    expect(Object.keys(env)).toEqual(Object.keys(ConfigSchema.properties));
    expect(loadConfig(env)).toEqual({
      host: "127.0.0.1",
      port: 0,
      modelsDir: "/models",
      defaultModel: "bike-rental",
      logLevel: "silent",
      maxBodyBytes: 1024,
      maxInstances: 1,
      requestTimeoutMs: 1,
      maxRequestTimeoutMs: 3,
      receiveTimeoutMs: 2,
      maxAttempts: 10,
      maxSockets: 1,
      endpointKind: "serverless",
      batchMaxRows: 2,
      queueMaxRows: 3,
      queueMaxBytes: 1024,
      queueMaxWaitMs: 4,
      cacheMaxBytes: 5,
      cacheTtlMs: 6,
      maxEventLoopDelayMs: 0,
      shutdownTimeoutMs: 0,
      readiness: "off",
      variables: env,
    });
  });

  test("takes an empty variable for one that is not set, as compose files leave it", () => {
    const config = loadConfig({ PORT: "", DEFAULT_MODEL: "", ENDPOINT_NAME: "", OTHER: undefined });
    expect([config.port, config.defaultModel, config.variables]).toEqual([8080, undefined, {}]);
  });

  test("keeps every variable for the model files, and cannot be changed", () => {
    const config = loadConfig({ ENDPOINT_NAME: "e" });
    expect(config.variables).toEqual({ ENDPOINT_NAME: "e" });
    expect([Object.isFrozen(config), Object.isFrozen(config.variables)]).toEqual([true, true]);
  });

  test("is that of the process unless it is told another", () => {
    vi.stubEnv("PORT", "4321");
    expect(loadConfig().port).toBe(4321);
  });

  test("leaves its schema as it was", () => {
    loadConfig({});
    expect(Object.keys(ConfigSchema)).not.toContain("additionalProperties");
  });
});

describe("a wrong variable", () => {
  test.each(numbers)(
    "$name may be $minimum and $maximum, and nothing beyond",
    ({ name, minimum, maximum }) => {
      const read = (value: number) => loadConfig({ [name]: String(value) })[fieldOf(name) as "port"];
      expect([read(minimum), read(maximum)]).toEqual([minimum, maximum]);
      for (const value of [minimum - 1, maximum + 1]) {
        expect(mistakesOf({ [name]: String(value) })).toEqual([
          `  ${name}=${value}: must be ${allowed(name)}`,
        ]);
      }
    },
  );

  // JavaScript would read some of these as numbers; Infinity would even be a timeout that never comes.
  test.each([
    "x",
    "80.5",
    "80.0",
    "1e3",
    "0x10",
    " 80",
    "80 ",
    "+80",
    "1_000",
    "true",
    "null",
    "NaN",
    "Infinity",
    "1e999",
    "9".repeat(400),
  ])("%j is no whole number", (text) => {
    expect(mistakesOf({ REQUEST_TIMEOUT_MS: text })).toEqual([
      `  REQUEST_TIMEOUT_MS=${text}: must be a whole number from 1 to 600000 (ms)`,
    ]);
  });

  test("of a few allowed texts is told which they are", () => {
    expect(mistakesOf({ LOG_LEVEL: "INFO" })).toEqual([
      "  LOG_LEVEL=INFO: must be one of trace, debug, info, warn, error, fatal, silent",
    ]);
    expect(mistakesOf({ READINESS: "yes" })).toEqual(["  READINESS=yes: must be one of golden, answer, off"]);
  });

  test("is told together with every other, in the order of the documentation", () => {
    expect(mistakesOf({ READINESS: "yes", MAX_SOCKETS: "0", PORT: "http", HOST: "ok" })).toEqual([
      "  PORT=http: must be a whole number from 0 to 65535",
      "  MAX_SOCKETS=0: must be a whole number from 1 to 65535 (sockets)",
      "  READINESS=yes: must be one of golden, answer, off",
    ]);
  });
});

test("what a text variable may hold is a text", () => {
  expect(allowed("HOST")).toBe("a text");
});

test("every variable is described, and has a default or may be left out", () => {
  for (const [name, schema] of Object.entries(ConfigSchema.properties)) {
    expect([name, schema.description]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/s)]);
    expect([
      name,
      schema.default !== undefined || !(ConfigSchema.required as string[]).includes(name),
    ]).toEqual([name, true]);
  }
});

test("nothing in src but environment.ts reads the environment of the process", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const readers = files.filter((file) => {
    // Comments may speak of it.
    const code = readFileSync(join("src", file), "utf8").replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, "");
    return /process(\??\.|\[")env\b|\{[^}]*\benv\b[^}]*\}\s*(=\s*process|from\s*"(node:)?process")/.test(
      code,
    );
  });
  expect(readers).toEqual(["environment.ts"]);
});
