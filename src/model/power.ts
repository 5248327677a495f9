import { log, log1p } from "./logarithm.ts";
import type { Summary } from "./moments.ts";
import type { SortedColumn } from "./step.ts";
import type { TwoWay } from "./target-transforms.ts";

/** The methods of `power_transform`. */
export type PowerMethod = "box_cox" | "yeo_johnson";

/**
 * G. E. P. Box and D. R. Cox, "An Analysis of Transformations", 1964: (x^λ − 1) / λ, or ln x for λ = 0.
 *
 * @returns forward: NaN where x is not above 0; inverse: NaN where nothing above 0 gives the output
 */
export function boxCox(lambda: number): TwoWay {
  if (Math.abs(lambda) < 1e-19) {
    return { forward: (x) => (x > 0 && x < Infinity ? log(x) : Number.NaN), inverse: Math.exp };
  }
  return {
    forward: (x) => {
      if (!(x > 0 && x < Infinity)) return Number.NaN;
      const power = lambda * log(x);
      // Here the power overflows, but not yet its quotient by a large lambda.
      return power < 709.78
        ? Math.expm1(power) / lambda
        : Math.sign(lambda) * Math.exp(power - Math.log(Math.abs(lambda))) - 1 / lambda;
    },
    inverse: (y) => Math.exp(log1p(lambda * y) / lambda),
  };
}

/**
 * I.-K. Yeo and R. A. Johnson, "A New Family of Power Transformations to Improve Normality or Symmetry", 2000: Box and
 * Cox's of x + 1 from 0 on, with λ; and below 0 that of 1 − x, turned over, with 2 − λ.
 *
 * @returns forward and inverse; NaN for what is infinite, and for an output that nothing gives
 */
export function yeoJohnson(lambda: number): TwoWay {
  const above = powerOfOneMore(lambda);
  const below = powerOfOneMore(2 - lambda);
  return {
    forward: (x) => {
      if (!Number.isFinite(x)) return Number.NaN;
      return x >= 0 ? above.forward(x) : -below.forward(-x);
    },
    inverse: (y) => (y >= 0 ? above.inverse(y) : -below.inverse(-y)),
  };
}

/** ((x + 1)^λ − 1) / λ for x from 0 on. */
function powerOfOneMore(lambda: number): TwoWay {
  if (Math.abs(lambda) < Number.EPSILON) return { forward: log1p, inverse: Math.expm1 };
  return {
    forward: (x) => Math.expm1(lambda * log1p(x)) / lambda,
    // (λy + 1)^(1/λ) − 1 as scikit-learn computes it rounds λy + 1, which costs digits near 0 and for a small lambda.
    inverse: (y) => Math.expm1(log1p(lambda * y) / lambda),
  };
}

/** The functions of a method for one lambda. */
export function powerOf(method: PowerMethod, lambda: number): TwoWay {
  return method === "box_cox" ? boxCox(lambda) : yeoJohnson(lambda);
}

/** How far, as a share of the range of the column, a value may be off when it is taken back. */
const LOST = { middle: 1e-4, ends: 1e-6 };

/** An output times these: itself, and what it might as well have been rounded to. */
const NEIGHBOURS = [1 - Number.EPSILON, 1, 1 + Number.EPSILON];

/**
 * A value of the column that a power loses to rounding: its inverse does not give it back. Looks at the quartiles, so that
 * outliers may be lost; they are in scikit-learn too, and the others are still told apart.
 *
 * @param summary of the same column
 * @param ends whether the smallest and the largest value, and all of them more exactly, must come back too
 * @returns undefined where none is lost
 */
export function lostBy(
  { forward, inverse }: TwoWay,
  column: SortedColumn,
  { min, max }: Summary,
  ends: boolean,
): number | undefined {
  const tolerance = (max - min) * (ends ? LOST.ends : LOST.middle);
  return [...quartilesOf(column), ...(ends ? [min, max] : [])].find((value) => {
    const output = forward(value);
    // What comes back exactly may do so by luck: the outputs beside it tell how many digits there are. NaN, where nothing
    // gives an output, is lost too.
    return NEIGHBOURS.some((factor) => !(Math.abs(inverse(output * factor) - value) <= tolerance));
  });
}

/** Values of the column a quarter, half and three quarters of the way up. */
function quartilesOf(column: SortedColumn): readonly number[] {
  const last = column.count - 1;
  const ranks = [Math.floor(last / 4), Math.floor(last / 2), Math.ceil((last * 3) / 4)];
  const found: number[] = [];
  let seen = 0;
  column.forEach((value, times) => {
    seen += times;
    while (found.length < ranks.length && ranks[found.length]! < seen) found.push(value);
  });
  return found;
}
