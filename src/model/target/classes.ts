import { type Answer, bad, chosen, isFields, onlyField, unlisted } from "./answer.ts";
import { compileDistribution } from "./distribution.ts";
import type { PredictedClass } from "./prediction.ts";
import { type BinaryTarget, type MulticlassTarget, numberOfLabel } from "./spec.ts";

/** The fields in which SageMaker's containers put the class itself. */
const LABEL_FIELDS = ["predicted_label", "label", "prediction"] as const;

/**
 * Compiles the way from one row's answer to a class: which one it is, or the probabilities and what follows of them.
 *
 * @throws {Problem} from the compiled function, `endpoint-bad-answer`, naming the row
 */
export function compileClass(
  target: BinaryTarget | MulticlassTarget,
): (answer: Answer, row: number) => PredictedClass {
  const { labels, output } = target;
  const indexOf = compileIndex(target);
  if (target.answer === "label") {
    return (answer, row) => {
      const field = output ?? (isFields(answer) ? onlyField(answer, LABEL_FIELDS, row) : undefined);
      const value = unlisted(field === undefined ? answer : chosen(answer, field, row));
      return { label: labels[indexOf(value, row)]! };
    };
  }
  const distributionOf = compileDistribution(target, indexOf);
  return (answer, row) => {
    const distribution = distributionOf(answer, row);
    const ranked = rank(distribution);
    const index = target.type === "binary" ? Number(distribution[1]! >= target.threshold) : ranked[0]!;
    const listed = target.type === "binary" ? ranked : ranked.slice(0, target.top_k);
    return {
      label: labels[index]!,
      probability: distribution[index]!,
      probabilities: listed.map((i) => ({ label: labels[i]!, probability: distribution[i]! })),
    };
  };
}

/** The places of numbers in descending order of the numbers; equal ones keep theirs. The first is NumPy's `argmax`. */
function rank(numbers: readonly number[]): number[] {
  return [...numbers.keys()].toSorted((i, j) => numbers[j]! - numbers[i]!);
}

/** Reads a class as an endpoint says it. */
export type IndexOf = (answer: Answer, row: number) => number;

/**
 * Compiles the reading of a class: a number is its place, which is what a training set holds, or its label, as `number_is`
 * says; a text is its label, or such a number in quotes. What is one class's label and another one's place is neither.
 */
function compileIndex({ labels, number_is }: BinaryTarget | MulticlassTarget): IndexOf {
  const places = new Map<Answer, number | undefined>();
  const add = (key: number | string, i: number) =>
    places.set(key, !places.has(key) || places.get(key) === i ? i : undefined);
  for (const [i, label] of labels.entries()) {
    const number = numberOfLabel(label);
    if (typeof label === "boolean" || number === undefined || number_is !== "place") add(String(label), i);
    if (number !== undefined && number_is !== "place") add(number, i);
    if (number_is === "label") continue;
    add(i, i);
    add(String(i), i);
  }
  const place = number_is === "label" ? "" : `a whole number from 0 to ${labels.length - 1}, or `;
  return (answer, row) => {
    const index = places.get(answer);
    if (index !== undefined) return index;
    const said = typeof answer === "number" ? answer : "answer";
    throw bad(
      row,
      places.has(answer)
        ? `the endpoint's ${said} is one class's label and another one's place; say in the model file what a number means: target: { number_is: … }`
        : `the endpoint's ${said} is not a class: ${place}a label's text`,
    );
  };
}
