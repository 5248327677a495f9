import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stub } from "../../src/stub/server.ts";
import { type Rig, bodyWith, expectProblem, golden, named, post, startDemoStub, startRig } from "./rig.ts";

let stub: Stub;
let rig: Rig;
beforeAll(async () => {
  stub = await startDemoStub();
  rig = await startRig(stub.url);
});
afterAll(async () => {
  await rig.service.close();
  await stub.close();
});

const predictionsOf = async (url: string, instances: readonly object[]): Promise<number[]> => {
  const reply = await rig.app.inject(post(url, { instances }));
  expect(reply.statusCode, reply.body).toBe(200);
  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
  const body = reply.json<{ predictions: number[] }>();
  expect(Object.keys(body)).toEqual(["predictions"]);
  return body.predictions;
};

const expectNear = (predictions: readonly number[], expected: readonly number[]) => {
  expect(predictions).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(predictions[i]! / value - 1), `row ${i}: ${predictions[i]} for ${value}`).toBeLessThan(
      1e-4,
    );
  }
};

const expected = golden.map((row) => row.prediction);

describe.each(["/predict", "/models/bike-rental/predict"])("POST %s", (url) => {
  test("gives the published answers to the golden rows, each alone", async () => {
    expectNear(expected, [571.0926, 555.3798, 10.4896]);
    for (const row of golden)
      expectNear(await predictionsOf(url, [{ features: row.features }]), [row.prediction]);
  });

  test("takes positional, named and mixed instances, and answers in their order", async () => {
    const positional = golden.map((row) => ({ features: row.features as unknown }));
    const byName = golden.map((row) => ({ features: named(row) as unknown }));
    expectNear(await predictionsOf(url, positional), expected);
    expectNear(await predictionsOf(url, byName), expected);
    expectNear(await predictionsOf(url, [byName[2]!, positional[0]!, byName[1]!]), [
      expected[2]!,
      expected[0]!,
      expected[1]!,
    ]);
  });

  test("takes the names in any order", async () => {
    const reversed = Object.fromEntries(Object.entries(named(golden[0]!)).toReversed());
    expectNear(await predictionsOf(url, [{ features: reversed }]), [expected[0]!]);
  });
});

test("10,000 instances come back as 10,000 predictions in their order", async () => {
  const instances = Array.from({ length: 10_000 }, (_, i) => ({ features: golden[(i * 7) % 3]!.features }));
  const predictions = await predictionsOf("/predict", instances);
  expectNear(
    predictions,
    instances.map((_, i) => expected[(i * 7) % 3]!),
  );
});

test("10,001 instances are refused by their count", async () => {
  const instances = Array.from({ length: 10_001 }, () => ({ features: golden[0]!.features }));
  const reply = await rig.app.inject(post("/predict", { instances }));
  expect(expectProblem(reply, "invalid-request")).toEqual({
    detail: "1 field does not fit the model's inputs.",
    errors: [{ pointer: "/instances", detail: "has 10001 instances; at most 10000 fit in one request" }],
    errorCount: 1,
  });
});

test("the address of a model that is not there is told what is meant, before its body is read", async () => {
  const reply = await rig.app.inject(post("/models/bike-rentals/predict", "not even JSON"));
  expect(expectProblem(reply, "model-not-found")).toEqual({
    detail: 'There is no model "bike-rentals"; did you mean "bike-rental"?',
  });
});

test("a model's name that is like none lists those that there are", async () => {
  const reply = await rig.app.inject(post("/models/weather/predict", {}));
  expect(expectProblem(reply, "model-not-found")).toEqual({
    detail: 'There is no model "weather"; there is bike-rental.',
  });
});

test("a model's name of any length is a model that is not there, cut in the message", async () => {
  for (const length of [100, 101, 10_000]) {
    const reply = await rig.app.inject(post(`/models/${"a".repeat(length)}/predict`, {}));
    expect(expectProblem(reply, "model-not-found").detail).toBe(
      `There is no model "${"a".repeat(64)}"; there is bike-rental.`,
    );
  }
});

test("the log line names model, rows, variant and the endpoint's request id, and holds no value of the rows", async () => {
  const body = bodyWith({ temp: 17.171717, humidity: 43 });
  const reply = await rig.app.inject(post("/predict", body, { "x-request-id": "with-facts" }));
  expect(reply.statusCode).toBe(200);
  const line = await rig.logged(({ requestId }) => requestId === "with-facts");
  expect(line).toEqual({
    level: 30,
    time: expect.any(Number),
    requestId: "with-facts",
    method: "POST",
    route: "/predict",
    status: 200,
    ms: expect.any(Number),
    model: "bike-rental",
    rows: 1,
    invokedVariant: "AllTraffic",
    endpointRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
    attempts: 1,
    batchRows: 1,
    batchCalls: 1,
    waitedMs: expect.any(Number),
    msg: "request",
  });
  expect(rig.text()).not.toContain("17.17");
  expect(rig.text()).not.toContain(String(reply.json<{ predictions: number[] }>().predictions[0]));
  expect(rig.text()).not.toContain("verysecretkey");
});
