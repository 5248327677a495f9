/** How long a container takes: distributions that are asked for, or that were recorded. */
import { normalOf, type Random } from "./random.ts";

/** One bar of a recorded histogram: how many calls took longer than the bar before, and at most `toMs`. */
export interface Bucket {
  readonly toMs: number;
  readonly count: number;
}

/** A distribution of times in ms. */
export type Distribution =
  | { readonly distribution?: "fixed"; readonly ms: number }
  | { readonly distribution: "uniform"; readonly minMs: number; readonly maxMs: number }
  /** Cut off at 0. */
  | { readonly distribution: "normal"; readonly meanMs: number; readonly deviationMs: number }
  /** `sigma` is the standard deviation of the logarithm; 0.5 makes the 99th percentile 3.2 medians. */
  | { readonly distribution: "lognormal"; readonly medianMs: number; readonly sigma: number }
  /** Times are even within a bucket; the first begins at 0. */
  | { readonly distribution: "histogram"; readonly buckets: readonly Bucket[] };

/** The latency of a call: a time of its own, and one for every row of it. */
export type Latency = Distribution & { readonly perRowMs?: number };

function sampleHistogram(buckets: readonly Bucket[], random: Random): number {
  let rest = random() * buckets.reduce((sum, { count }) => sum + count, 0);
  let fromMs = 0;
  for (const { toMs, count } of buckets) {
    if (rest < count) {
      return fromMs + (toMs - fromMs) * (rest / count);
    }
    rest -= count;
    fromMs = toMs;
  }
  // What rounding leaves over belongs to the last.
  return fromMs;
}

function sampleDistribution(latency: Latency, random: Random): number {
  switch (latency.distribution) {
    case "uniform":
      return latency.minMs + (latency.maxMs - latency.minMs) * random();
    case "normal":
      return Math.max(0, latency.meanMs + latency.deviationMs * normalOf(random));
    case "lognormal":
      return latency.medianMs * Math.exp(latency.sigma * normalOf(random));
    case "histogram":
      return sampleHistogram(latency.buckets, random);
    default:
      return latency.ms;
  }
}

/** The latency in ms of one call of `rows` rows. */
export function sampleLatency(latency: Latency, rows: number, random: Random): number {
  return sampleDistribution(latency, random) + (latency.perRowMs ?? 0) * rows;
}
