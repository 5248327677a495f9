import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/stub/faults.ts";
import { createWeather } from "../../src/stub/weather.ts";

/** Weather with a clock that stands still until it is moved. */
function weatherOf(faults: readonly Fault[], seed = 1) {
  const clock = { ms: 5000 };
  const weather = createWeather(() => clock.ms);
  weather.set({ seed, faults });
  return { weather, clock };
}

/** The mishap of each of so many calls, "-" for none. */
function mishaps({ weather }: ReturnType<typeof weatherOf>, calls: number, endpoint = "e"): string {
  return Array.from({ length: calls }, () => weather.strike(endpoint, []).mishap?.fault.fault[0] ?? "-").join(
    "",
  );
}

describe("which calls a rule is for", () => {
  test("the next n, after those that are skipped", () => {
    expect(mishaps(weatherOf([{ fault: "throttle", skip: 2, calls: 3 }]), 8)).toBe("--ttt---");
  });

  test("with a probability, so many of those that are drawn", () => {
    const placesOf = (struck: string): number[] => [...struck.matchAll(/t/g)].map(({ index }) => index);
    const all = placesOf(mishaps(weatherOf([{ fault: "throttle", probability: 0.5 }]), 30));
    const some = placesOf(
      mishaps(weatherOf([{ fault: "throttle", probability: 0.5, skip: 1, calls: 2 }]), 30),
    );
    expect(all.length).toBeGreaterThan(5);
    expect(some).toEqual(all.slice(1, 3));
  });

  test("a probability of 0 strikes none, of 0.1 one in ten", () => {
    expect(mishaps(weatherOf([{ fault: "throttle", probability: 0 }]), 1000)).toBe("-".repeat(1000));
    const struck = mishaps(weatherOf([{ fault: "throttle", probability: 0.1 }]), 20_000).replaceAll(
      "-",
      "",
    ).length;
    expect(struck).toBeGreaterThan(1850);
    expect(struck).toBeLessThan(2150);
  });

  test("from a second on, until just before another, since the plan was set", () => {
    const rig = weatherOf([{ fault: "throttle", fromSeconds: 1, toSeconds: 2 }]);
    const seen = [0, 999, 1000, 1999, 2000].map((ms) => {
      rig.clock.ms = 5000 + ms;
      return mishaps(rig, 1);
    });
    expect(seen).toEqual(["-", "-", "t", "t", "-"]);
    rig.weather.set(rig.weather.plan());
    expect(mishaps(rig, 1)).toBe("-");
    rig.clock.ms += 1000;
    expect(mishaps(rig, 1)).toBe("t");
  });

  test("those of one endpoint; the others are not counted", () => {
    const rig = weatherOf([{ fault: "throttle", endpoint: "other", calls: 1 }]);
    expect(mishaps(rig, 3)).toBe("---");
    expect(mishaps(rig, 2, "other")).toBe("t-");
  });
});

describe("several rules", () => {
  test("a call has one mishap, the first that strikes; the others are not used up by it", () => {
    const rig = weatherOf([
      { fault: "throttle", calls: 2 },
      { fault: "hang", calls: 2 },
    ]);
    expect(mishaps(rig, 5)).toBe("tthh-");
  });

  test("conditions hold beside each other, and beside a mishap", () => {
    const { weather } = weatherOf([
      { fault: "latency", ms: 1 },
      { fault: "throttle" },
      { fault: "latency", ms: 2, probability: 0 },
      { fault: "dialect", dialect: "json-list" },
    ]);
    const { conditions, mishap } = weather.strike("e", []);
    expect(conditions.map(({ fault }) => fault.fault)).toEqual(["latency", "dialect"]);
    expect(mishap?.fault.fault).toBe("throttle");
  });

  test("the faults that a call asks for come first, for it alone", () => {
    const rig = weatherOf([{ fault: "throttle" }]);
    expect(rig.weather.strike("e", [{ fault: "hang" }]).mishap?.fault.fault).toBe("hang");
    expect(mishaps(rig, 1)).toBe("t");
  });

  test("a capacity is the first that is in force", () => {
    const { weather, clock } = weatherOf([
      { fault: "ceiling", limit: 1, fromSeconds: 1, toSeconds: 2 },
      { fault: "ceiling", limit: 2, endpoint: "e" },
    ]);
    const limit = (endpoint: string) => weather.capacity("ceiling", endpoint)?.fault.limit;
    expect([limit("e"), limit("f"), weather.capacity("workers", "e")]).toEqual([2, undefined, undefined]);
    clock.ms += 1000;
    expect([limit("e"), limit("f")]).toEqual([1, 1]);
  });
});

describe("seeds", () => {
  const half: Fault = { fault: "throttle", probability: 0.5 };

  test("the same seed strikes the same calls again, another seed others", () => {
    const first = mishaps(weatherOf([half], 7), 200);
    expect(mishaps(weatherOf([half], 7), 200)).toBe(first);
    expect(mishaps(weatherOf([half], 8), 200)).not.toBe(first);
  });

  test("a rule that is added behind the others changes nothing for them", () => {
    const first = mishaps(weatherOf([half]), 200);
    const both = mishaps(weatherOf([half, { fault: "hang", probability: 0.5 }]), 200);
    expect(both.replaceAll("h", "-")).toBe(first);
  });

  test("a plan belongs to the weather: what its giver does to it afterwards is nothing", () => {
    const faults: { fault: "throttle"; calls?: number }[] = [{ fault: "throttle" }];
    const rig = weatherOf(faults);
    faults[0]!.calls = 0;
    expect(rig.weather.plan().faults).toEqual([{ fault: "throttle" }]);
  });
});
