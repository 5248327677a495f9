/**
 * A container elsewhere: calls are forwarded to `POST /invocations` at its address, as SageMaker does, with its time
 * limit, and every failure in SageMaker's words. The contract: "Use Your Own Inference Code with Hosting Services".
 */
import { setTimeout as pause } from "node:timers/promises";
import type { IncomingHttpHeaders } from "node:http";
import { invocationTimedOut, noResponse } from "../platform-errors.ts";
import type { Container, ContainerRequest, ContainerResponse } from "./contract.ts";
import type { HttpClient, Outcome } from "./http-client.ts";

/** What SageMaker waits for a ping. */
const PING_TIMEOUT_MS = 2000;
const PING_INTERVAL_MS = 500;

/** The headers of a container that go on to the client, under the names that they have there. */
const PASSED_BACK = [
  "X-Amzn-SageMaker-Custom-Attributes",
  "X-Amzn-SageMaker-New-Session-Id",
  "X-Amzn-SageMaker-Closed-Session-Id",
] as const;

/** SageMaker's own headers go to the container, and those of content; signatures and all else stay behind. */
export function headersFor({ contentType, accept, headers }: ContainerRequest): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("x-amzn-sagemaker-") && typeof value === "string") {
      sent[name] = value;
    }
  }
  if (contentType !== undefined) {
    sent["Content-Type"] = contentType;
  }
  if (accept !== undefined) {
    sent["Accept"] = accept;
  }
  return sent;
}

function headersBack(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const back = PASSED_BACK.flatMap((name) => {
    const value = headers[name.toLowerCase()];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return back.length === 0 ? undefined : Object.fromEntries(back);
}

const NOTHING = { status: 0, contentType: undefined, body: "", rows: 0 } as const;

/** What the platform makes of an exchange with a container. */
export function responseOf(outcome: Outcome): ContainerResponse {
  switch (outcome.kind) {
    case "timeout":
      return { ...NOTHING, failure: invocationTimedOut };
    case "gone":
      return { ...NOTHING, failure: noResponse };
    case "unreadable":
      return { ...NOTHING, failure: { status: outcome.status, text: "", isUnreadable: true } };
    default: {
      const { status, headers } = outcome;
      const about = { status, contentType: headers["content-type"], rows: 0, headers: headersBack(headers) };
      return outcome.kind === "stream"
        ? { ...about, body: "", stream: outcome.body }
        : { ...about, body: outcome.body };
    }
  }
}

/** A container at an address, which it closes with itself. */
export function forwardingContainer(client: HttpClient): Container {
  return Object.freeze({
    isRemote: true,
    invoke: async (request) =>
      responseOf(
        await client.send({
          method: "POST",
          path: request.path,
          headers: headersFor(request),
          body: request.body,
          timeoutMs: request.timeoutMs,
          wantsStream: request.wantsStream,
        }),
      ),
    close: client.close,
  } satisfies Container);
}

/**
 * Waits until a container answers `GET /ping` with 200.
 *
 * @param timeoutMs - how long it may take.
 * @param signal - ends the waiting early.
 * @returns whether it did.
 */
export async function isHealthy(
  client: HttpClient,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const outcome = await client.send({ method: "GET", path: "/ping", timeoutMs: PING_TIMEOUT_MS });
    if (outcome.kind === "answer" && outcome.status === 200) {
      return true;
    }
    if (performance.now() + PING_INTERVAL_MS > endsAt || signal?.aborted === true) {
      return false;
    }
    await pause(PING_INTERVAL_MS, undefined, { ref: false, signal }).catch(() => {});
  }
}
