import { type Issue, check, show } from "./check.ts";
import { KINDS, boundsOf, compileInput } from "./inputs.ts";
import { isRecord } from "./record.ts";
import { INPUT_SCHEMAS, type InputSpec } from "./schema.ts";
import type { ValueKind } from "./step.ts";
import { didYouMean } from "./suggest.ts";

/**
 * What each named input holds; undefined where its type says nothing. An input counts as declared even when it is
 * wrong: its features should not be blamed as well.
 */
export function kindsOf(inputs: readonly unknown[]): ReadonlyMap<string, ValueKind | undefined> {
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

/** Checks an entry of a model file's `inputs`; every mistake is put into `issues`. */
export function checkInput(input: unknown, at: Issue["path"], issues: Issue[]): void {
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
