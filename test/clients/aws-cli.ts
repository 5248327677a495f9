/** The AWS CLI, version 1 of its makers and version 2 of Debian: a process for each call. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invoking, serviceOf, type Client, type Running } from "./client.ts";
import { ClientError } from "./program.ts";
import { OPERATIONS } from "./operations.ts";
import { LEGACY, STANDARD } from "./retries.ts";
import { environmentOf, isInstalled, HURRIED, toolOf, versionOf } from "./tools.ts";

const dashed = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();

/** What the CLI says of an error; "An error occurred (Name) when calling the …". */
function errorOf(said: string): ClientError {
  const [, name = "Unknown", message = said.trim()] =
    /An error occurred \((.+?)\) when calling[^:]+: (.*)/.exec(said) ?? [];
  return new ClientError({ name, message });
}

/** Runs it, and gives what it prints, or throws what it says of an error. */
function run(
  command: readonly string[],
  parameters: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const [file, ...first] = command;
  return new Promise((resolve, reject) => {
    const options = { env: environmentOf(variables), maxBuffer: 1e8 };
    execFile(file!, [...first, ...parameters], options, (error, printed, said) => {
      if (error === null) resolve(printed);
      else reject(errorOf(said));
    });
  });
}

/** @param takesText - before a body of text. */
const starter =
  (command: readonly string[], takesText: readonly string[]): Client["start"] =>
  ({ url }) => {
    const folder = mkdtempSync(join(tmpdir(), "aws-cli-"));
    let next = 0;
    const call: Running["call"] = async (operation, params, { timeout, retryMode } = {}) => {
      const service = serviceOf(operation);
      const where = ["--endpoint-url", url, "--output", "json"];
      const patience = timeout === undefined ? [] : ["--cli-read-timeout", String(timeout)];
      const start = [service, dashed(operation), ...where, ...patience];
      const mode = retryMode === undefined ? {} : { AWS_RETRY_MODE: retryMode };
      const variables = { ...HURRIED, ...mode };
      if (operation !== "InvokeEndpoint") {
        const given = Object.keys(params).length > 0 ? ["--cli-input-json", JSON.stringify(params)] : [];
        return JSON.parse((await run(command, [...start, ...given], variables)) || "{}");
      }
      const given = Object.entries(params).flatMap(([name, value]) => [`--${dashed(name)}`, String(value)]);
      const file = join(folder, String(next++));
      const printed = await run(command, [...start, ...takesText, ...given, file], variables);
      return { ...JSON.parse(printed), Body: readFileSync(file, "utf8") };
    };
    const invoke = invoking(call);
    return {
      call,
      invoke,
      wait: (waiter, params) => {
        const given = Object.entries(params).flatMap(([name, value]) => [`--${dashed(name)}`, String(value)]);
        const start = ["sagemaker", "wait", dashed(waiter), "--endpoint-url", url];
        return run(command, [...start, ...given], HURRIED);
      },
      predict: async (endpoint, file, size) => {
        const rows = readFileSync(file, "utf8").trim().split("\n");
        const answers: number[] = [];
        for (let start = 0; start < rows.length; start += size) {
          const text = await invoke(endpoint, rows.slice(start, start + size).join("\n"));
          answers.push(...text.trim().split("\n").map(Number));
        }
        return answers;
      },
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  };

// The CLI knows no streams, and Debian's is older than inference components.
const { InvokeEndpointWithResponseStream: _, ...V1_OPERATIONS } = OPERATIONS;
const V2_OPERATIONS = Object.fromEntries(
  Object.entries(V1_OPERATIONS).filter(([name]) => !name.includes("InferenceComponent")),
);
const V1 = "aws-cli-v1";

export const awsCliV1: Client = {
  name: "AWS CLI v1",
  version: versionOf(V1, "awscli"),
  isThere: isInstalled(V1),
  start: starter([toolOf(V1, "bin/python"), toolOf(V1, "bin/aws")], []),
  operations: V1_OPERATIONS,
  forms: ["csv"],
  sizes: [500],
  retries: [{ ...LEGACY, settings: {} }, STANDARD],
  shortestTimeoutSeconds: 1,
};

const V2 = "/usr/bin/aws";
const hasV2 = (spawnSync(V2, ["--version"]).stdout?.toString() ?? "").startsWith("aws-cli/2.");

export const awsCliV2: Client = {
  name: "AWS CLI v2",
  version: "2, Debian's",
  isThere: hasV2,
  // A body is base64 unless it says otherwise.
  start: starter([V2], ["--cli-binary-format", "raw-in-base64-out"]),
  operations: V2_OPERATIONS,
  forms: ["csv"],
  sizes: [500],
  retries: [{ ...STANDARD, settings: {} }],
  shortestTimeoutSeconds: 1,
};
