/**
 * The shape of every stage between a predictor and an endpoint. A stage is `(next) => invoke`; the innermost one is
 * `sagemaker.ts`. Here rows are text: this folder never sees a feature or an HTTP request.
 */

/** Which deployed model a call is for: InvokeEndpoint's own parameters. */
export interface Target {
  readonly endpointName: string;
  readonly targetVariant?: string | undefined;
  readonly targetModel?: string | undefined;
  readonly inferenceComponent?: string | undefined;
}

/** How encoded rows become one body: `open`, the rows with `separator` between them, `close`. */
export interface Format {
  /** `Content-Type` of the body. */
  readonly contentType: string;
  /** `Accept`: what the container is asked to answer in. */
  readonly accept: string;
  readonly open: string;
  readonly separator: string;
  readonly close: string;
}

/** SageMaker's own default: a line a row, no header. */
export const TEXT_CSV: Format = Object.freeze({
  contentType: "text/csv",
  accept: "text/csv",
  open: "",
  separator: "\n",
  close: "",
});

/** Encoded rows, each a text in the call's format, of which bodies of any number of rows can be made. */
export interface Call {
  readonly target: Target;
  readonly rows: readonly string[];
  /** {@link TEXT_CSV} unless given. */
  readonly format?: Format | undefined;
  /** Values that the answer to each row must have: 1 for a regression. Without it, any number is taken. */
  readonly width?: number | undefined;
}

/** What the caller of a stage decides about one call. */
export interface Context {
  /** Aborts when the deadline passes or the caller goes away; carried down to the socket. */
  readonly signal: AbortSignal;
}

/**
 * What a container said of one row: a number, the columns of a CSV line or a JSON list, or named fields. Numbers are
 * finite. Text appears only where the container wrote text (a class label).
 *
 * `model/decode.ts` declares the same type under the same name, because neither folder may import the other;
 * `predictor.ts`, where the two meet, does not compile once they differ.
 */
export type Answer = number | string | readonly Answer[] | { readonly [field: string]: Answer };

/** One answer a row, in the order of the rows. */
export interface Reply {
  readonly answers: readonly Answer[];
  /** `x-Amzn-Invoked-Production-Variant`. */
  readonly invokedVariant?: string | undefined;
  /** `x-amzn-RequestId`. */
  readonly requestId?: string | undefined;
  /** How often the SDK sent the call. */
  readonly attempts: number;
}

/**
 * Sends rows, answers one {@link Answer} a row.
 *
 * @throws {Problem} with a code `endpoint-*`, `deadline-exceeded` or `caller-gone`.
 */
export type Invoke = (call: Call, context: Context) => Promise<Reply>;
