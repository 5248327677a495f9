/** Minima of functions of one number, without derivatives; the steps are those of SciPy, so that the results are too. */

type Objective = (x: number) => number;

/** Where Brent's method starts, and when it is satisfied. */
interface Search {
  readonly lower: number;
  readonly upper: number;
  readonly start: number;
  readonly atStart: number;
  /** How near to x the minimum must be. */
  readonly tolerance: (x: number) => number;
  /** The part of an interval that a golden-section step goes. */
  readonly golden: number;
}

const GOLDEN = (3 - Math.sqrt(5)) / 2;

/** The minimum between two bounds: scipy.optimize.fminbound. */
export function minimumWithin(f: Objective, lower: number, upper: number, absolute: number): number {
  const start = lower + GOLDEN * (upper - lower);
  return brent(f, {
    lower,
    upper,
    start,
    atStart: f(start),
    tolerance: (x) => Math.sqrt(2.2e-16) * Math.abs(x) + absolute / 3,
    golden: GOLDEN,
  });
}

/**
 * The minimum that lies downhill from two points: scipy.optimize.brent.
 *
 * @param absolute SciPy's; a larger one ends the same search sooner
 * @returns undefined where there is none
 */
export function minimumFrom(
  f: Objective,
  a: number,
  b: number,
  relative: number,
  absolute = 1e-11,
): number | undefined {
  const found = bracket(f, a, b);
  return (
    found &&
    brent(f, {
      lower: Math.min(found.a, found.c),
      upper: Math.max(found.a, found.c),
      start: found.b,
      atStart: found.atB,
      tolerance: (x) => relative * Math.abs(x) + absolute,
      golden: 0.381966,
    })
  );
}

/** At most so many steps are made. */
const MAX_STEPS = 500;

/** R. P. Brent, Algorithms for Minimization Without Derivatives, 1973, chapter 5. */
function brent(f: Objective, search: Search): number {
  const { golden, tolerance } = search;
  let { lower, upper } = search;
  // The best three points so far.
  let x = search.start;
  let w = x;
  let v = x;
  let atX = search.atStart;
  let atW = atX;
  let atV = atX;
  let step = 0;
  let stepBefore = 0;
  for (let i = 0; i < MAX_STEPS; i++) {
    const near = tolerance(x);
    const middle = (lower + upper) / 2;
    if (Math.abs(x - middle) <= 2 * near - (upper - lower) / 2) break;
    const parabolic = Math.abs(stepBefore) > near;
    // The minimum of the parabola through the three points is at x + p / q.
    const r = (x - w) * (atX - atV);
    const s = (x - v) * (atX - atW);
    const sign = s - r > 0 ? -1 : 1;
    const p = sign * ((x - v) * s - (x - w) * r);
    const q = Math.abs(2 * (s - r));
    if (
      parabolic &&
      Math.abs(p) < Math.abs(0.5 * q * stepBefore) &&
      p > q * (lower - x) &&
      p < q * (upper - x)
    ) {
      stepBefore = step;
      step = p / q;
      const to = x + step;
      if (to - lower < 2 * near || upper - to < 2 * near) step = middle >= x ? near : -near;
    } else {
      stepBefore = x >= middle ? lower - x : upper - x;
      step = golden * stepBefore;
    }
    const u = x + (Math.abs(step) >= near ? step : step >= 0 ? near : -near);
    const atU = f(u);
    if (atU <= atX) {
      if (u >= x) lower = x;
      else upper = x;
      [v, w, x] = [w, x, u];
      [atV, atW, atX] = [atW, atX, atU];
      continue;
    }
    if (u < x) lower = u;
    else upper = u;
    if (atU <= atW || w === x) {
      [v, w] = [w, u];
      [atV, atW] = [atW, atU];
    } else if (atU <= atV || v === x || v === w) {
      v = u;
      atV = atU;
    }
  }
  return x;
}

const GROWTH = 1.618034;
/** A parabola's minimum may be farther away than the last step by this factor. */
const MAX_GROWTH = 110;

interface Bracket {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly atB: number;
}

/** Three points in a row, the middle one lowest: goes downhill in growing steps, or where a parabola leads. */
function bracket(f: Objective, from: number, to: number): Bracket | undefined {
  let [a, b] = [from, to];
  let [atA, atB] = [f(a), f(b)];
  if (atA < atB) {
    [a, b] = [b, a];
    [atA, atB] = [atB, atA];
  }
  let c = b + GROWTH * (b - a);
  let atC = f(c);
  for (let i = 0; atC < atB; i++) {
    if (i > 1000) return undefined;
    const r = (b - a) * (atB - atC);
    const s = (b - c) * (atB - atA);
    const denominator = Math.abs(s - r) < 1e-21 ? 2e-21 : 2 * (s - r);
    const limit = b + MAX_GROWTH * (c - b);
    let w = b - ((b - c) * s - (b - a) * r) / denominator;
    let atW: number;
    if ((w - c) * (b - w) > 0) {
      atW = f(w);
      if (atW < atC) {
        [a, b] = [b, w];
        [atA, atB] = [atB, atW];
        break;
      }
      if (atW > atB) {
        c = w;
        atC = atW;
        break;
      }
      w = c + GROWTH * (c - b);
    } else if ((w - limit) * (limit - c) >= 0) w = limit;
    else if ((w - limit) * (c - w) > 0) {
      atW = f(w);
      if (atW < atC) {
        [b, c] = [c, w];
        [atB, atC] = [atC, atW];
        w = c + GROWTH * (c - b);
      }
    } else w = c + GROWTH * (c - b);
    atW = f(w);
    [a, b, c] = [b, c, w];
    [atA, atB, atC] = [atB, atC, atW];
  }
  const lowest = (atB < atC && atB <= atA) || (atB < atA && atB <= atC);
  const inOrder = (a < b && b < c) || (c < b && b < a);
  return lowest && inOrder && Number.isFinite(a) && Number.isFinite(c) ? { a, b, c, atB } : undefined;
}
