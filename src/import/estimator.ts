import {
  type EstimatorNode,
  listOf,
  narrowAttributes,
  numberOf,
  pythonText,
  typeNameOf,
} from "./exported.ts";
import { type Findings, Inexpressible } from "./findings.ts";
import type { Strand } from "./strand.ts";

/** How one class of scikit-learn is imported: an entry of the table in `estimators.ts`. */
export interface EstimatorImport {
  /** What it becomes in the model file, for the documentation. */
  readonly becomes: string;
  /** What of it is refused, for the documentation. */
  readonly except?: string;
  /** Every parameter that it has in any version. One that is not here is refused. */
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  /**
   * Adds to the columns what the estimator does to them.
   *
   * @throws {Inexpressible}
   */
  readonly apply: (estimator: Estimator, columns: readonly Strand[], found: Findings) => Strand[];
}

/**
 * `read`: apply looks at it. `idle`: it does not change what transform gives. A list: the values that can be expressed;
 * null stands for None.
 */
export type ParameterRule = "read" | "idle" | readonly (string | number | boolean | null)[];

/** One fitted estimator, its parameters checked by the rules of its class. */
export interface Estimator {
  readonly node: EstimatorNode;
  readonly path: readonly string[];
}

/**
 * What of an estimator's parameters cannot be expressed, or is not known.
 *
 * @returns one line a parameter
 */
export function refusedParameters(
  { parameters = {} }: EstimatorNode,
  rules: EstimatorImport["parameters"],
): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    if (!Object.hasOwn(rules, name))
      return [`${name}=${pythonText(value)} is not known to this version of Skewless`];
    const rule = rules[name]!;
    if (typeof rule === "string" || rule.includes(value as never)) return [];
    return [`${name}=${pythonText(value)} cannot be expressed; only ${rule.map(pythonText).join(", ")} can`];
  });
}

/** What of the attributes shows that scikit-learn computes with fewer digits than a model file. */
export function refusedAttributes(node: EstimatorNode): string[] {
  return narrowAttributes(node).map(
    (name) =>
      `${name} is of 32-bit floats, in which scikit-learn then computes, and Skewless in 64: cast the data to float64, and fit again`,
  );
}

/** A parameter as it was exported; undefined where the version of scikit-learn had none such. */
export function parameter({ node }: Estimator, name: string): unknown {
  return node.parameters?.[name];
}

/** A parameter that is true or false. */
export function flag(estimator: Estimator, name: string, usual: boolean): boolean {
  const value = parameter(estimator, name) ?? usual;
  if (typeof value !== "boolean") throw refused(estimator, name);
  return value;
}

/** What to throw at a parameter whose value cannot be expressed. */
export function refused(estimator: Estimator, name: string, why = "cannot be expressed"): Inexpressible {
  return new Inexpressible([`${name}=${pythonText(parameter(estimator, name))} ${why}`]);
}

/** A number that is a parameter. */
export function numberParameter(estimator: Estimator, name: string): number {
  const value = numberOf(parameter(estimator, name));
  if (value === undefined || !Number.isFinite(value)) throw refused(estimator, name);
  return value;
}

/** Two numbers that are a parameter. */
export function pairParameter(estimator: Estimator, name: string): [number, number] {
  const [from, to, ...rest] = (listOf(parameter(estimator, name)) ?? []).map(numberOf);
  if (from === undefined || to === undefined || rest.length > 0) throw refused(estimator, name);
  return [from, to];
}

/** An attribute as it was exported. */
export function attribute({ node }: Estimator, name: string): unknown {
  const value = node.fitted?.[name];
  if (value === undefined) {
    throw new Inexpressible([
      `has no ${name}: it is not fitted, or another version of scikit-learn fitted it`,
    ]);
  }
  return value;
}

/** The entry of a list or an array that an attribute holds. */
export function entry(estimator: Estimator, name: string, i: number): unknown {
  const list = listOf(attribute(estimator, name));
  if (list === undefined || i >= list.length)
    throw new Inexpressible([`${name} has no entry for column ${i}`]);
  return list[i];
}

/** A finite number in an array that an attribute holds. `strand` says whose it is. */
export function numberEntry(estimator: Estimator, name: string, i: number, strand: Strand): number {
  return finite(entry(estimator, name, i), `${name} of ${strand.from.join(", ")}`);
}

/** A value as a finite number; `name` says what it is. */
export function finite(value: unknown, name: string): number {
  const number = numberOf(value);
  if (number !== undefined && Number.isFinite(number)) return number;
  throw new Inexpressible([`${name} is ${pythonText(value)}, no finite number`]);
}

/** Refuses an attribute that is not what its estimator would make of the others. */
export function mustBe(estimator: Estimator, name: string, i: number, expected: number): void {
  const value = numberOf(entry(estimator, name, i));
  if (value === expected) return;
  throw new Inexpressible([
    `${name}[${i}] is ${pythonText(value)} where its other attributes give ${expected}: it was changed after fitting`,
  ]);
}

/**
 * The type of what an estimator with a parameter `dtype` gives, undefined where it is the usual one.
 *
 * @throws {Inexpressible} where it holds no codes
 */
export function dtypeParameter(estimator: Estimator): string {
  const value = parameter(estimator, "dtype");
  const name = value === null || value === undefined ? "float64" : typeNameOf(value);
  if (name === undefined || !/^(?:u?int(?:8|16|32|64)?|float(?:16|32|64)?|bool)$/.test(name)) {
    throw refused(estimator, "dtype");
  }
  return { float: "float64", int: "int64" }[name] ?? name;
}

/** The same of one that gives codes, which a type of few bits may not hold. */
export function wideParameter(estimator: Estimator): string {
  const name = dtypeParameter(estimator);
  if (!/^(?:int|float)(?:32|64)$/.test(name)) throw refused(estimator, "dtype", "may not hold every code");
  return name;
}

/** Refuses to compute with what scikit-learn holds in fewer bits: the results would differ. */
export function mustBeWide({ dtype, from }: Strand): void {
  if (dtype === undefined || !/^float(?:16|32)$/i.test(dtype)) return;
  throw new Inexpressible([
    `computes with ${from.join(", ")} in ${dtype}, and Skewless in float64: cast it to float64, and fit again`,
  ]);
}
