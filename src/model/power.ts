import { startSum } from "./exact.ts";
import { log, log1p } from "./logarithm.ts";
import { minimumFrom, minimumWithin } from "./minimum.ts";
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

/**
 * The lambda that makes a column most like a normal distribution: the maximum of the likelihood, sought as SciPy seeks it.
 * Visits the column once or twice a trial, of which there are some thirty.
 *
 * @param summary of the same column
 * @returns lambda; a text says why there is none
 */
export function fitPower(method: PowerMethod, column: SortedColumn, summary: Summary): number | string {
  return method === "box_cox" ? fitBoxCox(column, summary) : fitYeoJohnson(column, summary);
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

/** The tolerance of SciPy's search. */
const TOLERANCE = 1.48e-8;

function fitBoxCox(column: SortedColumn, { min, max }: Summary): number | string {
  if (min <= 0) return `has values that are not above 0, such as ${min}: box_cox needs positive ones`;
  if (min === max) return `is ${min} in every row: box_cox needs values that differ`;
  const logs = startSum();
  column.forEach((x, times) => logs.add(times * Math.log(x)));
  const sumOfLogs = logs.total();
  const unlikelihood = (trial: number) => {
    // The limit for 0 is the logarithm; next to it, the likelihood is the same.
    const lambda = trial + 1e-30;
    return (column.count / 2) * logVarianceOfPower(column, lambda, min, max) - (lambda - 1) * sumOfLogs;
  };
  const lambda = minimumFrom(unlikelihood, -2, 2, TOLERANCE);
  return lambda === undefined
    ? "has no lambda that makes it most like a normal distribution"
    : withoutOverflow(lambda, min, max);
}

/** ln of the variance of x^λ / λ. The powers may overflow, so they are taken in relation to their mean. */
function logVarianceOfPower(column: SortedColumn, lambda: number, min: number, max: number): number {
  const largest = Math.max(lambda * Math.log(min), lambda * Math.log(max));
  const powers = startSum();
  column.forEach((x, times) => powers.add(times * Math.exp(lambda * Math.log(x) - largest)));
  const logMean = largest + Math.log(powers.total() / column.count);
  const relative = varianceOf(column, (x) => Math.expm1(lambda * Math.log(x) - logMean));
  return 2 * logMean + Math.log(relative) - 2 * Math.log(Math.abs(lambda));
}

/** Keeps the largest power of a column below this, as SciPy does. */
const LARGEST_POWER = Number.MAX_VALUE / 10_000;

/** Lambda, or the one nearest to it whose powers of the column do not overflow. */
function withoutOverflow(lambda: number, min: number, max: number): number {
  const size = (trial: number) => {
    const { forward } = boxCox(trial);
    return Math.max(Math.abs(forward(min)), Math.abs(forward(max)));
  };
  if (size(lambda) <= LARGEST_POWER) return lambda;
  let small = 0;
  let large = lambda;
  // Halves the interval until its ends are neighbours.
  for (let middle = large / 2; middle !== small && middle !== large; middle = (small + large) / 2) {
    if (size(middle) <= LARGEST_POWER) small = middle;
    else large = middle;
  }
  return small;
}

/** The smallest double with all its digits, and the distance from 1 to the next double; and the largest. */
const LOG_TINY = Math.log(2 ** -1022);
const LOG_EPSILON = Math.log(Number.EPSILON);
const LOG_MAX = Math.log(Number.MAX_VALUE);

function fitYeoJohnson(column: SortedColumn, { min, max, mean }: Summary): number {
  const logs = startSum();
  column.forEach((x, times) => logs.add(times * Math.sign(x) * Math.log1p(Math.abs(x))));
  const sumOfLogs = logs.total();
  const unlikelihood = (lambda: number) => {
    const { forward } = yeoJohnson(lambda);
    const origin = forward(mean);
    const variance = varianceOf(column, (x) => forward(x) - origin);
    // A variance that over- or underflows says nothing of how likely a lambda is.
    if (!(variance >= 2 ** -1022 && variance < Infinity)) return Infinity;
    return (column.count / 2) * Math.log(variance) - (lambda - 1) * sumOfLogs;
  };
  // Lambdas by which twenty times the largest value neither over- nor underflows, when squared.
  const width = Math.log1p(20 * Math.max(Math.abs(min), Math.abs(max)));
  const lowest = (LOG_TINY - LOG_EPSILON) / 2 / width;
  const highest = (LOG_MAX + LOG_EPSILON) / 2 / width;
  if (max < 0) return minimumWithin(unlikelihood, 2 - highest, 2 - lowest, TOLERANCE);
  return min >= 0
    ? minimumWithin(unlikelihood, lowest, highest, TOLERANCE)
    : minimumWithin(unlikelihood, Math.max(2 - highest, lowest), Math.min(2 - lowest, highest), TOLERANCE);
}

/** Variance of a function of the column that is about 0 in its middle. */
function varianceOf(column: SortedColumn, f: (x: number) => number): number {
  const sum = startSum();
  const squares = startSum();
  column.forEach((x, times) => {
    const d = f(x);
    sum.add(times * d);
    squares.add(times * d * d);
  });
  const mean = sum.total() / column.count;
  return squares.total() / column.count - mean * mean;
}
