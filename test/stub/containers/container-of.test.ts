import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerOf } from "../../../src/stub/containers/container-of.ts";
import { definitionOf } from "../../../src/stub/containers/given-form.ts";
import { createS3Folder } from "../../../src/stub/s3-folder.ts";
import { ask, started } from "./ask.ts";

const bikeFile = fileURLToPath(new URL("../../../models/bike-rental/xgboost.json", import.meta.url));
const row = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const answer = "6.349300861358643\n";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "s3-"));
  mkdirSync(join(root, "bucket", "models"), { recursive: true });
  copyFileSync(bikeFile, join(root, "bucket", "models", "bike.json"));
});
afterAll(() => rmSync(root, { recursive: true }));

describe("ModelDataUrl may be", () => {
  test.each([
    ["a path", bikeFile],
    ["a file: URL", pathToFileURL(bikeFile).href],
    ["an address of S3", "s3://bucket/models/bike.json"],
  ])("%s", async (_, ModelDataUrl) => {
    const container = started(await containerOf({ ModelDataUrl }, { s3: createS3Folder(root) }));
    expect((await ask(container, { body: row })).text).toBe(answer);
  });

  test.each([
    [{ ModelDataUrl: bikeFile }],
    [{ ModelDataUrl: pathToFileURL(bikeFile).href }],
    [{ Environment: { SKEWLESS_STUB_CONTAINER: "http://127.0.0.1:1" } }],
  ])("of strangers no file of this machine and no address: %j", async (definition) => {
    const site = { s3: createS3Folder(root), isShared: true };
    expect(await containerOf(definition, site)).toMatch(/^This stub endpoint was started with --no-admin/);
    const shared = started(await containerOf({ ModelDataUrl: "s3://bucket/models/bike.json" }, site));
    expect((await ask(shared, { body: row })).text).toBe(answer);
  });

  test("given as ModelDataSource", async () => {
    const definition = { ModelDataSource: { S3DataSource: { S3Uri: bikeFile } } };
    expect((await ask(started(await containerOf(definition)), { body: row })).text).toBe(answer);
  });

  test("a prefix of S3, for many models", async () => {
    const definition = { ModelDataUrl: "s3://bucket/models/", Mode: "MultiModel" } as const;
    const container = started(await containerOf(definition, { s3: createS3Folder(root) }));
    expect((await ask(container, { body: row, targetModel: "bike.json" })).text).toBe("[6.349300861358643]");
  });
});

describe("what cannot be started is told in a sentence:", () => {
  test.each<[string, Parameters<typeof containerOf>[0], string]>([
    ["nothing", {}, "The stub endpoint runs no images. Give the model a ModelDataUrl"],
    ["no such file", { ModelDataUrl: "/none.json" }, "/none.json: ENOENT: no such file or directory"],
    [
      "S3 without a folder",
      { ModelDataUrl: "s3://b/k" },
      "s3://b/k: The stub endpoint reads no S3. Name a folder",
    ],
    ["another scheme", { ModelDataUrl: "ftp://b/k" }, "ftp://b/k: It must be a path, a file: URL"],
    [
      "a folder without a model",
      { ModelDataUrl: fileURLToPath(new URL("./", import.meta.url)) },
      "The folder holds no xgboost-model",
    ],
    [
      "many models in one file",
      { ModelDataUrl: bikeFile, Mode: "MultiModel" },
      "needs a folder of artefacts",
    ],
    [
      "a setting that cannot be",
      { ModelDataUrl: bikeFile, Environment: { SKEWLESS_STUB_DIALECT: "x" } },
      "SKEWLESS_STUB_DIALECT must be one of",
    ],
    [
      "a constant's status",
      { Environment: { SKEWLESS_STUB_CONSTANT: "1", SKEWLESS_STUB_STATUS: "99" } },
      "SKEWLESS_STUB_STATUS must be a whole number from 200 to 599.",
    ],
    [
      "a type that no header can be",
      { Environment: { SKEWLESS_STUB_ECHO: "1", SKEWLESS_STUB_CONTENT_TYPE: "a\nb" } },
      "SKEWLESS_STUB_CONTENT_TYPE must be printable ASCII.",
    ],
  ])("%s", async (_, definition, reason) => {
    expect(await containerOf(definition)).toContain(reason);
  });
});

describe("an endpoint given as", () => {
  const startAs = async (given: string, environment = {}) =>
    started(await containerOf(await definitionOf(given, environment)));

  test("echo: answers with its call's body, type and custom attributes", async () => {
    const attributes = { "x-amzn-sagemaker-custom-attributes": "trace=1" };
    const { text, headers } = await ask(await startAs("echo:"), { body: "é", headers: attributes });
    expect([text, headers["Content-Type"], headers["X-Amzn-SageMaker-Custom-Attributes"]]).toEqual([
      "é",
      "text/csv",
      "trace=1",
    ]);
    expect(
      (await ask(await startAs("echo:"), { contentType: undefined })).headers["Content-Type"],
    ).toBeUndefined();
    expect((await ask(await startAs("echo:image/png"))).headers["Content-Type"]).toBe("image/png");
  });

  test("constant: always says the same, with the type and the status that are set", async () => {
    const { text, headers } = await ask(await startAs("constant:0.5,0.25"));
    expect([text, headers["Content-Type"]]).toEqual(["0.5,0.25", "text/csv; charset=utf-8"]);
    const failing = await startAs("constant:no", {
      SKEWLESS_STUB_STATUS: "503",
      SKEWLESS_STUB_CONTENT_TYPE: "a/b",
    });
    expect((await ask(failing)).error).toMatchObject({ OriginalStatusCode: 503, OriginalMessage: "no" });
  });

  test("a file, a folder and an address are told apart", async () => {
    expect(await definitionOf(bikeFile, { A: "b" })).toEqual({
      ModelDataUrl: bikeFile,
      Environment: { A: "b" },
    });
    expect(await definitionOf(root)).toEqual({ ModelDataUrl: root, Mode: "MultiModel" });
    expect(await definitionOf("s3://bucket/models", {}, createS3Folder(root))).toMatchObject({
      Mode: "MultiModel",
    });
    expect(await definitionOf("http://a:1")).toEqual({
      Environment: { SKEWLESS_STUB_CONTAINER: "http://a:1" },
    });
  });
});
