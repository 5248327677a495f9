import type { TargetTransformName } from "../target-transforms.ts";

/** What the model predicts, as a checked model file declares it, short forms written out. */
export type TargetSpec = RegressionTarget | BinaryTarget | MulticlassTarget | MultiOutputTarget;

/** One predicted number: what training did to it, and what serving does to the endpoint's. */
export interface NumberSpec {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly transform: TargetTransformSpec;
  /** Bounds of a prediction, both allowed. */
  readonly clip?: { readonly min?: number; readonly max?: number };
  /** Decimals of a prediction. */
  readonly round?: number;
  /** Field or column of the endpoint's answer. */
  readonly output?: string | number;
}

/** A target's transform as the model file declares it, defaults written out. */
export interface TargetTransformSpec {
  readonly name: TargetTransformName;
  readonly parameters: unknown;
}

export interface RegressionTarget extends NumberSpec {
  readonly type: "regression";
}

/** A class as a client sees it, and as the raw training data have it. */
export type Label = string | number | boolean;

/** What an endpoint says of a class: how likely each is, or which one it is. */
export type ClassAnswer = "probabilities" | "label";

/** What a number stands for with which an endpoint names a class: the class's place among the labels, or its label. */
export type NumberMeaning = "place" | "label";

interface ClassTarget {
  readonly name: string;
  readonly description?: string;
  /** In the order of the classes' indices, which are what the training set holds. */
  readonly labels: readonly Label[];
  readonly answer: ClassAnswer;
  /** Absent where both are the same, or where the endpoint names no class. */
  readonly number_is?: NumberMeaning;
  readonly output?: string | number;
}

export interface BinaryTarget extends ClassTarget {
  readonly type: "binary";
  /** The second label's probability from which on it is predicted. */
  readonly threshold: number;
}

export interface MulticlassTarget extends ClassTarget {
  readonly type: "multiclass";
  /** How many of the most probable classes a prediction lists. */
  readonly top_k: number;
}

export interface MultiOutputTarget {
  readonly type: "multi_output";
  readonly name: string;
  readonly description?: string;
  /** Field or column of the endpoint's answer in which all the outputs are. */
  readonly output?: string | number;
  /** In the order of the endpoint's answer, and of the training set's first columns. */
  readonly outputs: readonly NumberSpec[];
}

/** The number as which an endpoint would write a label; undefined where it would write a text. */
export function numberOfLabel(label: unknown): number | undefined {
  if (typeof label === "number" || typeof label === "boolean") return Number(label);
  if (typeof label !== "string" || label.trim() === "") return undefined;
  const number = Number(label);
  return Number.isFinite(number) ? number : undefined;
}

/** The numbers that a target consists of; none for classes. */
export function numbersOf(target: TargetSpec): readonly NumberSpec[] {
  if (target.type === "regression") return [target];
  return target.type === "multi_output" ? target.outputs : [];
}
