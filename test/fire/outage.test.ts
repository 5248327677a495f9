import { afterEach, expect, test, vi } from "vitest";
import { type Stub, startStub } from "../../src/stub/server.ts";
import { ENDPOINT_NAME, type Rig, bodyWith, expectProblem, golden, post, startRig } from "../http/rig.ts";

const endpoints = [{ name: ENDPOINT_NAME, modelFile: "models/bike-rental/xgboost.json" }];

let stub: Stub | undefined;
let rig: Rig | undefined;
afterEach(async () => {
  await rig?.service.close();
  await stub?.close();
});

/** Asks until an answer fits, with a pause between two; all answers until then. */
async function askUntil(fits: (answer: { statusCode: number; body: string }) => boolean) {
  const answers: Awaited<ReturnType<typeof ask>>[] = [];
  await vi.waitFor(
    async () => {
      const answer = await ask();
      answers.push(answer);
      expect(fits(answer), answer.body).toBe(true);
    },
    { timeout: 20_000, interval: 20 },
  );
  return answers;
}

const ask = () => rig!.app.inject(post("/predict", bodyWith({})));
const codeOf = ({ body }: { body: string }) => (JSON.parse(body) as { code?: string }).code;

test("While the endpoint is gone its callers are told without asking it, and once it is back they are answered", async () => {
  stub = await startStub({ endpoints });
  const { port } = stub;
  rig = await startRig(stub.url, { MAX_ATTEMPTS: "3" });
  const right = { predictions: [golden[0]!.prediction] };
  expect((await ask()).json()).toEqual(right);

  await stub.close();
  const untilOpen = await askUntil((answer) => codeOf(answer) === "endpoint-circuit-open");
  for (const answer of untilOpen.slice(0, -1)) expectProblem(answer, "endpoint-unreachable");
  // Each of them was sent three times at most, and eight failures open the circuit.
  expect(untilOpen.length).toBeGreaterThanOrEqual(3);
  expect(untilOpen.length).toBeLessThanOrEqual(10);

  // Two seconds in which it stays gone: a probe now and then, and a refusal that says when to come back.
  const codes = new Map<string, number>();
  for (let i = 0; i < 100; i++) {
    const answer = await ask();
    const code = codeOf(answer)!;
    codes.set(code, (codes.get(code) ?? 0) + 1);
    expect(["endpoint-circuit-open", "endpoint-unreachable"]).toContain(code);
    if (code === "endpoint-circuit-open") {
      expectProblem(answer, code);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    }
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  expect(codes.get("endpoint-circuit-open")).toBeGreaterThan(50);
  // One sick endpoint is no reason to take the process away from its callers.
  expect((await rig.app.inject("/livez")).statusCode).toBe(200);
  expect((await rig.app.inject("/readyz")).statusCode).toBe(200);

  stub = await startStub({ endpoints, port });
  const untilBack = await askUntil(({ statusCode }) => statusCode === 200);
  expect(untilBack.at(-1)!.json()).toEqual(right);
  for (let i = 0; i < 20; i++) expect((await ask()).json()).toEqual(right);
  const told = rig.lines().map(({ msg }) => String(msg));
  const opened = told.findIndex((msg) => msg.includes("has stopped answering; calls are held back"));
  const closed = told.findIndex((msg) => msg === "the endpoint answers again");
  expect(opened).toBeGreaterThan(-1);
  expect(closed).toBeGreaterThan(opened);
});

test("Callers whose endpoint takes connections and answers nothing are told at their own deadline, and answered afterwards", async () => {
  stub = await startStub({ endpoints, faults: [{ fault: "hang", calls: 4 }] });
  rig = await startRig(stub.url);
  const hurried = post("/predict", bodyWith({}), { "x-request-timeout-ms": "200" });
  for (let i = 0; i < 4; i++) expectProblem(await rig.app.inject(hurried), "deadline-exceeded");
  // It is their caller's haste, and no word of the endpoint: the circuit stays closed.
  expect((await ask()).json()).toEqual({ predictions: [golden[0]!.prediction] });
  await vi.waitFor(() => expect(stub!.tally().inFlight).toBe(0));
});
