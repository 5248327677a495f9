/**
 * The shape of every stage between a predictor and an endpoint. A stage is `(next) => invoke`; the innermost one is
 * `sagemaker.ts`. Here rows are text: this folder never sees a feature or an HTTP request.
 */

import type { Problem } from "../errors.ts";
import type { Ending } from "./ending.ts";

/** Which deployed model a call is for: InvokeEndpoint's own parameters. Only calls of equal targets are made one. */
export interface Target {
  readonly endpointName: string;
  readonly targetVariant?: string | undefined;
  readonly targetModel?: string | undefined;
  readonly inferenceComponent?: string | undefined;
  /** Handed to the container as it is; up to 1,024 visible ASCII characters. */
  readonly customAttributes?: string | undefined;
  /** Of the caller's own choice, for data capture. */
  readonly inferenceId?: string | undefined;
  /** Of a stateful session, or `NEW_SESSION`. */
  readonly sessionId?: string | undefined;
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
  readonly signal: Ending;
  /** When the call must have ended, in milliseconds on the scale of `Clock.now()`. Without it, the signal alone says so. */
  readonly deadlineMs?: number | undefined;
  /** How long the caller wishes to wait at most, in milliseconds; for `withDeadline`, which makes `deadlineMs` of it. */
  readonly timeoutMs?: number | undefined;
  /** Whether the caller wants fresh answers: none from the cache. */
  readonly noCache?: boolean | undefined;
  /** Told of each attempt that fails where another one follows. */
  readonly onFailure?: ((problem: Problem) => void) | undefined;
  /** Whether rows that get no answer leave the others theirs, also where a whole call fails; else all fail with it. */
  readonly lenient?: boolean | undefined;
}

/**
 * What a container said of one row: a number, the columns of a CSV line or a JSON list, or named fields. Numbers are
 * finite. Text appears only where the container wrote text (a class label).
 *
 * `model/decode.ts` declares the same type under the same name, because neither folder may import the other;
 * `predictor.ts`, where the two meet, does not compile once they differ.
 */
export type Answer = number | string | readonly Answer[] | { readonly [field: string]: Answer };

/** What became of the calls that carried a request's rows. */
export interface BatchFacts {
  /** Rows in the call, those of other requests included; of several calls, in the fullest. */
  readonly rows: number;
  /** How many calls carried this request's rows. */
  readonly calls: number;
  /** How long rows waited for their call to leave, in milliseconds; of several calls, the longest. */
  readonly waitedMs: number;
}

/** One answer a row, in the order of the rows. Of a request that took several calls, the facts of all of them. */
export interface Reply {
  /** `undefined` where `faults` says why the row has none. */
  readonly answers: readonly (Answer | undefined)[];
  /**
   * Row → why it has no answer. A stage that gets them passes them on; who wants all rows or none makes one Problem of
   * them.
   */
  readonly faults?: ReadonlyMap<number, Problem> | undefined;
  /** `x-Amzn-Invoked-Production-Variant`; several, where calls went to several, joined by a comma. */
  readonly invokedVariant?: string | undefined;
  /** `x-amzn-RequestId`; several, where there were several calls, joined by a comma. */
  readonly requestId?: string | undefined;
  /** How often the call was sent; of several calls, the most. */
  readonly attempts: number;
  /** How many attempts were refused as too many; of several calls, in all. */
  readonly throttled?: number | undefined;
  readonly batch?: BatchFacts | undefined;
  /** How many rows were answered from the cache; undefined where there is none. */
  readonly cacheHits?: number | undefined;
  /** `X-Amzn-SageMaker-Custom-Attributes`: what the container chose to say. */
  readonly customAttributes?: string | undefined;
  /** `X-Amzn-SageMaker-New-Session-Id`: id and expiry of a session that was opened. */
  readonly newSessionId?: string | undefined;
  /** `X-Amzn-SageMaker-Closed-Session-Id`. */
  readonly closedSessionId?: string | undefined;
}

/**
 * Sends rows, answers one {@link Answer} a row.
 *
 * @throws {Problem} with a code `endpoint-*`, `deadline-exceeded` or `caller-gone`.
 */
export type Invoke = (call: Call, context: Context) => Promise<Reply>;
