import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputSpec } from "../../src/model/schema.ts";
import { BIKE_ROW, bikeDocument, compile, compileInputs, faultsOf, problemOf } from "./fixtures.ts";

const bike = compile(bikeDocument());
const names = bike.inputs.map((input) => input.spec.name);
const named = (changes: Record<string, unknown> = {}) => ({
  ...Object.fromEntries(names.map((name, i) => [name, BIKE_ROW[i]])),
  ...changes,
});
const one = (features: unknown) => ({ instances: [{ features }] });
/** The first sample row with one value changed. */
const positional = (index: number, value: unknown) => BIKE_ROW.map((cell, i) => (i === index ? value : cell));
const without = (record: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

const NUMBERS = [Date.UTC(2012, 11, 19, 17), 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027];
const SEND = 'send {"instances": [{"features": […]}]}';

describe("a body that fits", () => {
  test("gives one row an instance, in order, whether positional or named", () => {
    const body = { instances: [{ features: BIKE_ROW }, { features: named({ temp: 0 }) }] };
    expect(bike.readInstances(body)).toEqual([NUMBERS, positional(5, 0).with(0, NUMBERS[0])]);
  });

  test("may name its values in any order", () => {
    const reversed = Object.fromEntries(Object.entries(named()).toReversed());
    expect(bike.readInstances(one(reversed))).toEqual([NUMBERS]);
  });

  test("holds 10,000 instances, and with one more is refused", () => {
    const instances = Array.from({ length: 10_000 }, () => ({ features: BIKE_ROW }));
    expect(bike.readInstances({ instances })).toHaveLength(10_000);
    instances.push({ features: BIKE_ROW });
    expect(faultsOf(bike, { instances })).toEqual([
      "/instances: has 10001 instances; at most 10000 fit in one request",
    ]);
  });

  test("holds as many instances as the limit says, and one more is refused", () => {
    const two = compileInputs([{ name: "x", type: "number" }], { maxInstances: 2, maxErrors: 5 });
    const instances = [{ features: [1] }, { features: [2] }];
    expect(two.readInstances({ instances })).toEqual([[1], [2]]);
    expect(faultsOf(two, { instances: [...instances, { features: [3] }] })).toEqual([
      "/instances: has 3 instances; at most 2 fit in one request",
    ]);
  });
});

describe("a body of the wrong shape", () => {
  test.each([
    [null, "null"],
    [undefined, "nothing"],
    [[], "an array"],
    ["text", '"text"'],
    [4, "4"],
    [true, "true"],
  ])("%j is told what to send", (body, shown) => {
    expect(faultsOf(bike, body)).toEqual([`: must be an object, not ${shown}: ${SEND}`]);
  });

  test("without instances says so", () => {
    expect(faultsOf(bike, {})).toEqual([`/instances: is missing: ${SEND}`]);
  });

  test.each([
    [null, "null"],
    [{}, "an object"],
    ["x", '"x"'],
  ])("whose instances are %j says so", (instances, shown) => {
    expect(faultsOf(bike, { instances })).toEqual([`/instances: must be an array, not ${shown}: ${SEND}`]);
  });

  test("with no instance in it says so", () => {
    expect(faultsOf(bike, { instances: [] })).toEqual(["/instances: is empty: send at least one instance"]);
  });

  test("names what it does not know, after what is wrong with the instances", () => {
    expect(faultsOf(bike, { instance: [], model: 1 })).toEqual([
      `/instances: is missing: ${SEND}`,
      '/instance: is not known here; did you mean "instances"?',
      "/model: is not known here (known: instances)",
    ]);
    expect(faultsOf(bike, { ...one(BIKE_ROW), extra: 1 })).toEqual([
      "/extra: is not known here (known: instances)",
    ]);
  });
});

describe("an instance of the wrong shape", () => {
  test.each([
    [null, "null"],
    [BIKE_ROW, "an array"],
    ["x", '"x"'],
    [4, "4"],
  ])("%j is told what it must be", (instance, shown) => {
    expect(faultsOf(bike, { instances: [{ features: BIKE_ROW }, instance] })).toEqual([
      `/instances/1: must be an object {"features": […]}, not ${shown}`,
    ]);
  });

  test("without features says so", () => {
    expect(faultsOf(bike, { instances: [{}] })).toEqual([
      "/instances/0/features: is missing: send an array of 9 values, or an object of named values",
    ]);
  });

  test.each([
    [null, "null"],
    ["x", '"x"'],
    [4, "4"],
  ])("whose features are %j says so", (features, shown) => {
    expect(faultsOf(bike, one(features))).toEqual([
      `/instances/0/features: must not be ${shown}: send an array of 9 values, or an object of named values`,
    ]);
  });

  test("with inputs beside features says where they belong", () => {
    expect(faultsOf(bike, { instances: [{ features: BIKE_ROW, temp: 1, feature: 2, other: 3 }] })).toEqual([
      '/instances/0/temp: is an input: put it inside "features"',
      '/instances/0/feature: is not known here; did you mean "features"?',
      "/instances/0/other: is not known here (known: features)",
    ]);
  });
});

describe("a positional row", () => {
  const order = names.join(", ");

  test.each([
    [BIKE_ROW.slice(0, 8), "8 values"],
    [BIKE_ROW.slice(0, 1), "1 value"],
    [[], "0 values"],
    [[...BIKE_ROW, 1], "10 values"],
  ])("of another length is told the order of the inputs", (features, count) => {
    expect(faultsOf(bike, one(features))).toEqual([
      `/instances/0/features: has ${count}; the model takes 9: ${order}`,
    ]);
  });

  test("names each value that is wrong, by place and by name", () => {
    const features = ["2012-02-30", "4", 2, null, 1, 99, Number.NaN, [], {}];
    expect(faultsOf(bike, { instances: [{ features: BIKE_ROW }, { features }] })).toEqual([
      '/instances/1/features/0: datetime "2012-02-30" is not in the calendar: February 2012 has 29 days',
      "/instances/1/features/1: season must be a whole number, not a string: send 4 without quotes",
      "/instances/1/features/2: holiday must be one of 0, 1, not 2",
      "/instances/1/features/3: workingday must be a whole number, not null: this input may not be missing",
      "/instances/1/features/5: temp must be at most 60 °C, not 99",
      "/instances/1/features/6: atemp must be a finite number",
      "/instances/1/features/7: humidity must be a number, not an array",
      "/instances/1/features/8: windspeed must be a number, not an object",
    ]);
  });

  test("too short and wrong is told both", () => {
    expect(faultsOf(bike, one(["never"]))).toEqual([
      `/instances/0/features: has 1 value; the model takes 9: ${order}`,
      '/instances/0/features/0: datetime "never" must be a date-time like 2012-12-19 17:00:00 or 2012-12-19T17:00:00',
    ]);
  });
});

describe("a named row", () => {
  test("names each value that is missing, wrong or misspelt", () => {
    const features = without(named({ temp: "hot", seasn: 4 }), "season");
    expect(faultsOf(bike, one(features))).toEqual([
      "/instances/0/features/season: is missing",
      '/instances/0/features/temp: must be a number, not "hot"',
      '/instances/0/features/seasn: is not known here; did you mean "season"?',
    ]);
  });

  test("with a value too many names it, and what is known", () => {
    expect(faultsOf(bike, one(named({ color: "red" })))).toEqual([
      `/instances/0/features/color: is not known here (known: ${names.join(", ")})`,
    ]);
  });

  test("does not find its values in what every object inherits", () => {
    const model = compileInputs([
      { name: "constructor", type: "number" },
      { name: "toString", type: "number" },
    ]);
    expect(model.readInstances(one({ toString: 2, constructor: 1 }))).toEqual([[1, 2]]);
    expect(faultsOf(model, one({}))).toEqual([
      "/instances/0/features/constructor: is missing",
      "/instances/0/features/toString: is missing",
    ]);
  });

  test("is not reached through __proto__, which is a key like any other", () => {
    const body = JSON.parse(`{"instances":[{"features":{"__proto__":${JSON.stringify(named())}}}]}`);
    const faults = faultsOf(bike, body);
    expect(faults).toHaveLength(10);
    expect(faults[0]).toBe("/instances/0/features/datetime: is missing");
    expect(faults[9]).toMatch(/^\/instances\/0\/features\/__proto__: is not known here \(known: datetime, /);
    const instance = JSON.parse(`{"instances":[{"__proto__":{"features":${JSON.stringify(BIKE_ROW)}}}]}`);
    expect(faultsOf(bike, instance)).toEqual([
      "/instances/0/__proto__: is not known here (known: features)",
      "/instances/0/features: is missing: send an array of 9 values, or an object of named values",
    ]);
  });

  test("takes the last of a key that is written twice, as JSON.parse does", () => {
    const model = compileInputs([{ name: "x", type: "number" }]);
    expect(model.readInstances(JSON.parse('{"instances":[{"features":{"x":1,"x":2}}]}'))).toEqual([[2]]);
  });

  test("is pointed into by RFC 6901, with a long key cut after 64 characters", () => {
    const model = compileInputs([{ name: "x", type: "number" }]);
    const hint = "is not known here (known: x)";
    expect(faultsOf(model, one({ x: 1, "a/b~c": 1 }))).toEqual([`/instances/0/features/a~1b~0c: ${hint}`]);
    const long = "k".repeat(64);
    expect(faultsOf(model, one({ x: 1, [long]: 1, [`${long}l`]: 1 }))).toEqual([
      `/instances/0/features/${long}: ${hint}`,
      `/instances/0/features/${long}…: ${hint}`,
    ]);
  });
});

const wrongInstances = (n: number) => ({
  instances: Array.from({ length: n }, () => ({ features: positional(1, 5) })),
});

describe("the summary of what is wrong", () => {
  test("is a problem that says how many fields do not fit", () => {
    const problem = problemOf(() => bike.readInstances(one(positional(1, 5))));
    expect(problem).toMatchObject({
      code: "invalid-request",
      status: 422,
      message: "1 field does not fit the model's inputs.",
      errorCount: 1,
    });
    const two = problemOf(() => bike.readInstances(one(positional(1, 5).with(2, 5))));
    expect(two).toMatchObject({ message: "2 fields do not fit the model's inputs.", errorCount: 2 });
  });

  test("names every field exactly at the limit, and beyond it counts", () => {
    const at = problemOf(() => bike.readInstances(wrongInstances(100)));
    expect([at.message, at.errors!.length, at.errorCount]).toEqual([
      "100 fields do not fit the model's inputs.",
      100,
      100,
    ]);
    const beyond = problemOf(() => bike.readInstances(wrongInstances(101)));
    expect([beyond.message, beyond.errors!.length, beyond.errorCount]).toEqual([
      "101 fields do not fit the model's inputs; the first 100 are named.",
      100,
      101,
    ]);
    expect(beyond.errors!.at(-1)!.pointer).toBe("/instances/99/features/1");
  });

  test("are counted alone where none may be named", () => {
    const model = compileInputs([{ name: "x", type: "number" }], { maxInstances: 1, maxErrors: 0 });
    for (const body of [null, {}, { instances: [{ features: ["a"] }] }]) {
      const problem = problemOf(() => model.readInstances(body));
      expect([problem.message, problem.errors, problem.errorCount]).toEqual([
        "1 field does not fit the model's inputs; none is named.",
        [],
        1,
      ]);
    }
  });

  test("counts every kind of fault beyond the limit too", () => {
    const limit = { maxInstances: 100, maxErrors: 1 };
    const model = compileInputs([{ name: "x", type: "number" }], limit);
    const instances = [
      { features: ["first"] },
      null,
      { features: 4 },
      {},
      { features: [] },
      { features: ["a"] },
      { features: {} },
      { features: { x: "a" } },
      { features: { x: 1, y: 2 } },
      { features: [1], x: 1 },
      { features: [1], y: 1 },
    ];
    const problem = problemOf(() => model.readInstances({ instances, extra: 1 }));
    expect([problem.errors, problem.errorCount]).toEqual([
      [{ pointer: "/extra", detail: "is not known here (known: instances)" }],
      12,
    ]);
  });
});

describe("a hostile body", () => {
  test("with 100,000 unknown keys is counted, and a hundred of them are put in words", () => {
    const model = compileInputs([{ name: "x", type: "number" }]);
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key-number-${i}`, 1]));
    const bodies = [
      one({ x: 1, ...keys }),
      { instances: [{ features: [1], ...keys }] },
      { ...one([1]), ...keys },
    ];
    for (const body of bodies) {
      const problem = problemOf(() => model.readInstances(body));
      expect([problem.errors!.length, problem.errorCount]).toEqual([100, 100_000]);
    }
  });

  test("of 10,000 rows without a right value is counted in full", () => {
    const instances = Array.from({ length: 10_000 }, () => ({ features: names.map(() => "x") }));
    const problem = problemOf(() => bike.readInstances({ instances }));
    expect([problem.errors!.length, problem.errorCount]).toEqual([100, 90_000]);
  });

  test("nested a million deep is refused like any other array", () => {
    const depth = 1_000_000;
    const deep = JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown;
    const detail = "humidity must be a number, not an array";
    expect(faultsOf(bike, one(positional(7, deep)))).toEqual([`/instances/0/features/7: ${detail}`]);
    expect(faultsOf(bike, one(positional(0, deep)))[0]).toMatch(/as a string, not an array$/);
    expect(faultsOf(bike, { instances: [deep] })[0]).toMatch(/not an array$/);
  });

  test("with huge texts is answered in few words", () => {
    const huge = "9".repeat(1_000_000);
    const bodies = [
      one(names.map(() => huge)),
      one(named({ [huge]: 1 })),
      { instances: huge },
      { instances: [huge, { features: huge }] },
    ];
    for (const body of bodies) expect(faultsOf(bike, body).join("").length).toBeLessThan(5000);
  });

  test("to a model of a thousand inputs is told thirty of their names", () => {
    const wide = compileInputs(
      Array.from({ length: 1000 }, (_, i): InputSpec => ({ name: `input-${i}`, type: "number" })),
    );
    const listed = `${Array.from({ length: 30 }, (_, i) => `input-${i}`).join(", ")} and 970 more`;
    expect(faultsOf(wide, one([]))).toEqual([
      `/instances/0/features: has 0 values; the model takes 1000: ${listed}`,
    ]);
  });
});

describe("the features of a single instance", () => {
  test("are read to a row, positional or named", () => {
    expect(bike.readFeatures(BIKE_ROW, 0)).toEqual(NUMBERS);
    expect(bike.readFeatures(named(), 0)).toEqual(NUMBERS);
  });

  test("are pointed into under the index that the caller gives", () => {
    expect(problemOf(() => bike.readFeatures(positional(1, 5), 41)).errors).toEqual([
      { pointer: "/instances/41/features/1", detail: "season must be one of 1, 2, 3, 4, not 5" },
    ]);
    expect(problemOf(() => bike.readFeatures("x", 7)).errors).toEqual([
      {
        pointer: "/instances/7/features",
        detail: 'must not be "x": send an array of 9 values, or an object of named values',
      },
    ]);
  });
});

test("no body whatever does anything but fit or not fit", () => {
  const features = fc.oneof(
    fc.tuple(
      ...BIKE_ROW.map((cell) => fc.oneof({ weight: 20, arbitrary: fc.constant(cell) }, fc.anything())),
    ),
    fc.record(
      Object.fromEntries(
        Object.entries(named()).map(([name, cell]) => [
          name,
          fc.oneof({ weight: 20, arbitrary: fc.constant(cell) }, fc.anything()),
        ]),
      ),
    ),
    fc.anything(),
  );
  const instances = fc.array(fc.oneof(fc.record({ features }), fc.anything()));
  let fitted = 0;
  fc.assert(
    fc.property(fc.oneof(fc.record({ instances }), fc.anything()), (body) => {
      try {
        const rows = bike.readInstances(body);
        fitted++;
        expect(rows).toHaveLength((body as { instances: unknown[] }).instances.length);
        for (const row of rows) expect(row.every(Number.isFinite) && row.length === 9).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid-request" });
      }
    }),
    { numRuns: 1000 },
  );
  expect(fitted).toBeGreaterThan(0);
});
