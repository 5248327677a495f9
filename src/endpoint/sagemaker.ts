/** The innermost stage: InvokeEndpoint by the AWS SDK. The only module that imports it. */

import type { Readable } from "node:stream";
import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandOutput,
  SageMakerRuntimeClient,
  type SageMakerRuntimeClientConfig,
} from "@aws-sdk/client-sagemaker-runtime";
import { type Problem, UsageError } from "../errors.ts";
import { parseAnswers } from "./answers.ts";
import { badAnswer } from "./bad-answer.ts";
import { readBounded } from "./bounded-body.ts";
import type { Ending } from "./ending.ts";
import { addToLog, problemOf } from "./faults.ts";
import { type Invoke, TEXT_CSV } from "./invoke.ts";
import { mostBytes } from "./limits.ts";

/** How the one client of the process is tuned. What is not given comes from the AWS SDK's own chain. */
export interface SageMakerOptions {
  /** The longest deadline that a call may have, in milliseconds; 60,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Sockets to the endpoint; 256 unless given. More calls than that at a time wait, and fail after a second. */
  readonly maxSockets?: number | undefined;
  readonly region?: string | undefined;
  /** URL instead of SageMaker's own, such as that of a local stub. */
  readonly endpoint?: string | undefined;
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined;
}

/** Where the calls go: both as the SDK resolved them from options, environment and shared files. */
export interface Destination {
  readonly region: string;
  /** Without credentials, query and trailing slash. */
  readonly url: string;
}

/** A connection to SageMaker, shared by every model of the process. */
export interface SageMaker {
  /**
   * Sends the rows as one body of the call's format, and reads whatever dialect comes back. Rows whose numbers are missing
   * are the reply's faults.
   *
   * @throws {Problem} `endpoint-*`, `deadline-exceeded`, or what the signal was aborted with.
   */
  readonly invoke: Invoke;
  /**
   * Resolves region and URL without a call and without credentials, for a check at start-up.
   *
   * @throws {UsageError} when no region is set, or the URL is none.
   */
  readonly describe: () => Promise<Destination>;
  /** Ends every socket; calls in flight fail. */
  readonly close: () => void;
}

const defaultTimeoutMs = 60_000;
const connectionTimeoutMs = 1000;
/** Deadlines are the business of the stages above; the SDK's own time-out is there for when they are forgotten. */
const timeoutMarginMs = 1000;
/** NAT gateways and VPC endpoints drop idle connections after 350 s without a word; close them first. */
const idleSocketMs = 300_000;

const howToSet =
  "Set AWS_REGION (and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME for an endpoint other than SageMaker's own) and " +
  "ENDPOINT_NAME, or run `npm start` for the embedded stub endpoint.";

const decoder = new TextDecoder();

type HttpRequest = Parameters<SageMakerRuntimeClient["config"]["requestHandler"]["handle"]>[0];

/**
 * Opens the process's one client to SageMaker; no request is sent yet. Sockets are kept alive, no call is
 * repeated, and nothing is left without a time-out. Credentials and region are the SDK's own to find and to refresh.
 */
export function createSageMaker(options: SageMakerOptions = {}): SageMaker {
  const agent = { keepAlive: true, maxSockets: options.maxSockets ?? 256, timeout: idleSocketMs };
  const config = {
    region: options.region,
    endpoint: options.endpoint,
    credentials: options.credentials,
    // `retry.ts` repeats calls, with the deadline and a budget in view.
    maxAttempts: 1,
    // The way through the SDK's steps is put together once, not for each call: a twelfth of its CPU.
    cacheMiddleware: true,
    retryMode: "standard",
    requestHandler: {
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: (options.timeoutMs ?? defaultTimeoutMs) + timeoutMarginMs,
      throwOnRequestTimeout: true,
    },
    // The SDK takes an undefined option for one that is not given; only its types do not say so.
  } as SageMakerRuntimeClientConfig;
  const client = new SageMakerRuntimeClient(config);
  const sendBounded = boundBodies(client);
  return Object.freeze<SageMaker>({
    invoke: async ({ target, rows, width, format = TEXT_CSV }, { signal }) => {
      const command = new InvokeEndpointCommand({
        EndpointName: target.endpointName,
        Body: format.open + rows.join(format.separator) + format.close,
        ContentType: format.contentType,
        Accept: format.accept,
        TargetVariant: target.targetVariant,
        TargetModel: target.targetModel,
        InferenceComponentName: target.inferenceComponent,
        CustomAttributes: target.customAttributes,
        InferenceId: target.inferenceId,
        SessionId: target.sessionId,
      });
      const output = await sendBounded(command, mostBytes(rows.length), signal).catch((error: unknown) => {
        throw problemOf(error, signal);
      });
      const { ContentType, InvokedProductionVariant: invokedVariant } = output;
      const { CustomAttributes: customAttributes, NewSessionId: newSessionId } = output;
      const { ClosedSessionId: closedSessionId } = output;
      const { requestId, attempts = 1 } = output.$metadata;
      const origin = { requestId, attempts, invokedVariant, contentType: ContentType };
      try {
        const faults = new Map<number, Problem>();
        const answers = parseAnswers(textOf(output, rows.length), ContentType, rows.length, width, faults);
        for (const [row, fault] of faults) faults.set(row, addToLog(fault, origin));
        return {
          answers,
          faults: faults.size === 0 ? undefined : faults,
          invokedVariant,
          requestId,
          attempts,
          customAttributes,
          newSessionId,
          closedSessionId,
        };
      } catch (error) {
        throw addToLog(problemOf(error), origin);
      }
    },
    describe: async () => {
      try {
        const destination = await resolveDestination(config);
        if (!/^https?:/.test(destination.url)) throw new Error(`${destination.url} is not an http(s) URL.`);
        return destination;
      } catch (error) {
        throw new UsageError(`No SageMaker endpoint to call: ${(error as Error).message}\n${howToSet}`);
      }
    },
    close: () => client.destroy(),
  });
}

/**
 * Lets the SDK see no more of an answer than the first bytes beyond what is right, so that memory stays bounded too. The
 * innermost of its steps is ours, and finds by a command's input what its call wants: options of `send` would have the SDK
 * put its steps together anew.
 */
function boundBodies(client: SageMakerRuntimeClient) {
  const { requestHandler } = client.config;
  const wants = new WeakMap<object, { readonly most: number; readonly signal: Ending }>();
  client.middlewareStack.add(
    () => async (args) => {
      const { most, signal } = wants.get(args.input)!;
      // The SDK asks no more of a signal than an Ending has.
      const options = { abortSignal: signal as AbortSignal };
      const { response } = await requestHandler.handle(args.request as HttpRequest, options);
      response.body = await readBounded(response.body as Readable, most);
      return { response };
    },
    // Below the SDK's own, which then finds bytes where it expects a stream, and takes them.
    { name: "boundBody", step: "deserialize", priority: "low" },
  );
  return (command: InvokeEndpointCommand, most: number, signal: Ending) => {
    wants.set(command.input, { most, signal });
    return client.send(command);
  };
}

/**
 * The body of a success. What is not UTF-8 becomes U+FFFD, which the parser refuses.
 *
 * @throws {Problem} `endpoint-bad-answer` when it is larger than right, or of another status than InvokeEndpoint's 200:
 * a part of an answer (206), say. The SDK takes any 2xx.
 */
function textOf({ Body, $metadata }: InvokeEndpointCommandOutput, rows: number): string {
  // An empty body comes as null, whatever the SDK's types say.
  if (!Body) return "";
  const { httpStatusCode: status } = $metadata;
  if (status !== 200) throw badAnswer(`The status is ${status}, where an answer has 200.`);
  const most = mostBytes(rows);
  if (Body.length > most) {
    throw badAnswer(
      `The body is larger than ${most} bytes, the most that is read for ${rows} ${rows === 1 ? "row" : "rows"}.`,
    );
  }
  return decoder.decode(Body);
}

/** A private client that stops where the request is built: it resolves what a call would, and needs no credentials. */
async function resolveDestination(config: SageMakerRuntimeClientConfig): Promise<Destination> {
  const client = new SageMakerRuntimeClient({
    ...config,
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
  });
  let url: URL | undefined;
  client.middlewareStack.add(
    (_next, context) => async () => {
      url = context.endpointV2?.url;
      return { output: { $metadata: {}, Body: undefined }, response: undefined };
    },
    { step: "build", priority: "high" },
  );
  try {
    await client.send(new InvokeEndpointCommand({ EndpointName: "none", Body: "" }));
    const region = await client.config.region();
    return { region, url: new URL(String(url)).href.replace(/\/$/, "") };
  } finally {
    client.destroy();
  }
}
