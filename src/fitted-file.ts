import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UsageError } from "./errors.ts";
import type { Baseline } from "./model/baseline.ts";
import type { LearnedFeature } from "./model/feature.ts";
import { learningFeatures, learningNumbers, learningPart } from "./model/learning.ts";
import type { ModelFile } from "./model/model-file.ts";
import type { Learned } from "./model/pipeline.ts";
import { isRecord } from "./model/record.ts";
import type { LearnedTarget } from "./model/target/learn.ts";
import { numbersOf } from "./model/target/spec.ts";

/** The training data that a model was fitted on. */
export interface TrainingData {
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly rows: number;
}

/** What a model was fitted on. Either part is absent where the parameters come from elsewhere, such as scikit-learn. */
export interface FittedOn {
  readonly data?: TrainingData;
  /** What the training data looked like, column by column. */
  readonly baseline?: Baseline;
}

/** What was learned from training data, as it lies in `<name>.fitted.json` beside the model file. */
export interface Fitted extends FittedOn {
  /** Of each feature, in order, what its steps learned. */
  readonly learned: Learned;
  /** Of each number of the target, in order, what its transform learned; empty objects where it learns nothing. */
  readonly target: LearnedTarget;
}

/** Format of the file: 1 until a reader of it would misunderstand a newer one. */
const FORMAT = 1;

/** Where a file that belongs to a model file lies: beside it, under its name. */
export function beside(modelPath: string, suffix: string): string {
  return modelPath.replace(/(?:\.ya?ml)?$/, suffix);
}

/** The path of the fitted file that belongs to a model file. */
export function fittedPathOf(modelPath: string): string {
  return beside(modelPath, ".fitted.json");
}

/**
 * The text of a fitted file. The same training data and model file give the same text; short lists and objects stand on
 * one line, lists of numbers always.
 */
export function fittedText(file: ModelFile, { data, baseline, learned, target }: Fitted): string {
  const features = file.features.flatMap(({ name }, i) => {
    const steps = learned[i]!;
    return steps.some((columns) => columns.length > 0) ? [[name, steps] as const] : [];
  });
  const numbers = numbersOf(file.target).flatMap(({ name }, i) => {
    const found = target[i]!;
    return Object.keys(found).length > 0 ? [[name, found] as const] : [];
  });
  const content = {
    skewless: FORMAT,
    model: file.name,
    version: file.version,
    model_digest: modelDigest(file),
    ...(data === undefined ? {} : { data }),
    ...(baseline === undefined ? {} : { baseline }),
    features: Object.fromEntries(features),
    target: Object.fromEntries(numbers),
  };
  return `${render({ ...content, digest: digestOf(content) }, "")}\n`;
}

/**
 * Reads the fitted file of a model file, and holds it against that.
 *
 * @returns undefined where there is none and none is needed
 * @throws {UsageError} where it is missing, damaged, or was fitted for another state of the model file; says what to run
 */
export async function readFitted(modelPath: string, file: ModelFile): Promise<Fitted | undefined> {
  const path = fittedPathOf(modelPath);
  const remedy = `npx skewless fit ${modelPath} TRAIN.csv`;
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new UsageError(`The fitted file ${path} cannot be read (${error.code}).`);
  });
  if (text === undefined) {
    const wanting = learnersOf(file);
    if (wanting.length === 0) return undefined;
    const what = wanting.map((learner) => `  ${learner}`).join("\n");
    throw new UsageError(
      `${modelPath} has steps that learn from training data, but ${path} is missing:\n${what}\nMake it: ${remedy}`,
    );
  }
  const content = parse(text);
  if (content === undefined) {
    throw new UsageError(`${path} is damaged, or was changed by hand. Make it again: ${remedy}`);
  }
  if (content.skewless !== FORMAT) {
    const format = `format ${content.skewless}, where this one reads ${FORMAT}`;
    throw new UsageError(
      `${path} was written by another version of Skewless (${format}). Make it again: ${remedy}`,
    );
  }
  if (content.model_digest !== modelDigest(file)) {
    throw new UsageError(
      `${path} is stale: inputs, features or target of ${modelPath} have changed since it was made. ` +
        `Make it again: ${remedy}`,
    );
  }
  const { data, baseline, features, target } = content;
  return {
    ...(data === undefined ? {} : { data }),
    ...(baseline === undefined ? {} : { baseline }),
    // Steps after the last one that learns may have come or gone since: they have an entry each, and nothing in it.
    learned: file.features.map(({ name, steps }) =>
      steps.map((_, i) => (Object.hasOwn(features, name) && features[name]![i]) || []),
    ),
    target: numbersOf(file.target).map(({ name }) => (Object.hasOwn(target, name) ? target[name]! : {})),
  };
}

function learnersOf(file: ModelFile): string[] {
  return [
    ...learningFeatures(file).map(({ name, steps }) => `${name}: ${steps.join(", ")}`),
    ...learningNumbers(file).map(({ name, transform }) => `${name}: ${transform.name}`),
  ];
}

interface Content extends Pick<Fitted, "data" | "baseline"> {
  readonly skewless: number;
  readonly model_digest: string;
  readonly features: Readonly<Record<string, LearnedFeature>>;
  readonly target: Readonly<Record<string, object>>;
}

/** The content of a fitted file that is as it was written, of whichever format. */
function parse(text: string): Content | undefined {
  try {
    const { digest, ...content } = JSON.parse(text) as Content & { digest: string };
    return digest === digestOf(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Digest of what of a model file decides what is learned: another one means that a fitted file is stale. */
export function modelDigest(file: ModelFile): string {
  return digestOf(learningPart(file));
}

function digestOf(value: unknown): string {
  return sha256Name(createHash("sha256").update(canonical(value)).digest("hex"));
}

/** How a digest is written. */
export function sha256Name(hex: string): string {
  return `sha256:${hex}`;
}

/** JSON in one line, the keys of each object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

const MAX_LINE = 110;

function render(value: unknown, indent: string): string {
  if (!Array.isArray(value) && !isRecord(value)) return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close, entries] = Array.isArray(value)
    ? ["[", "]", value.map((part: unknown) => render(part, inner))]
    : [
        "{",
        "}",
        Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${render(part, inner)}`),
      ];
  const parts: unknown[] = Object.values(value);
  if (!parts.some((part) => typeof part === "object" && part !== null)) {
    const space = open === "{" && entries.length > 0 ? " " : "";
    const line = `${open}${space}${entries.join(", ")}${space}${close}`;
    const numbers = Array.isArray(value) && parts.every((part) => typeof part === "number");
    if (numbers || indent.length + line.length <= MAX_LINE) return line;
  }
  return `${open}\n${entries.map((entry) => inner + entry).join(",\n")}\n${indent}${close}`;
}
