/** Learns what a call costs, and what each of its rows adds, from calls of different sizes. */

/** The line through the calls that were seen: `fixedMs` + `rowMs` a row. */
export interface CostEstimate {
  readonly fixedMs: number;
  readonly rowMs: number;
  /** Takes a call into account that was sent once and went well. */
  learn(rows: number, callMs: number): void;
  /** Whether calls have been of different sizes at any time. */
  readonly isKnown: boolean;
  /** Whether calls were so much of one size that the slope is a guess. */
  isUnsure(): boolean;
}

/** Calls after which a call counts half. */
const halfLife = 200;
const decay = 0.5 ** (1 / halfLife);
/** Calls before the slope is believed. */
const fewestCalls = 6;
/** Sizes must spread by so much of their mean for the slope to be known. */
const leastSpread = 0.05;

/**
 * A least-squares line that forgets. The slope is taken less than its double standard error: what cannot be told from the
 * noise is 0, which leaves calls whole.
 */
export function createCostEstimate(): CostEstimate {
  let calls = 0;
  let weight = 0;
  let meanRows = 0;
  let meanMs = 0;
  let rowsSquares = 0;
  let products = 0;
  let msSquares = 0;

  const isUnsure = (): boolean =>
    calls < fewestCalls || Math.sqrt(rowsSquares / weight) < leastSpread * meanRows;

  const estimate = {
    fixedMs: 0,
    rowMs: 0,
    isKnown: false,
    isUnsure,
    learn(rows: number, callMs: number): void {
      calls++;
      weight = weight * decay + 1;
      const rowsOff = rows - meanRows;
      const msOff = callMs - meanMs;
      meanRows += rowsOff / weight;
      meanMs += msOff / weight;
      rowsSquares = rowsSquares * decay + rowsOff * (rows - meanRows);
      products = products * decay + rowsOff * (callMs - meanMs);
      msSquares = msSquares * decay + msOff * (callMs - meanMs);
      if (!isUnsure()) {
        estimate.isKnown = true;
        const slope = products / rowsSquares;
        const residual = Math.max(0, msSquares - slope * products) / Math.max(1, weight - 2);
        const sure = slope - 2 * Math.sqrt(residual / rowsSquares);
        estimate.rowMs = sure > 0 ? Math.max(0, slope) : 0;
      }
      estimate.fixedMs = Math.max(0, meanMs - estimate.rowMs * meanRows);
    },
  };
  return estimate;
}
