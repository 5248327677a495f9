/**
 * The error catalogue. A code is public: clients branch on it, so a code is never reused for something else.
 *
 * Every failure a caller can see is a {@link Problem}; `http/` writes it as RFC 9457 `application/problem+json`.
 */

interface Entry {
  /** HTTP status of the reply. */
  readonly status: number;
  /** One line, the same for every occurrence (RFC 9457, 3.1.3). */
  readonly title: string;
  /** Whether the very same request may succeed later. */
  readonly retryable: boolean;
  /** What the reader of the problem can do. */
  readonly remedy: string;
}

/** Code → status, title, whether a retry can help, what to do. */
export const catalogue = {
  "malformed-json": {
    status: 400,
    title: "The body is not JSON",
    retryable: false,
    remedy: "Mend the body at the position that the detail names.",
  },
  "malformed-request": {
    status: 400,
    title: "The request is not well-formed HTTP",
    retryable: false,
    remedy: "Check the URL, the Content-Length and the headers.",
  },
  "invalid-header": {
    status: 400,
    title: "A header of the request holds what it may not",
    retryable: false,
    remedy: "The detail names the header and what it may hold.",
  },
  "invalid-request": {
    status: 422,
    title: "The request does not fit the model's inputs",
    retryable: false,
    remedy: "Each entry of `errors` names a field by JSON pointer and says what it must be.",
  },
  "not-found": {
    status: 404,
    title: "There is nothing at this address",
    retryable: false,
    remedy: "The routes are listed at /docs and /openapi.json.",
  },
  "model-not-found": {
    status: 404,
    title: "There is no such model",
    retryable: false,
    remedy: "GET /models lists the models that this service serves.",
  },
  "method-not-allowed": {
    status: 405,
    title: "This address does not answer this method",
    retryable: false,
    remedy: "Use one of the methods in the Allow header.",
  },
  "body-too-large": {
    status: 413,
    title: "The body is larger than this service accepts",
    retryable: false,
    remedy: "Send fewer instances a request, or raise MAX_BODY_BYTES.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The body's media type is not accepted",
    retryable: false,
    remedy: "Send JSON with the header Content-Type: application/json.",
  },
  "request-timeout": {
    status: 408,
    title: "The request did not arrive in time",
    retryable: true,
    remedy: "Send the whole request without pausing.",
  },
  "internal-error": {
    status: 500,
    title: "Something unexpected went wrong in this service",
    retryable: false,
    remedy: "The operator finds the cause in the log under the request id.",
  },
  "shutting-down": {
    status: 503,
    title: "This instance is shutting down",
    retryable: true,
    remedy: "Send the request again; another instance will take it.",
  },
  overloaded: {
    status: 503,
    title: "This service has more work than it can take",
    retryable: true,
    remedy: "Try again after Retry-After seconds.",
  },
  "caller-gone": {
    // Not of any RFC, but what proxies and their logs have long called this; the caller itself never sees it.
    status: 499,
    title: "The caller went away before the answer",
    retryable: true,
    remedy: "Keep the connection open until the answer has come.",
  },
  "deadline-exceeded": {
    status: 504,
    title: "The endpoint did not answer within the deadline",
    retryable: true,
    remedy: "Try again, send fewer instances, or raise REQUEST_TIMEOUT_MS.",
  },
  "endpoint-not-found": {
    status: 502,
    title: "SageMaker refused the call as invalid",
    retryable: false,
    remedy: "Check ENDPOINT_NAME, its case, the region, and that the endpoint is InService.",
  },
  "endpoint-access-denied": {
    status: 502,
    title: "This service may not invoke the endpoint",
    retryable: false,
    remedy:
      "Allow sagemaker:InvokeEndpoint on the endpoint's ARN (name in lower case), and check the credentials.",
  },
  "endpoint-credentials": {
    status: 502,
    title: "This service has no usable AWS credentials",
    retryable: true,
    remedy: "Give the container a task role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  },
  "endpoint-payload-too-large": {
    status: 413,
    title: "The rows are larger than the endpoint accepts in one call",
    retryable: false,
    remedy: "Send fewer instances a request.",
  },
  "endpoint-refused-rows": {
    status: 502,
    title: "The model refused the rows that it was sent",
    retryable: false,
    remedy: "The model file's features probably differ from those that the model was trained on.",
  },
  "endpoint-model-failed": {
    status: 502,
    title: "The model failed on the rows that it was sent",
    retryable: false,
    remedy: "The endpoint's own log has the cause.",
  },
  "endpoint-overloaded": {
    status: 503,
    title: "The model's container is overloaded",
    retryable: true,
    remedy: "Try again after Retry-After seconds.",
  },
  "endpoint-model-timeout": {
    status: 504,
    title: "The model's container did not answer SageMaker in time",
    retryable: true,
    remedy: "Send fewer instances a request, or scale the endpoint.",
  },
  "endpoint-throttled": {
    status: 503,
    title: "SageMaker throttled the call",
    retryable: true,
    remedy: "Try again after Retry-After seconds.",
  },
  "endpoint-not-ready": {
    status: 503,
    title: "The endpoint is still loading the model",
    retryable: true,
    remedy: "Try again after Retry-After seconds.",
  },
  "endpoint-failed": {
    status: 502,
    title: "SageMaker failed internally",
    retryable: true,
    remedy: "Try again.",
  },
  "endpoint-unavailable": {
    status: 503,
    title: "SageMaker is unavailable",
    retryable: true,
    remedy: "Try again after Retry-After seconds.",
  },
  "endpoint-unreachable": {
    status: 503,
    title: "No connection to the endpoint",
    retryable: true,
    remedy: "Check AWS_REGION, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME and the network path to it.",
  },
  "endpoint-circuit-open": {
    status: 503,
    title: "The endpoint has stopped answering",
    retryable: true,
    remedy: "Try again after Retry-After seconds; the log has the failures that opened the circuit.",
  },
  "endpoint-bad-answer": {
    status: 502,
    title: "The endpoint's answer cannot be trusted",
    retryable: false,
    remedy: "One finite answer a row was expected; the detail says what came instead.",
  },
} as const satisfies Record<string, Entry>;

/** A stable, public error code. */
export type ProblemCode = keyof typeof catalogue;

/** One offending place in a request: an RFC 6901 JSON pointer into the body, and what is wrong there. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** What an occurrence of a problem may add to its catalogue entry. */
export interface ProblemExtras {
  /** Every offending field, up to a limit. */
  readonly errors?: readonly FieldError[] | undefined;
  /** How many offending fields there are, when `errors` was cut at its limit. */
  readonly errorCount?: number | undefined;
  /** Seconds after which a retry may succeed: becomes the Retry-After header. */
  readonly retryAfterS?: number | undefined;
  /** For the log, never for the reply: names, ids and messages of the other side. */
  readonly log?: Readonly<Record<string, unknown>> | undefined;
  /** As `log`, but it may quote a row: only where payloads are asked for. */
  readonly payloadLog?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** A failure that a caller is told of. `message` is its detail: safe to show, free of secrets and payloads. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly errors: readonly FieldError[] | undefined;
  readonly errorCount: number | undefined;
  readonly retryAfterS: number | undefined;
  readonly log: Readonly<Record<string, unknown>> | undefined;
  readonly payloadLog: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    const entry = catalogue[code];
    this.code = code;
    this.status = entry.status;
    this.title = entry.title;
    this.retryable = entry.retryable;
    this.errors = extras.errors;
    this.errorCount = extras.errorCount;
    this.retryAfterS = extras.retryAfterS;
    this.log = extras.log;
    this.payloadLog = extras.payloadLog;
  }
}

/**
 * A mistake in what the operator gave: a variable, a model file, a command line. It stops the start; its message is
 * printed as it is, without a stack, so it says where the mistake is and what to do.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
