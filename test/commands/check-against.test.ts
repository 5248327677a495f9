import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { skewless } from "./console.ts";

const MODEL = `
name: small
version: "1"
endpoint: { name: somewhere }
inputs:
  - { name: at, type: datetime }
  - { name: size, type: number, missing: true }
features:
  - size
  - { name: year, from: at, steps: [{ datetime_part: year }] }
target: { name: price, transform: log1p }
`;

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-against-"));
  model = join(folder, "small.yaml");
  await writeFile(model, MODEL);
});
afterAll(() => rm(folder, { recursive: true }));

const RAW = "at,size,price\n2012-12-19,1.5,0\n2013-01-01,,1\n2014-01-01,3,0\n";
const THEIRS = `0,1.5,2012\n${Math.log1p(1)},,2013\n0,3.0,2014.0\n`;

async function against(theirs: string, options: readonly string[] = [], raw = RAW) {
  await writeFile(join(folder, "raw.csv"), raw);
  const argv = ["check", model, "--against", "-", "--raw", join(folder, "raw.csv"), ...options];
  const outcome = await skewless(argv, { stdin: theirs });
  return {
    ...outcome,
    lines: outcome.stdout.split("\n"),
    stderr: outcome.stderr.replaceAll(`${folder}/`, ""),
  };
}

describe("files that agree", () => {
  test("with the target: a table of the columns, exit code 0", async () => {
    const { code, stdout, stderr } = await against(THEIRS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`column  rows  different  max absolute  max relative
price      3          0             0             0
size       3          0             0             0
year       3          0             0             0

stdin is what small makes, within 4 ulps.
`);
  });

  test("without the target, though the raw file has it", async () => {
    const { code, lines } = await against("1.5,2012\n,2013\n3,2014\n");
    expect(code).toBe(0);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["column", "size", "year", "", "stdin", ""]);
  });

  test("without the target, which the raw file has not either", async () => {
    const { code } = await against("1.5,2012\n", [], "at,size\n2012-12-19,1.5\n");
    expect(code).toBe(0);
  });

  test("with a header, of whatever names: they are told", async () => {
    const { code, lines } = await against(`price,size,jahr\n${THEIRS}`, ["--header"]);
    expect(code).toBe(0);
    expect(lines.slice(0, 3)).toEqual([
      "Column 3 is called jahr there, and year in the model.",
      "",
      expect.stringMatching(/^column/),
    ]);
  });

  test.each(["nan", "NaN", "NA", "None", "<NA>", "null", " "])("missing is written %j", async (missing) => {
    expect((await against(THEIRS.replace(",,", `,${missing},`))).code).toBe(0);
  });

  test.each(["1.5e0", "+1.50", " 1.5", "15E-1", "1.5000000000000000000"])(
    "a number is written %j",
    async (number) => {
      expect((await against(THEIRS.replace(",1.5,", `,${number},`), ["--tolerance", "0"])).code).toBe(0);
    },
  );

  test("up to the tolerance", async () => {
    const off = THEIRS.replace(",1.5,", `,${1.5 + 5 * Number.EPSILON},`);
    expect((await against(off, ["--tolerance", "5"])).code).toBe(0);
    const { code, lines } = await against(off);
    expect(code).toBe(1);
    expect(lines.at(-2)).toBe("stdin is not what small makes: 1 column not equal within 4 ulps.");
    expect((await against(THEIRS, ["--tolerance", "0"])).lines.at(-2)).toBe(
      "stdin is what small makes, to the last bit.",
    );
  });
});

describe("files that do not agree, exit code 1", () => {
  test("the first differences are shown with line, column and both values; the table counts all", async () => {
    const { code, stdout } = await against(`0,1.5,2012\n${Math.log1p(1)},7,2012\n1,,yes\n`);
    expect(code).toBe(1);
    expect(stdout).toBe(`The first differences:
line  column  ours     theirs
   2  size    nothing  7
   2  year    2013     2012
   3  price   0        1
   3  size    3        nothing
   3  year    2014     yes

column  rows  different  max absolute  max relative
price      3          1          1.00          1.00
size       3          2             0             0
year       3          2          1.00      0.000497

stdin is not what small makes: 3 columns not equal within 4 ulps.
`);
  });

  test("one column that is all wrong does not hide another; long cells are cut", async () => {
    const rows = 50;
    const raw = `at,size\n${"2012-12-19,1\n".repeat(rows)}`;
    const theirs = `${"2,2012\n".repeat(rows - 1)}2,${"x".repeat(100)}\n`;
    const { lines } = await against(theirs, [], raw);
    expect(lines.slice(2, 7)).toEqual([
      "   1  size    1     2",
      "   2  size    1     2",
      "   3  size    1     2",
      `  50  year    2012  ${"x".repeat(29)}…`,
      "",
    ]);
  });

  test("a file of more columns than can be shown is cut", async () => {
    const wide = join(folder, "wide.yaml");
    const names = Array.from({ length: 40 }, (_, i) => `x${i}`);
    const inputs = names.map((name) => `  - { name: ${name}, type: number }`).join("\n");
    await writeFile(
      wide,
      `name: wide\nversion: "1"\nendpoint: { name: e }\ninputs:\n${inputs}\nfeatures: [${names.join(", ")}]\ntarget: { name: y }\n`,
    );
    const raw = join(folder, "wide.csv");
    await writeFile(raw, `${names.join(",")}\n${names.map(() => 1).join(",")}\n`);
    const argv = ["check", wide, "--against", "-", "--raw", raw];
    const { stdout } = await skewless(argv, { stdin: `${names.map(() => 2).join(",")}\n` });
    expect(stdout.match(/^ {3}1 {2}x\d+ /gm)).toHaveLength(30);
    expect(stdout).toContain("40 columns not equal");
  });

  test.each([
    ["fewer rows", "0,1.5,2012\n", "raw.csv has 3 rows, stdin 1."],
    ["more rows", `${THEIRS}${THEIRS}`, "raw.csv has 3 rows, stdin 6."],
  ])("%s", async (_, theirs, message) => {
    const { code, stdout } = await against(theirs);
    expect(code).toBe(1);
    expect(stdout).toContain(message);
    expect(stdout).toContain("stdin is not what small makes.\n");
  });
});

describe("files that cannot be compared, exit code 1", () => {
  test.each([
    [
      "another number of columns",
      "1,2,3,4\n",
      "stdin:1: has 4 cells, but the model makes 2 columns, 3 with the target.",
    ],
    ["rows of different lengths", "0,1.5,2012\n0,1.5\n", "stdin:2: has 2 cells, where the first line has 3."],
    [
      "a header that is not announced",
      "price,size,year\n",
      "stdin:1: holds no number; if it is a header, say so with --header.",
    ],
    ["an empty file", "", "stdin:1: is empty"],
  ])("%s", async (_, theirs, message) => {
    const { code, stderr } = await against(theirs);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test("a target that the raw file has not", async () => {
    const { code, stderr } = await against(THEIRS, [], "at,size\n2012-12-19,1.5\n");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "stdin:1: has the target too, but raw.csv has no column price.\n",
    });
  });

  test("a raw row that does not fit", async () => {
    const { code, stderr } = await against(THEIRS, [], RAW.replace("2013-01-01,,", "never,x,"));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^raw\.csv:3: at "never" must be .*\nraw\.csv:3: size must be a number, not "x"\.\n$/,
      ),
    });
  });
});

test.each([
  ["the raw file", "raw", "at,size,price\nnever,x,0\n", THEIRS],
  ["the other file", "against", "0,1.5,2012\n0,1.5\n", RAW],
  ["the raw file, as the other one is empty", "raw", RAW, ""],
])("%s is let go of where the comparison ends before it does", async (_, option, start, other) => {
  await writeFile(join(folder, "other.csv"), other);
  const stdin = Readable.from(
    (function* () {
      for (;;) yield Buffer.from(start);
    })(),
  );
  const options = { raw: join(folder, "other.csv"), against: join(folder, "other.csv"), [option]: "-" };
  const argv = ["check", model, "--against", options.against, "--raw", options.raw];
  const { code } = await skewless(argv, { stdin });
  expect({ code, isOpen: !stdin.destroyed }).toEqual({ code: 1, isOpen: false });
});

test("files of many chunks are compared to their ends", async () => {
  const rows = 60_000;
  const raw = `at,size\n${Array.from({ length: rows }, (_, i) => `2012-12-19,${i}\n`).join("")}`;
  const theirs = Array.from(
    { length: rows },
    (_, i) => `${i === rows - 1 ? "-1" : `${i}.000000`},2012\n`,
  ).join("");
  const { code, lines } = await against(theirs, [], raw);
  expect(code).toBe(1);
  expect(lines[2]).toBe("60000  size    59999  -1");
  expect(lines[5]).toMatch(/^size {4}60,000 +1 /);
});

test.each([
  [["--raw", "x.csv"], "--raw, --header and --tolerance are of use with --against alone."],
  [["--header"], "--raw, --header and --tolerance are of use with --against alone."],
  [["--tolerance", "1"], "--raw, --header and --tolerance are of use with --against alone."],
  [["--against", "x.csv"], "--against wants the raw file too: --raw RAW.csv."],
  [["--against", "-", "--raw", "-"], "--against and --raw cannot both be stdin."],
  [
    ["--against", "-", "--raw", "x.csv", "--tolerance", "1e-9"],
    "--tolerance 1e-9: is not a whole number of ulps, such as 4.",
  ],
])("%j is a mistake, exit code 2", async (options, message) => {
  const { code, stdout, stderr } = await skewless(["check", model, ...options]);
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
});
