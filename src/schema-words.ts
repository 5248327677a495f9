import type { TSchema } from "@sinclair/typebox";
import { json, table } from "./markdown.ts";

/** The parameters of a schema: a mapping's, or what stands in its place. */
export function parameterTable(schema: TSchema, defaults: unknown): string {
  const given = (defaults ?? {}) as Readonly<Record<string, unknown>>;
  const forms: readonly TSchema[] = schema["anyOf"] ?? [schema];
  const plain = forms.filter((form) => form["properties"] === undefined);
  const alone = plain.length === 0 ? [] : [valueRow("*the value itself*", plain, schema)];
  const rows = forms.flatMap((form) =>
    Object.entries((form["properties"] ?? {}) as Record<string, TSchema>).map(([name, property]) =>
      propertyRow(name, property, form, given[name]),
    ),
  );
  const all = [...alone, ...rows];
  return all.length === 0 ? "No parameters." : table(["Parameter", "Allowed", "Default", "Meaning"], all);
}

function valueRow(title: string, forms: readonly TSchema[], schema: TSchema): string[] {
  return [title, allowed({ ...schema, anyOf: forms }), "–", meaning({ ...schema, anyOf: forms })];
}

function propertyRow(name: string, property: TSchema, { required }: TSchema, given: unknown): string[] {
  const preset = property.default ?? given;
  const isRequired = ((required ?? []) as string[]).includes(name);
  const shown = preset === undefined ? (isRequired ? "required" : "–") : `\`${json(preset)}\``;
  return [`\`${name}\``, allowed(property), shown, meaning(property)];
}

/** A schema's description, and those of the values that it lists, where values are all that it allows. */
function meaning({ description, anyOf = [] }: TSchema): string {
  const forms = anyOf as readonly TSchema[];
  const ofValues = forms.every((form) => "const" in form)
    ? forms.filter((form) => form.description !== undefined)
    : [];
  const shown = ofValues.map((form) => `\`${form["const"]}\`: ${form.description}`);
  return [`${description}${shown.length > 0 ? ":" : ""}`, ...shown]
    .join(" ")
    .replace(/[.]:/, ":")
    .replaceAll("__", "\\_\\_");
}

/** What a schema allows, in words. */
export function allowed(schema: TSchema): string {
  if (schema["anyOf"] !== undefined) {
    const forms = schema["anyOf"] as readonly TSchema[];
    const [values, others] = [true, false].map((value) => forms.filter((form) => "const" in form === value));
    return [...new Set([...values!, ...others!].map((form) => allowed(form)))].join(", ");
  }
  if ("const" in schema) return `\`${schema["const"]}\``;
  switch (schema["type"]) {
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return `a whole number${range(schema)}`;
    case "number":
      return `a number${range(schema)}`;
    case "string":
      return "a text";
    case "null":
      return "`null`";
    case "array":
      return `a list of ${itemsOf(schema)}`;
    default:
      return "a mapping";
  }
}

function itemsOf({ items }: TSchema): string {
  const { anyOf = [items], type } = items as TSchema;
  return type === "object"
    ? "mappings"
    : (anyOf as TSchema[]).map((form) => PLURALS[form["type"] as string]).join(", ");
}

const PLURALS: Readonly<Record<string, string>> = {
  boolean: "booleans",
  integer: "whole numbers",
  null: "`null`",
  number: "numbers",
  string: "texts",
};

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: TSchema): string {
  const bounds = [
    minimum === undefined ? [] : [`from ${minimum}`],
    exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`],
    maximum === undefined ? [] : [`to ${maximum}`],
    exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`],
  ].flat();
  return bounds.length === 0 ? "" : ` ${bounds.join(" ")}`;
}
