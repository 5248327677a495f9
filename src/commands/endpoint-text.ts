import { csvHeader } from "../model/formats.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { listNames } from "../model/suggest.ts";
import type { BinaryTarget, MulticlassTarget, TargetSpec } from "../model/target/spec.ts";

/** Which endpoint a model has, what goes to it, and what must come back, in words. */
export function endpointText({ endpoint, format, columns, target }: Pipeline): string[] {
  const { name, target_variant, target_model, inference_component, header } = endpoint;
  const parts = [name];
  if (target_variant !== undefined) parts.push(`variant ${target_variant}`);
  if (target_model !== undefined) parts.push(`model ${target_model}`);
  if (inference_component !== undefined) parts.push(`inference component ${inference_component}`);
  const { contentType, accept, open, separator, close } = format;
  const row = format.rows(["…"])[0]!;
  const body =
    contentType === "text/csv"
      ? `a line a row, ${header === true ? `behind the header row ${csvHeader(columns)}` : "no header row"}`
      : separator === "\n"
        ? `a line a row: ${row}`
        : `${open}${row}${separator}${row}${close}`;
  return [
    `endpoint: ${parts.join(", ")}`,
    `  gets ${contentType}, ${body}`,
    `  is asked for ${accept}, for each row ${answerText(target)}`,
  ];
}

function answerText(target: TargetSpec): string {
  const { output } = target;
  return output === undefined ? valueText(target) : `${valueText(target)}, ${placeText(output)}`;
}

/** Where in a row's answer. */
function placeText(output: string | number): string {
  return typeof output === "number" ? `in column ${output}, counted from 0` : `in the field ${output}`;
}

function valueText(target: TargetSpec): string {
  switch (target.type) {
    case "regression":
      return "one number";
    case "multi_output": {
      const names = target.outputs.map(({ name, output }) =>
        output === undefined ? name : `${name} ${placeText(output)}`,
      );
      return `${names.length} numbers: ${listNames(names)}`;
    }
    case "binary":
      return target.answer === "label" ? classText(target) : `the probability of ${target.labels[1]}`;
    case "multiclass":
      return target.answer === "label"
        ? classText(target)
        : `${target.labels.length} probabilities: of ${listNames(target.labels.map(String))}`;
  }
}

function classText({ number_is }: BinaryTarget | MulticlassTarget): string {
  if (number_is === "label") return "a class: one of the labels";
  return `a class: its place among the labels, from 0, or ${number_is === "place" ? "a text that is its label" : "its label"}`;
}
