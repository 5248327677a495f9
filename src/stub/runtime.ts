/**
 * The data plane, SageMaker Runtime: `POST /endpoints/{name}/invocations`, and how the platform wraps what a container
 * answers.
 */
import { createAsyncInvocations } from "./async/invoke-async.ts";
import { authenticateUnverified, type Authenticate } from "./auth/sigv4.ts";
import { createCall, type Call } from "./calls.ts";
import type { Capture } from "./capture/capture.ts";
import type { ContainerRequest } from "./containers/contract.ts";
import { FaultPlanError, readCallFaults } from "./fault-reader.ts";
import type { Fault } from "./faults.ts";
import type { Hosted, Hosting, Target } from "./hosting.ts";
import type { Surroundings } from "./passage.ts";
import {
  entityTooLarge,
  errorResponse,
  internalFailure,
  unknownOperation,
  validationError,
  type Place,
  type PlatformError,
} from "./platform-errors.ts";
import type { S3Folder } from "./s3-folder.ts";
import { createSessions, SESSION_ID } from "./sessions.ts";
import { streamed } from "./stream/response-stream.ts";
import { createCounter } from "./tally.ts";
import { isError, servingFault, TARGET_MODEL, targetOf } from "./targets.ts";
import { createWeather } from "./weather.ts";
import type { Handler, WireRequest, WireResponse } from "./wire.ts";

/** What a runtime is made with; all may be left out. */
export interface RuntimeOptions extends Partial<Omit<Surroundings, "place">> {
  /** Whether a call may ask for faults of its own. Default true. */
  readonly takesOwnFaults?: boolean | undefined;
  /** Who may call. Default whoever claims a signature. */
  readonly authenticate?: Authenticate | undefined;
  /** Data capture. Default none. */
  readonly capture?: Capture | undefined;
  /** The folder that plays S3 for asynchronous calls. Default none, and no such calls. */
  readonly s3?: S3Folder | undefined;
  /** Bytes in a part of a streamed answer that came whole. Default 1,024. */
  readonly streamPartBytes?: number | undefined;
  /** Told of what went wrong behind a call, in a sentence. */
  readonly onProblem?: ((text: string) => void) | undefined;
  /** A clock in ms since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** The data plane, and what the weather must tell when it changes. */
export interface Runtime {
  readonly handle: Handler;
  /** Looks anew who can be served, after the weather has changed. */
  readonly serveWaiting: () => void;
  /** Resolves when all asynchronous calls are served, or after `withinMs`. */
  readonly drain: (withinMs: number) => Promise<void>;
}

const NAME_PATTERN = "^[a-zA-Z0-9](-*[a-zA-Z0-9])*";
const NAME = new RegExp(`${NAME_PATTERN}$`);
const MAX_NAME_LENGTH = 63;
/** The endpoint's name and the operation. */
const ENDPOINT_PATH = /^\/endpoints\/([^/]*)\/([^/]*)$/;

/** Faults for one call: a header of their own, or custom attributes, which every client can set, with this before them. */
const OWN_FAULTS_HEADER = "x-skewless-stub-faults";
const OWN_FAULTS_PREFIX = "skewless-stub-faults=";
const CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes";

/** How long SageMaker waits for a container. */
const INVOCATION_TIMEOUT_MS = 60_000;
/** How much longer an answer may take that is streamed: 8 minutes for 1. */
const STREAM_TIMES = 8;
const DEFAULT_PART_BYTES = 1024;
/** Where a streaming call has its Accept. */
const STREAM_ACCEPT = "x-amzn-sagemaker-accept";

/** A path segment without its escapes; one that is not well-formed stays as it is, and no name looks like it. */
function unescapeSegment(segment: string): string {
  if (!segment.includes("%")) {
    return segment;
  }
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** What is wrong with a name, in the words of AWS's constraint checks. */
function nameFault(name: string): PlatformError | undefined {
  const fault = (constraint: string): PlatformError =>
    validationError(
      `1 validation error detected: Value '${name}' at 'endpointName' failed to satisfy constraint: ${constraint}`,
    );
  if (name.length > MAX_NAME_LENGTH) {
    return fault(`Member must have length less than or equal to ${MAX_NAME_LENGTH}`);
  }
  return NAME.test(name)
    ? undefined
    : fault(`Member must satisfy regular expression pattern: ${NAME_PATTERN}`);
}

function headerOf(request: WireRequest, name: string): string | undefined {
  return request.headers[name] as string | undefined;
}

const NO_FAULTS: readonly Fault[] = [];

/**
 * The faults that a call asks for itself.
 *
 * @throws {FaultPlanError} where they are none.
 */
function ownFaults(request: WireRequest): readonly Fault[] {
  const attributes = headerOf(request, CUSTOM_ATTRIBUTES);
  const text =
    headerOf(request, OWN_FAULTS_HEADER) ??
    (attributes?.startsWith(OWN_FAULTS_PREFIX) ? attributes.slice(OWN_FAULTS_PREFIX.length) : undefined);
  if (text === undefined) {
    return NO_FAULTS;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FaultPlanError([{ pointer: "", detail: `it is not JSON: ${(error as Error).message}` }]);
  }
  return readCallFaults(value);
}

/** What is wrong with a call that wants its answer now; the real text is not public. */
function promptFault({ name, asyncConfig }: Hosted): PlatformError | undefined {
  return asyncConfig === undefined
    ? undefined
    : validationError(`Endpoint ${name} serves asynchronous calls only; use InvokeEndpointAsync.`);
}

/** What the operation of a path does with a call to an endpoint that there is. */
type Operation = (request: WireRequest, hosted: Hosted) => WireResponse | Promise<WireResponse>;

/**
 * The data plane of what is hosted. Names are case-sensitive here, as at the real InvokeEndpoint. A mistake in the stub
 * is answered as SageMaker answers its own: InternalFailure, 500.
 */
export function createRuntime(hosting: Hosting, place: Place, options: RuntimeOptions = {}): Runtime {
  const { weather = createWeather(), counter = createCounter(), takesOwnFaults = true } = options;
  const { timeoutMs = INVOCATION_TIMEOUT_MS, streamPartBytes: partBytes = DEFAULT_PART_BYTES } = options;
  const { authenticate = authenticateUnverified, capture, s3, onProblem = () => {} } = options;
  const { now = Date.now } = options;
  const surroundings: Surroundings = { place, weather, counter, timeoutMs };
  const streamTimeoutMs = timeoutMs * STREAM_TIMES;
  const callWhole = createCall(surroundings);
  const callStreaming = createCall({ ...surroundings, timeoutMs: streamTimeoutMs });
  const sessions = createSessions(now);
  const asynchronous = createAsyncInvocations({
    surroundings,
    s3,
    capture,
    takesFiles: takesOwnFaults,
    onProblem,
    now,
  });
  const ownOf = (request: WireRequest): readonly Fault[] => (takesOwnFaults ? ownFaults(request) : NO_FAULTS);

  /** Passes a call on, and captures it. */
  const passOn = (
    call: Call,
    request: WireRequest,
    hosted: Hosted,
    target: Target,
    forContainer: ContainerRequest,
  ): WireResponse | Promise<WireResponse> => {
    const response = call(target, forContainer, ownOf(request));
    const recorder = capture?.recorderOf(hosted);
    if (recorder === undefined) {
      return response;
    }
    const record = (answer: WireResponse): WireResponse =>
      recorder(request, forContainer.contentType, answer, target.variant);
    return response instanceof Promise ? response.then(record) : record(response);
  };

  const toTarget = (
    request: WireRequest,
    hosted: Hosted,
    target: Target,
  ): WireResponse | Promise<WireResponse> => {
    const { headers, body } = request;
    return passOn(callWhole, request, hosted, target, {
      path: "/invocations",
      contentType: headers["content-type"],
      accept: headers.accept,
      body,
      headers,
      targetModel: headers[TARGET_MODEL] as string | undefined,
      timeoutMs,
    });
  };
  const streamToTarget = (
    request: WireRequest,
    hosted: Hosted,
    target: Target,
  ): WireResponse | Promise<WireResponse> => {
    const { headers, body } = request;
    const response = passOn(callStreaming, request, hosted, target, {
      path: "/invocations",
      contentType: headers["content-type"],
      accept: headers[STREAM_ACCEPT] as string | undefined,
      body,
      headers,
      targetModel: headers[TARGET_MODEL] as string | undefined,
      timeoutMs: streamTimeoutMs,
      wantsStream: true,
    });
    const stream = (answer: WireResponse): WireResponse | Promise<WireResponse> =>
      streamed(answer, { partBytes, timeoutMs: streamTimeoutMs });
    return response instanceof Promise ? response.then(stream) : stream(response);
  };

  /** An operation that is answered by a target, which a session may choose. */
  const prompt =
    (
      proceed: (request: WireRequest, hosted: Hosted, target: Target) => WireResponse | Promise<WireResponse>,
      canOpenSessions: boolean,
    ): Operation =>
    (request, hosted) => {
      const fault = promptFault(hosted);
      if (fault !== undefined) {
        return errorResponse(fault);
      }
      if (request.headers[SESSION_ID] !== undefined) {
        return sessions.invoke(request, hosted, canOpenSessions, (target) =>
          proceed(request, hosted, target),
        );
      }
      const target = targetOf(hosted, request.headers);
      return isError(target) ? errorResponse(target) : proceed(request, hosted, target);
    };

  /** By the last segment of their path. */
  const operations: ReadonlyMap<string, Operation> = new Map([
    ["invocations", prompt(toTarget, true)],
    ["invocations-response-stream", prompt(streamToTarget, false)],
    ["async-invocations", (request, hosted) => asynchronous.invoke(request, hosted, ownOf(request))],
  ]);

  const route = (request: WireRequest): WireResponse | Promise<WireResponse> => {
    const path = request.target.split("?", 1)[0]!;
    if (path === "/ping" && request.method === "GET") {
      return { status: 200, headers: {}, body: "" };
    }
    const match = request.method === "POST" ? ENDPOINT_PATH.exec(path) : null;
    const operation = match === null ? undefined : operations.get(match[2]!);
    if (match === null || operation === undefined) {
      return errorResponse(unknownOperation);
    }
    const refusal = authenticate(request);
    if (refusal !== undefined) {
      return errorResponse(refusal);
    }
    const name = unescapeSegment(match[1]!);
    const fault = nameFault(name);
    if (fault !== undefined) {
      return errorResponse(fault);
    }
    const hosted = hosting.find(name);
    if (hosted === undefined) {
      return errorResponse(validationError(`Endpoint ${name} of account ${place.accountId} not found.`));
    }
    const absence = servingFault(hosted);
    if (absence !== undefined) {
      return errorResponse(absence);
    }
    return request.body.length > hosted.maxBodyBytes
      ? errorResponse(entityTooLarge(hosted.maxBodyBytes))
      : operation(request, hosted);
  };

  const handle: Handler = (request) => {
    try {
      const response = route(request);
      return response instanceof Promise ? response.catch(() => errorResponse(internalFailure)) : response;
    } catch (error) {
      return errorResponse(
        error instanceof FaultPlanError
          ? validationError(`The faults that the call asks for cannot be: ${error.message}`)
          : internalFailure,
      );
    }
  };
  return Object.freeze({
    handle,
    serveWaiting: () => {
      for (const { workers } of hosting.all()) {
        workers.serve();
      }
    },
    drain: asynchronous.drain,
  });
}
