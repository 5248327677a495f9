import {
  type Estimator,
  type EstimatorImport,
  entry,
  finite,
  mustBeWide,
  parameter,
  refused,
} from "./estimator.ts";
import { listOf, numberOf, typeNameOf } from "./exported.ts";
import { type ColumnStep, type Strand, mapColumns } from "./strand.ts";

/** NumPy's ways to find a quantile that `bin` can learn by; edges that were found in another way are written down. */
const LEARNABLE = new Set<unknown>(["averaged_inverted_cdf", "linear"]);

/** KBinsDiscretizer. */
export const BINS = {
  "sklearn.preprocessing.KBinsDiscretizer": {
    becomes:
      "`bin`; with `strategy='kmeans'` or another `quantile_method` than its two, `bin` with `edges` (a single bin: by quantiles)",
    except: "`dtype=float32`",
    parameters: {
      n_bins: "read",
      encode: ["onehot", "onehot-dense", "ordinal"],
      strategy: ["uniform", "quantile", "kmeans"],
      quantile_method: "read",
      dtype: "read",
      subsample: "idle",
      random_state: "idle",
    },
    apply: (estimator, columns) => {
      const dtype = parameter(estimator, "dtype") ?? null;
      if (dtype !== null && typeNameOf(dtype) !== "float64") throw refused(estimator, "dtype");
      return mapColumns(columns, (column, strand) => {
        mustBeWide(strand);
        const sparse = parameter(estimator, "encode") === "onehot";
        return { ...binning(estimator, column, strand), sparse };
      });
    },
  },
} satisfies Readonly<Record<string, EstimatorImport>>;

function binning(estimator: Estimator, column: number, strand: Strand): ColumnStep {
  const encode = parameter(estimator, "encode") === "ordinal" ? "ordinal" : "one_hot";
  const strategy = parameter(estimator, "strategy");
  // Before version 1.9, or 1.7, which had no such parameter, it was "linear".
  const given = parameter(estimator, "quantile_method") ?? "warn";
  const quantile_method = given === "warn" ? "linear" : given;
  const edges = edgesOf(estimator, column, strand);
  const learned = { edges };
  if (strategy === "uniform") {
    return { name: "bin", parameters: { ...binsOf(estimator, column), strategy, encode }, learned };
  }
  // One bin alone cannot be written down as edges; it has none that matter.
  if ((strategy === "quantile" && LEARNABLE.has(quantile_method)) || edges.length < 3) {
    const method = quantile_method === "linear" ? { quantile_method } : {};
    return { name: "bin", parameters: { ...binsOf(estimator, column), ...method, encode }, learned };
  }
  return { name: "bin", parameters: { edges, encode } };
}

/** How many bins were asked for, where it is not as many as `bin` makes by itself. */
function binsOf(estimator: Estimator, column: number): { readonly n_bins?: number } {
  const given = parameter(estimator, "n_bins");
  const n_bins = numberOf(listOf(given)?.[column] ?? given);
  if (n_bins === undefined) throw refused(estimator, "n_bins");
  return n_bins === 5 ? {} : { n_bins };
}

function edgesOf(estimator: Estimator, column: number, strand: Strand): number[] {
  const edges = listOf(entry(estimator, "bin_edges_", column)) ?? [];
  // A constant has one bin, from −Infinity to Infinity; which bounds it has makes no difference.
  if (edges.length === 2) return [0, 0];
  return edges.map((edge) => finite(edge, `bin_edges_ of ${strand.from.join(", ")}`));
}
