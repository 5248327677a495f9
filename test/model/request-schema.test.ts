import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exampleOf } from "../../src/model/inputs.ts";
import type { Pipeline } from "../../src/model/pipeline.ts";
import { requestExamples, requestSchema } from "../../src/model/request-schema.ts";
import type { InputSpec } from "../../src/model/schema.ts";
import {
  FLOAT32_MAX,
  BIKE_ROW,
  bikeDocument,
  compile,
  compileInputs,
  inputSpecs,
  problemOf,
} from "./fixtures.ts";

const bike = compile(bikeDocument());

// allowUnionTypes: what may be missing is of its type or null. ownProperties: an input may be called "toString", which every object has.
const validator = (pipeline: Pipeline) =>
  new Ajv2020({ strict: true, allowUnionTypes: true, ownProperties: true }).compile(requestSchema(pipeline));

function fits(pipeline: Pipeline, body: unknown): boolean {
  try {
    pipeline.readInstances(body);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid-request" });
    return false;
  }
}

/** Reasons that no schema can hold: the calendar's and the clock's. */
const OUTSIDE_SCHEMA = /is not in the calendar|has the (year|month|hour|minute|second|offset) /;

/** Whether all that keeps a body from fitting is the calendar. */
function onlyCalendar(pipeline: Pipeline, body: unknown): boolean {
  return problemOf(() => pipeline.readInstances(body)).errors!.every(({ detail }) =>
    OUTSIDE_SCHEMA.test(detail),
  );
}

const values = (...inputs: InputSpec[]) =>
  (requestSchema(compileInputs(inputs)) as any).properties.instances.items.properties.features.oneOf[0]
    .prefixItems;

const most = (schema: any) => schema.properties.instances.maxItems;

describe("the schema of a request", () => {
  test("has the model's names, meanings, units, ranges and categories", () => {
    const { features } = (requestSchema(bike) as any).properties.instances.items.properties;
    const [positional, named] = features.oneOf;
    expect(positional).toMatchObject({ type: "array", items: false, minItems: 9, maxItems: 9 });
    expect(positional.description).toBe(
      "The values in this order: datetime, season, holiday, workingday, weather, temp, atemp, humidity, windspeed.",
    );
    expect(named).toMatchObject({ type: "object", additionalProperties: false });
    expect(named.required).toEqual(bike.inputs.map((input) => input.spec.name));
    expect(Object.values(named.properties)).toEqual(positional.prefixItems);
    expect(named.properties.datetime).toEqual({
      type: "string",
      title: "datetime",
      description: "Start of the hour, local time.",
      pattern: String.raw`^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$`,
      examples: ["2012-12-19 17:00:00"],
    });
    expect(named.properties.season).toEqual({
      type: "integer",
      title: "season",
      description: "1 spring, 2 summer, 3 fall, 4 winter.",
      enum: [1, 2, 3, 4],
      examples: [4],
    });
    expect(named.properties.temp).toEqual({
      type: "number",
      title: "temp",
      description: "Air temperature. Unit: °C.",
      minimum: -40,
      maximum: 60,
      examples: [16.4],
    });
  });

  test("says what it can of inputs that say little", () => {
    expect(
      values(
        { name: "a", type: "number" },
        { name: "b", type: "number", unit: "km", minimum: 1 },
        { name: "c", type: "number", description: "Which one?", maximum: 1 },
        { name: "d", type: "integer", minimum: 0.5 },
        { name: "e", type: "datetime", time_zone: "UTC" },
      ),
    ).toEqual([
      { type: "number", title: "a", minimum: -FLOAT32_MAX, maximum: FLOAT32_MAX, examples: [0] },
      {
        type: "number",
        title: "b",
        description: "Unit: km.",
        minimum: 1,
        maximum: FLOAT32_MAX,
        examples: [1],
      },
      {
        type: "number",
        title: "c",
        description: "Which one?",
        minimum: -FLOAT32_MAX,
        maximum: 1,
        examples: [0],
      },
      { type: "integer", title: "d", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [1] },
      {
        type: "string",
        title: "e",
        pattern: String.raw`^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$`,
        examples: ["2012-12-19 17:00:00"],
      },
    ]);
  });

  test("allows null where a value may be missing, and among the categories too", () => {
    const missing = true;
    expect(
      values(
        { name: "a", type: "number", missing },
        { name: "b", type: "integer", missing, categories: [1, 2] },
        { name: "c", type: "boolean", missing },
        { name: "d", type: "string", missing, categories: ["x", "y"] },
        { name: "e", type: "datetime", missing },
        { name: "f", type: "boolean" },
        { name: "g", type: "string", categories: ["x"] },
        { name: "h", type: "string", missing: false },
      ),
    ).toEqual([
      { type: ["number", "null"], title: "a", minimum: -FLOAT32_MAX, maximum: FLOAT32_MAX, examples: [0] },
      { type: ["integer", "null"], title: "b", enum: [1, 2, null], examples: [1] },
      { type: ["boolean", "null"], title: "c", examples: [true] },
      { type: ["string", "null"], title: "d", enum: ["x", "y", null], examples: ["x"] },
      expect.objectContaining({ type: ["string", "null"], pattern: expect.any(String) }),
      { type: "boolean", title: "f", examples: [true] },
      { type: "string", title: "g", enum: ["x"], examples: ["x"] },
      { type: "string", title: "h", minLength: 1, examples: ["text"] },
    ]);
  });

  test("holds the largest number of instances, 10,000 unless it is told", () => {
    expect(most(requestSchema(bike))).toBe(10_000);
    expect(most(requestSchema(bike, 5))).toBe(5);
  });
});

describe("the examples of a request", () => {
  test("are the model's own examples, positional and named", () => {
    const { positional, named } = requestExamples(bike);
    expect(positional).toEqual({ instances: [{ features: BIKE_ROW }] });
    expect(named.instances[0]!.features).toMatchObject({ datetime: BIKE_ROW[0], windspeed: 26.0027 });
    expect(bike.readInstances(named)).toEqual(bike.readInstances(positional));
  });

  test("may be a golden row, in either form", () => {
    const row = ["2012-12-10 01:00:00", 4, 0, 1, 2, 14.76, 18.94, 100, 0];
    const examples = requestExamples(bike, row);
    expect(examples.positional).toEqual({ instances: [{ features: row }] });
    expect(requestExamples(bike, examples.named.instances[0]!.features)).toEqual(examples);
  });

  test("work when pasted, whatever the model", () => {
    fc.assert(
      fc.property(inputSpecs, (inputs) => {
        const pipeline = compileInputs(inputs);
        const validate = validator(pipeline);
        for (const body of Object.values(requestExamples(pipeline))) {
          const pasted: unknown = JSON.parse(JSON.stringify(body));
          expect([fits(pipeline, pasted), validate(pasted)]).toEqual([true, true]);
        }
      }),
    );
  });
});

/** Values that are near an input's edges, or of another kind altogether. */
function valueFor(spec: InputSpec): fc.Arbitrary<unknown> {
  const right = fc.constant<unknown>(exampleOf(spec));
  const wrong = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      "",
      "4",
      true,
      false,
      1e300,
      -1e300,
      9007199254740992,
      -0,
      0.5,
      [],
      {},
      [1],
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.stringMatching(/^20\d\d-[01]\d-[0-3]\d([T ][0-2]\d:[0-6]\d(:[0-6]\d)?(Z|[+-]0\d:?[0-6]\d)?)?$/),
    fc.string(),
  );
  if (spec.type !== "number" && spec.type !== "integer") {
    const listed = spec.type === "string" ? [...(spec.categories ?? []), "text"] : [];
    return fc.oneof({ weight: 9, arbitrary: right }, fc.constantFrom<unknown>(null, ...listed), wrong);
  }
  const edges = [spec.minimum, spec.maximum, ...(spec.categories ?? [])].filter((edge) => edge !== undefined);
  const near = fc
    .constantFrom(...edges, 0)
    .chain((edge) => fc.constantFrom<unknown>(edge, edge + 1, edge - 1, edge + 0.5, edge * 1.0000001));
  return fc.oneof({ weight: 14, arbitrary: right }, near, wrong);
}

function bodyFor(specs: readonly InputSpec[]): fc.Arbitrary<unknown> {
  const positional = fc.tuple(...specs.map((spec) => valueFor(spec)));
  const named = fc.record(Object.fromEntries(specs.map((spec) => [spec.name, valueFor(spec)])));
  const other = fc.oneof(
    positional.map((row) => row.slice(1)),
    positional.map((row) => [...row, 0]),
    named.map((row) => ({ ...row, extra: 1 })),
    named.map((row) => Object.fromEntries(Object.entries(row).slice(1))),
    fc.jsonValue(),
  );
  const features = fc.oneof({ weight: 5, arbitrary: positional }, { weight: 5, arbitrary: named }, other);
  const instance = fc.oneof(
    { weight: 20, arbitrary: features.map((value): unknown => ({ features: value })) },
    features.map((value) => ({ features: value, more: 1 })),
    fc.constantFrom<unknown>({}, null, [], { feature: [] }),
  );
  const instances = fc.array(instance, { maxLength: 3 });
  return fc.oneof(
    { weight: 20, arbitrary: instances.map((list): unknown => ({ instances: list })) },
    instances.map((list) => ({ instances: list, more: 1 })),
    fc.constantFrom<unknown>({}, [], null, { instances: {} }, { instances: null }),
    fc.jsonValue(),
  );
}

/** Checks that reader and schema say the same, but for the calendar; says what they said. */
function agreement(pipeline: Pipeline, validate: (body: unknown) => boolean, body: unknown): boolean {
  const read = fits(pipeline, body);
  const valid = validate(body);
  if (read !== valid && !(valid && onlyCalendar(pipeline, body))) {
    expect({ body, read, valid }).toBe("in agreement");
  }
  return read;
}

describe("what a request may hold", () => {
  test("is the same to the demo model's reader as to its schema", () => {
    const validate = validator(bike);
    let fitting = 0;
    fc.assert(
      fc.property(bodyFor(bike.inputs.map((input) => input.spec)), (body) => {
        if (agreement(bike, validate, body)) fitting++;
      }),
      { numRuns: 3000 },
    );
    // So that agreement is not on refusals alone; far below what is drawn by chance.
    expect(fitting).toBeGreaterThan(100);
  });

  test("is the same to the reader of any model as to its schema", () => {
    let fitting = 0;
    fc.assert(
      fc.property(
        inputSpecs.chain((inputs) =>
          fc.tuple(fc.constant(inputs), fc.array(bodyFor(inputs), { minLength: 10, maxLength: 10 })),
        ),
        ([inputs, bodies]) => {
          const pipeline = compileInputs(inputs);
          const validate = validator(pipeline);
          for (const body of bodies) if (agreement(pipeline, validate, body)) fitting++;
        },
      ),
      { numRuns: 100 },
    );
    expect(fitting).toBeGreaterThan(100);
  });

  test("differs in the calendar, the clock and the offset alone, which a pattern cannot know", () => {
    const berlin = compileInputs([{ name: "at", type: "datetime", time_zone: "Europe/Berlin" }]);
    const validate = validator(berlin);
    for (const text of [
      "2012-02-30",
      "2012-13-01",
      "0000-01-01",
      "2012-12-19 24:00",
      "2012-12-19 17:60",
      "2012-12-19 17:00:60",
      "2012-12-19 17:00+24:00",
    ]) {
      const body = { instances: [{ features: [text] }] };
      expect([text, fits(berlin, body), validate(body)]).toEqual([text, false, true]);
      expect(onlyCalendar(berlin, body)).toBe(true);
    }
  });

  test("leaves an offset to models that know a time zone, to the reader and to the schema", () => {
    const body = { instances: [{ features: ["2012-12-19T17:00:00+01:00"] }] };
    const naive = compileInputs([{ name: "at", type: "datetime" }]);
    const utc = compileInputs([{ name: "at", type: "datetime", time_zone: "UTC" }]);
    expect([fits(naive, body), validator(naive)(body)]).toEqual([false, false]);
    expect([fits(utc, body), validator(utc)(body)]).toEqual([true, true]);
  });
});
