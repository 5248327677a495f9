import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { compileDecode } from "../../../src/model/decode.ts";
import type { Answer } from "../../../src/model/target/answer.ts";
import { predictionSchema, predictionTitle } from "../../../src/model/target/prediction-schema.ts";
import { checkedTarget } from "../fixtures.ts";

const schemaOf = (target: Record<string, unknown>) =>
  predictionSchema(checkedTarget({ name: "y", ...target }));

const labels = ["a", "b", "c"];
const outputs = [
  { name: "lat", unit: "°", description: "North of the equator" },
  { name: "lon", unit: "°" },
  { name: "height", description: "Above the sea!" },
  { name: "time" },
];

describe("the schema of a prediction", () => {
  test.each<[Record<string, unknown>, Answer[]]>([
    [{}, [7, -0.5]],
    [{ type: "binary", labels: ["no", "yes"] }, [0, 0.5, 1]],
    [{ type: "binary", labels: [false, true], answer: "label" }, [0, 1, "true"]],
    [{ type: "multiclass", labels }, [[0.2, 0.3, 0.5]]],
    [{ type: "multiclass", labels, top_k: 2 }, [[0.2, 0.3, 0.5]]],
    [{ type: "multiclass", labels: [1, "1.0", true], answer: "label", number_is: "place" }, [0, 1, 2]],
    [{ type: "multi_output", outputs }, [[1, 2, 3, 4]]],
  ])("of %j fits what decoding gives, and nothing else", (target, answers) => {
    const checked = checkedTarget({ name: "y", ...target });
    const fits = new Ajv2020({ strict: true }).compile(predictionSchema(checked));
    const predictions = compileDecode(checked)(answers);
    for (const prediction of predictions) {
      expect([prediction, fits(prediction)]).toEqual([prediction, true]);
      if (typeof prediction === "number") continue;
      expect(fits({ ...prediction, more: 1 })).toBe(false);
      for (const key of Object.keys(prediction)) {
        const { [key]: _, ...less } = prediction as Record<string, unknown>;
        expect(fits(less)).toBe(false);
      }
    }
    for (const odd of [null, "7", [], { label: "d" }]) expect(fits(odd)).toBe(false);
  });

  test("says what each number is, and its unit", () => {
    expect(schemaOf({ type: "multi_output", outputs })).toEqual({
      type: "object",
      required: ["lat", "lon", "height", "time"],
      additionalProperties: false,
      properties: {
        lat: { type: "number", description: "North of the equator. Unit: °." },
        lon: { type: "number", description: "Unit: °." },
        height: { type: "number", description: "Above the sea!" },
        time: { type: "number" },
      },
    });
  });

  test("says how a class is chosen, and how many are listed", () => {
    expect(schemaOf({ type: "binary", labels: ["no", "yes"], threshold: 0.3 })).toMatchObject({
      properties: {
        label: {
          enum: ["no", "yes"],
          description: "The class: yes if its probability is 0.3 or more, else no.",
        },
        probabilities: { minItems: 2, maxItems: 2, description: "All classes, the most probable first." },
      },
    });
    expect(schemaOf({ type: "multiclass", labels, top_k: 2 })).toMatchObject({
      properties: {
        label: { enum: labels, description: "The most probable class." },
        probabilities: {
          minItems: 2,
          maxItems: 2,
          description: "The 2 most probable classes, in descending order.",
        },
      },
    });
    expect(schemaOf({ type: "multiclass", labels, top_k: 1 })).toMatchObject({
      properties: { probabilities: { maxItems: 1, description: "The most probable class." } },
    });
  });
});

test("a prediction is titled by the target's name and unit", () => {
  expect(predictionTitle(checkedTarget({ name: "y" }))).toBe("y");
  expect(predictionTitle(checkedTarget({ name: "y", unit: "km" }))).toBe("y (km)");
  expect(predictionTitle(checkedTarget({ name: "y", type: "multiclass", labels }))).toBe("y");
});
