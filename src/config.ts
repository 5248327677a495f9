import { type Static, type TObject, Type } from "@sinclair/typebox";
import { envSchema } from "env-schema";
import { environment } from "./environment.ts";
import { UsageError } from "./errors.ts";

/**
 * Every setting of the service: its variable, default, bounds and meaning. The table in docs/configuration.md is made
 * from it. The AWS SDK reads its own variables by itself (AWS_REGION, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, credentials).
 */
export const ConfigSchema = Type.Object({
  HOST: Type.String({ default: "0.0.0.0", description: "Address to listen on." }),
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    description: "Port to listen on; 0 takes a free one.",
  }),
  MODELS_DIR: Type.String({
    default: "models",
    description: "Folder of the model files; or several, with a comma between two.",
  }),
  DEFAULT_MODEL: Type.Optional(
    Type.String({
      description:
        "Name of the model behind POST /predict. Unset: the only one there is (in the first folder).",
    }),
  ),
  LOG_LEVEL: Type.Union(
    ["trace", "debug", "info", "warn", "error", "fatal", "silent"].map((level) => Type.Literal(level)),
    {
      default: "info",
      description:
        "Least level that is logged; from debug on also what a model's container said, which may quote rows.",
    },
  ),
  MAX_BODY_BYTES: Type.Integer({
    default: 6_291_456,
    minimum: 1024,
    maximum: 1_073_741_824,
    unit: "bytes",
    description: "Largest request body.",
  }),
  MAX_INSTANCES: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    unit: "rows",
    description: "Most instances in one request.",
  }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: 600_000,
    unit: "ms",
    description: "Deadline of one prediction, retries included, where the caller wishes for no other.",
  }),
  MAX_REQUEST_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 1,
    maximum: 600_000,
    unit: "ms",
    description: "Longest deadline: a longer X-Request-Timeout-Ms, or a longer default, is cut to it.",
  }),
  RECEIVE_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: 600_000,
    unit: "ms",
    description: "Time that a request may take to arrive, its body included.",
  }),
  MAX_ATTEMPTS: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 10,
    unit: "calls",
    description:
      "How often one call is sent at most, the first time included, where another attempt can succeed.",
  }),
  MAX_SOCKETS: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 65_535,
    unit: "sockets",
    description: "Most connections to endpoints at a time, and so most calls in flight.",
  }),
  ENDPOINT_KIND: Type.Union([Type.Literal("standard"), Type.Literal("large"), Type.Literal("serverless")], {
    default: "standard",
    description:
      "How large a call's body may be: 6 MiB (standard), 25 MiB (large, for endpoints that take as much), 4 MB (serverless).",
  }),
  BATCH_MAX_ROWS: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 100_000,
    unit: "rows",
    description: "Most rows in one call; 1: no call has rows of two requests, and a larger request is split.",
  }),
  QUEUE_MAX_ROWS: Type.Integer({
    default: 100_000,
    minimum: 1,
    maximum: 10_000_000,
    unit: "rows",
    description: "Most rows that wait for one endpoint; requests beyond are answered 503 at once.",
  }),
  QUEUE_MAX_BYTES: Type.Integer({
    default: 67_108_864,
    minimum: 1024,
    maximum: 4_294_967_296,
    unit: "bytes",
    description: "Most bytes of rows that wait for one endpoint.",
  }),
  QUEUE_MAX_WAIT_MS: Type.Integer({
    default: 1000,
    minimum: 1,
    maximum: 600_000,
    unit: "ms",
    description:
      "Longest that a request may have to wait for its call, the call's usual time included, but twice that time in any case; one that would wait longer is answered 503.",
  }),
  CACHE_MAX_BYTES: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 17_179_869_184,
    unit: "bytes",
    description: "Memory for the endpoint's answers to rows that come again; 0: none is kept.",
  }),
  CACHE_TTL_MS: Type.Integer({
    default: 60_000,
    minimum: 1,
    maximum: 86_400_000,
    unit: "ms",
    description: "How long an answer is kept. Until then a model deployed under the same name is not seen.",
  }),
  MAX_EVENT_LOOP_DELAY_MS: Type.Integer({
    default: 1000,
    minimum: 0,
    maximum: 60_000,
    unit: "ms",
    description: "How late the event loop may be before predictions are shed with 503; 0: never.",
  }),
  SHUTDOWN_TIMEOUT_MS: Type.Integer({
    default: 25_000,
    minimum: 0,
    maximum: 600_000,
    unit: "ms",
    description:
      "Time that requests in flight have to finish after SIGTERM. Keep it under the platform's own (30 s on ECS).",
  }),
  READINESS: Type.Union([Type.Literal("golden"), Type.Literal("answer"), Type.Literal("off")], {
    default: "golden",
    description:
      "What /readyz waits for, of each model: its golden prediction (golden), any answer to it (answer), nothing (off).",
  }),
});

/** The settings, frozen, and the environment that model files may refer to. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly modelsDir: string;
  readonly defaultModel: string | undefined;
  readonly logLevel: string;
  readonly maxBodyBytes: number;
  readonly maxInstances: number;
  readonly requestTimeoutMs: number;
  readonly maxRequestTimeoutMs: number;
  readonly receiveTimeoutMs: number;
  readonly maxAttempts: number;
  readonly maxSockets: number;
  readonly endpointKind: "standard" | "large" | "serverless";
  readonly batchMaxRows: number;
  readonly queueMaxRows: number;
  readonly queueMaxBytes: number;
  readonly queueMaxWaitMs: number;
  readonly cacheMaxBytes: number;
  readonly cacheTtlMs: number;
  readonly maxEventLoopDelayMs: number;
  readonly shutdownTimeoutMs: number;
  readonly readiness: "golden" | "answer" | "off";
  /** Variables that a model file may name as `${NAME:-default}`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the configuration.
 *
 * @param env the environment; an empty variable counts as unset, as compose files leave it
 * @throws {UsageError} naming every variable with a wrong value, and what it may be
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = environment): Config {
  const variables = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const values = validated(variables);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    modelsDir: values.MODELS_DIR,
    defaultModel: values.DEFAULT_MODEL,
    logLevel: values.LOG_LEVEL,
    maxBodyBytes: values.MAX_BODY_BYTES,
    maxInstances: values.MAX_INSTANCES,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    maxRequestTimeoutMs: values.MAX_REQUEST_TIMEOUT_MS,
    receiveTimeoutMs: values.RECEIVE_TIMEOUT_MS,
    maxAttempts: values.MAX_ATTEMPTS,
    maxSockets: values.MAX_SOCKETS,
    endpointKind: values.ENDPOINT_KIND,
    batchMaxRows: values.BATCH_MAX_ROWS,
    queueMaxRows: values.QUEUE_MAX_ROWS,
    queueMaxBytes: values.QUEUE_MAX_BYTES,
    queueMaxWaitMs: values.QUEUE_MAX_WAIT_MS,
    cacheMaxBytes: values.CACHE_MAX_BYTES,
    cacheTtlMs: values.CACHE_TTL_MS,
    maxEventLoopDelayMs: values.MAX_EVENT_LOOP_DELAY_MS,
    shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT_MS,
    readiness: values.READINESS,
    variables: Object.freeze(variables),
  });
}

function validated(data: Readonly<Record<string, string | undefined>>): Static<typeof ConfigSchema> {
  const wrong = new Set(WHOLE_NUMBERS.filter((name) => !/^\d{1,15}$/.test(data[name] ?? "0")));
  let values: Static<typeof ConfigSchema> | undefined;
  try {
    values = envSchema<Static<typeof ConfigSchema>>({
      // A copy, because env-schema writes to its schema.
      schema: { ...ConfigSchema },
      data: { ...data },
      env: false,
      ajv: { customOptions: (ajv) => ajv.addKeyword("unit") },
    });
  } catch (error) {
    const { errors } = error as { errors: readonly { instancePath: string }[] };
    for (const { instancePath } of errors) wrong.add(instancePath.slice(1));
  }
  if (wrong.size === 0) return values!;
  const lines = Object.keys(ConfigSchema.properties)
    .filter((name) => wrong.has(name))
    .map((name) => `  ${name}=${data[name]}: must be ${allowed(name)}`);
  throw new UsageError(`The configuration is wrong:\n${lines.join("\n")}`);
}

/** Digits alone are read as numbers: what JavaScript reads too (0x10, 1e9, Infinity) is more likely a slip. */
const WHOLE_NUMBERS = Object.entries(ConfigSchema.properties).flatMap(([name, schema]) =>
  schema.type === "integer" ? [name] : [],
);

/** What a variable may hold, in words. */
export function allowed(name: string): string {
  const schema = (ConfigSchema as TObject).properties[name]!;
  const { anyOf, minimum, maximum, unit } = schema as {
    anyOf?: readonly { const: string }[];
    minimum?: number;
    maximum?: number;
    unit?: string;
  };
  if (anyOf !== undefined) return `one of ${anyOf.map((variant) => variant.const).join(", ")}`;
  if (minimum === undefined) return "a text";
  return `a whole number from ${minimum} to ${maximum}${unit === undefined ? "" : ` (${unit})`}`;
}
