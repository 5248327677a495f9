import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { Format } from "./block-encoder.ts";
import { createChooser, readSplit, splitNames } from "./split.ts";

/** Threads at most where the command line names no number: further ones would wait for the one that reads and writes. */
export const MOST_JOBS = 4;

/** What the options of `skewless transform` say. */
export interface Settings {
  readonly paths: readonly string[];
  readonly choose: () => number;
  readonly format: Format;
  readonly header: boolean;
  readonly rejects: string | undefined;
  readonly jobs: number;
  /** Whether the command line says how many, and not this machine. */
  readonly isJobsAsked: boolean;
}

/** @throws {UsageError} where they contradict each other */
export function readSettings(
  values: Readonly<Record<string, string | undefined>>,
  header: boolean,
): Settings {
  const { output = "-", format = "csv", rejects } = values;
  if (format !== "csv" && format !== "libsvm") {
    throw new UsageError(`--format ${format}: is not one of csv, libsvm.`);
  }
  if (header && format === "libsvm") throw new UsageError("--header: there is none in libsvm's form.");
  const split = readSplit(values["split"], values["seed"]);
  if (split !== undefined && output === "-") {
    throw new UsageError("--split writes two files: say how they are named, with -o OUT.csv.");
  }
  const paths = split === undefined ? [output] : splitNames(output);
  if (rejects !== undefined && paths.some((path) => resolve(path) === resolve(rejects))) {
    throw new UsageError(`--rejects ${rejects}: is where the other rows go.`);
  }
  const choose = split === undefined ? () => 0 : createChooser(split);
  return {
    paths,
    choose,
    format,
    header,
    rejects,
    jobs: readJobs(values["jobs"]),
    isJobsAsked: values["jobs"] !== undefined,
  };
}

function readJobs(jobs: string | undefined): number {
  if (jobs === undefined) return Math.min(availableParallelism(), MOST_JOBS);
  if (/^[1-9]\d?$/.test(jobs)) return Number(jobs);
  throw new UsageError(`--jobs ${jobs}: is not a whole number from 1 to 99.`);
}
