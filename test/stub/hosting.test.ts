import { expect, test } from "vitest";
import type { Container } from "../../src/stub/containers/contract.ts";
import { createHosting, type EndpointPlan, type EndpointStatus } from "../../src/stub/hosting.ts";
import { createWorkers } from "../../src/stub/workers.ts";

const container: Container = {
  invoke: () => ({ status: 200, contentType: "text/csv", body: "1\n", rows: 1 }),
};
const hosting = (seed?: number) => createHosting(() => createWorkers(() => Infinity), seed);
const plan = (
  weights: Record<string, number>,
  name = "e",
  status: EndpointStatus = "InService",
): EndpointPlan => ({
  name,
  status,
  variants: Object.entries(weights).map(([variant, weight]) => ({ name: variant, weight, container })),
});
const draws = (given: ReturnType<typeof hosting>, count: number, name = "e"): (string | undefined)[] =>
  Array.from({ length: count }, () => given.find(name)!.next()?.variant);
const share = (drawn: readonly unknown[], variant: string): number =>
  drawn.filter((of) => of === variant).length / drawn.length;

test("calls are shared by weight", () => {
  const given = hosting();
  given.host(plan({ a: 1, b: 3, c: 0 }));
  const drawn = draws(given, 20_000);
  // Four standard deviations of a share of 1/4 in 20,000 draws.
  expect(Math.abs(share(drawn, "a") - 0.25)).toBeLessThan(0.0123);
  expect(share(drawn, "c")).toBe(0);
  expect(share(drawn, "a") + share(drawn, "b")).toBe(1);
});

test("the same seed and endpoint give the same variants, another seed or endpoint others", () => {
  const drawn = ([1, 1, 2] as const).map((seed) => {
    const given = hosting(seed);
    given.host(plan({ a: 1, b: 1 }));
    return draws(given, 64);
  });
  expect(drawn[0]).toEqual(drawn[1]);
  expect(drawn[0]).not.toEqual(drawn[2]);
  const two = hosting();
  two.host(plan({ a: 1, b: 1 }, "e"));
  two.host(plan({ a: 1, b: 1 }, "f"));
  expect(draws(two, 64, "e")).not.toEqual(draws(two, 64, "f"));
});

test("a variant of weight 0 is found by name, and where all have it none is drawn", () => {
  const given = hosting();
  given.host(plan({ a: 0, b: 0 }));
  expect(given.find("e")!.next()).toBeUndefined();
  expect(given.find("e")!.variants.get("b")).toMatchObject({ name: "e", variant: "b", container });
});

test("weights whose fractions do not add up to their sum still always give a variant", () => {
  const given = hosting();
  given.host(plan(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`v${index}`, 0.1]))));
  expect(draws(given, 10_000)).not.toContain(undefined);
});

test("an endpoint that is put again keeps its workers and goes on in its draws", () => {
  const given = hosting();
  given.host(plan({ a: 1, b: 1 }));
  const { workers } = given.find("e")!;
  const whole = hosting();
  whole.host(plan({ a: 1, b: 1 }));
  const expected = draws(whole, 40);
  const first = draws(given, 20);
  given.host(plan({ a: 1, b: 1 }));
  expect([...first, ...draws(given, 20)]).toEqual(expected);
  expect(given.find("e")!.workers).toBe(workers);
});

test("names are case-sensitive, and a dropped endpoint is gone", () => {
  const given = hosting();
  given.host(plan({ a: 1 }));
  expect(given.find("E")).toBeUndefined();
  expect([...given.all()].map(({ name }) => name)).toEqual(["e"]);
  given.drop("e");
  expect(given.find("e")).toBeUndefined();
  expect([...given.all()]).toEqual([]);
});

test.each([
  ["InService", true],
  ["Updating", true],
  ["RollingBack", true],
  ["SystemUpdating", true],
  ["Creating", false],
  ["Failed", false],
  ["Deleting", false],
  ["OutOfService", false],
] as const)("an endpoint that is %s serves: %s", (status, isServing) => {
  const given = hosting();
  given.host(plan({ a: 1 }, "e", status));
  expect(given.find("e")!.isServing).toBe(isServing);
});
