import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stub } from "../../src/commands/stub.ts";
import { readStubConfig } from "../../src/commands/stub-config.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stub-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, "stub.yaml");
  writeFileSync(file, text);
  return readStubConfig(file, stub.options);
}

test("endpoints, faults and options are read, of YAML and of JSON", async () => {
  const yaml = `
port: 9001
no-admin: true
seed: 7
endpoints:
  bike: models/bike-rental/xgboost.json
  old:
    serves: folder
    variant: version-1
    serverless: true
    environment: { SKEWLESS_STUB_XGBOOST_VERSION: 1.2-1, MAX_CONTENT_LENGTH: 10 }
faults:
  - { fault: latency, ms: 5 }
`;
  const expected = {
    endpoints: [
      { name: "bike", modelFile: "models/bike-rental/xgboost.json" },
      {
        name: "old",
        modelFile: "folder",
        variant: "version-1",
        isServerless: true,
        environment: { SKEWLESS_STUB_XGBOOST_VERSION: "1.2-1", MAX_CONTENT_LENGTH: "10" },
      },
    ],
    values: { port: "9001", "no-admin": true, seed: "7", faults: '[{"fault":"latency","ms":5}]' },
  };
  expect(await read(yaml)).toEqual(expected);
  expect(await read('{"endpoints": {"a": "echo:"}}')).toEqual({
    endpoints: [{ name: "a", modelFile: "echo:" }],
    values: {},
  });
  expect(await read("")).toEqual({ endpoints: undefined, values: {} });
});

describe("what cannot be is refused, every mistake at once:", () => {
  test.each([
    ["- a", "The file must be an object."],
    ["ports: 1", "ports is not known; known are endpoints, port, host,"],
    ["config: x", "config is not known"],
    ["port: [1]\nno-admin: 3", "port must be a text or a number.\nno-admin must be true or false."],
    ["endpoints: [a]", "endpoints must be an object: what each serves, by its name."],
    ["endpoints: { a: 3, b: {} }", "endpoints.a must be what it serves: a text, or an object with serves,"],
    ["endpoints: { a: 3, b: {} }", "endpoints.b.serves must be what a command line has behind NAME=."],
    [
      "endpoints: { a: { serves: x, model: y } }",
      "endpoints.a.model is not known; known are serves, variant,",
    ],
    [
      "endpoints: { a: { serves: x, environment: { A: [] } } }",
      "endpoints.a.environment must be an object of texts.",
    ],
    [
      "endpoints: { a: { serves: x, serverless: 1, variant: 2 } }",
      "endpoints.a.serverless must be true or false.",
    ],
    ["a: [", "--config"],
  ])("%s", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
