import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Problem } from "../../src/errors.ts";
import { refuseRepeatedNames } from "../../src/http/repeated-names.ts";

/** The pointers of what is refused; none where nothing is. */
function repeatedIn(text: string): readonly string[] {
  try {
    refuseRepeatedNames(text, JSON.parse(text));
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toBe("invalid-request");
    expect(error.errorCount).toBeGreaterThan(0);
    return error.errors!.map(({ pointer }) => pointer);
  }
}

describe("a repeated name is told by its pointer", () => {
  test.each<[text: string, ...pointers: string[]]>([
    ['{"a":1,"a":1}', "/a"],
    ['{"a":1,"b":2,"a":3,"b":4,"a":5}', "/a", "/b", "/a"],
    [' { "a" : "b" , "a" : "c" } ', "/a"],
    ['{"a":{},"a":[]}', "/a"],
    ['{"a":"a","b":"a","a":"b"}', "/a"],
    ['{"":1,"":2}', "/"],
    ['{"a/b":1,"a/b":2,"~":1,"~":2}', "/a~1b", "/~0"],
    // However it is written.
    ['{"a":1,"\\u0061":2}', "/a"],
    [String.raw`{"\"":1,"\u0022":2}`, '/"'],
    [String.raw`{"\\":1,"\\":2}`, "/\\"],
    ['{"__proto__":1,"__proto__":2}', "/__proto__"],
    // Wherever it stands.
    ['[{"a":1},{"a":1,"b":[]},{"b":["x",{}],"a":1,"a":2}]', "/2/a"],
    ['{"a":[1,[2,3],{"b":{"c":1,"c":2}}]}', "/a/2/b/c"],
    ['{"a":{"b":1},"a":{"b":1,"b":2}}', "/a", "/a/b"],
    ['{"a":[[[[{"b":1,"b":2},{}],[]]]],"a":1}', "/a"],
    ['{"a":[[[["}","]",[[{"b":1}]],{"b":1}]]]],"c":1,"a":1}', "/a"],
  ])("%s", (text, ...pointers) => {
    expect(repeatedIn(text)).toEqual(pointers);
  });
});

test.each([
  "1",
  '"a"',
  "null",
  "{}",
  "[]",
  '{"a":"a","b":["a","a"],"c":{"a":1}}',
  '[{"a":1},{"a":1}]',
  String.raw`{"a\"":"\\","a":"\"","a\\\"":"\\\""}`,
  '{"a":"{\\"b\\":1,\\"b\\":2}"}',
  // No request nests so deep; who reads it says so.
  '{"a":[[[{"b":1,"b":2}]]]}',
])("%s is left alone", (text) => {
  expect(repeatedIn(text)).toEqual([]);
});

// No backslash: V8 13.6, Node 24's, reads the name `\"` as `\` where it has read an object with both names before.
const plainName = fc.oneof(
  fc.string().filter((text) => !text.includes("\\")),
  fc.constantFrom('"', "a,", "{"),
);

const json = fc.letrec((tie) => ({
  scalar: fc.oneof(
    fc.string(),
    fc.constantFrom('"', "\\", '\\"', "{", "}", ","),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(plainName, tie("value"), { maxKeys: 4 }),
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie("scalar"), tie("list"), tie("object")),
}));

test("whatever is written without a repeated name is left alone", () => {
  fc.assert(
    fc.property(json.object, fc.constantFrom(0, 1), (value, indent) => {
      expect(repeatedIn(JSON.stringify(value, null, indent))).toEqual([]);
    }),
  );
});

test("a name that is added to any object of it a second time is found", () => {
  fc.assert(
    fc.property(json.object, fc.nat(), json.scalar, (value, place, other) => {
      const text = JSON.stringify(value);
      const parts = [...text.matchAll(/(?:"(?:[^"\\]|\\.)*")(?=:)/g)].filter(({ index }) =>
        isOutside(text, index),
      );
      fc.pre(parts.length > 0);
      const { 0: repeated, index } = parts[place % parts.length]!;
      const twice = `${text.slice(0, index)}${repeated}:${JSON.stringify(other)},${text.slice(index)}`;
      expect(repeatedIn(twice)).toHaveLength(1);
    }),
  );
});

/** Whether a place in a JSON text is outside of its strings. */
function isOutside(text: string, place: number): boolean {
  return (text.slice(0, place).replaceAll(/\\./g, "").split('"').length - 1) % 2 === 0;
}

test("of many repeated names a hundred are told, the others are counted", () => {
  const text = `{${Array.from({ length: 251 }, () => '"a":1').join(",")}}`;
  expect(() => refuseRepeatedNames(text, JSON.parse(text))).toThrow(
    expect.objectContaining({ message: "250 names are repeated in their objects.", errorCount: 250 }),
  );
  expect(repeatedIn(text)).toHaveLength(100);
});

test("a long name is cut", () => {
  const name = "n".repeat(1000);
  expect(repeatedIn(`{"${name}":1,"${name}":2}`)).toEqual([`/${"n".repeat(64)}…`]);
});

test("what a repeated name has lost may nest as deep as it likes", () => {
  const deep = `${'{"a":['.repeat(100_000)}${"]}".repeat(100_000)}`;
  expect(repeatedIn(`{"instances":${deep},"instances":[]}`)).toEqual(["/instances"]);
  expect(repeatedIn(deep)).toEqual([]);
});
