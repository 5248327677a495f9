import { addToLog } from "./endpoint/faults.ts";
import type { Answer, Context, Invoke, Reply, Target } from "./endpoint/invoke.ts";
import { Problem } from "./errors.ts";
import type { Pipeline } from "./model/pipeline.ts";
import type { Row } from "./model/request.ts";
import type { Predicted } from "./model/target/prediction.ts";

export { type EndingController, createEnding } from "./endpoint/ending.ts";

/** What a caller decides about one prediction. One that is `lenient` gets those that there are; else all fail with one. */
export interface Wishes extends Context {
  /** What this caller wants of the endpoint beyond what the model file says of it. */
  readonly target?: Partial<Target> | undefined;
}

/** What a prediction came with: for the answer's headers, and for the log. `attempts` is 0 where no call was sent. */
export type Facts = Omit<Reply, "answers" | "faults" | "throttled">;

/** Predictions, and where they are from. */
export interface Prediction {
  /** One a row, in the order of the rows; `null` where `faults` says why. */
  readonly predictions: readonly (Predicted | null)[];
  /** Row → why it has no prediction. Empty unless the caller is lenient. */
  readonly faults: ReadonlyMap<number, Problem>;
  readonly facts: Facts;
}

/**
 * Rows → predictions.
 *
 * @throws {Problem} `endpoint-*`, `overloaded`, `deadline-exceeded`, or what `wishes.signal` was aborted with; where the
 *   caller is not lenient also what ails single rows, all of which it names
 */
export type Predict = (rows: readonly Row[], wishes: Wishes) => Promise<Prediction>;

/** The one place where a model and an endpoint meet: encode, invoke, decode. */
export function createPredict(pipeline: Pipeline, invoke: Invoke): Predict {
  const { name, target_variant, target_model, inference_component } = pipeline.endpoint;
  const ownTarget: Target = Object.freeze({
    endpointName: name,
    targetVariant: target_variant,
    targetModel: target_model,
    inferenceComponent: inference_component,
  });
  // A body that could be read as other rows of other widths is refused rather than guessed at.
  const width = pipeline.answerWidth;
  const { format } = pipeline;
  const ask = (lines: readonly string[], wishes: Wishes): Reply | Promise<Reply> => {
    if (lines.length === 0) return NO_CALL;
    const target = wishes.target === undefined ? ownTarget : { ...ownTarget, ...wishes.target };
    return invoke({ target, rows: format.rows(lines), format, width }, wishes);
  };
  const decode = (reply: Reply, count: number, encoded: Encoded, isLenient: boolean): Prediction => {
    const { predictions, faults } = decodeEach(pipeline, reply, count, encoded);
    if (faults.size > 0 && !isLenient) throw problemOfRows(faults, count, reply);
    return { predictions, faults, facts: reply };
  };
  // While it waits, all that an async function has named is kept: it names little.
  return async (rows, wishes) => {
    const isLenient = wishes.lenient === true;
    const encoded = isLenient ? encodeEach(pipeline, rows) : { lines: pipeline.encode(rows) };
    return decode(await ask(encoded.lines, wishes), rows.length, encoded, isLenient);
  };
}

/** Where every row is at fault, nothing is asked of the endpoint. */
const NO_CALL: Reply = Object.freeze({ answers: [], attempts: 0 });

interface Encoded {
  readonly lines: readonly string[];
  /** Line → its row, where they are not the same. */
  readonly places?: readonly number[];
  /** Row → why it has no line. */
  readonly faults?: Map<number, Problem>;
}

/** A map less to be made for each request. */
const NO_FAULTS: ReadonlyMap<number, Problem> = new Map();

/** As `pipeline.encode`, but a row that cannot be encoded is left out and named. */
function encodeEach(pipeline: Pipeline, rows: readonly Row[]): Encoded {
  const lines: string[] = [];
  const places: number[] = [];
  const faults = new Map<number, Problem>();
  for (const [i, row] of rows.entries()) {
    const obstacles = pipeline.explain(row);
    if (obstacles.length > 0) {
      const detail = obstacles.map(({ input, detail: what }) => `${input} ${what}`).join("; ");
      faults.set(i, new Problem("invalid-request", detail));
      continue;
    }
    lines.push(...pipeline.encode([row]));
    places.push(i);
  }
  return { lines, places, faults };
}

/** Answers → predictions in the places of their rows; what cannot be decoded joins the faults. */
function decodeEach(
  pipeline: Pipeline,
  { answers, faults: unanswered, requestId, attempts, invokedVariant }: Reply,
  count: number,
  { places, faults: unencoded }: Encoded,
): Pick<Prediction, "predictions" | "faults"> {
  let faults = unencoded;
  const predictions: (Predicted | null)[] = [];
  while (predictions.length < count) predictions.push(null);
  for (let line = 0; line < answers.length; line++) {
    const row = places === undefined ? line : places[line]!;
    const fault = unanswered?.get(line);
    if (fault !== undefined) {
      (faults ??= new Map()).set(row, fault);
      continue;
    }
    try {
      predictions[row] = pipeline.decodeRow(answers[line] as Answer, row);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      (faults ??= new Map()).set(row, addToLog(error, { requestId, attempts, invokedVariant }));
    }
  }
  return { predictions, faults: faults ?? NO_FAULTS };
}

/** Rows named in one problem; further ones are only counted. */
const MOST_NAMED = 100;

/** One problem of several rows: the code of the first of them, and each by its pointer. */
function problemOfRows(faults: ReadonlyMap<number, Problem>, count: number, facts: Facts): Problem {
  const all = [...faults].toSorted(([a], [b]) => a - b);
  const [, first] = all[0]!;
  const detail =
    all.length === 1 ? first.message : `${all.length} of ${count} rows have no prediction: ${first.message}`;
  const waits = all.flatMap(([, { retryAfterS }]) => retryAfterS ?? []);
  const { requestId, attempts, invokedVariant } = facts;
  return new Problem(first.code, detail, {
    errors: all
      .slice(0, MOST_NAMED)
      .map(([row, { message }]) => ({ pointer: `/instances/${row}`, detail: message })),
    errorCount: all.length,
    retryAfterS: waits.length === 0 ? undefined : Math.max(...waits),
    log: { requestId, attempts, invokedVariant, ...first.log, rowsAtFault: all.length },
    payloadLog: first.payloadLog,
    cause: first.cause,
  });
}
