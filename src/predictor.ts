import { addToLog } from "./endpoint/faults.ts";
import type { Context, Invoke } from "./endpoint/invoke.ts";
import { Problem } from "./errors.ts";
import type { Pipeline } from "./model/pipeline.ts";
import type { Row } from "./model/request.ts";
import type { Predicted } from "./model/target/prediction.ts";

/** What a prediction came with, for the log. */
export interface Prediction {
  /** One a row, in the order of the rows. */
  readonly predictions: readonly Predicted[];
  readonly invokedVariant: string | undefined;
  readonly endpointRequestId: string | undefined;
  readonly attempts: number;
}

/**
 * Rows → predictions.
 *
 * @throws {Problem} `endpoint-*`, `deadline-exceeded`, or what `context.signal` was aborted with
 */
export type Predict = (rows: readonly Row[], context: Context) => Promise<Prediction>;

/** The one place where a model and an endpoint meet: encode, invoke, decode. */
export function createPredict(pipeline: Pipeline, invoke: Invoke): Predict {
  const { name, target_variant, target_model, inference_component } = pipeline.endpoint;
  const target = Object.freeze({
    endpointName: name,
    targetVariant: target_variant,
    targetModel: target_model,
    inferenceComponent: inference_component,
  });
  // A body that could be read as other rows of other widths is refused rather than guessed at.
  const width = pipeline.answerWidth;
  const { format } = pipeline;
  return async (rows, context) => {
    const texts = format.rows(pipeline.encode(rows));
    const reply = await invoke({ target, rows: texts, format, width }, context);
    const { answers, invokedVariant, requestId, attempts } = reply;
    try {
      const predictions = pipeline.decode(answers);
      return { predictions, invokedVariant, endpointRequestId: requestId, attempts };
    } catch (error) {
      throw error instanceof Problem ? addToLog(error, { requestId, attempts, invokedVariant }) : error;
    }
  };
}
