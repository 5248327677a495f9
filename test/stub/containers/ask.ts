/** Asks a container directly, as the platform does, and tells what the platform makes of its answer. */
import { wrap } from "../../../src/stub/answers.ts";
import type { Container, ContainerRequest } from "../../../src/stub/containers/contract.ts";
import { createWorkers } from "../../../src/stub/workers.ts";

/** What a call says; all of it may be left out. */
export interface Asked {
  readonly body?: string | Buffer;
  readonly contentType?: string | undefined;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly targetModel?: string;
  readonly timeoutMs?: number;
}

/** The request of a call. */
export function requestOf(asked: Asked = {}): ContainerRequest {
  const { body = "1,2", headers = {}, accept, targetModel, timeoutMs = 5000 } = asked;
  const contentType = "contentType" in asked ? asked.contentType : "text/csv";
  return {
    path: "/invocations",
    contentType,
    accept,
    body: Buffer.from(body),
    headers,
    targetModel,
    timeoutMs,
  };
}

/** What the client gets to see: status, headers, and the body, parsed where it is an error's. */
export async function ask(container: Container, asked: Asked = {}) {
  const answer = await container.invoke(requestOf(asked));
  const workers = createWorkers(() => Infinity);
  const target = { name: "my-endpoint", variant: "AllTraffic", container, workers };
  const { status, headers, body } = wrap(answer, target, { region: "us-east-1", accountId: "123456789012" });
  const text = body.toString();
  return { status, headers, text, error: status >= 300 ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

/** A container that must be one. */
export function started(container: Container | string): Container {
  if (typeof container === "string") {
    throw new Error(container);
  }
  return container;
}
