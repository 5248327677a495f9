import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { columns, exportOf, node, oneHot, scaler } from "../import/exports.ts";
import { skewless } from "./console.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "import-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const exported = exportOf(columns(["num", scaler(), [0]], ["cat", oneHot([["x", "y"]]), [1]]), ["a", "b"]);

async function written(content: unknown = exported): Promise<string> {
  const path = join(folder, "pipeline.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const model = () => join(folder, "some", "shop.yaml");

test("an export becomes a model file and a fitted file, which check takes and transform uses", async () => {
  const { code, stderr, stdout } = await skewless([
    "import",
    await written(),
    "--name",
    "shop",
    "-o",
    model(),
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toBe(
    "note: the type of a is not known, so it is a number: export with the training data to know it\n" +
      `${model()}, ${model().replace(".yaml", ".fitted.json")}: 2 inputs, 2 features, 2 learned steps\n`,
  );
  expect(await readFile(model(), "utf8")).toContain("pipeline.json (scikit-learn 1.9.1)");
  expect(await skewless(["check", model()])).toMatchObject({ code: 0 });
  const transformed = await skewless(["transform", model(), "-", "-o", "-"], { stdin: "a,b\n3.5,y\n" });
  expect(transformed).toMatchObject({ code: 0, stdout: "1,0,1\n" });
});

test("an export may come from stdin, and the options name model, endpoint and target", async () => {
  const words = [
    "import",
    "-",
    "--name",
    "shop",
    "--endpoint",
    "shop-v2",
    "--target",
    "price",
    "-o",
    model(),
  ];
  expect(await skewless(words, { stdin: JSON.stringify(exported) })).toMatchObject({ code: 0 });
  const text = await readFile(model(), "utf8");
  expect(text).toContain("of stdin (scikit-learn");
  expect(text).toContain("\nname: shop\n");
  expect(text).toContain("\nendpoint: { name: shop-v2 }\n");
  expect(text).toContain("\ntarget: { name: price }\n");
});

test("the target's name is what the export says, or else target", async () => {
  for (const [name, expected] of [
    ["price", "price"],
    [null, "target"],
  ] as const) {
    const path = await written({ ...exported, target: { name, transformer: null } });
    await skewless(["import", path, "--name", "shop", "-o", model(), "--force"]);
    expect(await readFile(model(), "utf8")).toContain(`target: { name: ${expected} }`);
  }
});

test("files that are there are not replaced, either of them, but with --force", async () => {
  const words = ["import", await written(), "--name", "shop", "-o", model()];
  expect(await skewless(words)).toMatchObject({ code: 0 });
  expect(await skewless(words)).toMatchObject({
    code: 2,
    stderr: `${model()} is there already: replace it with --force, or write elsewhere with -o.\n`,
  });
  await rm(model());
  const again = await skewless(words);
  expect(again).toMatchObject({ code: 2 });
  expect(again.stderr).toContain("shop.fitted.json is there already");
  expect(await skewless([...words, "--force"])).toMatchObject({ code: 0 });
});

test("what cannot be expressed is named, all of it, and nothing is written: exit code 1", async () => {
  const broken = exportOf(columns(["one", node("decomposition.PCA"), [0]], ["two", scaler(2), [0]]));
  const path = await written(broken);
  const outcome = await skewless(["import", path, "--name", "shop", "-o", model()]);
  expect(outcome).toEqual({
    code: 1,
    stdout: "",
    stderr:
      `${path} cannot be imported: 2 things have no counterpart in a model file. Nothing was written.\n` +
      "  one: sklearn.decomposition.PCA has no counterpart\n" +
      "  two: was fitted on 2 columns, but gets 1 here\n",
  });
  expect(await readdir(folder)).toEqual(["pipeline.json"]);
  const single = await skewless([
    "import",
    await written(exportOf(scaler(2))),
    "--name",
    "shop",
    "-o",
    model(),
  ]);
  expect(single.stderr).toContain("1 thing has no counterpart");
});

test("--rename gives inputs names that a model file can hold", async () => {
  const path = await written(exportOf(scaler(2), ["hours per week", "capital gain"]));
  const words = ["import", path, "--name", "shop", "-o", model()];
  expect(await skewless([...words, "--rename", "hours per week=hours,capital gain=gain"])).toMatchObject({
    code: 0,
  });
  expect(await readFile(model(), "utf8")).toContain(
    "- { name: hours, type: number }\n  - { name: gain, type: number }",
  );
  for (const pair of ["hours=h", "hours per week"]) {
    expect(await skewless([...words, "--force", "--rename", pair])).toMatchObject({
      code: 2,
      stderr: `--rename ${pair}: is not OLD=NEW with the name of an input (hours per week, capital gain).\n`,
    });
  }
});

test.each([
  ["no name", ["pipeline.json"], "skewless import: the model needs a name: --name NAME."],
  ["a name that is none", ["pipeline.json", "--name", "My Shop"], "--name is"],
  ["an endpoint that is none", ["pipeline.json", "--name", "shop", "--endpoint", "my_shop"], "--endpoint is"],
  [
    "an output that is no model file",
    ["pipeline.json", "--name", "shop", "-o", "shop.json"],
    "--output shop.json: must end with .yaml.",
  ],
  [
    "a file that is not there",
    ["absent.json", "--name", "shop", "-o", "x/shop.yaml"],
    "The export absent.json cannot be read (ENOENT).",
  ],
])("%s is a wrong command line: exit code 2", async (_, words, message) => {
  const { code, stderr } = await skewless(["import", ...words]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("a file that is no export is told from one, with what makes one", async () => {
  const path = await written("name: x");
  expect(await skewless(["import", path, "--name", "shop", "-o", model()])).toMatchObject({
    code: 1,
    stderr: `${path} is no JSON. Make it: python node_modules/skewless/tools/export_sklearn.py pipeline.joblib -o pipeline.json\n`,
  });
});

test("where one of the two files cannot be written, neither is", async () => {
  const path = await written();
  await mkdir(model().replace(".yaml", ".fitted.json"), { recursive: true });
  const outcome = await skewless(["import", path, "--name", "shop", "-o", model(), "--force"]);
  expect(outcome).toMatchObject({ code: 2 });
  expect(outcome.stderr).toContain("shop.fitted.json cannot be written (EISDIR).");
  expect(await readdir(join(folder, "some"))).toEqual(["shop.fitted.json"]);
  await rm(join(folder, "some"), { recursive: true });
  await writeFile(join(folder, "some"), "a file, no folder");
  expect(await skewless(["import", path, "--name", "shop", "-o", model()])).toMatchObject({
    code: 2,
    stderr: `The folder ${join(folder, "some")} cannot be made (EEXIST).\n`,
  });
});
