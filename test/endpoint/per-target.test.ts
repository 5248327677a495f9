import { describe, expect, test } from "vitest";
import type { Target } from "../../src/endpoint/invoke.ts";
import { perTarget, serverOf } from "../../src/endpoint/per-target.ts";

describe("a state per target", () => {
  test("is made once for targets of the same key", () => {
    let made = 0;
    const states = perTarget(
      (target) => target.endpointName,
      () => ({ number: (made += 1) }),
    );
    const bike = states({ endpointName: "bike" });
    expect(states({ endpointName: "bike", targetVariant: "blue" })).toBe(bike);
    expect(states({ endpointName: "car" })).not.toBe(bike);
    expect(made).toBe(2);
  });

  test("is kept for the thousand that were met last", () => {
    const states = perTarget(
      (target) => target.endpointName,
      () => ({}),
    );
    const first = states({ endpointName: "0" });
    const second = states({ endpointName: "1" });
    for (let name = 2; name < 1000; name += 1) states({ endpointName: String(name) });
    expect(states({ endpointName: "0" })).toBe(first);
    states({ endpointName: "1000" });
    expect(states({ endpointName: "0" })).toBe(first);
    expect(states({ endpointName: "1" })).not.toBe(second);
  });
});

describe("what answers a call", () => {
  const bike: Target = { endpointName: "bike" };

  test("differs by endpoint, variant, model and component, whatever the names hold", () => {
    const targets: readonly Target[] = [
      bike,
      { endpointName: "car" },
      { ...bike, targetVariant: "a" },
      { ...bike, targetModel: "a" },
      { ...bike, inferenceComponent: "a" },
      { ...bike, targetVariant: 'a","b' },
      { ...bike, targetVariant: "a", targetModel: "b" },
      { ...bike, targetVariant: "null" },
    ];
    expect(new Set(targets.map(serverOf)).size).toBe(targets.length);
  });

  test("is the same for any session, id and attributes", () => {
    expect(serverOf({ ...bike, sessionId: "s", inferenceId: "i", customAttributes: "c" })).toBe(
      serverOf(bike),
    );
  });
});
