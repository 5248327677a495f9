/** What all clients have in common, so that one suite can try them. */
import type { Operation, Try } from "./operations.ts";

/** How rows are handed to a client: as lines of CSV, as an array of NumPy, as a DataFrame of pandas. */
export type Form = "csv" | "numpy" | "pandas";

/** Where a client is told to do other than it does by itself. */
export interface Settings {
  /** How long it waits for an answer. */
  readonly timeout?: number;
  /** By the names that AWS_RETRY_MODE has for them. */
  readonly retryMode?: "legacy" | "standard";
}

/** A client that runs. */
export interface Running {
  /** The answer to a body of text/csv. */
  readonly invoke: (endpoint: string, body: string, settings?: Settings) => Promise<string>;
  /**
   * Calls an operation of either plane; of the SageMaker SDKs, a function of their programs in `python`.
   *
   * @param params - its members, under SageMaker's names; a Body is text.
   * @returns its answer's members; a Body is text, or a list of texts where it is a stream.
   * @throws {ClientError} what the client makes of an error.
   */
  readonly call: (operation: string, params: object, settings?: Settings) => Promise<any>;
  /** Predictions of the rows of a file without a header, `size` rows a call. */
  readonly predict: (endpoint: string, file: string, size: number, form: Form) => Promise<number[]>;
  /** Waits by the client's own waiter. */
  readonly wait?: (waiter: "EndpointInService" | "EndpointDeleted", params: object) => Promise<unknown>;
  readonly close: () => void;
}

/** Faults that clients answer with another attempt, or do not. */
export type Trouble =
  | "throttle"
  | "model-error"
  | "model-not-ready"
  | "internal-failure"
  | "service-unavailable"
  | "internal-dependency"
  | "reset"
  | "time-out";

/** How often a client calls in all, when each of its calls meets a trouble. */
export interface Retries {
  /** For the name of the test. */
  readonly mode: string;
  readonly settings: Settings;
  readonly attempts: Readonly<Record<Trouble, number>>;
}

/** A real client of AWS. */
export interface Client {
  /** As its makers call it. */
  readonly name: string;
  readonly version: string;
  readonly isThere: boolean;
  readonly start: (stub: { readonly url: string }) => Running;
  readonly forms: readonly Form[];
  /** Rows a call, each tried over all rows. */
  readonly sizes: readonly number[];
  /** What it does of each operation; a SDK that knows tasks rather than operations has tests of its own. */
  readonly operations: Readonly<Partial<Record<Operation, Try>>>;
  /** Its ways of calling again, the default first. */
  readonly retries: readonly Retries[];
  /** Where it takes whole seconds only. Default 0.2. */
  readonly shortestTimeoutSeconds?: number;
}

const DATA_PLANE = /^Invoke/;

/** Which of the two services an operation is of, as AWS's SDKs call them. */
export const serviceOf = (operation: string): "sagemaker-runtime" | "sagemaker" =>
  DATA_PLANE.test(operation) ? "sagemaker-runtime" : "sagemaker";

/** {@link Running.invoke} of a client that calls operations by their names. */
export const invoking =
  (call: Running["call"]): Running["invoke"] =>
  async (EndpointName, Body, settings) => {
    const answer = await call("InvokeEndpoint", { EndpointName, ContentType: "text/csv", Body }, settings);
    return answer.Body;
  };
