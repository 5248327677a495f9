/** The errors of SageMaker Runtime: names, statuses, bodies and headers. */
import { randomUUID } from "node:crypto";
import type { WireResponse } from "./wire.ts";

/** Where the endpoints pretend to be: both occur in messages and ARNs. */
export interface Place {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** A failure of the platform: status, name, and the members of its body in the order in which they are sent. */
export interface PlatformError {
  readonly status: number;
  readonly type: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** What the real service sends behind the error's name in `x-amzn-ErrorType`; clients cut at the colon. */
const ERROR_NAMESPACE = "http://internal.amazon.com/coral/com.amazon.sagemaker.runtime/";

/** An error as the data plane sends it: the type in a header, a JSON object in the body. */
export function errorResponse({ status, type, members }: PlatformError): WireResponse {
  return {
    status,
    headers: {
      "x-amzn-RequestId": randomUUID(),
      "x-amzn-ErrorType": `${type}:${ERROR_NAMESPACE}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify(members),
  };
}

/** For a body above the limit. Which status the real edge answers is not known; this is the one of AWS's common errors. */
export const entityTooLarge = (limitBytes: number): PlatformError => ({
  status: 413,
  type: "RequestEntityTooLargeException",
  // It is answered before it is known for which plane the body was, and the other one's clients look for the name here.
  members: {
    __type: "RequestEntityTooLargeException",
    message: `The request body is larger than ${limitBytes} bytes.`,
  },
});

/** For what is not HTTP, or too slow to be. */
export const malformedRequest: PlatformError = {
  status: 400,
  type: "MalformedHttpRequestException",
  members: { message: "The request is not well-formed HTTP." },
};

export const internalFailure: PlatformError = {
  status: 500,
  type: "InternalFailure",
  members: { Message: "The stub endpoint failed; this is a mistake in the stub." },
};

export const unknownOperation: PlatformError = {
  status: 404,
  type: "UnknownOperationException",
  members: { message: "SageMaker Runtime has no operation for this method and path." },
};

export const missingAuthentication: PlatformError = {
  status: 403,
  type: "MissingAuthenticationTokenException",
  members: { message: "Missing Authentication Token" },
};

export const validationError = (Message: string, ErrorCode?: string): PlatformError => ({
  status: 400,
  type: "ValidationError",
  members: ErrorCode === undefined ? { Message } : { ErrorCode, Message },
});

/** What is known of a container's failure. */
export interface ModelFailure {
  /** The container's status; 0 where it gave no answer. */
  readonly status: number;
  /** What it said, or, with status 0, what the platform says in its place. */
  readonly text: string;
  /** "primary" in recent reports, "model" in that of a container that is gone. */
  readonly container?: "primary" | "model";
  /** The platform could not load the text. */
  readonly isUnreadable?: boolean;
}

const logGroup = (endpoint: string): string => `/aws/sagemaker/Endpoints/${endpoint}`;

/** A container's refusal or failure; key order and wording as public reports show them. */
export function modelError(
  { status, text, container = "primary", isUnreadable = false }: ModelFailure,
  endpoint: string,
  { region, accountId }: Place,
): PlatformError {
  const byClient = status >= 300 && status < 500;
  const said = isUnreadable ? " and could not load the entire response body." : ` with message "${text}".`;
  return {
    status: 424,
    type: "ModelError",
    members: {
      ErrorCode: byClient ? "CLIENT_ERROR_FROM_MODEL" : "INTERNAL_FAILURE_FROM_MODEL",
      LogStreamArn: `arn:aws:logs:${region}:${accountId}:log-group:${logGroup(endpoint)}`,
      Message:
        `Received ${byClient ? "client" : "server"} error (${status}) from ${container}${said} ` +
        `See https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}` +
        `#logEventViewer:group=${logGroup(endpoint)} in account ${accountId} for more information.`,
      OriginalMessage: isUnreadable ? "" : text,
      OriginalStatusCode: status,
    },
  };
}

/** An invocation that took longer than the platform waits. */
export const invocationTimedOut: ModelFailure = {
  status: 0,
  text:
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for " +
    "each container in Amazon CloudWatch, resolve the issue, and try again.",
};

/** A container that is gone. Only the beginning of the real text is public. */
export const noResponse = (endpoint: string): ModelFailure => ({
  status: 0,
  text:
    `Amazon SageMaker could not get a response from the ${endpoint} endpoint. This can occur when CPU or memory ` +
    "utilization is high. To check your utilization, see Amazon CloudWatch.",
  container: "model",
});

/** A container whose queue of work is full, as TorchServe and Multi Model Server print it. */
export const workersBusy: ModelFailure = {
  status: 503,
  text: JSON.stringify(
    {
      code: 503,
      type: "WlmCapacityException",
      message: "There is no space in the queue of this model's workers.",
    },
    undefined,
    2,
  ),
};
