import { describe, expect, test } from "vitest";
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
    faults: new Map(),
    facts: expect.objectContaining({
      invokedVariant: "AllTraffic",
      requestId: "aws-1",
      attempts: 2,
    }) as unknown,
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
    errors: [
      { pointer: "/instances/1", detail: "Row 1: the endpoint answered something that is not a number." },
    ],
    log: { requestId: "aws-2", attempts: 1, invokedVariant: "blue" },
  });
});

test("a mistake in the decoding stays a mistake", async () => {
  const broken: Model["pipeline"] = {
    ...pipeline,
    decodeRow: () => {
      throw new RangeError("ours");
    },
  };
  const { invoke } = endpoint({ answers: [1, 2, 3] });
  expect(await failure(createPredict(broken, invoke)(rows, context))).toEqual(new RangeError("ours"));
});

describe("rows at fault", () => {
  const refused = (row: number) =>
    new Problem("endpoint-refused-rows", `Row ${row} is refused.`, { log: { row } });
  const some = () =>
    endpoint({
      answers: [6.349300861358643, undefined, undefined],
      faults: new Map([
        [2, new Problem("endpoint-throttled", "Slow down.", { retryAfterS: 7 })],
        [1, refused(1)],
      ]),
    });

  test("fail a strict request as one problem that names all of them", async () => {
    const error = await failure(createPredict(pipeline, some().invoke)(rows, context));
    expect(error).toMatchObject({
      code: "endpoint-refused-rows",
      message: "2 of 3 rows have no prediction: Row 1 is refused.",
      errors: [
        { pointer: "/instances/1", detail: "Row 1 is refused." },
        { pointer: "/instances/2", detail: "Slow down." },
      ],
      errorCount: 2,
      retryAfterS: 7,
      log: { row: 1, attempts: 1, rowsAtFault: 2 },
    });
  });

  test("leave a lenient request its other predictions", async () => {
    const prediction = await createPredict(pipeline, some().invoke)(rows, { ...context, lenient: true });
    expect(prediction.predictions).toEqual([expect.closeTo(golden[0]!.prediction, 4), null, null]);
    expect([...prediction.faults.keys()].toSorted()).toEqual([1, 2]);
  });

  test("are named up to a hundred, and counted beyond", async () => {
    const many = Array.from({ length: 150 }, () => rows[0]!);
    const { invoke } = endpoint({
      answers: many.map(() => undefined),
      faults: new Map(many.map((_, i) => [i, refused(i)])),
    });
    const error = (await failure(createPredict(pipeline, invoke)(many, context))) as Problem;
    expect(error.errors).toHaveLength(100);
    expect(error.errorCount).toBe(150);
  });

  test("that cannot be encoded are not sent on, and are named among the lenient one's faults", async () => {
    const { calls, invoke } = endpoint({ answers: [1, 2] });
    const picky: Model["pipeline"] = {
      ...pipeline,
      explain: (row) => (row === rows[1] ? [{ input: "temp", detail: "cannot be" }] : []),
    };
    const { predictions, faults } = await createPredict(picky, invoke)(rows, { ...context, lenient: true });
    expect(calls[0]![0].rows).toEqual([golden[0]!.csv, golden[2]!.csv]);
    expect(predictions).toEqual([expect.closeTo(Math.E - 1), null, expect.closeTo(Math.E ** 2 - 1)]);
    expect(faults.get(1)).toMatchObject({ code: "invalid-request", message: "temp cannot be" });
  });

  test("that are all there is make no call", async () => {
    const { calls, invoke } = endpoint({});
    const picky: Model["pipeline"] = { ...pipeline, explain: () => [{ input: "temp", detail: "cannot be" }] };
    const { predictions, facts } = await createPredict(picky, invoke)(rows, { ...context, lenient: true });
    expect(calls).toEqual([]);
    expect(predictions).toEqual([null, null, null]);
    expect(facts.attempts).toBe(0);
  });
});

test("what a caller wants of the endpoint goes over what the model file says, and its other wishes go along", async () => {
  const { calls, invoke } = endpoint({ answers: [1] });
  await createPredict(pipeline, invoke)(rows.slice(0, 1), {
    ...context,
    target: { targetVariant: "green", inferenceId: "id-1" },
    noCache: true,
    timeoutMs: 5,
  });
  expect(calls[0]![0].target).toEqual({ endpointName: "mine", targetVariant: "green", inferenceId: "id-1" });
  expect(calls[0]![1]).toMatchObject({ noCache: true, timeoutMs: 5 });
});
