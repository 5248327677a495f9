import { type Static, type TObject, Type } from "@sinclair/typebox";
import { envSchema } from "env-schema";
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
    description: "Deadline of one prediction, retries included.",
  }),
  RECEIVE_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: 600_000,
    unit: "ms",
    description: "Time that a request may take to arrive, its body included.",
  }),
  SDK_MAX_ATTEMPTS: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 10,
    unit: "calls",
    description: "How often the AWS SDK sends one call before it gives up.",
  }),
  MAX_SOCKETS: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 65_535,
    unit: "sockets",
    description: "Most connections to the endpoint at a time.",
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
  readonly receiveTimeoutMs: number;
  readonly sdkMaxAttempts: number;
  readonly maxSockets: number;
  readonly shutdownTimeoutMs: number;
  readonly readiness: "golden" | "answer" | "off";
  /** Variables that a model file may name as `${NAME:-default}`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The environment of this process, for the command line to hand on: nothing else reads `process.env`. */
export const environment: Config["variables"] = process.env;

/**
 * Reads the configuration.
 *
 * @param env the environment; an empty variable counts as unset, as compose files leave it
 * @throws {UsageError} naming every variable with a wrong value, and what it may be
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
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
    receiveTimeoutMs: values.RECEIVE_TIMEOUT_MS,
    sdkMaxAttempts: values.SDK_MAX_ATTEMPTS,
    maxSockets: values.MAX_SOCKETS,
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
