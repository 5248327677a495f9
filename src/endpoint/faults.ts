/**
 * Every way in which a call to SageMaker fails, as one catalogued {@link Problem}. What the other side said goes to the
 * log only, because it names accounts, ARNs and endpoints, and quotes payloads.
 */

import { Problem } from "../errors.ts";
import type { Ending } from "./ending.ts";
import { judge, late, type Failure } from "./verdicts.ts";

/** Longer texts of the other side are cut in the log: a traceback or an HTML page helps by its beginning. */
const longestLoggedText = 500;
/** A server's wish for a longer pause is taken for this one. */
const longestRetryAfterMs = 3_600_000;

/**
 * What is thrown when a signal ended a call. Whoever aborts decides what it means, by giving a {@link Problem} as the
 * reason; a reason of `AbortSignal.timeout` is a deadline; without a say, it is a caller that went away.
 */
export function problemOfAbort(reason: unknown): Problem {
  if (reason instanceof Problem) return reason;
  return reason instanceof Error && reason.name === "TimeoutError"
    ? new Problem(late.code, late.detail, { cause: reason })
    : new Problem("caller-gone", "The call was given up because its caller went away.", { cause: reason });
}

/**
 * The {@link Problem} for whatever a call to SageMaker threw; an error that is one already stays as it is.
 *
 * `detail` holds no account, ARN, endpoint name or container message: those are in `log` (`awsError`, `status`,
 * `requestId`, `message`, `originalStatusCode`, `logStreamArn`, `attempts`, and for `retry.ts` `retryAfterMs` and
 * `clockSkewCorrected`; each where known). What a container said may quote a row, so it is in `payloadLog` (`message`,
 * `originalMessage`).
 *
 * @param signal the call's own: once it is aborted, its reason is the cause, whatever the socket said.
 */
export function problemOf(error: unknown, signal?: Ending): Problem {
  if (error instanceof Problem) return error;
  if (signal?.aborted === true) return problemOfAbort(signal.reason);
  const failure: Failure = typeof error === "object" && error !== null ? error : { message: String(error) };
  const verdict = judge(failure);
  const metadata = failure.$metadata;
  const message = cut(withoutCanonicalRequest(failure.message));
  const ofContainer = failure.name === "ModelError";
  const retryAfterMs = serverRetryAfterMs(failure);
  return new Problem(verdict.code, verdict.detail, {
    retryAfterS:
      verdict.retryAfterS === undefined ? undefined : (wholeSeconds(retryAfterMs) ?? verdict.retryAfterS),
    log: {
      awsError: failure.name,
      status: metadata?.httpStatusCode,
      requestId: metadata?.requestId,
      attempts: metadata?.attempts,
      retryAfterMs,
      clockSkewCorrected: metadata?.clockSkewCorrected,
      networkError: failure.code,
      ...(ofContainer ? {} : { message }),
      originalStatusCode: failure.OriginalStatusCode,
      logStreamArn: failure.LogStreamArn,
    },
    payloadLog: ofContainer ? { message, originalMessage: cut(failure.OriginalMessage) } : undefined,
    cause: error,
  });
}

function cut(text: unknown): string | undefined {
  return typeof text === "string" ? text.slice(0, longestLoggedText) : undefined;
}

/** A refused signature is answered with the request as AWS canonicalised it, session token and all. */
function withoutCanonicalRequest(text: unknown): unknown {
  return typeof text === "string" ? text.split(/\s*The Canonical String\b/, 1)[0] : text;
}

/** The pause that the server asks for. `x-amz-retry-after` is in milliseconds, `Retry-After` in seconds or an HTTP date. */
function serverRetryAfterMs(failure: Failure): number | undefined {
  const headers = failure.$response?.headers;
  const milliseconds = headers?.["x-amz-retry-after"];
  const standard = headers?.["retry-after"];
  const asked =
    milliseconds === undefined
      ? /^\d+$/.test(standard ?? "")
        ? Number(standard) * 1000
        : Date.parse(standard ?? "") - Date.now()
      : Number(milliseconds);
  return Number.isNaN(asked) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, asked));
}

function wholeSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.max(1, Math.ceil(milliseconds / 1000));
}

/** The same problem, knowing more for the log. */
export function addToLog(problem: Problem, facts: Readonly<Record<string, unknown>>): Problem {
  // `cause` is not enumerable, so that the spread leaves it out.
  return new Problem(problem.code, problem.message, {
    ...problem,
    cause: problem.cause,
    log: { ...problem.log, ...facts },
  });
}
