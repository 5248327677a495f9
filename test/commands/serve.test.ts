import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type ScenarioServer, answer, startScenarioServer } from "../endpoint/scenario-server.ts";
import { type Running, startNode, towards } from "../http/process.ts";
import { bodyWith } from "../http/rig.ts";
import { requestText, dial } from "../http/wire.ts";
import { collector, skewless } from "./console.ts";

let server: ScenarioServer;
beforeAll(async () => {
  server = await startScenarioServer();
});
afterAll(() => server.close());

let stop = new AbortController();
const processes: Running[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  stop.abort();
  stop = new AbortController();
  for (const { child, ended } of processes.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

const bash = async (script: string): Promise<string> => {
  const { stdout } = await promisify(execFile)("bash", ["-c", script]);
  return stdout;
};

/** Runs `skewless serve --demo …` in this process until its banner is there. */
const demo = async (argv: readonly string[] = [], env: Record<string, string> = {}) => {
  const out = collector();
  const ended = skewless(["serve", "--demo", "--port", "0", ...argv], {
    signal: stop.signal,
    stdout: out.stream,
    env: { LOG_LEVEL: "silent", HOST: "127.0.0.1", ...env },
  });
  await expect.poll(() => out.text(), { timeout: 5000 }).toContain("/docs\n");
  const [, url] = /Skewless listens on (\S+)\. /.exec(out.text())!;
  return { banner: out.text(), url: url!, ended };
};

/** Each model that a service has, and whether it is the default. */
const served = async (url: string) => {
  const { models } = (await (await fetch(`${url}/models`)).json()) as {
    models: { name: string; default: boolean }[];
  };
  return models.map((model) => [model.name, model.default]);
};

describe("skewless serve --demo", () => {
  test("prints a curl line that works when it is pasted, and the address of the page", async () => {
    const { banner, url, ended } = await demo();
    const lines = banner.split("\n");
    expect(banner).toMatch(
      /^\nSkewless listens on \S+\. It calls the embedded stub endpoint at http:\/\/127\.0\.0\.1:\d+ \(set ENDPOINT_NAME and AWS_REGION to call your own\)\.\n/,
    );
    const from = lines.findIndex((line) => line.startsWith("  curl "));
    expect(lines[from]).toBe(`  curl ${url}/predict -H 'Content-Type: application/json' \\`);
    const pasted = await bash(`${lines[from]!.replace("curl", "curl -s")}\n${lines[from + 1]}`);
    expect(JSON.parse(pasted)).toEqual({ predictions: [571.092597122044] });
    expect(banner).toContain(`\n  The API in a browser: ${url}/docs\n`);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 5000 }).toBe(200);
    stop.abort();
    expect(await ended).toEqual({ code: 0, stdout: "", stderr: "" });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("serves the package's examples beside its model, and POST /predict stays with that", async () => {
    const { url } = await demo();
    expect(await served(url)).toEqual([
      ["bike-rental", true],
      ["customer-churn", false],
    ]);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 5000 }).toBe(200);
  });

  test("serves no examples beside a folder that is asked for", async () => {
    for (const [argv, env] of [
      [["--models", "models"], {}],
      [[], { MODELS_DIR: "models" }],
    ] as const) {
      const { url, ended } = await demo(argv, env);
      expect(await served(url)).toEqual([["bike-rental", true]]);
      stop.abort();
      await ended;
      stop = new AbortController();
    }
  });

  test("calls the endpoint that AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME names instead of the stub", async () => {
    server.play(answer("1\n"));
    const running = startNode(["dist/cli.js", "serve", "--demo", "--port", "0"], {
      ...towards(server.url),
      READINESS: "off",
      HOST: "127.0.0.1",
    });
    processes.push(running);
    const [, url] = await running.says(
      /Skewless listens on (\S+)\. It calls the endpoint that the environment names\.\n/,
    );
    await running.says(/\/docs\n/);
    const reply = await fetch(`${url}/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(bodyWith({})),
    });
    expect(await reply.json()).toEqual({ predictions: [Math.expm1(1)] });
    expect(server.seen).toHaveLength(1);
    running.child.kill("SIGINT");
    expect(await running.ended).toBe(0);
    expect(running.stdout()).toContain('"msg":"draining"');
    expect(running.stdout()).not.toContain("verysecretkey");
  });

  test("with ENDPOINT_NAME alone, as with the address alone, embeds no stub", async () => {
    for (const own of [{ ENDPOINT_NAME: "mine" }, { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: server.url }]) {
      for (const [name, value] of Object.entries(towards(server.url))) vi.stubEnv(name, value);
      const { banner, url, ended } = await demo([], { READINESS: "off", ...own });
      expect(banner).toContain("It calls the endpoint that the environment names.\n");
      // Nobody has deployed the examples there.
      expect(await served(url)).toEqual([["bike-rental", true]]);
      stop.abort();
      expect((await ended).code).toBe(0);
      stop = new AbortController();
    }
  });

  test("away from any models folder shows the demo of the package itself", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "skewless-elsewhere-"));
    const cli = join(process.cwd(), "dist/cli.js");
    const running = startNode([cli, "serve", "--demo", "--port", "0"], { HOST: "127.0.0.1" }, elsewhere);
    processes.push(running);
    await running.says(/It calls the embedded stub endpoint at/);
    const [, url] = await running.says(/Skewless listens on (\S+)\. /);
    expect(await served(url!)).toEqual([
      ["bike-rental", true],
      ["customer-churn", false],
    ]);
    running.child.kill("SIGINT");
    expect(await running.ended).toBe(0);
    await rm(elsewhere, { recursive: true });
  });

  test("with several models and none by default has the first one's address in its curl line", async () => {
    const folder = await mkdtemp(join(tmpdir(), "skewless-serve-"));
    const text = await readFile("models/bike-rental.yaml", "utf8");
    for (const name of ["alpha", "beta"]) {
      await writeFile(join(folder, `${name}.yaml`), text.replace("name: bike-rental", `name: ${name}`));
      await cp("models/bike-rental/xgboost.json", join(folder, name, "xgboost.json"));
    }
    const { banner, url } = await demo(["--models", folder]);
    expect(banner).toContain(`  curl ${url}/models/alpha/predict -H`);
    await rm(folder, { recursive: true });
  });

  test("with ENDPOINT_NAME asks for the AWS region rather than falling back to the stub", async () => {
    const running = startNode(["dist/cli.js", "serve", "--demo"], { ENDPOINT_NAME: "mine" });
    processes.push(running);
    expect(await running.ended).toBe(2);
    expect(running.stderr()).toMatch(/^No SageMaker endpoint to call: Region is missing\nSet AWS_REGION/);
    expect(running.stdout()).toBe("");
  });

  test("gives up requests that are still in flight after SHUTDOWN_TIMEOUT_MS, and exits 1", async () => {
    const { url, ended } = await demo([], { SHUTDOWN_TIMEOUT_MS: "50" });
    const wire = await dial(url);
    wire.send(requestText("POST /predict", { "Content-Length": 100 }));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    stop.abort();
    expect(await ended).toEqual({
      code: 1,
      stdout: "",
      stderr: "",
    });
    await wire.closed;
    wire.socket.destroy();
  });
});

describe("skewless serve", () => {
  test("without --demo and without an endpoint says what to set, and exits 2", async () => {
    const running = startNode(["dist/cli.js", "serve"]);
    processes.push(running);
    expect(await running.ended).toBe(2);
    expect(running.stderr()).toBe(
      "No SageMaker endpoint to call: Region is missing\n" +
        "Set AWS_REGION (and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME for an endpoint other than SageMaker's own) and " +
        "ENDPOINT_NAME, or run `npm start` for the embedded stub endpoint.\n",
    );
  });

  test("without --demo prints no banner, and stops on its signal", async () => {
    stop.abort();
    const running = startNode(["dist/cli.js", "serve", "-p", "0"], {
      ...towards(server.url),
      READINESS: "off",
    });
    processes.push(running);
    await running.says(/"msg":"serving"/);
    running.child.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(running.stdout()).not.toContain("curl");
  });

  test("takes PORT from the environment, and ends at once where the signal came first", async () => {
    for (const [name, value] of Object.entries(towards(server.url))) vi.stubEnv(name, value);
    stop.abort();
    const env = { PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "silent", READINESS: "off" };
    expect(await skewless(["serve"], { signal: stop.signal, env })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test.each([
    [["--port", "80800"], "--port 80800: a port is a whole number from 0 to 65535."],
    [["--port", "1e3"], "--port 1e3: a port is a whole number from 0 to 65535."],
    [["--demo", "--models", "src"], "No models: the folder src holds no .yaml file. Set MODELS_DIR."],
  ])("%j is a mistake, and exit code 2", async (argv, message) => {
    const { code, stderr } = await skewless(["serve", ...argv], { signal: stop.signal });
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${message}\n` });
  });

  test("a wrong setting is named", async () => {
    const { code, stderr } = await skewless(["serve"], { signal: stop.signal, env: { LOG_LEVEL: "loud" } });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "The configuration is wrong:\n" +
        "  LOG_LEVEL=loud: must be one of trace, debug, info, warn, error, fatal, silent\n",
    );
  });
});
