import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import { type Issue, check, show } from "../check.ts";
import { isRecord } from "../record.ts";
import { didYouMean } from "../suggest.ts";
import { TARGET_TRANSFORMS, type TargetTransformName, targetTransformOf } from "../target-transforms.ts";
import { namesClasses } from "./distribution.ts";
import { TARGET_SCHEMAS } from "./schema.ts";
import { type Label, type TargetSpec, type TargetTransformSpec, numberOfLabel } from "./spec.ts";

type TargetType = TargetSpec["type"];
/** What can say whether it has a name. */
type Names = Pick<ReadonlySet<string>, "has">;
type Written = Readonly<Record<string, unknown>>;

/**
 * Checks the `target` of a model file.
 *
 * @param inputs names of the inputs
 * @param issues every mistake is put there
 * @returns the target with its short forms written out; undefined where there is a mistake
 */
export function checkTarget(target: unknown, inputs: Names, issues: Issue[]): TargetSpec | undefined {
  const before = issues.length;
  const type = typeOf(target, issues);
  if (type === undefined) return undefined;
  issues.push(...check(OPEN_SCHEMAS[type], target, ["target"]));
  if (!isRecord(target)) return undefined;
  const checked = PARTS[type](target, issues);
  // The name of several numbers together is no column of the training data.
  if (type === "multi_output") reportOutputs(target["outputs"], inputs, issues);
  else reportInput(target["name"], inputs, ["target", "name"], issues);
  return issues.length === before ? ({ ...checked, type } as TargetSpec) : undefined;
}

/** Checks what a schema cannot hold, and writes the short forms out. */
const PARTS: Record<TargetType, (target: Written, issues: Issue[]) => Written> = {
  regression: (target, issues) => numberOf(target, ["target"], issues),
  binary: classes,
  multiclass: classes,
  multi_output: severalNumbers,
};

/** A schema that leaves what has several forms to be checked by hand. */
function open(schema: TObject): TSchema {
  const { transform, outputs, ...properties } = schema.properties;
  return {
    ...schema,
    properties: {
      ...properties,
      ...(transform === undefined ? {} : { transform: Type.Unknown() }),
      ...(outputs === undefined ? {} : { outputs: { ...outputs, items: Type.Unknown() } }),
    },
  };
}

const OPEN_SCHEMAS = Object.fromEntries(
  Object.entries(TARGET_SCHEMAS).map(([type, schema]) => [type, open(schema)]),
) as Record<TargetType, TSchema>;

const OUTPUT = open(TARGET_SCHEMAS.multi_output.properties.outputs.items);

function typeOf(target: unknown, issues: Issue[]): TargetType | undefined {
  const type = isRecord(target) && Object.hasOwn(target, "type") ? target["type"] : "regression";
  if (typeof type === "string" && Object.hasOwn(TARGET_SCHEMAS, type)) return type as TargetType;
  issues.push({ path: ["target", "type"], message: oneOf(Object.keys(TARGET_SCHEMAS), type) });
  return undefined;
}

function oneOf(known: readonly string[], value: unknown): string {
  const hint = typeof value === "string" ? didYouMean(value, known) : "";
  return `must be one of ${known.join(", ")}, not ${show(value)}${hint}`;
}

function severalNumbers(target: Written, issues: Issue[]): Written {
  const checked = listOf(target["outputs"]).map((output, i) => {
    const path = ["target", "outputs", i];
    issues.push(...check(OUTPUT, output, path));
    return isRecord(output) ? numberOf(output, path, issues) : output;
  });
  return { ...target, outputs: checked };
}

function numberOf(number: Written, at: Issue["path"], issues: Issue[]): Written {
  const { clip } = number;
  if (isRecord(clip) && (clip["min"] as number) > (clip["max"] as number)) {
    issues.push({ path: [...at, "clip", "min"], message: "is above the max: no prediction is between them" });
  }
  return { ...number, transform: transformOf(number, [...at, "transform"], issues) };
}

function transformOf(number: Written, at: Issue["path"], issues: Issue[]): TargetTransformSpec {
  const written = Object.hasOwn(number, "transform") ? number["transform"] : "none";
  const keys = isRecord(written) ? Object.keys(written) : [];
  const name = keys.length === 1 ? keys[0] : written;
  if (typeof name !== "string" || !Object.hasOwn(TARGET_TRANSFORMS, name)) {
    issues.push({ path: at, message: oneOf(Object.keys(TARGET_TRANSFORMS), name) });
    return { name: "none", parameters: {} };
  }
  const { parameters: schema, defaults, contradiction } = targetTransformOf(name as TargetTransformName);
  const given = isRecord(written) ? written[name] : {};
  const parameters = isRecord(given) ? { ...(defaults as object), ...given } : given;
  const path = isRecord(written) ? [...at, name] : at;
  const found = check(schema, parameters, path);
  const wrong = found.length === 0 ? contradiction?.(parameters) : undefined;
  issues.push(...found, ...(wrong === undefined ? [] : [{ path, message: wrong }]));
  return { name: name as TargetTransformName, parameters };
}

function classes(target: Written, issues: Issue[]): Written {
  const labels = listOf(target["labels"]);
  reportTwins(labels, issues);
  const { top_k: k, answer = "probabilities" } = target;
  if (typeof k === "number" && labels.length > 0 && k > labels.length) {
    issues.push({ path: ["target", "top_k"], message: `is ${k}, but there are ${labels.length} labels` });
  }
  for (const setting of ["threshold", "top_k"]) {
    if (answer !== "label" || !Object.hasOwn(target, setting)) continue;
    const message = "is about probabilities: it cannot go with answer: label";
    issues.push({ path: ["target", setting], message });
  }
  if (answer === "label" && !Object.hasOwn(target, "number_is")) {
    const place = labels.findIndex((label, i) => (numberOfLabel(label) ?? i) !== i);
    if (place !== -1) {
      const message = `with the label ${show(labels[place])} in place ${place} leaves open what a number means: add number_is: place (XGBoost answers places, from 0) or number_is: label (scikit-learn's predict answers labels)`;
      issues.push({ path: ["target", "answer"], message });
    }
  }
  reportUselessMeaning({ ...target, answer }, issues);
  const usual = target["type"] === "binary" ? { threshold: 0.5 } : { top_k: labels.length };
  return { ...usual, ...target, answer };
}

/** Where the file names a field or a column of probabilities beside which no class is named, no number means one. */
function reportUselessMeaning({ type, answer, output, number_is }: Written, issues: Issue[]): void {
  if (number_is === undefined || answer !== "probabilities") return;
  if ((typeof output !== "string" && typeof output !== "number") || namesClasses(type, output)) return;
  const message = `has no effect: with output: ${output} the endpoint gives probabilities and names no class; leave it out, or add answer: label`;
  issues.push({ path: ["target", "number_is"], message });
}

/** A cell of the training data is a text: two labels must not be written alike. */
function reportTwins(labels: readonly unknown[], issues: Issue[]): void {
  const texts = labels.map((label) => (isRecord(label) || Array.isArray(label) ? undefined : String(label)));
  for (const [i, label] of labels.entries()) {
    const twin = texts.indexOf(texts[i]);
    // Equal values are the schema's matter.
    if (texts[i] === undefined || twin === i || labels[twin] === label) continue;
    const message = `is ${show(label)}, which a CSV file cannot tell from ${show(labels[twin] as Label)}`;
    issues.push({ path: ["target", "labels", i], message });
  }
}

function reportOutputs(written: unknown, inputs: Names, issues: Issue[]): void {
  const names = listOf(written).map((output) => isRecord(output) && output["name"]);
  for (const [i, name] of names.entries()) {
    const path = ["target", "outputs", i];
    reportInput(name, inputs, [...path, "name"], issues);
    if (typeof name === "string" && names.indexOf(name) < i) {
      issues.push({ path, message: `has the name "${name}", which is taken` });
    }
  }
}

function reportInput(name: unknown, inputs: Names, path: Issue["path"], issues: Issue[]): void {
  if (!inputs.has(name as string)) return;
  issues.push({ path, message: "is an input too: the answer cannot be part of the question" });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
