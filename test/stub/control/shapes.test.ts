import { describe, expect, test } from "vitest";
import { SHAPES } from "../../../src/stub/control/shape-table.ts";
import {
  anyObject,
  boolean,
  check,
  float,
  integer,
  list,
  map,
  oneOf,
  SerializationFault,
  structure,
  text,
  timestamp,
  type Shape,
} from "../../../src/stub/control/shapes.ts";

const member = (shape: Shape) => structure({ Member: shape });
const faultOf = (shape: Shape, value: unknown): string | undefined =>
  check(member(shape), { Member: value }).fault;
const constraint = (value: string, said: string): string =>
  `1 validation error detected: Value ${value} at 'member' failed to satisfy constraint: Member must ${said}`;

describe("a constraint is broken, in AWS's words", () => {
  test.each<[string, Shape, unknown, string, string]>([
    ["a text that is too long", text(3), "abcd", "'abcd'", "have length less than or equal to 3"],
    ["a text that is too short", text(3, undefined, 1), "", "''", "have length greater than or equal to 1"],
    ["a text of another form", text(9, "a+"), "ab", "'ab'", "satisfy regular expression pattern: ^a+"],
    ["no member of an enumeration", oneOf("A", "B"), "C", "'C'", "satisfy enum value set: [A, B]"],
    ["a number too small", integer(1), 0, "'0'", "have value greater than or equal to 1"],
    ["a number too large", float(0, 1), 1.5, "'1.5'", "have value less than or equal to 1"],
    ["a list too short", list(boolean, 1, 2), [], "'[]'", "have length greater than or equal to 1"],
    [
      "a list too long",
      list(boolean, 0, 1),
      [true, true],
      "'[true,true]'",
      "have length less than or equal to 1",
    ],
    [
      "a map too large",
      map(text(1), text(1), 0),
      { a: "b" },
      `'{"a":"b"}'`,
      "have length less than or equal to 0",
    ],
  ])("%s", (_, shape, value, shown, said) => {
    expect(faultOf(shape, value)).toBe(constraint(shown, said));
  });

  test("what is required and absent, or null, is named", () => {
    const shape = structure({ "*Needed": text(1), Other: text(1) });
    const said =
      "1 validation error detected: Value null at 'needed' failed to satisfy constraint: Member must not be null";
    expect(check(shape, {}).fault).toBe(said);
    expect(check(shape, { Needed: null }).fault).toBe(said);
  });

  test("every fault is named, with its path", () => {
    const shape = structure({ Variants: list(structure({ "*Name": text(3), Count: integer(1) }), 1, 2) });
    expect(check(shape, { Variants: [{ Name: "ab" }, { Name: "abcd", Count: 0 }] }).fault).toBe(
      "2 validation errors detected: Value 'abcd' at 'variants.2.member.name' failed to satisfy constraint: Member " +
        "must have length less than or equal to 3; Value '0' at 'variants.2.member.count' failed to satisfy " +
        "constraint: Member must have value greater than or equal to 1",
    );
  });

  test("a long value is shown in part", () => {
    const said = faultOf(text(300), "x".repeat(100_000))!;
    expect(said).toContain(`'${"x".repeat(256)}…'`);
    expect(said.length).toBeLessThan(500);
  });
});

describe("exactly at the limit passes", () => {
  test.each<[Shape, unknown]>([
    [text(3), "abc"],
    [text(3, "[a-c]+", 1), "a"],
    [integer(1, 5), 1],
    [integer(1, 5), 5],
    [float(0.25), 0.25],
    [list(boolean, 1, 2), [true, false]],
    [timestamp, 1_529_870_369.986],
  ])("%o %o", (shape, value) => {
    expect(check(member(shape), { Member: value })).toEqual({ value: { Member: value }, fault: undefined });
  });
});

test("members that the operation does not know are dropped, and null is as good as absent", () => {
  const shape = structure({ Known: structure({ Inner: text(1) }), Other: text(1) });
  expect(check(shape, { Known: { Inner: "a", Else: 1 }, Other: null, Strange: [] }).value).toEqual({
    Known: { Inner: "a" },
  });
});

test("a number with a fraction is cut where a whole one is wanted", () => {
  expect(check(member(integer(0)), { Member: 2.9 }).value).toEqual({ Member: 2 });
});

describe("another type is a serialization fault", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(100)}1${"}".repeat(100)}`) as unknown;
  test.each<[Shape, unknown, string]>([
    [text(9), 1, "NUMBER_VALUE can not be converted to a String"],
    [text(9), true, "TRUE_VALUE can not be converted to a String"],
    [text(9), { a: 1 }, "Start of structure or map found where not expected."],
    [oneOf("A"), [], "Start of list found where not expected."],
    [integer(1), "1", "STRING_VALUE can not be converted to an Integer"],
    [float(1), false, "FALSE_VALUE can not be converted to a Float"],
    [boolean, "true", "STRING_VALUE can not be converted to a Boolean"],
    [timestamp, "2026-01-01", "STRING_VALUE can not be converted to a Timestamp"],
    [list(boolean, 0, 1), {}, "Start of structure or map found where not expected."],
    [map(text(1), text(1), 1), [], "Start of list found where not expected."],
    [structure({}), "x", "Expected a structure or map."],
    [anyObject, deep, "The request is nested too deeply."],
  ])("%o %o", (shape, value, said) => {
    expect(() => faultOf(shape, value)).toThrow(new SerializationFault(said));
  });

  test.each([[[]], ["x"], [1], [null]])("a request that is %o", (request) => {
    expect(() => check(structure({}), request)).toThrow(SerializationFault);
  });
});

test("a member named __proto__ is a member like any other", () => {
  const environment = map(text(20, "[a-z_]+"), text(20), 5);
  const { value } = check(member(environment), JSON.parse('{"Member":{"__proto__":"x"}}'));
  expect(Object.entries(value["Member"] as object)).toEqual([["__proto__", "x"]]);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("no pattern takes long over any text that its length lets through", () => {
  const started = performance.now();
  for (const name of ["-", "a-", "a", "ml.", "s3://", "arn:aws:"]) {
    for (const operation of Object.values(SHAPES)) {
      const value = name.repeat(5000);
      for (const length of [63, 256, 1024, 2048]) {
        const given = value.slice(0, length);
        const names = operation.kind === "structure" ? operation.members : [];
        const request = Object.fromEntries(
          names.flatMap(([key, shape]) => (shape.kind === "string" ? [[key, given]] : [])),
        );
        check(operation, request);
      }
    }
  }
  expect(performance.now() - started).toBeLessThan(3000);
});

test("a name of 63 characters passes and one of 64 fails, and hyphens stand inside", () => {
  const name = (EndpointName: string) => check(SHAPES.DescribeEndpoint, { EndpointName }).fault;
  expect(name("a".repeat(63))).toBeUndefined();
  expect(name("a".repeat(64))).toContain("Member must have length less than or equal to 63");
  expect(name("a--b")).toBeUndefined();
  expect(name("a-")).toContain("^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");
  expect(name("")).toContain("regular expression pattern");
});
