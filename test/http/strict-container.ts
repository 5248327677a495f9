/**
 * A container that takes rows in one format alone, to the letter, and answers in one alone, as SageMaker's containers do:
 * those of the built-in algorithms, the scikit-learn one, the tabular AutoML ones, and one that wants CSV with a header.
 */
import type { Scene } from "../endpoint/scenario-server.ts";
import { answer, fault } from "../endpoint/scenario-server.ts";

/** Rows of numbers, NaN where missing → an answer a row. */
export type Score = (rows: readonly (readonly number[])[]) => readonly number[];

export interface Container {
  readonly contentType: string;
  readonly accept: string;
  /** A body → its rows. Throws at what the container would not take. */
  readonly read: (body: string, columns: readonly string[]) => number[][];
  readonly write: (scores: readonly number[]) => string;
}

/** Answers as the container does; 415 and 406 where it would, inside a ModelError as SageMaker has it. */
export function sceneOf(
  { contentType, accept, read, write }: Container,
  columns: readonly string[],
  score: Score,
): Scene {
  return (response, seen) => {
    const refuse = (OriginalStatusCode: number, OriginalMessage: string) =>
      fault(424, "ModelError", { OriginalStatusCode, OriginalMessage, Message: "refused" })(response, seen);
    const { headers } = seen;
    if (headers["content-type"] !== contentType) return refuse(415, `${headers["content-type"]}`);
    if (headers.accept !== accept) return refuse(406, `${headers.accept}`);
    try {
      const rows = read(seen.body, columns);
      const odd = rows.find((row) => row.length !== columns.length);
      if (odd !== undefined) throw new Error(`a row of ${odd.length} columns`);
      answer(write(score(rows)), accept.split(";")[0])(response, seen);
    } catch (error) {
      refuse(415, String(error));
    }
  };
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]\d+)?$/;

function cellOf(text: string): number {
  if (text === "" || text === "nan") return Number.NaN;
  if (!NUMBER.test(text)) throw new Error(`${text} is not a number`);
  return Number(text);
}

function only(value: unknown, key: string): unknown {
  if (Object.keys(value as object).join() !== key)
    throw new Error(`${JSON.stringify(value)} is not {${key}}`);
  return (value as Record<string, unknown>)[key];
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new Error(`${JSON.stringify(value)} is not a list`);
  return value;
}

function numbersOf(value: unknown): number[] {
  return listOf(value).map((cell) => {
    if (cell !== null && typeof cell !== "number") throw new Error(`${JSON.stringify(cell)} is not a number`);
    return cell ?? Number.NaN;
  });
}

/** facts of the built-in algorithms' inference formats: `{"instances":[{"features":[…]}]}` → `{"predictions":[{"score":…}]}`. */
export const LINEAR_LEARNER_JSON: Container = {
  contentType: "application/json",
  accept: "application/json",
  read: (body) =>
    listOf(only(JSON.parse(body), "instances")).map((instance) => numbersOf(only(instance, "features"))),
  write: (scores) => JSON.stringify({ predictions: scores.map((score) => ({ score })) }),
};

/** The same line by line, in and out. */
export const LINEAR_LEARNER_LINES: Container = {
  contentType: "application/jsonlines",
  accept: "application/jsonlines",
  read: (body) => body.split("\n").map((line) => numbersOf(only(JSON.parse(line), "features"))),
  write: (scores) => scores.map((score) => `{"score": ${score}}\n`).join(""),
};

/** sagemaker_containers: a list of lists in, a bare list out. */
export const SCIKIT_LEARN: Container = {
  contentType: "application/json",
  accept: "application/json",
  read: (body) => listOf(JSON.parse(body)).map((row) => numbersOf(row)),
  write: (scores) => JSON.stringify(scores),
};

/** A container that looks its columns up by name, as pandas does: the first line is a header, whatever it holds. */
export const HEADED_CSV: Container = {
  contentType: "text/csv",
  accept: "application/json",
  read: (body, columns) => {
    const [header, ...lines] = body.split("\n");
    if (header !== columns.join()) throw new Error(`the header is ${header}`);
    return lines.filter((line) => line !== "").map((line) => line.split(",").map((cell) => cellOf(cell)));
  },
  write: (scores) => JSON.stringify({ predictions: scores }),
};

/** The tabular AutoML containers: CSV without a header in, nothing but JSON out. */
export const TABULAR: Container = {
  contentType: "text/csv",
  accept: "application/json;verbose",
  read: (body) => body.split("\n").map((line) => line.split(",").map((cell) => cellOf(cell))),
  write: (scores) => JSON.stringify({ prediction: scores }),
};
