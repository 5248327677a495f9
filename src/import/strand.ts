import type { LearnedFeature } from "../model/feature.ts";
import { isRecord } from "../model/record.ts";
import { type StepName, stepOf } from "../model/steps.ts";
import { Inexpressible } from "./findings.ts";

/** Columns on their way through scikit-learn's estimators that one feature of the model file can make: in order, all of it. */
export interface Strand {
  /** Where in the estimator it is: the names of the steps around it. */
  readonly path: readonly string[];
  /** Of these, those down to the branch that it came from. */
  readonly branch: readonly string[];
  /** The classes it came through, for a comment. */
  readonly via: readonly string[];
  /** The inputs it is made from. */
  readonly from: readonly string[];
  readonly steps: readonly WrittenStep[];
  readonly learned: LearnedFeature;
  /** How many columns there are. */
  readonly width: number;
  /** Whether scikit-learn may hold them in a sparse matrix, of which some estimators see only what is not 0. */
  readonly sparse: boolean;
  /** NumPy's type of the values, as far as it is known: what scikit-learn computes in. */
  readonly dtype: string | undefined;
}

/** A step as a model file declares it: without the defaults. */
export interface WrittenStep {
  readonly name: StepName;
  readonly parameters: unknown;
}

/** What becomes of one column in one step. */
export interface ColumnStep extends WrittenStep {
  /** Absent where the step has nothing to learn. */
  readonly learned?: object;
  /** Whether what comes out may be sparse. */
  readonly sparse?: boolean;
  /** Type of what comes out; 64-bit floats where it is absent. */
  readonly dtype?: string | undefined;
}

/** All columns of some strands together. */
export function widthOf(strands: readonly Strand[]): number {
  return strands.reduce((total, { width }) => total + width, 0);
}

/** The columns of the inputs as they are. */
export function inputStrands(
  inputs: readonly { readonly name: string; readonly dtype: string | null }[],
): Strand[] {
  return inputs.map(({ name, dtype }) => ({
    path: [],
    branch: [],
    via: [],
    from: [name],
    steps: [],
    learned: [],
    width: 1,
    sparse: false,
    dtype: dtype ?? undefined,
  }));
}

/** Strands side by side: where one of them may be sparse, all may, but where they are made `dense`. */
export function stack(strands: readonly Strand[], dense: boolean): Strand[] {
  const sparse = strands.some((strand) => strand.sparse);
  return strands.map((strand) => ({ ...strand, sparse: sparse && !dense }));
}

/** Strands as they enter a branch. */
export function enter(strands: readonly Strand[], branch: readonly string[]): Strand[] {
  return strands.map((strand) => ({ ...strand, path: branch, branch }));
}

/** Strands as they enter an estimator of a class. */
export function through(strands: readonly Strand[], path: readonly string[], via: string): Strand[] {
  return strands.map((strand) => ({ ...strand, path, via: [...strand.via, via] }));
}

/**
 * Adds a step to every column.
 *
 * @param stepFor column, from 0, and its strand → its step; undefined: the column is left out
 * @throws {Inexpressible} with the reasons of every column that has no step, and where the columns of one strand, which one
 *   step made, would need different ones
 */
export function mapColumns(
  strands: readonly Strand[],
  stepFor: (column: number, strand: Strand) => ColumnStep | undefined,
): Strand[] {
  const reasons: string[] = [];
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      reasons.push(...error.reasons);
      return undefined;
    }
  };
  let column = 0;
  const mapped = strands.flatMap((strand) => {
    const first = column;
    column += strand.width;
    const steps = Array.from({ length: strand.width }, (_, k) => attempt(() => stepFor(first + k, strand)));
    return attempt(() => together(strand, steps)) ?? [];
  });
  if (reasons.length > 0) throw new Inexpressible([...new Set(reasons)]);
  return mapped;
}

function together(strand: Strand, steps: readonly (ColumnStep | undefined)[]): Strand[] {
  const kept = steps.filter((step) => step !== undefined);
  const [first] = kept;
  if (first === undefined) return [];
  const written = JSON.stringify([first.name, first.parameters]);
  if (
    kept.length < steps.length ||
    kept.some(({ name, parameters }) => JSON.stringify([name, parameters]) !== written)
  ) {
    throw new Inexpressible([
      `treats the ${strand.width} columns that ${strand.steps.at(-1)!.name} makes of ${strand.from.join(", ")} differently, which one feature cannot`,
    ]);
  }
  return [
    extend(
      strand,
      first,
      kept.flatMap(({ learned }) => learned ?? []),
    ),
  ];
}

/**
 * Adds a step to all columns of a strand; `learned` has an entry for each of them, or none.
 *
 * @throws {Inexpressible} where a last digit that is not scikit-learn's could make it jump
 */
export function extend(strand: Strand, step: ColumnStep, learned: readonly object[]): Strand {
  const { name, parameters } = step;
  const bent = strand.steps.find((before) => isBent(before));
  if (bent !== undefined && jumps(step, learned)) {
    throw new Inexpressible([
      `makes ${name} of what ${bent.name} gives, whose last digit may not be scikit-learn's: ${strand.from.join(", ")} could fall on the other side of an edge`,
    ]);
  }
  const { names, joins } = stepOf(name);
  const columns = Array.from({ length: strand.width }, (_, k) => `${k}`);
  const width =
    names === undefined
      ? joins === undefined
        ? strand.width
        : 1
      : names(columns, withDefaults(step), learned).length;
  return {
    ...strand,
    steps: [...strand.steps, { name, parameters }],
    learned: [...strand.learned, learned],
    width,
    dtype: "dtype" in step ? step.dtype : "float64",
    sparse: step.sparse ?? strand.sparse,
  };
}

/** Whether a step computes what no two libraries round alike, such as logarithms. All others are equal to the last bit. */
function isBent({ name, parameters }: WrittenStep): boolean {
  if (name !== "quantile_transform") return ["log", "log1p", "power_transform"].includes(name);
  return (parameters as { output_distribution: string }).output_distribution === "normal";
}

/** Whether the next number could give something altogether different. */
function jumps({ name }: WrittenStep, learned: readonly object[]): boolean {
  if (name !== "quantile_transform")
    return ["bin", "one_hot", "ordinal", "round", "target_encode"].includes(name);
  return learned.some((one) => {
    const { quantiles } = one as { quantiles: readonly number[] };
    return quantiles.some((quantile, i) => quantile === quantiles[i - 1]);
  });
}

/** A step's parameters with the defaults written out. */
export function withDefaults({ name, parameters }: WrittenStep): unknown {
  const { defaults } = stepOf(name);
  const both = isRecord(defaults) && isRecord(parameters);
  return both ? { ...defaults, ...parameters } : parameters;
}

/**
 * Makes one strand of several, for a step that takes all columns together.
 *
 * @throws {Inexpressible} where one feature cannot make them all
 */
export function join(strands: readonly Strand[]): Strand {
  const [first] = strands as [Strand];
  const written = JSON.stringify(first.steps);
  if (strands.some(({ steps }) => JSON.stringify(steps) !== written)) {
    const ways = strands.map(({ from, steps }) => {
      const names = steps.map(({ name }) => name).join(", ");
      return `${from.join(", ")} (${names === "" ? "as it is" : names})`;
    });
    throw new Inexpressible([
      `takes columns together that are made in different ways, which one feature cannot: ${[...new Set(ways)].join("; ")}`,
    ]);
  }
  const from = strands.flatMap((strand) => strand.from);
  const twice = from.find((name, i) => from.indexOf(name) < i);
  if (twice !== undefined) {
    throw new Inexpressible([`takes columns together of which two are made from ${twice}`]);
  }
  return {
    ...first,
    from,
    learned: first.steps.map((_, i) => strands.flatMap(({ learned }) => learned[i]!)),
    width: widthOf(strands),
    sparse: strands.some(({ sparse }) => sparse),
    dtype: strands.every(({ dtype }) => dtype === first.dtype) ? first.dtype : undefined,
  };
}

/**
 * Takes some of the columns, in an order.
 *
 * @param places of the columns, from 0
 * @throws {Inexpressible} where they are only a part of a strand's columns, or in another order
 */
export function pick(strands: readonly Strand[], places: readonly number[]): Strand[] {
  const owners = strands.flatMap((strand) => Array.from({ length: strand.width }, (_, k) => ({ strand, k })));
  const picked: Strand[] = [];
  for (let i = 0; i < places.length;) {
    const owner = owners[places[i]!];
    if (owner === undefined) throw new Inexpressible([`takes a column ${places[i]}, which there is not`]);
    const { strand } = owner;
    for (let k = 0; k < strand.width; k++, i++) {
      const next = owners[places[i]!];
      if (next?.strand === strand && next.k === k) continue;
      throw new Inexpressible([
        `takes some of the ${strand.width} columns that ${strand.steps.at(-1)!.name} makes of ${strand.from.join(", ")}, or in another order`,
      ]);
    }
    picked.push(strand);
  }
  return picked;
}
