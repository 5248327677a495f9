import { minimumFrom, minimumWithin } from "./minimum.ts";
import type { Summary } from "./moments.ts";
import { type PowerMethod, boxCox } from "./power.ts";
import { type Likelihood, boxCoxLikelihood, yeoJohnsonLikelihood } from "./power-likelihood.ts";
import type { SortedColumn } from "./step.ts";

/**
 * The lambda that makes a column most like a normal distribution: the maximum of the likelihood, sought as SciPy seeks it,
 * and then, where that is level, by its derivative. Visits the column ten to forty times.
 *
 * @param summary of the same column
 * @returns lambda; a text says why there is none
 */
export function fitPower(method: PowerMethod, column: SortedColumn, summary: Summary): number | string {
  return method === "box_cox" ? fitBoxCox(column, summary) : fitYeoJohnson(column, summary);
}

/** The tolerance of SciPy's search. */
const TOLERANCE = 1.48e-8;

/** How near to the maximum is enough, in parts of the distance over which its slope changes. */
const NEAR = 1e-6;

function fitBoxCox(column: SortedColumn, summary: Summary): number | string {
  const { min, max } = summary;
  if (min <= 0) return `has values that are not above 0, such as ${min}: box_cox needs positive ones`;
  if (min === max) return `is ${min} in every row: box_cox needs values that differ`;
  const { unlikelihood, slope, width } = boxCoxLikelihood(column, summary);
  const objective = (lambda: number) => column.count * unlikelihood(lambda);
  // Where the likelihood is all but level about 0, that is near enough to the maximum.
  const found = minimumFrom(objective, -2, 2, TOLERANCE, NEAR / width) ?? 0;
  return withoutOverflow(levelNear(found, slope, -Infinity, Infinity), min, max);
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

function fitYeoJohnson(column: SortedColumn, summary: Summary): number {
  const { min, max } = summary;
  const { unlikelihood, slope, width } = yeoJohnsonLikelihood(column, summary);
  // Lambdas by which twenty times the largest value neither over- nor underflows, when squared.
  const largest = Math.log1p(20 * Math.max(Math.abs(min), Math.abs(max)));
  const small = (LOG_TINY - LOG_EPSILON) / 2 / largest;
  const large = (LOG_MAX + LOG_EPSILON) / 2 / largest;
  const lowest = max < 0 ? 2 - large : min >= 0 ? small : Math.max(2 - large, small);
  const highest = max < 0 ? 2 - small : min >= 0 ? large : Math.min(2 - small, large);
  const objective = (lambda: number) => column.count * unlikelihood(lambda);
  const found = minimumWithin(objective, lowest, highest, TOLERANCE + NEAR / width);
  return levelNear(found, slope, lowest, highest);
}

/** Two are enough but for a column so narrow that the search has no likelihood to go by. */
const MAX_STEPS = 12;

/**
 * Where the slope of the likelihood is 0, by secants from near there; or the limit, where that is beyond. The likelihood
 * itself does not tell lambdas apart whose distance is below the root of a double's precision.
 *
 * @returns `found` where the slope does not lead to a maximum
 */
function levelNear(found: number, slopeAt: Likelihood["slope"], lowest: number, highest: number): number {
  const { slope, sharpness } = slopeAt(found);
  const step = NEAR / sharpness;
  let before = { lambda: found, slope };
  let lambda = found + step;
  for (let i = 0; i < MAX_STEPS; i++) {
    const now = { lambda, slope: slopeAt(lambda).slope };
    const curvature = (now.slope - before.slope) / (now.lambda - before.lambda);
    if (!(curvature < 0)) break;
    const next = Math.min(Math.max(lambda - now.slope / curvature, lowest), highest);
    if (Math.abs(next - lambda) <= 2 * step) return next;
    before = now;
    lambda = next;
  }
  return found;
}
