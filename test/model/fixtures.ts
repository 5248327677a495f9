import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { parse } from "yaml";
import { Problem } from "../../src/errors.ts";
import { checkModelFile } from "../../src/model/model-file.ts";
import { type Pipeline, compilePipeline } from "../../src/model/pipeline.ts";
import type { RequestLimits } from "../../src/model/request.ts";
import type { InputSpec } from "../../src/model/schema.ts";
import type { TargetSpec } from "../../src/model/target/spec.ts";

export const BIKE_ROW = ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027] as const;
export const BIKE_CSV = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";

/** The demo model file, with its own default endpoint, as plain data. */
export function bikeDocument(): Record<string, unknown> {
  const text = readFileSync("models/bike-rental.yaml", "utf8");
  return parse(text.replace("${ENDPOINT_NAME:-xgboost-biketrain-v1}", "xgboost-biketrain-v1")) as Record<
    string,
    unknown
  >;
}

/** A small model file; `changes` replace whole keys. */
export function smallDocument(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: "small",
    version: "1",
    endpoint: { name: "e" },
    inputs: [{ name: "x", type: "number" }],
    features: ["x"],
    target: { name: "y" },
    ...changes,
  };
}

/** Checks and compiles; throws the mistakes of a wrong model file. */
export function compile(document: unknown, limits?: RequestLimits): Pipeline {
  const result = checkModelFile(document);
  if ("issues" in result) throw new Error(JSON.stringify(result.issues, null, 1));
  return compilePipeline(result.file, limits);
}

/** A target as a model file declares it, checked; throws its mistakes. */
export function checkedTarget(target: unknown): TargetSpec {
  const result = checkModelFile(smallDocument({ target }));
  if ("issues" in result) throw new Error(JSON.stringify(result.issues, null, 1));
  return result.file.target;
}

/** A model that passes these inputs through; datetimes give their hour, and texts whether they are missing. */
export function compileInputs(inputs: readonly InputSpec[], limits?: RequestLimits): Pipeline {
  return compile(smallDocument({ inputs, features: inputs.map((input) => featureOf(input)) }), limits);
}

function featureOf(input: InputSpec): unknown {
  if (input.type === "datetime") return { from: input.name, steps: [{ datetime_part: "hour" }] };
  return input.type === "string" ? { from: input.name, steps: ["missing_indicator"] } : input.name;
}

/** What `act` throws; fails where it does not. */
export function problemOf(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("expected a Problem, but nothing was thrown");
}

/** The field errors of a request that does not fit, as `pointer: detail`. */
export function faultsOf(pipeline: Pipeline, body: unknown): string[] {
  const problem = problemOf(() => pipeline.readInstances(body));
  if (problem.code !== "invalid-request") throw problem;
  return problem.errors!.map(({ pointer, detail }) => `${pointer}: ${detail}`);
}

/** The largest finite float32, which is as far as an input goes. */
export const FLOAT32_MAX = 3.4028234663852886e38;

const double = fc.double({ noNaN: true, min: -FLOAT32_MAX, max: FLOAT32_MAX });

/** A pair of optional bounds, in order. */
function bounds(value: fc.Arbitrary<number>) {
  return fc.tuple(value, value, fc.boolean(), fc.boolean()).map(([a, b, withMinimum, withMaximum]) => {
    const range: { minimum?: number; maximum?: number } = {};
    if (withMinimum) range.minimum = Math.min(a, b);
    if (withMaximum) range.maximum = Math.max(a, b);
    return range;
  });
}

const shape = (name: string) => ({ name: fc.constant(name) });

/** An input of any kind that a model file may declare, without an example. */
export function inputSpec(name: string): fc.Arbitrary<InputSpec> {
  const missing = fc.constantFrom({}, { missing: false }, { missing: true });
  return fc.tuple(presentInput(name), missing).map(([spec, more]) => Object.assign(spec, more));
}

function presentInput(name: string): fc.Arbitrary<InputSpec> {
  const ranged = (type: "integer" | "number", value: fc.Arbitrary<number>) =>
    fc
      .tuple(fc.record({ ...shape(name), type: fc.constant(type) }), bounds(value))
      .map(([spec, range]) => Object.assign(spec, range));
  return fc.oneof(
    fc.record({
      ...shape(name),
      type: fc.constant("integer" as const),
      categories: fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 }),
    }),
    fc.record({
      ...shape(name),
      type: fc.constant("number" as const),
      categories: fc
        .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 5 })
        .map((values) => values.map((value) => value / 4)),
    }),
    fc.record({ ...shape(name), type: fc.constant("boolean" as const) }),
    fc.record({ ...shape(name), type: fc.constant("string" as const) }),
    fc.record({
      ...shape(name),
      type: fc.constant("string" as const),
      categories: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 }),
    }),
    ranged("integer", fc.oneof(fc.integer(), fc.maxSafeInteger())),
    ranged("number", double),
    fc.record({ ...shape(name), type: fc.constant("datetime" as const) }),
    fc.record({
      ...shape(name),
      type: fc.constant("datetime" as const),
      time_zone: fc.constantFrom("Europe/Berlin", "America/St_Johns", "UTC"),
    }),
  );
}

/** One to five inputs with names of their own, some of them the names of what every object inherits. */
export const inputSpecs: fc.Arbitrary<InputSpec[]> = fc
  .uniqueArray(fc.constantFrom("a", "bc", "temp", "wind-speed", "x.y", "_z", "constructor", "toString"), {
    minLength: 1,
    maxLength: 5,
  })
  .chain((names) => fc.tuple(...names.map((name) => inputSpec(name))));
