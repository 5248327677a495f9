import type { StepSpec } from "./feature.ts";
import type { ModelFile } from "./model-file.ts";
import type { InputSpec } from "./schema.ts";
import { stepOf } from "./steps.ts";
import { targetLearners } from "./target/learn.ts";
import { type NumberSpec, type TargetSpec, numbersOf } from "./target/spec.ts";

/** A feature some of whose steps learn from training data. */
export interface LearningFeature {
  readonly name: string;
  /** The names of those steps, in order. */
  readonly steps: readonly string[];
}

/** The features of a model file that cannot be made before their steps have learned; none where all steps are plain. */
export function learningFeatures({ features }: ModelFile): LearningFeature[] {
  return features
    .map(({ name, steps }) => ({ name, steps: steps.filter(learns).map((step) => step.name) }))
    .filter(({ steps }) => steps.length > 0);
}

/** Whether there is something to learn does not depend on the kind of the column. */
function learns({ name, parameters }: StepSpec): boolean {
  return stepOf(name).fit?.(parameters, "number") !== undefined;
}

/** The numbers to be predicted whose transforms learn; none where there is nothing to learn. */
export function learningNumbers({ target }: ModelFile): NumberSpec[] {
  const learners = targetLearners(target);
  return numbersOf(target).filter((_, i) => learners[i] !== undefined);
}

/** How often the training data must be read: a step learns from what the steps before it give, and so after them. */
export function readingsNeeded(file: ModelFile): number {
  return Math.max(1, ...learningFeatures(file).map(({ steps }) => steps.length));
}

/**
 * What of a model file decides what is learned from given data, as plain JSON: two model files with the same of it learn
 * the same. By names, as the order of inputs and features decides nothing. Bounds decide nothing either: data that they
 * do not allow are not learned from at all.
 */
export function learningPart({ inputs, features, target }: ModelFile): object {
  return {
    inputs: Object.fromEntries(inputs.map((spec) => [spec.name, readingOf(spec)])),
    features: Object.fromEntries(
      features.flatMap(({ name, from, steps }) => {
        const last = steps.findLastIndex(learns);
        return last === -1 ? [] : [[name, { from, steps: steps.slice(0, last + 1) }]];
      }),
    ),
    target: learningPartOfTarget(target),
  };
}

/** How values of an input are read. Of numbers with categories, the baseline counts those. */
function readingOf(spec: InputSpec): object {
  const { type, missing = false } = spec;
  return {
    type,
    missing,
    ...("categories" in spec ? { categories: spec.categories } : {}),
    ...("time_zone" in spec ? { time_zone: spec.time_zone } : {}),
  };
}

function learningPartOfTarget(target: TargetSpec): object {
  const numbers = numbersOf(target).map(({ name, transform }) => [name, transform]);
  if ("labels" in target) return { name: target.name, labels: target.labels };
  return { numbers: Object.fromEntries(numbers) as object };
}
