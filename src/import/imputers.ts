import { categoriesOf, isMissing, sayType } from "./categories.ts";
import {
  type Estimator,
  type EstimatorImport,
  attribute,
  entry,
  flag,
  parameter,
  refused,
} from "./estimator.ts";
import { type EstimatorNode, functionNameOf, listOf, numberOf } from "./exported.ts";
import { type Findings, Inexpressible, located } from "./findings.ts";
import { type ColumnStep, type Strand, mapColumns, widthOf } from "./strand.ts";

/** Estimators for what is missing. */
export const IMPUTERS = {
  "sklearn.impute.SimpleImputer": {
    becomes:
      "`impute`; with `add_indicator=True` a feature with `missing_indicator` for each column that was missing; a function as `strategy` as the constants it gave",
    except: "`missing_values` other than NaN or None",
    parameters: {
      missing_values: "read",
      strategy: "read",
      fill_value: "idle",
      copy: "idle",
      verbose: "idle",
      add_indicator: "read",
      keep_empty_features: "read",
    },
    apply: (estimator, columns, found) => {
      missingValues(estimator);
      const imputed = mapColumns(columns, (column, strand) => impute(estimator, column, strand, found));
      if (!flag(estimator, "add_indicator", false)) return imputed;
      const inner = { node: attribute(estimator, "indicator_") as EstimatorNode, path: estimator.path };
      return [...imputed, ...indicate(inner, columns)];
    },
  },
  "sklearn.impute.MissingIndicator": {
    becomes: "`missing_indicator`, of the columns that were missing or of all",
    except: "`missing_values` other than NaN or None",
    parameters: {
      missing_values: "read",
      features: ["missing-only", "all"],
      sparse: "idle",
      error_on_new: "read",
    },
    apply: (estimator, columns, found) => {
      missingValues(estimator);
      if (parameter(estimator, "features") === "missing-only" && flag(estimator, "error_on_new", true)) {
        const known = watched(estimator);
        let column = 0;
        for (const strand of columns) {
          if (!known.has(column)) for (const input of strand.from) found.neverMissing.add(input);
          column += strand.width;
        }
      }
      return indicate(estimator, columns);
    },
  },
} satisfies Readonly<Record<string, EstimatorImport>>;

function missingValues(estimator: Estimator): void {
  if (isMissing(parameter(estimator, "missing_values"))) return;
  throw refused(
    estimator,
    "missing_values",
    "cannot be expressed: to Skewless, what is missing is null or an empty cell",
  );
}

const LEARNING = new Set(["mean", "median", "most_frequent"]);

function impute(
  estimator: Estimator,
  column: number,
  strand: Strand,
  found: Findings,
): ColumnStep | undefined {
  const strategy = parameter(estimator, "strategy");
  const computed = functionNameOf(strategy);
  const written = typeof strategy === "string" && LEARNING.has(strategy) ? strategy : undefined;
  if (written === undefined && strategy !== "constant" && computed === undefined)
    throw refused(estimator, "strategy");
  const value = entry(estimator, "statistics_", column);
  const name = `statistics_ of ${strand.from.join(", ")}`;
  if (isMissing(value)) {
    if (strategy === "constant" || flag(estimator, "keep_empty_features", false)) {
      throw new Inexpressible([
        `${name} is missing itself: nothing can be put in the place of a missing value`,
      ]);
    }
    const message = `${strand.from.join(", ")} had no value to learn from: as in scikit-learn, its column is left out`;
    found.notes.push(located(estimator.path, message));
    return undefined;
  }
  const { values, type } = categoriesOf([value], name);
  const statistic = values[0]!;
  if (type === "string") sayType(strand, type, found);
  if (computed !== undefined) {
    const message = `strategy=${computed} is written as the constant ${statistic} that it gave for ${strand.from.join(", ")}`;
    found.notes.push(located(estimator.path, message));
  }
  // What is imputed is of the column's type, or, with a mean, of float64.
  const dtype = strand.dtype;
  return written === undefined
    ? { name: "impute", parameters: { constant: statistic }, dtype }
    : { name: "impute", parameters: written, learned: { statistic }, dtype };
}

/** Places of the columns that an indicator is made for. */
function watched(estimator: Estimator): ReadonlySet<number> {
  const places = (listOf(attribute(estimator, "features_")) ?? []).map(numberOf);
  return new Set(places.filter((place) => place !== undefined));
}

function indicate(estimator: Estimator, columns: readonly Strand[]): Strand[] {
  const places = watched(estimator);
  const width = widthOf(columns);
  if ([...places].some((place) => place >= width)) {
    throw new Inexpressible([`features_ are of other columns than the ${width} that there are`]);
  }
  return mapColumns(columns, (column) =>
    places.has(column) ? { name: "missing_indicator", parameters: {}, dtype: "bool" } : undefined,
  );
}
