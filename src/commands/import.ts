import { mkdir, readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { buffer } from "node:stream/consumers";
import { parse } from "yaml";
import { UsageError } from "../errors.ts";
import { fittedPathOf, fittedText } from "../fitted-file.ts";
import { type Exported, readExport } from "../import/exported.ts";
import { importModel } from "../import/model.ts";
import { modelText } from "../import/model-text.ts";
import { check } from "../model/check.ts";
import { checkModelFile } from "../model/model-file.ts";
import { ModelFileSchema } from "../model/schema.ts";
import { learningFeatures } from "../model/learning.ts";
import { keepApart } from "./apart.ts";
import type { Command, Io } from "./command.ts";
import { InputError } from "./input-error.ts";
import { openOutput } from "./output.ts";
import { counted, print } from "./print.ts";

/** `skewless import`: a fitted scikit-learn pipeline → model file and fitted file. */
export const importSklearn: Command = {
  summary: "Make model file and fitted file of a fitted scikit-learn pipeline",
  usage: "EXPORT.json",
  positionals: { min: 1, max: 1 },
  options: {
    name: {
      type: "string",
      value: "NAME",
      description: "Name of the model: lower-case letters, digits, hyphens",
    },
    endpoint: {
      type: "string",
      value: "NAME",
      description: "Name of the SageMaker endpoint (default: the model's)",
    },
    target: {
      type: "string",
      value: "NAME",
      description: "Name of what is predicted (default: what the export says, else target)",
    },
    rename: {
      type: "string",
      value: "OLD=NEW,…",
      description: "Other names for inputs whose names a model file cannot hold",
    },
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "Model file (default: models/NAME.yaml)",
    },
    force: { type: "boolean", description: "Replace files that are there" },
  },
  help: `Reads what tools/export_sklearn.py wrote of a fitted ColumnTransformer or Pipeline, and writes the model file and,
beside it, NAME.fitted.json with everything that was learned. It then gives the columns that scikit-learn gives,
in its order. What cannot be expressed is named, all of it, and nothing is written: exit code 1. docs/import.md
lists what becomes of what.

EXPORT.json may be -, which is stdin. It is made where scikit-learn is:
  python node_modules/skewless/tools/export_sklearn.py pipeline.joblib --data train.csv -o pipeline.json
Loading a joblib or pickle file executes code that is in it: export only what you trust.

Examples:
  npx skewless import pipeline.json --name churn --endpoint churn-v1
  npx skewless check models/churn.yaml --raw raw.csv --against transformed.csv`,
  run: async ({ positionals, values }, io) => {
    const [path] = positionals as [string];
    const { name, rename, output, ...given } = values as Readonly<Record<string, string | undefined>>;
    if (name === undefined) throw new UsageError("skewless import: the model needs a name: --name NAME.");
    const endpoint = given["endpoint"] ?? name;
    mustFit("--name", name, ModelFileSchema.properties.name);
    mustFit("--endpoint", endpoint, ModelFileSchema.properties.endpoint.properties.name);
    const modelPath = output ?? `models/${name}.yaml`;
    if (!/\.ya?ml$/.test(modelPath)) throw new UsageError(`--output ${modelPath}: must end with .yaml.`);
    const paths = [modelPath, fittedPathOf(modelPath)] as const;
    if (values["force"] !== true) await mustBeFree(paths);
    await keepApart(
      paths.map((written) => ({ path: written, option: "--output" })),
      [path],
      io,
    );
    const read = await exportOf(path, io);
    const exported = rename === undefined ? read : renamed(read, rename);
    const target = given["target"] ?? exported.target.name ?? "target";
    const imported = importModel(exported, { name, endpoint, target });
    if ("issues" in imported) throw new InputError(refusal(path, imported.issues));
    const version = exported.versions["scikit-learn"];
    const source = `${path === "-" ? "stdin" : basename(path)} (scikit-learn ${version})`;
    const text = modelText(imported, source);
    const checked = checkModelFile(parse(text));
    if ("issues" in checked) throw new Error(`The model file is not as it was meant:\n${text}`);
    await writeBoth(paths, [text, fittedText(checked.file, imported.fitted)], io);
    for (const note of imported.notes) await print(io.stderr, `note: ${note}\n`);
    const { file } = checked;
    const counts = `${counted(file.inputs.length, "input")}, ${counted(file.features.length, "feature")}, ${counted(
      learningFeatures(file).flatMap(({ steps }) => steps).length,
      "learned step",
    )}`;
    await print(io.stderr, `${paths.join(", ")}: ${counts}\n`);
    return 0;
  },
};

function mustFit(option: string, value: string, schema: Parameters<typeof check>[0]): void {
  const [issue] = check(schema, value, []);
  if (issue !== undefined) throw new UsageError(`${option} ${issue.message}`);
}

async function mustBeFree(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new UsageError(`${path} is there already: replace it with --force, or write elsewhere with -o.`);
  }
}

async function exportOf(path: string, { stdin }: Io): Promise<Exported> {
  const text =
    path === "-"
      ? String(await buffer(stdin))
      : await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
          throw new UsageError(`The export ${path} cannot be read (${error.code}).`);
        });
  const exported = readExport(text);
  if (typeof exported !== "string") return exported;
  throw new InputError(
    `${path} ${exported}. Make it: python node_modules/skewless/tools/export_sklearn.py pipeline.joblib -o pipeline.json`,
  );
}

function renamed(exported: Exported, pairs: string): Exported {
  const names = new Map<string, string>();
  for (const pair of pairs.split(",")) {
    const at = pair.indexOf("=");
    const old = pair.slice(0, Math.max(at, 0));
    if (!exported.inputs.some((input) => input.name === old)) {
      const known = exported.inputs.map((input) => input.name).join(", ");
      throw new UsageError(`--rename ${pair}: is not OLD=NEW with the name of an input (${known}).`);
    }
    names.set(old, pair.slice(at + 1));
  }
  return {
    ...exported,
    inputs: exported.inputs.map((input) => ({ ...input, name: names.get(input.name) ?? input.name })),
  };
}

function refusal(path: string, issues: readonly string[]): string {
  const things = issues.length === 1 ? "1 thing has" : `${issues.length} things have`;
  return `${path} cannot be imported: ${things} no counterpart in a model file. Nothing was written.\n${issues
    .map((issue) => `  ${issue}`)
    .join("\n")}`;
}

/** Writes both files or neither. */
async function writeBoth(
  paths: readonly [string, string],
  texts: readonly [string, string],
  io: Io,
): Promise<void> {
  const folder = dirname(paths[0]);
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The folder ${folder} cannot be made (${error.code}).`);
  });
  const outputs = [];
  try {
    for (const [i, path] of paths.entries()) {
      const output = await openOutput(path, io);
      outputs.push(output);
      await output.write(texts[i]!);
    }
    for (const output of outputs) await output.commit();
  } finally {
    for (const output of outputs) await output.discard();
  }
}
