/** What the platform makes of a container's answer. */
import { randomUUID } from "node:crypto";
import type { ContainerResponse } from "./containers/contract.ts";
import type { Target } from "./hosting.ts";
import { errorResponse, modelError, type Place } from "./platform-errors.ts";
import type { WireResponse } from "./wire.ts";

/** The response to a call that reached a container: its answer as it is, or a ModelError about it. */
export function wrap(answer: ContainerResponse, { name, variant }: Target, place: Place): WireResponse {
  const { status, contentType, body, stream, headers, failure, refusal } = answer;
  if (refusal !== undefined) {
    return errorResponse(refusal);
  }
  if (failure !== undefined) {
    return errorResponse(modelError(typeof failure === "function" ? failure(name) : failure, name, place));
  }
  if (status < 200 || status >= 300) {
    stream?.destroy();
    return errorResponse(modelError({ status, text: body.toString() }, name, place));
  }
  const sent: Record<string, string> = {
    "x-amzn-RequestId": randomUUID(),
    "x-Amzn-Invoked-Production-Variant": variant,
  };
  if (contentType !== undefined) {
    sent["Content-Type"] = contentType;
  }
  const whole = { status, headers: headers === undefined ? sent : { ...sent, ...headers }, body };
  return stream === undefined ? whole : { ...whole, stream };
}
