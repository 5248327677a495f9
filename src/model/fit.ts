import { type FeatureSpec, type LearnedFeature, columnsOf, compileFeature } from "./feature.ts";
import { KINDS, isMissing } from "./inputs.ts";
import type { ModelFile } from "./model-file.ts";
import { type Learner, Refusal, type SortedColumn, type Value, type ValueKind } from "./step.ts";
import { stepOf } from "./steps.ts";

/** Collects a column's values to sort them: in memory, or where there is more room. */
export interface Collector {
  readonly add: (value: number) => void;
  readonly sorted: () => SortedColumn;
}

/** One reading of the training data. */
export interface Pass {
  /**
   * Takes a row's values, in the order of the inputs, and its target.
   *
   * @throws {Refusal} naming the feature, where a step that is already known cannot take a value
   */
  readonly add: (row: readonly Value[], target: number) => void;
  /**
   * Ends the pass.
   *
   * @returns what could not be learned, in words, one line a column of a step; then no further pass may be started
   */
  readonly finish: () => string[];
}

/** What is being learned: each feature's steps, as far as they are known. */
export interface Fitting {
  /** The next reading that is needed; undefined when all is learned. */
  readonly next: () => Pass | undefined;
  /** Of each feature, in order, what its steps learned. */
  readonly learned: () => readonly LearnedFeature[];
}

/**
 * Learns every step of a model file, in as many readings of the data as its longest chain has steps that learn: a step is
 * fitted on what the steps before it give, as in a scikit-learn Pipeline.
 */
export function startFitting(file: ModelFile, collect: () => Collector): Fitting {
  const features = file.features.map((spec) => startFeature(spec, file));
  return {
    next: () => {
      const passes = features.flatMap((feature) => feature.next(collect) ?? []);
      if (passes.length === 0) return undefined;
      return {
        add: (row, target) => {
          for (const pass of passes) pass.add(row, target);
        },
        finish: () => passes.flatMap((pass) => pass.finish()),
      };
    },
    learned: () => features.map((feature) => feature.learned()),
  };
}

/** How far one feature has come. */
function startFeature(spec: FeatureSpec, file: ModelFile) {
  const places = spec.from.map((name) => file.inputs.findIndex((input) => input.name === name));
  let learned: LearnedFeature = [];
  return {
    learned: () => learned,
    next: (collect: () => Collector): Pass | undefined => {
      learned = [...learned, ...leading(spec, learned)];
      if (learned.length === spec.steps.length) return undefined;
      const { name, parameters } = spec.steps[learned.length]!;
      const step = stepOf(name);
      const before = compileFeature(spec, places, learned);
      const kinds = kindsOf(spec, file, learned.length);
      const columns = columnsOf(step, before.columns).map((j) =>
        track(step.fit!(parameters, kinds(j))!, collect),
      );
      const values: Value[] = [];
      return {
        add: (row, target) => {
          try {
            before.write(row, values, 0);
          } catch (error) {
            throw error instanceof Refusal ? new Refusal(`${spec.name}: ${error.message}`) : error;
          }
          for (let j = 0; j < columns.length; j++) columns[j]!.add(values[j]!, target);
        },
        finish: () => {
          const found: (object | string)[] = columns.map((column) => column.finish());
          learned = [...learned, found.filter((one) => typeof one !== "string")];
          return found.flatMap((one, j) =>
            typeof one === "string" ? [`${spec.name}: ${name} of ${before.columns[j]}: ${one}`] : [],
          );
        },
      };
    },
  };
}

/** Of which kind a feature's columns are after its first steps. */
function kindsOf(spec: FeatureSpec, file: ModelFile, done: number): (column: number) => ValueKind {
  const given = spec.steps
    .slice(0, done)
    .map(({ name }) => stepOf(name).gives)
    .findLast((gives) => gives !== "same");
  const inputs = spec.from.map((name) => file.inputs.find((input) => input.name === name)!);
  return (column) => given ?? KINDS[inputs[column]!.type];
}

/** An empty entry for each of the next steps that learn nothing. */
function leading(spec: FeatureSpec, learned: LearnedFeature): LearnedFeature {
  const rest = spec.steps.slice(learned.length);
  const until = rest.findIndex(({ name, parameters }) => {
    const step = stepOf(name);
    // Whether there is anything to learn does not depend on the kind.
    return step.fit?.(parameters, "number") !== undefined;
  });
  return rest.slice(0, until === -1 ? rest.length : until).map(() => []);
}

/** Feeds a learner of either kind, but for what is infinite, which no step of scikit-learn is fitted on either. */
export function track(learner: Learner, collect: () => Collector) {
  const { add, finish } = learner.kind === "stream" ? learner : sorting(learner, collect());
  let rows = 0;
  let infinite = 0;
  return {
    add: (value: Value, target: number) => {
      rows++;
      if (value === Infinity || value === -Infinity) infinite++;
      else (add as (value: Value, target: number) => void)(value, target);
    },
    finish: () => (infinite === 0 ? finish() : `is infinite in ${infinite} of ${rows} rows`),
  };
}

function sorting({ finish }: Extract<Learner, { kind: "sorted" }>, collector: Collector) {
  let missing = 0;
  return {
    add: (value: Value) => {
      if (isMissing(value)) missing++;
      else collector.add(value as number);
    },
    finish: () => finish(collector.sorted(), missing),
  };
}
