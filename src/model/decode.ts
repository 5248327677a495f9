import { listNames } from "./suggest.ts";
import {
  type Answer,
  bad,
  chosen,
  counted,
  isFields,
  isList,
  onlyField,
  unclear,
  unlisted,
} from "./target/answer.ts";
import { compileClass } from "./target/classes.ts";
import type { LearnedTarget } from "./target/learn.ts";
import { compileNumber } from "./target/numbers.ts";
import type { Predicted, PredictedNumbers } from "./target/prediction.ts";
import type { MultiOutputTarget, NumberSpec, TargetSpec } from "./target/spec.ts";

/** The fields in which SageMaker's containers put the prediction of a regression. */
const FIELDS = ["score", "predicted_score", "prediction", "predicted_value", "predicted_label"] as const;

/** One answer → what it means; `row` is its place, for a Problem to name. */
type Decode<T> = (answer: Answer, row: number) => T;

/**
 * Compiles the way from the endpoint's answers to predictions: pick what is meant, and take the target's transform back or
 * find the label.
 *
 * @returns answers (n) → predictions (n), every number of them finite
 * @throws {Problem} from the compiled function, `endpoint-bad-answer`, naming the row
 */
export function compileDecode(
  target: TargetSpec,
  learned: LearnedTarget = [],
): (answers: readonly Answer[]) => Predicted[] {
  const decode = compileDecodeRow(target, learned);
  return (answers) => answers.map((answer, row) => decode(answer, row));
}

/**
 * How many values the endpoint must answer a row; undefined where the model file says which of several is meant, and so
 * that there may be any number.
 */
export function answerWidth(target: TargetSpec): number | undefined {
  if (target.output !== undefined) return undefined;
  switch (target.type) {
    case "multiclass":
      return target.answer === "label" ? 1 : target.labels.length;
    case "multi_output":
      return target.outputs.some(({ output }) => output !== undefined) ? undefined : target.outputs.length;
    default:
      return 1;
  }
}

/** The same for one answer at a time, where others may be wrong. */
export function compileDecodeRow(target: TargetSpec, learned: LearnedTarget): Decode<Predicted> {
  switch (target.type) {
    case "regression": {
      const predict = compilePredict(target, learned[0]!);
      return (answer, row) => predict(pick(answer, target, row), row);
    }
    case "multi_output":
      return compileOutputs(target, learned);
    default:
      return compileClass(target);
  }
}

/** From the endpoint's value to a prediction, which is finite. */
function compilePredict(number: NumberSpec, learned: object): Decode<number> {
  const predict = compileNumber(number, learned);
  const taken = number.transform.name === "none" ? "" : ` once ${number.transform.name} is taken back`;
  return (answer, row) => {
    const output = unlisted(answer);
    if (typeof output !== "number") throw bad(row, "the endpoint answered something that is not a number");
    const prediction = predict(output);
    if (Number.isFinite(prediction)) return prediction;
    throw bad(row, `the endpoint's ${output} gives no finite ${number.name}${taken}`);
  };
}

/** The one value that is meant. */
function pick(answer: Answer, { output }: NumberSpec, row: number): Answer {
  if (output !== undefined) return chosen(answer, output, row);
  if (isFields(answer)) return answer[onlyField(answer, FIELDS, row)]!;
  if (isList(answer) && answer.length !== 1) throw unclear(row, counted(answer.length, "value"));
  return unlisted(answer);
}

function compileOutputs(target: MultiOutputTarget, learned: LearnedTarget): Decode<PredictedNumbers> {
  const outputs = target.outputs.map((output, i) => ({
    ...output,
    predict: compilePredict(output, learned[i]!),
  }));
  const ordered = outputs.every(({ output }) => output === undefined);
  return (answer, row) => {
    const values = valuesOf(answer, target, row);
    if (ordered && isList(values) && values.length !== outputs.length) {
      throw bad(row, `expected ${outputs.length} outputs, got ${values.length}`);
    }
    const place = (i: number) => outputs[i]!.output ?? (isList(values) ? i : outputs[i]!.name);
    return Object.fromEntries(
      outputs.map(({ name, predict }, i) => [name, predict(chosen(values, place(i), row), row)]),
    );
  };
}

/** All outputs: a list in their order, or fields by their names. */
function valuesOf(answer: Answer, { outputs, output }: MultiOutputTarget, row: number): Answer {
  const isNamed = (fields: object) =>
    outputs.every((one) => Object.hasOwn(fields, String(one.output ?? one.name)));
  if (output !== undefined) return chosen(answer, output, row);
  if (isFields(answer)) return isNamed(answer) ? answer : answer[onlyField(answer, FIELDS, row)]!;
  const only = unlisted(answer);
  if (isList(only)) return only;
  if (isList(answer)) return answer;
  throw bad(
    row,
    `the endpoint answered one value, where ${listNames(outputs.map(({ name }) => name))} are meant`,
  );
}
