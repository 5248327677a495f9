import { describe, expect, test } from "vitest";
import { compileEncode } from "../../src/model/encode.ts";
import { problemOf, smallDocument } from "./fixtures.ts";
import { fitted } from "./steps/fit-in-memory.ts";

const weather = smallDocument({
  inputs: [
    { name: "x", type: "number", missing: true },
    { name: "sky", type: "string" },
  ],
  features: [
    "x",
    { name: "sky_columns", from: "sky", steps: [{ one_hot: { categories: ["clear", "rain"] } }] },
    { name: "sky_code", from: "sky", steps: [{ ordinal: { categories: ["clear", "rain"] } }] },
  ],
});

describe("encoding rows of which some cannot be encoded", () => {
  const pipeline = fitted(weather, []);

  test("names every feature of every row that a step refuses, by its input's pointer", () => {
    const problem = problemOf(() =>
      pipeline.encode([
        [1, "rain"],
        [2, "fog"],
        [3, "mist"],
      ]),
    );
    expect(problem.code).toBe("invalid-request");
    expect(problem.message).toBe("4 fields do not fit the model's features.");
    expect(problem.errors).toEqual([
      {
        pointer: "/instances/1/features/sky",
        detail: 'cannot make sky_columns: one_hot does not know "fog" (known: "clear", "rain")',
      },
      {
        pointer: "/instances/1/features/sky",
        detail: 'cannot make sky_code: ordinal does not know "fog" (known: "clear", "rain")',
      },
      expect.objectContaining({ pointer: "/instances/2/features/sky" }),
      expect.objectContaining({ pointer: "/instances/2/features/sky" }),
    ]);
  });

  test("names as many as the limit, and says that there are more", () => {
    const fog = Array.from({ length: 51 }, () => [1, "fog"]);
    const at = problemOf(() => pipeline.encode(fog.slice(1)));
    expect([at.message, at.errors!.length]).toEqual(["100 fields do not fit the model's features.", 100]);
    const beyond = problemOf(() => pipeline.encode(fog));
    expect([beyond.message, beyond.errors!.length]).toEqual([
      "102 fields do not fit the model's features; the first 100 are named.",
      100,
    ]);
    expect([at.errorCount, beyond.errorCount]).toEqual([100, 102]);
  });

  test("names a feature that is not finite, and lets pass one that is missing", () => {
    expect(pipeline.encode([[Number.NaN, "rain"]])).toEqual([",0,1,1"]);
    const problem = problemOf(() => pipeline.encode([[Infinity, "rain"]]));
    expect([problem.message, problem.errors]).toEqual([
      "1 field does not fit the model's features.",
      [{ pointer: "/instances/0/features/x", detail: "makes x Infinity, which the model cannot take" }],
    ]);
  });

  test("can encode the next row after one that it refused", () => {
    problemOf(() => pipeline.encode([[1, "fog"]]));
    expect(pipeline.encode([[1, "clear"]])).toEqual(["1,1,0,0"]);
  });

  test("explains a row, and has nothing to say of one that can be encoded", () => {
    expect(pipeline.explain([1, "rain"])).toEqual([]);
    expect(pipeline.explain([1, "fog"]).map(({ input }) => input)).toEqual(["sky", "sky"]);
  });
});

describe("a value beyond the range of a float32", () => {
  const squared = fitted(smallDocument({ features: [{ from: "x", steps: ["square"] }] }), []);

  test("is refused, as the container refuses the whole call for it", () => {
    expect(squared.encode([[1e19]])).toEqual(["1e+38"]);
    const problem = problemOf(() => squared.encode([[1], [-2e19], [3e200]]));
    const cause = "which the model cannot take";
    expect(problem.errors).toEqual([
      {
        pointer: "/instances/1/features/x",
        detail: `makes x 4e+38, ${cause}: it is beyond the range of a float32`,
      },
      { pointer: "/instances/2/features/x", detail: `makes x Infinity, ${cause}` },
    ]);
    expect(problem.errorCount).toBe(2);
  });

  test("is seen before it is written into a training set", () => {
    const powers = fitted(smallDocument({ features: [{ from: "x", steps: ["polynomial"] }] }), []);
    for (const pipeline of [squared, powers]) {
      const into = new Float64Array(pipeline.columns.length);
      expect([[1e19], [2e19]].map((row) => pipeline.fill(row, into, 0))).toEqual([true, false]);
    }
  });
});

describe("a row that has not a value for each input", () => {
  const two = fitted(weather, []);
  const message = (count: number) =>
    `A row has ${count} values, but the model takes 2 (x, sky): make rows by readInstances or readFeatures.`;

  test.each([[[]], [[1]], [[1, "rain", 3]]])("is not encoded: %j", (row) => {
    const error = new TypeError(message(row.length));
    expect(() => two.encode([[1, "rain"], row])).toThrow(error);
    expect(() => two.transform(row)).toThrow(error);
  });

  test("may hold more where only its features are asked for, but not less", () => {
    const into = new Float64Array(4);
    const [long, short] = [[1, "rain", 7], [1]];
    expect([two.fill(long, into, 0), [...into]]).toEqual([true, [1, 0, 1, 1]]);
    expect(two.explain(long)).toEqual([]);
    expect(() => two.fill(short, into, 0)).toThrow(new TypeError(message(1)));
    expect(() => two.explain(short)).toThrow(new TypeError(message(1)));
  });

  test("nor one with a value that readInstances would never give", () => {
    const x = fitted(smallDocument(), []);
    for (const value of [undefined, "4", true] as unknown as number[]) {
      expect(problemOf(() => x.encode([[value]])).errors![0]!.detail).toBe(
        `makes x ${value}, which the model cannot take`,
      );
    }
  });
});

describe("a step's bug", () => {
  const broken = {
    name: "x",
    columns: ["x"],
    places: [0],
    place: undefined,
    map: undefined,
    missing: () => [false],
    write: () => {
      throw new TypeError("broken");
    },
  };
  const { encode, explain } = compileEncode(["x"], [broken], {
    maxErrors: 1,
    maxInstances: 1,
  });

  test("is not taken for a value that does not fit", () => {
    expect(() => encode([[1]])).toThrow(TypeError);
    expect(() => explain([1])).toThrow(TypeError);
  });
});
