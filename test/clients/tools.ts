/** Where `test/clients/install` puts the clients, and what a process of theirs gets to see. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the tests with real clients. */
export const here = import.meta.dirname;
export const root = join(here, "../..");
const tools = join(here, ".tools");

/** A file of an installed client. */
export const toolOf = (client: string, file: string): string => join(tools, client, file);

/** Whether a client is installed, and wholly so. */
export const isInstalled = (client: string): boolean => existsSync(toolOf(client, "installed-from"));

/** Of which release a Python package is in a client's requirements. */
export function versionOf(client: string, name: string): string {
  const list = readFileSync(join(here, "requirements", `${client}.txt`), "utf8");
  return new RegExp(`^${name}==(.+)$`, "m").exec(list)![1]!;
}

/** What a client's process needs of this one's environment: nothing that tells it of another account or endpoint. */
export function environmentOf(variables: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|SAGEMAKER_|PYTHON|JAVA_TOOL)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    // What they tell their makers of use would only be tried in vain.
    SAGEMAKER_TELEMETRY_OPT_OUT: "true",
    ...variables,
  };
}

/** For Python's clients: what they sleep is a hundredth. */
export const HURRIED = { PYTHONPATH: join(here, "python/hurried") };
