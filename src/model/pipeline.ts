import { UsageError } from "../errors.ts";
import { answerWidth, compileDecode, compileDecodeRow } from "./decode.ts";
import { type Obstacle, compileEncode, widthError } from "./encode.ts";
import { type Input, compileInput } from "./inputs.ts";
import { type FeatureSpec, type LearnedFeature, compileFeature } from "./feature.ts";
import { compileFill } from "./fill.ts";
import { type RowFormat, compileFormat } from "./formats.ts";
import type { ModelFile } from "./model-file.ts";
import { DEFAULT_LIMITS, type RequestLimits, type Row, compileReading } from "./request.ts";
import type { EndpointSpec } from "./schema.ts";
import type { Value } from "./step.ts";
import type { Answer } from "./target/answer.ts";
import { type TargetColumn, compileTargetColumns } from "./target/columns.ts";
import type { LearnedTarget } from "./target/learn.ts";
import type { Predicted } from "./target/prediction.ts";
import type { TargetSpec } from "./target/spec.ts";

/** A model file, compiled once and frozen: everything that is done to a row, in training and in serving. */
export interface Pipeline {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly endpoint: EndpointSpec;
  readonly inputs: readonly Input[];
  /** The features as declared; each gives one column or several. */
  readonly features: readonly FeatureSpec[];
  /** Names of the CSV's columns, in order. */
  readonly columns: readonly string[];
  /** The same, feature by feature. */
  readonly featureColumns: readonly (readonly string[])[];
  readonly target: TargetSpec;
  /**
   * A request's body → rows (n × inputs).
   *
   * @throws {Problem} `invalid-request`
   */
  readonly readInstances: (body: unknown) => Row[];
  /**
   * One instance's `features` → a row.
   *
   * @throws {Problem} `invalid-request`, whose pointers count it as instance `index`
   */
  readonly readFeatures: (features: unknown, index: number) => Row;
  /**
   * A row → its features' values, in the order of {@link columns}; NaN where missing.
   *
   * @throws {Refusal} where a step cannot take a value
   * @throws {TypeError} where the row has not a value for each input
   */
  readonly transform: (row: Row) => number[];
  /**
   * The same into an array that is there, from place `at` on: for many rows, one after the other. What a row holds beyond
   * the inputs, such as its target, is not looked at.
   *
   * @param first the features from this one on, up to `end`; all of them where these are absent
   * @returns whether {@link encode} takes the row: false where a value is not finite as a float32 and not missing either
   * @throws {Refusal} where a step cannot take a value
   * @throws {TypeError} where the row is too short
   */
  readonly fill: (row: Row, into: Float64Array, at: number, first?: number, end?: number) => boolean;
  /**
   * Rows (n × inputs) → n lines of CSV, without line ends.
   *
   * @throws {Problem} `invalid-request`, naming the inputs of every feature that a step refuses or that is neither finite
   *   as a float32 nor missing, up to the limit
   * @throws {TypeError} where a row has not a value for each input
   */
  readonly encode: (rows: readonly Row[]) => string[];
  /** How lines of {@link encode} become what the endpoint takes. */
  readonly format: RowFormat;
  /**
   * What keeps a row from being encoded, an entry for each input of each such feature; empty where nothing does.
   *
   * @throws {TypeError} where the row is too short
   */
  readonly explain: (row: Row) => readonly Obstacle[];
  /** The first columns of a training set: one, or one for each of several outputs. */
  readonly targetColumns: readonly TargetColumn[];
  /** How many values the endpoint must answer a row; undefined: any number. */
  readonly answerWidth: number | undefined;
  /**
   * The endpoint's answers (n) → predictions (n), every number of them finite.
   *
   * @throws {Problem} `endpoint-bad-answer`
   */
  readonly decode: (answers: readonly Answer[]) => Predicted[];
  /**
   * One answer → its prediction; `row` is its place in the request.
   *
   * @throws {Problem} `endpoint-bad-answer`
   */
  readonly decodeRow: (answer: Answer, row: number) => Predicted;
}

/** What was learned from training data: of each feature, in order, what its steps learned. */
export type Learned = readonly LearnedFeature[];

/**
 * Compiles a checked model file.
 *
 * @param learned what its steps learned; not needed where none of them learns
 * @param learnedTarget what the target's transforms learned; not needed where none of them learns
 * @throws {UsageError} where two columns have one name: known only now, as a step may learn how many it makes
 */
export function compilePipeline(
  file: ModelFile,
  limits: RequestLimits = DEFAULT_LIMITS,
  learned: Learned = nothingLearned(file),
  learnedTarget: LearnedTarget = [],
): Pipeline {
  // A checked file's inputs compile: checkModelFile has tried.
  const inputs = Object.freeze(file.inputs.map((spec) => compileInput(spec)!));
  const features = file.features.map((spec, i) => {
    const places = spec.from.map((name) => file.inputs.findIndex((input) => input.name === name));
    return { ...compileFeature(spec, places, learned[i]!), name: spec.name, places };
  });
  const columns = Object.freeze(features.flatMap((feature) => feature.columns));
  reportTwins(features);
  const names = file.inputs.map(({ name }) => name);
  return Object.freeze({
    name: file.name,
    version: file.version,
    description: file.description,
    endpoint: file.endpoint,
    inputs,
    features: file.features,
    columns,
    featureColumns: Object.freeze(features.map((feature) => feature.columns)),
    target: file.target,
    ...compileReading(inputs, limits),
    transform: (row: Row) => {
      if (row.length !== names.length) throw widthError(row, names);
      const out: Value[] = [];
      for (const feature of features) feature.write(row, out, out.length);
      return out as number[];
    },
    fill: compileFill(names, features),
    ...compileEncode(names, features, limits),
    format: compileFormat(file.endpoint, columns),
    targetColumns: Object.freeze(compileTargetColumns(file.target, learnedTarget)),
    answerWidth: answerWidth(file.target),
    decode: compileDecode(file.target, learnedTarget),
    decodeRow: compileDecodeRow(file.target, learnedTarget),
  });
}

/** Renaming a feature tells its columns from another one's, but not from each other. */
function reportTwins(
  features: readonly { readonly name: string; readonly columns: readonly string[] }[],
): void {
  const owners = new Map<string, string>();
  for (const { name, columns } of features) {
    for (const column of columns) {
      const owner = owners.get(column);
      owners.set(column, name);
      if (owner === undefined) continue;
      const remedy =
        owner === name
          ? `both come from the feature ${name}: make a feature of each of its inputs`
          : "rename a feature";
      throw new UsageError(`Two columns of the features are named ${column}: ${remedy}.`);
    }
  }
}

/** For a model file without a step that learns. */
export function nothingLearned(file: ModelFile): Learned {
  return file.features.map((feature) => feature.steps.map(() => []));
}
