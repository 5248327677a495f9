import type { TObject } from "@sinclair/typebox";
import { cellText, code, flow, json, list, table } from "./markdown.ts";
import type { Step } from "./model/step.ts";
import { STEPS, type StepName, stepOf } from "./model/steps.ts";
import { TARGET_SCHEMAS } from "./model/target/schema.ts";
import type { TargetSpec } from "./model/target/spec.ts";
import { TARGET_TRANSFORMS, type TargetTransformName, targetTransformOf } from "./model/target-transforms.ts";
import { parameterTable } from "./schema-words.ts";
import { DIFFERENCES } from "./step-differences.ts";
import { runStepExample, runTarget } from "./step-example-run.ts";
import {
  type Cell,
  STEP_EXAMPLES,
  type StepExample,
  TARGET_EXAMPLES,
  TRANSFORM_EXAMPLES,
} from "./step-examples.ts";

/**
 * The reference of steps and targets, in Markdown. Everything in it that could be wrong is computed: the parameters are the
 * schemas', and the examples run through the code that serves.
 */
export function stepReference(): string {
  const steps = (Object.keys(STEPS) as StepName[]).toSorted();
  const transforms = Object.keys(TARGET_TRANSFORMS) as TargetTransformName[];
  const types = Object.keys(TARGET_SCHEMAS) as TargetSpec["type"][];
  const sections = [
    INTRODUCTION,
    steps.map((name) => `[\`${name}\`](#${name})`).join(" · "),
    ...steps.map((name) => stepSection(name)),
    TRANSFORMS_INTRODUCTION,
    ...transforms.map((name) => transformSection(name)),
    "## Target types\n\nWhat the target's `type` may be, and what else it then may hold.",
    ...types.map((type) => targetSection(type)),
    "## Deliberate differences from scikit-learn",
    DIFFERENCES.map((difference) => `- ${difference}`).join("\n"),
  ];
  return `${sections.join("\n\n")}\n`;
}

const INTRODUCTION = `# Steps and targets

<!-- Made from src/model by \`npm run generate\`. -->

A feature's \`steps\` are applied in their order, each to what the one before it gives. A *number* is an input of the type
number, integer or boolean (true is 1, false 0); a *category* is one of the type string, and a *datetime* one of the type
datetime. A feature must end as numbers. The examples below are computed by the code itself and shown to six digits; a
step that learns was fitted on the very rows shown, but for those marked as unseen.

## Steps`;

const TRANSFORMS_INTRODUCTION = `## Target transforms

What training does to a number to be predicted (\`transform\` of a \`regression\` or of an output), and what serving does to
take it back. What a transform learns is learned by \`skewless fit\` from the targets shown.`;

function stepSection(name: StepName): string {
  const step = stepOf(name);
  const example = STEP_EXAMPLES[name];
  const { fit, takes, gives, defaults } = step;
  const learns = fit === undefined ? "no" : `yes, by \`skewless fit\`${unless(example)}`;
  return [
    `### ${name}`,
    step.summary,
    list([
      ["Counterpart", step.counterpart],
      ["Learns", learns],
      ["Takes", takes.map((kind) => `a ${kind}`).join(", ") + joining(step)],
      ["Gives", gives === "same" ? "the kind that it takes" : `a ${gives}`],
      ["Missing values", MISSING[step.missing ?? "passes"]],
      ["Columns", example.columns ?? (step.joins === undefined ? "`x` of `x`" : "one, named as the feature")],
      [
        "Name alone",
        defaults === undefined ? "no, it needs parameters" : `\`${name}\` stands for the defaults`,
      ],
    ]),
    parameterTable(step.parameters, defaults),
    stepExample(example),
  ].join("\n\n");
}

const MISSING = {
  passes: "passed on, or treated as the parameters say",
  refuses: "refused; impute them first",
  fills: "nothing that comes out is missing",
};

function unless({ unlearned }: StepExample): string {
  return unlearned === undefined ? "" : ` (nothing with \`${flow(unlearned)}\`)`;
}

function joining({ joins }: Step<unknown, object>): string {
  if (joins === undefined) return "; column by column";
  if (joins.min === joins.max) return `; ${joins.min} columns at a time`;
  return `; all columns at a time, at least ${joins.min}`;
}

function stepExample(example: StepExample): string {
  const { feature, columns, seen, unseen } = runStepExample(example);
  const names = Object.keys(example.inputs);
  const targets = example.target === undefined ? [] : ["target"];
  const line = (row: readonly Cell[], out: readonly string[], target: string) => [
    ...row.map((cell) => cellText(cell)),
    ...targets.map(() => target),
    ...out,
  ];
  // A refused row has its one cell of words in the first column.
  const padded = (out: readonly string[]) => columns.map((_, j) => out[j] ?? "");
  return [
    code(flow(feature)),
    table(
      [...names, ...targets, ...columns.map((column) => `→ \`${column}\``)],
      [
        ...example.rows.map((row, i) => line(row, padded(seen[i]!), cellText(example.target?.[i] ?? null))),
        ...(example.unseen ?? []).map((row, i) =>
          line([`${cellText(row[0]!)} (unseen)`, ...row.slice(1)], padded(unseen[i]!), ""),
        ),
      ],
    ),
  ].join("\n\n");
}

function transformSection(name: TargetTransformName): string {
  const { summary, counterpart, parameters, defaults, fit } = targetTransformOf(name);
  const raw = TRANSFORM_EXAMPLES[name];
  const { pipeline, written } = runTarget(
    { name: "y", transform: name },
    raw.map((value) => [value]),
  );
  const rows = raw.map((value, i) => {
    const [output] = written[i]!;
    return [cellText(value), cellText(output!), cellText(pipeline.decode([output!])[0] as number)];
  });
  return [
    `### transform: ${name}`,
    summary,
    list([
      ["Counterpart", counterpart],
      ["Learns", fit === undefined ? "no" : "yes, by `skewless fit`"],
    ]),
    parameterTable(parameters, defaults),
    code(flow({ target: { name: "y", transform: name } })),
    table(["y", "→ training set", "→ prediction of that output"], rows),
  ].join("\n\n");
}

function targetSection(type: TargetSpec["type"]): string {
  const schema: TObject = TARGET_SCHEMAS[type];
  const { target, raw, answers } = TARGET_EXAMPLES[type];
  const { pipeline, written } = runTarget(target, raw);
  const titles = pipeline.targetColumns.map(({ title }) => `→ ${title}`);
  const names = pipeline.targetColumns.map(({ input }) => input.spec.name);
  return [
    `### type: ${type}`,
    schema.description,
    parameterTable(schema, {}),
    code(flow({ target })),
    "Training:",
    table(
      [...names, ...titles],
      raw.map((row, i) => [...row, ...written[i]!].map((cell) => cellText(cell))),
    ),
    "Serving:",
    table(
      ["The endpoint answers", "→ prediction"],
      answers.map((answer) => [answer, pipeline.decode([answer])[0]].map((value) => `\`${json(value)}\``)),
    ),
  ].join("\n\n");
}
