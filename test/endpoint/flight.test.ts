import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { startFlight } from "../../src/endpoint/flight.ts";
import type { Reply } from "../../src/endpoint/invoke.ts";
import type { Ending } from "../../src/endpoint/ending.ts";
import { Problem } from "../../src/errors.ts";
import { outcome, problem } from "./stages.ts";

const reply: Reply = { answers: [1], attempts: 1 };

/** A flight that lands or crashes when it is told to, and its own signal. */
const rig = () => {
  let land: (reply: Reply) => void = () => {};
  let crash: (problem: Problem) => void = () => {};
  let signal: Ending | undefined;
  const flight = startFlight(new Map(), (given) => {
    signal = given;
    return new Promise((resolve, reject) => {
      land = resolve;
      crash = reject;
    });
  });
  return { flight, land, crash, signal: signal! };
};

describe("a flight", () => {
  test("gives its reply, or its problem, to all who wait", async () => {
    for (const end of [reply, problem("endpoint-throttled")]) {
      const { flight, land, crash } = rig();
      const waits = [1, 2].map(() => outcome(flight.wait(new AbortController().signal)));
      if (end instanceof Problem) crash(end);
      else land(end);
      for (const wait of waits) expect(await wait).toBe(end);
    }
  });

  test("goes on for those who still wait when one goes away, and ends with the last", async () => {
    const { flight, signal, crash } = rig();
    const first = new AbortController();
    const last = new AbortController();
    const waits = [first, last].map((one) => outcome(flight.wait(one.signal)));
    const gone = new Problem("caller-gone", "Gone.");
    first.abort(gone);
    expect([await waits[0], signal.aborted]).toEqual([gone, false]);
    const late = new Problem("deadline-exceeded", "Late.");
    last.abort(late);
    expect([await waits[1], signal.aborted, signal.reason]).toEqual([late, true, late]);
    crash(late);
  });

  test("may be waited for to its own end by the last one who is patient, but by no other", async () => {
    const { flight, signal, land } = rig();
    const [first, last] = [new AbortController(), new AbortController()];
    const waits = [first, last].map((one) => outcome(flight.wait(one.signal, true)));
    first.abort();
    expect(await waits[0]).toMatchObject({ code: "caller-gone" });
    last.abort();
    expect(signal.aborted).toBe(true);
    land(reply);
    expect(await waits[1]).toBe(reply);
  });

  test("ends when who started it had gone before", async () => {
    const { flight, signal, land } = rig();
    expect(await outcome(flight.wait(AbortSignal.abort()))).toMatchObject({ code: "caller-gone" });
    expect(signal.aborted).toBe(true);
    land(reply);
  });

  test("keeps hold of no signal once it has landed, and is not ended by one", async () => {
    const { flight, signal, land } = rig();
    const controller = new AbortController();
    const wait = flight.wait(controller.signal);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    land(reply);
    await wait;
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    controller.abort();
    expect(signal.aborted).toBe(false);
  });
});
