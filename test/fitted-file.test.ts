import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../src/errors.ts";
import { type Fitted, beside, fittedText, modelDigest, readFitted } from "../src/fitted-file.ts";
import { type ModelFile, checkModelFile } from "../src/model/model-file.ts";
import { smallDocument } from "./model/fixtures.ts";

function fileOf(document: Record<string, unknown>): ModelFile {
  const result = checkModelFile(document);
  if ("issues" in result) throw new Error(JSON.stringify(result.issues));
  return result.file;
}

const scaled = (changes: Record<string, unknown> = {}) =>
  fileOf(smallDocument({ features: ["x", { name: "z", from: "x", steps: ["standard_scale"] }], ...changes }));

const LEARNED: Fitted = {
  data: { digest: "sha256:00", rows: 2 },
  learned: [[], [[{ mean: 0.1 + 0.2, var: 1, n: 2 }]]],
  target: [{}],
};

let folder: string;
let model: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-fitted-"));
  model = join(folder, "small.yaml");
  path = join(folder, "small.fitted.json");
});
afterEach(() => rm(folder, { recursive: true }));

/** The message of what is wrong, with the temporary folder written as `DIR`. */
async function mistake(file: ModelFile): Promise<string> {
  const error: unknown = await readFitted(model, file).then(
    () => new Error("expected a mistake"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UsageError)) throw error;
  return error.message.replaceAll(folder, "DIR");
}

const REMEDY = "npx skewless fit DIR/small.yaml TRAIN.csv";

describe("a fitted file", () => {
  test("gives back what was written, every number to the bit", async () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    const learned = fc.record({ list: numbers, texts: fc.array(fc.string({ unit: "binary" })) });
    await fc.assert(
      fc.asyncProperty(learned, async (found) => {
        const fitted = { ...LEARNED, learned: [[], [[found]]] };
        await writeFile(path, fittedText(scaled(), fitted));
        expect(await readFitted(model, scaled())).toEqual(fitted);
      }),
    );
  });

  test("may be without data and baseline, where the parameters come from elsewhere", async () => {
    const { learned, target } = LEARNED;
    await writeFile(path, fittedText(scaled(), { learned, target }));
    expect(await readFitted(model, scaled())).toEqual({ learned, target });
  });

  test("shows a change as a change of few lines", () => {
    const baseline = {
      inputs: { x: { kind: "category", count: 3, missing: 0, categories: [["a", 1] as const], others: 2 } },
      target: {},
    } as const;
    const found = {
      edges: Array.from({ length: 30 }, (_, i) => i + 0.125),
      names: ["a".repeat(70), "b".repeat(70)],
      none: [],
      empty: {},
      zero: -0,
    };
    const text = fittedText(scaled(), {
      ...LEARNED,
      baseline,
      learned: [[], [[found, { mean: 1, rest: null }]]],
    });
    expect(text.replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:…")).toBe(`{
  "skewless": 1,
  "model": "small",
  "version": "1",
  "model_digest": "sha256:…",
  "data": { "digest": "sha256:00", "rows": 2 },
  "baseline": {
    "inputs": {
      "x": {
        "kind": "category",
        "count": 3,
        "missing": 0,
        "categories": [
          ["a", 1]
        ],
        "others": 2
      }
    },
    "target": {}
  },
  "features": {
    "z": [
      [
        {
          "edges": [${found.edges.join(", ")}],
          "names": [
            "${"a".repeat(70)}",
            "${"b".repeat(70)}"
          ],
          "none": [],
          "empty": {},
          "zero": -0
        },
        { "mean": 1, "rest": null }
      ]
    ]
  },
  "target": {},
  "digest": "sha256:…"
}
`);
  });

  test("keeps what the target's transforms learned by their names, and only where they did", async () => {
    const outputs = [{ name: "a" }, { name: "b", transform: "log1p" }, { name: "c" }];
    const file = scaled({ target: { name: "y", type: "multi_output", outputs } });
    const fitted = { ...LEARNED, target: [{}, { mean: 2 }, {}] };
    const text = fittedText(file, fitted);
    expect(JSON.parse(text)).toMatchObject({ target: { b: { mean: 2 } } });
    await writeFile(path, text);
    expect(await readFitted(model, file)).toEqual(fitted);
  });

  test("that is formatted otherwise is the same", async () => {
    const text = fittedText(scaled(), LEARNED);
    await writeFile(path, JSON.stringify(JSON.parse(text), null, "\t"));
    expect(await readFitted(model, scaled())).toEqual(LEARNED);
  });
});

describe("a fitted file outlives changes of the model file that nothing is learned by:", () => {
  const z = (...steps: unknown[]) => ({ name: "z", from: "x", steps });
  const learned = LEARNED.learned[1]!;

  test.each([
    ["another place among the features", { features: [z("standard_scale"), "x"] }, [learned, []]],
    [
      "a step more after the last that learns",
      { features: ["x", z("standard_scale", "abs")] },
      [[], [...learned, []]],
    ],
    [
      "a feature more",
      { features: ["x", z("standard_scale"), { name: "y2", from: "x", steps: ["abs"] }] },
      [[], learned, [[]]],
    ],
  ])("%s", async (_, changes, expected) => {
    await writeFile(path, fittedText(scaled(), LEARNED));
    expect((await readFitted(model, scaled(changes)))!.learned).toEqual(expected);
  });

  test("a step less after the last that learns", async () => {
    const longer = scaled({ features: ["x", z("standard_scale", "abs", "sqrt")] });
    await writeFile(path, fittedText(longer, { ...LEARNED, learned: [[], [...learned, [], []]] }));
    expect((await readFitted(model, scaled()))!.learned).toEqual(LEARNED.learned);
  });
});

describe("a fitted file that is missing", () => {
  test("is none where no step learns", async () => {
    expect(await readFitted(model, fileOf(smallDocument()))).toBeUndefined();
  });

  test("stops with the steps that need it, and the command to run", async () => {
    expect(await mistake(scaled())).toBe(
      `DIR/small.yaml has steps that learn from training data, but DIR/small.fitted.json is missing:
  z: standard_scale
Make it: ${REMEDY}`,
    );
  });
});

describe("a fitted file that does not hold", () => {
  test.each([
    ["is cut off", (text: string) => text.slice(0, -10)],
    ["is empty", () => ""],
    ["is no object", () => "7"],
    ["is null", () => "null"],
    ["has a number changed", (text: string) => text.replace("0.30000000000000004", "0.3")],
    ["has a conflict of a merge in it", (text: string) => `<<<<<<< HEAD\n${text}`],
    ["has no digest", (text: string) => text.replace(/,\n {2}"digest".*/, "")],
  ])("because it %s stops as damaged", async (_, damage) => {
    await writeFile(path, damage(fittedText(scaled(), LEARNED)));
    expect(await mistake(scaled())).toBe(
      `DIR/small.fitted.json is damaged, or was changed by hand. Make it again: ${REMEDY}`,
    );
  });

  test("because it is of another format stops with both", async () => {
    const { createHash } = await import("node:crypto");
    const digest = createHash("sha256").update('{"skewless":2}').digest("hex");
    await writeFile(path, JSON.stringify({ skewless: 2, digest: `sha256:${digest}` }));
    expect(await mistake(scaled())).toBe(
      `DIR/small.fitted.json was written by another version of Skewless (format 2, where this one reads 1). Make it again: ${REMEDY}`,
    );
  });

  test("because the model file has changed stops as stale, also where no step learns any more", async () => {
    await writeFile(path, fittedText(scaled(), LEARNED));
    const message = `DIR/small.fitted.json is stale: inputs, features or target of DIR/small.yaml have changed since it was made. Make it again: ${REMEDY}`;
    expect(await mistake(scaled({ inputs: [{ name: "x", type: "number", missing: true }] }))).toBe(message);
    expect(await mistake(fileOf(smallDocument()))).toBe(message);
  });

  test("because it cannot be read stops with the reason", async () => {
    await mkdir(path);
    expect(await mistake(scaled())).toBe("The fitted file DIR/small.fitted.json cannot be read (EISDIR).");
  });
});

describe("the digest of a model file", () => {
  const INPUTS = [
    { name: "x", type: "number", minimum: 0, unit: "m" },
    { name: "n", type: "number", categories: [1, 2] },
    { name: "at", type: "datetime", time_zone: "Europe/Berlin" },
  ];
  const [X, N, AT] = INPUTS;
  const STEPS = ["abs", { min_max_scale: { clip: true } }];
  const FEATURES = [{ name: "z", from: "x", steps: STEPS }, "x"];
  const digest = (changes: Record<string, unknown> = {}) =>
    modelDigest(fileOf(smallDocument({ inputs: INPUTS, features: FEATURES, ...changes })));
  const TARGETS = {
    regression: { name: "y", transform: "standard_scale" },
    binary: { name: "y", type: "binary", labels: ["no", "yes"] },
    multiclass: { name: "y", type: "multiclass", labels: ["a", "b", "c"] },
    multi_output: {
      name: "y",
      type: "multi_output",
      outputs: [{ name: "a", transform: "standard_scale" }, { name: "b" }],
    },
  };
  const { regression, binary, multiclass, multi_output } = TARGETS;
  const [A, B] = multi_output.outputs;

  test.each([
    ["the order of keys", { inputs: [{ unit: "m", minimum: 0, type: "number", name: "x" }, N, AT] }],
    ["the order of inputs", { inputs: INPUTS.toReversed() }],
    ["an input's description", { inputs: [{ ...X, description: "a size" }, N, AT] }],
    ["an input's example", { inputs: [{ ...X, example: 3 }, N, AT] }],
    ["an input's unit", { inputs: [{ ...X, unit: "km" }, N, AT] }],
    ["an input's minimum", { inputs: [{ ...X, minimum: 1 }, N, AT] }],
    ["an input's maximum", { inputs: [{ ...X, maximum: 1 }, N, AT] }],
    ["a default that is written", { inputs: [{ ...X, missing: false }, N, AT] }],
    ["the order of features", { features: FEATURES.toReversed() }],
    ["a feature that learns nothing", { features: FEATURES.slice(0, 1) }],
    ["a short form written out", { features: [FEATURES[0], { name: "x", from: ["x"], steps: [] }] }],
    [
      "a default of a step written out",
      {
        features: [
          {
            name: "z",
            from: "x",
            steps: ["abs", { min_max_scale: { clip: true, feature_range: [0, 1] } }],
          },
        ],
      },
    ],
    [
      "the steps after the last that learns",
      { features: [{ name: "z", from: "x", steps: [...STEPS, "sqrt", { clip: { max: 1 } }] }] },
    ],
    ["the endpoint", { endpoint: { name: "f" } }],
    ["the model's name", { name: "other" }],
    ["the model's version", { version: "2" }],
    ["the model's description", { description: "d" }],
  ])("is the same whatever is %s", (_, changes) => {
    expect(digest(changes)).toBe(digest());
  });

  test.each([
    ["an input's name", { inputs: [X, { ...N, name: "other" }, AT] }],
    ["an input's type", { inputs: [{ ...X, type: "integer" }, N, AT] }],
    ["whether an input may be missing", { inputs: [{ ...X, missing: true }, N, AT] }],
    ["an input's categories", { inputs: [X, { ...N, categories: [1, 3] }, AT] }],
    ["an input's time zone", { inputs: [X, N, { ...AT, time_zone: "UTC" }] }],
    ["an input", { inputs: [X, N] }],
    ["a learning feature's name", { features: [{ name: "zz", from: "x", steps: STEPS }] }],
    ["what it is made from", { features: [{ name: "z", from: "n", steps: STEPS }] }],
    ["a step that learns", { features: [{ name: "z", from: "x", steps: ["abs", "standard_scale"] }] }],
    ["a step before it", { features: [{ name: "z", from: "x", steps: [STEPS[1]] }] }],
    [
      "a parameter of a step that learns",
      { features: [{ name: "z", from: "x", steps: ["abs", { min_max_scale: { clip: false } }] }] },
    ],
    ["the target's name", { target: { name: "other" } }],
    ["the target's transform", { target: { name: "y", transform: "log1p" } }],
  ])("is another one with %s", (_, changes) => {
    expect(digest(changes)).not.toBe(digest());
  });

  test.each([
    ["description", regression, { ...regression, description: "why" }],
    ["unit", regression, { ...regression, unit: "€" }],
    ["clip", regression, { ...regression, clip: { min: 0 } }],
    ["round", regression, { ...regression, round: 1 }],
    ["output", regression, { ...regression, output: 1 }],
    ["written type", regression, { ...regression, type: "regression" }],
    ["threshold", binary, { ...binary, threshold: 0.3 }],
    ["answer", binary, { ...binary, answer: "label" }],
    ["number_is", binary, { ...binary, number_is: "place" }],
    ["output", binary, { ...binary, output: "score" }],
    ["top_k", multiclass, { ...multiclass, top_k: 2 }],
    ["output", multi_output, { ...multi_output, output: "all" }],
    ["outputs' order", multi_output, { ...multi_output, outputs: [B, A] }],
    ["outputs' clip", multi_output, { ...multi_output, outputs: [{ ...A, clip: { max: 9 } }, B] }],
  ])("is the same whatever the target's %s", (_, target, changed) => {
    expect(digest({ target: changed })).toBe(digest({ target }));
  });

  test.each([
    ["labels", binary, { ...binary, labels: ["no", "oh"] }],
    ["labels' order", binary, { ...binary, labels: ["yes", "no"] }],
    ["name", binary, { ...binary, name: "other" }],
    [
      "parameters of the transform",
      regression,
      { ...regression, transform: { standard_scale: { with_mean: false } } },
    ],
    ["outputs", multi_output, { ...multi_output, outputs: [A, { name: "c" }] }],
    ["outputs' transforms", multi_output, { ...multi_output, outputs: [{ name: "a" }, B] }],
  ])("is another one with the target's %s", (_, target, changed) => {
    expect(digest({ target: changed })).not.toBe(digest({ target }));
  });
});

test("a file beside a model file has its name, whatever the ending", () => {
  expect(beside("models/x.yaml", ".fitted.json")).toBe("models/x.fitted.json");
  expect(beside("models/x.yml", ".fitted.json")).toBe("models/x.fitted.json");
  expect(beside("models/x.yaml.txt", ".fitted.json")).toBe("models/x.yaml.txt.fitted.json");
});

test("the text ends with one line end", () => {
  expect(fittedText(scaled(), LEARNED)).toMatch(/[^\n]\n$/);
});
