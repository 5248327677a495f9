import { link, mkdir, mkdtemp, open, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keepApart } from "../../src/commands/apart.ts";
import { skewless } from "./console.ts";

const MODEL = `name: m
version: "1"
endpoint: { name: somewhere }
inputs: [{ name: a, type: number }]
features: [a]
target: { name: y }
`;
const RAW = "a,y\n1,2\n3,4\n";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-apart-"));
  await writeFile(join(folder, "m.yaml"), MODEL);
  await writeFile(join(folder, "g.csv"), RAW);
  await symlink("g.csv", join(folder, "soft.csv"));
  await link(join(folder, "g.csv"), join(folder, "hard.csv"));
  await mkdir(join(folder, "sub"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs a command line whose words after `@` lie in the folder; says what became of the folder's files. */
async function run(line: string) {
  const argv = line.split(" ").map((word) => word.replace("@", `${folder}/`));
  const before = await contents();
  const { code, stderr, stdout } = await skewless(argv);
  const isSame = JSON.stringify(await contents()) === JSON.stringify(before);
  return { code, stdout, isSame, stderr: stderr.replaceAll(`${folder}/`, "@") };
}

async function contents() {
  const names = (await readdir(folder)).filter((name) => !["sub", "way"].includes(name)).toSorted();
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")]));
}

describe("a file that is read is never written over", () => {
  test.each([
    ["transform @m.yaml @g.csv -o @g.csv", "@g.csv", "--output"],
    ["transform @m.yaml @g.csv -o @soft.csv", "@soft.csv", "--output"],
    ["transform @m.yaml @g.csv -o @hard.csv", "@hard.csv", "--output"],
    ["transform @m.yaml @soft.csv -o @hard.csv", "@hard.csv", "--output"],
    ["transform @m.yaml @g.csv -o @sub/../g.csv", "@sub/../g.csv", "--output"],
    ["transform @m.yaml @g.csv -o @m.yaml", "@m.yaml", "--output"],
    ["transform @m.yaml @g.csv --rejects @g.csv", "@g.csv", "--rejects"],
    ["transform @m.yaml @g.csv -o @out.csv --rejects @m.yaml", "@m.yaml", "--rejects"],
    ["fit @m.yaml @g.csv -o @m.yaml", "@m.yaml", "--output"],
    ["fit @m.yaml @g.csv -o @g.csv", "@g.csv", "--output"],
    ["golden @m.yaml @g.csv -o @g.csv", "@g.csv", "--output"],
    ["golden @m.yaml @g.csv -o @m.yaml", "@m.yaml", "--output"],
    ["predict @g.csv -o @g.csv", "@g.csv", "--output"],
    ["predict @g.csv -o @hard.csv", "@hard.csv", "--output"],
    ["import @m.yaml --name m --force -o @m.yaml", "@m.yaml", "--output"],
    ["openapi --models @ -o @m.yaml", "@m.yaml", "--output"],
  ])("%s", async (line, name, option) => {
    expect(await run(line)).toEqual({
      code: 2,
      stdout: "",
      isSame: true,
      stderr: `${name} is also read: choose another file for ${option}.\n`,
    });
  });

  test.each(["transform", "golden"])("%s: nor what belongs to the model file", async (command) => {
    const learned = MODEL.replace("[a]", "[{ from: a, steps: [standard_scale] }]");
    await writeFile(join(folder, "m.yaml"), learned);
    expect(await run("fit @m.yaml @g.csv")).toMatchObject({ code: 0 });
    const { stderr, isSame } = await run(`${command} @m.yaml @g.csv -o @m.fitted.json`);
    expect({ stderr, isSame }).toEqual({
      stderr: "@m.fitted.json is also read: choose another file for --output.\n",
      isSame: true,
    });
  });
});

describe("two outputs are never one file", () => {
  test.each(["@hard.csv", "@soft.csv", "@sub/../g.csv"])("rejects at %s", async (rejects) => {
    await writeFile(join(folder, "raw.csv"), RAW);
    const { code, stderr, isSame } = await run(`transform @m.yaml @raw.csv -o @g.csv --rejects ${rejects}`);
    expect({ code, isSame }).toEqual({ code: 2, isSame: true });
    expect(stderr).toMatch(
      /^(?:@hard\.csv|@soft\.csv) is the same file as @g\.csv: |is where the other rows go/,
    );
  });

  test("though neither is there yet, and their folder is reached through a link", async () => {
    await symlink("sub", join(folder, "way"));
    const { code, stderr } = await run("transform @m.yaml @g.csv -o @sub/x.csv --rejects @way/x.csv");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "@way/x.csv is the same file as @sub/x.csv: choose another file for --rejects.\n",
    });
    expect(await readdir(join(folder, "sub"))).toEqual([]);
  });

  test("nor the two parts of a split", async () => {
    await writeFile(join(folder, "x.train.csv"), "");
    await symlink("x.train.csv", join(folder, "x.validation.csv"));
    const { stderr, isSame } = await run("transform @m.yaml @g.csv -o @x.csv --split 0.5");
    expect({ stderr, isSame }).toEqual({
      stderr: "@x.validation.csv is the same file as @x.train.csv: choose another file for --output.\n",
      isSame: true,
    });
  });
});

test("stdin and stdout that are led to a file count as the file, a device does not", async () => {
  const path = join(folder, "g.csv");
  const file = await open(path);
  const stream = Object.assign(Object.create(null), { fd: file.fd });
  const io = { stdin: stream, stdout: stream };
  const output = (target: string) => [{ path: target, option: "--output" }];
  await expect(keepApart(output(path), ["-"], io)).rejects.toThrow(`${path} is also read`);
  await expect(keepApart(output("-"), [path], io)).rejects.toThrow("stdout is also read");
  await expect(keepApart(output("-"), [join(folder, "m.yaml")], io)).resolves.toBeUndefined();
  await expect(keepApart(output("/dev/null"), ["/dev/null"], io)).resolves.toBeUndefined();
  await file.close();
});

test("a path relative to the working folder is the same file", async () => {
  const path = relative(process.cwd(), join(folder, "g.csv"));
  const { code } = await run(`transform @m.yaml @g.csv -o ${path}`);
  expect(code).toBe(2);
});
