import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { containerOf } from "../../../src/stub/containers/container-of.ts";
import { constantContainer } from "../../../src/stub/containers/fixed.ts";
import { multiModelContainer } from "../../../src/stub/containers/multi-model.ts";
import { ask, requestOf, started } from "./ask.ts";

const fixture = fileURLToPath(new URL("fixtures/1.7.4/binary-logistic.ubj", import.meta.url));

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "models-")), "prefix");
  mkdirSync(join(folder, "job", "output"), { recursive: true });
  for (const name of ["a", "b", "c"]) {
    writeFileSync(join(folder, name), name);
  }
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

/** A container whose models answer their own names; tells what was loaded. */
function named({ capacity = 10, loadingMs = 0, waitMs = 5000 } = {}) {
  const loaded: string[] = [];
  const container = multiModelContainer(
    folder,
    async (path) => {
      const name = path.slice(folder.length + 1);
      loaded.push(name);
      if (name === "c") {
        throw new Error("no model");
      }
      return constantContainer(name, "text/plain");
    },
    { capacity, loadingMs, waitMs },
  );
  const say = async (targetModel: string) => (await ask(container, { targetModel })).text;
  return { container, loaded, say };
}

test("each target is answered by its own model, loaded once, however many ask at a time", async () => {
  const { say, loaded } = named();
  expect(await Promise.all(["a", "a", "b", "/a", "a"].map(say))).toEqual(["a", "a", "b", "a", "a"]);
  expect(await say("a")).toBe("a");
  expect(loaded.filter((name) => name === "b")).toHaveLength(1);
});

test("a loaded model answers at once", async () => {
  const { container, say } = named();
  await say("a");
  expect(container.invoke(requestOf({ targetModel: "a" }))).not.toBeInstanceOf(Promise);
});

test("the least recently used model goes when there are too many", async () => {
  const { say, loaded } = named({ capacity: 2 });
  writeFileSync(join(folder, "d"), "");
  for (const target of ["a", "b", "a", "d", "a", "b"]) {
    await say(target);
  }
  expect(loaded).toEqual(["a", "b", "d", "b"]);
});

describe("a target that is no artefact", () => {
  test.each([
    "none",
    "",
    ".",
    "..",
    "../secret",
    "job/../../secret",
    "a/..",
    "\0",
    "x\0y",
    "link",
    "%2e%2e/secret",
  ])("%j is a ValidationError in SageMaker's words", async (targetModel) => {
    writeFileSync(join(folder, "..", "secret"), "");
    symlinkSync(join(folder, "..", "secret"), join(folder, "link"));
    const { container } = named();
    const { status, headers, error } = await ask(container, { targetModel });
    expect([status, headers["x-amzn-ErrorType"]]).toEqual([400, expect.stringMatching(/^ValidationError:/)]);
    expect(error["Message"]).toContain(`Failed to download model data(${targetModel}).`);
  });

  test("is looked for anew with every call", async () => {
    const { say } = named();
    expect(await say("later")).toContain("Failed to download");
    writeFileSync(join(folder, "later"), "");
    expect(await say("later")).toBe("later");
  });
});

test("a model that cannot be loaded is the model server's 500, and tried again", async () => {
  const { container, loaded } = named();
  for (let turn = 0; turn < 2; turn++) {
    const { status, error } = await ask(container, { targetModel: "c" });
    expect([status, error["OriginalStatusCode"]]).toEqual([424, 500]);
    expect(JSON.parse(String(error["OriginalMessage"]))).toEqual({
      code: 500,
      type: "InternalServerException",
      message: "Unable to load model: no model",
    });
  }
  expect(loaded).toEqual(["c", "c"]);
});

describe("while a model loads", () => {
  test("a call waits as long as it may, and then is told ModelNotReadyException; loading goes on", async () => {
    const { container, say, loaded } = named({ loadingMs: 150, waitMs: 20 });
    const { status, headers } = await ask(container, { targetModel: "a" });
    expect([status, headers["x-amzn-ErrorType"]]).toEqual([
      429,
      expect.stringMatching(/^ModelNotReadyException:/),
    ]);
    expect((await ask(container, { targetModel: "a" })).status).toBe(429);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await say("a")).toBe("a");
    expect(loaded).toEqual(["a"]);
  });

  test("a call that may wait gets its answer", async () => {
    const before = performance.now();
    expect(await named({ loadingMs: 60 }).say("a")).toBe("a");
    expect(performance.now() - before).toBeGreaterThan(50);
  });
});

test("a folder of real artefacts is a multi-model endpoint, as an unpacked one is a model", async () => {
  copyFileSync(fixture, join(folder, "job", "output", "xgboost-model"));
  const many = started(await containerOf({ ModelDataUrl: folder, Mode: "MultiModel" }));
  expect(many.isMultiModel).toBe(true);
  const target = { targetModel: "job/output/xgboost-model", body: "1,2,3,4,5,6" };
  expect((await ask(many, target)).text).toMatch(/^\[0\.\d+\]$/);
  expect((await ask(many, { ...target, targetModel: "job/output" })).text).toMatch(/^\[0\.\d+\]$/);
  const one = started(await containerOf({ ModelDataUrl: join(folder, "job", "output") }));
  expect((await ask(one, { body: "1,2,3,4,5,6" })).text).toMatch(/^0\.\d+\n$/);
});
