import { describe, expect, test } from "vitest";
import type { Manner } from "../../../src/stub/container.ts";
import type { ContainerDefinition } from "../../../src/stub/containers/definition.ts";
import { mannerOf } from "../../../src/stub/containers/manner.ts";
import { xgboostContainer } from "../../../src/stub/containers/xgboost-container.ts";
import type { Model } from "../../../src/stub/xgboost.ts";
import { ask } from "./ask.ts";

/** A model that answers these numbers, whatever it is asked: `outputs` to a row. */
function modelOf(objective: string, scores: readonly number[], outputs = 1, classes = 0): Model {
  return { objective, features: 1000, outputs, classes, predict: () => Float32Array.from(scores) };
}

const regression = modelOf("reg:squarederror", [6.25, 3]);

const answerOf = (model: Model, manner: Manner, accept?: string) =>
  ask(xgboostContainer(model, manner), accept === undefined ? {} : { accept });

async function write(
  definition: ContainerDefinition,
  {
    accept,
    model = regression,
    isMultiModel = false,
  }: { accept?: string; model?: Model; isMultiModel?: boolean } = {},
) {
  const { status, text, headers, error } = await answerOf(model, mannerOf(definition, isMultiModel), accept);
  return status === 200
    ? [headers["Content-Type"], text]
    : [error["OriginalStatusCode"], error["OriginalMessage"]];
}

const CSV = "text/csv; charset=utf-8";
const image = (tag: string) => ({ Image: `1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:${tag}` });

describe("the release of the image", () => {
  test.each(["0.90-1-cpu-py3", "0.90-2", "1", "1.0-1-cpu-py3", "1.2-1"])(
    "%s answers in one line of commas",
    async (tag) => {
      expect(await write(image(tag))).toEqual([CSV, "6.25,3.0"]);
    },
  );

  test.each(["1.2-2", "1.3-1", "1.7-1", "3.0-5", "latest"])("%s answers in lines", async (tag) => {
    expect(await write(image(tag))).toEqual([CSV, "6.25\n3.0\n"]);
  });

  test("up to 1.2-1 minds no Accept; after it, JSON is an object, and what is unknown is refused", async () => {
    expect(await write(image("1.2-1"), { accept: "application/json" })).toEqual([CSV, "6.25,3.0"]);
    expect(await write(image("1.2-1"), { accept: "image/png" })).toEqual([CSV, "6.25,3.0"]);
    expect(await write(image("1.7-1"), { accept: "application/json" })).toEqual([
      "application/json",
      '{"predictions": [{"score": 6.25}, {"score": 3.0}]}',
    ]);
    expect(await write(image("1.7-1"), { accept: "image/png" })).toEqual([
      406,
      expect.stringContaining("Accept type image/png is not supported."),
    ]);
  });

  test("may be set instead, which goes before the image", async () => {
    expect(await write({ Environment: { SKEWLESS_STUB_XGBOOST_VERSION: "1.0-1" } })).toEqual([
      CSV,
      "6.25,3.0",
    ]);
    expect(
      await write({ ...image("1.2-1"), Environment: { SKEWLESS_STUB_XGBOOST_VERSION: "1.7-1" } }),
    ).toEqual([CSV, "6.25\n3.0\n"]);
    expect(() => mannerOf({ Environment: { SKEWLESS_STUB_XGBOOST_VERSION: "new" } }, false)).toThrow(
      "SKEWLESS_STUB_XGBOOST_VERSION must be a release such as 1.2-1 or 1.7-1, not new.",
    );
  });
});

describe("the environment", () => {
  test("of batch transform answers in lines, of old releases too", async () => {
    expect(await write({ ...image("1.2-1"), Environment: { SAGEMAKER_BATCH: "True" } })).toEqual([
      CSV,
      "6.25\n3.0\n",
    ]);
  });

  test("says what calls without Accept get", async () => {
    const Environment = { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: "application/json" };
    expect((await write({ Environment }))[0]).toBe("application/json");
    expect((await write({ Environment }, { accept: "*/*" }))[0]).toBe("application/json");
    expect((await write({ Environment }, { accept: "text/csv" }))[0]).toBe(CSV);
  });

  test("may choose any dialect, whatever Accept says", async () => {
    const Environment = { SKEWLESS_STUB_DIALECT: "json-list" };
    expect(await write({ Environment }, { accept: "text/csv" })).toEqual(["application/json", "[6.25, 3.0]"]);
    expect(() => mannerOf({ Environment: { SKEWLESS_STUB_DIALECT: "toString" } }, false)).toThrow(
      /^SKEWLESS_STUB_DIALECT must be one of lines, comma-line, .*; not toString\.$/,
    );
  });

  test("limits the body: exactly the limit passes, one byte more is Flask's 413", async () => {
    const body = (bytes: number) => ({ body: "1".repeat(bytes) });
    const of = (definition: ContainerDefinition, isMultiModel = false) =>
      xgboostContainer(regression, mannerOf(definition, isMultiModel));
    const container = of({ Environment: { MAX_CONTENT_LENGTH: "10" } });
    expect((await ask(container, body(10))).status).toBe(200);
    expect((await ask(container, body(11))).error).toMatchObject({
      OriginalStatusCode: 413,
      OriginalMessage: expect.stringContaining("exceeds the capacity limit"),
    });
    expect((await ask(of({}), body(6_291_457))).error).toMatchObject({ OriginalStatusCode: 413 });
    const large = { Environment: { MAX_CONTENT_LENGTH: "99999999" } };
    const cut = 20 * 1024 * 1024;
    expect(mannerOf(large, false).maxBodyBytes).toBe(99_999_999);
    expect(mannerOf(large, true).maxBodyBytes).toBe(cut);
    expect(mannerOf({ ...image("1.2-1"), ...large }, false).maxBodyBytes).toBe(cut);
    expect(() => mannerOf({ Environment: { MAX_CONTENT_LENGTH: "6MB" } }, false)).toThrow(
      "MAX_CONTENT_LENGTH must be a whole number, not 6MB.",
    );
  });
});

describe("a multi-model container", () => {
  test.each([
    [undefined, "application/json", "[6.25, 3.0]"],
    ["*/*", "application/json", "[6.25, 3.0]"],
    ["application/json", "application/json", "[6.25, 3.0]"],
    ["text/csv", "text/csv", "6.25,3.0"],
  ])("asked for %s answers %s", async (accept, type, text) => {
    expect(await write({}, { isMultiModel: true, ...(accept === undefined ? {} : { accept }) })).toEqual([
      type,
      text,
    ]);
  });

  test("asked for anything else answers 415", async () => {
    expect(await write({}, { isMultiModel: true, accept: "application/jsonlines" })).toEqual([
      415,
      "Encoding to accept type application/jsonlines failed with exception: application/jsonlines is not an accepted " +
        "Accept type. Please choose one of the following: ['text/csv', 'application/json'].",
    ]);
  });
});

/** What selectable output makes of a model, in the three types. */
async function selected(keys: string, model: Model) {
  const definition = { Environment: { SAGEMAKER_INFERENCE_OUTPUT: keys } };
  const [, csv] = await write(definition, { model });
  const [, json] = await write(definition, { model, accept: "application/json" });
  const [, lines] = await write(definition, { model, accept: "application/jsonlines" });
  return { csv, json, lines };
}

describe("selectable output", () => {
  test("of a regression has its score, and NaN for what only classes have", async () => {
    expect(await selected("predicted_score", regression)).toEqual({
      csv: "6.25\n3.0",
      json: '{"predictions": [{"predicted_score": 6.25}, {"predicted_score": 3.0}]}',
      lines: '{"predicted_score": 6.25}\n{"predicted_score": 3.0}\n',
    });
    expect(await selected(" Probability, predicted_score", regression)).toMatchObject({
      csv: "nan,6.25\nnan,3.0",
      json: expect.stringContaining('{"predicted_score": 6.25, "probability": NaN}'),
    });
  });

  test("of two classes counts the other one in", async () => {
    const model = modelOf("binary:logistic", [0.75, 0.5]);
    expect(
      await selected("predicted_label,labels,probability,probabilities,raw_score,raw_scores", model),
    ).toEqual({
      csv:
        '1,"[0, 1]",0.75,"[0.25, 0.75]",0.75,"[0.25, 0.75]"\n' +
        '0,"[0, 1]",0.5,"[0.5, 0.5]",0.5,"[0.5, 0.5]"',
      json: expect.stringContaining(
        '{"predicted_label": 1, "labels": [0, 1], "probability": 0.75, "probabilities": [0.25, 0.75], ' +
          '"raw_score": 0.75, "raw_scores": [0.25, 0.75]}',
      ),
      lines: expect.stringMatching(/^\{"predicted_label": 1, .*\}\n\{"predicted_label": 0, .*\}\n$/),
    });
  });

  test("takes the other class' probability in double, as Python does", async () => {
    const { csv } = await selected("probabilities", modelOf("binary:logistic", [0.1]));
    expect(csv).toBe('"[0.8999999985098839, 0.10000000149011612]"');
  });

  test("of many classes has the likeliest, the first of equals, and all of them", async () => {
    const model = modelOf("multi:softprob", [0.25, 0.5, 0.25, 0.5, 0, 0.5], 3, 3);
    expect((await selected("labels,predicted_label,probability,probabilities", model)).csv).toBe(
      '"[0, 1, 2]",1,0.5,"[0.25, 0.5, 0.25]"\n"[0, 1, 2]",0,0.5,"[0.5, 0.0, 0.5]"',
    );
  });

  test("of multi:softmax has labels as floats, and no probabilities", async () => {
    const model = modelOf("multi:softmax", [2], 1, 4);
    expect((await selected("predicted_label,labels,probabilities,raw_score", model)).csv).toBe(
      '2.0,"[0, 1, 2, 3]",nan,2.0',
    );
  });

  test("of raw scores labels what is above 0", async () => {
    const model = modelOf("binary:logitraw", [0.25, -0.25]);
    expect((await selected("predicted_label,raw_scores", model)).csv).toBe(
      '1,"[0.75, 0.25]"\n0,"[1.25, -0.25]"',
    );
  });

  test("of an objective without it is the container's 500", async () => {
    const definition = { Environment: { SAGEMAKER_INFERENCE_OUTPUT: "predicted_score" } };
    expect(await write(definition, { model: modelOf("rank:ndcg", [1]) })).toEqual([
      500,
      "Objective `rank:ndcg` unsupported for selectable inference predictions.",
    ]);
  });

  test("checks Accept, follows the default one, and ends batches with a line feed", async () => {
    const SAGEMAKER_INFERENCE_OUTPUT = "predicted_score";
    const definition = { Environment: { SAGEMAKER_INFERENCE_OUTPUT, SAGEMAKER_BATCH: "1" } };
    expect(await write(definition)).toEqual([CSV, "6.25\n3.0\n"]);
    expect((await write(definition, { accept: "image/png" }))[0]).toBe(406);
    expect((await write(definition, { accept: "application/x-recordio-protobuf" }))[0]).toBe(500);
    const json = {
      SAGEMAKER_INFERENCE_OUTPUT,
      SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: "application/jsonlines",
    };
    expect((await write({ Environment: json }))[0]).toBe("application/jsonlines");
  });

  test("came with release 1.0: before it the variable means nothing", async () => {
    const Environment = { SAGEMAKER_INFERENCE_OUTPUT: "predicted_score" };
    expect(await write({ ...image("0.90-2"), Environment })).toEqual([CSV, "6.25,3.0"]);
    expect(await write({ ...image("1.0-1"), Environment })).toEqual([CSV, "6.25\n3.0"]);
  });
});
