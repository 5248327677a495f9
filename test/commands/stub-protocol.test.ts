/** The options of `skewless stub` for signatures, streams and capture, as the AWS SDK sees them. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collector, skewless } from "./console.ts";

const row = Buffer.from("4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17");
const input = { EndpointName: "bike", ContentType: "text/csv", Body: row };

let folder: string;
let stop: AbortController;
beforeEach(async () => {
  stop = new AbortController();
  folder = await mkdtemp(join(tmpdir(), "skewless-stub-"));
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true });
});

/** Runs `skewless stub` with an endpoint "bike" until it listens. */
async function start(...argv: readonly string[]) {
  const out = collector();
  const endpoint = "bike=models/bike-rental/xgboost.json";
  const ended = skewless(["stub", "-p", "0", ...argv, endpoint], { signal: stop.signal, stdout: out.stream });
  await expect.poll(() => out.text(), { timeout: 5000 }).toMatch(/ {2}bike {2}/);
  return { url: /listens on (\S+)\n/.exec(out.text())![1]!, ended };
}

/** A client of a stub, of that region and secret. */
function clientOf(url: string, region = "us-east-1", secretAccessKey = "any") {
  const credentials = { accessKeyId: "AKID", secretAccessKey };
  return new SageMakerRuntimeClient({ endpoint: url, region, credentials, maxAttempts: 1 });
}
const invoke = (client: SageMakerRuntimeClient): Promise<string> =>
  client.send(new InvokeEndpointCommand(input)).then(
    ({ Body }) => Body.transformToString(),
    (error: Error) => error.name,
  );

describe("skewless stub", () => {
  test("verifies signatures with --credentials, for --region", async () => {
    const { url } = await start("--credentials", "AKID:secret", "--region", "eu-west-1");
    expect(await invoke(clientOf(url, "eu-west-1", "secret"))).toBe("6.349300861358643\n");
    expect(await invoke(clientOf(url, "eu-west-1", "other"))).toBe("InvalidSignatureException");
    expect(await invoke(clientOf(url, "us-east-1", "secret"))).toBe("InvalidSignatureException");
  });

  test("streams in parts of --stream-part-bytes", async () => {
    const { url } = await start("--stream-part-bytes", "6");
    const { Body } = await clientOf(url).send(new InvokeEndpointWithResponseStreamCommand(input));
    const parts = [];
    for await (const { PayloadPart } of Body!) parts.push(Buffer.from(PayloadPart!.Bytes!).toString());
    expect(parts).toEqual(["6.3493", "008613", "58643\n"]);
  });

  test("captures calls with --capture, and has written them when it has ended", async () => {
    const { url, ended } = await start("--capture", join(folder, "captured"));
    await invoke(clientOf(url));
    stop.abort();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    expect(await readdir(join(folder, "captured/bike/AllTraffic"))).toEqual([
      String(new Date().getUTCFullYear()),
    ]);
  });

  test("says on stderr what it cannot capture, and answers all the same", async () => {
    await writeFile(join(folder, "file"), "");
    const { url, ended } = await start("--capture", join(folder, "file"));
    expect(await invoke(clientOf(url))).toBe("6.349300861358643\n");
    stop.abort();
    expect((await ended).stderr).toMatch(/^Captured data cannot be written: .*\n$/);
  });

  test.each([
    [["--credentials", "none"], /^--credentials none: ENOENT: /],
    [["--credentials", "package.json"], /^--credentials package\.json: entry 1 has no aws_access_key_id /],
    [
      ["--stream-part-bytes", "0"],
      /^--stream-part-bytes 0: a part has a whole number of bytes from 1 to 1048576\.$/,
    ],
    [["--stream-part-bytes", "1e3"], /^--stream-part-bytes 1e3: /],
  ])("%j is a mistake, and exit code 2", async (argv, message) => {
    const { code, stderr } = await skewless(["stub", "-p", "0", ...argv]);
    expect(code).toBe(2);
    expect(stderr.trimEnd()).toMatch(message);
  });
});
