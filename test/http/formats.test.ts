import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ScenarioServer, startScenarioServer } from "../endpoint/scenario-server.ts";
import { type Stub, startStub } from "../../src/stub/server.ts";
import { parseModel } from "../../src/stub/xgboost.ts";
import { type Rig, golden, named, post, startRig } from "./rig.ts";
import {
  type Container,
  HEADED_CSV,
  LINEAR_LEARNER_JSON,
  LINEAR_LEARNER_LINES,
  SCIKIT_LEARN,
  type Score,
  TABULAR,
  sceneOf,
} from "./strict-container.ts";

const MODEL_FILE = "models/bike-rental/xgboost.json";

/** Model → what its endpoint section says, and the container that wants it so; none: the stub's, of XGBoost. */
const MODELS: Readonly<Record<string, readonly [settings: string, container?: Container]>> = {
  csv: [""],
  libsvm: ["content_type: text/libsvm"],
  "libsvm-json": ["content_type: text/libsvm, accept: application/json"],
  json: ["content_type: application/json", LINEAR_LEARNER_JSON],
  list: ["content_type: application/json, body: list", SCIKIT_LEARN],
  lines: ["content_type: application/jsonlines", LINEAR_LEARNER_LINES],
  header: ["header: true, accept: application/json", HEADED_CSV],
  tabular: ["accept: application/json;verbose", TABULAR],
};

let stub: Stub;
let server: ScenarioServer;
let folder: string;
let xgboost: Rig;
let others: Rig;
beforeAll(async () => {
  stub = await startStub({ endpoints: [{ name: "bike", modelFile: MODEL_FILE }] });
  server = await startScenarioServer();
  folder = await mkdtemp(join(tmpdir(), "skewless-formats-"));
  const text = await readFile("models/bike-rental.yaml", "utf8");
  for (const [name, [settings]] of Object.entries(MODELS)) {
    const more = settings === "" ? "" : `, ${settings}`;
    const model = text
      .replace("name: bike-rental", `name: ${name}`)
      .replace(/endpoint:\n.*\n/, `endpoint: { name: bike${more} }\n`)
      .replace(/name: (season|temp|windspeed),/g, "name: $1, missing: true,");
    await writeFile(join(folder, `${name}.yaml`), model);
  }
  const env = { MODELS_DIR: folder, DEFAULT_MODEL: "csv" };
  xgboost = await startRig(stub.url, env);
  others = await startRig(server.url, env);
});
afterAll(async () => {
  await xgboost.service.close();
  await others.service.close();
  await stub.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const COLUMNS =
  "season,holiday,workingday,weather,temp,atemp,humidity,windspeed,year,month,day,dayofweek,hour".split(",");

/** The stub's model, asked without HTTP and without a format. */
const model = parseModel(readFileSync(MODEL_FILE, "utf8"));
const score: Score = (rows) =>
  Array.from(
    model.predict({ rows: rows.length, columns: COLUMNS.length, cells: Float32Array.from(rows.flat()) }),
  );

const whole = golden.map((row) => ({ features: row.features }));
const lacking = (changes: Readonly<Record<string, unknown>>) => ({
  features: { ...named(golden[0]!), ...changes },
});
/** The first column, one in the middle, all that may be. */
const missing = [
  lacking({ season: null }),
  lacking({ windspeed: null }),
  lacking({ season: null, temp: null, windspeed: null }),
];

const predictionsOf = async (rig: Rig, name: string, instances: readonly object[]): Promise<number[]> => {
  const [, container] = MODELS[name]!;
  if (container !== undefined) server.play(sceneOf(container, COLUMNS, score));
  const reply = await rig.app.inject(post(`/models/${name}/predict`, { instances }));
  expect(reply.statusCode, `${reply.body}\n${rig.text()}`).toBe(200);
  return reply.json<{ predictions: number[] }>().predictions;
};

describe.each(Object.keys(MODELS).filter((name) => name !== "csv"))("%s", (name) => {
  const rig = () => (MODELS[name]![1] === undefined ? xgboost : others);

  test("gives what CSV gives for the golden rows, alone and together", async () => {
    const wanted = await predictionsOf(xgboost, "csv", whole);
    expect(wanted).toEqual(golden.map((row) => expect.closeTo(row.prediction, 3)));
    expect(await predictionsOf(rig(), name, whole)).toEqual(wanted);
    for (const [i, row] of whole.entries())
      expect(await predictionsOf(rig(), name, [row])).toEqual([wanted[i]]);
  });

  test("gives what CSV gives where values are missing, alone and among others", async () => {
    const rows = [...missing, ...whole, ...missing];
    const wanted = await predictionsOf(xgboost, "csv", rows);
    expect(new Set(wanted.slice(0, 4)).size).toBeGreaterThan(2);
    expect(await predictionsOf(rig(), name, rows)).toEqual(wanted);
    for (const [i, row] of missing.entries()) {
      expect(await predictionsOf(rig(), name, [row])).toEqual([wanted[i]]);
    }
  });

  test("says so in the description of the model", async () => {
    const { content_type, accept } = (await rig().app.inject(`/models/${name}`)).json<
      Record<string, string>
    >();
    const [
      ,
      container = { contentType: "text/libsvm", accept: name === "libsvm" ? "text/csv" : "application/json" },
    ] = MODELS[name]!;
    expect({ contentType: content_type, accept }).toEqual({
      contentType: container.contentType,
      accept: container.accept,
    });
  });
});

test("the body is what the container's page shows", async () => {
  const two = [whole[0]!, missing[0]!];
  await predictionsOf(others, "json", two);
  const features = [
    '{"features":[4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17]}',
    '{"features":[null,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17]}',
  ];
  // One call or two, side by side, as is quicker by what calls have cost so far.
  const bodies = server.seen.map(({ body }) => body).toSorted();
  expect([
    [`{"instances":[${features.join(",")}]}`],
    features.map((one) => `{"instances":[${one}]}`),
  ]).toContainEqual(bodies);
});

test("a container of another format than the model file's is told as an error", async () => {
  server.play(sceneOf(SCIKIT_LEARN, COLUMNS, score));
  const reply = await others.app.inject(post("/models/json/predict", { instances: whole }));
  expect(reply.json()).toMatchObject({ code: expect.stringMatching(/^endpoint-/) as unknown });
});

test("golden rows hold the line of CSV, whatever the format", async () => {
  const path = join(folder, "json.golden.jsonl");
  await writeFile(path, golden.map((row) => JSON.stringify(row)).join("\n"));
  server.play(sceneOf(LINEAR_LEARNER_JSON, COLUMNS, score));
  const rig = await startRig(server.url, { MODELS_DIR: folder, DEFAULT_MODEL: "csv", READINESS: "golden" });
  try {
    await rig.logged(
      (line) => line["model"] === "json" && line["msg"] === "the endpoint gave the golden prediction",
    );
  } finally {
    await rig.service.close();
    await rm(path);
  }
});
