/** The way of a target: raw data → fit → training set; and what a model trained on that says → prediction. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadModel } from "../../src/registry.ts";
import { skewless } from "./console.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-targets-"));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
/** Writes a model file of one input `x` and a target, and raw data. */
async function put(target: object, raw: string): Promise<{ model: string; data: string }> {
  const base = join(folder, `m${count++}`);
  const inputs = [{ name: "x", type: "number" }];
  const document = { name: "m", version: "1", endpoint: { name: "e" }, inputs, features: ["x"], target };
  await writeFile(`${base}.yaml`, stringify(document));
  await writeFile(`${base}.csv`, raw);
  return { model: `${base}.yaml`, data: `${base}.csv` };
}

/** The training set that `transform` makes, after `fit`. */
async function trainingSet({ model, data }: { model: string; data: string }): Promise<string> {
  const fit = await skewless(["fit", model, data]);
  expect(fit.code, fit.stderr).toBe(0);
  const { code, stdout, stderr } = await skewless(["transform", model, data]);
  expect(code, stderr).toBe(0);
  return stdout;
}

const refusalOf = async ({ model, data }: { model: string; data: string }) => {
  const { code, stdout, stderr } = await skewless(["transform", model, data]);
  expect([code, stdout]).toEqual([1, ""]);
  return stderr.replaceAll(folder, "DIR").trimEnd();
};

describe("a number", () => {
  test.each<[unknown, string]>([
    ["log1p", `${Math.log1p(3)},1\n${Math.log1p(8)},2\n`],
    ["sqrt", `${Math.sqrt(3)},1\n${Math.sqrt(8)},2\n`],
    ["standard_scale", "-1,1\n1,2\n"],
    [{ standard_scale: { with_std: false } }, "-2.5,1\n2.5,2\n"],
    [{ min_max_scale: { feature_range: [-1, 1] } }, "-1,1\n1,2\n"],
    [
      "yeo_johnson",
      expect.stringMatching(/^-(?:1|0\.9999\d*|1\.0000\d*),1\n(?:1|0\.9999\d*|1\.0000\d*),2\n$/) as string,
    ],
  ])("transformed by %j is written by what was learned, and taken back", async (transform, expected) => {
    const files = await put({ name: "y", transform }, "x,y\n1,3\n2,8\n");
    const text = await trainingSet(files);
    expect(text).toEqual(expected);
    const { pipeline } = await loadModel(files.model, {});
    const answers = text
      .trimEnd()
      .split("\n")
      .map((line) => Number(line.split(",")[0]));
    const [three, eight] = pipeline.decode(answers);
    expect(three).toBeCloseTo(3, 9);
    expect(eight).toBeCloseTo(8, 9);
  });

  test("without a value of the transform is refused, by its line", async () => {
    const files = await put({ name: "y", transform: "log" }, "x,y\n1,3\n2,0\n");
    expect(await refusalOf(files)).toMatch(/^DIR\/m\d+\.csv:3: y: the log of y is not finite for 0\.$/);
  });

  test("that learns stops whoever has not fitted it, and says what to run", async () => {
    const { model, data } = await put({ name: "y", transform: "box_cox" }, "x,y\n1,3\n2,8\n");
    const { code, stderr } = await skewless(["transform", model, data]);
    expect(code).toBe(2);
    expect(stderr).toContain("y: box_cox");
    expect(stderr).toContain(`npx skewless fit ${model} TRAIN.csv`);
  });

  test("from which a transform cannot learn is told by `fit`", async () => {
    const { model, data } = await put({ name: "y", transform: "box_cox" }, "x,y\n1,3\n2,-8\n");
    const { code, stderr } = await skewless(["fit", model, data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/y: box_cox: has values that are not above 0/);
  });
});

describe("classes", () => {
  test("are written as 0 and 1, or by their places", async () => {
    const binary = await put({ name: "y", type: "binary", labels: ["no", "yes"] }, "x,y\n1,yes\n2,no\n");
    expect(await trainingSet(binary)).toBe("1,1\n0,2\n");
    const several = await put({ name: "y", type: "multiclass", labels: [7, 3, 5] }, "y,x\n3.0,1\n5,2\n7,3\n");
    expect(await trainingSet(several)).toBe("1,1\n2,2\n0,3\n");
  });

  test("say in what they are, where the command tells what it wrote", async () => {
    const { model, data } = await put({ name: "y", type: "binary", labels: ["no", "yes"] }, "x,y\n1,yes\n");
    const { stderr } = await skewless(["transform", model, data, "--header"]);
    expect(stderr).toMatch(/training set \(class of y, then 1 features?\), 1 row/);
  });

  test("that are no label are refused, each with the line", async () => {
    const files = await put({ name: "y", type: "binary", labels: ["no", "yes"] }, "x,y\n1,yes\n2,yess\n");
    expect(await refusalOf(files)).toMatch(
      /^DIR\/m\d+\.csv:3: y must be one of no, yes, not "yess"; did you mean "yes"\?\.?$/,
    );
    const empty = await put({ name: "y", type: "binary", labels: ["no", "yes"] }, "x,y\n1,\n");
    expect(await refusalOf(empty)).toMatch(/^DIR\/m\d+\.csv:2: y is empty\.$/);
  });
});

describe("several outputs", () => {
  const target = {
    name: "both",
    type: "multi_output",
    outputs: [
      { name: "u", transform: "min_max_scale" },
      { name: "v", transform: "log" },
    ],
  };

  test("come first, in their order, each transformed by what it learned", async () => {
    const files = await put(target, "v,x,u\n1,5,10\n1,6,30\n1,7,20\n");
    expect(await trainingSet(files)).toBe("0,0,5\n1,0,6\n0.5,0,7\n");
    const { pipeline } = await loadModel(files.model, {});
    expect(
      pipeline.decode([
        [0.5, 0],
        [2, 1],
      ]),
    ).toEqual([
      { u: 20, v: 1 },
      { u: 50, v: Math.E },
    ]);
  });

  test("make an inference set without any of them, and are missed where there is one but not the other", async () => {
    const { model, data } = await put({ ...target, outputs: [{ name: "u" }, { name: "v" }] }, "x\n5\n");
    expect(await skewless(["transform", model, data])).toMatchObject({ code: 0, stdout: "5\n" });
    await writeFile(data, "x,v\n5,1\n");
    const { code, stderr } = await skewless(["transform", model, data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/column u|u\b.*missing|no column.*u/);
  });
});

test("check tells what a model predicts", async () => {
  const { model } = await put({ name: "y", type: "binary", labels: ["no", "yes"] }, "");
  const { stdout } = await skewless(["check", model]);
  expect(stdout).toContain("target: y, one of no, yes: yes from a probability of 0.5 on\n");
});
