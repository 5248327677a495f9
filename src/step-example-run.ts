import { type Collector, startFitting, track } from "./model/fit.ts";
import { compileInput } from "./model/inputs.ts";
import { type ModelFile, checkModelFile } from "./model/model-file.ts";
import { compilePipeline } from "./model/pipeline.ts";
import type { Row } from "./model/request.ts";
import { Refusal, type SortedColumn, type Value } from "./model/step.ts";
import { targetInputs } from "./model/target/columns.ts";
import { targetLearners } from "./model/target/learn.ts";
import { cellText } from "./markdown.ts";
import type { Cell, StepExample } from "./step-examples.ts";

/** A step's example, once it has run. */
export interface StepExampleRun {
  /** The feature as the model file has it. */
  readonly feature: unknown;
  readonly columns: readonly string[];
  /** For each row what comes out, a text a column; or the one text that says why the row is refused. */
  readonly seen: readonly (readonly string[])[];
  readonly unseen: readonly (readonly string[])[];
}

/**
 * Fits an example's steps on its rows, if they learn, and transforms all rows.
 *
 * @throws {Error} where the example is no model file, or nothing can be learned from its rows
 */
export function runStepExample({
  inputs,
  steps,
  rows,
  target = [],
  unseen = [],
}: StepExample): StepExampleRun {
  const names = Object.keys(inputs);
  const holes = names.map((_, j) => [...rows, ...unseen].some((row) => row[j] === null));
  const feature = names.length === 1 ? { from: names[0]!, steps } : { name: "feature", from: names, steps };
  const file = checked({
    inputs: names.map((name, j) => ({ name, type: inputs[name], missing: holes[j]! })),
    features: [feature],
  });
  const readers = file.inputs.map((spec) => compileInput(spec)!);
  const read = (row: readonly Cell[]): Row => row.map((cell, j) => readers[j]!.read(cell) as Value);
  const fitting = startFitting(file, collectInMemory);
  for (let pass = fitting.next(); pass !== undefined; pass = fitting.next()) {
    for (const [i, row] of rows.entries()) pass.add(read(row), target[i] ?? Number.NaN);
    const obstacles = pass.finish();
    if (obstacles.length > 0) throw new Error(obstacles.join("\n"));
  }
  const { columns, transform } = compilePipeline(file, undefined, fitting.learned());
  const show = (row: readonly Cell[]) => {
    try {
      return transform(read(row)).map((value) => cellText(value));
    } catch (error) {
      if (error instanceof Refusal) return [`refused: ${error.message}`];
      throw error;
    }
  };
  return { feature, columns, seen: rows.map((row) => show(row)), unseen: unseen.map((row) => show(row)) };
}

/** Learns what a target's transforms learn from raw data, and writes the training set's columns. */
export function runTarget(target: unknown, raw: readonly (readonly Cell[])[]) {
  const file = checked({ target });
  const inputs = targetInputs(file.target);
  const rows = raw.map((row) => row.map((cell, j) => inputs[j]!.read(cell) as number));
  const learned = targetLearners(file.target).map((learner, j): object => {
    if (learner === undefined) return {};
    const tracked = track(learner, collectInMemory);
    for (const row of rows) tracked.add(row[j]!, Number.NaN);
    return tracked.finish() as object;
  });
  const pipeline = compilePipeline(file, undefined, undefined, learned);
  return {
    pipeline,
    written: rows.map((row) => row.map((value, j) => pipeline.targetColumns[j]!.encode(value))),
  };
}

function checked(part: object): ModelFile {
  const result = checkModelFile({
    name: "example",
    version: "1",
    endpoint: { name: "example" },
    inputs: [{ name: "x", type: "number" }],
    features: ["x"],
    target: { name: "y" },
    ...part,
  });
  if ("file" in result) return result.file;
  throw new Error(result.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
}

/** A handful of values, sorted where they are. */
function collectInMemory(): Collector {
  const values: number[] = [];
  return {
    add: (value) => void values.push(value),
    sorted: (): SortedColumn => {
      const ascending = values.toSorted((a, b) => a - b);
      return {
        count: ascending.length,
        // Equal values together.
        forEach: (visit) => {
          for (let i = 0; i < ascending.length;) {
            const end = ascending.lastIndexOf(ascending[i]!) + 1;
            visit(ascending[i]!, end - i);
            i = end;
          }
        },
      };
    },
  };
}
