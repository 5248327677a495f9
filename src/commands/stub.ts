import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { CredentialsError, readCredentials, type Credentials } from "../stub/auth/credentials.ts";
import { FaultPlanError, readPlan } from "../stub/fault-reader.ts";
import type { FaultPlan } from "../stub/faults.ts";
import { startStub } from "../stub/server.ts";
import type { Command, Io } from "./command.ts";
import { demoEndpoints, demoModelsDir } from "./demo-endpoints.ts";
import { portOf } from "./port.ts";
import { readStubConfig, type NamedEndpoint, type StubConfig } from "./stub-config.ts";

/** `skewless stub`: the local SageMaker endpoint. */
export const stub: Command = {
  summary: "Run a local SageMaker endpoint that serves XGBoost models",
  usage: "[NAME=MODEL …]",
  positionals: { min: 0, max: 100 },
  options: {
    port: {
      type: "string",
      short: "p",
      value: "N",
      description: "Port to listen on; 0 takes a free one. Default 9000.",
    },
    host: { type: "string", value: "ADDRESS", description: "Address to listen on. Default 127.0.0.1." },
    faults: {
      type: "string",
      value: "PLAN",
      description: "Faults to begin with: a JSON file, or JSON itself. Default none.",
    },
    seed: { type: "string", value: "N", description: "Seed of the faults. Default the plan's, else 1." },
    "no-admin": {
      type: "boolean",
      description:
        "Let no caller change or see the faults: no /admin, no faults by header, no models but --s3's.",
    },
    credentials: {
      type: "string",
      value: "FILE",
      description:
        "Verify signatures: AWS's credentials file, JSON of `aws sts`, or KEY:SECRET. Default any are accepted.",
    },
    region: {
      type: "string",
      value: "NAME",
      description: "Region that the stub pretends to be. Default us-east-1.",
    },
    s3: {
      type: "string",
      value: "DIR",
      description: "Folder that plays S3, for asynchronous endpoints: s3://bucket/key is DIR/bucket/key.",
    },
    capture: {
      type: "string",
      value: "DIR",
      description: "Log every call as data capture does: DIR/<endpoint>/<variant>/yyyy/mm/dd/hh/….jsonl.",
    },
    "stream-part-bytes": {
      type: "string",
      value: "N",
      description: "Bytes in a part of a streamed answer. Default 1024.",
    },
    data: {
      type: "string",
      value: "DIR",
      description:
        "Keep what CreateModel, CreateEndpoint and the like have made across restarts. Default in memory.",
    },
    "transition-ms": {
      type: "string",
      value: "N",
      description: "How long endpoints are Creating, Updating, Deleting. Default 0: no longer than it takes.",
    },
    env: {
      type: "string",
      value: "KEY=VALUE;…",
      description:
        "Environment of the containers, such as SKEWLESS_STUB_XGBOOST_VERSION=1.2-1. Default none.",
    },
    "payload-mb": {
      type: "string",
      value: "N",
      description:
        "Most that a call may hold, in MB: 6 as the API says, 25 as newer endpoints take. Default 6.",
    },
    config: {
      type: "string",
      value: "FILE",
      description: "YAML or JSON with endpoints and faults, and any option above by its name. Default none.",
    },
    models: {
      type: "string",
      value: "DIR",
      description: "Where the default models lie, as DIR or DIR,DIR. Default $MODELS_DIR, else models.",
    },
  },
  help: `Answers POST /endpoints/NAME/invocations as SageMaker does. MODEL is an XGBoost model saved by save_model("MODEL.json"
or "MODEL.ubj"), a model.tar.gz, a folder of them (a multi-model endpoint), http://host:port of any SageMaker-compatible
container, echo: or constant:TEXT. Without NAME=MODEL it serves each model file's own, DIR/<model>/xgboost.json.
AWS clients need a region and any credentials; none are checked but with --credentials.

It answers SageMaker's own API as well, at the same address: CreateModel, CreateEndpoint, DescribeEndpoint and the like,
with boto3, the AWS CLI or the SageMaker SDK. What they make is gone at the end without --data.

PLAN makes the endpoints slow, full, wrong or broken; it can be changed while the stub runs, by PUT /admin/faults. All
faults, with examples: docs/stub.md.

Examples:
  npx skewless stub
  npx skewless stub --faults '[{"fault":"latency","ms":5,"perRowMs":0.1},{"fault":"throttle","probability":0.01}]'
  npx skewless stub --port 9000 xgboost-biketrain-v1=models/bike-rental/xgboost.json
  npx skewless stub mine=http://127.0.0.1:8080 'half=constant:0.5'
  npx skewless stub --config stub.yaml
  npx skewless stub --data .stub --transition-ms 2000
  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=http://127.0.0.1:9000 AWS_REGION=us-east-1 \\
    AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any npx skewless serve`,
  run: async ({ positionals, values: given }, io) => {
    const config =
      given["config"] === undefined ? undefined : await readStubConfig(String(given["config"]), stub.options);
    const values = { ...config?.values, ...given };
    const environment = environmentOf(values["env"]);
    const named = await endpointsOf(positionals, config, values["models"], io);
    const endpoints = named.map((endpoint) => under(environment, endpoint));
    const port = portOf(values["port"] ?? "9000");
    const host = String(values["host"] ?? "127.0.0.1");
    const faults = await planOf(values["faults"], values["seed"]);
    const isAdministrable = values["no-admin"] !== true;
    const credentials = await credentialsOf(values["credentials"]);
    const running = await startStub({
      host,
      port,
      endpoints,
      faults,
      isAdministrable,
      credentials,
      region: values["region"] as string | undefined,
      s3Folder: values["s3"] as string | undefined,
      captureFolder: values["capture"] as string | undefined,
      streamPartBytes: partBytesOf(values["stream-part-bytes"]),
      dataFolder: values["data"] as string | undefined,
      transitionMs: transitionMsOf(values["transition-ms"]),
      maxBodyBytes: payloadBytesOf(values["payload-mb"]),
      onProblem: (text) => io.stderr.write(`${text}\n`),
    }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`The stub endpoint cannot start: ${error.message}`);
    });
    io.stdout.write(`The stub endpoint listens on ${running.url}\n`);
    for (const { name, modelFile } of endpoints) io.stdout.write(`  ${name}  ${modelFile}\n`);
    const started = new Set(endpoints.map(({ name }) => name));
    for (const { name, status } of running.endpoints()) {
      if (!started.has(name)) io.stdout.write(`  ${name}  ${status}, kept in ${String(values["data"])}\n`);
    }
    if (!io.signal.aborted) await once(io.signal, "abort");
    await running.close();
    return 0;
  },
};

function endpointOf(text: string): NamedEndpoint {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), modelFile: text.slice(at + 1) };
  throw new UsageError(`${text}: an endpoint is given as NAME=MODEL.json.`);
}

/** Those of the command line and the config file; without any, those of the models folder. */
async function endpointsOf(
  positionals: readonly string[],
  config: StubConfig | undefined,
  models: unknown,
  { env }: Io,
): Promise<readonly NamedEndpoint[]> {
  if (positionals.length === 0 && config?.endpoints === undefined) {
    const asked = (models as string | undefined) ?? (env["MODELS_DIR"] || undefined);
    return demoEndpoints(demoModelsDir(asked, true), env);
  }
  const named = positionals.map(endpointOf);
  const others = (config?.endpoints ?? []).filter(({ name }) => !named.some((own) => own.name === name));
  return [...named, ...others];
}

/** An endpoint with an environment that holds for all; its own goes before it. */
function under(environment: Readonly<Record<string, string>>, endpoint: NamedEndpoint): NamedEndpoint {
  return { ...endpoint, environment: { ...environment, ...endpoint.environment } };
}

/** @throws {UsageError} when it is none */
function environmentOf(value: unknown): Readonly<Record<string, string>> {
  const pairs = value === undefined ? [] : String(value).split(";");
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1)];
      throw new UsageError(`--env ${pair}: an environment is given as KEY=VALUE;KEY=VALUE.`);
    }),
  );
}

/** @throws {UsageError} when it is none */
function payloadBytesOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const megabytes = Number(value);
  if (/^\d+$/.test(String(value)) && megabytes >= 1 && megabytes <= 100) return megabytes * 1024 * 1024;
  throw new UsageError(`--payload-mb ${String(value)}: a payload has a whole number of MB from 1 to 100.`);
}

/**
 * The plan of a file, or of JSON itself.
 *
 * @throws {UsageError} when it is none
 */
async function planOf(given: unknown, seed: unknown): Promise<FaultPlan> {
  const text = String(given ?? "[]");
  const isInline = /^\s*[[{]/.test(text);
  const name = isInline ? "--faults" : `--faults ${text}`;
  try {
    const plan = readPlan(JSON.parse(isInline ? text : await readFile(text, "utf8")));
    return seed === undefined ? plan : { ...plan, seed: seedOf(seed) };
  } catch (error) {
    if (error instanceof FaultPlanError) throw new UsageError(`${name}:\n${error.message}`);
    if (error instanceof SyntaxError) throw new UsageError(`${name}: not JSON: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code !== undefined) {
      throw new UsageError(`${name}: ${(error as Error).message}`);
    }
    throw error;
  }
}

/** @throws {UsageError} when they cannot be read */
async function credentialsOf(given: unknown): Promise<readonly Credentials[] | undefined> {
  try {
    return given === undefined ? undefined : await readCredentials(String(given));
  } catch (error) {
    if (error instanceof CredentialsError) throw new UsageError(`--credentials ${error.message}`);
    throw error;
  }
}

/** @throws {UsageError} when it is none */
function partBytesOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const bytes = Number(value);
  if (/^\d+$/.test(String(value)) && bytes >= 1 && bytes <= 1_048_576) return bytes;
  throw new UsageError(
    `--stream-part-bytes ${String(value)}: a part has a whole number of bytes from 1 to 1048576.`,
  );
}

/** @throws {UsageError} when it is none */
function transitionMsOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const ms = Number(value);
  if (/^\d+$/.test(String(value)) && ms <= 3_600_000) return ms;
  throw new UsageError(`--transition-ms ${String(value)}: a time is a whole number of ms from 0 to 3600000.`);
}

/** @throws {UsageError} when it is none */
function seedOf(value: unknown): number {
  const seed = Number(value);
  if (/^\d+$/.test(String(value)) && seed <= 0xff_ff_ff_ff) return seed;
  throw new UsageError(`--seed ${String(value)}: a seed is a whole number from 0 to 4294967295.`);
}
