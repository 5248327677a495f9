import { afterEach, describe, expect, test } from "vitest";
import { createColdness } from "../../src/stub/cold-start.ts";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { send, signature } from "./raw-http.ts";

const cold = (ms: number, idleSeconds?: number) =>
  ({ fault: "cold-start", ms, ...(idleSeconds === undefined ? {} : { idleSeconds }) }) as const;

describe("an endpoint", () => {
  test("is cold for its first call, and for those that come until it has started", () => {
    const coldness = createColdness();
    expect(coldness("a", cold(100), 1000)).toBe(100);
    expect(coldness("a", cold(100), 1040)).toBe(60);
    expect(coldness("a", cold(100), 1100)).toBe(0);
    expect(coldness("b", cold(100), 1100)).toBe(100);
    expect(coldness("a", cold(100), 1e9)).toBe(0);
  });

  test("is cold again after exactly so long without a call, and not a ms before", () => {
    const coldness = createColdness();
    coldness("a", cold(100, 5), 0);
    expect(coldness("a", cold(100, 5), 1000)).toBe(0);
    expect(coldness("a", cold(100, 5), 5999)).toBe(0);
    expect(coldness("a", cold(100, 5), 10_999)).toBe(100);
    expect(coldness("a", cold(100, 5), 11_000)).toBe(99);
  });

  test("does not cool down while it starts", () => {
    const coldness = createColdness();
    expect(coldness("a", cold(3000, 1), 0)).toBe(3000);
    expect(coldness("a", cold(3000, 1), 2000)).toBe(1000);
    expect(coldness("a", cold(3000, 1), 3500)).toBe(0);
  });
});

describe("over HTTP", () => {
  let stub: Stub | undefined;
  afterEach(() => stub?.close());

  const start = async (fault: object) => {
    stub = await startStub({ endpoints: [{ name: "a", modelFile: "constant:1" }], faults: [fault] });
    return stub;
  };
  const call = (to: Stub) =>
    send(to, { path: "/endpoints/a/invocations", headers: { authorization: signature }, body: "1" });

  test("the first call waits, the next does not", async () => {
    const to = await start({ fault: "cold-start", ms: 150 });
    const before = performance.now();
    expect((await call(to)).status).toBe(200);
    const waited = performance.now() - before;
    expect(waited).toBeGreaterThanOrEqual(145);
    await call(to);
    expect(performance.now() - before - waited).toBeLessThan(140);
    expect(to.tally().strikes).toEqual([1]);
  });

  test("or is told to come again", async () => {
    const to = await start({ fault: "cold-start", ms: 100, answer: "model-not-ready" });
    const first = await call(to);
    expect([first.status, first.headers["x-amzn-errortype"]]).toEqual([
      429,
      expect.stringMatching(/^ModelNotReadyException:/),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect((await call(to)).status).toBe(200);
  });

  test.each([{ probability: 0.5 }, { calls: 1 }, { skip: 1 }])(
    "it is no matter of chance: %j",
    async (more) => {
      await expect(start({ fault: "cold-start", ms: 1, ...more })).rejects.toThrow("is not known here");
    },
  );
});
