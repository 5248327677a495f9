import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import { type Issue, check, show } from "./check.ts";
import type { FeatureSpec, StepSpec } from "./feature.ts";
import { formatContradictions } from "./formats.ts";
import { KINDS, boundsOf, compileInput } from "./inputs.ts";
import { isRecord } from "./record.ts";
import {
  type EndpointSpec,
  FeatureObject,
  INPUT_SCHEMAS,
  type InputSpec,
  ModelFileSchema,
} from "./schema.ts";
import type { ValueKind } from "./step.ts";
import { STEPS, type StepName, stepOf } from "./steps.ts";
import { didYouMean } from "./suggest.ts";
import { checkTarget } from "./target/check.ts";
import type { TargetSpec } from "./target/spec.ts";

/** A checked model file, short forms written out. */
export interface ModelFile {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly endpoint: EndpointSpec;
  readonly inputs: readonly InputSpec[];
  readonly features: readonly FeatureSpec[];
  readonly target: TargetSpec;
}

/**
 * Checks what a YAML or JSON reader made of a model file.
 *
 * @returns the model file, or every mistake in it
 */
export function checkModelFile(document: unknown): { file: ModelFile } | { issues: readonly Issue[] } {
  if (!isRecord(document)) {
    return {
      issues: [{ path: [], message: "a model file is a mapping: name, version, endpoint, inputs, …" }],
    };
  }
  const issues = check(TOP_LEVEL, document, []);
  if (!issues.some(({ path: [top] }) => top === "endpoint")) {
    issues.push(...formatContradictions(document["endpoint"] as EndpointSpec));
  }
  const inputs = listOf(document["inputs"]);
  const written = listOf(document["features"]);
  for (const [i, input] of inputs.entries()) checkInput(input, ["inputs", i], issues);
  const known = kindsOf(inputs);
  const missing = new Set(
    inputs.flatMap((input) => (isRecord(input) && input["missing"] ? input["name"] : [])),
  );
  const features = written.flatMap((feature, i) =>
    checkFeature(feature, known, missing, ["features", i], issues),
  );
  reportDuplicates(
    "inputs",
    inputs.map((input) => isRecord(input) && input["name"]),
    issues,
  );
  reportDuplicates(
    "features",
    written.map((feature) => (isRecord(feature) ? (feature["name"] ?? onlyOf(feature["from"])) : feature)),
    issues,
  );
  const target = Object.hasOwn(document, "target")
    ? checkTarget(document["target"], known, issues)
    : undefined;
  if (target !== undefined && issues.length === 0) checkTargetSteps(features, target, issues);
  if (target === undefined || issues.length > 0) return { issues };
  return { file: deepFreeze({ ...(document as unknown as ModelFile), features, target }) };
}

/** A schema whose lists take anything: their entries have several forms, which are checked one by one. */
function shallow(schema: TObject): TSchema {
  const properties = Object.entries(schema.properties).map(([key, property]): [string, TSchema] => [
    key,
    property["type"] === "array" ? { ...property, items: Type.Unknown() } : property,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

const TOP_LEVEL = shallow({
  ...ModelFileSchema,
  properties: { ...ModelFileSchema.properties, target: Type.Unknown() as never },
});
const FEATURE = shallow(FeatureObject);

/**
 * What each named input holds; undefined where its type says nothing. An input counts as declared even when it is
 * wrong: its features should not be blamed as well.
 */
function kindsOf(inputs: readonly unknown[]): ReadonlyMap<string, ValueKind | undefined> {
  return new Map(
    inputs.flatMap((input): [string, ValueKind | undefined][] => {
      if (!isRecord(input) || typeof input["name"] !== "string") return [];
      return [[input["name"], isInputType(input["type"]) ? KINDS[input["type"]] : undefined]];
    }),
  );
}

type InputType = keyof typeof INPUT_SCHEMAS;

function isInputType(type: unknown): type is InputType {
  return typeof type === "string" && Object.hasOwn(INPUT_SCHEMAS, type);
}

function checkInput(input: unknown, at: Issue["path"], issues: Issue[]): void {
  if (!isRecord(input)) {
    issues.push({
      path: at,
      message: `an input is a mapping like { name: temp, type: number }, not ${show(input)}`,
    });
    return;
  }
  const type = input["type"];
  if (!isInputType(type)) {
    const types = Object.keys(INPUT_SCHEMAS);
    const hint = typeof type === "string" ? didYouMean(type, types) : "";
    issues.push({
      path: [...at, "type"],
      message: `must be one of ${types.join(", ")}, not ${show(type)}${hint}`,
    });
    return;
  }
  const found = check(INPUT_SCHEMAS[type], input, at);
  issues.push(...(found.length > 0 ? found : contradictions(input as unknown as InputSpec, at)));
}

/** What each setting allows alone, but not all of them together. */
function contradictions(spec: InputSpec, at: Issue["path"]): Issue[] {
  if (spec.type === "integer" || spec.type === "number") {
    const { minimum, maximum } = boundsOf(spec);
    if (minimum > maximum) {
      const kind = spec.type === "integer" ? "whole number" : "number";
      return [{ path: [...at, "minimum"], message: `leaves no ${kind} up to the maximum` }];
    }
  }
  const compiled = compileInput(spec);
  if (compiled === undefined) {
    return [
      { path: [...at, "time_zone"], message: "is not a time zone; use an IANA name such as Europe/Berlin" },
    ];
  }
  const { categories, ...range } = { categories: undefined, ...spec };
  const { read, explain } = compiled;
  const within = categories === undefined ? undefined : compileInput(range as InputSpec);
  return [
    ...(categories ?? []).flatMap((value, i) =>
      within!.read(value) === undefined
        ? [{ path: [...at, "categories", i], message: within!.explain(value) }]
        : [],
    ),
    ...(spec.example !== undefined && read(spec.example) === undefined
      ? [{ path: [...at, "example"], message: explain(spec.example) }]
      : []),
  ];
}

function checkFeature(
  feature: unknown,
  inputs: ReadonlyMap<string, ValueKind | undefined>,
  missing: ReadonlySet<unknown>,
  at: Issue["path"],
  issues: Issue[],
): FeatureSpec[] {
  const long = typeof feature === "string" ? { from: feature } : feature;
  if (!isRecord(long)) {
    const message = `a feature is an input's name, or { name, from, steps }, not ${show(feature)}`;
    issues.push({ path: at, message });
    return [];
  }
  const twice = twiceIn(long["from"]);
  if (twice !== undefined) {
    issues.push({ path: [...at, "from"], message: `names the input ${show(twice)} twice` });
    return [];
  }
  const found = check(FEATURE, long, at);
  issues.push(...found);
  if (found.length > 0) return [];
  const { from: sources, steps: written = [] } = long as { from: string | string[]; steps?: unknown[] };
  const from = [sources].flat();
  const { name = from[0]! } = long as { name?: string };
  const before = issues.length;
  for (const [i, source] of from.entries()) {
    if (inputs.has(source)) continue;
    const path = typeof feature === "string" ? at : [...at, "from", ...(Array.isArray(sources) ? [i] : [])];
    issues.push({ path, message: `"${source}" is not an input${didYouMean(source, inputs.keys())}` });
  }
  if (from.length > 1 && long["name"] === undefined) {
    issues.push({ path: at, message: `is made from ${from.length} inputs: give it a name` });
  }
  const steps = written.flatMap((step, i) => checkStep(step, [...at, "steps", i], issues));
  const kinds = from.map((source) => inputs.get(source));
  if (issues.length === before && !kinds.includes(undefined)) {
    const mayMiss = from.some((source) => missing.has(source));
    checkChain(kinds as ValueKind[], mayMiss, steps, at, issues);
  }
  return issues.length === before ? [{ name, from, steps }] : [];
}

/** A list's first item that stood in it before. */
function twiceIn(list: unknown): unknown {
  return Array.isArray(list) ? list.find((item, i) => list.indexOf(item) !== i) : undefined;
}

function checkStep(step: unknown, at: Issue["path"], issues: Issue[]): StepSpec[] {
  const keys = isRecord(step) ? Object.keys(step) : [];
  const name = typeof step === "string" ? step : keys[0];
  if (name === undefined || keys.length > 1) {
    issues.push({
      path: at,
      message: `a step is a mapping of one name, like { datetime_part: hour }, not ${show(step)}`,
    });
    return [];
  }
  if (!Object.hasOwn(STEPS, name)) {
    const names = Object.keys(STEPS);
    issues.push({
      path: at,
      message: `there is no step "${name}"${didYouMean(name, names)} (steps: ${names.join(", ")})`,
    });
    return [];
  }
  const { parameters: schema, defaults, contradiction } = stepOf(name as StepName);
  const given = isRecord(step) ? step[name] : defaults;
  const path = isRecord(step) ? [...at, name] : at;
  const parameters = isRecord(given) && isRecord(defaults) ? { ...defaults, ...given } : given;
  const found = check(schema, parameters, path);
  const wrong = found.length === 0 ? contradiction?.(parameters) : undefined;
  if (wrong !== undefined) found.push({ path, message: wrong });
  issues.push(...found);
  return found.length > 0 ? [] : [{ name: name as StepName, parameters }];
}

/** Follows what a feature's values mean, whether one may be missing, and how many there are, from step to step. */
function checkChain(
  kinds: readonly ValueKind[],
  mayMiss: boolean,
  steps: readonly StepSpec[],
  at: Issue["path"],
  issues: Issue[],
): void {
  let current: readonly ValueKind[] = [...new Set(kinds)];
  // How many columns there are is known until a step has learned how many it makes.
  let width: number | undefined = kinds.length;
  let missing = mayMiss;
  for (const [i, { name, parameters }] of steps.entries()) {
    const { takes, gives, joins, names, mismatch, makesMissing, missing: ofMissing } = stepOf(name);
    const wrong = current.find((kind) => !takes.includes(kind));
    const path = [...at, "steps", i];
    if (wrong !== undefined) {
      issues.push({ path, message: `${name} takes a ${takes.join(" or a ")}, but gets a ${wrong} here` });
      return;
    }
    if (joins !== undefined && width !== undefined && (width < joins.min || width > joins.max)) {
      const many = joins.min === joins.max ? `${joins.min}` : `at least ${joins.min}`;
      const message = `${name} takes ${many} columns, but gets ${width} here: list them in "from"`;
      issues.push({ path, message });
      return;
    }
    if (missing && ofMissing === "refuses") {
      issues.push({
        path,
        message: `${name} takes no missing value, and an input may be missing: impute it first`,
      });
      return;
    }
    const unfit = mismatch?.(parameters, current);
    if (unfit !== undefined) {
      issues.push({ path, message: `${name} ${unfit}` });
      return;
    }
    missing = (missing && ofMissing !== "fills") || makesMissing?.(parameters) === true;
    if (gives !== "same") current = [gives];
    if (names !== undefined) width = undefined;
    else if (joins !== undefined) width = 1;
  }
  const end = current.find((kind) => kind !== "number");
  if (end === undefined) return;
  const remedy = end === "datetime" ? "{ datetime_part: hour }" : "one_hot";
  issues.push({
    path: at,
    message: `ends as a ${end}, which an endpoint cannot read; add a step such as ${remedy}`,
  });
}

/** A step that learns from the target takes it for one number, which the place of one of many classes is not. */
function checkTargetSteps(features: readonly FeatureSpec[], { type }: TargetSpec, issues: Issue[]): void {
  if (type === "regression" || type === "binary") return;
  for (const [i, { steps }] of features.entries()) {
    for (const [j, { name }] of steps.entries()) {
      if (stepOf(name).learnsTarget === undefined) continue;
      const message = `${name} learns from a target that is a number or one of two classes, not from a ${type} one`;
      issues.push({ path: ["features", i, "steps", j], message });
    }
  }
}

/** `names` are as they were written, so that an entry wrong in itself still counts, and keeps its place. */
function reportDuplicates(list: string, names: readonly unknown[], issues: Issue[]): void {
  for (const [i, name] of names.entries()) {
    if (typeof name === "string" && names.indexOf(name) < i) {
      issues.push({ path: [list, i], message: `has the name "${name}", which is taken` });
    }
  }
}

/** What a list holds that holds one thing; anything else as it is. */
function onlyOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
