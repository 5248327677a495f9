import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ScenarioServer, answer, startScenarioServer } from "../endpoint/scenario-server.ts";
import { bodyWith, expectProblem, post, startRig } from "./rig.ts";

let server: ScenarioServer;
beforeAll(async () => {
  server = await startScenarioServer();
  server.play(answer("1\n"));
});
afterAll(() => server.close());

/** Keeps this thread busy, and with it the event loop of the service in it. */
const stall = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

const underLoad = async (isDone: () => Promise<boolean>) =>
  vi.waitFor(
    async () => {
      stall(200);
      if (!(await isDone())) throw new Error("no sample was taken yet");
    },
    { timeout: 10_000, interval: 1 },
  );

test("a late event loop sheds predictions with Retry-After, but no probe; and takes them again", async () => {
  const rig = await startRig(server.url, { MAX_EVENT_LOOP_DELAY_MS: "50" });
  let reply = await rig.app.inject(post("/predict", bodyWith({})));
  expect(reply.statusCode).toBe(200);
  await underLoad(async () => {
    reply = await rig.app.inject(post("/predict", bodyWith({})));
    return reply.statusCode === 503;
  });
  expect(expectProblem(reply, "overloaded").detail).toContain("too busy");
  expect(reply.headers["retry-after"]).toBe("2");
  expect((await rig.app.inject("/livez")).statusCode).toBe(200);
  expect((await rig.app.inject("/readyz")).statusCode).toBe(200);
  await vi.waitFor(
    async () => expect((await rig.app.inject(post("/predict", bodyWith({})))).statusCode).toBe(200),
    { timeout: 10_000, interval: 100 },
  );
  await rig.service.close();
}, 30_000);

test("with 0 nothing is shed, however late the event loop is", async () => {
  const rig = await startRig(server.url, { MAX_EVENT_LOOP_DELAY_MS: "0" });
  for (let i = 0; i < 5; i++) {
    stall(200);
    await new Promise((resolve) => void setTimeout(resolve, 5));
    expect((await rig.app.inject(post("/predict", bodyWith({})))).statusCode).toBe(200);
  }
  await rig.service.close();
});
