/** Learns what a call costs, and what each of its rows adds, from calls of different sizes. */

/** The line through the calls that were seen: `fixedMs` + `rowMs` a row. */
export interface CostEstimate {
  readonly fixedMs: number;
  readonly rowMs: number;
  /** Takes a call into account that was sent once and went well. */
  learn(rows: number, callMs: number): void;
  /** Rows of the largest call that this is known of; 0 as long as calls have not been of different sizes. */
  readonly knownRows: number;
  /** Whether calls were so much of one size that the slope is a guess. */
  isUnsure(): boolean;
}

/** Calls after which a call counts half. */
const halfLife = 200;
const decay = 0.5 ** (1 / halfLife);
/** Calls before the slope is believed. */
const fewestCalls = 6;
/** So many calls in a row that take so many times as long as expected, or as short, and so much: the endpoint is another. */
const strangeCalls = 3;
const strangeTimes = 3;
const strangeMs = 10;
/** Sizes must spread by so much of their mean for the slope to be known. */
const leastSpread = 0.05;

/**
 * A least-squares line that forgets: by and by, and at once where the endpoint has become another, as what it was before would
 * hide for long what rows cost now. The slope is taken less than its double standard error: what cannot be told from the
 * noise is 0, so that what rows cost cuts no call.
 */
export function createCostEstimate(): CostEstimate {
  let seen = nothing();
  let strange = 0;
  let largest = 0;

  const isUnsure = (): boolean =>
    seen.calls < fewestCalls || Math.sqrt(seen.rowsSquares / seen.weight) < leastSpread * seen.meanRows;

  const isStrange = (rows: number, callMs: number): boolean => {
    const expectedMs = estimate.fixedMs + estimate.rowMs * rows;
    if (seen.calls < fewestCalls || Math.abs(callMs - expectedMs) < strangeMs) return false;
    return callMs > strangeTimes * expectedMs || callMs * strangeTimes < expectedMs;
  };

  const forget = (): void => {
    seen = nothing();
    strange = 0;
    largest = 0;
    estimate.knownRows = 0;
    estimate.rowMs = 0;
  };

  const estimate = {
    fixedMs: 0,
    rowMs: 0,
    knownRows: 0,
    isUnsure,
    learn(rows: number, callMs: number): void {
      strange = isStrange(rows, callMs) ? strange + 1 : 0;
      if (strange === strangeCalls) forget();
      add(seen, rows, callMs);
      largest = Math.max(largest, rows);
      if (!isUnsure()) {
        estimate.knownRows = largest;
        const slope = seen.products / seen.rowsSquares;
        const residual = Math.max(0, seen.msSquares - slope * seen.products) / Math.max(1, seen.weight - 2);
        const sure = slope - 2 * Math.sqrt(residual / seen.rowsSquares);
        estimate.rowMs = sure > 0 ? Math.max(0, slope) : 0;
      }
      estimate.fixedMs = Math.max(0, seen.meanMs - estimate.rowMs * seen.meanRows);
    },
  };
  return estimate;
}

/** What was seen of calls: weighted means, and sums of squared differences from them and of their products (Welford). */
const nothing = () => ({
  calls: 0,
  weight: 0,
  meanRows: 0,
  meanMs: 0,
  rowsSquares: 0,
  products: 0,
  msSquares: 0,
});

function add(seen: ReturnType<typeof nothing>, rows: number, callMs: number): void {
  seen.calls++;
  seen.weight = seen.weight * decay + 1;
  const rowsOff = rows - seen.meanRows;
  const msOff = callMs - seen.meanMs;
  seen.meanRows += rowsOff / seen.weight;
  seen.meanMs += msOff / seen.weight;
  seen.rowsSquares = seen.rowsSquares * decay + rowsOff * (rows - seen.meanRows);
  seen.products = seen.products * decay + rowsOff * (callMs - seen.meanMs);
  seen.msSquares = seen.msSquares * decay + msOff * (callMs - seen.meanMs);
}
