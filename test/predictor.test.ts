import { expect, test } from "vitest";
import { type Call, type Context, type Invoke, type Reply, TEXT_CSV } from "../src/endpoint/invoke.ts";
import { Problem } from "../src/errors.ts";
import { compileFormat } from "../src/model/formats.ts";
import { createPredict } from "../src/predictor.ts";
import { type Model, loadModel } from "../src/registry.ts";
import { golden } from "./http/rig.ts";

const { pipeline } = await loadModel("models/bike-rental.yaml", { ENDPOINT_NAME: "mine" });
const rows = golden.map((row, i) => pipeline.readFeatures(row.features, i));
const context: Context = { signal: new AbortController().signal };

/** An endpoint that gives one reply, and what it was called with. */
const endpoint = (reply: Partial<Reply>) => {
  const calls: [Call, Context][] = [];
  const invoke: Invoke = async (...args) => {
    calls.push(args);
    return { answers: [], attempts: 1, ...reply };
  };
  return { calls, invoke };
};

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("rows go out encoded, in order, to the model's endpoint; answers come back decoded, in order", async () => {
  const { calls, invoke } = endpoint({
    answers: [6.349300861358643, 6.321451187133789, 2.441442489624023],
    invokedVariant: "AllTraffic",
    requestId: "aws-1",
    attempts: 2,
  });
  expect(await createPredict(pipeline, invoke)(rows, context)).toEqual({
    predictions: golden.map((row) => expect.closeTo(row.prediction, 4)),
    invokedVariant: "AllTraffic",
    endpointRequestId: "aws-1",
    attempts: 2,
  });
  expect(calls).toEqual([
    [
      {
        target: {
          endpointName: "mine",
          targetVariant: undefined,
          targetModel: undefined,
          inferenceComponent: undefined,
        },
        rows: golden.map((row) => row.csv),
        format: expect.objectContaining(TEXT_CSV) as unknown,
        width: 1,
      },
      context,
    ],
  ]);
  expect(calls[0]![1]).toBe(context);
});

test("variant, model and inference component of the model file are passed on", async () => {
  const { calls, invoke } = endpoint({ answers: [1] });
  const model: Model["pipeline"] = {
    ...pipeline,
    endpoint: { name: "e", target_variant: "v", target_model: "m", inference_component: "c" },
  };
  await createPredict(model, invoke)(rows.slice(0, 1), context);
  expect(calls[0]![0].target).toEqual({
    endpointName: "e",
    targetVariant: "v",
    targetModel: "m",
    inferenceComponent: "c",
  });
});

test("rows go out in the model's format, the same object at every call; golden rows keep their CSV", async () => {
  const { calls, invoke } = endpoint({ answers: [1] });
  const format = compileFormat(
    { name: "e", content_type: "application/json", body: "list" },
    pipeline.columns,
  );
  const predict = createPredict({ ...pipeline, format }, invoke);
  await predict(rows.slice(0, 1), context);
  await predict(rows.slice(0, 1), context);
  expect(calls.map(([{ rows: texts }]) => texts)).toEqual([[`[${golden[0]!.csv}]`], [`[${golden[0]!.csv}]`]]);
  expect(calls[0]![0].format).toBe(format);
  expect(calls[1]![0].format).toBe(format);
  expect(calls[0]![0].format).toMatchObject({
    contentType: "application/json",
    open: "[",
    separator: ",",
    close: "]",
  });
});

test("a failure of the call goes up as it is", async () => {
  const problem = new Problem("endpoint-throttled", "Slow down.");
  const predict = createPredict(pipeline, () => Promise.reject(problem));
  expect(await failure(predict(rows, context))).toBe(problem);
});

test("an answer that cannot be decoded is told with the row, and the call in the log", async () => {
  const { invoke } = endpoint({ answers: [1, "setosa", 2], requestId: "aws-2", invokedVariant: "blue" });
  const error = (await failure(createPredict(pipeline, invoke)(rows, context))) as Problem;
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({
    code: "endpoint-bad-answer",
    message: "Row 1: the endpoint answered something that is not a number.",
    log: { requestId: "aws-2", attempts: 1, invokedVariant: "blue" },
  });
});

test("a mistake in the decoding stays a mistake", async () => {
  const broken: Model["pipeline"] = {
    ...pipeline,
    decode: () => {
      throw new RangeError("ours");
    },
  };
  const { invoke } = endpoint({});
  expect(await failure(createPredict(broken, invoke)(rows, context))).toEqual(new RangeError("ours"));
});
