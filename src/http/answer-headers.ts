import type { FastifyReply } from "fastify";
import type { Facts } from "../predictor.ts";

/** Header → what it says. */
const DESCRIPTIONS = {
  "x-amzn-invoked-production-variant": "The production variants that answered.",
  "x-amzn-requestid": "SageMaker's ids of the calls.",
  "x-amzn-sagemaker-custom-attributes": "What the model's container says besides.",
  "x-amzn-sagemaker-new-session-id": "Id and expiry of the session that was opened.",
  "x-amzn-sagemaker-closed-session-id": "Id of the session that was closed.",
  "skewless-attempts": "How often the call was sent; 0: not at all.",
  "skewless-batch-rows": "Rows in the call, those of other requests included.",
  "skewless-batch-calls": "Calls that carried this request's rows.",
  "skewless-cache-hits": "Rows that were answered from the prediction cache.",
  "server-timing": "`queue;dur=`: milliseconds that rows waited for their call.",
} as const;

type HeaderName = keyof typeof DESCRIPTIONS;

/** Says in the headers how the predictions came about. */
export function setAnswerHeaders(reply: FastifyReply, facts: Facts): void {
  const set = (name: HeaderName, value: string | number | undefined): void => {
    if (value !== undefined) reply.header(name, String(value));
  };
  set("x-amzn-invoked-production-variant", facts.invokedVariant);
  set("x-amzn-requestid", facts.requestId);
  set("x-amzn-sagemaker-custom-attributes", facts.customAttributes);
  set("x-amzn-sagemaker-new-session-id", facts.newSessionId);
  set("x-amzn-sagemaker-closed-session-id", facts.closedSessionId);
  set("skewless-attempts", facts.attempts);
  if (facts.batch !== undefined) {
    const { rows, calls, waitedMs } = facts.batch;
    set("skewless-batch-rows", rows);
    set("skewless-batch-calls", calls);
    set("server-timing", `queue;dur=${Math.round(waitedMs * 10) / 10}`);
  }
  set("skewless-cache-hits", facts.cacheHits);
}

/** The headers for the description of a route. */
export const answerHeaders = Object.fromEntries(
  Object.entries(DESCRIPTIONS).map(([name, description]) => [name, { type: "string", description }]),
);
