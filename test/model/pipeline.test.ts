import { readFileSync, readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { exampleOf } from "../../src/model/inputs.ts";
import type { TargetColumn } from "../../src/model/target/columns.ts";
import {
  FLOAT32_MAX,
  BIKE_CSV,
  BIKE_ROW,
  bikeDocument,
  compile,
  compileInputs,
  inputSpecs,
  smallDocument,
} from "./fixtures.ts";

const bike = compile(bikeDocument());
const encode = (pipeline: ReturnType<typeof compile>, ...rows: readonly unknown[][]) =>
  pipeline.encode(pipeline.readInstances({ instances: rows.map((features) => ({ features })) }));

describe("the demo model", () => {
  test("encodes the published sample row to the published line of CSV", () => {
    expect(encode(bike, [...BIKE_ROW])).toEqual([BIKE_CSV]);
  });

  test("names its columns in the order of the CSV", () => {
    expect(bike.columns.join()).toBe(
      "season,holiday,workingday,weather,temp,atemp,humidity,windspeed,year,month,day,dayofweek,hour",
    );
    expect(bike.features.map((feature) => feature.name)).toEqual(bike.columns);
  });

  test("gives the values of a row as numbers too", () => {
    const [row] = bike.readInstances({ instances: [{ features: BIKE_ROW }] });
    expect(bike.transform(row!).join()).toBe(BIKE_CSV);
  });

  test("writes log1p of the target in training, and takes it back in serving", () => {
    const [{ encode: encodeTarget }] = bike.targetColumns as [TargetColumn];
    expect(encodeTarget(16)).toBe(Math.log1p(16));
    expect(bike.decode([6.349300861358643])[0]).toBeCloseTo(571.092597122044, 9);
    expect(bike.decode([encodeTarget(16)])[0]).toBeCloseTo(16, 12);
  });

  test("says what it is", () => {
    expect(bike).toMatchObject({
      name: "bike-rental",
      version: "1",
      description:
        "Bikes rented in one hour, from the calendar and the weather (Washington D.C., 2011 and 2012).",
      endpoint: { name: "xgboost-biketrain-v1" },
      target: { name: "count", unit: "bikes per hour", transform: { name: "log1p" } },
    });
  });
});

describe("a compiled pipeline", () => {
  test("cannot be changed, however deep", () => {
    const open: string[] = [];
    const walk = (value: unknown, path: string) => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, part] of Object.entries(value)) walk(part, `${path}.${key}`);
    };
    walk(bike, "pipeline");
    expect(open).toEqual([]);
  });

  test("may make several features of one input, in any order, and none of another", () => {
    const pipeline = compile(
      smallDocument({
        inputs: [
          { name: "at", type: "datetime", time_zone: "Asia/Kolkata" },
          { name: "unused", type: "number" },
          { name: "x", type: "number" },
        ],
        features: [
          { name: "hour", from: "at", steps: [{ datetime_part: "hour" }] },
          "x",
          { name: "day", from: "at", steps: [{ datetime_part: "day" }] },
          { name: "x2", from: "x" },
        ],
      }),
    );
    expect(pipeline.columns).toEqual(["hour", "x", "day", "x2"]);
    expect(encode(pipeline, ["2012-12-31T20:00:00Z", 9, 0.5], ["2012-12-31 20:00", 9, -1])).toEqual([
      "1,0.5,1,0.5",
      "20,-1,31,-1",
    ]);
  });

  test("leaves the cell of a missing value empty, and that of another kind as it is", () => {
    const missing = true;
    const pipeline = compile(
      smallDocument({
        inputs: [
          { name: "n", type: "number", missing },
          { name: "i", type: "integer", missing },
          { name: "b", type: "boolean", missing },
          { name: "at", type: "datetime", missing },
          { name: "x", type: "number" },
        ],
        features: ["n", "i", "b", { name: "h", from: "at", steps: [{ datetime_part: "hour" }] }, "x"],
      }),
    );
    expect(encode(pipeline, [null, null, null, null, 1], [0, 1, true, "2024-01-01 05:00", 2])).toEqual([
      ",,,,1",
      "0,1,1,5,2",
    ]);
    expect(encode(pipeline, [null, 7, false, null, 1])).toEqual([",7,0,,1"]);
    expect(pipeline.transform(pipeline.readFeatures([null, 1, true, null, 2], 0))).toEqual([
      Number.NaN,
      1,
      1,
      Number.NaN,
      2,
    ]);
  });

  test("fills an array that is there with the same values, from a place on, and nothing around them", () => {
    const pipeline = compile(
      smallDocument({
        inputs: ["a", "b"].map((name) => ({ name, type: "number", missing: true })),
        features: [
          { name: "a2", from: "a", steps: ["square"] },
          { name: "both", from: ["a", "b"], steps: [{ impute: { constant: 5 } }, "polynomial"] },
          { name: "raw", from: "b" },
        ],
      }),
    );
    const rows = [
      [2, 3],
      [Number.NaN, 1],
    ];
    const width = pipeline.columns.length;
    const into = new Float64Array(2 * width + 2).fill(-1);
    for (const [i, row] of rows.entries()) pipeline.fill(row, into, 1 + i * width);
    expect([...into]).toEqual([-1, ...rows.flatMap((row) => pipeline.transform(row)), -1]);
    expect(into[1]).toBe(4);
    // Some features alone, by their places.
    const some = new Float64Array(3).fill(-1);
    expect(pipeline.fill(rows[0]!, some, 1, 2, 3)).toBe(true);
    expect([...some]).toEqual([-1, 3, -1]);
  });

  test("writes the columns of several inputs side by side, under the inputs' names", () => {
    const pipeline = compile(
      smallDocument({
        inputs: ["a", "b", "c"].map((name) => ({ name, type: "number" })),
        features: ["b", { name: "ca", from: ["c", "a"] }],
      }),
    );
    expect(pipeline.columns).toEqual(["b", "c", "a"]);
    expect(pipeline.featureColumns).toEqual([["b"], ["c", "a"]]);
    expect(encode(pipeline, [1, 2, 3])).toEqual(["2,3,1"]);
  });

  test("has no two columns of one name", () => {
    const document = smallDocument({
      inputs: ["a", "b"].map((name) => ({ name, type: "number" })),
      features: ["a", { name: "both", from: ["a", "b"], steps: ["log"] }],
    });
    expect(() => compile(document)).toThrow(
      new UsageError("Two columns of the features are named a: rename a feature."),
    );
    const both = { name: "both", from: ["a", "a_b"], steps: [{ one_hot: { categories: ["c", "b_c"] } }] };
    const texts = ["a", "a_b"].map((name) => ({ name, type: "string" }));
    expect(() => compile(smallDocument({ inputs: texts, features: [both] }))).toThrow(
      new UsageError(
        "Two columns of the features are named a_b_c: both come from the feature both: make a feature of each of its inputs.",
      ),
    );
  });

  test("encodes no rows to no lines", () => {
    expect(bike.encode([])).toEqual([]);
    expect(bike.decode([])).toEqual([]);
  });

  test("has no description where the model file has none", () => {
    expect(compile(smallDocument()).description).toBeUndefined();
  });
});

describe("a line of CSV", () => {
  const x = compileInputs([{ name: "x", type: "number" }]);

  test.each([
    [0, "0"],
    [-0, "0"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [0.1, "0.1"],
    [-40.5, "-40.5"],
    [5e-324, "5e-324"],
    [3.4028234663852886e38, "3.4028234663852886e+38"],
  ])("holds %d as %s", (value, text) => {
    expect(encode(x, [value])).toEqual([text]);
  });

  test("reads back as the very same doubles", () => {
    const double = fc.double({ noNaN: true, min: -FLOAT32_MAX, max: FLOAT32_MAX });
    const two = compileInputs([
      { name: "a", type: "number" },
      { name: "b", type: "number" },
    ]);
    fc.assert(
      fc.property(double, double, (a, b) => {
        const [line] = encode(two, [a, b]);
        expect(line!.split(",").map(Number)).toEqual([a + 0, b + 0]);
      }),
    );
  });

  test("has as many cells as the model has columns, all of them numbers, whatever the model", () => {
    fc.assert(
      fc.property(inputSpecs, (inputs) => {
        const pipeline = compileInputs(inputs);
        const [line] = encode(
          pipeline,
          inputs.map((spec) => exampleOf(spec)),
        );
        const cells = line!.split(",");
        expect(cells).toHaveLength(pipeline.columns.length);
        expect(cells.every((cell) => cell !== "" && Number.isFinite(Number(cell)))).toBe(true);
      }),
    );
  });
});

describe("the folder src/model", () => {
  test("reads no clock and throws no dice", () => {
    const impure = readdirSync("src/model", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) =>
        [
          ...readFileSync(`src/model/${file}`, "utf8").matchAll(
            /Date\.now|new Date\(\)|Math\.random|performance|process\.|fetch\(/g,
          ),
        ].map(([found]) => `${file}: ${found}`),
      );
    expect(impure).toEqual([]);
  });
});
