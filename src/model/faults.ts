import { type FieldError, Problem } from "../errors.ts";

/** What is wrong with a request: in words up to a limit, and beyond it by count, as putting it in words is what costs. */
export interface Faults {
  readonly limit: number;
  readonly errors: FieldError[];
  count: number;
}

export function startFaults(limit: number): Faults {
  return { limit, errors: [], count: 0 };
}

/** Counts one more fault; whether it is to be put in words, at the end of `errors`. */
export function countFault(faults: Faults): boolean {
  return faults.count++ < faults.limit;
}

/** The problem `invalid-request` of faults; `parts`: what of the model its fields do not fit. */
export function problemOf({ errors, count }: Faults, parts: "inputs" | "features"): Problem {
  const fields = count === 1 ? "1 field does" : `${count} fields do`;
  const named = errors.length === 0 ? "none is named" : `the first ${errors.length} are named`;
  const cut = count > errors.length ? `; ${named}` : "";
  return new Problem("invalid-request", `${fields} not fit the model's ${parts}${cut}.`, {
    errors,
    errorCount: count,
  });
}
