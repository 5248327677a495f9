import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SHAPES, type OperationName } from "../../../src/stub/control/shape-table.ts";
import type { Shape } from "../../../src/stub/control/shapes.ts";
import { controlRig, createConfig } from "./rig.ts";

const NAMES = ["a", "a", "b", "AllTraffic", "none", "-"];
const ARNS = ["model/a", "endpoint/a", "endpoint-config/a", "app/x"].map(
  (rest) => `arn:aws:sagemaker:us-east-1:123456789012:${rest}`,
);
const anything = fc.anything({ maxDepth: 2 }).filter((value) => JSON.stringify(value) !== undefined);

/** Mostly what a shape wants, at times anything else. */
function valueOf(shape: Shape): fc.Arbitrary<unknown> {
  const fitting = (): fc.Arbitrary<unknown> => {
    switch (shape.kind) {
      case "string":
        return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES, ...ARNS) }, fc.string());
      case "enum":
        return fc.constantFrom(...shape.values);
      case "integer":
      case "float":
        return fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.double());
      case "boolean":
        return fc.boolean();
      case "timestamp":
        return fc.double({ noNaN: true });
      case "object":
        return fc.dictionary(fc.string(), anything);
      case "list":
        return fc.array(valueOf(shape.of), { maxLength: 3 });
      case "map":
        return fc.dictionary(fc.constantFrom("A", "b_1", "__proto__", "-"), valueOf(shape.value));
      case "structure": {
        const members = shape.members.map(([name, member]) => [name, valueOf(member)] as const);
        const requiredKeys = shape.members.filter(([, , isRequired]) => isRequired).map(([name]) => name);
        return fc.record(Object.fromEntries(members), { requiredKeys });
      }
    }
  };
  return fc.oneof({ weight: 30, arbitrary: fitting() }, { weight: 1, arbitrary: anything });
}

const request = fc
  .constantFrom(...(Object.keys(SHAPES) as OperationName[]))
  .chain((operation) => valueOf(SHAPES[operation]).map((input) => ({ operation, input })));

test("whatever is asked, one after the other, the answer is a success or an error of the caller's", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (requests) => {
      const rig = controlRig({ transitionMs: 10 });
      await createConfig(rig, "a", ["a", "b"]);
      await rig.call("CreateEndpoint", { EndpointName: "a", EndpointConfigName: "a" });
      for (const { operation, input } of requests) {
        const answer = await rig.call(operation, input as object);
        seen.add(`${operation} ${String(answer["__type"] ?? "succeeds")}`);
        expect([undefined, "ValidationException", "SerializationException"]).toContain(answer["__type"]);
        await rig.clock.advance(5);
      }
      // What is to be kept is JSON, and comes back as it went.
      const kept = rig.plane.kept();
      expect(JSON.parse(JSON.stringify(kept)).endpoints).toHaveLength(kept.endpoints.length);
    }),
    { numRuns: 300 },
  );
  // The fuzz got through to the operations, and was refused for either reason.
  const of = (outcome: string): number => [...seen].filter((each) => each.endsWith(` ${outcome}`)).length;
  expect(of("succeeds")).toBeGreaterThan(6);
  expect(of("ValidationException")).toBeGreaterThan(15);
  expect(of("SerializationException")).toBeGreaterThan(10);
});
