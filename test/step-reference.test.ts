import { Type } from "@sinclair/typebox";
import { describe, expect, test } from "vitest";
import { STEPS, type StepName, stepOf } from "../src/model/steps.ts";
import { TARGET_SCHEMAS } from "../src/model/target/schema.ts";
import { TARGET_TRANSFORMS } from "../src/model/target-transforms.ts";
import { allowed } from "../src/schema-words.ts";
import { runStepExample } from "../src/step-example-run.ts";
import {
  STEP_EXAMPLES,
  type StepExample,
  TARGET_EXAMPLES,
  TRANSFORM_EXAMPLES,
} from "../src/step-examples.ts";
import { stepReference } from "../src/step-reference.ts";

const names = Object.keys(STEPS) as StepName[];
const reference = stepReference();

/** The text under a heading of the third level. */
function section(title: string): string {
  return reference.split(`### ${title}\n`)[1]!.split("\n##")[0]!;
}

/** An example of one number. */
const example = (changes: Partial<StepExample>): StepExample => ({
  inputs: { x: "number" },
  steps: ["abs"],
  rows: [[1]],
  ...changes,
});

const run = (changes: Partial<StepExample>) => runStepExample(example(changes));

describe("the reference of the steps", () => {
  test("has an example of every step, and of none that there is not", () => {
    expect(Object.keys(STEP_EXAMPLES).toSorted()).toEqual(names.toSorted());
  });

  test("has an example of every transform and every type of the target", () => {
    expect(Object.keys(TRANSFORM_EXAMPLES)).toEqual(Object.keys(TARGET_TRANSFORMS));
    expect(Object.keys(TARGET_EXAMPLES).toSorted()).toEqual(Object.keys(TARGET_SCHEMAS).toSorted());
  });

  test("has a section for every step, in the order of the alphabet, then for transforms and types", () => {
    const titles = [...reference.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      ...names.toSorted(),
      ...Object.keys(TARGET_TRANSFORMS).map((name) => `transform: ${name}`),
      ...Object.keys(TARGET_SCHEMAS).map((type) => `type: ${type}`),
    ]);
  });

  test("is the same every time", () => {
    expect(stepReference()).toBe(reference);
  });

  test("has tables of even width", () => {
    for (const block of reference.split("\n\n").filter((part) => part.startsWith("|"))) {
      const widths = new Set(block.split("\n").map((row) => row.split(/(?<!\\)\|/).length));
      expect([block, widths.size]).toEqual([block, 1]);
    }
  });

  test("leaves nothing undefined", () => {
    expect(reference).not.toMatch(/undefined|\[object|NaN \|/);
  });
});

describe.each(names)("%s", (name) => {
  const { steps, columns, unlearned } = STEP_EXAMPLES[name];
  const { names: naming, fit, defaults } = stepOf(name);

  test("is shown by itself, alone", () => {
    expect(steps.map((step) => (typeof step === "string" ? step : Object.keys(step as object)[0]))).toEqual([
      name,
    ]);
  });

  test("says in words which columns come out if, and only if, it names them", () => {
    expect(columns !== undefined).toBe(naming !== undefined);
  });

  test("learns what the reference says, and nothing where it says so", () => {
    expect(section(name)).toContain(fit === undefined ? "**Learns:** no" : "**Learns:** yes");
    if (unlearned === undefined) return;
    expect(fit!({ ...(defaults as object), ...unlearned }, "number")).toBeUndefined();
  });

  test("is shown with values that come out", () => {
    const { seen } = runStepExample(STEP_EXAMPLES[name]);
    expect(seen.flat().some((cell) => /^-?\d/.test(cell))).toBe(true);
  });
});

describe("an example", () => {
  test("of what learns is fitted on its rows, and not on the unseen ones", () => {
    const { seen, unseen } = runStepExample(
      example({ steps: ["min_max_scale"], rows: [[0], [null], [4]], unseen: [[8]] }),
    );
    expect(seen).toEqual([["0"], ["*missing*"], ["1"]]);
    expect(unseen).toEqual([["2"]]);
  });

  test("of equal values is fitted on each of them", () => {
    const { seen } = runStepExample(
      example({ steps: [{ impute: "median" }], rows: [[9], [1], [1], [null]] }),
    );
    expect(seen.at(-1)).toEqual(["1"]);
  });

  test("shows in words why a row is refused", () => {
    const { seen } = runStepExample(example({ steps: [{ label_map: { map: { 1: 5 } } }], rows: [[1], [2]] }));
    expect(seen).toEqual([["5"], [`refused: label_map does not know 2 (known: "1")`]]);
  });

  test("that is no model file fails, and so does one of which nothing can be learned", () => {
    expect(() => runStepExample(example({ steps: ["abss"] }))).toThrow(/did you mean "abs"/);
    expect(() => runStepExample(example({ steps: ["standard_scale"], rows: [[null]] }))).toThrow(
      /has no values/,
    );
  });

  test("that fails for another reason than a refusal says so", () => {
    const rows: number[][] = [[1]];
    let looks = 0;
    Object.defineProperty(rows[0], 0, {
      get: () => {
        // The first look is for missing values; the second one reads the row.
        if (looks++ > 0) throw new RangeError("broken");
        return 1;
      },
    });
    expect(() => runStepExample(example({ rows }))).toThrow("broken");
  });
});

test("what a schema allows is said in words", () => {
  const said = [
    Type.Boolean(),
    Type.Null(),
    Type.String(),
    Type.Integer(),
    Type.Integer({ minimum: 1, maximum: 10 }),
    Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    Type.Array(Type.Union([Type.String(), Type.Null()])),
    Type.Array(Type.Object({})),
    Type.Union([Type.Object({}), Type.Literal("a"), Type.Object({}), Type.Literal(2)]),
  ].map((schema) => allowed(schema));
  expect(said).toEqual([
    "`true`, `false`",
    "`null`",
    "a text",
    "a whole number",
    "a whole number from 1 to 10",
    "a number above 0 below 1",
    "a list of texts, `null`",
    "a list of mappings",
    "`a`, `2`, a mapping",
  ]);
});

describe("the reference shows", () => {
  test("parameters with what they may be, and what they are by default", () => {
    expect(section("standard_scale")).toContain(
      "| `with_mean` | `true`, `false` | `true` | Whether the mean is taken away. |",
    );
    expect(section("hash")).toContain("| `n_features` | a whole number from 1 to 65536 | required | ");
    expect(section("log")).toContain("\nNo parameters.\n");
    expect(section("type: binary")).toContain(String.raw`(but not \_\_proto\_\_)`);
    expect(section("impute")).toContain("| *the value itself* | `mean`, `median`, `most_frequent` | – | ");
  });

  test("what scikit-learn gives for the same values", () => {
    // StandardScaler().fit([[1], [2], [6]]).transform([[1], [10]])
    expect(section("standard_scale")).toMatch(/^\| 1 \| -0\.92582 \|$/m);
    expect(section("standard_scale")).toMatch(/^\| 10 \(unseen\) \| 3\.24037 \|$/m);
  });

  test("the bike model's prediction of its published answer", () => {
    expect(section("type: regression")).toContain("| `6.3493` | `571` |");
  });
});

describe("the deliberate differences are those of the code:", () => {
  test("columns are named x_1, x_nan, and of a boolean x_0 and x_1", () => {
    expect(run({ steps: ["one_hot"], rows: [[1], [null]] }).columns).toEqual(["x_1", "x_nan"]);
    const booleans = run({ inputs: { x: "boolean" }, steps: ["one_hot"], rows: [[true], [false]] });
    expect(booleans.columns).toEqual(["x_0", "x_1"]);
  });

  test("target_encode gives a row of the training data what it gives the same value later", () => {
    const { seen, unseen } = run({
      steps: [{ target_encode: { smooth: 0 } }],
      rows: [[1], [1], [2]],
      target: [10, 30, 5],
      unseen: [[1]],
    });
    expect([seen, unseen]).toEqual([[["20"], ["20"], ["5"]], [["20"]]]);
  });

  test("given categories are not fitted, and training data with another value are refused by their rows", () => {
    const steps = [{ ordinal: { categories: [1, 2] } }];
    expect(run({ steps, rows: [[2], [3]] }).seen).toEqual([
      ["1"],
      ["refused: ordinal does not know 3 (known: 1, 2)"],
    ]);
    const grouped = [{ ordinal: { categories: [1, 2], max_categories: 2 } }];
    expect(() => run({ steps: grouped, rows: [[2], [3]] })).toThrow(/not among the given categories/);
  });

  test("what the model file has no word for is refused", () => {
    for (const step of [
      { one_hot: { handle_unknown: "warn" } },
      { one_hot: { drop: [1] } },
      { bin: { strategy: "kmeans" } },
      { polynomial: { degree: 11 } },
      { quantile_transform: { n_quantiles: 10_001 } },
      { quantile_transform: { subsample: 10 } },
      { target_encode: { target_type: "multiclass" } },
    ]) {
      expect(() => run({ steps: [step] }), JSON.stringify(step)).toThrow(/features/);
    }
  });

  test("count_encode gives 0 for an unknown value, and counts missing ones", () => {
    const { seen, unseen } = run({ steps: ["count_encode"], rows: [[1], [null], [null]], unseen: [[7]] });
    expect([seen, unseen]).toEqual([[["1"], ["2"], ["2"]], [["0"]]]);
  });

  test("hash takes no missing value", () => {
    expect(() => run({ steps: [{ hash: { n_features: 2 } }], rows: [[null]] })).toThrow(
      /hash takes no missing value/,
    );
  });
});
