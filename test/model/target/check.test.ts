import { describe, expect, test } from "vitest";
import { checkModelFile } from "../../../src/model/model-file.ts";
import { TARGET_TRANSFORMS } from "../../../src/model/target-transforms.ts";
import { checkedTarget, smallDocument } from "../fixtures.ts";

/** The mistakes of a target beside one input `x`, as `path: message`, the path without `target.`. */
function mistakes(target: unknown): string[] {
  const result = checkModelFile(smallDocument({ target }));
  if ("file" in result) return [];
  return result.issues.map(({ path, message }) => {
    expect(path[0]).toBe("target");
    return [path.slice(1).join("."), message].join(": ");
  });
}

const plain = { name: "none", parameters: {} };
const ABC = ["a", "b", "c"];

const transformOf = (transform: unknown) => checkedTarget({ name: "y", transform });

describe("short forms are written out:", () => {
  test("a target is a regression of the target as it is", () => {
    expect(checkedTarget({ name: "y" })).toEqual({ type: "regression", name: "y", transform: plain });
    expect(checkedTarget({ name: "y", type: "regression", round: 2 })).toEqual({
      type: "regression",
      name: "y",
      transform: plain,
      round: 2,
    });
  });

  test("a transform has its usual parameters, but for those that are given", () => {
    expect(transformOf("log1p")).toMatchObject({ transform: { name: "log1p", parameters: {} } });
    expect(transformOf("box_cox")).toMatchObject({
      transform: { name: "box_cox", parameters: { standardize: true } },
    });
    expect(transformOf({ box_cox: { standardize: false } })).toMatchObject({
      transform: { name: "box_cox", parameters: { standardize: false } },
    });
    expect(transformOf({ standard_scale: { with_mean: false } })).toMatchObject({
      transform: { name: "standard_scale", parameters: { with_mean: false, with_std: true } },
    });
    expect(transformOf({ min_max_scale: {} })).toMatchObject({
      transform: { name: "min_max_scale", parameters: { feature_range: [0, 1] } },
    });
  });

  test("a binary target has a threshold of a half, and its endpoint gives probabilities", () => {
    expect(checkedTarget({ name: "y", type: "binary", labels: ["no", "yes"] })).toEqual({
      type: "binary",
      name: "y",
      labels: ["no", "yes"],
      threshold: 0.5,
      answer: "probabilities",
    });
    expect(checkedTarget({ name: "y", type: "binary", labels: [false, true], threshold: 0.2 })).toMatchObject(
      {
        threshold: 0.2,
      },
    );
  });

  test("of several classes all are listed", () => {
    expect(checkedTarget({ name: "y", type: "multiclass", labels: ABC })).toEqual({
      type: "multiclass",
      name: "y",
      labels: ABC,
      top_k: 3,
      answer: "probabilities",
    });
    expect(checkedTarget({ name: "y", type: "multiclass", labels: ABC, top_k: 1 })).toMatchObject({
      top_k: 1,
    });
    expect(checkedTarget({ name: "y", type: "multiclass", labels: ABC, answer: "label" })).toMatchObject({
      answer: "label",
    });
  });

  test("each of several outputs is a number of its own", () => {
    const outputs = [
      { name: "u", unit: "m" },
      { name: "v", transform: "sqrt", clip: { max: 9 } },
    ];
    expect(checkedTarget({ name: "y", type: "multi_output", outputs })).toEqual({
      type: "multi_output",
      name: "y",
      outputs: [
        { name: "u", unit: "m", transform: plain },
        { name: "v", transform: { name: "sqrt", parameters: {} }, clip: { max: 9 } },
      ],
    });
  });

  test("what several outputs have as a common name may be an input's: it is no column", () => {
    expect(mistakes({ name: "x", type: "multi_output", outputs: [{ name: "u" }, { name: "v" }] })).toEqual(
      [],
    );
  });

  test("the checked target cannot be changed", () => {
    const target = checkedTarget({ name: "y", type: "multiclass", labels: ABC });
    expect(Object.isFrozen(target) && Object.isFrozen((target as { labels: unknown }).labels)).toBe(true);
  });
});

const odd = (setting: string) => `${setting}: is not a setting of this place`;

describe("a target", () => {
  test("is a mapping of a type that there is", () => {
    const types = "type: must be one of regression, binary, multiclass, multi_output, not";
    expect(mistakes({ name: "y", type: "binry" })).toEqual([`${types} "binry"; did you mean "binary"?`]);
    expect(mistakes({ name: "y", type: null })).toEqual([`${types} null`]);
    expect(mistakes({ name: "y", type: "toString" })).toEqual([`${types} "toString"`]);
    expect(mistakes("y")).toEqual([': must be a mapping, not "y"']);
    expect(mistakes(null)).toEqual([": must be a mapping, not null"]);
    expect(mistakes(["y"])).toEqual([": must be a mapping, not an array"]);
  });

  test("is not an input", () => {
    const twice = "name: is an input too: the answer cannot be part of the question";
    expect(mistakes({ name: "x" })).toEqual([twice]);
    expect(mistakes({ name: "x", type: "binary", labels: ["a", "b"] })).toEqual([twice]);
    expect(mistakes({ name: "y", type: "multi_output", outputs: [{ name: "u" }, { name: "x" }] })).toEqual([
      `outputs.1.${twice}`,
    ]);
  });

  test("has no settings of another type", () => {
    expect(mistakes({ name: "y", labels: ["a", "b"] })).toEqual([odd("labels")]);
    expect(mistakes({ name: "y", outputs: [{ name: "u" }] })).toEqual([
      `${odd("outputs")}; did you mean "output"?`,
    ]);
    expect(mistakes({ name: "y", type: "binary", labels: ["a", "b"], top_k: 1, unit: "m" })).toEqual([
      odd("top_k"),
      odd("unit"),
    ]);
    expect(mistakes({ name: "y", type: "multiclass", labels: ABC, threshold: 0.4 })).toEqual([
      odd("threshold"),
    ]);
    const outputs = [{ name: "u" }, { name: "v" }];
    expect(mistakes({ name: "y", type: "multi_output", outputs, transform: "log" })).toEqual([
      odd("transform"),
    ]);
  });
});

const transform = (value: unknown) => mistakes({ name: "y", transform: value });

describe("a number to be predicted", () => {
  const names = Object.keys(TARGET_TRANSFORMS).join(", ");

  test("has a transform that there is, in short or with its parameters", () => {
    expect(transform("log1")).toEqual([
      `transform: must be one of ${names}, not "log1"; did you mean "log1p"?`,
    ]);
    expect(transform({ cube: {} })).toEqual([`transform: must be one of ${names}, not "cube"`]);
    expect(transform({})).toEqual([`transform: must be one of ${names}, not an object`]);
    expect(transform({ log: {}, sqrt: {} })).toEqual([`transform: must be one of ${names}, not an object`]);
    expect(transform(["log"])).toEqual([`transform: must be one of ${names}, not an array`]);
    expect(transform("constructor")).toEqual([`transform: must be one of ${names}, not "constructor"`]);
    expect(transform({ box_cox: { standardise: true } })).toEqual([
      'transform.box_cox.standardise: is not a setting of this place; did you mean "standardize"?',
    ]);
    expect(transform({ box_cox: null })).toEqual(["transform.box_cox: must be a mapping, not null"]);
    expect(transform({ min_max_scale: { feature_range: [1, 0] } })).toEqual([
      "transform.min_max_scale: must have a feature_range of two numbers, the smaller one first",
    ]);
    expect(transform({ min_max_scale: { clip: true } })).toEqual([
      "transform.min_max_scale.clip: is not a setting of this place",
    ]);
  });

  test("has bounds that leave something, and a whole number of decimals", () => {
    expect(mistakes({ name: "y", clip: { min: 2, max: 1 } })).toEqual([
      "clip.min: is above the max: no prediction is between them",
    ]);
    expect(mistakes({ name: "y", clip: { min: 1, max: 1 } })).toEqual([]);
    expect(mistakes({ name: "y", clip: {} })).toEqual([
      "clip: is an object, which does not fit: Bounds of a prediction, once the transform is taken back: a min, a max or both.",
    ]);
    expect(mistakes({ name: "y", clip: 3 })).toEqual(["clip: must be a mapping, not 3"]);
    expect(mistakes({ name: "y", round: 1.5 })).toEqual([
      expect.stringMatching(/^round: is 1.5, which does not fit: A whole number from −22 to 22: /),
    ]);
    expect(mistakes({ name: "y", round: 23 })).toHaveLength(1);
    expect(mistakes({ name: "y", round: -22 })).toEqual([]);
  });
});

const binary = (changes: Record<string, unknown>) => mistakes({ name: "y", type: "binary", ...changes });

const multiclass = (changes: Record<string, unknown>) =>
  mistakes({ name: "y", type: "multiclass", ...changes });

describe("classes", () => {
  test("are as many as the type says", () => {
    expect(binary({})).toEqual(["labels: is missing"]);
    expect(binary({ labels: [] })).toEqual(["labels: is empty"]);
    expect(binary({ labels: ["a"] })).toEqual(["labels: has 1; at least 2 are needed"]);
    expect(binary({ labels: ABC })).toEqual(["labels: has 3; at most 2 are allowed"]);
    expect(multiclass({ labels: ["a"] })).toEqual(["labels: has 1; at least 2 are needed"]);
    expect(multiclass({ labels: "abc" })).toEqual(['labels: must be a list, not "abc"']);
    expect(multiclass({ labels: ["a", "b"] })).toEqual([]);
  });

  test("are texts, numbers or booleans that a CSV file can tell apart", () => {
    const what = "which does not fit: A class: a text, a number, or true or false.";
    expect(multiclass({ labels: ["a", null, ["b"], {}] })).toEqual([
      `labels.1: is null, ${what}`,
      `labels.2: is an array, ${what}`,
      `labels.3: is an object, ${what}`,
    ]);
    expect(multiclass({ labels: ["a", ""] })).toEqual([`labels.1: is "", ${what}`]);
    expect(multiclass({ labels: ["a", "b", "a"] })).toEqual(["labels: holds a value twice"]);
    expect(multiclass({ labels: [1, "1", true, "true"] })).toEqual([
      'labels.1: is "1", which a CSV file cannot tell from 1',
      'labels.3: is "true", which a CSV file cannot tell from true',
    ]);
  });

  test("have a threshold between 0 and 1", () => {
    const labels = ["a", "b"];
    for (const threshold of [0, 1, -0.1, 1.1, null]) {
      expect(binary({ labels, threshold })).toEqual([expect.stringMatching(/^threshold: /)]);
    }
    expect(binary({ labels, threshold: "0.5" })).toEqual(['threshold: must be a number, not "0.5"']);
    expect(binary({ labels, threshold: 1 })[0]).toMatch(
      /^threshold: is 1, which does not fit: Above 0 and below 1: /,
    );
    expect(binary({ labels, threshold: 0.999 })).toEqual([]);
  });

  test("are listed up to a number that there is", () => {
    expect(multiclass({ labels: ABC, top_k: 3 })).toEqual([]);
    expect(multiclass({ labels: ABC, top_k: 4 })).toEqual(["top_k: is 4, but there are 3 labels"]);
    expect(multiclass({ labels: ABC, top_k: 0 })).toEqual([expect.stringMatching(/^top_k: is 0, which/)]);
    expect(multiclass({ top_k: 4 })).toEqual(["labels: is missing"]);
  });

  test("must say what a number means where it may be a label or its place", () => {
    const wrong = (label: unknown, place: number) =>
      `answer: with the label ${String(label)} in place ${place} leaves open what a number means: add number_is: place (XGBoost answers places, from 0) or number_is: label (scikit-learn's predict answers labels)`;
    expect(binary({ labels: [1, 2], answer: "label" })).toEqual([wrong(1, 0)]);
    expect(binary({ labels: [true, false], answer: "label" })).toEqual([wrong(true, 0)]);
    expect(multiclass({ labels: ["x", "0", ""], answer: "label" })).toContain(wrong('"0"', 1));
    for (const number_is of ["place", "label"]) {
      expect(binary({ labels: [1, 2], answer: "label", number_is })).toEqual([]);
    }
    for (const right of [
      [0, 1],
      [false, true],
      ["0", "1"],
      ["a", " "],
      ["Infinity", "x"],
    ]) {
      expect(binary({ labels: right, answer: "label" })).toEqual([]);
    }
    expect(binary({ labels: [1, 2] })).toEqual([]);
  });

  test("have no meaning of a number where the file chooses an output beside which no class is named", () => {
    const wrong = (output: unknown) => [
      `number_is: has no effect: with output: ${String(output)} the endpoint gives probabilities and names no class; leave it out, or add answer: label`,
    ];
    const labels = [1, 2];
    for (const number_is of ["place", "label"]) {
      for (const output of ["score", 0]) {
        expect(binary({ labels, number_is, output })).toEqual(wrong(output));
        expect(binary({ labels, number_is, output, answer: "probabilities" })).toEqual(wrong(output));
        expect(multiclass({ labels, number_is, output })).toEqual(wrong(output));
        expect(binary({ labels, number_is, output, answer: "label" })).toEqual([]);
      }
      expect(multiclass({ labels, number_is, output: "probability" })).toEqual(wrong("probability"));
      expect(binary({ labels, number_is, output: "probability" })).toEqual([]);
      expect(multiclass({ labels, number_is, output: "probabilities" })).toEqual([]);
      expect(multiclass({ labels, number_is })).toEqual([]);
      expect(multiclass({ labels, number_is, output: true })).toEqual([expect.stringMatching(/^output: /)]);
    }
    expect(binary({ labels, output: "score" })).toEqual([]);
  });

  test("have neither threshold nor rank where the endpoint gives no probabilities", () => {
    const wrong = "is about probabilities: it cannot go with answer: label";
    expect(binary({ labels: ["a", "b"], answer: "label", threshold: 0.4 })).toEqual([`threshold: ${wrong}`]);
    expect(multiclass({ labels: ABC, answer: "label", top_k: 2 })).toEqual([`top_k: ${wrong}`]);
    expect(binary({ labels: ["a", "b"], answer: "label" })).toEqual([]);
    expect(binary({ labels: ["a", "b"], answer: "labels" })).toEqual([
      'answer: must be one of probabilities, label, not "labels"; did you mean "label"?',
    ]);
  });
});

const several = (outputs: unknown) => mistakes({ name: "y", type: "multi_output", outputs });

test("only a number or one of two classes is a target to encode by: the place of one of many is no number", () => {
  const features = ["x", { name: "z", from: "x", steps: [{ target_encode: {} }] }];
  const encodedBy = (target: object) => {
    const result = checkModelFile(smallDocument({ features, target: { name: "y", ...target } }));
    return "file" in result ? [] : result.issues;
  };
  expect(encodedBy({})).toEqual([]);
  expect(encodedBy({ type: "binary", labels: ["a", "b"] })).toEqual([]);
  const message = "target_encode learns from a target that is a number or one of two classes, not from a";
  const path = ["features", 1, "steps", 0];
  expect(encodedBy({ type: "multiclass", labels: ABC })).toEqual([
    { path, message: `${message} multiclass one` },
  ]);
  const outputs = [{ name: "u" }, { name: "v" }];
  expect(encodedBy({ type: "multi_output", outputs })).toEqual([
    { path, message: `${message} multi_output one` },
  ]);
});

describe("several outputs", () => {
  test("are at least two, each with a name of its own", () => {
    expect(mistakes({ name: "y", type: "multi_output" })).toEqual(["outputs: is missing"]);
    expect(several("u")).toEqual(['outputs: must be a list, not "u"']);
    expect(several([{ name: "u" }])).toEqual(["outputs: has 1; at least 2 are needed"]);
    expect(several([{ name: "u" }, { name: "v" }, { name: "u" }])).toEqual([
      'outputs.2: has the name "u", which is taken',
    ]);
  });

  test("are each checked as a number", () => {
    expect(several([{ name: "u", transform: "cube" }, "v", { unit: "m" }])).toEqual([
      expect.stringMatching(/^outputs.0.transform: must be one of none, .*, not "cube"$/),
      'outputs.1: must be a mapping, not "v"',
      "outputs.2.name: is missing",
    ]);
    expect(
      several([
        { name: "u", type: "regression" },
        { name: "v", clip: { min: 1, max: 0 } },
      ]),
    ).toEqual([
      "outputs.0.type: is not a setting of this place",
      "outputs.1.clip.min: is above the max: no prediction is between them",
    ]);
  });
});
