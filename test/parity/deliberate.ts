import { isMissing } from "../../src/model/inputs.ts";
import { stepOf } from "../../src/model/steps.ts";
import type { Deliberate } from "./judge.ts";
import type { StepTrace } from "./trace.ts";

/** Differences from the references that are meant; the documentation of the model file lists them with their reasons. */
export const DELIBERATE: readonly Deliberate[] = [
  {
    // scikit-learn warns at most, and makes every value NaN, or the column disappear.
    name: "nothing is learned of a column without values",
    fit: ({ columns, trainRows }, reason) =>
      /has no values?\b/.test(reason) &&
      columns.some((column) => column.slice(0, trainRows).every((value) => isMissing(value))),
  },
  {
    // scikit-learn warns, and then takes the column for constant, or makes 0 of every value.
    name: "nothing is learned of numbers whose variance overflows",
    fit: (_, reason) => reason.includes("variance overflows"),
  },
  {
    // scikit-learn goes on, and makes nearly or wholly the same number of all values.
    name: "power_transform refuses a column whose values it would lose",
    fit: ({ step }, reason) => step === "power_transform" && reason.includes("loses its values"),
  },
  {
    // scikit-learn numbers the classes, and takes the mean of the numbers.
    name: "a binary target has no third value",
    fit: ({ step, target }, reason) =>
      step === "target_encode" && reason.includes("not binary") && new Set(target).size > 2,
  },
  {
    // scikit-learn refuses a frame that has one. Here it goes on, and unless a step makes a number of it, such as clip or an
    // encoder of unknown categories, the row is refused where it is written as CSV.
    name: "an infinite value goes on to the end of the chain",
    row: (_, row, _ours, theirs) =>
      theirs === undefined && row.some((value) => Math.abs(value as number) === Infinity),
  },
  {
    // scikit-learn refuses the whole frame: box_cox of -1; a square root of -1 that comes to a step without missing values.
    name: "what is no finite number, though the inputs are, goes on to the end of the chain",
    row: ({ step }, row, ours, theirs) =>
      theirs === undefined &&
      (step === "polynomial" ||
        ours!.some((value) => Math.abs(value as number) === Infinity) ||
        ((stepOf(step).missing === "refuses" || !row.some((value) => Number.isNaN(value))) &&
          ours!.some((value) => Number.isNaN(value)))),
  },
  {
    // KBinsDiscretizer refuses the frame. Here what is missing stays so, an empty cell, as with the scalers.
    name: "bin leaves a missing value missing",
    row: ({ step }, row, ours, theirs) =>
      step === "bin" &&
      theirs === undefined &&
      [row, ours!].every((values) => values.some((value) => Number.isNaN(value))),
  },
  {
    // NumPy keeps it where both bounds are given, and else what the processor's maximum gives. CSV has one zero.
    name: "clip makes 0 of -0 where a bound is 0",
    row: ({ step }, row, ours, theirs) =>
      step === "clip" && row.every((_, j) => isSameBut0(ours?.[j], theirs?.[j])),
  },
  {
    // scikit-learn overlooks it, as the mean of a column with NaN is NaN, and takes what its optimiser ends with.
    name: "power_transform takes a column for constant whose values are alike, also where some are missing",
    learned: isConstantWithMissing,
    raises: isConstantWithMissing,
  },
  {
    // Both take a column for constant whose variance may be nothing but rounding; this side's variance has next to none.
    name: "rounding alone tells whether a column is constant",
    learned: ({ learned }, j, name, ours, theirs) => {
      const { mean = 0 } = (learned as readonly { mean?: number }[])[j]!;
      const small = Math.min(ours as number, theirs as number);
      return (
        name === "scale" && Math.max(ours as number, theirs as number) === 1 && small < 1e-12 * Math.abs(mean)
      );
    },
  },
];

/** The same number, of whatever sign where it is 0. */
function isSameBut0(ours: unknown, theirs: unknown): boolean {
  return ours === theirs || (Number.isNaN(ours) && Number.isNaN(theirs));
}

function isConstantWithMissing({ step, parameters, columns, trainRows }: StepTrace, j: number): boolean {
  const trained = columns[j]!.slice(0, trainRows);
  return (
    step === "power_transform" &&
    (parameters as { method: string }).method === "yeo_johnson" &&
    trained.some((value) => isMissing(value)) &&
    new Set(trained.filter((value) => !isMissing(value))).size === 1
  );
}
