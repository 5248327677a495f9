import { readFileSync } from "node:fs";
import { assert as assertAll, nat, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseUbjson, UbjsonError } from "../../../src/stub/containers/ubjson.ts";

/** Bytes of texts and numbers of one byte. */
const bytesOf = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.of(part))),
  );

describe("a value is read:", () => {
  test.each<[string, Buffer, unknown]>([
    ["null", bytesOf("Z"), null],
    ["true and false", bytesOf("[TF]"), [true, false]],
    ["a signed byte", bytesOf("i", 0xff), -1],
    ["an unsigned byte", bytesOf("U", 0xff), 255],
    ["16 bits", bytesOf("I", 0xff, 0xfe), -2],
    ["32 bits", bytesOf("l", 0, 1, 0, 0), 65_536],
    ["64 bits", bytesOf("L", 0, 0, 0, 1, 0, 0, 0, 0), 2 ** 32],
    ["a float32", bytesOf("d", 0x3f, 0x80, 0, 0), 1],
    ["a float32 that is no number", bytesOf("d", 0x7f, 0xc0, 0, 0), Number.NaN],
    ["a float64", bytesOf("D", 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
    ["a character", bytesOf("Cx"), "x"],
    ["a text in UTF-8", bytesOf("Si", 2, 0xc3, 0xa9), "é"],
    ["an empty object", bytesOf("{}"), {}],
    ["an object", bytesOf("{i", 1, "ai", 7, "U", 1, "bSi", 0, "}"), { a: 7, b: "" }],
    ["a list with a count, which has no end", bytesOf("[#i", 2, "TF"), [true, false]],
    ["a list of bytes", bytesOf("[$U#i", 3, 1, 2, 255), [1, 2, 255]],
    ["a list of float32", bytesOf("[$d#L", 0, 0, 0, 0, 0, 0, 0, 1, 0x40, 0, 0, 0), [2]],
    ["nothing between values", bytesOf("N[NTN]"), [true]],
  ])("%s", (_, bytes, value) => {
    expect(parseUbjson(bytes)).toEqual(value);
  });

  test("a name that every object has is a name like any other", () => {
    const value = parseUbjson(bytesOf("{i", 9, "__proto__", "i", 1, "}"));
    expect(Object.entries(value as object)).toEqual([["__proto__", 1]]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe("what is no value is refused:", () => {
  test.each<[string, Buffer, string]>([
    ["nothing", bytesOf(), "The file ends 1 bytes too early, at byte 0."],
    ["another letter", bytesOf("x"), 'A value cannot begin with "x"'],
    ["the end of a list that began nowhere", bytesOf("]"), 'A value cannot begin with "]"'],
    ["a number cut short", bytesOf("l", 0, 0), "The file ends 2 bytes too early"],
    ["a text cut short", bytesOf("Si", 5, "ab"), "The file ends 3 bytes too early"],
    ["an object without an end", bytesOf("{i", 1, "aZ"), "The file ends 1 bytes too early"],
    ["a length below zero", bytesOf("Si", 0xff), "A length must not be -1"],
    [
      "a length that is a fraction",
      bytesOf("Sd", 0, 0, 0, 0),
      'A length must be a whole number, not of type "d"',
    ],
    ["a list with a type and no count", bytesOf("[$U]"), "A list with a type must have a count"],
    ["a list of objects by type", bytesOf("[${#i", 1), 'A list of type "{" is not supported'],
    [
      "a list of what takes no byte",
      bytesOf("[$Z#l", 0x7f, 0xff, 0xff, 0xff),
      'A list of type "Z" is not supported',
    ],
    ["something after the value", bytesOf("ZZ"), "Something follows the value, at byte 1."],
    ["lists without end", Buffer.alloc(10_000, "["), "More than 64 lists and objects in each other"],
  ])("%s", (_, bytes, message) => {
    expect(() => parseUbjson(bytes)).toThrow(message);
  });

  test.each(["[$d#L", "[#L", "SL"])("more than the file holds, without the memory for it: %s", (start) => {
    const before = process.memoryUsage().rss;
    expect(() => parseUbjson(bytesOf(start, 0, 0, 0x7f, 0, 0, 0, 0, 0))).toThrow("too early");
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  test("whatever the bytes are, no other error comes of them, and no cut of a real file passes", () => {
    const real = readFileSync(new URL("fixtures/3.4.1/binary-logistic.ubj", import.meta.url));
    expect(parseUbjson(real)).toHaveProperty("learner.objective.name", "binary:logistic");
    const only = (bytes: Buffer): void => {
      try {
        parseUbjson(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(UbjsonError);
      }
    };
    assertAll(
      property(uint8Array({ maxLength: 40 }), (bytes) => only(Buffer.from(bytes))),
      { numRuns: 2000 },
    );
    assertAll(
      property(nat(real.length - 1), nat(255), (at, byte) => {
        const changed = Buffer.from(real);
        changed[at] = byte;
        only(changed);
        expect(() => parseUbjson(real.subarray(0, at))).toThrow(UbjsonError);
      }),
      { numRuns: 1000 },
    );
  });
});
