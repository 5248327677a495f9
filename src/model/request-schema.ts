import { boundsOf, exampleOf } from "./inputs.ts";
import type { Pipeline } from "./pipeline.ts";
import { DEFAULT_LIMITS } from "./request.ts";
import type { InputSpec, NumericInputSpec } from "./schema.ts";

/** A JSON Schema (2020-12, as OpenAPI 3.1 has it), as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What {@link Pipeline.readInstances} accepts, but for the calendar, which a schema cannot hold. */
export function requestSchema(pipeline: Pipeline, maxInstances = DEFAULT_LIMITS.maxInstances): JsonSchema {
  const { inputs } = pipeline;
  const specs = inputs.map((input) => input.spec);
  const names = specs.map((spec) => spec.name);
  const positional = {
    type: "array",
    title: "positional",
    description: `The values in this order: ${names.join(", ")}.`,
    prefixItems: specs.map((spec) => valueSchema(spec)),
    items: false,
    minItems: specs.length,
    maxItems: specs.length,
  };
  const named = {
    type: "object",
    title: "named",
    description: "The values by name, in any order.",
    properties: Object.fromEntries(specs.map((spec) => [spec.name, valueSchema(spec)])),
    required: names,
    additionalProperties: false,
  };
  return {
    type: "object",
    required: ["instances"],
    additionalProperties: false,
    properties: {
      instances: {
        type: "array",
        description: "The rows to predict, each as an array or as an object.",
        minItems: 1,
        maxItems: maxInstances,
        items: {
          type: "object",
          required: ["features"],
          additionalProperties: false,
          properties: { features: { oneOf: [positional, named] } },
        },
      },
    },
  };
}

/** Request bodies that work when pasted: the positional and the named form. */
export function requestExamples(
  pipeline: Pipeline,
  row?: readonly unknown[] | Readonly<Record<string, unknown>>,
) {
  const specs = pipeline.inputs.map((input) => input.spec);
  const named = byName(specs, row ?? specs.map((spec) => exampleOf(spec)));
  const positional = specs.map((spec) => named[spec.name]);
  return {
    positional: { instances: [{ features: positional }] },
    named: { instances: [{ features: named }] },
  };
}

function byName(specs: readonly InputSpec[], row: readonly unknown[] | Readonly<Record<string, unknown>>) {
  const values = Array.isArray(row)
    ? Object.fromEntries(specs.map((spec, i) => [spec.name, (row as readonly unknown[])[i]]))
    : row;
  return values as Readonly<Record<string, unknown>>;
}

/** The schema of one value. */
function valueSchema(spec: InputSpec): JsonSchema {
  const title = spec.name;
  const unit = "unit" in spec ? [`Unit: ${spec.unit}.`] : [];
  const meaning = spec.description === undefined ? [] : [spec.description.replace(/[^.!?]$/, "$&.")];
  const text = [...meaning, ...unit].join(" ");
  const description = text === "" ? {} : { description: text };
  const common = { title, ...description, examples: [exampleOf(spec)] };
  const type = spec.missing === true ? [spec.type, "null"] : spec.type;
  switch (spec.type) {
    case "datetime": {
      const pattern = datetimePattern(spec.time_zone !== undefined);
      return { ...common, type: spec.missing === true ? ["string", "null"] : "string", pattern };
    }
    case "boolean":
      return { ...common, type };
    case "string":
      return { ...common, type, ...allowedTexts(spec) };
    default:
      return { ...common, type, ...allowedValues(spec) };
  }
}

function oneOf(values: readonly unknown[], missing: boolean | undefined): JsonSchema {
  return { enum: missing === true ? [...values, null] : values };
}

/** An empty text is refused; no category is one. */
function allowedTexts({ categories, missing }: Extract<InputSpec, { type: "string" }>): JsonSchema {
  return categories === undefined ? { minLength: 1 } : oneOf(categories, missing);
}

/** Categories lie within the bounds, so they say all. A number has bounds even where the file gives none. */
function allowedValues(spec: NumericInputSpec): JsonSchema {
  return spec.categories === undefined ? boundsOf(spec) : oneOf(spec.categories, spec.missing);
}

const TIME = String.raw`[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?`;

function datetimePattern(withOffset: boolean): string {
  const offset = withOffset ? String.raw`(Z|[+-]\d{2}:?\d{2})?` : "";
  return String.raw`^\d{4}-\d{2}-\d{2}(${TIME}${offset})?$`;
}
