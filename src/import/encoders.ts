import type { Category } from "../model/steps/known-categories.ts";
import { type Categories, categoriesOf, sayType } from "./categories.ts";
import {
  type Estimator,
  type EstimatorImport,
  attribute,
  dtypeParameter,
  wideParameter,
  entry,
  finite,
  parameter,
  refused,
} from "./estimator.ts";
import { listOf, numberOf, pythonText } from "./exported.ts";
import { Inexpressible, located } from "./findings.ts";
import { type ColumnStep, type Strand, type WrittenStep, mapColumns, widthOf } from "./strand.ts";

/** Estimators that make numbers of categories. */
export const ENCODERS = {
  "sklearn.preprocessing.OneHotEncoder": {
    becomes: "`one_hot`; `handle_unknown='warn'` as `infrequent_if_exist`, without the warning",
    except: "`drop` of a category that is not the first",
    parameters: {
      categories: "read",
      drop: "read",
      dtype: "read",
      handle_unknown: ["error", "ignore", "infrequent_if_exist", "warn"],
      min_frequency: "read",
      max_categories: "read",
      sparse: "idle",
      sparse_output: "idle",
      feature_name_combiner: "idle",
    },
    apply: (estimator, columns, found) => {
      if (parameter(estimator, "handle_unknown") === "warn") {
        const message =
          'handle_unknown="warn" gives the same numbers as infrequent_if_exist, but nobody is warned';
        found.notes.push(located(estimator.path, message));
      }
      return mapColumns(columns, (column, strand) => {
        const known = knownOf(estimator, column, strand);
        sayType(strand, known.type, found);
        return oneHot(estimator, column, strand, known);
      });
    },
  },
  "sklearn.preprocessing.OrdinalEncoder": {
    becomes: "`ordinal`",
    parameters: {
      categories: "read",
      dtype: "read",
      handle_unknown: ["error", "use_encoded_value"],
      unknown_value: "read",
      encoded_missing_value: "read",
      min_frequency: "read",
      max_categories: "read",
    },
    apply: (estimator, columns, found) =>
      mapColumns(columns, (column, strand) => {
        const known = knownOf(estimator, column, strand);
        sayType(strand, known.type, found);
        return ordinal(estimator, column, strand, known);
      }),
  },
  "sklearn.preprocessing.TargetEncoder": {
    becomes:
      "`target_encode`, as `transform` encodes (`fit_transform` encodes the training set by cross-fitting)",
    except: "a target of more than two classes",
    parameters: {
      categories: "idle",
      target_type: "idle",
      smooth: "read",
      cv: "idle",
      shuffle: "idle",
      random_state: "idle",
    },
    apply: (estimator, columns, found) => {
      const target_type = attribute(estimator, "target_type_");
      if (target_type !== "continuous" && target_type !== "binary") {
        throw new Inexpressible([
          `target_type_ is ${pythonText(target_type)}; only "continuous", "binary" can be expressed`,
        ]);
      }
      const message =
        "the numbers are those of transform; fit_transform encoded the training set by cross-fitting";
      found.notes.push(located(estimator.path, message));
      const target_mean = finite(attribute(estimator, "target_mean_"), "target_mean_");
      return mapColumns(columns, (column, strand) => {
        const known = knownOf(estimator, column, strand);
        sayType(strand, known.type, found);
        return targetEncode(estimator, column, strand, known, { target_type, target_mean });
      });
    },
  },
  "sklearn.feature_extraction.FeatureHasher": {
    becomes: "`hash`",
    except: "several columns at a time; `input_type` other than `'string'`; more than 65,536 columns",
    parameters: { n_features: "read", input_type: ["string"], alternate_sign: "read", dtype: "read" },
    apply: (estimator, columns, found) => {
      const width = widthOf(columns);
      if (width !== 1) {
        throw new Inexpressible([
          `hashes ${width} columns into one row; hash takes one column: make a FeatureHasher for each`,
        ]);
      }
      return mapColumns(columns, (_, strand) => {
        sayType(strand, "string", found);
        const n_features = parameter(estimator, "n_features");
        const alternate_sign = parameter(estimator, "alternate_sign");
        return {
          name: "hash",
          parameters: { n_features, alternate_sign },
          dtype: wideParameter(estimator),
          sparse: true,
        };
      });
    },
  },
} satisfies Readonly<Record<string, EstimatorImport>>;

function knownOf(estimator: Estimator, column: number, strand: Strand): Categories {
  const name = `categories_ of ${strand.from.join(", ")}`;
  const known = categoriesOf(entry(estimator, "categories_", column), name);
  // What an imputer puts in is no cell of a file.
  if (known.values.includes("") && !strand.steps.some((step, i) => imputesEmpty(step, strand.learned[i]!))) {
    throw new Inexpressible([
      `${name} hold an empty text, which Skewless takes for a missing value, as a CSV file cannot tell them apart: fit with None or with a word in its place`,
    ]);
  }
  return known;
}

function imputesEmpty({ name, parameters }: WrittenStep, learned: readonly object[]): boolean {
  if (name !== "impute") return false;
  return [parameters, ...learned].some((one) => Object.values(one as object).includes(""));
}

/** The parameters and what is learned of an encoder that may be given its categories, and may group the rare ones. */
function grouped(estimator: Estimator, column: number, strand: Strand, { values }: Categories) {
  const given = parameter(estimator, "categories") !== "auto";
  const min_frequency = parameter(estimator, "min_frequency") ?? null;
  const max_categories = parameter(estimator, "max_categories") ?? null;
  const groups = min_frequency !== null || max_categories !== null;
  const infrequent = groups ? infrequentOf(estimator, column, strand) : [];
  return {
    infrequent,
    parameters: {
      ...(given ? { categories: values } : {}),
      ...(min_frequency === null ? {} : { min_frequency }),
      ...(max_categories === null ? {} : { max_categories }),
    },
    ...(given && !groups
      ? {}
      : { learned: { categories: values, ...(infrequent.length === 0 ? {} : { infrequent }) } }),
  };
}

function infrequentOf(estimator: Estimator, column: number, strand: Strand): readonly Category[] {
  const parts = entry(estimator, "infrequent_categories_", column);
  return categoriesOf(parts, `infrequent_categories_ of ${strand.from.join(", ")}`).values;
}

function oneHot(estimator: Estimator, column: number, strand: Strand, known: Categories): ColumnStep {
  const { infrequent, parameters, ...learned } = grouped(estimator, column, strand, known);
  const unknown = parameter(estimator, "handle_unknown");
  return {
    name: "one_hot",
    parameters: {
      ...parameters,
      drop: dropped(estimator, column, infrequent.length > 0),
      handle_unknown: unknown === "warn" ? "infrequent_if_exist" : unknown,
    },
    ...learned,
    dtype: dtypeParameter(estimator),
    sparse: (parameter(estimator, "sparse_output") ?? parameter(estimator, "sparse") ?? true) !== false,
  };
}

function dropped(estimator: Estimator, column: number, isGrouped: boolean): "none" | "first" | "if_binary" {
  const drop = parameter(estimator, "drop");
  if (drop === null || drop === undefined) return "none";
  if (drop === "first" || drop === "if_binary") return drop;
  // A list has a category a column.
  const index = entry(estimator, "drop_idx_", column);
  if (index === null) return "none";
  if (index !== 0 || isGrouped)
    throw refused(estimator, "drop", "drops a category that is not the first, which one_hot cannot");
  return "first";
}

function ordinal(estimator: Estimator, column: number, strand: Strand, known: Categories): ColumnStep {
  const { parameters, infrequent: _, ...learned } = grouped(estimator, column, strand, known);
  const handle_unknown = parameter(estimator, "handle_unknown");
  return {
    name: "ordinal",
    parameters: {
      ...parameters,
      handle_unknown,
      ...(handle_unknown === "error" ? {} : { unknown_value: codeOf(estimator, "unknown_value") }),
      encoded_missing_value: codeOf(estimator, "encoded_missing_value"),
    },
    ...learned,
    dtype: wideParameter(estimator),
  };
}

/** A code in a parameter: NaN is the word "missing" in a model file. */
function codeOf(estimator: Estimator, name: string): number | "missing" {
  const code = numberOf(parameter(estimator, name));
  if (code === undefined) throw refused(estimator, name);
  return Number.isNaN(code) ? "missing" : code;
}

function targetEncode(
  estimator: Estimator,
  column: number,
  strand: Strand,
  { values: categories }: Categories,
  { target_type, target_mean }: { readonly target_type: string; readonly target_mean: number },
): ColumnStep {
  const row = listOf(entry(estimator, "encodings_", column)) ?? [];
  const encodings = row.map((one) => finite(one, `encodings_ of ${strand.from.join(", ")}`));
  if (encodings.length !== categories.length) {
    throw new Inexpressible([`has ${encodings.length} encodings_ for ${categories.length} categories_`]);
  }
  return {
    name: "target_encode",
    parameters: { smooth: parameter(estimator, "smooth"), target_type },
    learned: { categories, encodings, target_mean },
  };
}
