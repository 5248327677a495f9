/**
 * XGBoost models: what `Booster.save_model` of XGBoost 1.0 to 3.x writes as JSON or UBJSON, evaluated as `Booster.predict`
 * evaluates it. Attributes like `best_iteration` change nothing, as in `Booster.predict` without an iteration range.
 * (The container passes the best iteration on; its own training saves the best iterations only.)
 */
import { ModelFileError, plant, type RawTree } from "./trees.ts";
import { walker } from "./walk.ts";
import { objectives, type Objective } from "./objectives.ts";
import type { Matrix } from "./csv.ts";

/** A loaded model. */
export interface Model {
  readonly objective: string;
  /** Features that it was trained on. */
  readonly features: number;
  /** Numbers that it predicts a row: a probability for each class, or a number for each target; 1 mostly. */
  readonly outputs: number;
  /** Classes of a `multi:` objective, 0 of any other. */
  readonly classes: number;
  /**
   * Predictions of a matrix: rows × outputs float32 numbers. Columns that the matrix lacks are missing, as with
   * `validate_features=False`, which the container sets.
   *
   * @throws {FeatureCountError} when it has more columns than the model has features.
   */
  readonly predict: (matrix: Matrix) => Float32Array;
}

/** More columns than features, in XGBoost's own words (1.7.4, tried) but for the time of day and the stack trace. */
export class FeatureCountError extends Error {
  override readonly name = "FeatureCountError";

  constructor(features: number, columns: number) {
    super(
      "../src/learner.cc:1510: Check failed: learner_model_param_.num_feature >= p_fmat->Info().num_col_ " +
        `(${features} vs. ${columns}) : Number of columns does not match number of features in booster.`,
    );
  }
}

type Json = Readonly<Record<string, unknown>>;

function objectAt(value: unknown, path: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ModelFileError(`${path} must be an object.`);
  }
  return value as Json;
}

/** A count that XGBoost keeps as text, like `"13"`; files of older releases leave some out, which then are 0. */
function countAt(value: unknown, path: string): number {
  const count = Number(value ?? "0");
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ModelFileError(`${path} must be a count.`);
  }
  return count;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new ModelFileError(`${path} must be a list.`);
  }
  return value;
}

/** Numbers; the first releases wrote some as booleans. */
function numbersAt(value: unknown, path: string): readonly number[] {
  const list = listAt(value, path);
  if (!list.every((entry) => typeof entry === "number" || typeof entry === "boolean")) {
    throw new ModelFileError(`${path} must hold numbers only.`);
  }
  return list.map(Number);
}

function treeAt(value: unknown, path: string): RawTree {
  const tree = objectAt(value, path);
  const parameters =
    tree["tree_param"] === undefined ? {} : objectAt(tree["tree_param"], `${path}.tree_param`);
  if (countAt(parameters["size_leaf_vector"], `${path}.tree_param.size_leaf_vector`) > 1) {
    throw new ModelFileError(
      `${path}: leaves of several numbers are not supported; train with multi_strategy="one_output_per_tree".`,
    );
  }
  const list = (name: string): readonly number[] => numbersAt(tree[name], `${path}.${name}`);
  const left = list("left_children");
  const raw: RawTree = {
    left,
    right: list("right_children"),
    feature: list("split_indices"),
    value: list("split_conditions"),
    defaultLeft: list("default_left"),
    splitType: tree["split_type"] === undefined ? left.map(() => 0) : list("split_type"),
  };
  if (Object.values(raw).some((numbers: readonly number[]) => numbers.length !== left.length)) {
    throw new ModelFileError(`${path} must have as many numbers in every list as in left_children.`);
  }
  return raw;
}

/** `"5E-1"`, `"[5E-1]"` (from XGBoost 3.1 on) or one number an output in brackets, to one margin an output. */
function baseMargins(text: unknown, outputs: number, toMargin: (baseScore: number) => number): Float32Array {
  const scores = String(text)
    .replace(/^\[(.*)\]$/, "$1")
    .split(",")
    .map((score) => toMargin(Math.fround(Number(score.trim() || "NaN"))));
  if ((scores.length !== 1 && scores.length !== outputs) || !scores.every(Number.isFinite)) {
    throw new ModelFileError(
      "learner.learner_model_param.base_score must be one usable number, or one an output.",
    );
  }
  return Float32Array.from({ length: outputs }, (_, output) => scores[scores.length === 1 ? 0 : output]!);
}

function objectiveNamed(name: unknown): Objective {
  const objective = Object.entries(objectives).find(([known]) => known === name);
  if (objective === undefined) {
    const supported = Object.keys(objectives).join(", ");
    throw new ModelFileError(`The objective ${String(name)} is not supported; these are: ${supported}.`);
  }
  return objective[1];
}

/** The first `outputs` of every `margins` numbers. */
function firstOfEach(scores: Float32Array, margins: number, outputs: number): Float32Array {
  return scores.filter((_, index) => index % margins < outputs);
}

/** Refuses what would be evaluated wrongly. */
function assertSupported(booster: Json): void {
  if (booster["name"] !== "gbtree") {
    throw new ModelFileError(`The booster ${String(booster["name"])} is not supported; gbtree is.`);
  }
}

/**
 * Makes a model of the text of a model file.
 *
 * @throws {ModelFileError} as {@link modelOf}, and when the text is not JSON.
 */
export function parseModel(text: string): Model {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelFileError(`The file is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return modelOf(value);
}

/**
 * Makes a model of what a model file says, in JSON or UBJSON.
 *
 * @throws {ModelFileError} when it is not such a model, or one that this reader does not support: dart and gblinear
 * boosters, categorical splits, leaves of several numbers, other objectives than those of `objectives.ts`.
 */
export function modelOf(file: unknown): Model {
  const learner = objectAt(objectAt(file, "the file")["learner"], "learner");
  const parameters = objectAt(learner["learner_model_param"], "learner.learner_model_param");
  const booster = objectAt(learner["gradient_booster"], "learner.gradient_booster");
  const objectiveName = objectAt(learner["objective"], "learner.objective")["name"];
  const objective = objectiveNamed(objectiveName);
  assertSupported(booster);

  const features = countAt(parameters["num_feature"], "learner.learner_model_param.num_feature");
  const classes = countAt(parameters["num_class"], "learner.learner_model_param.num_class");
  const targets = countAt(parameters["num_target"], "learner.learner_model_param.num_target");
  // One tree adds to one class or one target, by default; a model of both there is not.
  const margins = Math.max(1, classes, targets);
  const outputs = objective.outputs ?? margins;
  const base = baseMargins(parameters["base_score"], margins, objective.margin);
  const gbtree = objectAt(booster["model"], "learner.gradient_booster.model");
  const trees = listAt(gbtree["trees"], "trees").map((tree, index) => treeAt(tree, `trees[${index}]`));
  const groups = numbersAt(gbtree["tree_info"], "tree_info");
  if (groups.length !== trees.length || !groups.every((group) => group >= 0 && group < margins)) {
    throw new ModelFileError(
      `tree_info must name one of ${margins} outputs for each of ${trees.length} trees.`,
    );
  }
  const addLeaves = walker(plant(trees, groups, features), margins);

  return Object.freeze({
    objective: String(objectiveName),
    features,
    outputs,
    classes,
    predict({ rows, columns, cells }: Matrix): Float32Array {
      if (columns > features) {
        throw new FeatureCountError(features, columns);
      }
      const scores = new Float32Array(rows * margins);
      for (let start = 0; start < scores.length; start += margins) {
        scores.set(base, start);
      }
      addLeaves(cells, rows, columns, scores);
      for (let start = 0; start < scores.length; start += margins) {
        objective.transform(scores, start, start + margins);
      }
      return margins === outputs ? scores : firstOfEach(scores, margins, outputs);
    },
  });
}
