import { type Estimator, type EstimatorImport, mustBeWide, parameter, refused } from "./estimator.ts";
import { dictOf, functionNameOf, numberOf } from "./exported.ts";
import { Inexpressible } from "./findings.ts";
import { type ColumnStep, type Strand, extend, join, mapColumns } from "./strand.ts";

type Keywords = ReadonlyMap<string, unknown>;

/** What a function becomes; `as it is`: nothing. Keywords that are not listed are refused. */
interface FunctionImport {
  readonly keywords?: readonly string[];
  readonly step: ((estimator: Estimator, keywords: Keywords) => ColumnStep) | "as it is";
}

const plain = (name: "abs" | "log" | "log1p" | "round" | "sqrt" | "square"): FunctionImport => ({
  step: () => ({ name, parameters: {} }),
});

const CLIP: FunctionImport = {
  keywords: ["a_min", "a_max", "min", "max"],
  step: (estimator, keywords) => {
    const min = bound(estimator, keywords, ["a_min", "min"]);
    const max = bound(estimator, keywords, ["a_max", "max"]);
    return {
      name: "clip",
      parameters: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
    };
  },
};

const ROUND: FunctionImport = {
  keywords: ["decimals"],
  step: (estimator, keywords) => {
    const decimals = numberOf(keywords.get("decimals") ?? 0);
    if (decimals === undefined) throw refused(estimator, "kw_args");
    return { name: "round", parameters: { decimals } };
  },
};

/** Functions that a FunctionTransformer may apply, by their full names. */
export const FUNCTIONS: Readonly<Record<string, FunctionImport>> = {
  "numpy.log": plain("log"),
  "numpy.log1p": plain("log1p"),
  "numpy.sqrt": plain("sqrt"),
  "numpy.square": plain("square"),
  "numpy.absolute": plain("abs"),
  "numpy.fabs": plain("abs"),
  "builtins.abs": plain("abs"),
  "numpy.rint": plain("round"),
  "numpy.round": ROUND,
  "numpy.around": ROUND,
  "numpy.clip": CLIP,
  "numpy.array": { step: "as it is" },
  "numpy.asarray": { step: "as it is" },
};

/** Estimators that learn nothing. */
export const COMPUTING = {
  "sklearn.preprocessing.FunctionTransformer": {
    becomes: `the step of its NumPy function: ${functionList()}`,
    except: "any other function",
    parameters: {
      func: "read",
      kw_args: "read",
      inverse_func: "idle",
      inv_kw_args: "idle",
      check_inverse: "idle",
      validate: "idle",
      accept_sparse: "idle",
      feature_names_out: "idle",
    },
    apply: (estimator, columns) => {
      const step = stepOfFunction(estimator);
      if (step === undefined) return [...columns];
      return mapColumns(columns, (_, strand) => {
        mustBeWide(strand);
        mustNotBeSmall(strand, step.name);
        return step;
      });
    },
  },
  "sklearn.preprocessing.PolynomialFeatures": {
    becomes: "`polynomial`, one feature of all its columns",
    except: "degrees above 10; columns that were made in different ways",
    parameters: { degree: "read", interaction_only: "read", include_bias: "read", order: "idle" },
    apply: (estimator, columns) => {
      for (const strand of columns) mustBeWide(strand);
      const degree = parameter(estimator, "degree");
      const parameters = {
        degree: degree === 0 ? [0, 0] : degree,
        interaction_only: parameter(estimator, "interaction_only"),
        include_bias: parameter(estimator, "include_bias"),
      };
      return [extend(join(columns), { name: "polynomial", parameters }, [])];
    },
  },
} satisfies Readonly<Record<string, EstimatorImport>>;

function functionList(): string {
  return Object.entries(FUNCTIONS)
    .filter(([, { step }]) => step !== "as it is")
    .map(([name]) => `\`${name.replace("builtins.", "")}\``)
    .join(", ");
}

/** Undefined where the function changes nothing. */
function stepOfFunction(estimator: Estimator): ColumnStep | undefined {
  const func = parameter(estimator, "func");
  if (func === null) return undefined;
  const name = functionNameOf(func);
  if (name === undefined || !Object.hasOwn(FUNCTIONS, name)) {
    throw refused(
      estimator,
      "func",
      `is a function that Skewless does not know (known: ${Object.keys(FUNCTIONS).join(", ")}); write its feature by hand`,
    );
  }
  const keywords = dictOf(parameter(estimator, "kw_args") ?? null);
  const { step, keywords: known = [] } = FUNCTIONS[name]!;
  if (keywords === undefined || [...keywords.keys()].some((keyword) => !known.includes(keyword))) {
    throw refused(estimator, "kw_args", `cannot be expressed with ${name}`);
  }
  return step === "as it is" ? undefined : step(estimator, keywords);
}

function bound(estimator: Estimator, keywords: Keywords, names: readonly string[]): number | undefined {
  const given = names.map((name) => keywords.get(name) ?? null).filter((value) => value !== null);
  if (given.length === 0) return undefined;
  const value = numberOf(given[0]);
  if (given.length > 1 || value === undefined || !Number.isFinite(value)) throw refused(estimator, "kw_args");
  return value;
}

/** Of small integers and booleans NumPy's functions make floats of 16 or 32 bits, or integers that overflow. */
function mustNotBeSmall({ dtype = "", from }: Strand, step: string): void {
  const small = /^(?:u?int(?:8|16)|bool(?:ean)?)$/i.test(dtype);
  if (!small && !(step === "square" && /^u?int32$/i.test(dtype))) return;
  throw new Inexpressible([
    `computes with ${from.join(", ")} in the few bits of ${dtype}, and Skewless in float64: cast it to float64, and fit again`,
  ]);
}
