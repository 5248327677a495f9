import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import { type ValueError, ValueErrorType, Value } from "@sinclair/typebox/value";
import { didYouMean } from "./suggest.ts";

/** A mistake in a model file: where (keys and indices from the top), and what to do about it. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Checks a value against a schema that holds no unions of objects, in words for the person who wrote the value.
 *
 * @returns one issue a mistake, each `path` beginning with `at`; none where the value fits
 */
export function check(schema: TSchema, value: unknown, at: Issue["path"]): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const error of Value.Errors(schema, value)) {
    // A missing property is reported again as a value of the wrong type.
    if (seen.has(error.path)) continue;
    seen.add(error.path);
    issues.push({ path: [...at, ...segments(error.path)], message: explain(error) });
  }
  return issues;
}

/** A schema whose lists take anything: their entries have several forms, which are checked one by one. */
export function shallow(schema: TObject): TSchema {
  const properties = Object.entries(schema.properties).map(([key, property]): [string, TSchema] => [
    key,
    property["type"] === "array" ? { ...property, items: Type.Unknown() } : property,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function explain({ type, path, schema, value }: ValueError): string {
  const constants = constantsOf(schema);
  if (constants !== undefined && type !== ValueErrorType.ObjectRequiredProperty) {
    const hint = typeof value === "string" ? didYouMean(value, constants) : "";
    return `must be one of ${constants.join(", ")}, not ${show(value)}${hint}`;
  }
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return "is missing";
    case ValueErrorType.ObjectAdditionalProperties: {
      const known = Object.keys(schema["properties"] as object);
      return `is not a setting of this place${didYouMean(String(segments(path).at(-1)), known)}`;
    }
    case ValueErrorType.String: {
      const quotes = typeof value === "number" || typeof value === "boolean" ? ": put it in quotes" : "";
      return `must be a text, not ${show(value)}${quotes}`;
    }
    case ValueErrorType.Number:
      return `must be a number, not ${show(value)}`;
    case ValueErrorType.Object:
      return `must be a mapping, not ${show(value)}`;
    case ValueErrorType.Array:
      return `must be a list, not ${show(value)}`;
    case ValueErrorType.ArrayMinItems: {
      const { length } = value as unknown[];
      return length === 0 ? "is empty" : `has ${length}; at least ${schema["minItems"]} are needed`;
    }
    case ValueErrorType.ArrayMaxItems:
      return `has ${(value as unknown[]).length}; at most ${schema["maxItems"]} are allowed`;
    case ValueErrorType.StringMinLength:
      return "is empty";
    case ValueErrorType.ArrayUniqueItems:
      return "holds a value twice";
    case ValueErrorType.StringMaxLength:
      return `has ${(value as string).length} characters; at most ${schema["maxLength"]} are allowed`;
    default:
      return `is ${show(value)}, which does not fit: ${schema.description}`;
  }
}

function constantsOf(schema: TSchema): string[] | undefined {
  const variants = (schema["anyOf"] ?? [schema]) as TSchema[];
  return variants.every((variant) => "const" in variant)
    ? variants.map((variant) => String(variant["const"]))
    : undefined;
}

/** A value in a few words, whatever its size or depth: a text or number as it is, of the rest the kind. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  }
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function segments(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
