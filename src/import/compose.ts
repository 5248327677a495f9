import { refusedAttributes, refusedParameters } from "./estimator.ts";
import { ESTIMATORS } from "./estimators.ts";
import { type Child, type EstimatorNode, shortName } from "./exported.ts";
import { type Findings, Inexpressible, attempt, located } from "./findings.ts";
import { type Strand, enter, pick, stack, through, widthOf } from "./strand.ts";

/** Columns, or undefined where something before could not be expressed, so that they are not known. */
type Columns = readonly Strand[] | undefined;

/**
 * What becomes of columns in an estimator and in those in it. What cannot be expressed is noted in `found`, all of it: what
 * comes after is looked at too, as far as it does not depend on the columns.
 *
 * @param path names of the steps around it
 * @returns the columns that come out, in scikit-learn's order
 */
export function applyEstimator(
  child: Child,
  columns: Columns,
  path: readonly string[],
  found: Findings,
): Columns {
  if (child === null || child === "passthrough") return columns && through(columns, path, "passthrough");
  if (child === "drop") return [];
  if (typeof child === "string") {
    found.issues.push(located(path, `"${child}" is no estimator`));
    return undefined;
  }
  if (child.predicts !== undefined) return endWithModel(child, columns, path, found);
  const composite = Object.hasOwn(COMPOSITES, child.class) ? COMPOSITES[child.class] : undefined;
  if (composite !== undefined) {
    found.issues.push(
      ...refusedParameters(child, composite.parameters).map((reason) => located(path, reason)),
    );
    return composite.apply(child, columns, path, found);
  }
  return applyOne(child, columns, path, found);
}

/** Classes that hold others. */
export const COMPOSITES: Readonly<
  Record<
    string,
    {
      /** For the documentation, as those of the estimators. */
      readonly becomes: string;
      readonly except?: string;
      readonly parameters: Parameters<typeof refusedParameters>[1];
      readonly apply: (
        node: EstimatorNode,
        columns: Columns,
        path: readonly string[],
        found: Findings,
      ) => Columns;
    }
  >
> = {
  "sklearn.pipeline.Pipeline": {
    becomes: "one step after the other; a model at its end is what the endpoint serves",
    parameters: { memory: "idle", transform_input: [null], verbose: "idle" },
    apply: applyPipeline,
  },
  "sklearn.compose.ColumnTransformer": {
    becomes: "a feature for each column, in its order; `passthrough`, `drop` and the remainder too",
    except: "`transformer_weights`; columns that are a part of what an earlier step made of one input",
    parameters: {
      sparse_threshold: "idle",
      n_jobs: "idle",
      transformer_weights: [null],
      verbose: "idle",
      verbose_feature_names_out: "idle",
      force_int_remainder_cols: "idle",
    },
    apply: applyColumnTransformer,
  },
  "sklearn.pipeline.FeatureUnion": {
    becomes: "the features of all its transformers, in its order",
    except: "`transformer_weights`",
    parameters: {
      n_jobs: "idle",
      transformer_weights: [null],
      verbose: "idle",
      verbose_feature_names_out: "idle",
    },
    apply: applyUnion,
  },
  "sklearn.compose.TransformedTargetRegressor": {
    becomes: "`transform` of the target",
    except: "several outputs",
    parameters: { check_inverse: "idle" },
    apply: applyTargetRegressor,
  },
};

function applyPipeline(
  { steps = [] }: EstimatorNode,
  columns: Columns,
  path: readonly string[],
  found: Findings,
): Columns {
  let current = columns;
  for (const [name, step] of steps) current = applyEstimator(step, current, [...path, name], found);
  return current;
}

function applyColumnTransformer(
  { transformers = [], fitted }: EstimatorNode,
  columns: Columns,
  path: readonly string[],
  found: Findings,
): Columns {
  // It decided so when it was fitted, by how many of the values were 0.
  const dense = fitted?.["sparse_output_"] === false;
  return concat(
    transformers.map(([name, child, places]) => {
      // What has no columns was not fitted.
      if (places === undefined || places.length === 0) return [];
      const inner = [...path, name];
      if (child === "drop") {
        noteDropped(columns, places, inner, found);
        return [];
      }
      const picked = columns && attempt(inner, found, () => pick(columns, places));
      return applyEstimator(child, picked && enter(picked, inner), inner, found);
    }),
    dense,
  );
}

function noteDropped(
  columns: Columns,
  places: readonly number[],
  path: readonly string[],
  found: Findings,
): void {
  if (columns === undefined) return;
  const owners = columns.flatMap(({ from, width }) => Array.from({ length: width }, () => from.join(", ")));
  const dropped = [...new Set(places.map((place) => owners[place]))];
  found.notes.push(located(path, `as in scikit-learn, these columns are dropped: ${dropped.join(", ")}`));
}

function applyUnion(
  { transformers = [] }: EstimatorNode,
  columns: Columns,
  path: readonly string[],
  found: Findings,
): Columns {
  return concat(
    transformers.map(([name, child]) => {
      const inner = [...path, name];
      return applyEstimator(child, columns && enter(columns, inner), inner, found);
    }),
  );
}

function applyTargetRegressor(
  { transformer, regressor }: EstimatorNode,
  columns: Columns,
  path: readonly string[],
  found: Findings,
): Columns {
  if (transformer === undefined || regressor === undefined) {
    found.issues.push(located(path, "is not fitted"));
    return undefined;
  }
  if (found.targetTransformer !== undefined) {
    found.issues.push(
      located(path, "is within another TransformedTargetRegressor: two transforms of one target"),
    );
  }
  found.targetTransformer = { node: transformer, path: [...path, "transformer"] };
  return applyEstimator(regressor, columns, [...path, "regressor"], found);
}

function endWithModel(
  node: EstimatorNode,
  columns: Columns,
  path: readonly string[],
  found: Findings,
): Columns {
  if (found.model !== undefined) {
    found.issues.push(located(path, `is a model (${node.class}) beside another one: an endpoint serves one`));
  }
  found.model = { node, path };
  return columns;
}

function applyOne(node: EstimatorNode, columns: Columns, path: readonly string[], found: Findings): Columns {
  const refuse = (reasons: readonly string[]) => {
    found.issues.push(...reasons.map((reason) => located(path, reason)));
    return undefined;
  };
  if (!Object.hasOwn(ESTIMATORS, node.class)) return refuse([`${node.class} has no counterpart`]);
  const { parameters, apply } = ESTIMATORS[node.class]!;
  const reasons = [...refusedParameters(node, parameters), ...refusedAttributes(node)];
  if (reasons.length > 0) return refuse(reasons);
  if (columns === undefined) return undefined;
  return attempt(path, found, () => {
    const count = node.fitted?.["n_features_in_"];
    const width = widthOf(columns);
    if (typeof count === "number" && count !== width) {
      throw new Inexpressible([`was fitted on ${count} columns, but gets ${width} here`]);
    }
    return apply({ node, path }, through(columns, path, shortName(node.class)), found);
  });
}

/** All columns one after the other; unknown where a part of them is. */
function concat(parts: readonly Columns[], dense = false): Columns {
  const known = parts.filter((part) => part !== undefined);
  return known.length < parts.length ? undefined : stack(known.flat(), dense);
}
