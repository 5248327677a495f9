import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { send, signature } from "./raw-http.ts";

const modelFile = fileURLToPath(new URL("fixtures/1.7.4/reg-squarederror.json", import.meta.url));
const row = "0.5,0.25,-1,2,0";
let stub: Stub;

beforeAll(async () => {
  stub = await startStub({ endpoints: [{ name: "e", modelFile }] });
});
afterAll(() => stub.close());

/** A call of the admin interface; nothing of it is signed. */
const admin = async (method: string, path: string, body?: unknown) => {
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  const response = await send(stub, { method, path, headers: {}, body: text });
  return { ...response, json: JSON.parse(response.body) as unknown };
};
const invoke = (body = row) =>
  send(stub, {
    path: "/endpoints/e/invocations",
    headers: { authorization: signature, "content-type": "text/csv" },
    body,
  });

beforeEach(async () => {
  await admin("DELETE", "/admin/faults");
  await admin("DELETE", "/admin/tally");
});

describe("/admin/faults", () => {
  test("PUT puts a plan in force and answers it, GET shows it, DELETE clears it", async () => {
    const plan = { seed: 7, faults: [{ fault: "throttle" }] };
    expect(await admin("PUT", "/admin/faults", plan)).toMatchObject({ status: 200, json: plan });
    expect((await invoke()).status).toBe(400);
    expect(await admin("GET", "/admin/faults")).toMatchObject({ status: 200, json: plan });
    const fair = { seed: 1, faults: [] };
    expect(await admin("DELETE", "/admin/faults")).toMatchObject({ status: 200, json: fair });
    expect((await invoke()).status).toBe(200);
  });

  test("what GET shows can be PUT", async () => {
    await admin("PUT", "/admin/faults", [{ fault: "poison", share: 0.5, value: "NaN" }]);
    const { json } = await admin("GET", "/admin/faults");
    expect((await admin("PUT", "/admin/faults", json)).json).toEqual(json);
  });

  test("a plan that is none is refused with every mistake, and the old one stays in force", async () => {
    await admin("PUT", "/admin/faults", [{ fault: "throttle" }]);
    const { status, json } = await admin("PUT", "/admin/faults", { seed: 1.5, faults: [{ fault: "x" }] });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      message: expect.stringContaining(
        "/seed must be a whole number from 0 to 4294967295, not 1.5\n/faults/0/fault",
      ),
      mistakes: [
        { pointer: "/seed", detail: expect.any(String) },
        { pointer: "/faults/0/fault", detail: expect.stringContaining('not "x"') },
      ],
    });
    expect((await admin("PUT", "/admin/faults", "{")).json).toMatchObject({
      message: expect.stringContaining("The body is not JSON"),
    });
    expect((await invoke()).status).toBe(400);
  });
});

describe("/admin/tally", () => {
  test("counts calls, rows, answers and faults, as they really were", async () => {
    await admin("PUT", "/admin/faults", [
      { fault: "latency", ms: 50, skip: 3 },
      { fault: "throttle", calls: 1 },
      { fault: "poison", column: 0, equals: 9 },
    ]);
    await invoke();
    await invoke(`${row}\n${row}`);
    await invoke(`9,1,1,1,1`);
    await Promise.all([invoke(), invoke(), invoke()]);
    await invoke("season");
    expect((await admin("GET", "/admin/tally?x")).json).toEqual({
      calls: 7,
      rows: 6,
      inFlight: 0,
      maxInFlight: 3,
      answers: { 200: 4, 400: 1, 424: 2 },
      faults: { throttle: 1, poison: 1, latency: 4 },
      strikes: [4, 1, 1],
    });
  });

  test("counts calls in fair weather just the same", async () => {
    await invoke(`${row}\n${row}`);
    await invoke("");
    await invoke("season");
    // What never gets to an endpoint is no call.
    await send(stub, { path: "/endpoints/nobody/invocations" });
    expect((await admin("DELETE", "/admin/tally")).json).toEqual({
      calls: 3,
      rows: 2,
      inFlight: 0,
      maxInFlight: 1,
      answers: { 200: 1, 204: 1, 424: 1 },
      faults: {},
      strikes: [],
    });
    expect((await admin("GET", "/admin/tally")).json).toMatchObject({
      calls: 0,
      maxInFlight: 0,
      answers: {},
    });
  });
});

test.each([
  ["POST", "/admin/faults", 405, "GET, PUT, DELETE"],
  ["PUT", "/admin/tally", 405, "GET, DELETE"],
  ["constructor", "/admin/tally", 400, undefined],
  ["GET", "/admin/fault", 404, undefined],
  ["GET", "/admin/", 404, undefined],
])("%s %s is %d, and says what there is", async (method, path, status, allow) => {
  const response = await admin(method, path).catch(() => ({ status: 400, headers: {} as never, body: "" }));
  expect(response.status).toBe(status);
  expect(response.headers["allow"]).toBe(allow);
});

test("/admin alone is SageMaker's to answer: it has no such operation", async () => {
  expect((await send(stub, { method: "GET", path: "/admin" })).headers["x-amzn-errortype"]).toMatch(
    /^UnknownOperationException:/,
  );
});
