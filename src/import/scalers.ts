import { minMaxScale } from "../model/steps/scale.ts";
import {
  type Estimator,
  type EstimatorImport,
  flag,
  mustBe,
  mustBeWide,
  numberEntry,
  numberParameter,
  pairParameter,
  parameter,
  refused,
} from "./estimator.ts";
import { listOf, numberOf } from "./exported.ts";
import { Inexpressible } from "./findings.ts";
import { linspace } from "../model/quantiles.ts";
import { type ColumnStep, type Strand, mapColumns } from "./strand.ts";

/** Makes the step of one column. */
export type ColumnImport = (estimator: Estimator, column: number, strand: Strand) => ColumnStep;

/** An estimator that computes column by column, in 64-bit floats. */
function scaler(
  becomes: string,
  parameters: EstimatorImport["parameters"],
  step: ColumnImport,
  except?: string,
): EstimatorImport {
  return {
    becomes,
    ...(except === undefined ? {} : { except }),
    parameters: { copy: "idle", ...parameters },
    apply: (estimator, columns) =>
      mapColumns(columns, (column, strand) => {
        mustBeWide(strand);
        return step(estimator, column, strand);
      }),
  };
}

/** Estimators that move, stretch and bend numbers. */
export const SCALERS = {
  "sklearn.preprocessing.StandardScaler": scaler(
    "`standard_scale`",
    { with_mean: "read", with_std: "read" },
    standardScaler,
  ),
  "sklearn.preprocessing.MinMaxScaler": scaler(
    "`min_max_scale`",
    { feature_range: "read", clip: "read" },
    minMaxScaler,
  ),
  "sklearn.preprocessing.MaxAbsScaler": scaler("`max_abs_scale`", { clip: "read" }, maxAbsScaler),
  "sklearn.preprocessing.RobustScaler": scaler(
    "`robust_scale`",
    { with_centering: "read", with_scaling: "read", quantile_range: "read", unit_variance: "read" },
    robustScaler,
  ),
  "sklearn.preprocessing.PowerTransformer": scaler(
    "`power_transform`",
    { method: ["yeo-johnson", "box-cox"], standardize: "read" },
    powerTransformer,
  ),
  "sklearn.preprocessing.QuantileTransformer": scaler(
    "`quantile_transform`",
    {
      n_quantiles: "read",
      output_distribution: ["uniform", "normal"],
      ignore_implicit_zeros: [false],
      subsample: "idle",
      random_state: "idle",
    },
    quantileTransformer,
    "more than 10,000 quantiles; `ignore_implicit_zeros=True`; `output_distribution='normal'` of a sparse matrix",
  ),
} satisfies Readonly<Record<string, EstimatorImport>>;

/** A StandardScaler, of features or of the target. */
export function standardScaler(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  const with_mean = flag(estimator, "with_mean", true);
  const with_std = flag(estimator, "with_std", true);
  const learned = {
    ...(with_mean ? { mean: numberEntry(estimator, "mean_", column, strand) } : {}),
    ...(with_std ? { scale: numberEntry(estimator, "scale_", column, strand) } : {}),
  };
  const nothing = !with_mean && !with_std;
  return { name: "standard_scale", parameters: { with_mean, with_std }, ...(nothing ? {} : { learned }) };
}

/** A MinMaxScaler, of features or of the target. */
export function minMaxScaler(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  const feature_range = pairParameter(estimator, "feature_range");
  const clip = flag(estimator, "clip", false);
  const learned = {
    data_min: numberEntry(estimator, "data_min_", column, strand),
    data_max: numberEntry(estimator, "data_max_", column, strand),
  };
  // Of 0 comes the offset, as 0 · scale_ is 0.
  mustBe(estimator, "min_", column, minMaxScale({ feature_range, clip: false }, learned).forward(0));
  return { name: "min_max_scale", parameters: { feature_range, clip }, learned };
}

function maxAbsScaler(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  const max_abs = numberEntry(estimator, "max_abs_", column, strand);
  mustBe(estimator, "scale_", column, max_abs < 10 * Number.EPSILON ? 1 : max_abs);
  return {
    name: "max_abs_scale",
    parameters: { clip: flag(estimator, "clip", false) },
    learned: { max_abs },
  };
}

function robustScaler(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  const with_centering = flag(estimator, "with_centering", true);
  const with_scaling = flag(estimator, "with_scaling", true);
  const quantile_range = pairParameter(estimator, "quantile_range");
  const unit_variance = flag(estimator, "unit_variance", false);
  const learned = {
    ...(with_centering ? { center: numberEntry(estimator, "center_", column, strand) } : {}),
    ...(with_scaling ? { scale: numberEntry(estimator, "scale_", column, strand) } : {}),
  };
  const nothing = !with_centering && !with_scaling;
  return {
    name: "robust_scale",
    parameters: { with_centering, with_scaling, quantile_range, unit_variance },
    ...(nothing ? {} : { learned }),
  };
}

/** A PowerTransformer, of features or of the target. */
export function powerTransformer(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  const standardize = flag(estimator, "standardize", true);
  const lambda = numberEntry(estimator, "lambdas_", column, strand);
  const scaled = standardize ? afterPower(estimator, column, strand) : {};
  return {
    name: "power_transform",
    parameters: {
      method: parameter(estimator, "method") === "box-cox" ? "box_cox" : "yeo_johnson",
      standardize,
    },
    learned: { lambda, ...scaled },
  };
}

/** The StandardScaler that a PowerTransformer keeps for itself. */
function afterPower({ node, path }: Estimator, column: number, strand: Strand): object {
  const inner = node.fitted?.["_scaler"] as Estimator["node"] | undefined;
  if (inner === undefined) throw new Inexpressible(["has no _scaler, although it standardizes"]);
  return standardScaler({ node: inner, path }, column, strand).learned!;
}

function quantileTransformer(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  if (strand.sparse && parameter(estimator, "output_distribution") === "normal") {
    throw refused(
      estimator,
      "output_distribution",
      "leaves 0 as it is in a sparse matrix, which a feature cannot: make it dense (sparse_output=False, sparse_threshold=0), and fit again",
    );
  }
  const rows = listOf(estimator.node.fitted?.["quantiles_"]) ?? [];
  const levels = listOf(estimator.node.fitted?.["references_"]) ?? [];
  if (rows.length === 0 || rows.length !== levels.length) {
    throw new Inexpressible(["has no quantiles_ and references_ that belong together"]);
  }
  const expected = linspace(0, 1, levels.length);
  if (levels.some((level, i) => numberOf(level) !== expected[i])) {
    throw new Inexpressible([
      "references_ are not evenly spaced from 0 to 1: they were changed after fitting",
    ]);
  }
  const quantiles = rows.map((row) => numberOf(listOf(row)?.[column]));
  if (!quantiles.every((quantile) => quantile !== undefined && Number.isFinite(quantile))) {
    throw new Inexpressible([`quantiles_ of ${strand.from.join(", ")} are not all finite numbers`]);
  }
  const asked = numberParameter(estimator, "n_quantiles");
  const n_quantiles = asked > 10_000 && rows.length <= 10_000 ? rows.length : asked;
  if (n_quantiles > 10_000)
    throw refused(estimator, "n_quantiles", "is more than the 10000 of quantile_transform");
  return {
    name: "quantile_transform",
    parameters: { n_quantiles, output_distribution: parameter(estimator, "output_distribution") },
    learned: { quantiles },
  };
}
