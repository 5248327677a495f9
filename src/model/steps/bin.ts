import { Type } from "@sinclair/typebox";
import { extremes, linspace, quantiles } from "../quantiles.ts";
import type { Kernel, Learner, SortedColumn, Step, Value } from "../step.ts";

interface Bin {
  readonly n_bins?: number;
  readonly strategy?: "uniform" | "quantile";
  readonly quantile_method?: "averaged_inverted_cdf" | "linear";
  readonly edges?: readonly number[];
  readonly encode: "ordinal" | "one_hot";
}

/** What `bin` learns: the edges of the bins, the outer two included, ascending. A constant feature has one bin. */
interface Edges {
  readonly edges: readonly number[];
}

/** Bins that are not wider than this are left out, as in scikit-learn. */
const NARROWEST = 1e-8;

/** A step that says which of several intervals a number is in. */
export const BIN_STEPS = {
  bin: {
    summary: "The number of the interval that a number is in, or a column of 0 and 1 for each interval.",
    counterpart: "sklearn.preprocessing.KBinsDiscretizer",
    parameters: Type.Object(
      {
        n_bins: Type.Optional(
          Type.Integer({ minimum: 2, description: "How many intervals, at least 2.", default: 5 }),
        ),
        strategy: Type.Optional(
          Type.Union([Type.Literal("quantile"), Type.Literal("uniform")], {
            description: "Intervals with equally many values, or of equal width.",
            default: "quantile",
          }),
        ),
        quantile_method: Type.Optional(
          Type.Union([Type.Literal("averaged_inverted_cdf"), Type.Literal("linear")], {
            description: "How a quantile between two values is found, by NumPy's names.",
            default: "averaged_inverted_cdf",
          }),
        ),
        edges: Type.Optional(
          Type.Array(Type.Number(), {
            description:
              "The intervals' edges, ascending, in place of learned ones: [0, 10, 20] are two, and 10 is in the second. What is outside belongs to the first or the last.",
          }),
        ),
        encode: Type.Optional(
          Type.Union([Type.Literal("one_hot"), Type.Literal("ordinal")], {
            description: "A column for each interval, or one column with the interval's number, from 0.",
            default: "one_hot",
          }),
        ),
      },
      { additionalProperties: false, description: "{ n_bins, strategy, encode } or { edges, encode }" },
    ),
    defaults: { encode: "one_hot" },
    takes: ["number"],
    gives: "number",
    contradiction: ({ n_bins, strategy, quantile_method, edges }) => {
      if (edges === undefined) {
        return quantile_method !== undefined && strategy === "uniform"
          ? "must have the strategy quantile for a quantile_method"
          : undefined;
      }
      if (n_bins !== undefined || strategy !== undefined || quantile_method !== undefined) {
        return "must have either edges, or n_bins and a strategy to learn them by";
      }
      return edges.length >= 3 && edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)
        ? undefined
        : "must have three edges or more, each above the one before";
    },
    fit: (parameters) => (parameters.edges === undefined ? learnEdges(parameters) : undefined),
    names: (columns, parameters, learned) =>
      parameters.encode === "ordinal"
        ? columns
        : columns.flatMap((column, j) =>
            Array.from(
              { length: countOf(parameters.edges ?? learned[j]!.edges) },
              (_, i) => `${column}_${i}`,
            ),
          ),
    compile: (parameters, learned) => {
      const edges = parameters.edges ?? learned.edges;
      return parameters.encode === "ordinal" ? ordinal(edges) : oneHot(edges);
    },
  } satisfies Step<Bin, Edges>,
} as const;

function countOf(edges: readonly number[]): number {
  return Math.max(1, edges.length - 1);
}

function ordinal(edges: readonly number[]): Kernel {
  return { kind: "map", map: finder(edges) };
}

function oneHot(edges: readonly number[]): Kernel {
  const find = finder(edges);
  const count = countOf(edges);
  return {
    kind: "expand",
    expand: (value: number, out: Value[], at: number) => {
      const found = find(value);
      for (let i = 0; i < count; i++) out[at + i] = Number.isNaN(found) ? found : Number(i === found);
      return at + count;
    },
  };
}

/**
 * A number's bin, from 0: that is, how many inner edges are not above it. NaN where it is missing, and where it is infinite,
 * which scikit-learn does not take.
 */
function finder(edges: readonly number[]): (value: number) => number {
  const inner = edges.slice(1, -1);
  return (value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    let low = 0;
    let high = inner.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (inner[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function learnEdges({
  n_bins = 5,
  strategy = "quantile",
  quantile_method = "averaged_inverted_cdf",
}: Bin): Learner {
  return {
    kind: "sorted",
    finish: (column, missing) => {
      if (column.count === 0) return "has no values";
      if (missing > 0) return `is missing in ${missing} of ${missing + column.count} rows: impute it first`;
      const { min, max } = extremes(column);
      if (min === max) return { edges: [min, max] };
      return {
        edges:
          strategy === "uniform"
            ? linspace(min, max, n_bins + 1)
            : quantileEdges(column, n_bins, quantile_method),
      };
    },
  };
}

function quantileEdges(
  column: SortedColumn,
  bins: number,
  method: NonNullable<Bin["quantile_method"]>,
): number[] {
  const levels = linspace(0, 100, bins + 1).map((percentile) => percentile / 100);
  const edges = quantiles(column, levels, method);
  return edges.filter((edge, i) => i === 0 || edge - edges[i - 1]! > NARROWEST);
}
