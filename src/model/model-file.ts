import { Type } from "@sinclair/typebox";
import { type Issue, check, shallow } from "./check.ts";
import { checkFeature, checkTargetSteps } from "./feature-check.ts";
import type { FeatureSpec } from "./feature.ts";
import { formatContradictions } from "./formats.ts";
import { checkInput, kindsOf } from "./input-check.ts";
import { isRecord } from "./record.ts";
import { type EndpointSpec, type InputSpec, ModelFileSchema } from "./schema.ts";
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

const TOP_LEVEL = shallow({
  ...ModelFileSchema,
  properties: { ...ModelFileSchema.properties, target: Type.Unknown() as never },
});

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
