/** What a mishap makes of a call: the answer of the platform, of the container, or of the wire. */
import { Refusal, type Oddity } from "./container.ts";
import type { ContainerResponse } from "./containers/contract.ts";
import { PLATFORM_FAILURES, type Condition, type FaultName, type Mishap, type Poison } from "./faults.ts";
import {
  errorResponse,
  invocationTimedOut,
  noResponse,
  type ModelFailure,
  type PlatformError,
} from "./platform-errors.ts";
import { chooseRow, poisonedRows, withNonFinite, withRowCount } from "./row-faults.ts";
import type { RuleOf } from "./weather.ts";
import type { Delivery, WireResponse } from "./wire.ts";

/** Says which fault a response owes itself to; the real service has no such header. */
export const FAULT_HEADER = "x-skewless-stub-fault";

/** A response that says which fault it owes itself to. */
export function signed(response: WireResponse, fault: FaultName | "timeout"): WireResponse {
  return { ...response, headers: { ...response.headers, [FAULT_HEADER]: fault } };
}

const PAGE =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
  "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/** A platform's error by name; throttles have a `message` that is null, as the real ones. */
export function platformFailure(fault: keyof typeof PLATFORM_FAILURES, text?: string): PlatformError {
  const { status, type, message } = PLATFORM_FAILURES[fault];
  const key = fault === "throttle" ? "message" : "Message";
  return { status, type, members: { [key]: text ?? message } };
}

/** What the platform, or something before it, answers in the container's place; undefined where the call gets through. */
export function platformAnswer(mishap: Mishap): WireResponse | undefined {
  switch (mishap.fault) {
    case "throttle":
    case "model-not-ready":
    case "internal-failure":
    case "service-unavailable":
    case "internal-dependency":
      return errorResponse(platformFailure(mishap.fault, mishap.message));
    case "error": {
      const { status, type, message = null, retryAfterSeconds } = mishap;
      const response = errorResponse({ status, type, members: { message } });
      return retryAfterSeconds === undefined
        ? response
        : { ...response, headers: { ...response.headers, "Retry-After": String(retryAfterSeconds) } };
    }
    case "html":
      return {
        status: mishap.status ?? 502,
        headers: { "Content-Type": "text/html" },
        body: PAGE.replaceAll(
          "502 Bad Gateway",
          mishap.status === undefined ? "$&" : `${mishap.status} Error`,
        ),
      };
    default:
      return undefined;
  }
}

/** The container's failure that a mishap is; undefined where it answers. */
export function containerFailure(mishap: Mishap, endpoint: string): ModelFailure | undefined {
  if (mishap.fault !== "model-error") {
    return undefined;
  }
  const { status = 500, message = "Internal Server Error", reason = "timeout", unreadable = false } = mishap;
  if (status === 0) {
    return reason === "timeout" ? invocationTimedOut : noResponse(endpoint);
  }
  return { status, text: message, isUnreadable: unreadable };
}

/** The text of a stream that breaks off; the real one is not public. */
const BROKEN = "The connection between the client and the model was reset or closed.";

/** How a mishap delivers a response; undefined where it is delivered as ever. */
export function deliveryOf(mishap: Mishap, isStreaming: boolean): Delivery | undefined {
  switch (mishap.fault) {
    case "hang":
    case "reset":
      return { how: mishap.fault, at: mishap.at ?? "start" };
    case "truncate":
      return { how: "truncate", framing: mishap.framing ?? "length" };
    case "slow-body":
      return { how: "slow", ms: mishap.ms };
    case "stream-error": {
      const { type = "ModelStreamError", code = "StreamBroken", message = BROKEN, afterParts = 1 } = mishap;
      const failure = { type, message, ...(type === "ModelStreamError" ? { code } : {}) };
      return isStreaming ? { how: "stream-error", failure, afterParts } : undefined;
    }
    default:
      return undefined;
  }
}

/** A container's answer with another body or type, where that is the mishap. `null` is no Content-Type. */
export function rewritten(
  answer: ContainerResponse,
  mishap: Mishap | undefined,
): { readonly body: string | Buffer; readonly contentType: string | null } {
  if (mishap?.fault === "body") {
    const { text, contentType = answer.contentType ?? null } = mishap;
    return { body: text, contentType };
  }
  return {
    body: answer.body,
    contentType: mishap?.fault === "content-type" ? mishap.value : (answer.contentType ?? null),
  };
}

/**
 * What conditions and mishap do to a container's scores.
 *
 * @param onStrike - told of each rule that changed something.
 */
export function oddityOf(
  conditions: readonly RuleOf<Condition>[],
  mishap: RuleOf<Mishap> | undefined,
  onStrike: (rule: RuleOf<Condition | Mishap>) => void,
): Oddity | undefined {
  const poisons = conditions.filter(({ fault }) => fault.fault === "poison") as unknown as RuleOf<Poison>[];
  const dialect = conditions.find(({ fault }) => fault.fault === "dialect");
  const changesRows = mishap?.fault.fault === "non-finite" || mishap?.fault.fault === "row-count";
  if (poisons.length === 0 && dialect === undefined && !changesRows) {
    return undefined;
  }
  return {
    dialect: dialect?.fault.fault === "dialect" ? dialect.fault.dialect : undefined,
    distort: (matrix, given, outputs) => {
      let scores = given;
      for (const rule of poisons) {
        const rows = poisonedRows(rule.fault, matrix, rule.rowSeed);
        if (rows.length > 0) {
          onStrike(rule);
          const { value, status = 400, message = "a row is poisoned" } = rule.fault;
          if (value === undefined) {
            throw new Refusal(status, `Unable to evaluate payload provided: ${message}`);
          }
          scores = withNonFinite(scores, outputs, rows, value);
        }
      }
      if (dialect !== undefined) {
        onStrike(dialect);
      }
      return mishap === undefined ? scores : withWrongRows(scores, outputs, mishap, onStrike);
    },
  };
}

function withWrongRows(
  scores: Float32Array,
  outputs: number,
  rule: RuleOf<Mishap>,
  onStrike: (rule: RuleOf<Condition | Mishap>) => void,
): Float32Array {
  const { fault, random } = rule;
  if (fault.fault !== "non-finite" && fault.fault !== "row-count") {
    return scores;
  }
  const row = chooseRow(fault.row, scores.length / outputs, random);
  if (row === undefined) {
    return scores;
  }
  onStrike(rule);
  return fault.fault === "non-finite"
    ? withNonFinite(scores, outputs, [row], fault.value)
    : withRowCount(scores, outputs, row, fault.by);
}
