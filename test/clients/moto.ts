/** moto, the other stand-in for AWS, with boto3: what it does of what the stub does. */
import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { boto3 } from "./boto3.ts";
import type { Operation } from "./operations.ts";
import { environmentOf, isInstalled, toolOf, versionOf } from "./tools.ts";

export const moto = {
  name: "moto",
  version: versionOf("moto", "moto"),
  isThere: isInstalled("moto") && boto3.isThere,
};

/** What it does otherwise, for the table. */
export const MISSING: Readonly<Partial<Record<Operation, string>>> = {
  InvokeEndpoint: "answers `body`, whatever is asked",
  "InvokeEndpoint that is refused": "refuses nothing, knows no endpoint",
  InvokeEndpointWithResponseStream: "404",
  InvokeEndpointAsync: "writes nothing where the endpoint's configuration says",
  CreateModel: "ARN with capitals",
  ListModels: "ignores NameContains",
  CreateEndpointConfig: "ARN with capitals",
  CreateEndpoint: "ARN with capitals; canned predictions",
  UpdateEndpoint: "500",
  DeleteEndpoint: "a deleted endpoint still predicts",
  CreateInferenceComponent: "500",
  DescribeInferenceComponent: "500",
  ListInferenceComponents: "500",
  UpdateInferenceComponent: "500",
  UpdateInferenceComponentRuntimeConfig: "500",
  DeleteInferenceComponent: "500",
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

/** Starts its server. */
export async function startMoto(): Promise<{ readonly url: string; readonly close: () => void }> {
  const port = await freePort();
  const parameters = ["-m", "moto.server", "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn(toolOf("moto", "bin/python"), parameters, { env: environmentOf(), stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    if (await fetch(url).catch(() => undefined)) {
      return { url, close: () => void child.kill() };
    }
    await wait(100);
  }
  child.kill();
  throw new Error("The server of moto has not started.");
}
