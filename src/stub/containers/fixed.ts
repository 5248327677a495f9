/** Containers without a model, for tests of the protocol: an echo, and one that always says the same. */
import type { Container, ContainerResponse } from "./contract.ts";

/** What a client set with the call, if anything; the container gives it back, as a real one may. */
const CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes";

const rowsOf = (body: Buffer): number => (body.length === 0 ? 0 : 1);

/**
 * Answers every call with its own body and custom attributes.
 *
 * @param contentType - of every answer; without it that of the call, if it has one.
 */
export function echoContainer(contentType?: string): Container {
  return Object.freeze({
    invoke: ({ body, contentType: asked, headers }) => {
      const attributes = headers[CUSTOM_ATTRIBUTES];
      return {
        status: 200,
        contentType: contentType ?? asked,
        body,
        rows: rowsOf(body),
        ...(typeof attributes === "string"
          ? { headers: { "X-Amzn-SageMaker-Custom-Attributes": attributes } }
          : {}),
      };
    },
  } satisfies Container);
}

/**
 * Answers every call alike.
 *
 * @param status - below 200 or from 300 on, the platform makes a ModelError of it. Default 200.
 */
export function constantContainer(body: string, contentType: string, status = 200): Container {
  const answer: ContainerResponse = Object.freeze({ status, contentType, body, rows: 1 });
  return Object.freeze({ invoke: () => answer } satisfies Container);
}
