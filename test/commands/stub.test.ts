import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Rig, bodyWith, post, startRig } from "../http/rig.ts";
import { collector, skewless } from "./console.ts";

const MODEL = "models/bike-rental/xgboost.json";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

/** Runs `skewless stub …` until it says where it listens. */
const start = async (argv: readonly string[], env: Record<string, string> = {}) => {
  const out = collector();
  const ended = skewless(["stub", ...argv], { signal: stop.signal, stdout: out.stream, env });
  await expect.poll(() => out.text(), { timeout: 5000 }).toMatch(/listens on \S+\n(?: {2}\S+ .*\n)+/);
  const [, url] = /listens on (\S+)\n/.exec(out.text())!;
  return { url: url!, text: out.text(), ended };
};

const predict = async (url: string, env: Record<string, string> = {}) => {
  const rig: Rig = await startRig(url, env);
  const reply = await rig.app.inject(post("/predict", bodyWith({})));
  await rig.service.close();
  return reply;
};

describe("skewless stub", () => {
  test("serves the demo's models under the names that the model files call, until it is stopped", async () => {
    const { url, text, ended } = await start(["--port", "0"]);
    expect(text).toBe(
      `The stub endpoint listens on ${url}\n` +
        `  xgboost-biketrain-v1  ${MODEL}\n  xgboost-churn-v1  models/examples/customer-churn/xgboost.json\n`,
    );
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await predict(url)).json()).toEqual({ predictions: [571.092597122044] });
    stop.abort();
    expect(await ended).toEqual({ code: 0, stdout: "", stderr: "" });
    await expect(fetch(`${url}/ping`)).rejects.toThrow("fetch failed");
  });

  test("follows ENDPOINT_NAME and MODELS_DIR", async () => {
    const env = { ENDPOINT_NAME: "mine", MODELS_DIR: "models" };
    const { url, text } = await start(["-p", "0"], env);
    expect(text).toBe(`The stub endpoint listens on ${url}\n  mine  ${MODEL}\n`);
    expect((await predict(url, env)).statusCode).toBe(200);
    expect((await predict(url)).statusCode).toBe(502);
  });

  test("serves other models as NAME=MODEL.json", async () => {
    const { url, text } = await start(["-p", "0", `one=${MODEL}`, `two=${MODEL}`]);
    expect(text).toBe(`The stub endpoint listens on ${url}\n  one  ${MODEL}\n  two  ${MODEL}\n`);
    expect((await predict(url, { ENDPOINT_NAME: "two" })).statusCode).toBe(200);
  });

  test("begins with the faults of a file or of the command line, seeded, and lets them be changed", async () => {
    const plan = join(await mkdtemp(join(tmpdir(), "skewless-faults-")), "faults.json");
    await writeFile(plan, '{"seed":3,"faults":[{"fault":"throttle"}]}');
    const { url } = await start(["-p", "0", "--faults", plan]);
    expect(await (await fetch(`${url}/admin/faults`)).json()).toEqual({
      seed: 3,
      faults: [{ fault: "throttle" }],
    });
    expect((await predict(url)).statusCode).not.toBe(200);
    await fetch(`${url}/admin/faults`, { method: "DELETE" });
    expect((await predict(url)).statusCode).toBe(200);
    await rm(plan);

    const other = await start([
      "-p",
      "0",
      "--faults",
      ' [{"fault":"latency","ms":1}]',
      "--seed",
      "4294967295",
    ]);
    expect(await (await fetch(`${other.url}/admin/faults`)).json()).toEqual({
      seed: 4_294_967_295,
      faults: [{ fault: "latency", ms: 1 }],
    });
  });

  test("with --no-admin keeps its faults, and nobody sees or adds any", async () => {
    const { url } = await start(["-p", "0", "--no-admin", "--faults", '[{"fault":"throttle"}]']);
    expect((await fetch(`${url}/admin/faults`, { method: "DELETE" })).status).toBe(404);
    expect((await fetch(`${url}/admin/tally`)).status).toBe(404);
    expect((await predict(url)).statusCode).not.toBe(200);
  });

  test("is ended before it has begun where the signal came first", async () => {
    stop.abort();
    const { code, stdout } = await skewless(["stub", "-p", "0"], { signal: stop.signal });
    expect(code).toBe(0);
    expect(stdout).toContain("listens on");
  });

  test.each([
    [["nameless"], "nameless: an endpoint is given as NAME=MODEL.json."],
    [["=x.json"], "=x.json: an endpoint is given as NAME=MODEL.json."],
    [["name="], "name=: an endpoint is given as NAME=MODEL.json."],
    [["-p", "eighty"], "--port eighty: a port is a whole number from 0 to 65535."],
    [["-p", "65536"], "--port 65536: a port is a whole number from 0 to 65535."],
    [["-p", "-1"], undefined],
    [
      ["-p", "0", "a=missing.json"],
      "The stub endpoint cannot start: missing.json: ENOENT: no such file or directory, open 'missing.json'",
    ],
    [["-p", "0", "a=package.json"], undefined],
    [["-p", "0", "--faults", "[7]"], '--faults:\n/0 must be an object with a "fault", not 7'],
    [["-p", "0", "--faults", "{"], undefined],
    [
      ["-p", "0", "--faults", "missing.json"],
      "--faults missing.json: ENOENT: no such file or directory, open 'missing.json'",
    ],
    [["-p", "0", "--seed", "-"], undefined],
    [
      ["-p", "0", "--seed", "4294967296"],
      "--seed 4294967296: a seed is a whole number from 0 to 4294967295.",
    ],
    [["--models", "src"], "No models: the folder src holds no .yaml file. Set MODELS_DIR."],
  ])("%j is a mistake, and exit code 2", async (argv, message) => {
    const { code, stderr } = await skewless(["stub", ...argv]);
    expect(code).toBe(2);
    if (message === undefined) expect(stderr).not.toMatch(/^ {4}at /m);
    else expect(stderr).toBe(`${message}\n`);
  });

  test("a folder whose models are not trained is a mistake", async () => {
    const folder = await mkdtemp(join(tmpdir(), "skewless-untrained-"));
    await cp("models/bike-rental.yaml", join(folder, "bike-rental.yaml"));
    const { code, stderr } = await skewless(["stub", "--models", folder]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `No trained model: ${folder} holds no <name>/xgboost.json for the stub endpoint to serve.\n`,
    });
    await rm(folder, { recursive: true });
  });

  test("a taken port is a mistake", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await skewless(["stub", "-p", String(port)]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `The stub endpoint cannot start: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    });
    taken.close();
  });
});
