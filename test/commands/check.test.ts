import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { skewless } from "./console.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-check-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SMALL = `
name: small
version: "2"
endpoint: { name: somewhere }
inputs:
  - { name: size, type: number }
  - { name: unused, type: number }
features: [size]
target: { name: price }
`;

async function model(name: string, text: string, golden?: string): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, text);
  if (golden !== undefined) await writeFile(join(folder, `${name}.golden.jsonl`), golden);
  return path;
}

test("the demo model: which column is made from what, and its golden rows", async () => {
  const { code, stdout, stderr } = await skewless(["check", "models/bike-rental.yaml"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("bike-rental, version 1: 9 inputs, 13 columns");
  expect(lines[2]).toBe("column  feature     from input            steps");
  expect(lines[3]).toBe("     1  season      season (integer)      as it is");
  expect(lines[15]).toBe("    13  hour        datetime (datetime)   datetime_part: hour");
  expect(stdout).toContain("\ntarget: count in bikes per hour, log1p\n");
  expect(stdout).toContain(`
endpoint: xgboost-biketrain-v1
  gets text/csv, a line a row, no header row
  is asked for text/csv, for each row one number
`);
  expect(stdout).toMatch(/\ngolden rows: 3 of 3 encoded as they must be\n$/);
});

test("a model without golden rows, unit or transform; an input that no feature uses is named", async () => {
  const { code, stdout } = await skewless(["check", await model("small", SMALL)]);
  expect(code).toBe(0);
  expect(stdout).toBe(`small, version 2: 2 inputs, 1 column

column  feature  from input     steps
     1  size     size (number)  as it is

target: price, as it is
endpoint: somewhere
  gets text/csv, a line a row, no header row
  is asked for text/csv, for each row one number
inputs that no feature uses: unused
golden rows: none
`);
});

const labels = "labels: [no, yes]";

test.each([
  [
    "{ name: e, target_variant: blue, target_model: a.tar.gz, inference_component: c }",
    "{ name: price, output: score }",
    ["e, variant blue, model a.tar.gz, inference component c"],
    "text/csv, a line a row, no header row",
    "text/csv, for each row one number, in the field score",
  ],
  [
    "{ name: e, header: true, accept: application/json }",
    "{ name: price, output: 2 }",
    ["e"],
    "text/csv, a line a row, behind the header row size,flat_0,flat_1",
    "application/json, for each row one number, in column 2, counted from 0",
  ],
  [
    "{ name: e, content_type: application/json }",
    `{ name: sold, type: binary, ${labels} }`,
    ["e"],
    'application/json, {"instances":[{"features":[…]},{"features":[…]}]}',
    "application/json, for each row the probability of yes",
  ],
  [
    "{ name: e, content_type: application/json, body: list }",
    "{ name: kind, type: multiclass, labels: [a, b, c] }",
    ["e"],
    "application/json, [[…],[…]]",
    "application/json, for each row 3 probabilities: of a, b, c",
  ],
  [
    "{ name: e, content_type: application/jsonlines }",
    `{ name: sold, type: binary, answer: label, ${labels} }`,
    ["e"],
    'application/jsonlines, a line a row: {"features":[…]}',
    "application/jsonlines, for each row a class: its place among the labels, from 0, or its label",
  ],
  [
    "{ name: e, content_type: text/libsvm }",
    "{ name: kind, type: multiclass, answer: label, number_is: label, labels: [1, 2, 3] }",
    ["e"],
    "text/libsvm, a line a row: 0 0:…",
    "text/csv, for each row a class: one of the labels",
  ],
  [
    "{ name: e }",
    "{ name: kind, type: multiclass, answer: label, number_is: place, labels: [1, 2, 3] }",
    ["e"],
    "text/csv, a line a row, no header row",
    "text/csv, for each row a class: its place among the labels, from 0, or a text that is its label",
  ],
  [
    "{ name: e }",
    "{ name: both, type: multi_output, outputs: [{ name: lo, output: q10 }, { name: hi }] }",
    ["e"],
    "text/csv, a line a row, no header row",
    "text/csv, for each row 2 numbers: lo in the field q10, hi",
  ],
])(
  "what goes to the endpoint %s and must come back for the target %s",
  async (endpoint, target, [name], gets, asked) => {
    const text = SMALL.replace("{ name: somewhere }", endpoint)
      .replace("{ name: price }", target)
      .replace(
        "[size]",
        "[size, { name: flat, from: unused, steps: [{ bin: { edges: [0, 1, 2], encode: one_hot } }] }]",
      );
    const { stdout, stderr } = await skewless(["check", await model("wired", text)]);
    expect(stderr).toBe("");
    expect(stdout).toContain(`\nendpoint: ${name}\n  gets ${gets}\n  is asked for ${asked}\n`);
  },
);

test("golden rows that are encoded differently are told cell by cell, exit code 1", async () => {
  const golden = '{"features":[1.5,0],"csv":"2.5","prediction":1}\n';
  const { code, stderr } = await skewless(["check", await model("skewed", SMALL, golden)]);
  expect(code).toBe(1);
  expect(stderr).toContain("row 1, size: expected 2.5, got 1.5");
});

test("every mistake of a broken model file is told with its line, exit code 2", async () => {
  const path = await model(
    "broken",
    SMALL.replace("type: number", "type: numbr").replace("[size]", "[sise]"),
  );
  const { code, stdout, stderr } = await skewless(["check", path]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`${path}:6:`);
  expect(stderr).toContain(`${path}:8:`);
});

test("the environment fills in a model file's variables", async () => {
  const path = await model("named", SMALL.replace("somewhere", '"${WHERE}"'));
  expect((await skewless(["check", path])).code).toBe(2);
  expect((await skewless(["check", path], { env: { WHERE: "here" } })).code).toBe(0);
});
