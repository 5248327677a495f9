import type { EstimatorNode, Exported } from "../../src/import/exported.ts";
import { importModel } from "../../src/import/model.ts";

/** Exports by hand, as tools/export_sklearn.py writes them. */

export const nan = { float: "nan" };

export function array(values: readonly unknown[], dtype = "float64") {
  return { array: values, dtype };
}

export function node(
  name: string,
  parameters: Record<string, unknown> = {},
  fitted: Record<string, unknown> = {},
): EstimatorNode {
  return { class: `sklearn.${name}`, parameters, fitted };
}

/** A StandardScaler of so many columns. */
export function scaler(width = 1, fitted: Record<string, unknown> = {}): EstimatorNode {
  return node(
    "preprocessing.StandardScaler",
    { copy: true, with_mean: true, with_std: true },
    {
      n_features_in_: width,
      mean_: array(Array.from({ length: width }, () => 1.5)),
      scale_: array(Array.from({ length: width }, () => 2)),
      ...fitted,
    },
  );
}

/** A OneHotEncoder whose columns have these categories. */
export function oneHot(
  categories: readonly (readonly unknown[])[],
  parameters: Record<string, unknown> = {},
  fitted: Record<string, unknown> = {},
): EstimatorNode {
  return node(
    "preprocessing.OneHotEncoder",
    { categories: "auto", drop: null, dtype: { type: "float64" }, handle_unknown: "error", ...parameters },
    { categories_: categories.map((one) => array(one, "object")), drop_idx_: null, ...fitted },
  );
}

export function pipeline(...steps: [string, EstimatorNode | string | null][]): EstimatorNode {
  return {
    class: "sklearn.pipeline.Pipeline",
    steps,
    parameters: { memory: null, verbose: false },
    fitted: {},
  };
}

export function columns(...transformers: [string, EstimatorNode | string | null, number[]][]): EstimatorNode {
  const parameters = { transformer_weights: null, n_jobs: null };
  return { class: "sklearn.compose.ColumnTransformer", transformers, parameters, fitted: {} };
}

type Input = Exported["inputs"][number];

/** An export of an estimator of some inputs: names, or names with what the data show. */
export function exportOf(
  estimator: EstimatorNode,
  inputs: readonly (string | (Pick<Input, "name"> & Partial<Input>))[] = ["a"],
  more: Partial<Exported> = {},
): Exported {
  return {
    skewless_export: 1,
    versions: { "scikit-learn": "1.9.1" },
    inputs: inputs.map((input) => ({
      dtype: null,
      missing: null,
      ...(typeof input === "string" ? { name: input } : input),
    })),
    estimator,
    columns_out: null,
    target: { name: "y", transformer: null },
    ...more,
  };
}

/** What an export is refused for; an empty list where it is not. */
export function issuesOf(exported: Exported): readonly string[] {
  const imported = importModel(exported, { name: "m", endpoint: "m", target: "y" });
  return "issues" in imported ? imported.issues : [];
}

/** The model file that is made of an export. */
export function importOf(exported: Exported) {
  const imported = importModel(exported, { name: "m", endpoint: "m", target: "y" });
  if ("issues" in imported) throw new Error(imported.issues.join("\n"));
  return imported;
}
