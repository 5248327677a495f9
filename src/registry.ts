import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Document, LineCounter, type Node, isMap, isSeq, parseDocument, visit } from "yaml";
import { UsageError } from "./errors.ts";
import { type Fitted, type FittedOn, beside, fittedPathOf, readFitted } from "./fitted-file.ts";
import type { Issue } from "./model/check.ts";
import { type GoldenRow, isPrediction, replayGolden } from "./model/golden.ts";
import { type ModelFile, checkModelFile } from "./model/model-file.ts";
import { type Pipeline, compilePipeline } from "./model/pipeline.ts";
import { DEFAULT_LIMITS, type RequestLimits } from "./model/request.ts";

/** A model as it lies on disk: its compiled pipeline, its golden rows, and what it was fitted on. */
export interface Model {
  readonly pipeline: Pipeline;
  readonly golden: readonly GoldenRow[];
  /** Absent where there is no fitted file. */
  readonly fitted?: FittedOn;
}

/** A model of a folder. */
export interface FolderModel extends Model {
  /** Where its model file lies, and what belongs to that. */
  readonly folder: string;
}

/** What a model file's `${NAME:-default}` are taken from. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Loads every model file of a folder, or of several, and replays its golden rows. Folders within are not looked into.
 *
 * @param folders as MODELS_DIR has them: `models`, or `models,models/examples`; one alone may have a comma in its name
 * @returns folder by folder, in the order of their files' names
 * @throws {UsageError} naming the file, the line and the mistake
 */
export async function loadModels(
  folders: string,
  variables: Variables,
  limits?: RequestLimits,
): Promise<FolderModel[]> {
  const paths = await modelFilesOf(folders);
  const loading = paths.map((path) => loadFrom(path, variables, limits));
  const failures = (await Promise.allSettled(loading)).filter((result) => result.status === "rejected");
  if (failures.length > 1) {
    throw new UsageError(failures.map(({ reason }) => (reason as Error).message).join("\n"));
  }
  const models = await Promise.all(loading);
  const names = models.map((model) => model.pipeline.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Two model files in ${folders} have the name ${twice}.`);
  const reports = models.map((model) => goldenReport(model)).filter((report) => report !== undefined);
  if (reports.length > 0) throw new UsageError(reports.join("\n"));
  return models;
}

async function loadFrom(path: string, variables: Variables, limits?: RequestLimits): Promise<FolderModel> {
  return { folder: dirname(path), ...(await loadModel(path, variables, limits)) };
}

/**
 * The model files of a folder, or of several.
 *
 * @param folders as {@link loadModels} takes them
 * @throws {UsageError} naming a folder that cannot be read, or that holds none
 */
export async function modelFilesOf(folders: string): Promise<string[]> {
  const listed = existsSync(folders) ? [folders] : folders.split(",");
  return (await Promise.all(listed.map(filesOfFolder))).flat();
}

/** A model file, and the files that belong to it, whether they are there or not: all that {@link loadModel} reads. */
export function filesOfModel(path: string): string[] {
  return [path, fittedPathOf(path), beside(path, ".golden.jsonl")];
}

async function filesOfFolder(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`No models: the folder ${folder} cannot be read (${error.code}). Set MODELS_DIR.`);
  });
  const found = files.filter((file) => /\.ya?ml$/.test(file)).toSorted();
  if (found.length === 0)
    throw new UsageError(`No models: the folder ${folder} holds no .yaml file. Set MODELS_DIR.`);
  return found.map((file) => join(folder, file));
}

/** What a model is compiled from: plain data, which may be handed to another thread. */
export interface ModelSources {
  readonly file: ModelFile;
  /** Absent where nothing is learned. */
  readonly fitted: Fitted | undefined;
}

/**
 * Loads one model file, and beside it what was learned for it and its golden rows, without replaying them.
 *
 * @throws {UsageError} naming the file, the line and the mistake; or what to run, where there is nothing learned that fits
 */
export async function loadModel(path: string, variables: Variables, limits?: RequestLimits): Promise<Model> {
  return modelOf(path, await loadSources(path, variables), limits);
}

/**
 * Loads one model file, and what was learned for it: the first half of {@link loadModel}.
 *
 * @throws {UsageError} as {@link loadModel}
 */
export async function loadSources(path: string, variables: Variables): Promise<ModelSources> {
  const file = await loadModelFile(path, variables);
  return { file, fitted: await readFitted(path, file) };
}

/**
 * Compiles what was loaded, and loads the golden rows: the other half of {@link loadModel}.
 *
 * @throws {UsageError} as {@link loadModel}
 */
export async function modelOf(
  path: string,
  { file, fitted: found }: ModelSources,
  limits: RequestLimits = DEFAULT_LIMITS,
): Promise<Model> {
  const pipeline = compilePipeline(file, limits, found?.learned, found?.target);
  const golden = await loadGolden(beside(path, ".golden.jsonl"));
  if (found === undefined) return { pipeline, golden };
  const { learned: _, target: __, ...fitted } = found;
  return { pipeline, golden, fitted };
}

/**
 * Loads one model file alone.
 *
 * @throws {UsageError} naming the file, the line and the mistake
 */
export async function loadModelFile(path: string, variables: Variables): Promise<ModelFile> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The model file ${path} cannot be read (${error.code}).`);
  });
  try {
    return parseModelFile(text, path, variables);
  } catch (error) {
    // Every walk over the file recurses; whichever comes to the stack's end first.
    throw error instanceof RangeError ? new UsageError(`${path}: is nested too deeply.`) : error;
  }
}

/** The table of what the golden rows say against a model file; undefined where they agree. */
export function goldenReport({ pipeline, golden }: Model): string | undefined {
  const differences = replayGolden(pipeline, golden);
  if (differences.length === 0) return undefined;
  const lines = differences
    .slice(0, 20)
    .map(({ row, column, expected, got }) => `  row ${row}, ${column}: expected ${expected}, got ${got}`);
  const more = differences.length > 20 ? `\n  … and ${differences.length - 20} more` : "";
  return (
    `The model file ${pipeline.name} no longer encodes its golden rows as it must:\n${lines.join("\n")}${more}\n` +
    "Mend the model file, or record new golden rows if the model was retrained on other features."
  );
}

function parseModelFile(text: string, path: string, variables: Variables): ModelFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error?.code === "RESOURCE_EXHAUSTION") throw new UsageError(`${path}: is nested too deeply.`);
  if (error !== undefined)
    throw new UsageError(`${path}:${lines.linePos(error.pos[0]).line}: ${error.message.trimEnd()}`);
  const unset: Issue[] = [];
  const result = checkModelFile(interpolate(plain(document, path, lines), variables, [], unset));
  if ("file" in result && unset.length === 0) return result.file;
  const blamed = new Set(unset.map((issue) => place(issue.path)));
  const others = "file" in result ? [] : result.issues.filter((issue) => !blamed.has(place(issue.path)));
  const messages = [...unset, ...others]
    .map((issue) => ({ issue, offset: offsetOf(document.contents, issue.path) }))
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ issue, offset }) => {
      const what = [place(issue.path), issue.message].join(" ").trimStart();
      return `${path}:${lines.linePos(offset).line}: ${what}`;
    });
  throw new UsageError(messages.join("\n"));
}

/** The document as plain data, which holds no cycles: aliases are followed, up to what a person would write. */
function plain(document: Document.Parsed, path: string, lines: LineCounter): unknown {
  visit(document, {
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(document);
      if (target !== undefined && !ancestors.includes(target)) return;
      const { line } = lines.linePos(alias.range![0]);
      const what = target === undefined ? "names no anchor before it" : "lies within its own anchor";
      throw new UsageError(`${path}:${line}: the alias *${alias.source} ${what}.`);
    },
  });
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new UsageError(`${path}: the aliases multiply beyond measure.`, { cause: error });
  }
}

/** Where the thing at a path is written: its key, or where it is missing, the nearest thing around it. */
function offsetOf(root: unknown, path: Issue["path"]): number {
  let node = root;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(key));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range![0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[key as number];
      offset = (node as Node).range![0];
    } else return offset;
  }
  return offset;
}

function place(path: Issue["path"]): string {
  return path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${key}`))
    .join("");
}

/** Replaces `${NAME}` and `${NAME:-default}` in every text, as compose files do. */
function interpolate(value: unknown, variables: Variables, at: Issue["path"], issues: Issue[]): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\{([^}]*)\}?/g, (reference, inside: string) => {
      const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inside) ?? [];
      if (name === undefined || !reference.endsWith("}")) {
        issues.push({ path: at, message: `holds ${reference}: write \${NAME} or \${NAME:-default}` });
        return reference;
      }
      const found = (Object.hasOwn(variables, name) && variables[name]) || fallback;
      if (found !== undefined) return found;
      const message = `takes \${${name}}, which is not set: set it, or write a default: \${${name}:-default}`;
      issues.push({ path: at, message });
      return reference;
    });
  }
  if (Array.isArray(value)) return value.map((item, i) => interpolate(item, variables, [...at, i], issues));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, interpolate(item, variables, [...at, key], issues)]),
    );
  }
  return value;
}

async function loadGolden(path: string): Promise<GoldenRow[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new UsageError(`The golden rows ${path} cannot be read (${error.code}).`);
  });
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const row = parseGoldenRow(line);
    if (row !== undefined) return [row];
    const form = '{"features": […], "csv": "…", "prediction": 1.5}';
    throw new UsageError(`${path}:${i + 1}: a golden row is a JSON object like ${form}.`);
  });
}

function parseGoldenRow(line: string): GoldenRow | undefined {
  try {
    const row = JSON.parse(line) as GoldenRow;
    const fits =
      typeof row.features === "object" &&
      row.features !== null &&
      typeof row.csv === "string" &&
      isPrediction(row.prediction);
    return fits ? row : undefined;
  } catch {
    return undefined;
  }
}
