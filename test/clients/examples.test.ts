/** The examples, as a user runs them: against `skewless stub`, by the commands of examples/README.md. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { awsCliV1, awsCliV2 } from "./aws-cli.ts";
import { boto3 } from "./boto3.ts";
import { sagemakerSdkV2 } from "./sagemaker-sdk-v2.ts";
import { sagemakerSdkV3 } from "./sagemaker-sdk-v3.ts";
import { environmentOf, HURRIED, root, toolOf } from "./tools.ts";

const run = promisify(execFile);
const readme = readFileSync(join(root, "examples/README.md"), "utf8");
const isBuilt = existsSync(join(root, "dist/cli.js"));
const COUNTS = "571.0926\n555.3798\n";
const ANSWER = "6.349300861358643\n";

let stub: ChildProcess;
let url: string;

beforeAll(async () => {
  if (!isBuilt) return;
  stub = spawn(process.execPath, ["dist/cli.js", "stub", "--port", "0"], { cwd: root, env: environmentOf() });
  const lines = createInterface(stub.stdout!);
  for await (const line of lines) {
    [url = ""] = /http:\/\/[\d.]+:\d+/.exec(line) ?? [];
    if (url !== "") break;
  }
});
afterAll(() => void stub?.kill());

/** A command of the README, with the folder of `python` or `aws` first in PATH. */
async function output(command: string, folder?: string): Promise<string> {
  const path = process.env["PATH"]!;
  const PATH = folder === undefined ? path : `${folder}:${path}`;
  const env = environmentOf({ ...HURRIED, AWS_ENDPOINT_URL: url, PATH });
  const { stdout } = await run("sh", ["-c", command], { cwd: root, env });
  return stdout;
}

describe.each([
  ["python examples/boto3/predict.py", boto3, "boto3", COUNTS],
  [
    "python examples/boto3/deploy.py models/bike-rental/xgboost.json",
    boto3,
    "boto3",
    `InService\n${ANSWER}deleted\n`,
  ],
  ["python examples/sagemaker-sdk-v2/predict.py", sagemakerSdkV2, "sagemaker-sdk-v2", COUNTS],
  ["python examples/sagemaker-sdk-v3/predict.py", sagemakerSdkV3, "sagemaker-sdk-v3", COUNTS],
  ["examples/aws-cli/predict.sh", awsCliV1, "aws-cli-v1", ANSWER],
  ["examples/aws-cli/predict.sh --endpoint-url $AWS_ENDPOINT_URL", awsCliV2, undefined, ANSWER],
] as const)("%s", (command, client, folder, printed) => {
  needs(`${client.name} (test/clients/install) and the build (npm run build)`, client.isThere && isBuilt)(
    `prints with ${client.name} what examples/README.md says`,
    async () => {
      const tools = folder === undefined ? "/usr/bin" : toolOf(folder, "bin");
      const said = await output(command, tools);
      // Version 2 of the SageMaker SDK says before where it has looked for settings.
      expect(said.replaceAll(/^sagemaker\.config .*\n/gm, "")).toBe(printed);
      expect(readme).toContain(command);
    },
  );
});

const built = needs("the build (npm run build)", isBuilt);

built("examples/curl/predict.sh prints what examples/README.md says", async () => {
  expect(await output("examples/curl/predict.sh")).toBe(`${ANSWER}6.321451187133789\n`);
});

built("examples/js/predict.js prints what examples/README.md says", async () => {
  expect(await output("node examples/js/predict.js")).toBe(COUNTS);
});

test("examples/README.md gives each number that is printed", () => {
  for (const text of [...COUNTS.trim().split("\n"), ANSWER.trim()]) expect(readme).toContain(text);
});
