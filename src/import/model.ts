import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../errors.ts";
import type { Fitted } from "../fitted-file.ts";
import type { Issue } from "../model/check.ts";
import { type ModelFile, checkModelFile } from "../model/model-file.ts";
import { compileFeature } from "../model/feature.ts";
import { exampleOf } from "../model/inputs.ts";
import { type Pipeline, compilePipeline } from "../model/pipeline.ts";
import { isRecord } from "../model/record.ts";
import { stepOf } from "../model/steps.ts";
import { numbersOf } from "../model/target/spec.ts";
import { applyEstimator } from "./compose.ts";
import type { Exported } from "./exported.ts";
import { type Findings, located, startFindings } from "./findings.ts";
import { type WrittenInput, importInputs } from "./inputs.ts";
import { featureNames } from "./names.ts";
import { type Strand, type WrittenStep, inputStrands, withDefaults } from "./strand.ts";
import { type ImportedTarget, importTarget } from "./target.ts";

/** What the model file is to be called, besides what the export says. */
export interface Naming {
  readonly name: string;
  readonly endpoint: string;
  readonly target: string;
}

/** A model file that is made of an export, and what was learned. */
export interface Imported {
  /** What the YAML file is to hold. */
  readonly document: ImportedDocument;
  /** Of each feature, where it comes from. */
  readonly comments: readonly string[];
  readonly file: ModelFile;
  readonly fitted: Fitted;
  /** What a reader should know. */
  readonly notes: readonly string[];
}

/** A model file as it is written, short forms and all. */
export interface ImportedDocument {
  readonly name: string;
  readonly version: string;
  readonly endpoint: { readonly name: string };
  readonly inputs: readonly WrittenInput[];
  readonly features: readonly unknown[];
  readonly target: object;
}

/**
 * Makes a model file of an export.
 *
 * @returns everything that cannot be expressed instead, each with its path, where there is anything
 */
export function importModel(
  exported: Exported,
  naming: Naming,
): Imported | { readonly issues: readonly string[] } {
  const found = startFindings();
  checkVersion(exported, found);
  const strands = applyEstimator(exported.estimator, inputStrands(exported.inputs), [], found);
  const target = importTarget(naming.target, exported.target.transformer, found);
  if (strands === undefined || found.issues.length > 0) return { issues: [...new Set(found.issues)] };
  refuseNarrowInputs(strands, found);
  if (strands.length === 0) found.issues.push(located([], "gives no columns: there is nothing to import"));
  const inputs = importInputs(exported.inputs, strands, found);
  if (found.issues.length > 0) return { issues: [...new Set(found.issues)] };
  return assemble(exported, strands, { naming, inputs, target }, found);
}

/** The versions of scikit-learn that write what is read here, and the newest that it was held against. */
const OLDEST = [1, 3] as const;
const NEWEST = [1, 9] as const;

function checkVersion({ versions: { "scikit-learn": version } }: Exported, found: Findings): void {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  if (major !== OLDEST[0] || minor! < OLDEST[1]) {
    found.issues.push(
      located(
        [],
        `was exported by scikit-learn ${version}; it must be ${OLDEST.join(".")} or newer, and below ${OLDEST[0] + 1}`,
      ),
    );
  } else if (minor! > NEWEST[1]) {
    found.notes.push(
      `scikit-learn ${version} is newer than ${NEWEST.join(".")}, the newest that this was held against: prove it with skewless check --against`,
    );
  }
}

/** A column that nothing was computed of is sent to the endpoint as it came: a 32-bit float is another number. */
function refuseNarrowInputs(strands: readonly Strand[], found: Findings): void {
  for (const { steps, dtype, path, from } of strands) {
    if (!/^float(?:16|32)$/i.test(dtype ?? "") || steps.some(({ name }) => name !== "impute")) continue;
    const message = `passes ${from.join(", ")} on as ${dtype}, where Skewless has the number that was sent: cast it to float64, and fit again`;
    found.issues.push(located(path, message));
  }
}

interface Parts {
  readonly naming: Naming;
  readonly inputs: readonly WrittenInput[];
  readonly target: ImportedTarget;
}

interface Compiled {
  readonly document: ImportedDocument;
  readonly file: ModelFile;
  readonly fitted: Fitted;
  readonly pipeline: Pipeline;
}

type Refused = { readonly issues: readonly string[] };

function assemble(
  exported: Exported,
  strands: readonly Strand[],
  parts: Parts,
  found: Findings,
): Imported | Refused {
  // Columns may have one name only because a feature has an input's: then longer names help.
  const short = compile(strands, parts, true);
  const compiled = short === undefined ? compile(strands, parts, false) : short;
  if (compiled === undefined) return { issues: twins(strands) };
  if ("issues" in compiled) return compiled;
  const { length } = compiled.pipeline.columns;
  if (exported.columns_out !== null && exported.columns_out !== length) {
    const message = `gives ${exported.columns_out} columns, where its parts give ${length}: it was changed after fitting`;
    return { issues: [located([], message)] };
  }
  const inputs = withExamples(parts.inputs, compiled.pipeline);
  return {
    document: { ...compiled.document, inputs },
    comments: strands.map(commentOf),
    file: compiled.file,
    fitted: compiled.fitted,
    notes: [...new Set(found.notes)],
  };
}

/** Undefined where two columns have one name. */
function compile(
  strands: readonly Strand[],
  { naming, inputs, target }: Parts,
  plain: boolean,
): Compiled | Refused | undefined {
  const names = featureNames(strands, plain);
  const document = {
    name: naming.name,
    version: "1",
    endpoint: { name: naming.endpoint },
    inputs,
    features: strands.map((strand, i) => featureOf(strand, names[i]!)),
    target: target.written,
  };
  const checked = checkModelFile(document);
  if ("issues" in checked) {
    return { issues: [...new Set(checked.issues.map((issue) => inWords(issue, strands, inputs)))] };
  }
  const { file } = checked;
  const held = variableIn({ inputs, features: document.features, target: document.target });
  if (held !== undefined) {
    return {
      issues: [`${held} cannot be written: a model file takes \${…} for a variable of the environment`],
    };
  }
  const fitted = {
    learned: strands.map((strand) => strand.learned),
    target: numbersOf(file.target).map(() => target.learned),
  };
  try {
    return {
      document,
      file,
      fitted,
      pipeline: compilePipeline(file, undefined, fitted.learned, fitted.target),
    };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Which columns have one name, whatever the features are called, who makes them, and what can be done. */
function twins(strands: readonly Strand[]): string[] {
  const names = featureNames(strands, false);
  const makers = new Map<string, Strand[]>();
  for (const [i, strand] of strands.entries()) {
    const { from, steps, learned } = strand;
    const long = steps.map((step) => ({ name: step.name, parameters: withDefaults(step) }));
    const { columns } = compileFeature({ name: names[i]!, from, steps: long }, [...from.keys()], learned);
    for (const column of columns) makers.set(column, [...(makers.get(column) ?? []), strand]);
  }
  return [...makers]
    .filter(([, same]) => same.length > 1)
    .map(([column, same]) => {
      const where = [...new Set(same.map(({ path }) => path.join(" > ")))].join(" and ");
      return `${where}: ${same.length} columns would be called ${JSON.stringify(column)}, after the inputs or the categories that they are made of; ${remedyOfTwins(same)}`;
    });
}

/** Where several inputs are joined, their columns are called after these alone; elsewhere the feature's name comes first. */
function remedyOfTwins(same: readonly Strand[]): string {
  const joined = same.filter(({ from }) => from.length > 1);
  if (joined.length === 0)
    return "rename an input (--rename OLD=NEW), or a step of the pipeline, and export it again";
  const inputs = [...new Set(joined.flatMap(({ from }) => from))];
  return `make one PolynomialFeatures of ${inputs.join(", ")}, or let each give products alone, by PolynomialFeatures((2, 2), interaction_only=True), beside the columns themselves; then fit again`;
}

/** A text in a document that holds a `${`. */
function variableIn(part: unknown): string | undefined {
  if (typeof part === "string") return part.includes("${") ? JSON.stringify(part) : undefined;
  if (typeof part !== "object" || part === null) return undefined;
  for (const inner of Object.entries(part).flat()) {
    const held = variableIn(inner);
    if (held !== undefined) return held;
  }
  return undefined;
}

/** A feature in its short form. */
function featureOf({ from, steps }: Strand, name: string): unknown {
  const [only] = from;
  if (from.length === 1 && name === only && steps.length === 0) return only;
  return {
    ...(from.length === 1 && name === only ? {} : { name }),
    from: from.length === 1 ? only : from,
    ...(steps.length === 0 ? {} : { steps: steps.map((step) => shortForm(step)) }),
  };
}

/** A step without the parameters that are as they are by default. */
function shortForm({ name, parameters }: WrittenStep): unknown {
  const { defaults } = stepOf(name);
  if (!isRecord(defaults) || !isRecord(parameters)) return { [name]: parameters };
  const changed = Object.entries(parameters).filter(
    ([key, value]) => !isDeepStrictEqual(value, defaults[key]),
  );
  return changed.length === 0 ? name : { [name]: Object.fromEntries(changed) };
}

/** What the model file's own rules say against a document, by the estimators or the columns that it is about. */
function inWords(
  { path, message }: Issue,
  strands: readonly Strand[],
  inputs: readonly WrittenInput[],
): string {
  const [part, i, ...rest] = path;
  if (part === "features" && typeof i === "number") {
    return located(strands[i]!.path, `${strands[i]!.from.join(", ")}: ${message}`);
  }
  if (part === "inputs" && typeof i === "number") {
    const remedy = rest[0] === "name" ? ". Rename it: --rename OLD=NEW, and in the data too" : "";
    return `input ${JSON.stringify(inputs[i]!.name)}: ${message}${remedy}`;
  }
  return `${path.join(".")}: ${message}`;
}

/** Gives an input an example where the one that the documentation would choose cannot be encoded. */
function withExamples(
  inputs: readonly WrittenInput[],
  { inputs: compiled, explain }: Pipeline,
): WrittenInput[] {
  const row = compiled.map(({ spec, read }) => read(exampleOf(spec))!);
  const blamed = new Set(explain(row).map(({ input }) => input));
  return inputs.map((input) => {
    const needs = blamed.has(input.name) && (input.type === "number" || input.type === "integer");
    // Of 0, which is the usual one, there is no logarithm.
    return needs && input.example === undefined ? { ...input, example: 1 } : input;
  });
}

function commentOf({ branch, via }: Strand): string {
  return [branch.join(" > "), via.join(", ")].filter((part) => part !== "").join(": ");
}
