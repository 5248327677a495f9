/** Pipelines that scikit-learn fitted are exported, imported, and then make the same of the same rows. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { ulpsBetween } from "../../src/commands/comparison.ts";
import { COMPOSITES } from "../../src/import/compose.ts";
import { ESTIMATORS } from "../../src/import/estimators.ts";
import { FUNCTIONS } from "../../src/import/functions.ts";
import { TARGET_ESTIMATORS } from "../../src/import/target.ts";
import { loadModel } from "../../src/registry.ts";
import { skewless } from "../commands/console.ts";
import { needs } from "../needs.ts";
import { type PipelineCase, fitPipelines, python } from "./pipelines.ts";

const live = needs("Python with scikit-learn (SKEWLESS_SKLEARN_PYTHON)", python !== undefined);
const SEED = Number(process.env["IMPORT_SEED"] ?? 1);
const COUNT = Number(process.env["IMPORT_CASES"] ?? 150);

let folder = "";
let cases: readonly PipelineCase[] = [];

beforeAll(async () => {
  if (python === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "import-"));
  cases = await fitPipelines(folder, SEED, COUNT);
}, 300_000);

afterAll(async () => {
  if (folder !== "") await rm(folder, { recursive: true });
});

/**
 * Imports a case as a person would.
 *
 * @returns the path of the model file; undefined where a random chain is refused because a last digit, or a sparse matrix, could matter
 */
async function imported({ name, export: exported }: PipelineCase): Promise<string | undefined> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(join(folder, "export.json"), JSON.stringify(exported));
  const { code, stderr } = await skewless([
    "import",
    join(folder, "export.json"),
    "--name",
    "m",
    "-o",
    path,
    "--force",
  ]);
  if (code === 1 && name.startsWith("random ") && /last digit|sparse matrix/.test(stderr)) return undefined;
  expect(`${name}: ${stderr}`).toSatisfy(() => code === 0);
  return path;
}

live(
  `${COUNT} random pipelines (seed ${SEED}) and those that are named give what scikit-learn gives`,
  async () => {
    expect(cases.length).toBeGreaterThan(COUNT * 0.8 + 25);
    let done = 0;
    let worst = 0;
    let furthest = 0;
    let cells = 0;
    for (const one of cases) {
      const path = await imported(one);
      if (path === undefined) continue;
      done++;
      const { pipeline } = await loadModel(path, {});
      const used = pipeline.inputs.map(({ spec }) => one.columns.indexOf(spec.name));
      for (const [r, row] of one.rows.entries()) {
        const values = pipeline.transform(
          pipeline.readFeatures(
            used.map((place) => row[place]),
            r,
          ),
        );
        const expected = one.expected[r]!.map((value) => value ?? Number.NaN);
        expect([one.name, r, values.length]).toEqual([one.name, r, expected.length]);
        for (const [j, value] of values.entries()) {
          cells++;
          const theirs = expected[j]!;
          const ulps = Object.is(value, theirs) ? 0 : ulpsBetween(value, theirs);
          const off = Math.abs(value - theirs) / Math.max(1, Math.abs(theirs));
          const agrees = Object.is(value, theirs) || ulps <= 4 || (!one.exact && off <= 1e-13);
          if (!agrees) {
            expect(`${one.name}, row ${r}, ${pipeline.columns[j]}: ${value}`).toBe(`${theirs}`);
          }
          if (one.exact) worst = Math.max(worst, ulps);
          else if (agrees && ulps > 0) furthest = Math.max(furthest, off);
        }
      }
    }
    // The others end in a step that jumps where a logarithm's last digit could matter.
    expect(done).toBeGreaterThan(cases.length * 0.85);
    console.log(
      `import: ${done} of ${cases.length} pipelines, ${cells} cells; plain arithmetic: ${worst} ulps apart at most, all else ${furthest}`,
    );
  },
  300_000,
);

live(
  "what import writes passes check, and check --against finds no difference to what scikit-learn wrote",
  async () => {
    for (const one of cases) {
      const path = await imported(one);
      if (path === undefined) continue;
      expect(await skewless(["check", path])).toMatchObject({ code: 0 });
      if (!one.exact) continue;
      const files = [
        "--raw",
        join(folder, `${one.name}.raw.csv`),
        "--against",
        join(folder, `${one.name}.out.csv`),
      ];
      const { code, stdout, stderr } = await skewless(["check", path, ...files]);
      expect(`${one.name}: ${stdout}${stderr}`).toSatisfy(() => code === 0);
    }
  },
  300_000,
);

live("a target's transform and its inverse are those of scikit-learn", async () => {
  const ofTargets = cases.filter(({ targets }) => targets !== null);
  expect(ofTargets.length).toBeGreaterThan(6);
  for (const one of ofTargets) {
    const { pipeline } = await loadModel((await imported(one))!, {});
    const [targets, forward, back] = one.targets!;
    for (const [i, target] of targets.entries()) {
      const [column] = pipeline.targetColumns;
      expect(column!.input.spec.name).toBe("y");
      const made = column!.encode(target);
      expect(Math.abs(made - forward[i]!), one.name).toBeLessThan(1e-12 * Math.max(1, Math.abs(made)));
      const [prediction] = pipeline.decode([made]);
      expect(Math.abs((prediction as number) - back[i]!), one.name).toBeLessThan(1e-9 * Math.abs(back[i]!));
    }
  }
});

live("the cases hold every class and every function that the tables list", () => {
  const said = JSON.stringify(cases.map((one) => one.export));
  const classes = [ESTIMATORS, COMPOSITES, TARGET_ESTIMATORS].flatMap((table) => Object.keys(table));
  expect(classes.filter((name) => !said.includes(`"class":"${name}"`))).toEqual([]);
  expect(Object.keys(FUNCTIONS).filter((name) => !said.includes(`{"function":"${name}"}`))).toEqual([]);
  // The LabelEncoder and the FunctionTransformer as transformers of a target.
  const transformers = JSON.stringify(cases.map((one) => one.export.target.transformer));
  expect(transformers).toContain("LabelEncoder");
});

live("classes become labels, those of a LabelEncoder before the model's", async () => {
  const targetOf = async (name: string) => {
    const { pipeline } = await loadModel((await imported(cases.find((one) => one.name === name)!))!, {});
    return pipeline.target;
  };
  expect(await targetOf("two classes")).toMatchObject({ type: "binary", labels: [false, true] });
  expect(await targetOf("three classes")).toMatchObject({ type: "multiclass", labels: [10, 20, 30] });
  expect(await targetOf("classes of another library")).toMatchObject({ labels: [10, 20, 30] });
  expect(await targetOf("two classes encoded")).toMatchObject({ type: "binary", labels: ["no", "yes"] });
  expect(await targetOf("classes of a LabelEncoder")).toMatchObject({
    type: "multiclass",
    labels: ["Grün", "blue", "green", "none", "red"],
  });
});
