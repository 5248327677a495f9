import { type TSchema, Type } from "@sinclair/typebox";
import type { Kernel, Step } from "../step.ts";

const closed = { additionalProperties: false } as const;

type None = Readonly<Record<never, never>>;

interface Polynomial {
  /** The highest degree, or the lowest and the highest. */
  readonly degree: number | readonly [number, number];
  readonly interaction_only: boolean;
  readonly include_bias: boolean;
}

/** A step that makes one number of several, and has nothing to set. */
function combining(
  summary: string,
  counterpart: string,
  max: number,
  combine: (values: readonly number[]) => number,
) {
  const kernel: Kernel = {
    kind: "join",
    join: (values, out, at) => {
      out[at] = combine(values);
      return at + 1;
    },
  };
  return {
    summary,
    counterpart,
    parameters: Type.Object({}, { ...closed, description: "nothing to set" }),
    defaults: {},
    takes: ["number"],
    gives: "number",
    joins: { min: 2, max },
    compile: () => kernel,
  } as const satisfies Step<None>;
}

const degree = (minimum: number) =>
  Type.Integer({ minimum, maximum: 10, description: "a whole number up to 10" });

/** A list of a lowest and a highest degree; written without `Type.Tuple`, whose schema editors take for loose. */
const degrees = Type.Array(degree(0), { minItems: 2, maxItems: 2, description: "lowest and highest degree" });

const polynomialParameters: TSchema = Type.Object(
  {
    degree: Type.Optional(
      Type.Union([degree(1), degrees], {
        default: 2,
        description: "the highest degree of a term, from 1 to 10, or the lowest and the highest: [2, 3]",
      }),
    ),
    interaction_only: Type.Optional(
      Type.Boolean({ default: false, description: "Whether to leave out terms that hold a column twice." }),
    ),
    include_bias: Type.Optional(
      Type.Boolean({ default: true, description: "Whether a column of ones comes first." }),
    ),
  },
  { ...closed, description: "{ degree, interaction_only, include_bias }" },
);

/** Steps that make features of several columns. Where one of them is missing (NaN), so is what is made of it. */
export const COMBINING_STEPS = {
  polynomial: {
    summary: "All products of the columns up to a degree, in the order of scikit-learn.",
    counterpart: "sklearn.preprocessing.PolynomialFeatures",
    parameters: polynomialParameters,
    defaults: { degree: 2, interaction_only: false, include_bias: true },
    takes: ["number"],
    gives: "number",
    missing: "refuses",
    joins: { min: 1, max: Infinity },
    contradiction: (parameters) => {
      const { lowest, highest } = degreesOf(parameters);
      if (lowest > highest) return "has a lowest degree above the highest";
      return highest === 0 && !parameters.include_bias
        ? "has no term: give it a degree, or include_bias"
        : undefined;
    },
    names: (columns, parameters) =>
      termsOf(columns.length, parameters)
        .filter(({ written }) => written)
        .map(({ powers }) => nameOf(powers, columns)),
    compile: (parameters, _, width) => {
      const terms = termsOf(width, parameters);
      const products = new Float64Array(terms.length);
      return {
        kind: "join",
        join: (values, out, at) => {
          let place = at;
          for (let i = 0; i < terms.length; i++) {
            const { rest, column, written } = terms[i]!;
            const product =
              column === undefined
                ? 1
                : rest === undefined
                  ? values[column]!
                  : products[rest]! * values[column]!;
            products[i] = product;
            if (written) out[place++] = product;
          }
          return place;
        },
      };
    },
  } satisfies Step<Polynomial>,
  ratio: combining(
    "The first column divided by the second; by 0 there is none.",
    "numpy.divide",
    2,
    (values) => values[0]! / values[1]!,
  ),
  difference: combining(
    "The first column less the second.",
    "numpy.subtract",
    2,
    (values) => values[0]! - values[1]!,
  ),
  product: combining(
    "All columns multiplied, from the first to the last.",
    "numpy.multiply",
    Infinity,
    (values) => {
      let product = values[0]!;
      for (let i = 1; i < values.length; i++) product *= values[i]!;
      return product;
    },
  ),
} as const;

/** A product of columns: of the smaller product `rest`, an earlier term, and one column; the bias has neither. */
interface Term {
  readonly column?: number;
  readonly rest?: number;
  /** How often each column is in it. */
  readonly powers: readonly number[];
  /** Whether it comes out; a term below the lowest degree is only a part of others. */
  readonly written: boolean;
}

function degreesOf({ degree: given }: Polynomial): { readonly lowest: number; readonly highest: number } {
  return typeof given === "number" ? { lowest: 0, highest: given } : { lowest: given[0], highest: given[1] };
}

/**
 * The terms, degree by degree; within one, in the order of their columns. Each is its first column times the term of the
 * others, which is how scikit-learn multiplies, so that the roundings are the same.
 */
function termsOf(width: number, parameters: Polynomial): readonly Term[] {
  const { lowest, highest } = degreesOf(parameters);
  const none = Array.from({ length: width }, () => 0);
  const terms: Term[] = parameters.include_bias ? [{ powers: none, written: true }] : [];
  let smaller: { first: number; index: number }[] = [];
  for (let order = 1; order <= highest; order++) {
    const now: typeof smaller = [];
    const add = (column: number, powers: readonly number[], rest?: number) => {
      now.push({ first: column, index: terms.length });
      const raised = powers.with(column, powers[column]! + 1);
      terms.push({
        column,
        powers: raised,
        written: order >= lowest,
        ...(rest === undefined ? {} : { rest }),
      });
    };
    for (let column = 0; column < width; column++) {
      if (order === 1) add(column, none);
      for (const { first, index } of smaller) {
        if (first > column || (first === column && !parameters.interaction_only)) {
          add(column, terms[index]!.powers, index);
        }
      }
    }
    smaller = now;
  }
  return terms;
}

/** As PolynomialFeatures.get_feature_names_out: `1`, `a`, `a^2`, `a b`. */
function nameOf(powers: readonly number[], columns: readonly string[]): string {
  const factors = powers.flatMap((power, i) => {
    if (power === 0) return [];
    return [power === 1 ? columns[i]! : `${columns[i]}^${power}`];
  });
  return factors.length === 0 ? "1" : factors.join(" ");
}
