import type { InputSpec } from "../model/schema.ts";
import type { Category } from "../model/steps/known-categories.ts";
import type { Exported } from "./exported.ts";
import type { Findings } from "./findings.ts";
import { type Strand, withDefaults } from "./strand.ts";

/** An input as a model file declares it. */
export interface WrittenInput {
  readonly name: string;
  readonly type: InputSpec["type"];
  readonly missing?: true;
  readonly example?: string | number | boolean;
}

/** The inputs that features are made from, in the order in which scikit-learn knew them. */
export function importInputs(
  exported: Exported["inputs"],
  features: readonly Strand[],
  found: Findings,
): WrittenInput[] {
  const used = new Set(features.flatMap(({ from }) => from));
  const left = exported.filter(({ name }) => !used.has(name)).map(({ name }) => name);
  if (left.length > 0)
    found.notes.push(`no feature is made from these columns, so they are no inputs: ${left.join(", ")}`);
  return exported
    .filter(({ name }) => used.has(name))
    .map((input) =>
      importInput(
        input,
        features.filter(({ from }) => from.includes(input.name)),
        found,
      ),
    );
}

function importInput(
  { name, dtype, missing }: Exported["inputs"][number],
  features: readonly Strand[],
  found: Findings,
): WrittenInput {
  const type = typeOf(name, dtype, found);
  const views = new Set(features.map((strand) => viewOfMissing(strand)));
  const allowed =
    !found.neverMissing.has(name) && !views.has("refused") && (missing === true || views.has("handled"));
  const example = exampleFor(type, features);
  return {
    name,
    type,
    ...(allowed ? { missing: true } : {}),
    ...(example === undefined ? {} : { example }),
  };
}

/**
 * Its estimators' categories say most exactly what an input is: data may be read from CSV in another way. A type that neither
 * knows is a number, which is what every other estimator takes.
 */
function typeOf(name: string, dtype: string | null, found: Findings): InputSpec["type"] {
  const said = [...(found.types.get(name) ?? [])];
  const known = dtype === null ? undefined : typeOfDtype(dtype);
  if (said.includes("integer") && said.includes("number")) return "number";
  if (said.length > 1) {
    found.issues.push(`input ${name}: is taken for several types: ${said.join(", ")}`);
  }
  const [first] = said;
  if (first === undefined || first === "number" || first === "integer") {
    if (known === undefined && first === undefined) {
      found.notes.push(
        `the type of ${name} is not known, so it is a number: export with the training data to know it`,
      );
    }
    return known === "integer" || known === "boolean" || first === undefined ? (known ?? "number") : first;
  }
  return first;
}

function typeOfDtype(dtype: string): InputSpec["type"] | undefined {
  if (/^u?int\d+$/i.test(dtype)) return "integer";
  if (/^float\d+$/i.test(dtype)) return "number";
  if (/^bool(?:ean)?$/.test(dtype)) return "boolean";
  if (/^(?:str|string|<U\d+)/.test(dtype)) return "string";
  return dtype.startsWith("datetime64") ? "datetime" : undefined;
}

/**
 * What scikit-learn does with a missing value of a strand's inputs: a step gives it a meaning, or refuses it, or it is passed
 * on to the end.
 */
function viewOfMissing({ steps, learned }: Strand): "handled" | "refused" | "passed" {
  for (const [i, step] of steps.entries()) {
    switch (step.name) {
      case "impute":
      case "missing_indicator":
        return "handled";
      case "polynomial":
      case "hash":
      case "bin":
        return "refused";
      case "one_hot":
      case "ordinal": {
        const given = withDefaults(step) as { handle_unknown: string; categories?: readonly Category[] };
        const known = learned[i]!.flatMap((one) => (one as { categories: Category[] }).categories);
        if ((given.categories ?? known).includes(null)) return "handled";
        return given.handle_unknown === "error" ? "refused" : "passed";
      }
      case "target_encode":
        return (learned[i] as { categories: Category[] }[]).some(({ categories }) =>
          categories.includes(null),
        )
          ? "handled"
          : "passed";
      default:
    }
  }
  return "passed";
}

/** One of the categories that a step knows which sees the input's own values; of a number none, where any number will do. */
function exampleFor(type: InputSpec["type"], features: readonly Strand[]): WrittenInput["example"] {
  for (const { steps, learned } of features) {
    const i = steps.findIndex(({ name }) => name !== "impute");
    if (i === -1) continue;
    const given = withDefaults(steps[i]!) as { handle_unknown?: string; categories?: readonly Category[] };
    const found = learned[i]![0] as { categories?: readonly Category[] } | undefined;
    const first = (given.categories ?? found?.categories ?? []).find(
      (category) => category !== null && category !== "",
    );
    if (typeof first === "string" && type === "string") return first;
    if (typeof first !== "number" || given.handle_unknown !== "error") continue;
    return type === "boolean" ? first === 1 : first;
  }
  return undefined;
}
