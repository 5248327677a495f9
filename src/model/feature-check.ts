import { type Issue, check, shallow, show } from "./check.ts";
import type { FeatureSpec, StepSpec } from "./feature.ts";
import { isRecord } from "./record.ts";
import { FeatureObject } from "./schema.ts";
import type { ValueKind } from "./step.ts";
import { STEPS, type StepName, stepOf } from "./steps.ts";
import { didYouMean } from "./suggest.ts";
import type { TargetSpec } from "./target/spec.ts";

const FEATURE = shallow(FeatureObject);

/**
 * Checks an entry of a model file's `features`; every mistake is put into `issues`.
 *
 * @param inputs names of the inputs, and what each holds; undefined where its type says nothing
 * @param missing names of those that may be missing
 * @returns the feature with its short forms written out, where nothing is wrong with it
 */
export function checkFeature(
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
export function checkTargetSteps(
  features: readonly FeatureSpec[],
  { type }: TargetSpec,
  issues: Issue[],
): void {
  if (type === "regression" || type === "binary") return;
  for (const [i, { steps }] of features.entries()) {
    for (const [j, { name }] of steps.entries()) {
      if (stepOf(name).learnsTarget === undefined) continue;
      const message = `${name} learns from a target that is a number or one of two classes, not from a ${type} one`;
      issues.push({ path: ["features", i, "steps", j], message });
    }
  }
}
