import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/model/target/answer.ts";
import { compileClass } from "../../../src/model/target/classes.ts";
import type { PredictedClass } from "../../../src/model/target/prediction.ts";
import type { BinaryTarget, MulticlassTarget } from "../../../src/model/target/spec.ts";
import { checkedTarget } from "../fixtures.ts";

type Settings = Record<string, unknown>;

/** What one answer gives: a class, or the problem's detail. */
function decode(target: Settings, answer: Answer): PredictedClass | string {
  try {
    const checked = checkedTarget({ name: "y", ...target }) as BinaryTarget | MulticlassTarget;
    return compileClass(checked)(answer, 4);
  } catch (error) {
    expect(error).toMatchObject({ code: "endpoint-bad-answer", status: 502 });
    return (error as Error).message;
  }
}

const binary = (answer: Answer, settings: Settings = {}) =>
  decode({ type: "binary", labels: ["no", "yes"], ...settings }, answer);
const multiclass = (answer: Answer, settings: Settings = {}) =>
  decode({ type: "multiclass", labels: ["a", "b", "c"], ...settings }, answer);

const listed = (...pairs: [unknown, number][]) =>
  pairs.map(([label, probability]) => ({ label, probability }));

describe("one of two classes", () => {
  test("is the second from the threshold on, with its own probability and the other's", () => {
    expect(binary(0.75)).toEqual({
      label: "yes",
      probability: 0.75,
      probabilities: listed(["yes", 0.75], ["no", 0.25]),
    });
    expect(binary(0.25)).toEqual({
      label: "no",
      probability: 0.75,
      probabilities: listed(["no", 0.75], ["yes", 0.25]),
    });
  });

  test("is the second at the threshold exactly, and the first one double below it", () => {
    expect(binary(0.5)).toMatchObject({ label: "yes" });
    expect(binary(0.5 - 2 ** -54)).toMatchObject({ label: "no" });
    expect(binary(0.3, { threshold: 0.3 })).toEqual({
      label: "yes",
      probability: 0.3,
      probabilities: listed(["no", 0.7], ["yes", 0.3]),
    });
    expect(binary(0.89, { threshold: 0.9 })).toMatchObject({ label: "no", probability: 1 - 0.89 });
  });

  test("lists equal probabilities in the order of the labels", () => {
    expect(binary(0.5)).toMatchObject({ probabilities: listed(["no", 0.5], ["yes", 0.5]) });
  });

  test("keeps every digit of the second's probability, however small", () => {
    expect(binary(1.2345e-17)).toEqual({
      label: "no",
      probability: 1,
      probabilities: listed(["no", 1], ["yes", 1.2345e-17]),
    });
  });

  test("has a label of the kind that the model file gives it", () => {
    expect(binary(1, { labels: [false, true] })).toMatchObject({ label: true });
    expect(binary(0, { labels: [10, 20] })).toMatchObject({ label: 10 });
  });
});

describe("one of several classes", () => {
  test("is the most probable, and all are listed, the most probable first", () => {
    expect(multiclass([0.2, 0.5, 0.3])).toEqual({
      label: "b",
      probability: 0.5,
      probabilities: listed(["b", 0.5], ["c", 0.3], ["a", 0.2]),
    });
  });

  test("is the first of equally probable ones, which are listed in the order of the labels", () => {
    expect(multiclass([0.25, 0.5, 0.25])).toMatchObject({
      label: "b",
      probabilities: listed(["b", 0.5], ["a", 0.25], ["c", 0.25]),
    });
    expect(multiclass([0.4, 0.2, 0.4])).toMatchObject({ label: "a" });
  });

  test("comes with as many as the model file says", () => {
    expect(multiclass([0.2, 0.5, 0.3], { top_k: 2 })).toEqual({
      label: "b",
      probability: 0.5,
      probabilities: listed(["b", 0.5], ["c", 0.3]),
    });
    expect(multiclass([0, 0, 1], { top_k: 1 })).toMatchObject({ probabilities: listed(["c", 1]) });
  });

  test("may be one of two", () => {
    expect(multiclass([0.1, 0.9], { labels: ["a", "b"] })).toMatchObject({ label: "b" });
  });
});

describe("an endpoint that says the class itself", () => {
  const label = { answer: "label" };
  const NONE = "Row 4: the endpoint's answer is not a class: a whole number from 0 to 2, or a label's text.";

  test.each<[Answer, string]>([
    [0, "a"],
    [2, "c"],
    ["1", "b"],
    ["b", "b"],
    [[1], "b"],
    [{ predicted_label: 1 }, "b"],
    [{ predicted_label: [1], score: [0.1, 0.8, 0.1] }, "b"],
    [{ label: "c" }, "c"],
    [{ prediction: 0 }, "a"],
  ])("%j means %s, which comes alone", (answer, expected) => {
    expect(multiclass(answer, label)).toEqual({ label: expected });
  });

  test.each<[Answer, string]>([
    [3, NONE.replace("answer", "3")],
    [-1, NONE.replace("answer", "-1")],
    [0.5, NONE.replace("answer", "0.5")],
    ["d", NONE],
    ["3", NONE],
    ["A", NONE],
    [[1, 2], NONE],
    [[], NONE],
    [{ predicted_label: { a: 1 } }, NONE],
  ])("%j is refused", (answer, detail) => {
    expect(multiclass(answer, label)).toBe(detail);
  });

  test("must say it in one field that is known, or in the one that the model file names", () => {
    expect(multiclass({ kind: 1 }, label)).toMatch(/^Row 4: the endpoint answered 1 field; say/);
    expect(multiclass({ label: 1, prediction: 2 }, label)).toMatch(/2 fields; say/);
    expect(multiclass({ label: 1, kind: 2 }, { ...label, output: "kind" })).toEqual({ label: "c" });
    expect(multiclass([7, 1], { ...label, output: 1 })).toEqual({ label: "b" });
    expect(multiclass(["b", 0.9], { ...label, output: 0 })).toEqual({ label: "b" });
    expect(multiclass(1, { ...label, output: 0 })).toBe("Row 4: the endpoint's answer has no column 0.");
  });

  test("means by a number, or by one in quotes, what the model file says that it means", () => {
    const labels = [2, 0, 7];
    const place = { ...label, labels, number_is: "place" };
    const itself = { ...label, labels, number_is: "label" };
    for (const quote of [Number, String]) {
      expect([0, 1, 2].map((n) => multiclass(quote(n), place))).toEqual(
        labels.map((one) => ({ label: one })),
      );
      expect([2, 0, 7].map((n) => multiclass(quote(n), itself))).toEqual(
        labels.map((one) => ({ label: one })),
      );
    }
    expect(multiclass(7, place)).toBe(NONE.replace("answer", "7"));
    expect(multiclass("7", place)).toBe(NONE);
    expect(multiclass(1, itself)).toBe("Row 4: the endpoint's 1 is not a class: a label's text.");
    expect(multiclass(1, { ...label, number_is: "label" })).toMatch(/1 is not a class/);
    expect(multiclass("b", { ...label, number_is: "place" })).toEqual({ label: "b" });
    expect(multiclass(2, { ...itself, labels: ["1", "2.0", "x"] })).toEqual({ label: "2.0" });
    expect(multiclass("1", { ...label, labels: [0, 1, 2] })).toEqual({ label: 1 });
  });

  test("never guesses whose number it is that stands beside a probability", () => {
    const answer = { probability: 0.9, predicted_label: 1 };
    const labels = [1, 2];
    expect(binary(answer, { labels })).toBe(
      "Row 4: the endpoint's 1 is one class's label and another one's place; say in the model file what a number means: target: { number_is: … }.",
    );
    expect(binary(answer, { labels, number_is: "label" })).toMatchObject({ label: 1, probability: 0.9 });
    expect(binary(answer, { labels, number_is: "place" })).toMatchObject({ label: 2, probability: 0.9 });
    expect(binary({ ...answer, predicted_label: "1" }, { labels })).toMatch(/the endpoint's answer is one/);
    expect(binary({ ...answer, predicted_label: 2 }, { labels })).toMatchObject({ label: 2 });
    const three = { labels: [1, "1.0", true] };
    expect(multiclass({ probabilities: [0.1, 0.2, 0.7], labels: [1, 0, 2] }, three)).toMatch(
      /1 is one class's/,
    );
  });

  test("says true or false by the label's text", () => {
    expect(binary("true", { ...label, labels: [false, true] })).toEqual({ label: true });
    expect(binary(0, { ...label, labels: [false, true] })).toEqual({ label: false });
  });
});

test("a class's probability is the list's, and no listed one is more probable than the one before", () => {
  const weights = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(weights, fc.nat(), (parts, k) => {
      const total = parts.reduce((sum, part) => sum + part, 0);
      fc.pre(total > 0);
      const distribution = parts.map((part) => part / total);
      const labels = parts.map((_, i) => `l${i}`);
      const top_k = 1 + (k % parts.length);
      const { label, probability, probabilities } = multiclass(distribution, {
        labels,
        top_k,
      }) as Required<PredictedClass>;
      expect(probability).toBe(Math.max(...distribution));
      expect(labels.indexOf(label as string)).toBe(distribution.indexOf(probability));
      expect(probabilities).toHaveLength(top_k);
      for (const [i, one] of probabilities.entries()) {
        expect(one.probability).toBe(distribution[labels.indexOf(one.label as string)]);
        if (i > 0) expect(one.probability).toBeLessThanOrEqual(probabilities[i - 1]!.probability);
      }
    }),
  );
});
