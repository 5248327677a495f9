import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { containerOf } from "../../../src/stub/containers/container-of.ts";
import type { Container } from "../../../src/stub/containers/contract.ts";
import { ask, started } from "./ask.ts";

/** A multi-model container with room for so many models, which answer with the url that they were loaded from. */
let server: Server;
let container: Container;
const state = {
  capacity: 2,
  loadStatus: 0,
  loadingMs: 0,
  models: new Map<string, string>(),
  log: [] as string[],
};

beforeEach(async () => {
  Object.assign(state, { capacity: 2, loadStatus: 0, loadingMs: 0, models: new Map(), log: [] });
  server = createServer(async (request, response) => {
    const [, models, name = "", verb] = request.url!.split("/");
    const done = (status: number, body = ""): void => void response.writeHead(status).end(body);
    if (request.url === "/ping") {
      done(200);
    } else if (models !== "models") {
      done(404);
    } else if (request.method === "POST" && verb === undefined) {
      const { model_name: wanted, url } = (await json(request)) as { model_name: string; url: string };
      state.log.push(`load ${url}`);
      await new Promise((resolve) => setTimeout(resolve, state.loadingMs));
      if (state.loadStatus > 0) {
        done(state.loadStatus, "cannot");
      } else if (state.models.has(wanted)) {
        done(409);
      } else if (state.models.size >= state.capacity) {
        done(507);
      } else {
        state.models.set(wanted, url);
        done(200);
      }
    } else if (!state.models.has(name)) {
      done(404, "no such model");
    } else if (request.method === "DELETE") {
      state.log.push(`unload ${state.models.get(name)}`);
      state.models.delete(name);
      done(200);
    } else {
      const target = String(request.headers["x-amzn-sagemaker-target-model"]);
      done(200, `${state.models.get(name)} ${target} ${await text(request)}`);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await start({});
});
afterEach(() => {
  container.close?.();
  server.close();
});

async function start(more: Readonly<Record<string, string>>): Promise<void> {
  const Environment = {
    SKEWLESS_STUB_CONTAINER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...more,
  };
  container = started(
    await containerOf({ ModelDataUrl: "s3://bucket/prefix/", Mode: "MultiModel", Environment }),
  );
}

const say = (target: string) =>
  ask(container, { targetModel: target, headers: { "x-amzn-sagemaker-target-model": target } });

test("a target is loaded once, by its url below the prefix, and asked with its name in a header", async () => {
  expect((await say("a.tar.gz")).text).toBe("s3://bucket/prefix/a.tar.gz a.tar.gz 1,2");
  expect((await say("a.tar.gz")).status).toBe(200);
  expect(state.log).toEqual(["load s3://bucket/prefix/a.tar.gz"]);
});

test("where the container finds artefacts may be told", async () => {
  await start({ SKEWLESS_STUB_MODELS_PATH: "/opt/models" });
  expect((await say("/a")).text).toBe("/opt/models/a /a 1,2");
});

test("calls for one target at a time load it once", async () => {
  state.loadingMs = 30;
  const answers = await Promise.all(Array.from({ length: 5 }, () => say("a")));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(state.log).toHaveLength(1);
});

test("a container without memory unloads the least recently used model, and loads again", async () => {
  for (const target of ["a", "b", "a", "c"]) {
    expect((await say(target)).status).toBe(200);
  }
  const url = (target: string): string => `s3://bucket/prefix/${target}`;
  expect(state.log).toEqual([
    `load ${url("a")}`,
    `load ${url("b")}`,
    `load ${url("c")}`,
    `unload ${url("b")}`,
    `load ${url("c")}`,
  ]);
});

test("a container that has no memory for any model is a ModelError with its 507", async () => {
  state.capacity = 0;
  expect((await say("a")).error).toMatchObject({ OriginalStatusCode: 507 });
  state.capacity = 1;
  expect((await say("a")).status).toBe(200);
});

test("a container that has a model already (409) is asked at once", async () => {
  await say("a");
  await start({});
  expect((await say("a")).status).toBe(200);
});

test("a container that has lost a model (404) gets it again", async () => {
  await say("a");
  state.models.clear();
  expect((await say("a")).status).toBe(200);
  expect(state.log).toHaveLength(2);
});

test("a model that cannot be loaded is the container's error, and tried again", async () => {
  state.loadStatus = 500;
  expect((await say("a")).error).toMatchObject({ OriginalStatusCode: 500, OriginalMessage: "cannot" });
  state.loadStatus = 0;
  expect((await say("a")).status).toBe(200);
});

describe("a model that loads slowly", () => {
  test("is ModelNotReadyException for calls that have waited long enough", async () => {
    await start({ SKEWLESS_STUB_LOADING_WAIT_MS: "20" });
    state.loadingMs = 100;
    expect((await say("a")).status).toBe(429);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await say("a")).status).toBe(200);
    expect(state.log).toHaveLength(1);
  });
});
