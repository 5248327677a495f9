import { describe, expect, test } from "vitest";
import { DATETIME_PARTS } from "../../src/model/datetime-parts.ts";
import { checkModelFile } from "../../src/model/model-file.ts";
import { STEPS } from "../../src/model/steps.ts";
import { TARGET_TRANSFORMS } from "../../src/model/target-transforms.ts";
import { bikeDocument, smallDocument } from "./fixtures.ts";

/** The mistakes of a document, as `path: message`. */
function issuesOf(document: unknown): string[] {
  const result = checkModelFile(document);
  if ("file" in result) return [];
  return result.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** The mistakes of a small, right model file with these keys replaced. */
const issues = (changes: Record<string, unknown>) => issuesOf(smallDocument(changes));

/** The mistakes of one input; `x` is what the small model's only feature takes. */
const input = (settings: Record<string, unknown>) => issues({ inputs: [{ name: "x", ...settings }] });

const NAME =
  "A letter or underscore, then letters, digits, dots, hyphens and underscores (but not __proto__).";

describe("a right model file", () => {
  test("comes back with its short forms written out", () => {
    const result = checkModelFile(
      smallDocument({ features: ["x", { from: "x" }, { from: "x", name: "again", steps: [] }].slice(1) }),
    );
    expect(result).toEqual({
      file: {
        name: "small",
        version: "1",
        endpoint: { name: "e" },
        inputs: [{ name: "x", type: "number" }],
        features: [
          { name: "x", from: ["x"], steps: [] },
          { name: "again", from: ["x"], steps: [] },
        ],
        target: { type: "regression", name: "y", transform: { name: "none", parameters: {} } },
      },
    });
  });

  test("keeps every setting that it may have", () => {
    const document = {
      $schema: "../schemas/model.schema.json",
      name: "a-1",
      version: "2026.1",
      description: "d",
      endpoint: { name: "e", target_variant: "v", target_model: "m", inference_component: "c" },
      inputs: [
        { name: "at", type: "datetime", time_zone: "UTC", example: "2020-01-01", description: "d" },
        { name: "n", type: "integer", categories: [1, 2], example: 2, unit: "u", description: "d" },
        { name: "x", type: "number", minimum: 0, maximum: 1, example: 0.5, unit: "u", description: "d" },
      ],
      features: ["n", { name: "h", from: "at", steps: [{ datetime_part: "hour" }] }],
      target: { name: "y", description: "d", unit: "u", transform: "log1p", output: "score" },
    };
    expect(checkModelFile(structuredClone(document))).toEqual({
      file: {
        ...document,
        features: [
          { name: "n", from: ["n"], steps: [] },
          { name: "h", from: ["at"], steps: [{ name: "datetime_part", parameters: "hour" }] },
        ],
        target: { ...document.target, type: "regression", transform: { name: "log1p", parameters: {} } },
      },
    });
    expect(issuesOf({ ...document, target: { name: "y", output: 0 } })).toEqual([]);
  });

  test("is the demo's", () => {
    expect(issuesOf(bikeDocument())).toEqual([]);
  });

  test("cannot be changed any more, however deep", () => {
    const result = checkModelFile(bikeDocument()) as { file: unknown };
    const open: string[] = [];
    const walk = (value: unknown, path: string) => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, part] of Object.entries(value)) walk(part, `${path}.${key}`);
    };
    walk(result.file, "file");
    expect(open).toEqual([]);
  });
});

describe("a document that is no model file", () => {
  test.each([[null], [undefined], ["text"], [4], [[]], [true]])("%j says what one is", (document) => {
    expect(issuesOf(document)).toEqual([": a model file is a mapping: name, version, endpoint, inputs, …"]);
  });

  test("misses every key that it must have", () => {
    expect(issuesOf({})).toEqual([
      "name: is missing",
      "version: is missing",
      "endpoint: is missing",
      "inputs: is missing",
      "features: is missing",
      "target: is missing",
    ]);
  });

  test("of unknown keys has each named, with what may have been meant at that place", () => {
    const changes = {
      feature: [],
      endpoint: { name: "e", target_varient: "v", outputs: 1 },
      target: { name: "y", transfrom: "log1p" },
    };
    expect(issues(changes).toSorted()).toEqual([
      "endpoint.outputs: is not a setting of this place",
      'endpoint.target_varient: is not a setting of this place; did you mean "target_variant"?',
      'feature: is not a setting of this place; did you mean "features"?',
      'target.transfrom: is not a setting of this place; did you mean "transform"?',
    ]);
    expect(issues({ "a/b~c": 1, 7: 1 })).toEqual([
      "7: is not a setting of this place",
      "a/b~c: is not a setting of this place",
    ]);
  });
});

describe("the head of a model file", () => {
  test.each([
    ["Bike", '"Bike"'],
    ["bike_rental", '"bike_rental"'],
    ["-bike", '"-bike"'],
    ["bike-", '"bike-"'],
    ["", '""'],
  ])("may not name the model %j", (name, shown) => {
    expect(issues({ name })).toEqual([
      `name: is ${shown}, which does not fit: Name in the URL: lower-case letters, digits and inner hyphens.`,
    ]);
  });

  test("may name the model with 63 characters, and not with 64", () => {
    expect(issues({ name: "a".repeat(63) })).toEqual([]);
    expect(issues({ name: "a".repeat(64) })).toEqual(["name: has 64 characters; at most 63 are allowed"]);
    expect(issues({ name: "a" })).toEqual([]);
  });

  test("has its version in quotes", () => {
    expect(issues({ version: 1 })).toEqual(["version: must be a text, not 1: put it in quotes"]);
    expect(issues({ version: 1.1 })).toEqual(["version: must be a text, not 1.1: put it in quotes"]);
    expect(issues({ version: true })).toEqual(["version: must be a text, not true: put it in quotes"]);
    expect(issues({ version: null })).toEqual(["version: must be a text, not null"]);
    expect(issues({ version: [] })).toEqual(["version: must be a text, not an array"]);
    expect(issues({ version: "" })).toEqual(["version: is empty"]);
    const text = { name: "x", type: "string", categories: ["a", ""], example: "" };
    expect(issues({ inputs: [text], features: [{ from: "x", steps: ["missing_indicator"] }] })).toEqual([
      "inputs.0.categories.1: is empty",
      "inputs.0.example: is empty",
    ]);
  });

  test("names an endpoint", () => {
    expect(issues({ endpoint: {} })).toEqual(["endpoint.name: is missing"]);
    for (const name of ["", "a b", "-a", "a".repeat(64), "a\n"]) {
      expect(issues({ endpoint: { name } })).toEqual([
        expect.stringMatching(/^endpoint.name: is .* does not fit: EndpointName/),
      ]);
    }
    expect(issues({ endpoint: { name: "a".repeat(63), target_variant: "x y" } })).toEqual([
      expect.stringMatching(/^endpoint.target_variant: is "x y", which does not fit: TargetVariant/),
    ]);
    for (const target_model of ["", " a", "a\nb", "é", "a".repeat(1025)]) {
      expect(issues({ endpoint: { name: "e", target_model } })).toHaveLength(1);
    }
    expect(issues({ endpoint: { name: "e", target_model: "a b/model.tar.gz" } })).toEqual([]);
    expect(issues({ endpoint: "e" })).toEqual(['endpoint: must be a mapping, not "e"']);
    expect(issues({ endpoint: null })).toEqual(["endpoint: must be a mapping, not null"]);
    expect(issues({ endpoint: { name: "e", target_model: 7 } })).toEqual([
      "endpoint.target_model: must be a text, not 7: put it in quotes",
    ]);
  });
});

const known = (message: string) => [`inputs.0.${message}`];

const datetimeInput = (settings: object) =>
  issues({
    inputs: [{ name: "at", type: "datetime", ...settings }],
    features: [{ from: "at", steps: [{ datetime_part: "hour" }] }],
  });

describe("the inputs", () => {
  test("are a list of at least one", () => {
    expect(issues({ inputs: {}, features: ["x"] })).toEqual([
      "inputs: must be a list, not an object",
      'features.0: "x" is not an input',
    ]);
    expect(issues({ inputs: [], features: [] })).toEqual(["inputs: is empty", "features: is empty"]);
  });

  test.each([
    ["x", '"x"'],
    [null, "null"],
    [["x"], "an array"],
  ])("are mappings, which %j is not", (value, shown) => {
    expect(issues({ inputs: [{ name: "x", type: "number" }, value] })).toEqual([
      `inputs.1: an input is a mapping like { name: temp, type: number }, not ${shown}`,
    ]);
  });

  test("have a type that there is", () => {
    const unknown = "must be one of boolean, datetime, integer, number, string, not";
    // An input of an unknown type is not declared, so its feature has nothing to be made from.
    const orphan = 'features.0: "x" is not an input';
    expect(input({ type: "numbr" })).toEqual([`inputs.0.type: ${unknown} "numbr"; did you mean "number"?`]);
    expect(input({ type: "valueOf" })).toEqual([`inputs.0.type: ${unknown} "valueOf"`]);
    expect(input({})).toEqual([`inputs.0.type: ${unknown} nothing`]);
    expect(input({ type: 4 })).toEqual([`inputs.0.type: ${unknown} 4`]);
    expect(issues({ inputs: [{ type: "numbr" }] })).toEqual([
      `inputs.0.type: ${unknown} "numbr"; did you mean "number"?`,
      orphan,
    ]);
  });

  test.each(["1x", "a b", "a,b", "", "__proto__", "é", "a\n"])("may not be named %j", (name) => {
    expect(
      issues({
        inputs: [
          { name: "x", type: "number" },
          { name, type: "number" },
        ],
      }),
    ).toEqual([`inputs.1.name: is ${JSON.stringify(name)}, which does not fit: ${NAME}`]);
  });

  test.each(["_", "a.b-c_d", "constructor", "toString", "A1", "a".repeat(64)])("may be named %s", (name) => {
    expect(issues({ inputs: [{ name, type: "number" }], features: [name] })).toEqual([]);
  });

  test("have a name of at most 64 characters, and not of 65", () => {
    const name = "a".repeat(65);
    expect(issues({ inputs: [{ name, type: "number" }], features: [name] })).toEqual([
      "inputs.0.name: has 65 characters; at most 64 are allowed",
    ]);
  });

  test("without a name are told so, and are no input of a feature", () => {
    expect(issues({ inputs: [{ type: "number" }] })).toEqual([
      "inputs.0.name: is missing",
      'features.0: "x" is not an input',
    ]);
  });

  test("have only the settings of their type", () => {
    expect(input({ type: "number", time_zone: "UTC" })).toEqual(
      known("time_zone: is not a setting of this place"),
    );
    expect(input({ type: "integer", minium: 0 })).toEqual(
      known('minium: is not a setting of this place; did you mean "minimum"?'),
    );
    expect(
      issues({
        inputs: [{ name: "x", type: "datetime", unit: "h" }],
        features: [{ from: "x", steps: [{ datetime_part: "hour" }] }],
      }),
    ).toEqual(known("unit: is not a setting of this place"));
  });

  test("have settings of the right kind", () => {
    expect(input({ type: "number", minimum: "0", unit: 4, example: null })).toEqual([
      "inputs.0.unit: must be a text, not 4: put it in quotes",
      'inputs.0.minimum: must be a number, not "0"',
      "inputs.0.example: must be a number, not null",
    ]);
    expect(input({ type: "number", maximum: Infinity })).toEqual(
      known("maximum: must be a number, not Infinity"),
    );
    expect(input({ type: "number", categories: 4 })).toEqual(known("categories: must be a list, not 4"));
    expect(input({ type: "number", categories: [] })).toEqual(known("categories: is empty"));
    expect(input({ type: "number", categories: [1, 1] })).toEqual(known("categories: holds a value twice"));
    expect(input({ type: "number", categories: [1, "2"] })).toEqual(
      known('categories.1: must be a number, not "2"'),
    );
  });

  test("have a minimum that leaves something up to the maximum", () => {
    expect(input({ type: "number", minimum: 1, maximum: 1 })).toEqual([]);
    expect(input({ type: "number", minimum: 1.1, maximum: 1 })).toEqual(
      known("minimum: leaves no number up to the maximum"),
    );
    expect(input({ type: "integer", minimum: 0.5, maximum: 1 })).toEqual([]);
    expect(input({ type: "integer", minimum: 0.5, maximum: 0.9 })).toEqual(
      known("minimum: leaves no whole number up to the maximum"),
    );
    expect(input({ type: "integer", minimum: 1e300 })).toEqual(
      known("minimum: leaves no whole number up to the maximum"),
    );
  });

  test("have categories that their other settings allow", () => {
    expect(input({ type: "integer", categories: [1, 1.5] })).toEqual(
      known("categories.1: must be a whole number, not 1.5"),
    );
    expect(input({ type: "number", minimum: 0, maximum: 2, categories: [0, 2, 3, -1] })).toEqual([
      "inputs.0.categories.2: must be at most 2, not 3",
      "inputs.0.categories.3: must be at least 0, not -1",
    ]);
  });

  test("have an example that works", () => {
    expect(input({ type: "integer", categories: [1, 2], example: 3 })).toEqual(
      known("example: must be one of 1, 2, not 3"),
    );
    expect(input({ type: "number", minimum: 0, example: -1 })).toEqual(
      known("example: must be at least 0, not -1"),
    );
    expect(datetimeInput({ example: "2012-02-30" })).toEqual(
      known('example: "2012-02-30" is not in the calendar: February 2012 has 29 days'),
    );
    expect(datetimeInput({ example: "2012-02-29T00:00Z", time_zone: "UTC" })).toEqual([]);
    expect(datetimeInput({ example: 2012 })).toEqual(
      known("example: must be a text, not 2012: put it in quotes"),
    );
    expect(datetimeInput({ time_zone: "Europe/Atlantis" })).toEqual(
      known("time_zone: is not a time zone; use an IANA name such as Europe/Berlin"),
    );
  });

  test("of texts and booleans have categories and examples of their kind", () => {
    const text = (settings: object) =>
      issues({
        inputs: [{ name: "x", type: "string", ...settings }],
        features: [{ from: "x", steps: ["one_hot"] }],
      });
    expect(text({ categories: ["a", "b"], example: "b", missing: true })).toEqual([]);
    expect(text({ categories: ["a", "b"], example: "c" })).toEqual(
      known('example: must be one of a, b, not "c"'),
    );
    expect(text({ categories: ["a", 1] })).toEqual(
      known("categories.1: must be a text, not 1: put it in quotes"),
    );
    expect(text({ categories: ["a", "a"] })).toEqual(known("categories: holds a value twice"));
    expect(text({ minimum: 0 })).toEqual(known("minimum: is not a setting of this place"));
    expect(input({ type: "boolean", example: false, missing: false })).toEqual([]);
    expect(input({ type: "boolean", categories: [true] })).toEqual(
      known("categories: is not a setting of this place"),
    );
  });

  test("have names of their own", () => {
    const x = { name: "x", type: "number" };
    expect(issues({ inputs: [x, { name: "z", type: "integer" }, x] })).toEqual([
      'inputs.2: has the name "x", which is taken',
    ]);
    expect(issues({ inputs: [x, { name: "x" }] })).toEqual([
      "inputs.1.type: must be one of boolean, datetime, integer, number, string, not nothing",
      'inputs.1: has the name "x", which is taken',
    ]);
  });
});

describe("the features", () => {
  const at = { name: "at", type: "datetime" };
  const x = { name: "x", type: "number" };
  const feature = (value: unknown) => issues({ inputs: [at, x], features: [value] });

  const steps = (...list: unknown[]) => feature({ from: "at", steps: list });

  test("are inputs' names or mappings", () => {
    expect(feature(null)).toEqual([
      "features.0: a feature is an input's name, or { name, from, steps }, not null",
    ]);
    expect(feature(["x"])).toEqual([
      "features.0: a feature is an input's name, or { name, from, steps }, not an array",
    ]);
    expect(issues({ features: "x" })).toEqual(['features: must be a list, not "x"']);
  });

  test("are made from an input", () => {
    expect(feature("X")).toEqual(['features.0: "X" is not an input; did you mean "x"?']);
    expect(feature({ name: "z", from: ["x", "x"] })).toEqual(['features.0.from: names the input "x" twice']);
    expect(feature({ from: "wind" })).toEqual(['features.0.from: "wind" is not an input']);
    expect(feature({ name: "x" })).toEqual(["features.0.from: is missing"]);
    for (const [from, shown] of [
      [4, "4"],
      [[], "an array"],
    ]) {
      expect(feature({ from, name: "z" })).toEqual([
        `features.0.from: is ${shown}, which does not fit: Name of the input it is made from; or several, for a step that takes several.`,
      ]);
    }
    expect(feature("__proto__")).toEqual(['features.0: "__proto__" is not an input']);
  });

  test("have only their own settings", () => {
    expect(feature({ from: "x", step: [] })).toEqual([
      'features.0.step: is not a setting of this place; did you mean "steps"?',
    ]);
    expect(feature({ from: "x", name: "1" })).toEqual([
      `features.0.name: is "1", which does not fit: ${NAME}`,
    ]);
    expect(feature({ from: "x", steps: { datetime_part: "hour" } })).toEqual([
      "features.0.steps: must be a list, not an object",
    ]);
  });

  test("have names of their own, whether given or taken from the input", () => {
    expect(issues({ features: ["x", "x"] })).toEqual(['features.1: has the name "x", which is taken']);
    expect(issues({ features: ["x", { from: "x" }] })).toEqual([
      'features.1: has the name "x", which is taken',
    ]);
    expect(issues({ features: [{ from: "x", name: "z" }, "x", { name: "z", from: "x" }] })).toEqual([
      'features.2: has the name "z", which is taken',
    ]);
  });

  test("have steps that are there", () => {
    const form = "a step is a mapping of one name, like { datetime_part: hour }, not";
    const there = `(steps: ${Object.keys(STEPS).join(", ")})`;
    expect(steps({ datetime_prt: "hour" })).toEqual([
      `features.0.steps.0: there is no step "datetime_prt"; did you mean "datetime_part"? ${there}`,
    ]);
    expect(steps("toString")).toEqual([`features.0.steps.0: there is no step "toString" ${there}`]);
    expect(steps({ datetime_part: "hour", other: 1 })).toEqual([`features.0.steps.0: ${form} an object`]);
    expect(steps({})).toEqual([`features.0.steps.0: ${form} an object`]);
    expect(steps(null)).toEqual([`features.0.steps.0: ${form} null`]);
    expect(steps([])).toEqual([`features.0.steps.0: ${form} an array`]);
  });

  test("have steps with right parameters", () => {
    const parts = `must be one of ${Object.keys(DATETIME_PARTS).join(", ")}, not`;
    const part = (value: unknown) => feature({ from: "at", steps: [{ datetime_part: value }] });
    expect(part("era")).toEqual([`features.0.steps.0.datetime_part: ${parts} "era"`]);
    expect(part("yaer")).toEqual([`features.0.steps.0.datetime_part: ${parts} "yaer"`]);
    expect(part("years")).toEqual([
      `features.0.steps.0.datetime_part: ${parts} "years"; did you mean "year"?`,
    ]);
    expect(part(null)).toEqual([`features.0.steps.0.datetime_part: ${parts} null`]);
    expect(feature({ from: "at", steps: ["datetime_part"] })).toEqual([
      `features.0.steps.0: ${parts} nothing`,
    ]);
  });

  test("have steps that take what comes before them", () => {
    const hour = { datetime_part: "hour" };
    expect(feature({ from: "x", steps: [hour] })).toEqual([
      "features.0.steps.0: datetime_part takes a datetime, but gets a number here",
    ]);
    expect(feature({ from: "at", steps: [hour, hour, hour] })).toEqual([
      "features.0.steps.1: datetime_part takes a datetime, but gets a number here",
    ]);
    for (const value of ["at", { from: "at" }]) {
      expect(feature(value)).toEqual([
        "features.0: ends as a datetime, which an endpoint cannot read; add a step such as { datetime_part: hour }",
      ]);
    }
  });

  test("of several inputs have a name, and columns that the endpoint can read", () => {
    const several = (changes: object) => feature({ name: "z", from: ["x", "at"], ...changes });
    expect(feature({ from: ["x"] })).toEqual([]);
    expect(feature({ from: ["x", "at"], steps: ["missing_indicator"] })).toEqual([
      "features.0: is made from 2 inputs: give it a name",
    ]);
    expect(several({ steps: ["missing_indicator"] })).toEqual([]);
    expect(several({ from: ["x", "wind", "att"] })).toEqual([
      'features.0.from.1: "wind" is not an input',
      'features.0.from.2: "att" is not an input; did you mean "at"?',
    ]);
    expect(several({})).toEqual([
      "features.0: ends as a datetime, which an endpoint cannot read; add a step such as { datetime_part: hour }",
    ]);
    expect(several({ steps: ["log"] })).toEqual([
      "features.0.steps.0: log takes a number, but gets a datetime here",
    ]);
  });

  test("have names of their own, whether an input is listed or not", () => {
    expect(issues({ features: ["x", { from: ["x"] }] })).toEqual([
      'features.1: has the name "x", which is taken',
    ]);
  });

  test("do not end as a category", () => {
    const s = { name: "s", type: "string", missing: true };
    expect(issues({ inputs: [s], features: ["s"] })).toEqual([
      "features.0: ends as a category, which an endpoint cannot read; add a step such as one_hot",
    ]);
    expect(
      issues({ inputs: [s], features: [{ from: "s", steps: [{ impute: { constant: "a" } }] }] }),
    ).toEqual(["features.0: ends as a category, which an endpoint cannot read; add a step such as one_hot"]);
  });

  test("are told where a missing value can come, and where none can any more", () => {
    const missing = [{ name: "x", type: "number", missing: true }];
    const refused = (place: number) =>
      `features.0.steps.${place}: polynomial takes no missing value, and an input may be missing: impute it first`;
    const found = (...list: unknown[]) => issues({ inputs: missing, features: [{ from: "x", steps: list }] });
    expect(found("polynomial")).toEqual([refused(0)]);
    expect(found("log", "polynomial")).toEqual([refused(1)]);
    expect(found({ impute: "mean" }, "log", "polynomial")).toEqual([]);
    expect(found("missing_indicator", "polynomial")).toEqual([]);
    expect(feature({ from: "x", steps: ["polynomial"] })).toEqual([]);
  });

  test("have steps written by name alone where they have defaults, which what is given replaces", () => {
    const result = checkModelFile(
      smallDocument({
        features: [
          { name: "a", from: "x", steps: ["round", { round: {} }, { round: { decimals: 1 } }] },
          { name: "b", from: "x", steps: [{ polynomial: { include_bias: false } }] },
        ],
      }),
    );
    expect(result).toMatchObject({
      file: {
        features: [
          { steps: [0, 0, 1].map((decimals) => ({ name: "round", parameters: { decimals } })) },
          {
            steps: [
              { name: "polynomial", parameters: { degree: 2, interaction_only: false, include_bias: false } },
            ],
          },
        ],
      },
    });
  });

  test("are not blamed for an input that is wrong in itself", () => {
    expect(issues({ inputs: [{ name: "x", type: "number", minimum: "0" }] })).toEqual([
      'inputs.0.minimum: must be a number, not "0"',
    ]);
  });
});

const target = (value: unknown) => issues({ target: value });

describe("the target", () => {
  test("has a name, which is not an input's", () => {
    expect(target({})).toEqual(["target.name: is missing"]);
    expect(target({ name: "1" })).toEqual([`target.name: is "1", which does not fit: ${NAME}`]);
    expect(target({ name: "x" })).toEqual([
      "target.name: is an input too: the answer cannot be part of the question",
    ]);
    expect(target("y")).toEqual(['target: must be a mapping, not "y"']);
  });

  test("has a transform that is there", () => {
    const transforms = `target.transform: must be one of ${Object.keys(TARGET_TRANSFORMS).join(", ")}, not`;
    expect(target({ name: "y", transform: "cube" })).toEqual([`${transforms} "cube"`]);
    expect(target({ name: "y", transform: "log2p" })).toEqual([
      `${transforms} "log2p"; did you mean "log1p"?`,
    ]);
    expect(target({ name: "y", transform: null })).toEqual([`${transforms} null`]);
  });

  test.each([
    [-1, "-1"],
    [1.5, "1.5"],
    [null, "null"],
    [["score"], "an array"],
  ])("has an output by name or position, which %j is not", (output, shown) => {
    expect(target({ name: "y", output })).toEqual([
      `target.output: is ${shown}, which does not fit: Which field (by name) or column (by position, from 0) of the endpoint's answer is the prediction, where it gives several.`,
    ]);
  });
});

test("every mistake is told at once", () => {
  const document = smallDocument({
    version: 1,
    inputs: [
      { name: "x", type: "float" },
      { name: "at", type: "datetime", time_zone: "Mars" },
    ],
    features: ["y", { from: "at", steps: [{ datetime_part: "min" }] }],
    target: { name: "at", transform: "cube" },
    colour: "red",
  });
  expect(issuesOf(document).map((issue) => issue.split(":")[0])).toEqual([
    "colour",
    "version",
    "inputs.0.type",
    "inputs.1.time_zone",
    "features.0",
    "features.1.steps.0.datetime_part",
    "target.transform",
    "target.name",
  ]);
});
