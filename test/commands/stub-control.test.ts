import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collector, skewless } from "./console.ts";

const MODEL = "models/bike-rental/xgboost.json";

let folder: string;
let stop = new AbortController();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-stub-data-"));
});
afterEach(async () => {
  stop.abort();
  stop = new AbortController();
  await rm(folder, { recursive: true });
});

/** Runs `skewless stub given=MODEL …` until it says where it listens; `end` stops it, and answers its exit code. */
async function start(...argv: readonly string[]) {
  const { signal } = (stop = new AbortController());
  const ending = stop;
  const out = collector();
  const ended = skewless(["stub", "-p", "0", ...argv, `given=${MODEL}`], { signal, stdout: out.stream });
  await expect.poll(() => out.text(), { timeout: 5000 }).toMatch(/listens on \S+\n(?: {2}\S+ .*\n)+/);
  const [, url] = /listens on (\S+)\n/.exec(out.text())!;
  const call = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const headers = {
      "X-Amz-Target": `SageMaker.${operation}`,
      Authorization: "AWS4-HMAC-SHA256 Credential=any",
    };
    const response = await fetch(url!, { method: "POST", headers, body: JSON.stringify(input) });
    return (await response.json()) as Record<string, unknown>;
  };
  const end = async (): Promise<unknown> => {
    ending.abort();
    return (await ended).code;
  };
  return { call, end, text: out.text() };
}

describe("skewless stub", () => {
  test("keeps what was made in --data, prints it at the next start, and lets transitions take --transition-ms", async () => {
    const first = await start("--data", folder, "--transition-ms", "60000");
    await first.call("CreateModel", { ModelName: "m", PrimaryContainer: { ModelDataUrl: MODEL } });
    const ProductionVariants = [
      { VariantName: "v", ModelName: "m", InstanceType: "ml.m5.large", InitialInstanceCount: 1 },
    ];
    await first.call("CreateEndpointConfig", { EndpointConfigName: "c", ProductionVariants });
    await first.call("CreateEndpoint", { EndpointName: "made", EndpointConfigName: "c" });
    expect(await first.call("DescribeEndpoint", { EndpointName: "made" })).toMatchObject({
      EndpointStatus: "Creating",
    });
    expect(await first.end()).toBe(0);
    const second = await start("--data", folder);
    expect(second.text).toMatch(
      /^.*\n {2}given {2}models\/bike-rental\/xgboost\.json\n {2}made {2}InService, kept in /,
    );
    expect(await second.end()).toBe(0);
  });

  test.each([
    [
      ["--transition-ms", "soon"],
      "--transition-ms soon: a time is a whole number of ms from 0 to 3600000.\n",
    ],
    [
      ["--transition-ms", "3600001"],
      "--transition-ms 3600001: a time is a whole number of ms from 0 to 3600000.\n",
    ],
  ])("%j is a mistake, and exit code 2", async (argv, message) => {
    const { code, stderr } = await skewless(["stub", "-p", "0", ...argv]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: message });
  });

  test("a state that it cannot read is a mistake that says what to do", async () => {
    await writeFile(join(folder, "skewless-stub.json"), "{}");
    const { code, stderr } = await skewless(["stub", "-p", "0", "--data", folder]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `The stub endpoint cannot start: ${join(folder, "skewless-stub.json")} is not a state that the stub can read: ` +
        "it is of version undefined, and this stub reads version 1. Move it away, or give another --data.\n",
    );
  });
});
