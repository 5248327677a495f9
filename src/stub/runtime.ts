/**
 * The data plane, SageMaker Runtime: `POST /endpoints/{name}/invocations`, and how the platform wraps what a container
 * answers. Signatures are accepted unverified; that there is one is checked.
 */
import { randomUUID } from "node:crypto";
import { invokeContainer, type ContainerRequest, type ContainerResponse } from "./container.ts";
import { FaultPlanError, readCallFaults } from "./fault-reader.ts";
import { callUnderFaults, type Called, type Surroundings } from "./faulty-call.ts";
import type { Fault } from "./faults.ts";
import {
  errorResponse,
  internalFailure,
  missingAuthentication,
  modelError,
  unknownOperation,
  validationError,
  type Place,
  type PlatformError,
} from "./platform-errors.ts";
import { createCounter, pass } from "./tally.ts";
import { createWeather } from "./weather.ts";
import type { Handler, WireRequest, WireResponse } from "./wire.ts";
import { createWorkers } from "./workers.ts";
import type { Model } from "./xgboost.ts";

/** An endpoint that is InService, with one variant and one model. */
export interface Endpoint {
  readonly name: string;
  readonly variant: string;
  readonly model: Model;
}

/** What a runtime is made with; all but the endpoints' place may be left out. */
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
const INVOCATIONS = /^\/endpoints\/([^/]*)\/invocations$/;

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

/** What the platform makes of a container's answer. */
function wrap(answer: ContainerResponse, { name, variant }: Endpoint, place: Place): WireResponse {
  if (answer.status >= 300) {
    return errorResponse(modelError({ status: answer.status, text: answer.body }, name, place));
  }
  return {
    status: answer.status,
    headers: {
      "x-amzn-RequestId": randomUUID(),
      "x-Amzn-Invoked-Production-Variant": variant,
      "Content-Type": answer.contentType,
    },
    body: answer.body,
  };
}

/** What is wrong with where a call wants to go within its endpoint. */
function targetFault(request: WireRequest, { name, variant }: Endpoint): PlatformError | undefined {
  if (headerOf(request, "x-amzn-sagemaker-target-model") !== undefined) {
    return validationError(
      `Endpoint ${name} is not a multi-model endpoint and does not support target model header.`,
      "TARGET_MODEL_HEADER_NOT_SUPPORTED",
    );
  }
  const wanted = headerOf(request, "x-amzn-sagemaker-target-variant") ?? variant;
  // The real text is not public.
  return wanted === variant ? undefined : validationError(`Variant ${wanted} of endpoint ${name} not found.`);
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

/**
 * The data plane of a set of endpoints. Names are case-sensitive here, as at the real InvokeEndpoint. A mistake in the
 * stub is answered as SageMaker answers its own: InternalFailure, 500.
 */
export function createRuntime(
  endpoints: readonly Endpoint[],
  place: Place,
  options: RuntimeOptions = {},
): Runtime {
  const { weather = createWeather(), counter = createCounter(), takesOwnFaults = true } = options;
  const { timeoutMs = INVOCATION_TIMEOUT_MS } = options;
  const surroundings: Surroundings = { place, weather, counter, timeoutMs };
  const desks = new Map(
    endpoints.map((endpoint) => {
      const { name, model } = endpoint;
      const workers = createWorkers(() => weather.capacity("workers", name)?.fault.limit ?? Infinity);
      const called: Called = { name, model, workers, wrap: (answer) => wrap(answer, endpoint, place) };
      return [name, { endpoint, called }];
    }),
  );

  const invoke = (
    request: WireRequest,
    { endpoint, called }: { readonly endpoint: Endpoint; readonly called: Called },
  ): WireResponse | Promise<WireResponse> => {
    const fault = targetFault(request, endpoint);
    if (fault !== undefined) {
      return errorResponse(fault);
    }
    const forContainer: ContainerRequest = {
      contentType: request.headers["content-type"],
      accept: request.headers.accept,
      body: request.body,
    };
    const own = takesOwnFaults ? ownFaults(request) : NO_FAULTS;
    if (own.length > 0 || !weather.isFair()) {
      return callUnderFaults(called, forContainer, own, surroundings);
    }
    const answer = invokeContainer(endpoint.model, forContainer);
    const response = called.wrap(answer);
    pass(counter, response.status, answer.rows);
    return response;
  };

  const route = (request: WireRequest): WireResponse | Promise<WireResponse> => {
    const path = request.target.split("?", 1)[0]!;
    if (path === "/ping" && request.method === "GET") {
      return { status: 200, headers: {}, body: "" };
    }
    const segment = request.method === "POST" ? INVOCATIONS.exec(path)?.[1] : undefined;
    if (segment === undefined) {
      return errorResponse(unknownOperation);
    }
    if (request.headers.authorization === undefined) {
      return errorResponse(missingAuthentication);
    }
    const name = unescapeSegment(segment);
    const fault = nameFault(name);
    if (fault !== undefined) {
      return errorResponse(fault);
    }
    const desk = desks.get(name);
    return desk === undefined
      ? errorResponse(validationError(`Endpoint ${name} of account ${place.accountId} not found.`))
      : invoke(request, desk);
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
      for (const { called } of desks.values()) {
        called.workers.serve();
      }
    },
  });
}
