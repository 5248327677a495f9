import type { LearnedFeature } from "../../../src/model/feature.ts";
import { type Collector, startFitting } from "../../../src/model/fit.ts";
import { type ModelFile, checkModelFile } from "../../../src/model/model-file.ts";
import { type Pipeline, compilePipeline } from "../../../src/model/pipeline.ts";
import type { Row } from "../../../src/model/request.ts";
import type { InputSpec } from "../../../src/model/schema.ts";
import type { SortedColumn } from "../../../src/model/step.ts";
import { type StepName, stepOf } from "../../../src/model/steps.ts";
import { smallDocument } from "../fixtures.ts";

/**
 * Checks a model file, learns its steps from rows (n × inputs; NaN or null where missing) and compiles it.
 *
 * @throws {Error} with the mistakes of the model file, or what could not be learned
 */
export function fitted(document: unknown, rows: readonly Row[], targets: readonly number[] = []): Pipeline {
  const file = checked(document);
  const { learned, refusals: texts } = learn(file, rows, targets);
  if (texts.length > 0) throw new Error(texts.join("\n"));
  return compilePipeline(file, undefined, learned);
}

/** What could not be learned from rows, one line a step. */
export function refusals(
  document: unknown,
  rows: readonly Row[],
  targets: readonly number[] = [],
): readonly string[] {
  return learn(checked(document), rows, targets).refusals;
}

/** A chain of steps, fitted on one column. */
export interface FittedColumn {
  /** What each step learned, of each of its columns. */
  readonly learned: LearnedFeature;
  /** Names of the columns that come out; the one that went in was `x`. */
  readonly columns: readonly string[];
  /** A value → the columns' values. */
  readonly transform: (value: Row[number]) => number[];
}

/** {@link fitted} for one feature of one input `x`, a number that may be missing if nothing else is said. */
export function fittedColumn(
  steps: readonly unknown[],
  values: Row,
  { targets = [], type = "number" }: { targets?: readonly number[]; type?: InputSpec["type"] } = {},
): FittedColumn {
  const file = checked(oneColumn(steps, type));
  const { learned, refusals: texts } = learn(
    file,
    values.map((value) => [value]),
    targets,
  );
  if (texts.length > 0) throw new Error(texts.join("\n"));
  const { columns, transform } = compilePipeline(file, undefined, learned);
  return { learned: learned[0]!, columns, transform: (value) => transform([value]) };
}

/** A model file with one input `x`, which may be missing, and one feature made of it. */
export function oneColumn(
  steps: readonly unknown[],
  type: InputSpec["type"] = "number",
): Record<string, unknown> {
  return smallDocument({ inputs: [{ name: "x", type, missing: true }], features: [{ from: "x", steps }] });
}

/** What is wrong with a model file of one feature with these steps, in words. */
export function mistakes(steps: readonly unknown[], type: InputSpec["type"] = "number"): string[] {
  const result = checkModelFile(oneColumn(steps, type));
  return "issues" in result ? result.issues.map(({ message }) => message) : [];
}

/** A step of one column, compiled with what is said to have been learned: a value → the columns' values. */
export function compiled(
  step: StepName,
  parameters: unknown,
  learned: object,
): (value: Row[number]) => Row[number][] {
  const kernel = stepOf(step).compile(parameters, learned, 1);
  return (value) => {
    if (kernel.kind === "map") return [kernel.map(value as never)];
    const out: Row[number][] = [];
    if (kernel.kind === "expand") kernel.expand(value as never, out, 0);
    else kernel.join([value as number], out, 0);
    return out;
  };
}

/** Numbers in any order → the column that a learner gets of them. */
export function sortedColumn(values: readonly number[]): SortedColumn {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ascending = [...counts].toSorted(([a], [b]) => a - b);
  return {
    count: values.length,
    forEach: (visit) => {
      for (const [value, count] of ascending) visit(value, count);
    },
  };
}

function collectInMemory(): Collector {
  const values: number[] = [];
  return { add: (value) => void values.push(value), sorted: () => sortedColumn(values) };
}

function checked(document: unknown): ModelFile {
  const result = checkModelFile(document);
  if ("issues" in result) throw new Error(JSON.stringify(result.issues, null, 1));
  return result.file;
}

/** What the steps of a checked model file learn from rows, feature by feature; or why they cannot, one line a step. */
export function learn(file: ModelFile, rows: readonly Row[], targets: readonly number[]) {
  const fitting = startFitting(file, collectInMemory);
  for (let pass = fitting.next(); pass !== undefined; pass = fitting.next()) {
    for (const [i, row] of rows.entries()) pass.add(row, targets[i] ?? Number.NaN);
    const texts = pass.finish();
    if (texts.length > 0) return { learned: [], refusals: texts };
  }
  return { learned: fitting.learned(), refusals: [] };
}
