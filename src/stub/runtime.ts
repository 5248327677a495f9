/**
 * The data plane, SageMaker Runtime: `POST /endpoints/{name}/invocations`, and how the platform wraps what a container
 * answers. Signatures are accepted unverified; that there is one is checked.
 */
import { wrap } from "./answers.ts";
import type { ContainerRequest, ContainerResponse } from "./containers/contract.ts";
import { FaultPlanError, readCallFaults } from "./fault-reader.ts";
import { callUnderFaults, type Surroundings } from "./faulty-call.ts";
import type { Fault } from "./faults.ts";
import type { Hosted, Hosting, Target } from "./hosting.ts";
import {
  errorResponse,
  internalFailure,
  missingAuthentication,
  unknownOperation,
  validationError,
  type Place,
  type PlatformError,
} from "./platform-errors.ts";
import { arrive, createCounter, increment, pass, type Counter } from "./tally.ts";
import { isError, servingFault, TARGET_MODEL, targetOf } from "./targets.ts";
import { createWeather } from "./weather.ts";
import type { Handler, WireRequest, WireResponse } from "./wire.ts";

/** What a runtime is made with; all may be left out. */
export interface RuntimeOptions extends Partial<Omit<Surroundings, "place">> {
  /** Whether a call may ask for faults of its own. Default true. */
  readonly takesOwnFaults?: boolean | undefined;
}

/** The data plane, and what the weather must tell when it changes. */
export interface Runtime {
  readonly handle: Handler;
  /** Looks anew who can be served, after the weather has changed. */
  readonly serveWaiting: () => void;
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

/** A path segment without its escapes; one that is not well-formed stays as it is, and no name looks like it. */
function unescapeSegment(segment: string): string {
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

/** Counts an answer that came late in and out. */
async function settle(
  answering: Promise<ContainerResponse>,
  target: Target,
  counter: Counter,
  place: Place,
): Promise<WireResponse> {
  arrive(counter);
  const release = (): void => void counter.inFlight--;
  try {
    const answer = await answering;
    const response = wrap(answer, target, place);
    counter.rows += answer.rows;
    increment(counter.answers, String(response.status));
    return { ...response, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** What the operation of a path does with a call to an endpoint that there is. */
type Operation = (request: WireRequest, hosted: Hosted) => WireResponse | Promise<WireResponse>;

/**
 * The data plane of what is hosted. Names are case-sensitive here, as at the real InvokeEndpoint. A mistake in the stub
 * is answered as SageMaker answers its own: InternalFailure, 500.
 */
export function createRuntime(hosting: Hosting, place: Place, options: RuntimeOptions = {}): Runtime {
  const { weather = createWeather(), counter = createCounter(), takesOwnFaults = true } = options;
  const { timeoutMs = INVOCATION_TIMEOUT_MS } = options;
  const surroundings: Surroundings = { place, weather, counter, timeoutMs };

  const invokeEndpoint: Operation = (request, hosted) => {
    const { headers } = request;
    if (hosted.asyncConfig !== undefined) {
      // The real text is not public.
      return errorResponse(
        validationError(`Endpoint ${hosted.name} serves asynchronous calls only; use InvokeEndpointAsync.`),
      );
    }
    const target = targetOf(hosted, headers);
    if (isError(target)) {
      return errorResponse(target);
    }
    const forContainer: ContainerRequest = {
      path: "/invocations",
      contentType: headers["content-type"],
      accept: headers.accept,
      body: request.body,
      headers,
      targetModel: headers[TARGET_MODEL] as string | undefined,
      timeoutMs,
    };
    const own = takesOwnFaults ? ownFaults(request) : NO_FAULTS;
    if (own.length > 0 || !weather.isFair()) {
      return callUnderFaults(target, forContainer, own, surroundings);
    }
    const answer = target.container.invoke(forContainer);
    if (answer instanceof Promise) {
      return settle(answer, target, counter, place);
    }
    const response = wrap(answer, target, place);
    pass(counter, response.status, answer.rows);
    return response;
  };

  /** By the last segment of their path. */
  const operations: ReadonlyMap<string, Operation> = new Map([["invocations", invokeEndpoint]]);

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
    if (request.headers.authorization === undefined) {
      return errorResponse(missingAuthentication);
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
    return absence === undefined ? operation(request, hosted) : errorResponse(absence);
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
  });
}
