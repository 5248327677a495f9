import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { isRecord } from "../model/record.ts";

/** What `tools/export_sklearn.py` writes: its own reading of it, so that a file of anything else is refused. */

const Node = Type.Recursive((This) =>
  Type.Object({
    class: Type.String(),
    parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** Attributes that fitting made. */
    fitted: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** Of a Pipeline. */
    steps: Type.Optional(Type.Array(Type.Tuple([Type.String(), child(This)]))),
    /** Of a ColumnTransformer (name, estimator, places of the columns) and a FeatureUnion (name, estimator). */
    transformers: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Tuple([Type.String(), child(This)]),
          Type.Tuple([Type.String(), child(This), Type.Array(Type.Integer({ minimum: 0 }))]),
        ]),
      ),
    ),
    /** Of a TransformedTargetRegressor. */
    transformer: Type.Optional(This),
    regressor: Type.Optional(This),
    /** Of a model. */
    predicts: Type.Optional(Type.Union([Type.Literal("class"), Type.Literal("number")])),
    classes: Type.Optional(Type.Unknown()),
  }),
);

/** An estimator, `passthrough` or `drop`; null passes too. */
function child<T extends Parameters<typeof Type.Union>[0][number]>(node: T) {
  return Type.Union([node, Type.String(), Type.Null()]);
}

const ExportSchema = Type.Object({
  skewless_export: Type.Literal(1),
  versions: Type.Object({ "scikit-learn": Type.String() }),
  inputs: Type.Array(
    Type.Object({
      name: Type.String(),
      dtype: Type.Union([Type.String(), Type.Null()]),
      missing: Type.Union([Type.Boolean(), Type.Null()]),
    }),
    { minItems: 1 },
  ),
  estimator: Node,
  columns_out: Type.Union([Type.Integer(), Type.Null()]),
  target: Type.Object({
    name: Type.Union([Type.String(), Type.Null()]),
    transformer: Type.Union([Node, Type.Null()]),
  }),
});

/** A fitted estimator, as it was exported. */
export type EstimatorNode = Static<typeof Node>;
/** An export of the helper script. */
export type Exported = Static<typeof ExportSchema>;
/** An estimator in another one. */
export type Child = EstimatorNode | string | null;

/**
 * Reads an export.
 *
 * @returns in words what it is instead, where it is none
 */
export function readExport(text: string): Exported | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return "is no JSON";
  }
  const format = isRecord(document) ? document["skewless_export"] : undefined;
  if (format === undefined) return "is no export of tools/export_sklearn.py";
  if (format !== 1) return `has format ${JSON.stringify(format)}, where this version of Skewless reads 1`;
  return Value.Check(ExportSchema, document) ? document : "is damaged, or was changed by hand";
}

/** A number; NaN and infinite ones are objects in JSON. Undefined of anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (!isRecord(value) || typeof value["float"] !== "string") return undefined;
  return { inf: Infinity, "-inf": -Infinity, nan: Number.NaN }[value["float"]];
}

/** The parts of a list, a tuple or an array (of an array with two dimensions: its rows). Undefined of anything else. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  const list: unknown = isRecord(value) ? value["array"] : value;
  return Array.isArray(list) ? list : undefined;
}

/** Name of the type of an array's values. Undefined of anything else. */
export function dtypeOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value["dtype"] === "string" ? value["dtype"] : undefined;
}

/** Name of a NumPy type that a parameter holds. */
export function typeNameOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value["type"] === "string" ? value["type"] : undefined;
}

/** Full name of a function that a parameter holds. */
export function functionNameOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value["function"] === "string" ? value["function"] : undefined;
}

/** The entries of a dict with texts as keys; none of None. Undefined of anything else. */
export function dictOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value === null) return new Map();
  const pairs = isRecord(value) ? listOf(value["dict"]) : undefined;
  if (pairs === undefined) return undefined;
  const entries = pairs as readonly [unknown, unknown][];
  return entries.every(([key]) => typeof key === "string")
    ? new Map(entries as readonly [string, unknown][])
    : undefined;
}

/** Names of the attributes that are arrays of floats with fewer than 64 bits. */
export function narrowAttributes({ fitted = {} }: EstimatorNode): string[] {
  return Object.keys(fitted).filter((name) => isNarrow(fitted[name]));
}

function isNarrow(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isNarrow);
  if (!isRecord(value)) return false;
  if (/^float(?:16|32)$/.test(String(value["dtype"]))) return true;
  return isNarrow(value["array"]);
}

/** A value as Python would show it, in a few words. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (isRecord(value)) {
    const [[kind, inner] = ["", ""]] = Object.entries(value);
    if (kind === "array") return pythonText(inner);
    return kind === "dict" ? dictText(inner) : kind === "class" ? shortName(String(inner)) : String(inner);
  }
  if (!Array.isArray(value)) return String(value);
  const shown = value.slice(0, 5).map(pythonText);
  return `[${[...shown, ...(value.length > 5 ? ["…"] : [])].join(", ")}]`;
}

function dictText(pairs: unknown): string {
  const entries = (listOf(pairs) ?? []) as readonly [unknown, unknown][];
  return `{${entries.map(([key, part]) => `${pythonText(key)}: ${pythonText(part)}`).join(", ")}}`;
}

/** A class without its module. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
