import type { TSchema } from "@sinclair/typebox";

/**
 * A value on its way through a pipeline. Numbers, booleans (0 and 1) and date-times (wall-clock ms) are numbers, and NaN
 * where missing; categories are numbers or texts, and null where missing.
 */
export type Value = number | string | null;

/** What a value means between two steps. */
export type ValueKind = "number" | "category" | "datetime";

/**
 * What a kernel throws at a value that it cannot take, such as a category that it does not know. The message says which
 * and why; who called the kernel adds the feature, and the instance or the line.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/**
 * A step compiled for one model, with everything learned in it. Its function may throw a {@link Refusal}. One that makes
 * several columns writes them from place `at` of `out` on, as many for every row, and gives the place after the last: an
 * array that is filled anew for each row takes no memory for it.
 */
export type Kernel =
  /** One column in, one out. */
  | { readonly kind: "map"; readonly map: (value: never) => Value }
  /** One column in, several out. */
  | { readonly kind: "expand"; readonly expand: (value: never, out: Value[], at: number) => number }
  /** All columns in, some out. */
  | { readonly kind: "join"; readonly join: (values: readonly number[], out: Value[], at: number) => number };

/** A column of training data in ascending order, equal values together; the values that are missing are left out. */
export interface SortedColumn {
  /** How many values there are. */
  readonly count: number;
  readonly forEach: (visit: (value: number, count: number) => void) => void;
}

/** Learns from a column; all of them are fed row by row, in the order of the file. */
export type Learner =
  | {
      readonly kind: "stream";
      readonly add: (value: never, target: number) => void;
      /** What was learned, as plain JSON; a text says why nothing could be. */
      readonly finish: () => object | string;
    }
  | {
      readonly kind: "sorted";
      /** As above; `missing` is how many values the column left out. */
      readonly finish: (column: SortedColumn, missing: number) => object | string;
    };

/** One transform of a feature: an entry of the table in `steps.ts`. P: its parameters, F: what it learns of a column. */
export interface Step<P = never, F = never> {
  /** One line for the documentation and for editors. */
  readonly summary: string;
  /** What does the same in scikit-learn, pandas or NumPy. */
  readonly counterpart: string;
  /** Schema of what stands after the step's name in the model file. */
  readonly parameters: TSchema;
  /** What stands for the parameters where the model file gives the name alone; absent: it may not. */
  readonly defaults?: P;
  readonly takes: readonly ValueKind[];
  /** What comes out; `same`: what goes in. */
  readonly gives: ValueKind | "same";
  /**
   * What becomes of a missing value: absent, it is passed on or counts as a value of its own; `refuses`: a model file in
   * which one could come here is wrong; `fills`: none comes out.
   */
  readonly missing?: "refuses" | "fills";
  /** Of a date-time, what alone it looks at; absent, or undefined for some parameters: all of it. */
  readonly sees?: (parameters: P) => "date" | "time" | undefined;
  /** Whether it takes all columns of its feature at a time. Then at least `min` and at most `max`. */
  readonly joins?: { readonly min: number; readonly max: number };
  /** What contradicts itself in parameters that fit the schema. */
  readonly contradiction?: (parameters: P) => string | undefined;
  /** What keeps it, with these parameters, from taking columns of these kinds although it takes each of them. */
  readonly mismatch?: (parameters: P, kinds: readonly ValueKind[]) => string | undefined;
  /** Whether it may make a value missing that was there, because its parameters say so. */
  readonly makesMissing?: (parameters: P) => boolean;
  /** Whether it learns from the target too, which must then be a number or one of two classes. */
  readonly learnsTarget?: true;
  /**
   * A learner for one column of a kind; absent, or undefined for some parameters, whatever the kind: there is nothing to
   * learn.
   */
  readonly fit?: (parameters: P, kind: ValueKind) => Learner | undefined;
  /** Names of the columns that come out, for those that go in. */
  readonly names?: (columns: readonly string[], parameters: P, learned: readonly F[]) => readonly string[];
  /**
   * Compiles the step for one column, or for all of them where it joins: then `width` is how many. `parameters` has passed
   * the schema.
   */
  readonly compile: (parameters: P, learned: F, width: number) => Kernel;
}

/** A step of any parameters. It takes none that is not its own, but those it gives may be anything. */
export type AnyStep = Omit<Step, "defaults"> & { readonly defaults?: unknown };

/** Steps by their names. Of their types only the names are kept: what parameters a step has is its own affair. */
export function tableOf<K extends string>(steps: Readonly<Record<K, AnyStep>>): Readonly<Record<K, AnyStep>> {
  return Object.freeze(steps);
}
