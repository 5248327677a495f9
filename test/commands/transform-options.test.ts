import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileFormat } from "../../src/model/formats.ts";
import { loadModel } from "../../src/registry.ts";
import { skewless } from "./console.ts";

const MODEL = `
name: small
version: "1"
endpoint: { name: somewhere }
inputs:
  - { name: at, type: datetime }
  - { name: size, type: number, maximum: 1000, missing: true }
features:
  - size
  - { name: year, from: at, steps: [{ datetime_part: year }] }
target: { name: price, transform: log1p }
`;

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-options-"));
  model = join(folder, "small.yaml");
  await writeFile(model, MODEL);
  await writeFile(
    join(folder, "two.yaml"),
    MODEL.replace(
      /target: .*/,
      "target: { name: both, type: multi_output, outputs: [{ name: price }, { name: cost }] }",
    ),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a transform of stdin into a folder of its own, and reads what is there then. */
async function run(raw: string, ...options: string[]) {
  const dir = await mkdtemp(join(folder, "run-"));
  const at = (option: string) => option.replace("DIR", dir);
  const outcome = await skewless(["transform", model, "-", ...options.map(at)], { stdin: raw });
  const names = await readdir(dir);
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await readFile(join(dir, name), "utf8");
  return { ...outcome, stderr: outcome.stderr.replaceAll(dir, "DIR"), files };
}

const ROWS = 1000;
const raw = `at,size\n${Array.from({ length: ROWS }, (_, i) => `2012-12-19,${i}\n`).join("")}`;
const sizesOf = (csv: string) =>
  csv
    .trimEnd()
    .split("\n")
    .map((line) => Number(line.split(",")[0]));

describe("--split", () => {
  test("every row goes to one of two files, in order, and the same seed makes the same files", async () => {
    const { code, files, stderr } = await run(raw, "-o", "DIR/out.csv", "--split", "0.7", "--seed", "5");
    expect(code).toBe(0);
    expect(Object.keys(files).toSorted()).toEqual(["out.train.csv", "out.validation.csv"]);
    const train = sizesOf(files["out.train.csv"]!);
    const validation = sizesOf(files["out.validation.csv"]!);
    expect(train).toEqual(train.toSorted((a, b) => a - b));
    expect([...train, ...validation].toSorted((a, b) => a - b)).toEqual([...Array(ROWS).keys()]);
    expect(train.length).toBeGreaterThan(640);
    expect(train.length).toBeLessThan(760);
    expect(stderr).toMatch(
      new RegExp(
        `^DIR/out\\.train\\.csv: inference set \\(.*\\), ${train.length} rows\n` +
          `DIR/out\\.validation\\.csv: inference set \\(.*\\), ${validation.length} rows, [\\d,]+ rows/s\n$`,
      ),
    );
    expect((await run(raw, "-o", "DIR/out.csv", "--split", "0.7", "--seed", "5")).files).toEqual(files);
    expect((await run(raw, "-o", "DIR/out.csv", "--split", "0.7")).files).not.toEqual(files);
  });

  test("a part without a row is warned of", async () => {
    const { code, stderr } = await run("at,size\n2012-12-19,1\n", "-o", "DIR/out.csv", "--split", "0.001");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: DIR\/out\.train\.csv holds no row: choose another --split or --seed\nDIR/,
    );
    const { stderr: fine } = await run(raw, "-o", "DIR/out.csv", "--split", "0.5");
    expect(fine).not.toContain("warning");
  });

  test("a header stands in both files", async () => {
    const { files } = await run(raw, "-o", "DIR/out", "--split", "0.5", "--header");
    expect(files["out.train"]).toMatch(/^size,year\n/);
    expect(files["out.validation"]).toMatch(/^size,year\n/);
  });

  test("a row that does not fit leaves the others where they are", async () => {
    const broken = raw.replace("2012-12-19,17\n", "x,17\n");
    const options = ["-o", "DIR/out.csv", "--split", "0.7", "--rejects", "DIR/rejects.csv"];
    const whole = await run(raw, ...options);
    const lacking = await run(broken, ...options);
    expect(lacking.code).toBe(1);
    for (const name of ["out.train.csv", "out.validation.csv"]) {
      expect(lacking.files[name]).toBe(whole.files[name]!.replace(/^17,2012\n/m, ""));
    }
  });
});

test("a column's name that holds a comma is quoted in the header", async () => {
  const sky = join(folder, "sky.yaml");
  const features =
    "features:\n  - size\n  - { name: sky, from: sky, steps: [{ one_hot: { categories: [clear, 'rain, heavy'] } }] }\n";
  await writeFile(
    sky,
    MODEL.replace("features:", "  - { name: sky, type: string }\nfeatures:").replace(
      /features:[^]*?(?=target)/,
      features,
    ),
  );
  const argv = ["transform", sky, "-", "--header"];
  const { stdout } = await skewless(argv, { stdin: "at,size,sky\n2012-12-19,5,clear\n" });
  expect(stdout).toBe('size,sky_clear,"sky_rain, heavy"\n5,1,0\n');
});

describe("one column that is missing", () => {
  const ONE = MODEL.replace(/ {2}- \{ name: year.*\n/, "");
  const RAW = "at,size\n2012-12-19,\n2012-12-19,1.5\n2012-12-19,\n";

  test("is written nan, since a line without anything is passed over, and check --against reads it", async () => {
    const one = join(folder, "one.yaml");
    await writeFile(one, ONE);
    const rawPath = join(folder, "one-raw.csv");
    await writeFile(rawPath, RAW);
    for (const header of [[], ["--header"]]) {
      const { stdout } = await skewless(["transform", one, rawPath, ...header]);
      expect(stdout).toBe(`${header.length === 0 ? "" : "size\n"}nan\n1.5\nnan\n`);
      const argv = ["check", one, "--raw", rawPath, "--against", "-", "--tolerance", "0", ...header];
      expect(await skewless(argv, { stdin: stdout })).toMatchObject({ code: 0, stderr: "" });
    }
  });

  test("is an empty cell where the target stands before it", async () => {
    const one = join(folder, "one.yaml");
    await writeFile(one, ONE);
    const { stdout } = await skewless(["transform", one, "-"], { stdin: "at,size,price\n2012-12-19,,0\n" });
    expect(stdout).toBe("0,\n");
  });
});

describe("--format libsvm", () => {
  test("the target is the label; columns count from 0; a zero is written, what is missing is not", async () => {
    const { code, stdout } = await run(
      "at,size,price\n2012-12-19,0,0\n2012-12-19,,1\n2013-01-01,-1.5,3\n",
      "--format",
      "libsvm",
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `0 0:0 1:2012\n${Math.log1p(1)} 1:2012\n${Math.log1p(3)} 0:-1.5 1:2013\n`,
    });
  });

  test("without a target the label is 0, so that no loader takes the first column for it", async () => {
    const { stdout } = await run("at,size\n2012-12-19,5\n2012-12-19,\n", "--format", "libsvm");
    expect(stdout).toBe("0 0:5 1:2012\n0 1:2012\n");
  });

  test("a row is what the endpoint gets, but for the label, and a first column that is missing", async () => {
    const lacking = "at,size,price\n2012-12-19,0,0\n2013-01-01,-1.5e-7,3\n2013-01-01,,3\n";
    const { stdout } = await run(lacking, "--format", "libsvm");
    const { pipeline } = await loadModel(model, {});
    const { rows } = compileFormat({ name: "e", content_type: "text/libsvm" }, pipeline.columns);
    const lines = pipeline.encode([
      [Date.UTC(2012, 11, 19), 0],
      [Date.UTC(2013, 0, 1), -1.5e-7],
      [Date.UTC(2013, 0, 1), Number.NaN],
    ]);
    expect(stdout).toBe(
      rows(lines)
        .map((row, i) => row.replace("0", `${[0, Math.log1p(3), Math.log1p(3)][i]}`).replace(" 0:nan", ""))
        .join("\n") + "\n",
    );
  });

  test("several targets do not fit into one label", async () => {
    const argv = ["transform", join(folder, "two.yaml"), "-", "--format", "libsvm"];
    const { code, stderr } = await skewless(argv, { stdin: "at,size,price,cost\n2012-12-19,5,1,2\n" });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "--format libsvm: a row has one label, but the model has 2 targets.\n",
    });
  });
});

describe("--rejects", () => {
  const bad = [
    "at,note,size,price",
    '2012-12-19,"a ""b"",\nc",1,1',
    '2012-02-30,"a ""b"",\nc",2000,many',
    "2012-12-19,short",
    "2012-12-19,n,2,-1",
    "2012-12-19,n,3,1",
    "",
  ].join("\n");

  test("rows that do not fit go there with line, reasons and cells; the others are written; exit code 1", async () => {
    const { code, stdout, stderr, files } = await run(bad, "--rejects", "DIR/rejects.csv");
    expect(code).toBe(1);
    expect(stdout).toBe(`${Math.log1p(1)},1,2012\n${Math.log1p(1)},3,2012\n`);
    expect(files["rejects.csv"]!.replaceAll("\n", "⏎\n").split("⏎\n").slice(0, -1)).toEqual([
      "line,reasons,at,note,size,price",
      '4,"at ""2012-02-30"" is not in the calendar: February 2012 has 29 days; ' +
        'size must be at most 1000, not 2000; price must be a number, not ""many""",' +
        '2012-02-30,"a ""b"",',
      'c",2000,many',
      '6,"has 2 cells, where the header has 4",2012-12-19,short',
      "7,price: the log1p of price is not finite for -1,2012-12-19,n,2,-1",
    ]);
    expect(stderr).toMatch(
      /^stdin: columns left out: note\nDIR\/rejects\.csv: 3 rows that did not fit\nstdout: /,
    );
  });

  test("when all rows fit there is a header alone, and the exit code is 0", async () => {
    const { code, stderr, files } = await run("at,size\n2012-12-19,1\n", "--rejects", "DIR/rejects.csv");
    expect(code).toBe(0);
    expect(files).toEqual({ "rejects.csv": "line,reasons,at,size\n" });
    expect(stderr).not.toContain("fit");
  });

  test("a quote that is never closed ends it all: no row can be told behind it", async () => {
    const { code, stderr, files } = await run(
      'at,size\nx,1\n"2012-12-19,1\n',
      "-o",
      "DIR/out.csv",
      "--rejects",
      "DIR/rejects.csv",
    );
    expect({ code, files }).toEqual({ code: 1, files: {} });
    expect(stderr).toBe("stdin:3: the row that begins here has a quote that is never closed.\n");
  });
});

test.each([
  [["--format", "xml"], "--format xml: is not one of csv, libsvm."],
  [["--format", "libsvm", "--header"], "--header: there is none in libsvm's form."],
  [["--split", "0.7"], "--split writes two files: say how they are named, with -o OUT.csv."],
  [["--split", "2", "-o", "x.csv"], "--split 2: is not a part between 0 and 1, such as 0.7."],
  [["--split", "-1", "-o", "x.csv"], "--split -1: is not a part between 0 and 1, such as 0.7."],
  [
    ["--split", "0.5", "--seed", "-1", "-o", "x.csv"],
    "--seed -1: is not a whole number from 0 to 4294967295.",
  ],
  [["--seed", "2"], "--seed is of use with --split alone."],
  [["-o", "x.csv", "--rejects", "./x.csv"], "--rejects ./x.csv: is where the other rows go."],
  [["--jobs", "0"], "--jobs 0: is not a whole number from 1 to 99."],
  [["--jobs", "-1"], "--jobs -1: is not a whole number from 1 to 99."],
  [["--jobs", "1.5"], "--jobs 1.5: is not a whole number from 1 to 99."],
  [["--rejects", "-"], "--rejects -: is where the other rows go."],
])("%j is a mistake, exit code 2", async (options, message) => {
  const { code, stdout, stderr } = await run("", ...options);
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
});
