import { type Label, numberOfLabel } from "../model/target/spec.ts";
import { categoriesOf } from "./categories.ts";
import {
  type Estimator,
  type EstimatorImport,
  attribute,
  parameter,
  refused,
  refusedParameters,
} from "./estimator.ts";
import { functionNameOf, listOf, pythonText } from "./exported.ts";
import { type Findings, Inexpressible, attempt, located } from "./findings.ts";
import { minMaxScaler, powerTransformer, standardScaler } from "./scalers.ts";
import { type Strand, inputStrands } from "./strand.ts";

/** The target as a model file declares it, and what its transform learned. */
export interface ImportedTarget {
  readonly written: Readonly<Record<string, unknown>>;
  readonly learned: object;
}

/** How a transformer of the target is imported. */
interface TargetImport extends Pick<EstimatorImport, "becomes" | "except" | "parameters"> {
  readonly apply: (estimator: Estimator, target: Strand) => ImportedTarget;
}

/** What takes a function of the target back. */
const FUNCTION_PAIRS: Readonly<Record<string, readonly [inverse: string, transform: string]>> = {
  "numpy.log1p": ["numpy.expm1", "log1p"],
  "numpy.log": ["numpy.exp", "log"],
  "numpy.sqrt": ["numpy.square", "sqrt"],
};

/** Every transformer of a target that is imported. */
export const TARGET_ESTIMATORS: Readonly<Record<string, TargetImport>> = {
  "sklearn.preprocessing.FunctionTransformer": {
    becomes: "`log1p`, `log` or `sqrt`, with `expm1`, `exp` or `square` as inverse",
    except: "any other pair of functions",
    parameters: {
      func: "read",
      inverse_func: "read",
      kw_args: [null],
      inv_kw_args: [null],
      check_inverse: "idle",
      validate: "idle",
      accept_sparse: "idle",
      feature_names_out: "idle",
    },
    apply: (estimator) => ({ written: functionPair(estimator), learned: {} }),
  },
  "sklearn.preprocessing.StandardScaler": {
    becomes: "`standard_scale`",
    parameters: { with_mean: "read", with_std: "read", copy: "idle" },
    apply: (estimator, target) => transformOf("standard_scale", standardScaler(estimator, 0, target)),
  },
  "sklearn.preprocessing.MinMaxScaler": {
    becomes: "`min_max_scale`",
    except: "`clip=True`, which cannot be taken back",
    parameters: { feature_range: "read", clip: [false], copy: "idle" },
    apply: (estimator, target) => {
      const { parameters, learned } = minMaxScaler(estimator, 0, target);
      const { feature_range } = parameters as { feature_range: unknown };
      return transformOf("min_max_scale", { parameters: { feature_range }, learned: learned! });
    },
  },
  "sklearn.preprocessing.PowerTransformer": {
    becomes: "`box_cox` or `yeo_johnson`",
    parameters: { method: ["yeo-johnson", "box-cox"], standardize: "read", copy: "idle" },
    apply: (estimator, target) => {
      const { parameters, learned } = powerTransformer(estimator, 0, target);
      const { method, standardize } = parameters as { method: string; standardize: boolean };
      return transformOf(method, { parameters: { standardize }, learned: learned! });
    },
  },
  "sklearn.preprocessing.LabelEncoder": {
    becomes: "`labels` of the types binary and multiclass",
    parameters: {},
    apply: (estimator) => ({ written: classes(attribute(estimator, "classes_"), "classes_"), learned: {} }),
  },
};

/**
 * The target: of the transformer in the estimator or beside it, or of the model's classes.
 *
 * @param given a transformer beside the estimator
 */
export function importTarget(name: string, given: Estimator["node"] | null, found: Findings): ImportedTarget {
  const [inner, { model }] = [found.targetTransformer, found];
  const transformer = inner ?? (given === null ? undefined : { node: given, path: ["target transformer"] });
  if (inner !== undefined && given !== null) {
    found.issues.push(
      located(inner.path, "transforms the target, and so does the target transformer beside it"),
    );
  }
  const isClass = model?.node.predicts === "class";
  const labelled = transformer?.node.class === "sklearn.preprocessing.LabelEncoder";
  let target: ImportedTarget | undefined;
  if (transformer !== undefined) {
    if (isClass && !labelled) {
      found.issues.push(
        located(transformer.path, "transforms the target, but the model at the end predicts classes"),
      );
    }
    target = attempt(transformer.path, found, () => applyTransformer(transformer, name));
  } else if (isClass) {
    target = attempt(model.path, found, () => ({
      written: classes(model.node.classes, "classes_"),
      learned: {},
    }));
  }
  const { written, learned } = target ?? { written: {}, learned: {} };
  const { type, labels } = written as { type?: string; labels?: readonly Label[] };
  if (labels?.some((label, i) => (numberOfLabel(label) ?? i) !== i)) {
    const wanted =
      type === "binary" ? `the probability of ${labels[1]}` : "a probability for each label, in their order";
    found.notes.push(
      `the endpoint must answer ${wanted}; where it answers classes, as predict() does, add to the target: answer: label, and number_is: label (or place, if a number is a place among the labels, from 0)`,
    );
  }
  return { written: { name, ...written }, learned };
}

function applyTransformer(estimator: Estimator, name: string): ImportedTarget {
  const { node } = estimator;
  if (!Object.hasOwn(TARGET_ESTIMATORS, node.class)) {
    throw new Inexpressible([`${node.class} has no counterpart as a transform of the target`]);
  }
  const { parameters, apply } = TARGET_ESTIMATORS[node.class]!;
  const reasons = refusedParameters(node, parameters);
  if (reasons.length > 0) throw new Inexpressible(reasons);
  const count = node.fitted?.["n_features_in_"] ?? 1;
  if (count !== 1)
    throw new Inexpressible([`transforms ${pythonText(count)} outputs; only one can be imported`]);
  return apply(estimator, inputStrands([{ name, dtype: null }])[0]!);
}

function transformOf(
  name: string,
  { parameters, learned = {} }: { readonly parameters: unknown; readonly learned?: object },
): ImportedTarget {
  return { written: { transform: { [name]: parameters } }, learned };
}

function functionPair(estimator: Estimator): Readonly<Record<string, unknown>> {
  const func = parameter(estimator, "func") ?? null;
  const inverse = parameter(estimator, "inverse_func") ?? null;
  if (func === null && inverse === null) return {};
  const name = functionNameOf(func) ?? "";
  const pair = Object.hasOwn(FUNCTION_PAIRS, name) ? FUNCTION_PAIRS[name] : undefined;
  if (pair === undefined) {
    throw refused(
      estimator,
      "func",
      `cannot be taken back (known: ${Object.keys(FUNCTION_PAIRS).join(", ")})`,
    );
  }
  const [expected, transform] = pair;
  if (functionNameOf(inverse) !== expected) {
    throw refused(estimator, "inverse_func", `is not the inverse of ${name}, which is ${expected}`);
  }
  return { transform };
}

function classes(list: unknown, name: string): Readonly<Record<string, unknown>> {
  const labels = listOf(list) ?? [];
  categoriesOf(list, name);
  if (labels.length < 2) throw new Inexpressible([`${name} are ${pythonText(list)}; two or more are needed`]);
  return { type: labels.length === 2 ? "binary" : "multiclass", labels };
}
