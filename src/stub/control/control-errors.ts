/** The errors of the control plane: what boto3 reads from `__type` and all others from the header as well. */
import { randomUUID } from "node:crypto";
import type { WireResponse } from "../wire.ts";

/** The control plane's content type, JSON 1.1. */
export const AMZ_JSON = "application/x-amz-json-1.1";

/** A refusal of the control plane. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** Most refusals. It is not in the API model, so that clients have no class of its own for it. */
export const validationException = (message: string): ControlError =>
  new ControlError("ValidationException", message);

/** A quota that is used up, as AWS words it. */
export const resourceLimitExceeded = (limit: string, most: number): ControlError =>
  new ControlError(
    "ResourceLimitExceeded",
    `The account-level service limit '${limit}' is ${most} , with current utilization of ${most} and a request delta ` +
      "of 1 . Please use AWS Service Quotas to request an increase for this quota.",
  );

/** An error as the control plane sends it. */
export function controlErrorResponse({ type, status, message }: ControlError): WireResponse {
  return {
    status,
    headers: { "x-amzn-RequestId": randomUUID(), "x-amzn-ErrorType": type, "Content-Type": AMZ_JSON },
    body: JSON.stringify({ __type: type, message }),
  };
}
