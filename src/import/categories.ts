import type { InputSpec } from "../model/schema.ts";
import type { Category } from "../model/steps/known-categories.ts";
import { dtypeOf, listOf, numberOf, pythonText } from "./exported.ts";
import { type Findings, Inexpressible } from "./findings.ts";
import type { Strand } from "./strand.ts";

/** What one column's categories are in a model file, and of which type an input of them is. */
export interface Categories {
  readonly values: readonly Category[];
  readonly type: InputSpec["type"] | undefined;
}

/**
 * Categories as a model file holds them: True and False are 1 and 0, None and NaN null.
 *
 * @param list an array or a list of them, as it was exported
 * @param name what they are called in messages
 */
export function categoriesOf(list: unknown, name: string): Categories {
  const parts = listOf(list) ?? [];
  const missing = parts.filter((part) => isMissing(part));
  if (missing.length > 1) {
    throw new Inexpressible([
      `${name} hold both None and nan, which Skewless cannot tell apart: keep one of them`,
    ]);
  }
  // Of objects, JSON does not say whether 1 was 1.0: then any number may come.
  const whole = /^u?int/.test(dtypeOf(list) ?? "");
  const types = new Set(parts.filter((part) => !isMissing(part)).map((part) => typeOf(part, name, whole)));
  if (types.size > 1) throw new Inexpressible([`${name} are of several types: ${[...types].join(", ")}`]);
  return { values: parts.map(valueOf), type: [...types][0] };
}

/** Whether an exported value is a missing one. */
export function isMissing(value: unknown): boolean {
  return value === null || Number.isNaN(numberOf(value));
}

function valueOf(part: unknown): Category {
  if (isMissing(part)) return null;
  return typeof part === "boolean" ? Number(part) : (part as Category);
}

function typeOf(part: unknown, name: string, whole: boolean): InputSpec["type"] {
  if (typeof part === "string") return "string";
  if (typeof part === "boolean") return "boolean";
  if (typeof part === "number") return whole ? "integer" : "number";
  throw new Inexpressible([`${name} hold ${pythonText(part)}, which is no text, number or boolean`]);
}

/** Notes what an estimator says of the type of an input, where it is the first that looks at its values. */
export function sayType(strand: Strand, type: InputSpec["type"] | undefined, { types }: Findings): void {
  const [input] = strand.from as [string];
  if (type === undefined || strand.steps.some(({ name }) => name !== "impute")) return;
  types.set(input, new Set([...(types.get(input) ?? []), type]));
}
