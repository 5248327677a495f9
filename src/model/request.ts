import type { FieldError } from "../errors.ts";
import { show } from "./check.ts";
import { type Faults, countFault, problemOf, startFaults } from "./faults.ts";
import type { Input } from "./inputs.ts";
import { isRecord } from "./record.ts";
import type { Value } from "./step.ts";
import { didYouMean, listNames } from "./suggest.ts";

/** The values of one instance, in the order of the inputs; a datetime as wall-clock ms. */
export type Row = readonly Value[];

/** Bounds on what one request may hold, and on how much is said of what is wrong with it. */
export interface RequestLimits {
  readonly maxInstances: number;
  /** Offending fields named in one problem; further ones are only counted. */
  readonly maxErrors: number;
}

export const DEFAULT_LIMITS: RequestLimits = Object.freeze({ maxInstances: 10_000, maxErrors: 100 });

/** Compiles what reads requests for a model, and single instances as golden rows have them. */
export function compileReading(inputs: readonly Input[], limits: RequestLimits) {
  const reads = inputs.map(({ read }) => read);
  /**
   * Reads `{"instances": [{"features": [...] | {...}}, …]}`.
   *
   * @returns one row an instance, in order
   * @throws {Problem} `invalid-request`, naming every offending field (up to the limit) by JSON pointer
   */
  const readInstances = (body: unknown): Row[] => {
    const faults = startFaults(limits.maxErrors);
    const instances = instancesOf(body, limits, faults);
    const rows: Row[] = [];
    for (let i = 0; i < instances.length; i++) {
      const features = featuresOf(instances[i], i, inputs, faults);
      if (features !== undefined) rows.push(readRow(features, i, inputs, reads, faults));
    }
    if (faults.count > 0) throw problemOf(faults, "inputs");
    return rows;
  };
  /** Reads one instance's `features`. `index` is its place in the pointers. */
  const readFeatures = (features: unknown, index: number): Row => {
    const faults = startFaults(limits.maxErrors);
    const checked = featuresOf({ features }, index, inputs, faults);
    const row = checked === undefined ? [] : readRow(checked, index, inputs, reads, faults);
    if (faults.count > 0) throw problemOf(faults, "inputs");
    return row;
  };
  return { readInstances, readFeatures };
}

// What follows runs for every row: a fault is counted first, and made, with all that it needs, in a function of its own. A
// closure that could make it would take memory for each field that is right. `reads` are the readers of `inputs`: looked up
// there, they would cost as much again as they take.

type Features = readonly unknown[] | Record<string, unknown>;

const FORM = 'send {"instances": [{"features": […]}]}';

function instancesOf(body: unknown, limits: RequestLimits, faults: Faults): readonly unknown[] {
  if (!isRecord(body)) {
    if (countFault(faults))
      faults.errors.push({ pointer: "", detail: `must be an object, not ${show(body)}: ${FORM}` });
    return [];
  }
  const { instances } = body;
  const fault = faultOfInstances(instances, limits);
  if (fault !== undefined && countFault(faults)) faults.errors.push({ pointer: "/instances", detail: fault });
  for (const key in body) {
    if (key !== "instances" && Object.hasOwn(body, key) && countFault(faults)) {
      faults.errors.push(unknownKey("", key, ["instances"]));
    }
  }
  return fault === undefined ? (instances as readonly unknown[]) : [];
}

function faultOfInstances(instances: unknown, { maxInstances }: RequestLimits): string | undefined {
  if (instances === undefined) return `is missing: ${FORM}`;
  if (!Array.isArray(instances)) return `must be an array, not ${show(instances)}: ${FORM}`;
  if (instances.length === 0) return "is empty: send at least one instance";
  if (instances.length <= maxInstances) return undefined;
  return `has ${instances.length} instances; at most ${maxInstances} fit in one request`;
}

function featuresOf(
  instance: unknown,
  i: number,
  inputs: readonly Input[],
  faults: Faults,
): Features | undefined {
  if (!isRecord(instance)) {
    const detail = `must be an object {"features": […]}, not ${show(instance)}`;
    if (countFault(faults)) faults.errors.push({ pointer: `/instances/${i}`, detail });
    return undefined;
  }
  for (const key in instance) {
    if (key !== "features" && Object.hasOwn(instance, key) && countFault(faults)) {
      faults.errors.push(unknownInInstance(key, i, inputs));
    }
  }
  const { features } = instance;
  if (Array.isArray(features) || isRecord(features)) return features;
  if (countFault(faults)) faults.errors.push(noFeatures(features, i, inputs));
  return undefined;
}

function unknownInInstance(key: string, i: number, inputs: readonly Input[]): FieldError {
  if (inputs.every((input) => input.spec.name !== key))
    return unknownKey(`/instances/${i}`, key, ["features"]);
  return { pointer: `/instances/${i}/${escape(key)}`, detail: 'is an input: put it inside "features"' };
}

function noFeatures(features: unknown, i: number, inputs: readonly Input[]): FieldError {
  const what = features === undefined ? "is missing" : `must not be ${show(features)}`;
  const form = `an array of ${inputs.length} values, or an object of named values`;
  return { pointer: `/instances/${i}/features`, detail: `${what}: send ${form}` };
}

type Reads = readonly Input["read"][];

function readRow(features: Features, i: number, inputs: readonly Input[], reads: Reads, faults: Faults): Row {
  return Array.isArray(features)
    ? readPositional(features, i, inputs, reads, faults)
    : readNamed(features as Record<string, unknown>, i, inputs, reads, faults);
}

function readPositional(
  features: readonly unknown[],
  i: number,
  inputs: readonly Input[],
  reads: Reads,
  faults: Faults,
): Row {
  const row: Value[] = [];
  if (features.length !== inputs.length && countFault(faults)) {
    faults.errors.push(wrongCount(features.length, i, inputs));
  }
  const present = Math.min(features.length, inputs.length);
  for (let j = 0; j < present; j++) {
    const value = reads[j]!(features[j]);
    if (value !== undefined) row.push(value);
    else if (countFault(faults)) faults.errors.push(wrongPlace(features[j], i, j, inputs[j]!));
  }
  return row;
}

function wrongCount(length: number, i: number, inputs: readonly Input[]): FieldError {
  const order = listNames(inputs.map((input) => input.spec.name));
  const count = `${length} ${length === 1 ? "value" : "values"}`;
  const detail = `has ${count}; the model takes ${inputs.length}: ${order}`;
  return { pointer: `/instances/${i}/features`, detail };
}

function wrongPlace(value: unknown, i: number, j: number, { spec, explain }: Input): FieldError {
  return { pointer: `/instances/${i}/features/${j}`, detail: `${spec.name} ${explain(value)}` };
}

function readNamed(
  features: Record<string, unknown>,
  i: number,
  inputs: readonly Input[],
  reads: Reads,
  faults: Faults,
): Row {
  const row: Value[] = [];
  let unknown = Object.keys(features).length;
  for (let j = 0; j < inputs.length; j++) {
    const input = inputs[j]!;
    const { name } = input.spec;
    if (!Object.hasOwn(features, name)) {
      if (countFault(faults)) faults.errors.push(namedFault(i, name, "is missing"));
      continue;
    }
    unknown--;
    const value = reads[j]!(features[name]);
    if (value !== undefined) row.push(value);
    else if (countFault(faults)) faults.errors.push(namedFault(i, name, input.explain(features[name])));
  }
  if (unknown > 0) reportUnknown(features, i, inputs, faults);
  return row;
}

function namedFault(i: number, name: string, detail: string): FieldError {
  return { pointer: `/instances/${i}/features/${escape(name)}`, detail };
}

function reportUnknown(
  features: Record<string, unknown>,
  i: number,
  inputs: readonly Input[],
  faults: Faults,
): void {
  const names = inputs.map((input) => input.spec.name);
  const known = new Set(names);
  for (const key of Object.keys(features)) {
    if (!known.has(key) && countFault(faults)) {
      faults.errors.push(unknownKey(`/instances/${i}/features`, key, names));
    }
  }
}

function unknownKey(parent: string, key: string, known: readonly string[]): FieldError {
  const hint = didYouMean(key, known) || ` (known: ${listNames(known)})`;
  return { pointer: `${parent}/${escape(key)}`, detail: `is not known here${hint}` };
}

/** A reference token of RFC 6901; a caller chooses the key, so it is cut. */
function escape(key: string): string {
  const short = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return short.replaceAll("~", "~0").replaceAll("/", "~1");
}
