import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Input, boundsOf, compileInput, exampleOf, isMissing } from "../../src/model/inputs.ts";
import type { InputSpec } from "../../src/model/schema.ts";
import type { Value } from "../../src/model/step.ts";
import { FLOAT32_MAX, inputSpec } from "./fixtures.ts";

const input = (spec: InputSpec): Input => compileInput(spec)!;

/** What reading gives: a value, or why there is none. */
function read(spec: InputSpec, value: unknown): Value {
  const compiled = input(spec);
  return compiled.read(value) ?? compiled.explain(value);
}

describe("a number", () => {
  const temp: InputSpec = { name: "temp", type: "number", unit: "°C", minimum: -40, maximum: 60 };
  const plain: InputSpec = { name: "x", type: "number" };

  test("is read as it is, at both bounds as well", () => {
    for (const value of [-40, -39.999, -0, 0, 1e-300, 16.4, 60]) expect(read(temp, value)).toBe(value);
  });

  test("is refused just outside its bounds", () => {
    expect(read(temp, -40.000001)).toBe("must be at least -40 °C, not -40.000001");
    expect(read(temp, 60.000001)).toBe("must be at most 60 °C, not 60.000001");
    expect(read({ ...plain, maximum: 1 }, 2)).toBe("must be at most 1, not 2");
    expect(read({ ...plain, minimum: 1 }, 0)).toBe("must be at least 1, not 0");
  });

  test("may be the largest float32 or the smallest double, but not beyond: XGBoost refuses the whole call", () => {
    for (const value of [FLOAT32_MAX, -FLOAT32_MAX, Number.MIN_VALUE]) {
      expect(read(plain, value)).toBe(value);
    }
    expect(read(plain, 3.5e38)).toBe("must be at most 3.4028234663852886e+38, not 3.5e+38");
    expect(read(plain, -3.5e38)).toBe("must be at least -3.4028234663852886e+38, not -3.5e+38");
    for (const value of [Infinity, -Infinity, Number.NaN, JSON.parse("1e999"), JSON.parse("-1e999")]) {
      expect(read(plain, value)).toBe("must be a finite number");
      expect(read(temp, value)).toBe("must be a finite number");
    }
  });

  test.each([
    [null, "must be a number, not null: this input may not be missing"],
    [undefined, "must be a number, not nothing"],
    [true, "must be a number, not true"],
    [[], "must be a number, not an array"],
    [[1], "must be a number, not an array"],
    [{}, "must be a number, not an object"],
    ["", 'must be a number, not ""'],
    ["4", "must be a number, not a string: send 4 without quotes"],
    ["-0.5e-3", "must be a number, not a string: send -0.5e-3 without quotes"],
    [" 4", 'must be a number, not " 4"'],
    ["NaN", 'must be a number, not "NaN"'],
    ["Infinity", 'must be a number, not "Infinity"'],
    ["0x10", 'must be a number, not "0x10"'],
    ["1_000", 'must be a number, not "1_000"'],
    // These would not be JSON without their quotes.
    ["007", 'must be a number, not "007"'],
    ["+5", 'must be a number, not "+5"'],
    [".5", 'must be a number, not ".5"'],
    ["5.", 'must be a number, not "5."'],
    ["1e", 'must be a number, not "1e"'],
  ])("is never made of %j", (value, reason) => {
    expect(read(plain, value)).toBe(reason);
  });

  test("in quotes is shown whole up to 30 characters, and cut as any long text beyond 60", () => {
    const digits = "1".repeat(30);
    expect(read(plain, digits)).toBe(`must be a number, not a string: send ${digits} without quotes`);
    expect(read(plain, `${digits}1`)).toBe(`must be a number, not "${digits}1"`);
    expect(read(plain, "x".repeat(60))).toBe(`must be a number, not "${"x".repeat(60)}"`);
    expect(read(plain, "x".repeat(61))).toBe(`must be a number, not "${"x".repeat(57)}…"`);
  });

  test("is one of its categories, where it has any", () => {
    const half: InputSpec = { name: "h", type: "number", categories: [0, 0.5, 1] };
    expect([0, -0, 0.5, 1].map((value) => read(half, value))).toEqual([0, -0, 0.5, 1]);
    expect(read(half, 0.25)).toBe("must be one of 0, 0.5, 1, not 0.25");
    expect(read(half, "0.5")).toBe("must be a number, not a string: send 0.5 without quotes");
  });
});

describe("a whole number", () => {
  const whole: InputSpec = { name: "n", type: "integer" };

  test("is read as it is, and a fraction is refused", () => {
    expect([0, 1, -7, JSON.parse("4.0")].map((value) => read(whole, value))).toEqual([0, 1, -7, 4]);
    expect(read(whole, 4.5)).toBe("must be a whole number, not 4.5");
    expect(read(whole, null)).toBe("must be a whole number, not null: this input may not be missing");
    expect(read(whole, "4")).toBe("must be a whole number, not a string: send 4 without quotes");
    expect(read(whole, Infinity)).toBe("must be a finite number");
  });

  test("goes as far as a double counts without gaps, and one more is refused", () => {
    expect(read(whole, 9007199254740991)).toBe(9007199254740991);
    expect(read(whole, -9007199254740991)).toBe(-9007199254740991);
    expect(read(whole, JSON.parse("9007199254740993"))).toBe(
      "must be at most 9007199254740991, not 9007199254740992",
    );
    expect(read(whole, -9007199254740992)).toBe("must be at least -9007199254740991, not -9007199254740992");
  });

  test("has whole bounds, within those that the model file gives", () => {
    expect(boundsOf({ ...whole, minimum: 0.5, maximum: 9.5 })).toEqual({ minimum: 1, maximum: 9 });
    expect(boundsOf({ ...whole, minimum: -1e300, maximum: 1e300 })).toEqual({
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    });
    expect(read({ ...whole, minimum: 0.5, unit: "rows" }, 0)).toBe("must be at least 1 rows, not 0");
  });

  test("is one of its categories, where it has any", () => {
    const season: InputSpec = { name: "s", type: "integer", categories: [1, 2] };
    expect([1, 2].map((value) => read(season, value))).toEqual([1, 2]);
    expect(read(season, 3)).toBe("must be one of 1, 2, not 3");
    expect(read(season, 1.5)).toBe("must be one of 1, 2, not 1.5");
    expect(read(season, null)).toBe("must be a whole number, not null: this input may not be missing");
  });
});

describe("a date-time", () => {
  const naive: InputSpec = { name: "at", type: "datetime" };
  const berlin: InputSpec = { name: "at", type: "datetime", time_zone: "Europe/Berlin" };

  test("may have a fraction of a second, of which the milliseconds count", () => {
    const at = input({ name: "at", type: "datetime" });
    expect(at.read("1970-01-01 00:00:01.2345")).toBe(1234);
  });

  test("without an offset is kept as it is written, with a time zone or without", () => {
    for (const spec of [naive, berlin]) {
      expect(read(spec, "2012-03-25 02:30:00")).toBe(Date.UTC(2012, 2, 25, 2, 30));
    }
  });

  test("with an offset is refused where the model knows no time zone", () => {
    expect(read(naive, "2012-12-19T17:00:00Z")).toBe(
      '"2012-12-19T17:00:00Z" has a UTC offset, but the model knows no time zone: send the local time without it',
    );
  });

  test("with an offset is moved to the clock of the model's time zone", () => {
    expect(read(berlin, "2012-12-19T17:00:00Z")).toBe(Date.UTC(2012, 11, 19, 18));
    expect(read(berlin, "2012-07-19T17:00:00Z")).toBe(Date.UTC(2012, 6, 19, 19));
    expect(read(berlin, "2012-12-19T17:00:00-05:00")).toBe(Date.UTC(2012, 11, 19, 23));
    expect(read(berlin, "2012-12-31T23:30:00Z")).toBe(Date.UTC(2013, 0, 1, 0, 30));
  });

  test("is refused with its reason, and shown", () => {
    expect(read(naive, "2012-02-30")).toBe('"2012-02-30" is not in the calendar: February 2012 has 29 days');
    expect(read(naive, "yesterday")).toBe(
      '"yesterday" must be a date-time like 2012-12-19 17:00:00 or 2012-12-19T17:00:00',
    );
    expect(read(naive, "9".repeat(100))).toBe(
      `"${"9".repeat(57)}…" must be a date-time like 2012-12-19 17:00:00 or 2012-12-19T17:00:00`,
    );
  });

  test.each([
    [1355936400000, "1355936400000"],
    [undefined, "nothing"],
    [true, "true"],
    [[], "an array"],
    [{}, "an object"],
  ])("is never made of %j", (value, shown) => {
    expect(read(naive, value)).toBe(
      `must be a date-time like 2012-12-19 17:00:00 or 2012-12-19T17:00:00, as a string, not ${shown}`,
    );
  });

  test("that is null says that it may not be missing", () => {
    expect(read(naive, null)).toBe("must be a date-time, not null: this input may not be missing");
  });

  test("does not compile where its time zone does not exist", () => {
    expect(compileInput({ ...naive, time_zone: "Mars/Olympus" })).toBeUndefined();
  });
});

describe("a text", () => {
  const plain: InputSpec = { name: "s", type: "string" };
  const weather: InputSpec = { name: "s", type: "string", categories: ["clear", "rain"] };

  test("is read as it is, whatever it holds", () => {
    for (const text of [" ", "a", "4", "null", "é\n\u0000"]) expect(input(plain).read(text)).toBe(text);
  });

  test.each([
    [4, "must be a text, not 4"],
    [true, "must be a text, not true"],
    [["a"], "must be a text, not an array"],
    [null, "must be a text, not null: this input may not be missing"],
  ])("is never made of %j", (value, reason) => {
    for (const spec of [plain, weather]) {
      expect(input(spec).read(value)).toBeUndefined();
      expect(read(spec, value)).toBe(reason);
    }
  });

  test("is one of its categories, where it has any", () => {
    expect(read(weather, "rain")).toBe("rain");
    expect(read(weather, "Rain")).toBe('must be one of clear, rain, not "Rain"; did you mean "rain"?');
    expect(read(weather, "")).toBe("is empty");
  });

  test("is never empty: a CSV file would have it for a missing value", () => {
    for (const spec of [plain, weather]) {
      expect(input(spec).read("")).toBeUndefined();
      expect(read(spec, "")).toBe("is empty");
      expect(read({ ...spec, missing: true }, "")).toBe("is empty: send null where the value is missing");
    }
  });
});

describe("a boolean", () => {
  const flag: InputSpec = { name: "b", type: "boolean" };

  test("is 1 or 0", () => {
    expect([read(flag, true), read(flag, false)]).toEqual([1, 0]);
  });

  test.each([
    [1, "must be true or false, not 1"],
    [0, "must be true or false, not 0"],
    ["true", 'must be true or false, not "true"'],
    [null, "must be true or false, not null: this input may not be missing"],
  ])("is never made of %j", (value, reason) => {
    expect(read(flag, value)).toBe(reason);
  });
});

describe("a value that may be missing", () => {
  const inputs: InputSpec[] = [
    { name: "x", type: "number", minimum: 1 },
    { name: "x", type: "integer", categories: [1, 2] },
    { name: "x", type: "datetime" },
    { name: "x", type: "boolean" },
    { name: "x", type: "string", categories: ["a"] },
  ];

  test("is NaN, or null of a text, where a client sends null or a cell is empty", () => {
    for (const spec of inputs) {
      const { read: reader, fromCell } = input({ ...spec, missing: true });
      const missing = spec.type === "string" ? null : Number.NaN;
      expect([spec, reader(null), reader(fromCell(""))]).toEqual([spec, missing, missing]);
      expect(isMissing(reader(null)!)).toBe(true);
    }
  });

  test("is refused where the input does not say so", () => {
    for (const spec of [...inputs, ...inputs.map((one) => ({ ...one, missing: false }))]) {
      const { read: reader, fromCell, explain } = input(spec);
      expect([spec, reader(null), reader(fromCell(""))]).toEqual([spec, undefined, undefined]);
      expect(explain(null)).toMatch(/^must be .*, not null: this input may not be missing$/);
    }
  });

  test("is not one that is left out, nor NaN, and changes nothing of the others", () => {
    for (const spec of inputs) {
      const plain = input(spec);
      const { read: reader, fromCell, explain } = input({ ...spec, missing: true });
      for (const value of [undefined, Number.NaN, "NaN", "null", "NA", {}, exampleOf(spec)]) {
        expect(reader(value)).toBe(plain.read(value));
        if (plain.read(value) === undefined) expect(explain(value)).toBe(plain.explain(value));
      }
      for (const cell of ["1", "a", "true", "2012-12-19", "NaN"]) {
        expect(fromCell(cell)).toBe(plain.fromCell(cell));
      }
    }
  });

  test("is told from one that is there", () => {
    for (const value of [0, -0, "", "a", Infinity]) expect(isMissing(value)).toBe(false);
  });
});

describe("a cell of a CSV file", () => {
  test.each(["true", "True", "TRUE", "t", "yes", "Y", "1", "1.0"])("%j is true", (cell) => {
    expect(input({ name: "b", type: "boolean" }).fromCell(cell)).toBe(true);
  });

  test.each(["false", "False", "FALSE", "f", "no", "N", "0", "0.0"])("%j is false", (cell) => {
    expect(input({ name: "b", type: "boolean" }).fromCell(cell)).toBe(false);
  });

  test.each(["2", "on", "truee", " true", "null", ""])(
    "%j stays a text, which no boolean is made of",
    (cell) => {
      const { read: reader, fromCell } = input({ name: "b", type: "boolean" });
      expect(fromCell(cell)).toBe(cell);
      expect(reader(cell)).toBeUndefined();
    },
  );

  test("of a text is that text, but for an empty one, which is missing", () => {
    const { fromCell } = input({ name: "s", type: "string" });
    expect(["a", " ", "4", "NaN", ""].map((cell) => fromCell(cell))).toEqual(["a", " ", "4", "NaN", null]);
  });

  test.each([
    ["4", 4],
    ["-4", -4],
    ["+4", 4],
    ["16.40", 16.4],
    ["5.", 5],
    [".5", 0.5],
    ["1e3", 1000],
    ["1.5E-7", 1.5e-7],
    ["007", 7],
  ])("%j is the number %d", (cell, number) => {
    expect(input({ name: "x", type: "number" }).fromCell(cell)).toBe(number);
  });

  test.each(["", " 4", "4 ", "NaN", "nan", "Infinity", "0x10", "1,5", ".", "e5", "1e", "--1", "four"])(
    "%j stays a text, which no number is made of",
    (cell) => {
      const x = input({ name: "x", type: "number" });
      expect(x.fromCell(cell)).toBe(cell);
      expect(x.read(x.fromCell(cell))).toBeUndefined();
    },
  );

  test("too large for a double is infinite, and refused", () => {
    const x = input({ name: "x", type: "number" });
    expect(x.read(x.fromCell("1e999"))).toBeUndefined();
  });

  test("of a date-time stays as it is", () => {
    expect(input({ name: "at", type: "datetime" }).fromCell("2012")).toBe("2012");
  });

  test("gives back every number that was printed", () => {
    const x = input({ name: "x", type: "number" });
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -FLOAT32_MAX, max: FLOAT32_MAX }), (value) => {
        expect(x.read(x.fromCell(String(value)))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  test("of a million digits and a stray letter is refused without looking at it a million times", () => {
    const x = input({ name: "x", type: "number" });
    const cell = `${"1".repeat(1_000_000)}x`;
    expect(x.fromCell(cell)).toBe(cell);
    expect(x.explain(cell)).toBe(`must be a number, not "${"1".repeat(57)}…"`);
  });
});

const number = (spec: object) => exampleOf({ name: "x", type: "number", ...spec });

describe("the example of an input", () => {
  test("is its own, else its first category, else the value nearest to 0", () => {
    expect(number({ example: 7, categories: [1, 7] })).toBe(7);
    expect(number({ categories: [3, 1] })).toBe(3);
    expect(number({})).toBe(0);
    expect(number({ minimum: 5 })).toBe(5);
    expect(number({ maximum: -5 })).toBe(-5);
    expect(number({ minimum: -9, maximum: 9 })).toBe(0);
    expect(exampleOf({ name: "n", type: "integer", minimum: 0.5 })).toBe(1);
    expect(exampleOf({ name: "n", type: "integer", maximum: -0.5 })).toBe(-1);
    expect(exampleOf({ name: "b", type: "boolean" })).toBe(true);
    expect(exampleOf({ name: "b", type: "boolean", example: false })).toBe(false);
    expect(exampleOf({ name: "s", type: "string" })).toBe("text");
    expect(exampleOf({ name: "s", type: "string", categories: ["a", "b"] })).toBe("a");
    expect(exampleOf({ name: "at", type: "datetime" })).toBe("2012-12-19 17:00:00");
    expect(exampleOf({ name: "at", type: "datetime", example: "2020-01-01" })).toBe("2020-01-01");
  });

  test("can always be read by the input itself", () => {
    fc.assert(
      fc.property(inputSpec("x"), (spec) => {
        expect(input(spec).read(exampleOf(spec))).toBeTypeOf(spec.type === "string" ? "string" : "number");
      }),
      { numRuns: 1000 },
    );
  });
});

test("reading and explaining agree, whatever the value", () => {
  fc.assert(
    fc.property(inputSpec("x"), fc.anything({ withBigInt: true, withDate: true }), (spec, value) => {
      const { read: readValue, explain } = input(spec);
      const result = readValue(value);
      if (result === undefined)
        expect(explain(value)).toMatch(/must be|has |is empty|is not in the calendar/);
      else if (isMissing(result)) expect([spec.missing, value]).toEqual([true, null]);
      else if (spec.type === "string") expect(result).toBe(value);
      else expect(Number.isFinite(result)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("a compiled input cannot be changed", () => {
  for (const type of ["boolean", "datetime", "integer", "number", "string"] as const) {
    expect(Object.isFrozen(input({ name: "x", type }))).toBe(true);
    expect(Object.isFrozen(input({ name: "x", type, missing: true }))).toBe(true);
  }
});
