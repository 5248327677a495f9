import { UsageError } from "../../src/errors.ts";
import { type Feature, type FeatureSpec, compileFeature } from "../../src/model/feature.ts";
import { KINDS, compileInput } from "../../src/model/inputs.ts";
import { type ModelFile, checkModelFile } from "../../src/model/model-file.ts";
import { type Learned, compilePipeline } from "../../src/model/pipeline.ts";
import { Refusal, type Value, type ValueKind } from "../../src/model/step.ts";
import { type StepName, stepOf } from "../../src/model/steps.ts";
import { learn } from "../model/steps/fit-in-memory.ts";
import { type Case, type Cell, documentOf } from "./case.ts";

/** What one step did in a case: all that its reference needs to do the same, and all that is compared. */
export interface StepTrace {
  readonly feature: string;
  /** Its place in the feature's chain. */
  readonly place: number;
  readonly step: StepName;
  readonly parameters: unknown;
  /** Columns × rows that went in: first those of training. */
  readonly columns: readonly (readonly Value[])[];
  /** The texts of a date-time that goes in as the input it is; null where missing. */
  readonly texts: readonly Cell[] | undefined;
  readonly timeZone: string | undefined;
  readonly trainRows: number;
  readonly target: readonly number[];
  /** What was learned of each column, as a fitted file holds it; or why nothing was. */
  readonly learned: readonly object[] | string;
  /** Rows × columns that came out, undefined where the step refused the row; empty where nothing was learned. */
  readonly out: readonly (readonly Value[] | undefined)[];
}

/** A model file that `checkModelFile` refuses: such a case says nothing. */
export class WrongCase extends Error {
  override readonly name = "WrongCase";
}

/** What a case did, and in which ways this side disagrees with itself. */
export interface CaseTrace {
  readonly steps: readonly StepTrace[];
  readonly contradictions: readonly string[];
}

/**
 * Fits and transforms a case step by step, and as a whole.
 *
 * @throws {WrongCase}
 */
export function traceCase(one: Case): CaseTrace {
  const checked = checkModelFile(documentOf(one));
  if ("issues" in checked) throw new WrongCase(JSON.stringify(checked.issues));
  const { file } = checked;
  const read = (rows: Case["train"]) => rows.map((row) => readRow(file, row));
  const rows = [...read(one.train), ...read(one.serve)];
  const steps: StepTrace[] = [];
  const contradictions: string[] = [];
  for (const spec of file.features) {
    const traced = traceFeature(spec, file, one, rows);
    steps.push(...traced.steps);
    contradictions.push(...checkWhole({ ...file, features: [spec] }, one, rows, traced));
  }
  return { steps, contradictions };
}

function readRow(file: ModelFile, row: readonly Cell[]): Value[] {
  return row.map((cell, j) => {
    const value = compileInput(file.inputs[j]!)!.read(cell);
    if (value === undefined) throw new WrongCase(`${file.inputs[j]!.name} does not take ${cell}`);
    return value;
  });
}

type Rows = readonly (readonly Value[] | undefined)[];

interface TracedFeature {
  readonly steps: readonly StepTrace[];
  /** Of all rows, what the last step that could be fitted gave. */
  readonly out: Rows;
}

function traceFeature(spec: FeatureSpec, file: ModelFile, one: Case, rows: Rows): TracedFeature {
  const places = spec.from.map((name) => file.inputs.findIndex((input) => input.name === name));
  const steps: StepTrace[] = [];
  let names: readonly string[] = spec.from;
  let kinds: readonly ValueKind[] = places.map((place) => KINDS[file.inputs[place]!.type]);
  let current: Rows = rows.map((row) => places.map((place) => row![place]!));
  for (const [place, { name: step, parameters }] of spec.steps.entries()) {
    // A row that a step refuses goes no further: what is left of the training rows is fitted on.
    const kept = [...current.keys()].filter((i) => current[i] !== undefined);
    const trained = kept.filter((i) => i < one.train.length);
    // Hundreds of columns, and their products, would only repeat themselves.
    if (names.length > (stepOf(step).joins === undefined ? 40 : 6)) throw new WrongCase("is too wide");
    // Names of their own: those that categories give may be twins.
    const from = names.map((_, j) => `column${j}`);
    const alone = { name: spec.name, from, steps: [spec.steps[place]!] };
    const { learned, feature } = fitAlone(
      alone,
      kinds,
      trained.map((i) => current[i]!),
      trained.map((i) => one.target[i]!),
    );
    const out = current.map((row) => (row && feature ? attempt(feature.write, row) : undefined));
    const input = file.inputs[places[0]!]!;
    const isTime = place === 0 && input.type === "datetime" && places.length === 1;
    const cells = [...one.train, ...one.serve];
    steps.push({
      feature: spec.name,
      place,
      step,
      parameters,
      columns: names.map((_, j) => kept.map((i) => current[i]![j]!)),
      texts: isTime ? kept.map((i) => cells[i]![places[0]!]!) : undefined,
      timeZone: isTime ? input.time_zone : undefined,
      trainRows: trained.length,
      target: trained.map((i) => one.target[i]!),
      learned,
      out: feature === undefined ? [] : kept.map((i) => out[i]),
    });
    // Of a single category, the first dropped, no column is left: there is nothing more to compare.
    if (feature === undefined || feature.columns.length === 0) return { steps, out };
    current = out;
    names = feature.columns;
    const { gives } = stepOf(step);
    kinds = names.map((_, j) => (gives === "same" ? kinds[j]! : gives));
  }
  return { steps, out: current };
}

/** Kind → the type of an input whose values are of that kind. */
const TYPES = { number: "number", category: "string", datetime: "datetime" } as const;

/** Fits and compiles one step, on columns whose names the specification lists as its inputs. */
function fitAlone(
  spec: FeatureSpec,
  kinds: readonly ValueKind[],
  rows: readonly (readonly Value[])[],
  target: readonly number[],
) {
  const inputs = spec.from.map((name, j) => ({ name, type: TYPES[kinds[j]!] }));
  const { learned, refusals } = learn({ inputs, features: [spec] } as unknown as ModelFile, rows, target);
  if (refusals.length > 0) return { learned: refusals.join("; "), feature: undefined };
  // What is served is what the fitted file's JSON says.
  const stored = JSON.parse(JSON.stringify(learned[0]!)) as (readonly object[])[];
  return { learned: stored[0]!, feature: compileFeature(spec, [...spec.from.keys()], stored) };
}

/** What `write` makes of a row; undefined where it refuses. */
function attempt(write: Feature["write"], row: readonly Value[]) {
  const out: Value[] = [];
  try {
    write(row, out, 0);
    return out;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Whether the whole chain, fitted and compiled as one, does what its steps do one by one. */
function checkWhole(file: ModelFile, one: Case, rows: Rows, { steps, out }: TracedFeature): string[] {
  const trained = rows.slice(0, one.train.length) as (readonly Value[])[];
  const { name } = file.features[0]!;
  const whole = attemptLearning(file, trained, one.target);
  const kept = steps.every((step) => step.trainRows === trained.length);
  const failed = steps.find((step) => typeof step.learned === "string");
  if (failed === undefined && steps.length < file.features[0]!.steps.length) return [];
  if (whole === undefined) return kept ? [`${name}: only the whole chain refuses a training row`] : [];
  if (whole.refusals.length > 0 || failed !== undefined || !kept) {
    const both = whole.refusals.length > 0 && failed !== undefined;
    return kept && !both ? [`${name}: whole chain: ${whole.refusals.join("; ") || "fitted"}`] : [];
  }
  const apart = steps.map((step) => step.learned);
  if (JSON.stringify(whole.learned[0]) !== JSON.stringify(apart)) {
    return [
      `${name}: the whole chain learned ${JSON.stringify(whole.learned[0])}, not ${JSON.stringify(apart)}`,
    ];
  }
  const transform = compileWhole(file, JSON.parse(JSON.stringify(whole.learned)) as Learned);
  // Twin columns are refused: the text "nan" and a missing value, as names in scikit-learn too, are one.
  if (transform === undefined) return [];
  const differing = rows.findIndex((row, i) => {
    const made = attempt((from, to) => to.push(...transform(from)), row!);
    const expected = out[i];
    return made?.length !== expected?.length || made?.some((value, j) => !Object.is(value, expected![j]));
  });
  return differing === -1 ? [] : [`${name}: the whole chain differs from its steps in row ${differing}`];
}

function compileWhole(file: ModelFile, learned: Learned) {
  try {
    return compilePipeline(file, undefined, learned).transform;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function attemptLearning(file: ModelFile, rows: readonly (readonly Value[])[], target: readonly number[]) {
  try {
    return learn(file, rows, target);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
