/**
 * The shapes of requests: what a member may be, and what AWS says where it is something else. A value of another type
 * is a SerializationException, one that breaks a constraint is a ValidationException that names every such member.
 */

/** What a value may be. */
export type Shape =
  | {
      readonly kind: "string";
      readonly min: number;
      readonly max: number;
      readonly pattern: string | undefined;
      /** The pattern for the whole of it, as Java's `matches` has it. */
      readonly whole: RegExp | undefined;
    }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "integer" | "float"; readonly min: number; readonly max: number }
  | { readonly kind: "boolean" | "timestamp" | "object" }
  | { readonly kind: "list"; readonly of: Shape; readonly min: number; readonly max: number }
  | { readonly kind: "map"; readonly key: Shape; readonly value: Shape; readonly max: number }
  | {
      readonly kind: "structure";
      readonly members: readonly (readonly [name: string, shape: Shape, isRequired: boolean])[];
    };

export const text = (max: number, pattern?: string, min = 0): Shape => ({
  kind: "string",
  min,
  max,
  pattern,
  whole: pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, "u"),
});
export const oneOf = (...values: readonly string[]): Shape => ({ kind: "enum", values });
export const integer = (min: number, max = Infinity): Shape => ({ kind: "integer", min, max });
export const float = (min: number, max = Infinity): Shape => ({ kind: "float", min, max });
export const boolean: Shape = { kind: "boolean" };
/** Seconds since 1970; a fraction is allowed. */
export const timestamp: Shape = { kind: "timestamp" };
/** A structure that is kept as it is given. */
export const anyObject: Shape = { kind: "object" };
export const list = (of: Shape, min: number, max: number): Shape => ({ kind: "list", of, min, max });
export const map = (key: Shape, value: Shape, max: number): Shape => ({ kind: "map", key, value, max });
/** Members by name; a name with an asterisk before it is required. All others are dropped, as AWS does. */
export const structure = (members: Readonly<Record<string, Shape>>): Shape => ({
  kind: "structure",
  members: Object.entries(members).map(([name, shape]) => [
    name.replace(/^\*/, ""),
    shape,
    name.startsWith("*"),
  ]),
});

/** A value of a type that its member cannot be of. */
export class SerializationFault extends Error {
  override readonly name = "SerializationFault";
}

/** How deep what is kept as it is may be nested: deeper than all that SageMaker has. */
const MAX_DEPTH = 20;
/** How much of a value a message shows. */
const SHOWN_CHARACTERS = 256;

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function tokenOf(value: unknown): string {
  switch (typeof value) {
    case "number":
      return "NUMBER_VALUE";
    case "boolean":
      return value ? "TRUE_VALUE" : "FALSE_VALUE";
    default:
      return "STRING_VALUE";
  }
}

const wrongType = (value: unknown, wanted: string): SerializationFault =>
  new SerializationFault(
    typeof value === "object"
      ? `${Array.isArray(value) ? "Start of list" : "Start of structure or map"} found where not expected.`
      : `${tokenOf(value)} can not be converted to ${wanted}`,
  );

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new SerializationFault(
    Array.isArray(value) ? "Start of list found where not expected." : "Expected a structure or map.",
  );
}

function assertShallow(value: unknown, depth = 0): void {
  if (depth > MAX_DEPTH) {
    throw new SerializationFault("The request is nested too deeply.");
  }
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) {
      assertShallow(inner, depth + 1);
    }
  }
}

function shown(value: unknown): string {
  const said = typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
  return said.length > SHOWN_CHARACTERS ? `${said.slice(0, SHOWN_CHARACTERS)}…` : said;
}

/** What is checked so far. */
interface Walk {
  readonly violations: string[];
}

function violate(walk: Walk, value: unknown, path: string, constraint: string): void {
  walk.violations.push(
    `Value ${value === null ? "null" : `'${shown(value)}'`} at '${path}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

function checkLength(
  walk: Walk,
  value: unknown,
  length: number,
  path: string,
  min: number,
  max: number,
): boolean {
  if (length < min) {
    violate(walk, value, path, `have length greater than or equal to ${min}`);
  } else if (length > max) {
    violate(walk, value, path, `have length less than or equal to ${max}`);
  }
  return length >= min && length <= max;
}

function checkNumber(
  walk: Walk,
  shape: Shape & { min: number; max: number },
  value: unknown,
  path: string,
): number {
  if (typeof value !== "number") {
    throw wrongType(value, shape.kind === "integer" ? "an Integer" : "a Float");
  }
  const number = shape.kind === "integer" ? Math.trunc(value) : value;
  if (number < shape.min) {
    violate(walk, number, path, `have value greater than or equal to ${shape.min}`);
  } else if (number > shape.max) {
    violate(walk, number, path, `have value less than or equal to ${shape.max}`);
  }
  return number;
}

function stringOf(value: unknown): string {
  if (typeof value !== "string") {
    throw wrongType(value, "a String");
  }
  return value;
}

function checked(walk: Walk, shape: Shape, value: unknown, path: string): unknown {
  switch (shape.kind) {
    case "string": {
      const string = stringOf(value);
      const { min, max, pattern, whole } = shape;
      const fits = checkLength(walk, string, string.length, path, min, max);
      // A pattern is tried on what is short enough alone, so that no text costs much.
      if (fits && whole?.test(string) === false) {
        violate(walk, string, path, `satisfy regular expression pattern: ^${pattern}`);
      }
      return string;
    }
    case "enum": {
      const string = stringOf(value);
      if (!shape.values.includes(string)) {
        violate(walk, string, path, `satisfy enum value set: [${shape.values.join(", ")}]`);
      }
      return string;
    }
    case "integer":
    case "float":
      return checkNumber(walk, shape, value, path);
    case "boolean":
      if (typeof value !== "boolean") {
        throw wrongType(value, "a Boolean");
      }
      return value;
    case "timestamp":
      if (typeof value !== "number") {
        throw wrongType(value, "a Timestamp");
      }
      return value;
    case "object":
      assertShallow(objectOf(value));
      return value;
    case "list": {
      if (!Array.isArray(value)) {
        throw wrongType(value, "a List");
      }
      checkLength(walk, value, value.length, path, shape.min, shape.max);
      return value.map((entry: unknown, index) =>
        checked(walk, shape.of, entry, `${path}.${index + 1}.member`),
      );
    }
    case "map": {
      const entries = Object.entries(objectOf(value));
      checkLength(walk, value, entries.length, path, 0, shape.max);
      return Object.fromEntries(
        entries.map(([key, entry]) => [
          checked(walk, shape.key, key, `${path}.key`) as string,
          checked(walk, shape.value, entry, `${path}.${key}.member`),
        ]),
      );
    }
    case "structure": {
      const given = objectOf(value);
      const kept: [string, unknown][] = [];
      for (const [name, member, isRequired] of shape.members) {
        const at = path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
        const inner = Object.hasOwn(given, name) ? given[name] : undefined;
        if (inner !== undefined && inner !== null) {
          kept.push([name, checked(walk, member, inner, at)]);
        } else if (isRequired) {
          violate(walk, null, at, "not be null");
        }
      }
      return Object.fromEntries(kept);
    }
  }
}

/** A value as far as a shape knows it, and what is wrong with it, in AWS's words; nothing where it is right. */
export interface Checked {
  readonly value: Readonly<Record<string, unknown>>;
  /** Undefined where there is none. */
  readonly fault: string | undefined;
}

/**
 * Checks a request against its shape.
 *
 * @throws {SerializationFault} where a value is of another type.
 */
export function check(shape: Shape, given: unknown): Checked {
  const walk: Walk = { violations: [] };
  const value = checked(walk, shape, given, "") as Checked["value"];
  const { length } = walk.violations;
  const fault =
    length === 0
      ? undefined
      : `${length} validation error${length === 1 ? "" : "s"} detected: ${walk.violations.join("; ")}`;
  return { value, fault };
}
