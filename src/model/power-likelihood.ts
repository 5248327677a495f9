import { startSum } from "./exact.ts";
import type { Summary } from "./moments.ts";
import type { SortedColumn } from "./step.ts";

/**
 * How likely lambda is of a column: that its powers y are normally distributed, whatever their mean and variance.
 *
 * Per value the logarithm of the likelihood is −½ ln var(y) + (λ − 1) · mean(ln v), but for what lambda has no part in; v is
 * the number that is raised, and the logarithm that of dy/dx, but for its factor. Of a narrow column far from 0 the powers
 * are so nearly alike that their variance is little but rounding. Of numbers on one side of 0 it is therefore not v that is
 * raised, but v divided by the geometric mean, which leaves −½ ln var(y); and its logarithm is taken with all the digits
 * that tell the numbers apart.
 */
export interface Likelihood {
  /** Minus the logarithm of the likelihood per value; infinite where the variance of y over- or underflows. */
  readonly unlikelihood: (lambda: number) => number;
  readonly slope: (lambda: number) => Slope;
  /** Range of ln v, negative for what is below 0. It is over no less than 1 / width that the slope changes. */
  readonly width: number;
}

/** How the logarithm of the likelihood, per value, rises with lambda. */
export interface Slope {
  readonly slope: number;
  /** What one more in lambda changes in y, in standard deviations: it is over 1 / sharpness that the slope changes. */
  readonly sharpness: number;
}

/** Box and Cox's likelihood, of values above 0. */
export function boxCoxLikelihood(column: SortedColumn, summary: Summary): Likelihood {
  const { logVariance, slope, width } = oneSided(column, summary, BOX_COX);
  return { unlikelihood: (lambda) => logVariance(lambda) / 2, slope, width };
}

/** Yeo and Johnson's likelihood, of any values. */
export function yeoJohnsonLikelihood(column: SortedColumn, summary: Summary): Likelihood {
  if (summary.min < 0 && summary.max > 0) return twoSided(column, summary);
  return summary.min < 0 ? turnedOver(column, summary) : notNegative(column, summary);
}

function notNegative(column: SortedColumn, summary: Summary): Likelihood {
  const { logVariance, meanLog, slope, width } = oneSided(column, summary, YEO_JOHNSON);
  return {
    unlikelihood: (lambda) => {
      const log = logVariance(lambda);
      return isVariance(log + 2 * lambda * meanLog) ? log / 2 : Infinity;
    },
    slope,
    width,
  };
}

/** Of no value above 0: they are raised like those that are not negative, by 2 − λ. */
function turnedOver({ count, forEach }: SortedColumn, { min, max, mean, ...rest }: Summary): Likelihood {
  const { unlikelihood, slope, width } = notNegative(
    { count, forEach: (visit) => forEach((x, times) => visit(-x, times)) },
    { ...rest, min: -max, max: -min, mean: -mean },
  );
  return {
    unlikelihood: (lambda) => unlikelihood(2 - lambda),
    slope: (lambda) => {
      const turned = slope(2 - lambda);
      return { ...turned, slope: -turned.slope };
    },
    width,
  };
}

/** What is raised of x, and the logarithm of it. */
interface Base {
  readonly of: (x: number) => number;
  readonly log: (x: number) => number;
}

const BOX_COX: Base = { of: (x) => x, log: Math.log };
const YEO_JOHNSON: Base = { of: (x) => 1 + x, log: Math.log1p };

/** Logarithms of variances that are doubles with all their digits. */
const LOG_TINY = Math.log(2 ** -1022);
const LOG_MAX = Math.log(Number.MAX_VALUE);

/** A variance that over- or underflows says nothing of how likely a lambda is. */
function isVariance(log: number): boolean {
  return log >= LOG_TINY && log <= LOG_MAX;
}

/** From here on, a power has no digit of the 1 that is taken from it, and its square may overflow. */
const LARGE_EXPONENT = 300;

/** Of powers of u = ln(v / g), g being the geometric mean of v, whose logarithm is `meanLog`. */
function oneSided(column: SortedColumn, { min, max, mean: centre }: Summary, { of, log }: Base) {
  const atCentre = of(centre);
  const logOfCentre = log(centre);
  const fromCentre = (x: number) => {
    const ratio = (x - centre) / atCentre;
    return Math.abs(ratio) < 0.5 ? Math.log1p(ratio) : log(x) - logOfCentre;
  };
  const sum = startSum();
  column.forEach((x, times) => sum.add(times * fromCentre(x)));
  const shift = sum.total() / column.count;
  const u = (x: number) => fromCentre(x) - shift;
  const [uMin, uMax] = [u(min), u(max)];
  return {
    width: uMax - uMin,
    meanLog: logOfCentre + shift,
    logVariance: (lambda: number) => {
      const largest = Math.max(lambda * uMin, lambda * uMax);
      if (largest < LARGE_EXPONENT) {
        const raise = raised(lambda);
        return Math.log(varianceOf(column, (x) => raise(u(x))));
      }
      const relative = varianceOf(column, (x) => Math.exp(lambda * u(x) - largest));
      return Math.log(relative) + 2 * (largest - Math.log(Math.abs(lambda)));
    },
    slope: (lambda: number) => {
      const raise = raised(lambda);
      const derivative = derivativeOfRaised(lambda);
      return slopeOf(column, 0, (add) => (x, times) => {
        const l = u(x);
        add(raise(l), derivative(l), times);
      });
    },
  };
}

/** Of values below and above 0. Their powers span 0 too, so that their variance is never small beside them. */
function twoSided(column: SortedColumn, { min, max, mean: centre }: Summary): Likelihood {
  const logs = startSum();
  column.forEach((x, times) => logs.add(times * Math.sign(x) * Math.log1p(Math.abs(x))));
  const meanLog = logs.total() / column.count;
  return {
    unlikelihood: (lambda) => {
      const raise = raisedEitherWay(lambda);
      const origin = raise(centre);
      const log = Math.log(varianceOf(column, (x) => raise(x) - origin));
      return isVariance(log) ? log / 2 - lambda * meanLog : Infinity;
    },
    slope: (lambda) => {
      const raise = raisedEitherWay(lambda);
      const origin = raise(centre);
      const above = derivativeOfRaised(lambda);
      const below = derivativeOfRaised(2 - lambda);
      return slopeOf(column, meanLog, (add) => (x, times) => {
        add(raise(x) - origin, x < 0 ? below(Math.log1p(-x)) : above(Math.log1p(x)), times);
      });
    },
    width: Math.log1p(-min) + Math.log1p(max),
  };
}

function raisedEitherWay(lambda: number): (x: number) => number {
  const above = raised(lambda);
  const below = raised(2 - lambda);
  return (x) => (x < 0 ? -below(Math.log1p(-x)) : above(Math.log1p(x)));
}

/** (e^(λu) − 1) / λ by u; that is u for λ = 0. */
function raised(lambda: number): (u: number) => number {
  return Math.abs(lambda) < 1e-19 ? (u) => u : (u) => Math.expm1(lambda * u) / lambda;
}

/** The derivative by λ of {@link raised}: u² (t e^t − e^t + 1) / t², t being λu. */
function derivativeOfRaised(lambda: number): (u: number) => number {
  return (u) => {
    const t = lambda * u;
    if (Math.abs(t) > 1) return (u * Math.exp(t) - Math.expm1(t) / lambda) / lambda;
    // 1/2 + t/3 + t²/8 + …: the k-th term is t^k (k + 1) / (k + 2)!
    let term = 0.5;
    let sum = term;
    for (let k = 1; k <= 16; k++) {
      term *= (t * (k + 1)) / (k * (k + 2));
      sum += term;
    }
    return u * u * sum;
  };
}

/** Variance of a function of the column that is about 0 in its middle. */
function varianceOf({ count, forEach }: SortedColumn, f: (x: number) => number): number {
  const sum = startSum();
  const squares = startSum();
  forEach((x, times) => {
    const d = f(x);
    sum.add(times * d);
    squares.add(times * d * d);
  });
  const mean = sum.total() / count;
  return squares.total() / count - mean * mean;
}

type Add = (y: number, derivative: number, times: number) => void;

/** mean(ln v) − cov(y, dy/dλ) / var(y); y is about 0 in the middle of the column. */
function slopeOf(
  { count, forEach }: SortedColumn,
  meanLog: number,
  visitWith: (add: Add) => (x: number, times: number) => void,
): Slope {
  const sums = { y: startSum(), yy: startSum(), d: startSum(), yd: startSum(), dd: startSum() };
  forEach(
    visitWith((y, d, times) => {
      sums.y.add(times * y);
      sums.yy.add(times * y * y);
      sums.d.add(times * d);
      sums.yd.add(times * y * d);
      sums.dd.add(times * d * d);
    }),
  );
  const mean = sums.y.total() / count;
  const variance = sums.yy.total() / count - mean * mean;
  const covariance = (sums.yd.total() - mean * sums.d.total()) / count;
  return {
    slope: meanLog - covariance / variance,
    sharpness: Math.sqrt(sums.dd.total() / count / variance),
  };
}
