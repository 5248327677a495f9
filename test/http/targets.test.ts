/** What a client gets for each type of target, through the whole service, from an endpoint that answers as scripted. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type ScenarioServer, answer, startScenarioServer } from "../endpoint/scenario-server.ts";
import { type Rig, expectProblem, post, startRig } from "./rig.ts";

const TARGETS = {
  plain: { name: "count", transform: "log1p" },
  tamed: { name: "price", unit: "€", transform: "log", clip: { min: 1, max: 1000 }, round: 2 },
  churn: { name: "churned", type: "binary", labels: ["no", "yes"], threshold: 0.3 },
  flags: { name: "flag", type: "binary", labels: [false, true], answer: "label" },
  iris: { name: "species", type: "multiclass", labels: ["setosa", "versicolor", "virginica"], top_k: 2 },
  digit: { name: "digit", type: "multiclass", labels: [0, 1, 2, 3], answer: "label" },
  learner: { name: "grade", type: "multiclass", labels: ["a", "b"], output: "scores" },
  place: {
    name: "place",
    type: "multi_output",
    outputs: [
      { name: "lat", unit: "°", round: 3 },
      { name: "lon", unit: "°" },
      { name: "area", transform: "log1p" },
    ],
  },
} as const;

type Name = keyof typeof TARGETS;

const GOLDEN = {
  churn: {
    label: "no",
    probability: 0.9,
    probabilities: [
      { label: "no", probability: 0.9 },
      { label: "yes", probability: 0.1 },
    ],
  },
  place: { lat: 52.5, lon: 13.4, area: 0 },
};

let endpoint: ScenarioServer;
let folder: string;
let rig: Rig;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-targets-"));
  for (const [name, target] of Object.entries(TARGETS)) {
    const inputs = [{ name: "x", type: "number" }];
    const model = { name, version: "1", endpoint: { name: "e" }, inputs, features: ["x"], target };
    await writeFile(join(folder, `${name}.yaml`), stringify(model));
  }
  for (const [name, prediction] of Object.entries(GOLDEN)) {
    const row = JSON.stringify({ features: [1], csv: "1", prediction });
    await writeFile(join(folder, `${name}.golden.jsonl`), `${row}\n`);
  }
  endpoint = await startScenarioServer();
  rig = await startRig(endpoint.url, { MODELS_DIR: folder, DEFAULT_MODEL: "plain" });
});
afterAll(async () => {
  await rig.service.close();
  await endpoint.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => endpoint.play());

const ask = (name: Name, rows: number, body: string, type?: string) => {
  // Where the answer as a whole is wrong, each row is asked for by itself, and gets one that is too wide.
  endpoint.play(answer(body, type), answer("1,2,3,4"));
  const instances = Array.from({ length: rows }, (_, i) => ({ features: [i] }));
  return rig.app.inject(post(`/models/${name}/predict`, { instances }));
};

/** The predictions; asserts that they fit the schema that the API's description gives for them. */
async function predictionsOf(name: Name, rows: number, body: string, type?: string): Promise<unknown[]> {
  const reply = await ask(name, rows, body, type);
  expect(reply.statusCode, reply.body).toBe(200);
  const predictions = reply.json<{ predictions: unknown[] }>();
  const { components } = (await rig.app.inject("/openapi.json")).json<{
    components: { schemas: Record<string, object> };
  }>();
  const schema = components.schemas[`${name[0]!.toUpperCase()}${name.slice(1)}Predictions`]!;
  const fits = new Ajv2020().compile(schema);
  expect(fits(predictions), JSON.stringify(fits.errors)).toBe(true);
  return predictions.predictions;
}

async function detailOf(name: Name, rows: number, body: string, type?: string): Promise<string> {
  return expectProblem(await ask(name, rows, body, type), "endpoint-bad-answer").detail;
}

const JSON_TYPE = "application/json";
const rated = (...pairs: [unknown, number][]) =>
  pairs.map(([label, probability]) => ({ label, probability }));

describe("a regression", () => {
  test("gives plain numbers, byte for byte", async () => {
    const reply = await ask("plain", 2, "6.349300861358643\n0\n");
    expect(reply.body).toBe('{"predictions":[571.092597122044,0]}');
  });

  test("is clipped and rounded once the transform is taken back", async () => {
    expect(await predictionsOf("tamed", 4, "-3\n2\n8\n0.6931471805599453")).toEqual([1, 7.39, 1000, 2]);
  });
});

describe("a binary target", () => {
  test("gives labels by the threshold, with probabilities", async () => {
    expect(await predictionsOf("churn", 3, "0.25\n0.3\n0.75")).toEqual([
      { label: "no", probability: 0.75, probabilities: rated(["no", 0.75], ["yes", 0.25]) },
      { label: "yes", probability: 0.3, probabilities: rated(["no", 0.7], ["yes", 0.3]) },
      { label: "yes", probability: 0.75, probabilities: rated(["yes", 0.75], ["no", 0.25]) },
    ]);
  });

  test("takes what Linear Learner answers", async () => {
    const body = '{"predictions":[{"score":0.125,"predicted_label":0},{"score":1,"predicted_label":1}]}';
    expect(await predictionsOf("churn", 2, body, JSON_TYPE)).toMatchObject([
      { label: "no", probability: 0.875 },
      { label: "yes", probability: 1 },
    ]);
  });

  test("gives the label alone where the endpoint says the class itself", async () => {
    expect(await predictionsOf("flags", 3, "0\n1\n1")).toEqual([
      { label: false },
      { label: true },
      { label: true },
    ]);
  });

  test("refuses what is no probability, naming the row", async () => {
    expect(await detailOf("churn", 3, "0.5\n0.5\n1.5")).toBe(
      "Row 2: the endpoint's 1.5 is not a probability, which is from 0 to 1.",
    );
    expect(await detailOf("flags", 2, "1\n2")).toMatch(/^Row 1: the endpoint's 2 is not a class: /);
  });

  test("refuses two values a row: the model file must say which is meant", async () => {
    expect(await detailOf("churn", 1, "0.25,0.75")).toMatch(/2 wide, where 1 was expected|Expected 1 answer/);
  });
});

describe("a multiclass target", () => {
  const expected = [
    { label: "virginica", probability: 0.5, probabilities: rated(["virginica", 0.5], ["setosa", 0.25]) },
    { label: "versicolor", probability: 1, probabilities: rated(["versicolor", 1], ["setosa", 0]) },
  ];

  test.each<[string, string, string | undefined]>([
    ["lines of CSV", "0.25,0.25,0.5\n0,1,0", undefined],
    ["a JSON list of lists", "[[0.25,0.25,0.5],[0,1,0]]", JSON_TYPE],
    ["lists joined by commas", "[0.25, 0.25, 0.5],[0, 1, 0]", undefined],
    [
      "Linear Learner's objects",
      '{"predictions":[{"score":[0.25,0.25,0.5],"predicted_label":2},{"score":[0,1,0],"predicted_label":1}]}',
      JSON_TYPE,
    ],
    [
      "columns with labels",
      '{"probabilities":[[0.5,0.25,0.25],[0,0,1]],"labels":["virginica","setosa","versicolor"]}',
      JSON_TYPE,
    ],
  ])("gives the most probable class and the best of the list, from %s", async (_, body, type) => {
    expect(await predictionsOf("iris", 2, body, type)).toEqual(expected);
  });

  test("takes one row's list for what it is, not for an answer too many", async () => {
    expect(await predictionsOf("iris", 1, "[0.25,0.25,0.5]", JSON_TYPE)).toEqual([expected[0]]);
    expect(await predictionsOf("iris", 1, "0.25,0.25,0.5")).toEqual([expected[0]]);
  });

  test("refuses three single values for three rows", async () => {
    expect(await detailOf("iris", 3, "0.25,0.25,0.5")).toMatch(/4 wide, where 3 was expected/);
  });

  test("refuses what is no distribution, naming the row", async () => {
    expect(await detailOf("iris", 2, "0.25,0.25,0.5\n0.5,0.5,0.5")).toBe(
      "Row 1: the endpoint's probabilities have the sum 1.5, not 1.",
    );
    expect(await detailOf("iris", 2, "0,0,1\n2,-1,0")).toBe(
      "Row 1: the endpoint's 2 is not a probability, which is from 0 to 1.",
    );
    expect(await detailOf("iris", 2, "0.5,0.5\n0.5,0.5")).toMatch(/4 wide, where 3 was expected/);
  });

  test("gives labels alone for XGBoost's multi:softmax, numbers as numbers", async () => {
    expect(await predictionsOf("digit", 2, "3.0\n0.0")).toEqual([{ label: 3 }, { label: 0 }]);
    expect(await detailOf("digit", 2, "3\n4")).toMatch(
      /^Row 1: the endpoint's 4 is not a class: a whole number from 0/,
    );
  });

  test("is taken from the field that the model file names", async () => {
    const body = '{"predictions":[{"scores":[0.25,0.75],"probabilities":[1,0]}]}';
    expect(await predictionsOf("learner", 1, body, JSON_TYPE)).toMatchObject([
      { label: "b", probability: 0.75 },
    ]);
    expect(await detailOf("learner", 1, '{"predictions":[{"score":1}]}', JSON_TYPE)).toBe(
      "Row 0: the endpoint's answer has no field scores.",
    );
  });
});

describe("several outputs", () => {
  test("come by their names, each rounded and taken back by its own settings", async () => {
    const expected = [
      { lat: 52.5, lon: 13.40001, area: Math.expm1(1) },
      { lat: -1.235, lon: 0, area: 0 },
    ];
    expect(await predictionsOf("place", 2, "52.50001,13.40001,1\n-1.2345678,0,0")).toEqual(expected);
    const body = '[{"lat":52.50001,"lon":13.40001,"area":1},{"area":0,"lat":-1.2345678,"lon":0}]';
    expect(await predictionsOf("place", 2, body, JSON_TYPE)).toEqual(expected);
  });

  test("are refused where one is missing or overflows, naming the row", async () => {
    expect(await detailOf("place", 2, "1,2\n3,4")).toMatch(/4 wide, where 3 was expected/);
    expect(await detailOf("place", 2, "1,2,3\n4,5,9999")).toBe(
      "Row 1: the endpoint's 9999 gives no finite area once log1p is taken back.",
    );
    expect(await detailOf("place", 1, '[{"lat":1,"lon":2}]', JSON_TYPE)).toMatch(/2 fields; say/);
  });
});

const schemas = async () => {
  const { components } = (await rig.app.inject("/openapi.json")).json<{
    components: { schemas: Record<string, { properties: any; examples?: unknown[] }> };
  }>();
  return components.schemas;
};

describe("the API's description", () => {
  test("says what a prediction is, for each model", async () => {
    const { PlainPredictions, ChurnPredictions, IrisPredictions, PlacePredictions } = await schemas();
    expect(PlainPredictions!.properties.predictions).toEqual({
      type: "array",
      description: "count, one an instance, in order.",
      items: { type: "number" },
    });
    expect(ChurnPredictions!.properties.predictions.items.properties.label).toEqual({
      enum: ["no", "yes"],
      description: "The class: yes if its probability is 0.3 or more, else no.",
    });
    expect(IrisPredictions!.properties.predictions.items).toMatchObject({
      required: ["label", "probability", "probabilities"],
      properties: { probabilities: { minItems: 2, maxItems: 2 } },
    });
    expect(PlacePredictions!.properties.predictions.items.properties.lat).toEqual({
      type: "number",
      description: "Unit: °.",
    });
  });

  test("shows golden predictions as examples", async () => {
    const { ChurnPredictions, PlacePredictions, IrisPredictions } = await schemas();
    expect(ChurnPredictions!.examples).toEqual([{ predictions: [GOLDEN.churn] }]);
    expect(PlacePredictions!.examples).toEqual([{ predictions: [GOLDEN.place] }]);
    expect(IrisPredictions!.examples).toBeUndefined();
  });
});

const targetOf = async (name: Name) =>
  (await rig.app.inject(`/models/${name}`)).json<{ target: unknown }>().target;

test("a model is described with its target as the model file has it, the usual settings written out", async () => {
  expect(await targetOf("plain")).toEqual({ ...TARGETS.plain, type: "regression" });
  expect(await targetOf("churn")).toEqual({ ...TARGETS.churn, answer: "probabilities" });
  expect(await targetOf("digit")).toEqual({ ...TARGETS.digit, top_k: 4 });
  const [lat, lon, area] = TARGETS.place.outputs;
  expect(await targetOf("place")).toEqual({
    ...TARGETS.place,
    outputs: [{ ...lat, transform: "none" }, { ...lon, transform: "none" }, area],
  });
});

test("a model with golden classes becomes ready when the endpoint gives them", async () => {
  endpoint.play(answer("0.1"));
  const one = await mkdtemp(join(tmpdir(), "skewless-ready-"));
  const model = {
    name: "churn",
    version: "1",
    endpoint: { name: "e" },
    inputs: [{ name: "x", type: "number" }],
  };
  await writeFile(join(one, "churn.yaml"), stringify({ ...model, features: ["x"], target: TARGETS.churn }));
  await writeFile(
    join(one, "churn.golden.jsonl"),
    JSON.stringify({ features: [1], csv: "1", prediction: GOLDEN.churn }),
  );
  const ready = await startRig(endpoint.url, { MODELS_DIR: one, READINESS: "golden" });
  try {
    await expect.poll(async () => (await ready.app.inject("/readyz")).statusCode).toBe(200);
  } finally {
    await ready.service.close();
    await rm(one, { recursive: true });
  }
});
