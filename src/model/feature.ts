import { isMissing } from "./inputs.ts";
import type { Kernel, Step, Value } from "./step.ts";
import { type StepName, stepOf } from "./steps.ts";

/** A feature as the model file declares it, in its long form. */
export interface FeatureSpec {
  readonly name: string;
  /** Names of the inputs it is made from, one or several. */
  readonly from: readonly string[];
  readonly steps: readonly StepSpec[];
}

/** A step as the model file declares it, defaults written out. */
export interface StepSpec {
  readonly name: StepName;
  readonly parameters: unknown;
}

/** What a feature's steps learned: of each step, of each of its columns. A step that learns nothing has an empty list. */
export type LearnedFeature = readonly (readonly object[])[];

/** A feature, or the first few of its steps, compiled. */
export interface Feature {
  /** Names of the columns that come out. */
  readonly columns: readonly string[];
  /**
   * Writes the columns' values for one row, the inputs' values in the order of the model file, from place `at` on.
   *
   * @returns the place after the last
   * @throws {Refusal} where a step cannot take a value; what has been written is then to be dropped
   */
  readonly write: (row: readonly Value[], out: Value[], at: number) => number;
  /**
   * Of a feature that is one input, mapped step by step to one value, the place of that; else undefined. For whoever goes
   * through all features of a row: what {@link write} writes is then `map` of the value there, or the value itself.
   */
  readonly place: number | undefined;
  readonly map: ((value: Value) => Value) | undefined;
  /**
   * Of each column, whether what {@link write} writes for a row is a missing value: not there because an input that it is
   * made from is not, or because a step says that it leaves it out. What is no number for another reason, such as a
   * logarithm of −1, is none, whatever else is missing.
   */
  readonly missing: (row: readonly Value[]) => readonly boolean[];
}

/** A step of a feature, compiled for each of the columns that it takes. */
interface Link {
  readonly kernels: readonly Kernel[];
  readonly makesMissing: boolean;
}

type Map = (value: Value) => Value;
type Stage = (from: readonly Value[], to: Value[], at: number) => number;

/**
 * Compiles a feature's steps into one function. Steps that map one column to one are fused, which is what nearly every
 * feature consists of; the others hand their columns on in arrays that are used again for each row.
 *
 * @param places of the inputs in a row, as `from` lists them
 * @param learned of as many steps as are to be compiled: the first ones, while the later ones are still to be fitted
 */
export function compileFeature(
  spec: FeatureSpec,
  places: readonly number[],
  learned: LearnedFeature,
): Feature {
  let columns: readonly string[] = spec.from.length === 1 ? [spec.name] : spec.from;
  let first: Map | undefined;
  const stages: Stage[] = [];
  const links: Link[] = [];
  for (const [i, known] of learned.entries()) {
    const { name, parameters } = spec.steps[i]!;
    const step = stepOf(name);
    const kernels = columnsOf(step, columns).map((j) => step.compile(parameters, known[j]!, columns.length));
    links.push({ kernels, makesMissing: step.makesMissing?.(parameters) === true });
    if (kernels.length === 1 && kernels[0]!.kind === "map" && stages.length === 0) {
      first = compose(first, kernels[0]!.map as Map);
    } else stages.push(stageOf(kernels));
    const joined = step.joins === undefined ? columns : [spec.name];
    columns = step.names?.(columns, parameters, known) ?? joined;
    if (step.joins !== undefined && columns.length === 1) columns = joined;
  }
  const place = places.length === 1 && stages.length === 0 ? places[0]! : undefined;
  return Object.freeze({
    columns: Object.freeze([...columns]),
    write: place === undefined ? writer(places, first, stages) : writerOfOne(place, first),
    place,
    map: place === undefined ? undefined : first,
    missing: place === undefined ? missingOfSeveral(places, links) : missingOfOne(place, links),
  });
}

/** Which columns of a feature a step is compiled for: each, or the first in place of all where it joins them. */
export function columnsOf(step: Step<unknown, object>, columns: readonly string[]): number[] {
  return step.joins === undefined ? [...columns.keys()] : [0];
}

function compose(before: Map | undefined, next: Map): Map {
  return before === undefined ? next : (value) => next(before(value));
}

function stageOf(kernels: readonly Kernel[]): Stage {
  return (from, to, at) => {
    let place = at;
    for (let j = 0; j < kernels.length; j++) {
      const kernel = kernels[j]!;
      if (kernel.kind === "map") to[place++] = kernel.map(from[j] as never);
      else if (kernel.kind === "expand") place = kernel.expand(from[j] as never, to, place);
      else place = kernel.join(from as readonly number[], to, place);
    }
    return place;
  };
}

function writerOfOne(place: number, map: Map | undefined): Feature["write"] {
  return (row, out, at) => {
    out[at] = map === undefined ? row[place]! : map(row[place]!);
    return at + 1;
  };
}

function writer(
  places: readonly number[],
  first: Map | undefined,
  stages: readonly Stage[],
): Feature["write"] {
  if (stages.length === 0) {
    return (row, out, at) => {
      for (let j = 0; j < places.length; j++) out[at + j] = row[places[j]!]!;
      return at + places.length;
    };
  }
  // What goes into each stage. A stage has as many columns for every row, so that nothing is left over of another one.
  const between = stages.map((): Value[] => []);
  const last = stages.length - 1;
  return (row, out, at) => {
    const values = between[0]!;
    for (let j = 0; j < places.length; j++) values[j] = row[places[j]!]!;
    if (first !== undefined) values[0] = first(values[0]!);
    for (let i = 0; i < last; i++) stages[i]!(between[i]!, between[i + 1]!, 0);
    return stages[last]!(between[last]!, out, at);
  };
}

const MISSING = Object.freeze([true]);
const PRESENT = Object.freeze([false]);

/** For steps that map one column to one: that is asked for nearly every cell that is empty, so nothing is allocated. */
function missingOfOne(place: number, links: readonly Link[]): Feature["missing"] {
  const maps = links.map(({ kernels }) => (kernels[0] as Kernel & { kind: "map" }).map as Map);
  return (row) => {
    let value: Value = row[place]!;
    let missing = isMissing(value);
    for (let i = 0; i < maps.length; i++) {
      value = maps[i]!(value);
      missing = isMissing(value) && (missing || links[i]!.makesMissing);
    }
    return missing ? MISSING : PRESENT;
  };
}

/** Does the steps once more, and keeps beside each value whether it is missing. */
function missingOfSeveral(places: readonly number[], links: readonly Link[]): Feature["missing"] {
  return (row) => {
    let values: readonly Value[] = places.map((place) => row[place]!);
    let missing: readonly boolean[] = values.map((value) => isMissing(value));
    for (const { kernels, makesMissing } of links) {
      const out: Value[] = [];
      const mayBe: boolean[] = [];
      stageOf(kernels)(values, out, 0);
      for (const [j, kernel] of kernels.entries()) mayBe.push(...reachOf(kernel, values[j]!, missing, j));
      missing = out.map((value, k) => isMissing(value) && (mayBe[k]! || makesMissing));
      values = out;
    }
    return missing;
  };
}

/**
 * Of each column that a kernel makes, whether a missing value is among those that it is made from. Of a join that is seen
 * by doing it with numbers in the places of all others: one that is missing makes NaN of whatever it is in.
 */
function reachOf(kernel: Kernel, value: Value, missing: readonly boolean[], j: number): boolean[] {
  const out: Value[] = [];
  if (kernel.kind === "map") return [missing[j]!];
  if (kernel.kind === "expand") {
    kernel.expand(value as never, out, 0);
    return out.map(() => missing[j]!);
  }
  kernel.join(
    missing.map((one) => (one ? Number.NaN : 1)),
    out,
    0,
  );
  return out.map((one) => isMissing(one));
}
