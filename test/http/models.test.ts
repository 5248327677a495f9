import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fittedText } from "../../src/fitted-file.ts";
import type { Baseline } from "../../src/model/baseline.ts";
import { loadModelFile } from "../../src/registry.ts";
import type { Stub } from "../../src/stub/server.ts";
import { type Rig, bodyWith, expectProblem, golden, post, startDemoStub, startRig } from "./rig.ts";

const DESCRIPTION =
  "Bikes rented in one hour, from the calendar and the weather (Washington D.C., 2011 and 2012).";

const summary = {
  name: "bike-rental",
  version: "1",
  description: DESCRIPTION,
  default: true,
  predict: "/models/bike-rental/predict",
};

const part = (name: string) => ({ name, from: ["datetime"], steps: [{ datetime_part: name }] });

let stub: Stub;
let folder: string;
beforeAll(async () => {
  stub = await startDemoStub();
  folder = await mkdtemp(join(tmpdir(), "skewless-models-"));
  const text = await readFile("models/bike-rental.yaml", "utf8");
  await cp("models/bike-rental.golden.jsonl", join(folder, "bike-rental.golden.jsonl"));
  await writeFile(join(folder, "bike-rental.yaml"), text);
  // Another that says nothing of itself, and has no golden rows.
  const other = text.replace("name: bike-rental", "name: bike-rental-2").replace(/^description: .*\n/m, "");
  await writeFile(join(folder, "other.yaml"), other);
});
afterAll(async () => {
  await stub.close();
  await rm(folder, { recursive: true });
});

const withRig = async (env: Record<string, string>, act: (rig: Rig) => Promise<void>) => {
  const rig = await startRig(stub.url, env);
  try {
    await act(rig);
  } finally {
    await rig.service.close();
  }
};

describe("one model", () => {
  test("is listed as the default one", () =>
    withRig({}, async ({ app }) => {
      const reply = await app.inject("/models");
      expect(reply.statusCode).toBe(200);
      expect(reply.json()).toEqual({ models: [summary] });
    }));

  test("is described whole: inputs, features, columns, target, golden rows", () =>
    withRig({}, async ({ app }) => {
      const reply = await app.inject("/models/bike-rental");
      expect(reply.statusCode).toBe(200);
      const asIs = "season,holiday,workingday,weather,temp,atemp,humidity,windspeed".split(",");
      const parts = "year,month,day,dayofweek,hour".split(",");
      const { inputs, ...rest } = reply.json<{ inputs: object[] }>();
      expect(rest).toEqual({
        ...summary,
        features: [
          ...asIs.map((name) => ({ name, from: [name], steps: [] })),
          ...parts.map((name) => part(name)),
        ],
        columns: [...asIs, ...parts],
        content_type: "text/csv",
        accept: "text/csv",
        target: {
          name: "count",
          type: "regression",
          unit: "bikes per hour",
          transform: "log1p",
          description: "Bikes rented in the hour",
        },
        golden,
      });
      expect(inputs).toHaveLength(9);
      expect(inputs[0]).toEqual({
        name: "datetime",
        type: "datetime",
        example: "2012-12-19 17:00:00",
        description: "Start of the hour, local time",
      });
      expect(inputs[5]).toEqual({
        name: "temp",
        type: "number",
        unit: "°C",
        minimum: -40,
        maximum: 60,
        example: 16.4,
        description: "Air temperature",
      });
    }));

  test("that is fitted says on what, and what that looked like", () =>
    withRig({ MODELS_DIR: "models/examples" }, async ({ app }) => {
      const reply = await app.inject("/models/customer-churn");
      expect(reply.statusCode).toBe(200);
      const text = await readFile("models/examples/customer-churn.fitted.json", "utf8");
      const { data, baseline } = JSON.parse(text) as { data: object; baseline: Baseline };
      const kinds = new Set(Object.values(baseline.inputs).map(({ kind }) => kind));
      expect(kinds).toEqual(new Set(["number", "category", "datetime"]));
      expect(reply.json()).toMatchObject({ fitted: { data, baseline } });
      expect(reply.json<{ fitted: object }>().fitted).toEqual({ data, baseline });
    }));

  test("that was fitted elsewhere says no more than that, and of odd data no number that is none", async () => {
    const odd = join(folder, "odd");
    await mkdir(odd);
    const model = join(odd, "odd.yaml");
    await writeFile(
      model,
      `{ name: odd, version: "1", endpoint: { name: e }, inputs: [{ name: toString, type: number, missing: true }, { name: t, type: datetime, missing: true }], features: [toString], target: { name: y } }`,
    );
    const file = await loadModelFile(model, {});
    const quantiles = { 0.5: null };
    const none = {
      kind: "number",
      count: 0,
      missing: 2,
      mean: null,
      std: null,
      min: null,
      max: null,
    } as const;
    const baseline: Baseline = {
      inputs: {
        toString: { ...none, quantiles },
        t: { kind: "datetime", count: 0, missing: 2, min: null, max: null },
      },
      target: {
        y: {
          kind: "category",
          count: 6,
          missing: 0,
          categories: [
            ["1", 1],
            [1, 2],
            [true, 3],
          ],
          others: 0,
        },
      },
    };
    for (const fitted of [{}, { baseline }]) {
      await writeFile(
        join(odd, "odd.fitted.json"),
        fittedText(file, { ...fitted, learned: [[]], target: [{}] }),
      );
      await withRig({ MODELS_DIR: odd }, async ({ app }) => {
        const reply = await app.inject("/models/odd");
        expect(reply.json<{ fitted: object }>().fitted).toEqual(fitted);
      });
    }
  });

  test("that is not there is asked whether another was meant", () =>
    withRig({}, async ({ app }) => {
      expect(expectProblem(await app.inject("/models/bike-retnal"), "model-not-found")).toEqual({
        detail: 'There is no model "bike-retnal"; did you mean "bike-rental"?',
      });
      for (const name of ["__proto__", "constructor", "%00", "a%2fb"]) {
        expectProblem(await app.inject(`/models/${name}`), "model-not-found");
      }
    }));
});

describe("several models", () => {
  test("without DEFAULT_MODEL have none behind POST /predict, which says where to post", () =>
    withRig({ MODELS_DIR: folder }, async ({ app }) => {
      const list = await app.inject("/models");
      expect(list.json()).toEqual({
        models: [
          { ...summary, default: false },
          { name: "bike-rental-2", version: "1", default: false, predict: "/models/bike-rental-2/predict" },
        ],
      });
      expect(expectProblem(await app.inject(post("/predict", bodyWith({}))), "model-not-found")).toEqual({
        detail:
          "Several models are served and DEFAULT_MODEL is not set; post to /models/bike-rental/predict, " +
          "/models/bike-rental-2/predict.",
      });
      for (const { predict } of list.json<{ models: { predict: string }[] }>().models) {
        const reply = await app.inject(post(predict, bodyWith({})));
        expect(reply.json<{ predictions: number[] }>().predictions[0]).toBeCloseTo(571.0926, 3);
      }
      expect(expectProblem(await app.inject("/models/x"), "model-not-found").detail).toBe(
        'There is no model "x"; there are bike-rental, bike-rental-2.',
      );
    }));

  test("with DEFAULT_MODEL have that one behind POST /predict", () =>
    withRig({ MODELS_DIR: folder, DEFAULT_MODEL: "bike-rental-2" }, async ({ app, logged }) => {
      const list = await app.inject("/models");
      expect(list.json<{ models: { default: boolean }[] }>().models.map((one) => one.default)).toEqual([
        false,
        true,
      ]);
      const reply = await app.inject(post("/predict", bodyWith({}), { "x-request-id": "second" }));
      expect(reply.statusCode).toBe(200);
      expect(await logged(({ requestId }) => requestId === "second")).toMatchObject({
        model: "bike-rental-2",
      });
    }));
});
