/** What stands behind a variant, as the platform sees it: it is given a call, and answers it. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Oddity } from "../container.ts";
import type { ModelFailure, PlatformError } from "../platform-errors.ts";

/** A call that the platform passes on to a container: `POST /invocations`. */
export interface ContainerRequest {
  readonly path: "/invocations";
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly body: Buffer;
  /**
   * The headers of the client, all of them, by lower-case name. SageMaker passes on its own (`x-amzn-sagemaker-*`)
   * and those above, and drops all else; so must a container that sends them further.
   */
  readonly headers: IncomingHttpHeaders;
  /** The model of a multi-model container; undefined at any other. */
  readonly targetModel: string | undefined;
  /** How long the platform waits, in ms. Who answers later than at once keeps to it, with a `failure`. */
  readonly timeoutMs: number;
  /** Whether the caller takes the answer as a stream; else it is wanted whole. Default no. */
  readonly wantsStream?: boolean | undefined;
}

/** What a container answers: 2xx is passed on, anything else becomes a ModelError. */
export interface ContainerResponse {
  readonly status: number;
  /** Undefined where it sent none. */
  readonly contentType: string | undefined;
  readonly body: string | Buffer;
  /**
   * The body as it comes, in place of `body`, which then is empty; for calls alone that want one. It fails where the
   * container's answer breaks off, and is destroyed where the caller has gone or the time is out.
   */
  readonly stream?: Readable | undefined;
  /** Rows that it read; 0 where it could not, or where nobody counts them. */
  readonly rows: number;
  /** Custom attributes and session ids that it set, under the names that go to the client. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Why there is no answer, or none that could be read: a time-out, a container that is gone. Status and body then say nothing. A function is told the endpoint, which some texts name. */
  readonly failure?: ModelFailure | ((endpoint: string) => ModelFailure) | undefined;
  /** What the platform says in the container's place, such as ModelNotReadyException. It goes before all else. */
  readonly refusal?: PlatformError | undefined;
}

/** A container, started and ready. */
export interface Container {
  /**
   * Answers a call; at once where it can, so that a cheap call stays cheap.
   *
   * @param oddity - what is out of the ordinary with this call. It changes rows and scores, so that only a container
   * that has them in hand minds it; all others leave it alone.
   */
  readonly invoke: (
    request: ContainerRequest,
    oddity?: Oddity,
  ) => ContainerResponse | Promise<ContainerResponse>;
  /** Whether calls must name their model. Default no. */
  readonly isMultiModel?: boolean;
  /** Whether `invoke` takes a worker's time, so that it is asked when one is free, and not before. Default no. */
  readonly isRemote?: boolean;
  /** Lets go of what it holds. The platform calls it once, when nothing leads to the container any more. */
  readonly close?: () => void;
}
