/**
 * What an objective does with numbers: how `base_score` becomes the margin that the sum of leaves begins with, and how
 * that sum becomes a prediction. The formulas are XGBoost's (src/objective, src/common/math.h), in float32.
 */
import { expf } from "./expf.ts";

/** One objective. A new one is a new entry in {@link objectives}. */
export interface Objective {
  /** `base_score`, which a model file keeps in the space of predictions, as a margin. */
  readonly margin: (baseScore: number) => number;
  /** Turns the margins of one row, `scores[start, end)`, into predictions in place. */
  readonly transform: (scores: Float32Array, start: number, end: number) => void;
  /** Numbers to a row that are left, from the first on. Default all. */
  readonly outputs?: number;
}

const f32 = Math.fround;
const log32 = (value: number): number => f32(Math.log(value));
const asItIs = (value: number): number => value;

/** `1 / (exp(min(-x, 88.7)) + 1)`. */
function sigmoid(scores: Float32Array, start: number): void {
  scores[start] = 1 / f32(expf(Math.min(-scores[start]!, f32(88.7))) + 1);
}

function exponential(scores: Float32Array, start: number): void {
  scores[start] = expf(scores[start]!);
}

/** Exponentials of the distances to the largest score; their sum is the one thing that XGBoost keeps in double. */
function softmax(scores: Float32Array, start: number, end: number): void {
  let largest = scores[start]!;
  for (let at = start + 1; at < end; at++) {
    largest = Math.max(largest, scores[at]!);
  }
  let sum = 0;
  for (let at = start; at < end; at++) {
    scores[at] = expf(f32(scores[at]! - largest));
    sum += scores[at]!;
  }
  for (let at = start; at < end; at++) {
    scores[at]! /= f32(sum);
  }
}

/** The class of the largest score, the first of equals, in the place of the first. */
function argmax(scores: Float32Array, start: number, end: number): void {
  let best = start;
  for (let at = start + 1; at < end; at++) {
    best = scores[at]! > scores[best]! ? at : best;
  }
  scores[start] = best - start;
}

/** For the objectives whose model has several targets. */
const forEach =
  (transform: (scores: Float32Array, at: number) => void): Objective["transform"] =>
  (scores, start, end) => {
    for (let at = start; at < end; at++) {
      transform(scores, at);
    }
  };

const logit = (probability: number): number => -log32(f32(f32(1 / probability) - 1));
const untouched: Objective = { margin: asItIs, transform: () => {} };
const logistic: Objective = { margin: logit, transform: forEach(sigmoid) };
const logLink: Objective = { margin: log32, transform: forEach(exponential) };

/** Objective by the name that a model file has for it. */
export const objectives: Readonly<Record<string, Objective>> = Object.freeze({
  "reg:squarederror": untouched,
  "reg:squaredlogerror": untouched,
  "reg:pseudohubererror": untouched,
  "reg:absoluteerror": untouched,
  "reg:logistic": logistic,
  "binary:logistic": logistic,
  "binary:logitraw": untouched,
  "binary:hinge": {
    margin: asItIs,
    transform: forEach((scores, at) => (scores[at] = scores[at]! > 0 ? 1 : 0)),
  },
  "multi:softprob": { margin: asItIs, transform: softmax },
  "multi:softmax": { margin: asItIs, transform: argmax, outputs: 1 },
  "count:poisson": logLink,
  "reg:gamma": logLink,
  "reg:tweedie": logLink,
  "survival:cox": logLink,
  "rank:pairwise": untouched,
  "rank:ndcg": untouched,
  "rank:map": untouched,
});
