/** tools/export_sklearn.py as it is called from a shell. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import type { Exported } from "../../src/import/exported.ts";
import { skewless } from "../commands/console.ts";
import { python } from "../import/pipelines.ts";
import { needs } from "../needs.ts";

const run = promisify(execFile);
const live = needs("Python with scikit-learn (SKEWLESS_SKLEARN_PYTHON)", python !== undefined);
const script = resolve(import.meta.dirname, "../../tools/export_sklearn.py");

const TRAIN = "age,city,paid,price\n30,Bonn,True,10\n40,Ulm,False,20\n,Bonn,True,40\n55,Ulm,True,30\n";

const MAKE = `
import joblib, pandas, numpy
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
train = pandas.read_csv("train.csv").drop(columns="price")
p = ColumnTransformer([
    ("num", make_pipeline(SimpleImputer(), StandardScaler()), ["age"]),
    ("cat", OneHotEncoder(), ["city", "paid"]),
])
joblib.dump(p, "unfitted.joblib")
joblib.dump(p.fit(train), "pipeline.joblib")
joblib.dump(StandardScaler().fit(numpy.ones((3, 2))), "array.joblib")
joblib.dump(LabelEncoder().fit(["no", "yes"]), "labels.joblib")
joblib.dump(SimpleImputer().fit(train[["age"]].rename(columns={"age": "years"})), "other.joblib")
pandas.DataFrame(p.transform(train)).to_csv("made.csv", index=False, header=False)
`;

/** Python takes its time to load scikit-learn, on a busy machine all the more. */
const SLOW = 300_000;

let folder = "";

beforeAll(async () => {
  if (python === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "export-"));
  await writeFile(join(folder, "train.csv"), TRAIN);
  await run(python, ["-B", "-c", MAKE], { cwd: folder });
}, 300_000);

afterAll(async () => {
  if (folder !== "") await rm(folder, { recursive: true });
});

/** Calls the script; what it says, and its exit code. */
async function exporting(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return run(python!, ["-B", script, ...words], { cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
}

live(
  "from joblib file to checked model: the export, import and check of the documentation",
  async () => {
    const words = ["pipeline.joblib", "--data", "train.csv", "--target", "price", "-o", "pipeline.json"];
    expect(await exporting(...words)).toEqual({ code: 0, stdout: "", stderr: "" });
    const exported = JSON.parse(await readFile(join(folder, "pipeline.json"), "utf8")) as Exported;
    expect(exported.inputs).toEqual([
      { name: "age", dtype: "float64", missing: true },
      { name: "city", dtype: "str", missing: false },
      { name: "paid", dtype: "bool", missing: false },
    ]);
    expect(exported).toMatchObject({
      skewless_export: 1,
      columns_out: 5,
      target: { name: "price", transformer: null },
    });
    const model = join(folder, "shop.yaml");
    const imported = await skewless(["import", join(folder, "pipeline.json"), "--name", "shop", "-o", model]);
    expect(imported).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("3 inputs, 3 features") as string,
    });
    const files = [
      "--raw",
      join(folder, "train.csv"),
      "--against",
      join(folder, "made.csv"),
      "--tolerance",
      "0",
    ];
    expect(await skewless(["check", model, ...files])).toMatchObject({ code: 0 });
  },
  SLOW,
);

live(
  "the help says that loading executes code",
  async () => {
    const { stdout } = await exporting("--help");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "Loading a joblib or pickle file executes code that is in the file: load only what you trust.",
    );
  },
  SLOW,
);

live(
  "without an output it goes to stdout, where import can read it; a LabelEncoder can stand beside",
  async () => {
    const { stdout } = await exporting("pipeline.joblib", "--target-transformer", "labels.joblib");
    expect(JSON.parse(stdout)).toMatchObject({
      inputs: [{ name: "age", dtype: null, missing: null }, { name: "city" }, { name: "paid" }],
      target: { name: null, transformer: { class: "sklearn.preprocessing.LabelEncoder" } },
    });
    const model = join(folder, "piped.yaml");
    expect(await skewless(["import", "-", "--name", "piped", "-o", model], { stdin: stdout })).toMatchObject({
      code: 0,
    });
    expect(await readFile(model, "utf8")).toContain(
      "target: { name: target, type: binary, labels: [ no, yes ] }",
    );
  },
);

live(
  "an estimator fitted on an array takes the names of the data, if there are as many, or x0, x1",
  async () => {
    const names = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as Exported).inputs.map(({ name }) => name);
    expect(names(await exporting("array.joblib"))).toEqual(["x0", "x1"]);
    await writeFile(join(folder, "two.csv"), "a,b,price\n1,2,3\n");
    expect(names(await exporting("array.joblib", "--data", "two.csv", "--target", "price"))).toEqual([
      "a",
      "b",
    ]);
    expect(await exporting("array.joblib", "--data", "two.csv")).toMatchObject({
      code: 1,
      stderr:
        "array.joblib: The estimator was fitted on 2 columns without names, but the data have 3: a, b, price.\n",
    });
  },
);

live(
  "what cannot be exported is said in one line",
  async () => {
    const said = async (...words: string[]) => {
      const { code, stderr } = await exporting(...words);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await said("unfitted.joblib")).toBe(
      "unfitted.joblib: The estimator is not fitted: it does not know its inputs.\n",
    );
    expect(await said("absent.joblib")).toBe("absent.joblib cannot be read: No such file or directory.\n");
    expect(await said("other.joblib", "--data", "train.csv")).toBe(
      "other.joblib: The data have no column years.\n",
    );
  },
  SLOW,
);
