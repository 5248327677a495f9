/**
 * Which problem each failure of a call to SageMaker is. The identity of an AWS error is its name, not its status:
 * throttling, for one, comes as a 400.
 */

import type { ProblemCode } from "../errors.ts";

/** What the AWS SDK and `node:net` put on an error. All of it may be missing, and the texts may be null. */
export interface Failure {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly attempts?: number;
    /** The SDK has learnt how far this machine's clock is off: the next signature will be taken. */
    readonly clockSkewCorrected?: boolean;
  };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
  readonly OriginalStatusCode?: unknown;
  readonly OriginalMessage?: unknown;
  readonly LogStreamArn?: unknown;
}

/** Which problem a failure is, and how long to wait before the next try where waiting helps. */
export interface Verdict {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly retryAfterS?: number;
}

const throttled: Verdict = {
  code: "endpoint-throttled",
  detail: "SageMaker answered that the endpoint gets more calls than it takes.",
  retryAfterS: 1,
};
const refused: Verdict = {
  code: "endpoint-not-found",
  detail:
    "SageMaker refused the call: it knows no such endpoint, variant, model or component, or it is not in service.",
};
const denied: Verdict = {
  code: "endpoint-access-denied",
  detail: "SageMaker refused this service's identity or its permissions.",
};
const expired: Verdict = {
  code: "endpoint-credentials",
  detail: "This service's temporary AWS credentials have expired.",
};
const noCredentials: Verdict = {
  code: "endpoint-credentials",
  detail: "This service found no AWS credentials to sign the call with.",
};
const notReady: Verdict = {
  code: "endpoint-not-ready",
  detail: "The model is still being loaded.",
  // A multi-model target loads for up to 360 s, so a second would be too hopeful.
  retryAfterS: 10,
};
const failed: Verdict = { code: "endpoint-failed", detail: "SageMaker reported an internal failure." };
const unavailable: Verdict = {
  code: "endpoint-unavailable",
  detail: "SageMaker cannot take calls at the moment.",
  retryAfterS: 1,
};
const tooLarge: Verdict = {
  code: "endpoint-payload-too-large",
  detail: "The rows of this call are larger than the endpoint accepts.",
};
const unreachable: Verdict = {
  code: "endpoint-unreachable",
  detail: "The connection to SageMaker could not be made, or broke before the whole answer had come.",
};
const redirected: Verdict = {
  code: "endpoint-not-found",
  detail:
    "The address that was called redirects elsewhere, which SageMaker never does: " +
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, or a proxy on the way, is wrong.",
};
/** Time ran out on this side. */
export const late: Verdict = { code: "deadline-exceeded", detail: "The endpoint did not answer in time." };
const unknown: Verdict = {
  code: "endpoint-failed",
  detail: "The call to SageMaker failed in an unforeseen way.",
};

/** Names of the modelled errors, of the errors common to all AWS actions, and of the SDK's own. */
const byName: ReadonlyMap<string, Verdict> = new Map([
  ["ValidationError", refused],
  ["ValidationException", refused],
  ["ModelNotReadyException", notReady],
  ["InternalFailure", failed],
  ["InternalDependencyException", failed],
  ["ServiceUnavailable", unavailable],
  ["RequestEntityTooLargeException", tooLarge],
  ["ExpiredTokenException", expired],
  ["ExpiredToken", expired],
  ["CredentialsProviderError", noCredentials],
  ["TokenProviderError", noCredentials],
  ...[
    "AccessDenied",
    "AccessDeniedException",
    "IncompleteSignature",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
  ].map((name) => [name, denied] as const),
  // The AWS SDKs' own list (sdkref, feature-retry-behavior): a throttle whatever its status.
  ...[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
  ].map((name) => [name, throttled] as const),
]);

/** For answers without a known name: a proxy's HTML page, an error that AWS adds later. */
const byStatus: ReadonlyMap<number, Verdict> = new Map([
  [401, denied],
  [403, denied],
  [408, failed],
  [413, tooLarge],
  [429, throttled],
  [502, unavailable],
  [503, unavailable],
  [504, unavailable],
]);

/** Which problem a failure of a call is. An AWS error is known by its name, then by its status; others by `code`. */
export function judge(failure: Failure): Verdict {
  const status = failure.$metadata?.httpStatusCode;
  if (failure.name === "ModelError" || status === 424) return ofModel(failure);
  const named = byName.get(String(failure.name));
  if (named !== undefined) return named;
  // A 2xx here is an answer that broke off: a matter of the connection, not of the status.
  return status === undefined || (status >= 200 && status < 300) ? ofTransport(failure) : ofStatus(status);
}

/** 424: SageMaker is well, the model's container is not. `OriginalStatusCode` 0 means that it never answered. */
function ofModel(failure: Failure): Verdict {
  const status = Number(failure.OriginalStatusCode ?? Number.NaN);
  if (status === 0) {
    return /timed? ?out/i.test(`${failure.OriginalMessage} ${failure.message}`)
      ? {
          code: "endpoint-model-timeout",
          detail: "SageMaker gave up waiting for an answer of the model's container.",
        }
      : { ...unavailable, detail: "SageMaker got no answer from the model's container." };
  }
  if (status === 413) return tooLarge;
  if (status === 429 || status === 503) {
    return {
      code: "endpoint-overloaded",
      detail: `The model's container answered ${status}: it has more work than it can take.`,
      retryAfterS: 1,
    };
  }
  if (status >= 400 && status < 500) {
    return { code: "endpoint-refused-rows", detail: `The model's container answered ${status} to the rows.` };
  }
  return {
    code: "endpoint-model-failed",
    detail: Number.isNaN(status)
      ? "The model's container failed on the rows."
      : `The model's container answered ${status} to the rows.`,
  };
}

/** Failures without an HTTP status: they happened on this side of SageMaker, or on the way. */
function ofTransport(failure: Failure): Verdict {
  // The SDK renames resets to TimeoutError but keeps `code`; its own time-out of a request has a `code` as well. Its
  // time-out of the connection has none.
  const isTimeout = failure.name === "TimeoutError" || failure.name === "AbortError";
  const text = String(failure.message);
  if (isTimeout && text.includes("establish a connection")) return unreachable;
  if (isTimeout && (typeof failure.code !== "string" || text.includes("requestTimeout"))) return late;
  // A TypeError has a `code` too, but is a mistake of a program, not of a network.
  return typeof failure.code === "string" && failure.name !== "TypeError" ? unreachable : unknown;
}

function ofStatus(status: number): Verdict {
  const known = byStatus.get(status);
  if (known !== undefined) return known;
  if (status >= 500) return failed;
  if (status >= 400) return refused;
  return status >= 300 ? redirected : unknown;
}
