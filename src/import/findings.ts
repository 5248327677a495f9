import type { InputSpec } from "../model/schema.ts";
import type { EstimatorNode } from "./exported.ts";

/** What an estimator does that a model file has no words for. Who catches it adds where the estimator is. */
export class Inexpressible extends Error {
  override readonly name = "Inexpressible";
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(reasons.join("; "));
    this.reasons = reasons;
  }
}

/** What is found on the way through an export, besides the features. */
export interface Findings {
  /** What cannot be expressed, each with its path. */
  readonly issues: string[];
  /** What can, but should be known. */
  readonly notes: string[];
  /** What the estimators say of the inputs' types, by name. */
  readonly types: Map<string, Set<InputSpec["type"]>>;
  /** Inputs that scikit-learn refuses when they are missing, although nothing that is made of them would show it. */
  readonly neverMissing: Set<string>;
  /** The model at the end, and the transformer of its target, with their paths. */
  model?: Placed;
  targetTransformer?: Placed;
}

/** An estimator and where it is. */
export interface Placed {
  readonly node: EstimatorNode;
  readonly path: readonly string[];
}

export function startFindings(): Findings {
  return { issues: [], notes: [], types: new Map(), neverMissing: new Set() };
}

/** A path and what is to be said of it, as one line. */
export function located(path: readonly string[], message: string): string {
  return path.length === 0 ? `the estimator: ${message}` : `${path.join(" > ")}: ${message}`;
}

/**
 * Does something for the estimator at a path.
 *
 * @returns undefined where it cannot be expressed; that is noted
 */
export function attempt<T>(path: readonly string[], found: Findings, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    found.issues.push(...error.reasons.map((reason) => located(path, reason)));
    return undefined;
  }
}
