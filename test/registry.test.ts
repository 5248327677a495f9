import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../src/errors.ts";
import { STEPS } from "../src/model/steps.ts";
import { TARGET_TRANSFORMS } from "../src/model/target-transforms.ts";
import { fittedText } from "../src/fitted-file.ts";
import { loadModel, loadModelFile, loadModels } from "../src/registry.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-registry-"));
});
afterEach(() => rm(folder, { recursive: true }));

const RIGHT = `name: small
version: "1"
endpoint: { name: e }
inputs:
  - { name: x, type: number }
features: [x]
target: { name: y }
`;

async function put(file: string, text: string): Promise<string> {
  const path = join(folder, file);
  await writeFile(path, text);
  return path;
}

/** Writes the fitted file of `m.yaml`, for a mean of 2 and a scale of 4. */
async function putFitted(path: string): Promise<void> {
  const text = fittedText(await loadModelFile(path, {}), {
    data: { digest: "sha256:00", rows: 3 },
    baseline: { inputs: {}, target: {} },
    learned: [[[{ mean: 2, scale: 4 }]]],
    target: [{}],
  });
  await put("m.fitted.json", text);
}

/** The message of the mistake that stops the start, with the temporary folder written as `DIR`. */
async function mistakeOf(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => new Error("expected a mistake"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UsageError)) throw error;
  return error.message.replaceAll(folder, "DIR");
}

/** What is wrong with a model file of this text. */
async function mistakesIn(text: string, variables = {}): Promise<string> {
  return mistakeOf(loadModel(await put("m.yaml", text), variables));
}

describe("the fitted file", () => {
  const LEARNING = RIGHT.replace("features: [x]", "features: [{ from: x, steps: [standard_scale] }]");

  test("gives the steps what they learned, and the model its baseline", async () => {
    const path = await put("m.yaml", LEARNING);
    await putFitted(path);
    const { pipeline, fitted } = await loadModel(path, {});
    expect(pipeline.encode([[6]])).toEqual(["1"]);
    expect(fitted).toEqual({
      data: { digest: "sha256:00", rows: 3 },
      baseline: { inputs: {}, target: {} },
    });
  });

  test("is not needed where no step learns: there is no baseline then", async () => {
    const model = await loadModel(await put("m.yaml", RIGHT), {});
    expect(Object.keys(model)).toEqual(["pipeline", "golden"]);
  });

  test("stops the start where it is missing, and where it is stale, with the command to run", async () => {
    const path = await put("m.yaml", LEARNING);
    const command = "Make it: npx skewless fit DIR/m.yaml TRAIN.csv";
    expect(await mistakeOf(loadModels(folder, {}))).toContain(command);
    await putFitted(path);
    await expect(loadModels(folder, {})).resolves.toHaveLength(1);
    await put("m.yaml", RIGHT);
    expect(await mistakeOf(loadModels(folder, {}))).toMatch(
      /is stale: .*npx skewless fit DIR\/m\.yaml TRAIN\.csv$/,
    );
  });
});

describe("several folders of models", () => {
  test("are read one after the other, and each model knows its own", async () => {
    for (const [name, inner] of [
      ["a", "second"],
      ["b", "first"],
    ] as const) {
      await mkdir(join(folder, inner));
      await put(`${inner}/${name}.yaml`, RIGHT.replace("small", name));
    }
    const [first, second] = ["first", "second"].map((name) => join(folder, name));
    const models = await loadModels(`${first},${second}`, {});
    expect(models.map((model) => [model.pipeline.name, model.folder])).toEqual([
      ["b", first],
      ["a", second],
    ]);
  });

  test("must each hold a model, and no two of all models the same name", async () => {
    await put("a.yaml", RIGHT);
    await mkdir(join(folder, "more"));
    const both = `${folder},${join(folder, "more")}`;
    expect(await mistakeOf(loadModels(both, {}))).toBe(
      "No models: the folder DIR/more holds no .yaml file. Set MODELS_DIR.",
    );
    await put("more/b.yaml", RIGHT);
    expect(await mistakeOf(loadModels(both, {}))).toMatch(
      /^Two model files in DIR,.*more have the name small\.$/,
    );
  });

  test("are not what one folder with a comma in its name is", async () => {
    await mkdir(join(folder, "a,b"));
    await put("a,b/m.yaml", RIGHT);
    await expect(loadModels(join(folder, "a,b"), {})).resolves.toHaveLength(1);
  });
});

describe("the demo's folder", () => {
  test("holds one model, whose golden rows replay", async () => {
    const [model, ...others] = await loadModels("models", {});
    expect(others).toEqual([]);
    expect(model!.pipeline.name).toBe("bike-rental");
    expect(model!.pipeline.endpoint.name).toBe("xgboost-biketrain-v1");
    expect(model!.golden.map((row) => row.prediction)).toEqual([
      571.092597122044, 555.3798181158465, 10.489602427179491,
    ]);
  });

  test("takes the endpoint's name from ENDPOINT_NAME", async () => {
    const [model] = await loadModels("models", { ENDPOINT_NAME: "mine" });
    expect(model!.pipeline.endpoint.name).toBe("mine");
  });

  test("has examples within, which are fitted, have golden rows that replay, and follow a variable of their own", async () => {
    const models = await loadModels("models/examples", { ENDPOINT_NAME: "mine" });
    expect(models.map(({ pipeline }) => [pipeline.name, pipeline.endpoint.name])).toEqual([
      ["customer-churn", "xgboost-churn-v1"],
    ]);
    expect(models[0]!.golden).toHaveLength(5);
    expect(models[0]!.fitted?.data!.rows).toBe(6000);
    const [other] = await loadModels("models/examples", { CHURN_ENDPOINT_NAME: "its-own" });
    expect(other!.pipeline.endpoint.name).toBe("its-own");
  });
});

const report = (name: string) =>
  `The model file ${name} no longer encodes its golden rows as it must:\n` +
  "  row 2, x: expected 3, got 2\n" +
  "Mend the model file, or record new golden rows if the model was retrained on other features.";

const rows = (n: number) => '{"features":[1],"csv":"2","prediction":1}\n'.repeat(n);

describe("a folder of models", () => {
  test("is read in the order of its file names, .yaml and .yml alike, and nothing else", async () => {
    await put("b.yml", RIGHT.replace("small", "second"));
    await put("a.yaml", RIGHT.replace("small", "first"));
    await put("c.json", "{}");
    await put("d.yaml.bak", "no");
    await mkdir(join(folder, "e"));
    const models = await loadModels(folder, {});
    expect(models.map(({ pipeline }) => pipeline.name)).toEqual(["first", "second"]);
  });

  test("passes the limits on to every model", async () => {
    await put("a.yaml", RIGHT);
    const [model] = await loadModels(folder, {}, { maxInstances: 1, maxErrors: 1 });
    const instances = [{ features: [1] }, { features: [2] }];
    expect(() => model!.pipeline.readInstances({ instances })).toThrow("1 field does not fit");
    expect(model!.pipeline.readInstances({ instances: instances.slice(1) })).toEqual([[2]]);
  });

  test("that is not there, or holds no model, says which variable to set", async () => {
    expect(await mistakeOf(loadModels(join(folder, "none"), {}))).toBe(
      "No models: the folder DIR/none cannot be read (ENOENT). Set MODELS_DIR.",
    );
    expect(await mistakeOf(loadModels(folder, {}))).toBe(
      "No models: the folder DIR holds no .yaml file. Set MODELS_DIR.",
    );
  });

  test("may not name two models alike", async () => {
    await put("a.yaml", RIGHT);
    await put("b.yaml", RIGHT);
    expect(await mistakeOf(loadModels(folder, {}))).toBe("Two model files in DIR have the name small.");
  });

  test("tells the mistakes of one file as that file's own", async () => {
    await put("a.yaml", RIGHT.replace("number", "float"));
    await put("b.yaml", RIGHT);
    expect(await mistakeOf(loadModels(folder, {}))).toBe(
      'DIR/a.yaml:5: inputs[0].type must be one of boolean, datetime, integer, number, string, not "float"',
    );
  });

  test("tells the mistakes of every file at once", async () => {
    await put("a.yaml", RIGHT.replace("number", "float"));
    await put("b.yaml", RIGHT);
    await put("c.yaml", "name: [");
    await mkdir(join(folder, "d.yaml"));
    const message = await mistakeOf(loadModels(folder, {}));
    expect(message).toMatch(
      /^DIR\/a\.yaml:5: inputs\[0\]\.type must be one of boolean, datetime, integer, number, string, not "float"$/m,
    );
    expect(message).toMatch(/^DIR\/c\.yaml:1: Flow sequence /m);
    expect(message).toMatch(/^The model file DIR\/d\.yaml cannot be read \(EISDIR\)\.$/m);
    expect(message).not.toContain("b.yaml");
  });

  test("refuses a model that no longer encodes its golden rows, and every one that does not", async () => {
    for (const name of ["a", "b"]) {
      await put(`${name}.yaml`, RIGHT.replace("small", name));
      await put(
        `${name}.golden.jsonl`,
        '{"features":[1],"csv":"1","prediction":1}\n{"features":[2],"csv":"3","prediction":1}',
      );
    }
    expect(await mistakeOf(loadModels(folder, {}))).toBe(`${report("a")}\n${report("b")}`);
  });

  test("lists twenty differences, and counts from the twenty-first on", async () => {
    await put("a.yaml", RIGHT);
    await put("a.golden.jsonl", rows(20));
    const twenty = await mistakeOf(loadModels(folder, {}));
    expect(twenty.match(/expected 2, got 1/g)).toHaveLength(20);
    expect(twenty).not.toContain("more");
    await put("a.golden.jsonl", rows(21));
    const more = await mistakeOf(loadModels(folder, {}));
    expect(more.match(/expected 2, got 1/g)).toHaveLength(20);
    expect(more).toContain("\n  … and 1 more\n");
  });
});

describe("a model file", () => {
  test("that is right gives a pipeline, with no golden rows where there are none", async () => {
    const { pipeline, golden } = await loadModel(await put("m.yaml", RIGHT), {});
    expect([pipeline.name, pipeline.columns, golden]).toEqual(["small", ["x"], []]);
  });

  test("that is not there says so", async () => {
    expect(await mistakeOf(loadModel(join(folder, "m.yaml"), {}))).toBe(
      "The model file DIR/m.yaml cannot be read (ENOENT).",
    );
  });

  test.each(["", "# only a comment\n", "---\n", "text", "- a list"])(
    "of %j says what one is",
    async (text) => {
      expect(await mistakesIn(text)).toBe(
        "DIR/m.yaml:1: a model file is a mapping: name, version, endpoint, inputs, …",
      );
    },
  );

  test("with a mistake of YAML shows the place", async () => {
    expect(await mistakesIn("name: small\nversion: a: b\n")).toBe(
      [
        "DIR/m.yaml:2: Nested mappings are not allowed in compact mappings at line 2, column 10:",
        "",
        "version: a: b",
        "         ^",
      ].join("\n"),
    );
    expect(await mistakesIn("name: small\n\tversion: 1\n")).toMatch(/^DIR\/m\.yaml:2: /);
  });

  test("with a key twice says so", async () => {
    expect(await mistakesIn(`${RIGHT}name: again\n`)).toMatch(
      /^DIR\/m\.yaml:8: Map keys must be unique at line 8,/,
    );
  });

  test("with two documents in it is refused", async () => {
    expect(await mistakesIn(`${RIGHT}---\n${RIGHT}`)).toMatch(
      /^DIR\/m\.yaml:8: Source contains multiple documents/,
    );
  });

  test("names each mistake with its line and its place, from top to bottom", async () => {
    const text = `name: Small
version: 1
endpont:
  name: e
inputs:
  - name: x
    type: number
    minimum: 2
    maximum: 1
  - name: at
    type: datetime
    example: 2012-02-30
features:
  - x
  - from: at
    steps:
      - datetime_prt: hour
target: { name: y, transform: cube }
`;
    expect((await mistakesIn(text)).split("\n")).toEqual([
      "DIR/m.yaml:1: endpoint is missing",
      'DIR/m.yaml:1: name is "Small", which does not fit: Name in the URL: lower-case letters, digits and inner hyphens.',
      "DIR/m.yaml:2: version must be a text, not 1: put it in quotes",
      'DIR/m.yaml:3: endpont is not a setting of this place; did you mean "endpoint"?',
      "DIR/m.yaml:8: inputs[0].minimum leaves no number up to the maximum",
      'DIR/m.yaml:12: inputs[1].example "2012-02-30" is not in the calendar: February 2012 has 29 days',
      `DIR/m.yaml:17: features[1].steps[0] there is no step "datetime_prt"; did you mean "datetime_part"? (steps: ${Object.keys(STEPS).join(", ")})`,
      `DIR/m.yaml:18: target.transform must be one of ${Object.keys(TARGET_TRANSFORMS).join(", ")}, not "cube"`,
    ]);
  });

  test("names the nearest place around what is missing", async () => {
    expect(await mistakesIn(RIGHT.replace("target: { name: y }", "target:\n  unit: km\n"))).toBe(
      "DIR/m.yaml:7: target.name is missing",
    );
    expect(await mistakesIn(RIGHT.replace("{ name: x, type: number }", "\n    type: number"))).toBe(
      ["DIR/m.yaml:6: inputs[0].name is missing", 'DIR/m.yaml:7: features[0] "x" is not an input'].join("\n"),
    );
    expect(await mistakesIn(`${RIGHT}7: 1\n`)).toBe("DIR/m.yaml:8: [7] is not a setting of this place");
  });
});

test.each([1_000, 3_000, 100_000])(
  "%d brackets are nested too deeply, or at least a mistake",
  async (depth) => {
    const path = await put("m.yaml", "[".repeat(depth) + "]".repeat(depth));
    const error: unknown = await loadModelFile(path, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).not.toContain("call stack");
    if (depth === 100_000) expect((error as Error).message).toBe(`${path}: is nested too deeply.`);
  },
);

describe("the aliases of a model file", () => {
  test("stand for what their anchors hold", async () => {
    const text = RIGHT.replace(
      "{ name: x, type: number }",
      "&x { name: x, type: number, description: &d text }",
    ).replace("{ name: y }", "{ name: y, description: *d }");
    expect((await loadModel(await put("m.yaml", text), {})).pipeline.target.description).toBe("text");
  });

  test("are where a mistake inside them is found", async () => {
    const text = RIGHT.replace("endpoint: { name: e }", "endpoint: &e { nam: e }").replace(
      "{ name: y }",
      "*e",
    );
    expect((await mistakesIn(text)).split("\n")).toEqual([
      "DIR/m.yaml:3: endpoint.name is missing",
      'DIR/m.yaml:3: endpoint.nam is not a setting of this place; did you mean "name"?',
      "DIR/m.yaml:7: target.name is missing",
      'DIR/m.yaml:7: target.nam is not a setting of this place; did you mean "name"?',
    ]);
  });

  test("may not be without an anchor, nor within it", async () => {
    expect(await mistakesIn(RIGHT.replace("[x]", "*features"))).toBe(
      "DIR/m.yaml:6: the alias *features names no anchor before it.",
    );
    expect(await mistakesIn(RIGHT.replace("[x]", "&f [x, *f]"))).toBe(
      "DIR/m.yaml:6: the alias *f lies within its own anchor.",
    );
    expect(await mistakesIn(RIGHT.replace("{ name: e }", "&e { name: { deep: [*e] } }"))).toBe(
      "DIR/m.yaml:3: the alias *e lies within its own anchor.",
    );
  });

  test("may not multiply to a billion", async () => {
    const lines = Array.from({ length: 9 }, (_, i) => {
      const ten = Array.from({ length: 10 }, () => (i === 0 ? "lol" : `*a${i - 1}`)).join(", ");
      return `x${i}: &a${i} [${ten}]`;
    });
    expect(await mistakesIn(`${RIGHT}${lines.join("\n")}\n`)).toBe(
      "DIR/m.yaml: the aliases multiply beyond measure.",
    );
  });
});

const endpoint = (name: string) => RIGHT.replace("{ name: e }", `{ name: "${name}" }`);

/** What a description, which takes any text, becomes. */
const described = async (text: string, variables: Record<string, string | undefined> = {}) => {
  const file = RIGHT.replace("endpoint:", `description: "${text}"\nendpoint:`);
  return (await loadModel(await put("m.yaml", file), variables)).pipeline.description;
};

describe("the variables of a model file", () => {
  test.each([
    ["${A}", "a"],
    ["${A:-b}", "a"],
    ["${NONE:-b}", "b"],
    ["${EMPTY:-b}", "b"],
    ["${NONE:-b c-d:-e}", "b c-d:-e"],
    ["x-${A}-${NONE:-b}-${A}", "x-a-b-a"],
    ["$A $ {A} A}", "$A $ {A} A}"],
    ["${REF}", "${A}"],
    ["${DOLLARS}", "$& $1 $$"],
  ])("%s is %s", async (text, name) => {
    const variables = { A: "a", EMPTY: "", REF: "${A}", DOLLARS: "$& $1 $$", UNDEFINED: undefined };
    expect(await described(text, variables)).toBe(name);
  });

  test("stand anywhere in the file, in lists as well", async () => {
    const text = RIGHT.replace("[x]", '["${FEATURE}"]').replace("small", '"${NAME:-small}"');
    const { pipeline } = await loadModel(await put("m.yaml", text), { FEATURE: "x" });
    expect([pipeline.name, pipeline.columns]).toEqual(["small", ["x"]]);
  });

  test("that are not set and have no default are named, with every other mistake", async () => {
    const text = endpoint("${ENDPOINT_NAME}").replace('"1"', "${VERSION}").replace("number", "numbr");
    expect((await mistakesIn(text, { VERSION: "" })).split("\n")).toEqual([
      "DIR/m.yaml:2: version takes ${VERSION}, which is not set: set it, or write a default: ${VERSION:-default}",
      "DIR/m.yaml:3: endpoint.name takes ${ENDPOINT_NAME}, which is not set: set it, or write a default: ${ENDPOINT_NAME:-default}",
      'DIR/m.yaml:5: inputs[0].type must be one of boolean, datetime, integer, number, string, not "numbr"; did you mean "number"?',
    ]);
  });

  test("that are not set stop even a file that is right otherwise, and blame its place once", async () => {
    expect(await mistakesIn(endpoint("${A}"))).toBe(
      "DIR/m.yaml:3: endpoint.name takes ${A}, which is not set: set it, or write a default: ${A:-default}",
    );
    expect(await mistakesIn(RIGHT.replace("small", '"${A}"'))).toBe(
      "DIR/m.yaml:1: name takes ${A}, which is not set: set it, or write a default: ${A:-default}",
    );
  });

  test("are not found in what every object inherits", async () => {
    expect(await mistakesIn(endpoint("${constructor}"))).toMatch(/takes \$\{constructor\}, which is not set/);
  });

  test.each(["${A-b}", "${A:?}", "${}", "${a b}", "${A", "${1A}", "${A.B}"])(
    "may not be written as %s",
    async (text) => {
      expect(await mistakesIn(endpoint(text), { A: "a" })).toBe(
        `DIR/m.yaml:3: endpoint.name holds ${text}: write \${NAME} or \${NAME:-default}`,
      );
    },
  );

  test("with an empty default leave the text empty, which an endpoint's name may not be", async () => {
    expect(await mistakesIn(endpoint("${A:-}"))).toMatch(
      /^DIR\/m.yaml:3: endpoint.name is "", which does not fit: EndpointName/,
    );
  });
});

const golden = async (text: string) => {
  await put("m.golden.jsonl", text);
  return loadModel(await put("m.yml", RIGHT), {});
};

describe("the golden rows", () => {
  const row = '{"features":[1],"csv":"1","prediction":1.5}';

  test("are one JSON object a line; empty lines and the line ends of Windows do not matter", async () => {
    const one = { features: [1], csv: "1", prediction: 1.5 };
    expect(
      (await golden(`${row}\r\n\r\n  \n{"features":{"x":1},"csv":"1","prediction":1.5}`)).golden,
    ).toEqual([one, { ...one, features: { x: 1 } }]);
  });

  test.each([
    "{",
    "null",
    "4",
    "[]",
    "{}",
    '{"features":null,"csv":"1","prediction":1}',
    '{"features":"1","csv":"1","prediction":1}',
    '{"features":[1],"csv":1,"prediction":1}',
    '{"features":[1],"csv":"1"}',
    '{"features":[1],"csv":"1","prediction":"1"}',
    '{"features":[1],"csv":"1","prediction":1e999}',
  ])("may not be %s", async (line) => {
    expect(await mistakeOf(golden(`${row}\n${line}\n`))).toBe(
      'DIR/m.golden.jsonl:2: a golden row is a JSON object like {"features": […], "csv": "…", "prediction": 1.5}.',
    );
  });

  test("that cannot be read stop the start", async () => {
    await mkdir(join(folder, "m.golden.jsonl"));
    expect(await mistakeOf(loadModel(await put("m.yaml", RIGHT), {}))).toBe(
      "The golden rows DIR/m.golden.jsonl cannot be read (EISDIR).",
    );
  });

  test("are found beside a copy of the demo's model file", async () => {
    await cp("models/bike-rental.yaml", join(folder, "bike.yaml"));
    await cp("models/bike-rental.golden.jsonl", join(folder, "bike.golden.jsonl"));
    const [model] = await loadModels(folder, {});
    expect(model!.golden).toHaveLength(3);
  });
});
