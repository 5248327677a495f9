import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../src/config.ts";
import { UsageError } from "../src/errors.ts";
import { VERSION, describeApp, startService } from "../src/service.ts";
import { type ScenarioServer, answer, startScenarioServer } from "./endpoint/scenario-server.ts";
import { type Running, startNode, towards } from "./http/process.ts";
import { bodyWith, golden } from "./http/rig.ts";

const somewhere = {
  endpoint: "http://127.0.0.1:9",
  region: "eu-central-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};

const quiet = { LOG_LEVEL: "silent", PORT: "0", HOST: "127.0.0.1", READINESS: "off" };

let folder: string;
let server: ScenarioServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-service-"));
  server = await startScenarioServer();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const running: Running[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

/** Runs the service process, `node dist/main.js`. */
const main = (env: Record<string, string>) => {
  const process = startNode(["dist/main.js"], { PORT: "0", HOST: "127.0.0.1", ...env });
  running.push(process);
  return process;
};

/** Runs the service process until it listens. */
const serving = async (env: Record<string, string> = {}) => {
  const process = main({ ...towards(server.url), READINESS: "off", ...env });
  const [, url] = await process.says(/"url":"(http:[^"]+)".*"msg":"serving"/);
  return { ...process, url: url! };
};

const predict = (url: string) =>
  fetch(`${url}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(bodyWith({})),
  });

describe("the service process", () => {
  test("serves the endpoint that the environment names, and says where it listens and what it calls", async () => {
    server.play(answer("6.349300861358643\n"));
    const { url, stdout, child, ended } = await serving({ ENDPOINT_NAME: "mine" });
    expect(
      JSON.parse(
        stdout()
          .split("\n")
          .find((line) => line.includes("serving"))!,
      ),
    ).toEqual({
      level: 30,
      time: expect.any(Number),
      url,
      models: ["bike-rental"],
      defaultModel: "bike-rental",
      endpoint: { region: "eu-central-1", url: server.url },
      msg: "serving",
    });
    expect(await (await predict(url)).json()).toEqual({ predictions: [571.092597122044] });
    expect(server.seen[0]!.url).toBe("/endpoints/mine/invocations");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(stdout()).not.toContain("verysecretkey");
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "finishes what is in flight at %s, lets nobody new in, and exits 0",
    async (signal) => {
      let letGo: (() => void) | undefined;
      server.play((...args) => {
        letGo = () => answer("6.349300861358643\n")(...args);
      });
      const { url, child, ended, says, stderr } = await serving();
      const reply = predict(url);
      await expect.poll(() => server.seen.length, { timeout: 5000 }).toBe(1);
      child.kill(signal);
      await says(new RegExp(`"signal":"${signal}","msg":"draining"`));
      await expect.poll(() => fetch(url).catch(() => "refused"), { timeout: 5000 }).toBe("refused");
      expect(child.exitCode).toBeNull();
      letGo!();
      expect(await (await reply).json()).toEqual({ predictions: [571.092597122044] });
      expect(await ended).toBe(0);
      expect(stderr()).toBe("");
    },
  );

  test("gives up what is in flight after SHUTDOWN_TIMEOUT_MS, and exits 1", async () => {
    server.play(() => {});
    const { url, child, ended, stdout } = await serving({ SHUTDOWN_TIMEOUT_MS: "100" });
    const reply = predict(url).then(
      () => "answered",
      () => "cut",
    );
    await expect.poll(() => server.seen.length, { timeout: 5000 }).toBe(1);
    child.kill("SIGTERM");
    expect(await ended).toBe(1);
    expect(await reply).toBe("cut");
    expect(stdout()).toContain("requests were still in flight after 100 ms; giving them up");
  });

  // Its handler is there before the service is loaded; before that, the signal's own effect ends it.
  test.each([50, 200, 350, 500])(
    "stopped %d ms after its start, it ends, with nothing to finish",
    async (ms) => {
      const { child, ended, stderr } = main(towards(server.url));
      await new Promise((resolve) => void setTimeout(resolve, ms));
      child.kill("SIGTERM");
      expect([0, "SIGTERM"]).toContain(await ended);
      expect(stderr()).toBe("");
    },
  );
});

/** What a start that fails says, and that it exits with 1. */
const refusal = async (env: Record<string, string>) => {
  const { ended, stderr, stdout } = main(env);
  expect(await ended, stdout()).toBe(1);
  return stderr();
};

describe("the start is refused, in words and with exit code 1,", () => {
  test("without an endpoint to call, with what to set", async () => {
    expect(await refusal({})).toBe(
      "No SageMaker endpoint to call: Region is missing\n" +
        "Set AWS_REGION (and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME for an endpoint other than SageMaker's own) and " +
        "ENDPOINT_NAME, or run `npm start` for the embedded stub endpoint.\n",
    );
  });

  test("with wrong settings, all of them by name", async () => {
    expect(await refusal({ PORT: "eighty", READINESS: "maybe", MAX_SOCKETS: "0" })).toBe(
      [
        "The configuration is wrong:",
        "  PORT=eighty: must be a whole number from 0 to 65535",
        "  MAX_SOCKETS=0: must be a whole number from 1 to 65535 (sockets)",
        "  READINESS=maybe: must be one of golden, answer, off",
        "",
      ].join("\n"),
    );
  });

  test("with a broken model file, by file and line", async () => {
    const path = join(folder, "broken");
    await cp("models/bike-rental.yaml", join(path, "bike-rental.yaml"));
    const text = await readFile("models/bike-rental.yaml", "utf8");
    await writeFile(
      join(path, "bike-rental.yaml"),
      text.replace("datetime_part: hour", "datetime_part: minuet"),
    );
    const line = text.split("\n").findIndex((one) => one.includes("datetime_part: hour")) + 1;
    expect(await refusal({ ...towards(server.url), MODELS_DIR: path })).toMatch(
      new RegExp(
        `^\\S+/bike-rental\\.yaml:${line}: features\\[12\\]\\.steps\\[0\\].*must be one of year, month, day,`,
      ),
    );
  });

  test("with golden rows that come out otherwise, by row, column, expected and got", async () => {
    const path = join(folder, "golden");
    await cp("models/bike-rental.yaml", join(path, "bike-rental.yaml"));
    const rows = golden.map((row) => JSON.stringify(row));
    rows[1] = rows[1]!.replace("2012,12,19,2,18", "2012,12,19,3,18");
    await writeFile(join(path, "bike-rental.golden.jsonl"), rows.join("\n"));
    expect(await refusal({ ...towards(server.url), MODELS_DIR: path })).toBe(
      "The model file bike-rental no longer encodes its golden rows as it must:\n" +
        "  row 2, dayofweek: expected 3, got 2\n" +
        "Mend the model file, or record new golden rows if the model was retrained on other features.\n",
    );
  });

  test("on a port that is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    expect(await refusal({ ...towards(server.url), PORT: String(port) })).toBe(
      `Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Set PORT to one that is free.\n`,
    );
    taken.close();
  });
});

describe("startService", () => {
  test("takes a default model that is there, and refuses one that is not", async () => {
    await expect(startService(loadConfig({ ...quiet, DEFAULT_MODEL: "bikes" }), somewhere)).rejects.toThrow(
      new UsageError("DEFAULT_MODEL=bikes: models holds bike-rental."),
    );
    const service = await startService(loadConfig({ ...quiet, DEFAULT_MODEL: "bike-rental" }), somewhere);
    expect(service.defaultModel).toBe("bike-rental");
    await service.close();
  });

  test("takes the only model of the first folder, whatever others stand beside it", async () => {
    const defaultOf = async (MODELS_DIR: string, more = {}) => {
      const service = await startService(loadConfig({ ...quiet, MODELS_DIR, ...more }), somewhere);
      await service.close();
      return service.defaultModel;
    };
    expect(await defaultOf("models,models/examples")).toBe("bike-rental");
    expect(await defaultOf("models/examples,models")).toBe("customer-churn");
    const several = await mkdtemp(join(folder, "several-"));
    const text = await readFile("models/bike-rental.yaml", "utf8");
    for (const name of ["one", "two"]) {
      await writeFile(join(several, `${name}.yaml`), text.replace("name: bike-rental", `name: ${name}`));
    }
    expect(await defaultOf(`${several},models`)).toBeUndefined();
    expect(await defaultOf(`models,${several}`)).toBe("bike-rental");
    expect(await defaultOf(`models,${several}`, { DEFAULT_MODEL: "two" })).toBe("two");
  });

  test("refuses a folder without models before it listens or calls", async () => {
    await expect(startService(loadConfig({ ...quiet, MODELS_DIR: "src" }), somewhere)).rejects.toThrow(
      new UsageError("No models: the folder src holds no .yaml file. Set MODELS_DIR."),
    );
  });

  test("stops asking for golden rows when the port is taken", async () => {
    const first = await startService(loadConfig(quiet), somewhere);
    const { port } = first.app.server.address() as AddressInfo;
    server.play(() => {});
    const config = loadConfig({ ...quiet, PORT: String(port), READINESS: "golden" });
    await expect(startService(config, { ...somewhere, endpoint: server.url })).rejects.toThrow(
      new UsageError(`Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Set PORT to one that is free.`),
    );
    await first.close();
  });

  test.each([
    ["127.0.0.1", /^http:\/\/127\.0\.0\.1:\d+$/],
    ["0.0.0.0", /^http:\/\/localhost:\d+$/],
    ["::1", /^http:\/\/\[::1\]:\d+$/],
  ])("on %s says an address that a client on this machine can call", async (HOST, url) => {
    const service = await startService(loadConfig({ ...quiet, HOST }), somewhere);
    expect(service.url).toMatch(url);
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
    await service.close();
  });

  test("closes twice without complaint", async () => {
    const service = await startService(loadConfig(quiet), somewhere);
    await Promise.all([service.close(), service.close()]);
  });
});

test("describeApp describes, and refuses to predict", async () => {
  const app = await describeApp(loadConfig({}));
  expect((await app.inject("/models")).statusCode).toBe(200);
  const reply = await app.inject({ method: "POST", url: "/predict", payload: bodyWith({}) });
  expect(reply.statusCode).toBe(500);
  expect((await app.inject("/readyz")).json()).toEqual({ status: "ready", models: [] });
  await app.close();
});

test("the version is that of package.json", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  expect(VERSION).toBe(version);
});
