import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { Problem, catalogue } from "../src/errors.ts";
import type { ServedModel } from "../src/http/app.ts";
import type { Ending } from "../src/endpoint/ending.ts";
import type { Prediction } from "../src/predictor.ts";
import { startReadiness } from "../src/readiness.ts";
import type { Predicted } from "../src/model/target/prediction.ts";
import { loadModel } from "../src/registry.ts";

const { pipeline, golden } = await loadModel("models/bike-rental.yaml", {});
const right = golden[0]!.prediction as number;

const prediction = (value: Predicted): Prediction => ({
  predictions: [value],
  faults: new Map(),
  facts: { attempts: 1 },
});

/** A model whose predictions are scripted, or what is thrown. The last one stays on. */
const model = (name: string, ...script: readonly (Predicted | Error)[]) => {
  let asked = 0;
  const served: ServedModel = {
    pipeline: { ...pipeline, name },
    golden,
    predict: async () => {
      const next = script[Math.min(asked++, script.length - 1)]!;
      if (next instanceof Error) throw next;
      return prediction(next);
    },
  };
  return { served, asked: () => asked };
};

/** A clock that waits for nobody, and keeps how long it was asked to; after `limit` pauses it waits until the stop. */
const hasty = (limit = 100) => {
  const pauses: number[] = [];
  const wait = (ms: number, signal: AbortSignal) => {
    pauses.push(ms);
    if (pauses.length < limit) return Promise.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  };
  return { pauses, wait };
};

const journal = () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, log: pino({ base: null, timestamp: false }, { write }) };
};

const start = (models: readonly ServedModel[], mode: "golden" | "answer" | "off", limit?: number) => {
  const { pauses, wait } = hasty(limit);
  const { lines, log } = journal();
  return { readiness: startReadiness(models, mode, log, wait), pauses, lines };
};

test("is waiting from the start, and ready once the golden prediction came back", async () => {
  const { served, asked } = model("a", right);
  const { readiness, lines } = start([served], "golden");
  expect(readiness.checks()).toEqual([{ model: "a", state: "waiting" }]);
  await expect.poll(() => readiness.checks()).toEqual([{ model: "a", state: "ready" }]);
  expect(asked()).toBe(1);
  expect(lines).toEqual([{ level: 30, model: "a", msg: "the endpoint gave the golden prediction" }]);
  await readiness.stop();
  expect(readiness.checks()).toEqual([{ model: "a", state: "ready" }]);
});

test("asks with pauses that double from 250 ms to 10 s, until it is stopped", async () => {
  const { served, asked } = model("a", 1);
  const { readiness, pauses } = start([served], "golden", 9);
  await expect.poll(() => pauses.length).toBe(9);
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  await readiness.stop();
  expect(asked()).toBe(9);
});

test("waits in real time unless told otherwise, and no longer than until the stop", async () => {
  const { served } = model("a", 1);
  const readiness = startReadiness([served], "golden", pino({ level: "silent" }));
  await expect.poll(() => readiness.checks()[0]?.state).toBe("failing");
  await readiness.stop();
});

describe("the golden prediction", () => {
  test.each([
    [right * (1 + 0.99e-4), "ready"],
    [right * (1 - 0.99e-4), "ready"],
    [right * (1 + 1.01e-4), "failing"],
    [right * (1 - 1.01e-4), "failing"],
  ])("%d for %d is %s: one part in ten thousand is rounding, more is another model", async (given, state) => {
    const { readiness } = start([model("a", given).served], "golden", 1);
    await expect.poll(() => readiness.checks()[0]?.state).toBe(state);
    await readiness.stop();
  });
});

test("a golden class is compared by its label and what else the golden row holds, and told as a client sees it", async () => {
  const { served } = model("a", { label: "no", probability: 0.8 }, { label: "yes", probability: 0.80001 });
  const wanted = { label: "yes", probability: 0.8 };
  const { readiness, lines } = start(
    [{ ...served, golden: [{ ...golden[0]!, prediction: wanted }] }],
    "golden",
  );
  await expect.poll(() => readiness.checks()).toEqual([{ model: "a", state: "ready" }]);
  expect(lines[0]).toMatchObject({
    detail:
      'golden row 1 must give {"label":"yes","probability":0.8}, the endpoint gives {"label":"no","probability":0.8}',
  });
  await readiness.stop();
});

test("says of a failing model what came and what to do, and becomes ready when the endpoint is mended", async () => {
  const log = { awsError: "ServiceUnavailable", requestId: "aws-1", message: "not now" };
  const throttled = new Problem("endpoint-unavailable", "SageMaker cannot take calls at the moment.", {
    log,
  });
  const { served } = model("a", 3, throttled, new TypeError("ours"), right);
  const { readiness, lines } = start([served], "golden");
  await expect.poll(() => readiness.checks()).toEqual([{ model: "a", state: "ready" }]);
  const msg = "the endpoint does not give the golden prediction yet";
  expect(lines).toEqual([
    {
      level: 40,
      model: "a",
      detail: "golden row 1 must give 571.092597122044, the endpoint gives 3",
      remedy:
        "The endpoint serves another model than the model file describes. Deploy the right one, record new golden " +
        "rows, or set READINESS=answer.",
      msg,
    },
    {
      level: 40,
      model: "a",
      problem: "endpoint-unavailable",
      awsError: "ServiceUnavailable",
      endpointRequestId: "aws-1",
      message: "not now",
      detail: "endpoint-unavailable",
      remedy: catalogue["endpoint-unavailable"].remedy,
      msg,
    },
    {
      level: 40,
      model: "a",
      problem: "internal-error",
      detail: "internal-error",
      remedy: catalogue["internal-error"].remedy,
      err: expect.objectContaining({ type: "TypeError", message: "ours" }),
      msg,
    },
    { level: 30, model: "a", msg: "the endpoint gave the golden prediction" },
  ]);
  await readiness.stop();
});

test("with answer takes any prediction, and none is still none", async () => {
  const { served, asked } = model("a", new Problem("endpoint-not-ready", "Loading."), 3);
  const { readiness } = start([served], "answer");
  await expect.poll(() => readiness.checks()).toEqual([{ model: "a", state: "ready" }]);
  expect(asked()).toBe(2);
  await readiness.stop();
});

test("with off, and of a model without golden rows, asks nothing and says why", async () => {
  const { served, asked } = model("a", right);
  const off = start([served], "off");
  expect(off.readiness.checks()).toEqual([{ model: "a", state: "unchecked", detail: "READINESS is off" }]);
  const bare = start([{ ...served, golden: [] }], "golden");
  expect(bare.readiness.checks()).toEqual([
    { model: "a", state: "unchecked", detail: "it has no golden rows" },
  ]);
  await Promise.all([off.readiness.stop(), bare.readiness.stop()]);
  expect(asked()).toBe(0);
});

test("asks all models at a time: one that fails does not hold another up", async () => {
  const { readiness } = start([model("a", 1).served, model("b", right).served], "golden", 1);
  await expect
    .poll(() => readiness.checks().map(({ model: name, state }) => `${name} ${state}`))
    .toEqual(["a failing", "b ready"]);
  await readiness.stop();
});

test("the stop aborts a question under way, and its failure is nobody's", async () => {
  let signal: Ending | undefined;
  const { served } = model("a", right);
  const predict: ServedModel["predict"] = (_rows, context) => {
    signal = context.signal;
    return new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason));
    });
  };
  const { readiness, lines } = start([{ ...served, predict }], "golden");
  await expect.poll(() => signal).toBeDefined();
  await readiness.stop();
  expect(signal!.reason).toMatchObject({ code: "shutting-down" });
  expect(readiness.checks()).toEqual([{ model: "a", state: "waiting" }]);
  expect(lines).toEqual([]);
});
