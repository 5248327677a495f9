/**
 * InvokeEndpointAsync: answered at once with where the result will be, served later, and its result, or what went
 * wrong, written to the folder that plays S3. Notifications (SNS) there are none.
 */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { acceptUnderFaults, type Accepted } from "../accepted-call.ts";
import type { Capture } from "../capture/capture.ts";
import { platformFailure } from "../fault-answers.ts";
import type { Fault } from "../faults.ts";
import type { Hosted, Target } from "../hosting.ts";
import type { Surroundings } from "../passage.ts";
import { errorResponse, validationError, type Place } from "../platform-errors.ts";
import { readFileUpTo, S3FolderError, type S3Folder } from "../s3-folder.ts";
import { isError, targetOf } from "../targets.ts";
import type { WireRequest, WireResponse } from "../wire.ts";
import type { Workers } from "../workers.ts";
import { createAsyncQueue, type AsyncQueue } from "./async-queue.ts";
import { isInvalid, readAsyncRequest, type AsyncRequest } from "./async-request.ts";

/** What asynchronous calls need. */
export interface AsyncOptions {
  readonly surroundings: Surroundings;
  /** Where inputs lie and results go; without it no endpoint can be called. */
  readonly s3: S3Folder | undefined;
  readonly capture: Capture | undefined;
  /** Whether an input may be any file of this machine, by `file://`. */
  readonly takesFiles: boolean;
  /** Told of a result that could not be written. */
  readonly onProblem: (text: string) => void;
  /** A clock in ms. */
  readonly now: () => number;
}

/** Asynchronous calls of all endpoints. */
export interface AsyncInvocations {
  readonly invoke: (
    request: WireRequest,
    hosted: Hosted,
    own: readonly Fault[],
  ) => WireResponse | Promise<WireResponse>;
  /** Resolves when all is done that was accepted, or after `withinMs`; what then still waits is given up. */
  readonly drain: (withinMs: number) => Promise<void>;
}

/** An input, at most (facts, 1.7). */
const MOST_INPUT_BYTES = 1024 * 1024 * 1024;
/** Requests that wait at one endpoint; each holds at most an inline body. */
const MOST_WAITING = 2000;
/** MaxConcurrentInvocationsPerInstance where it is not given: SageMaker then chooses. */
const DEFAULT_CONCURRENCY = 4;

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null ? (value as Json) : {};

/** Where result and failure go. */
interface Locations {
  readonly output: string;
  readonly failure: string;
}

const trimmed = (path: string): string => path.replace(/\/+$/, "");

function locationsOf(request: AsyncRequest, config: Json, { region, accountId }: Place): Locations {
  const { S3OutputPath, S3FailurePath } = objectOf(config["OutputConfig"]);
  const root = trimmed(
    String(S3OutputPath ?? `s3://sagemaker-${region}-${accountId}/async-endpoint-outputs`),
  );
  const extension = request.pathExtension?.replace(/^\/+|\/+$/g, "");
  // An id may hold a slash.
  const name = encodeURIComponent(request.inferenceId);
  const folder = extension ? `${root}/${extension}` : root;
  return {
    output: `${folder}/${request.filename ?? `${name}.out`}`,
    failure: `${trimmed(String(S3FailurePath ?? root))}/${name}-error.out`,
  };
}

function concurrencyOf(config: Json): number {
  const most = objectOf(config["ClientConfig"])["MaxConcurrentInvocationsPerInstance"];
  return typeof most === "number" && most >= 1 ? most : DEFAULT_CONCURRENCY;
}

/** The text of an error response, for the failure's file. */
function messageOf({ body }: WireResponse): string {
  try {
    const members = JSON.parse(body.toString()) as Json;
    return String(members["Message"] ?? members["message"]);
  } catch {
    return body.toString();
  }
}

/** An address as a header can hold it. */
function asHeader(uri: string): string {
  return uri.replace(/[^\u0020-\u007E]+/g, encodeURIComponent);
}

function acceptedResponse({ inferenceId }: AsyncRequest, { output, failure }: Locations): WireResponse {
  return {
    status: 202,
    headers: {
      "x-amzn-RequestId": randomUUID(),
      "X-Amzn-SageMaker-OutputLocation": asHeader(output),
      "X-Amzn-SageMaker-FailureLocation": asHeader(failure),
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ InferenceId: inferenceId }),
  };
}

/** Why an address of S3 cannot be used; undefined where it can. */
function addressFault(folder: S3Folder, uri: string): string | undefined {
  try {
    folder.pathOf(uri);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws {S3FolderError} when it cannot be read */
function readInput(folder: S3Folder, input: string | Buffer): Buffer | Promise<Buffer> {
  if (typeof input !== "string") {
    return input;
  }
  return input.startsWith("file://")
    ? readFileUpTo(fileURLToPath(input), input, MOST_INPUT_BYTES)
    : folder.read(input, MOST_INPUT_BYTES);
}

export function createAsyncInvocations(options: AsyncOptions): AsyncInvocations {
  const { surroundings, s3, capture, takesFiles, onProblem, now } = options;
  // By what an endpoint keeps through its updates, and loses when it is deleted.
  const queues = new WeakMap<Workers, AsyncQueue>();
  /** Those with requests that run or wait, and how many. */
  const busy = new Map<AsyncQueue, number>();

  const queueOf = ({ workers }: Hosted): AsyncQueue => {
    const known = queues.get(workers);
    if (known !== undefined) {
      return known;
    }
    const queue = createAsyncQueue(MOST_WAITING);
    queues.set(workers, queue);
    return queue;
  };
  /** What became of a request: its result, or the text of its failure. */
  const outcomeOf = async (
    folder: S3Folder,
    request: WireRequest,
    asked: AsyncRequest,
    cameAt: number,
    hosted: Hosted,
    target: Target,
    serve: NonNullable<Accepted["serve"]>,
  ): Promise<{ readonly isFailure: boolean; readonly body: string | Buffer }> => {
    if (now() - cameAt > asked.ttlMs) {
      // The real text is not public.
      return { isFailure: true, body: `The request was not served within ${asked.ttlMs / 1000} seconds.` };
    }
    let body: Buffer;
    try {
      body = await readInput(folder, asked.input);
    } catch (error) {
      return { isFailure: true, body: `The input cannot be read: ${(error as Error).message}` };
    }
    const { contentType, accept, timeoutMs } = asked;
    const forContainer = {
      path: "/invocations",
      contentType,
      accept,
      body,
      headers: request.headers,
    } as const;
    const response = await serve({ ...forContainer, targetModel: undefined, timeoutMs }, timeoutMs);
    response.release?.();
    const recorder = capture?.recorderOf(hosted);
    recorder?.({ ...request, body }, contentType, response, target.variant);
    return response.status < 300
      ? { isFailure: false, body: response.body }
      : { isFailure: true, body: messageOf(response) };
  };

  const invoke: AsyncInvocations["invoke"] = (request, hosted, own) => {
    // The real texts are not public.
    if (hosted.asyncConfig === undefined) {
      return errorResponse(
        validationError(`Endpoint ${hosted.name} has no AsyncInferenceConfig; use InvokeEndpoint.`),
      );
    }
    const asked = readAsyncRequest(request);
    const target = targetOf(hosted, request.headers);
    if (isInvalid(asked)) {
      return errorResponse(asked);
    }
    if (isError(target)) {
      return errorResponse(target);
    }
    if (s3 === undefined) {
      return errorResponse(
        validationError("The stub has no folder for inputs and results: start it with --s3 DIR."),
      );
    }
    const locations = locationsOf(asked, hosted.asyncConfig, surroundings.place);
    const isFile = typeof asked.input === "string" && asked.input.startsWith("file://");
    if (isFile && !takesFiles) {
      return errorResponse(
        validationError("This stub reads no file:// addresses: its callers may not change it."),
      );
    }
    const addresses = [locations.output, locations.failure];
    if (typeof asked.input === "string" && !isFile) {
      addresses.push(asked.input);
    }
    const fault = addresses.map((uri) => addressFault(s3, uri)).find((found) => found !== undefined);
    if (fault !== undefined) {
      return errorResponse(validationError(fault));
    }
    const queue = queueOf(hosted);
    const cameAt = now();
    let accepted: Accepted | undefined;
    const job = async (): Promise<void> => {
      try {
        const serve = accepted?.serve;
        if (serve === undefined) {
          return;
        }
        const outcome = await outcomeOf(s3, request, asked, cameAt, hosted, target, serve);
        await s3.write(outcome.isFailure ? locations.failure : locations.output, outcome.body);
      } catch (error) {
        const where = error instanceof S3FolderError ? "" : ` to ${locations.output}`;
        onProblem(
          `The result of request ${asked.inferenceId} was not written${where}: ${(error as Error).message}`,
        );
      } finally {
        const left = busy.get(queue)! - 1;
        if (left > 0) {
          busy.set(queue, left);
        } else {
          busy.delete(queue);
        }
      }
    };
    if (!queue.add(job, concurrencyOf(hosted.asyncConfig))) {
      return errorResponse(platformFailure("throttle"));
    }
    busy.set(queue, (busy.get(queue) ?? 0) + 1);
    accepted = acceptUnderFaults(target, acceptedResponse(asked, locations), own, surroundings);
    return accepted.response;
  };
  return Object.freeze({
    invoke,
    drain: async (withinMs) => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          for (const queue of busy.keys()) {
            queue.clear();
          }
          resolve();
        }, withinMs);
      });
      await Promise.race([Promise.all(Array.from(busy.keys(), (queue) => queue.idle())), over]);
      clearTimeout(timer);
    },
  } satisfies AsyncInvocations);
}
