import { type Answer, type Fields, bad, chosen, isFields, isList, onlyField, unlisted } from "./answer.ts";
import type { IndexOf } from "./classes.ts";
import type { BinaryTarget, MulticlassTarget } from "./spec.ts";

/** The fields in which SageMaker's containers put how likely each class is, where they have no `probabilities`. */
const MULTICLASS_FIELDS = ["score", "scores", "predicted_score", "prediction"] as const;

const BINARY_FIELDS = [...MULTICLASS_FIELDS, "probability"] as const;

/** Whether an endpoint can name classes beside the probabilities in the field or column that a model file chooses. */
export function namesClasses(type: unknown, output: string | number): boolean {
  return output === "probabilities" || (output === "probability" && type === "binary");
}

/** How far from 1 the sum of probabilities may be: a container may print no more than four decimals. */
const SUM_TOLERANCE = 1e-3;

/**
 * Compiles the way from one row's answer to the probabilities of all classes, in the order of the labels. Of two classes
 * the answer may be the second one's probability alone.
 *
 * @throws {Problem} from the compiled function, `endpoint-bad-answer`, naming the row
 */
export function compileDistribution(
  { type, labels, output }: BinaryTarget | MulticlassTarget,
  indexOf: IndexOf,
): (answer: Answer, row: number) => readonly number[] {
  const known = type === "binary" ? BINARY_FIELDS : MULTICLASS_FIELDS;
  return (answer, row) => {
    const field = output ?? (isFields(answer) ? fieldOf(answer, known, row) : undefined);
    const value = unlisted(field === undefined ? answer : chosen(answer, field, row));
    if (type === "binary" && typeof value === "number") {
      const probability = inRange(value, row);
      return field === "probability" && isOfFirst(answer, indexOf, row)
        ? [probability, 1 - probability]
        : [1 - probability, probability];
    }
    const distribution = listOf(value, type, labels.length, row);
    const order = field === "probabilities" ? (answer as Fields)["labels"] : undefined;
    return order === undefined ? distribution : inOrder(distribution, order, indexOf, row);
  };
}

function fieldOf(answer: Fields, known: readonly string[], row: number): string {
  return Object.hasOwn(answer, "probabilities") ? "probabilities" : onlyField(answer, known, row);
}

/** SageMaker Autopilot's `probability` is that of the `predicted_label` beside it. */
function isOfFirst(answer: Answer, indexOf: IndexOf, row: number): boolean {
  const { predicted_label: label } = answer as Fields;
  return label !== undefined && indexOf(label, row) === 0;
}

function listOf(value: Answer, type: string, count: number, row: number): readonly number[] {
  if (!isList(value) || !isNumbers(value)) {
    const wanted = type === "binary" ? "a probability" : `a list of ${count} probabilities`;
    throw bad(row, `the endpoint answered something that is not ${wanted}`);
  }
  if (value.length !== count) {
    throw bad(row, `expected ${count} probabilities, one a label, got ${value.length}`);
  }
  const sum = value.reduce((total, probability) => total + inRange(probability, row), 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return value;
  throw bad(row, `the endpoint's probabilities have the sum ${sum}, not 1`);
}

function isNumbers(list: readonly Answer[]): list is readonly number[] {
  return list.every((one) => typeof one === "number");
}

function inRange(probability: number, row: number): number {
  if (probability >= 0 && probability <= 1) return probability;
  throw bad(row, `the endpoint's ${probability} is not a probability, which is from 0 to 1`);
}

/** Some containers say beside the probabilities which labels they are of. */
function inOrder(distribution: readonly number[], order: Answer, indexOf: IndexOf, row: number): number[] {
  const ordered = distribution.map(() => Number.NaN);
  const indices = isList(order) ? order.map((label) => indexOf(label, row)) : [];
  for (const [i, index] of indices.entries()) ordered[index] = distribution[i]!;
  if (indices.length === distribution.length && !ordered.includes(Number.NaN)) return ordered;
  throw bad(row, "the endpoint's labels are not one for each of its probabilities");
}
