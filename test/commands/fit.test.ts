import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadModel } from "../../src/registry.ts";
import { commandHelp } from "../../src/commands/help.ts";
import { fit } from "../../src/commands/fit.ts";
import { skewless } from "./console.ts";

const MODEL = `
name: small
version: "1"
endpoint: { name: somewhere }
inputs:
  - { name: at, type: datetime }
  - { name: size, type: number, maximum: 1000, missing: true }
  - { name: kind, type: integer, categories: [1, 2] }
features:
  - { from: size, steps: [standard_scale] }
  - { name: centred, from: size, steps: [max_abs_scale, robust_scale] }
  - kind
target: { name: price }
`;
const PLAIN = MODEL.replace(/ {2}- \{ name: centred.*\n/, "").replace(
  "{ from: size, steps: [standard_scale] }",
  "size",
);
const ONE_READING = MODEL.replace(/ {2}- \{ name: centred.*\n/, "");
const RAW = "kind,at,size,price\n1,2012-12-19 17:00:00,2,10\n2,2012-12-20,,20\n1,2012-12-18,6,30\n";

let folder: string;
let model: string;
let raw: string;
let fitted: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-fit-test-"));
  model = join(folder, "small.yaml");
  raw = join(folder, "raw.csv");
  fitted = join(folder, "small.fitted.json");
  await writeFile(model, MODEL);
  await writeFile(raw, RAW);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const readFitted = async () => JSON.parse(await readFile(fitted, "utf8")) as Record<string, unknown>;

async function filesOf(path: string): Promise<string[]> {
  return (await readdir(path)).toSorted();
}

describe("what is written", () => {
  test("goes beside the model file: parameters, baseline, digests, and no more", async () => {
    const { code, stdout, stderr } = await skewless(["fit", model, raw]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/small\.fitted\.json: 3 rows read 2 times, 3 learned steps, [\d,]+ rows\/s\n$/);
    const quantile = expect.any(Number) as number;
    const quantiles = Object.fromEntries(
      ["0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"].map((p) => [p, quantile]),
    );
    expect(await readFitted()).toEqual({
      skewless: 1,
      model: "small",
      version: "1",
      model_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      data: { digest: `sha256:${createHash("sha256").update(RAW).digest("hex")}`, rows: 3 },
      baseline: {
        inputs: {
          at: {
            kind: "datetime",
            count: 3,
            missing: 0,
            min: "2012-12-18T00:00:00",
            max: "2012-12-20T00:00:00",
          },
          size: {
            kind: "number",
            count: 2,
            missing: 1,
            mean: 4,
            std: Math.sqrt(8),
            min: 2,
            max: 6,
            quantiles,
          },
          kind: {
            kind: "category",
            count: 3,
            missing: 0,
            categories: [
              [1, 2],
              [2, 1],
            ],
            others: 0,
          },
        },
        target: {
          price: { kind: "number", count: 3, missing: 0, mean: 20, std: 10, min: 10, max: 30, quantiles },
        },
      },
      features: {
        size: [[expect.objectContaining({ mean: 4 })]],
        centred: [[expect.objectContaining({ max_abs: 6 })], [expect.any(Object)]],
      },
      target: {},
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
  });

  test("is the same file for the same data, to the byte", async () => {
    await skewless(["fit", model, raw]);
    const first = await readFile(fitted, "utf8");
    await skewless(["fit", model, raw]);
    expect(await readFile(fitted, "utf8")).toBe(first);
  });

  test("can go elsewhere, or to stdout", async () => {
    const elsewhere = join(folder, "elsewhere.json");
    await skewless(["fit", model, raw, "-o", elsewhere]);
    const { stdout } = await skewless(["fit", model, raw, "-o", "-"]);
    expect(await readFile(elsewhere, "utf8")).toBe(stdout);
    expect(await filesOf(folder)).toEqual(["elsewhere.json", "raw.csv", "small.yaml"]);
  });

  test("is what transform then works with", async () => {
    await skewless(["fit", model, raw]);
    const { code, stdout } = await skewless(["transform", model, raw]);
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(",")[1])).toEqual(["-1", "", "1", undefined]);
  });

  test("scales the target too, and transform and the other commands then need it", async () => {
    await writeFile(model, PLAIN.replace("{ name: price }", "{ name: price, transform: standard_scale }"));
    const without = await skewless(["transform", model, raw]);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain(
      `  price: standard_scale\nMake it: npx skewless fit ${model} TRAIN.csv\n`,
    );
    await skewless(["fit", model, raw]);
    expect(await readFitted()).toMatchObject({ features: {}, target: { price: { mean: 20 } } });
    const { stdout } = await skewless(["transform", model, raw]);
    const scale = Math.sqrt(200 / 3);
    expect(stdout.split("\n").map((line) => Number(line.split(",")[0]))).toEqual([
      -10 / scale,
      0,
      10 / scale,
      0,
    ]);
  });

  test("holds a baseline alone where no step learns", async () => {
    await writeFile(model, PLAIN);
    const { stderr } = await skewless(["fit", model, raw]);
    expect(stderr).toContain("3 rows, 0 learned steps");
    expect(await readFitted()).toMatchObject({ features: {}, baseline: { inputs: { size: { mean: 4 } } } });
    const { fitted: found } = await loadModel(model, {});
    expect(found!.baseline!.target["price"]).toMatchObject({ mean: 20 });
    expect(found!.data!.rows).toBe(3);
  });

  test("replaces what was there before, also what was damaged", async () => {
    await writeFile(fitted, "{ torn");
    expect((await skewless(["fit", model, raw])).code).toBe(0);
    expect(await readFitted()).toMatchObject({ skewless: 1 });
  });
});

describe("what is read", () => {
  test("may be stdin, where one reading is enough", async () => {
    await writeFile(model, ONE_READING);
    const { code, stderr } = await skewless(["fit", model, "-"], { stdin: RAW });
    expect(code).toBe(0);
    expect(stderr).toContain("3 rows, 1 learned step,");
    expect((await loadModel(model, {})).fitted?.data?.rows).toBe(3);
  });

  test("may not be stdin, where the steps need more", async () => {
    const { code, stderr } = await skewless(["fit", model, "-"], { stdin: RAW });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `stdin can be read once, but the steps of ${model} need 2 readings: give a file.\n`,
    });
    expect(await filesOf(folder)).toEqual(["raw.csv", "small.yaml"]);
  });

  test("names the columns that it leaves out, once", async () => {
    await writeFile(raw, RAW.replaceAll("\n", ",x\n").replace(",x", ",extra"));
    const { stderr } = await skewless(["fit", model, raw]);
    expect(stderr.match(/columns left out: extra\n/g)).toHaveLength(1);
  });

  test("must have the target's column", async () => {
    const { code, stderr } = await skewless(["fit", model, "-"], { stdin: "" });
    expect(code).toBe(2);
    await writeFile(raw, "kind,at,size\n1,2012-12-19,2\n");
    expect(await skewless(["fit", model, raw])).toMatchObject({
      code: 1,
      stderr: `${raw}:1: the column "price" is missing\n`,
    });
    expect(stderr).toContain("need 2 readings");
  });

  test("must have a row", async () => {
    await writeFile(raw, "kind,at,size,price\n");
    expect(await skewless(["fit", model, raw])).toMatchObject({
      code: 1,
      stderr: `${raw}:2: there is no row after the header.\n`,
    });
  });

  test("is refused at the first row that does not fit, with all that is wrong in it", async () => {
    await writeFile(raw, `${RAW}3,2012-12-19,1001,x\n9,,,\n`);
    const { code, stderr } = await skewless(["fit", model, raw]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      [
        `${raw}:5: size must be at most 1000, not 1001.`,
        `${raw}:5: kind must be one of 1, 2, not 3.`,
        `${raw}:5: price must be a number, not "x".`,
        "",
      ].join("\n"),
    );
    expect(await filesOf(folder)).toEqual(["raw.csv", "small.yaml"]);
  });

  test.each([
    [
      "a model file that is not there",
      ["nowhere.yaml", "raw.csv"],
      /The model file .*nowhere\.yaml cannot be read/,
    ],
    ["data that are not there", ["small.yaml", "nowhere.csv"], /nowhere\.csv cannot be read \(ENOENT\)/],
  ])("%s is a mistake of the command line", async (_, words, message) => {
    const { code, stderr } = await skewless(["fit", ...words.map((word) => join(folder, word))]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("what cannot be learned", () => {
  test("is reported by feature and step, all of it", async () => {
    await writeFile(raw, "kind,at,size,price\n1,2012-12-19,,1\n1,2012-12-19,,1\n");
    const { code, stderr } = await skewless(["fit", model, raw]);
    expect(code).toBe(1);
    const [first, second] = stderr.trimEnd().split("\n");
    expect(first).toContain(`${raw}: size: standard_scale of size: `);
    expect(second).toContain(`${raw}: centred: max_abs_scale of centred: `);
    expect(await filesOf(folder)).toEqual(["raw.csv", "small.yaml"]);
  });
});

describe("a stop by a signal", () => {
  test("leaves no file, and says so", async () => {
    const { code, stderr } = await skewless(["fit", model, raw], { signal: AbortSignal.abort() });
    expect({ code, stderr }).toEqual({ code: 130, stderr: "Stopped.\n" });
    expect(await filesOf(folder)).toEqual(["raw.csv", "small.yaml"]);
  });

  test("in the middle leaves nothing, neither beside the model file nor among the temporary files", async () => {
    const temporary = await mkdtemp(join(folder, "temporary-"));
    vi.stubEnv("TMPDIR", temporary);
    await writeFile(raw, `kind,at,size,price\n${manyRows(200_000)}`);
    const stop = new AbortController();
    // By the time that the bar is drawn the first reading is under way.
    const stderr = new Writable({
      write: (_chunk, _encoding, done) => {
        stop.abort();
        done();
      },
    });
    const { code } = await skewless(["fit", model, raw], { stderr, terminal: {}, signal: stop.signal });
    expect(code).toBe(130);
    expect(await readdir(temporary)).toEqual([]);
    expect((await filesOf(folder)).filter((name) => name.includes("fitted"))).toEqual([]);
  });
});

function manyRows(count: number): string {
  return Array.from({ length: count }, (_, i) => `1,2012-12-19,${(i * 7919) % 999.5},${i}\n`).join("");
}

test("in a terminal a bar counts the bytes of all readings", async () => {
  await writeFile(raw, `kind,at,size,price\n${manyRows(300_000)}`);
  const { code, stderr } = await skewless(["fit", model, raw], { terminal: { columns: 100 } });
  expect(code).toBe(0);
  const percents = [...stderr.matchAll(/(\d+) %/g)].map((match) => Number(match[1]));
  expect(percents.length).toBeGreaterThan(1);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(Math.max(...percents)).toBeLessThanOrEqual(100);
  expect(stderr).toMatch(/300,000 rows read 2 times/);
});

test("the help's first example works when pasted", async () => {
  const help = commandHelp("fit", fit);
  const lines = help.slice(
    help.indexOf("  printf"),
    help.indexOf("  npx skewless fit models/bike-rental.yaml train"),
  );
  const [csv] = lines.split("|\n");
  const stdin = execFileSync("sh", ["-c", csv!.trim()]);
  const { code, stdout } = await skewless(["fit", "models/bike-rental.yaml", "-", "-o", "-"], { stdin });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ model: "bike-rental", data: { rows: 2 } });
});
