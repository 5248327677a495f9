/** The control plane, SageMaker's own API: `POST /` with the operation in X-Amz-Target, JSON 1.1 both ways. */
import { randomUUID } from "node:crypto";
import { authenticateUnverified, type Authenticate } from "../auth/sigv4.ts";
import type { Container } from "../containers/contract.ts";
import type { ContainerDefinition } from "../containers/definition.ts";
import type { Hosting } from "../hosting.ts";
import type { Place } from "../platform-errors.ts";
import type { Handler, WireRequest, WireResponse } from "../wire.ts";
import { systemClock, type Clock } from "./clock.ts";
import { startComposition } from "./composition.ts";
import { AMZ_JSON, ControlError, controlErrorResponse, validationException } from "./control-errors.ts";
import type { Control } from "./control.ts";
import { adopt, restore, type GivenEndpoint } from "./given.ts";
import { closeHosted, halt } from "./lifecycle.ts";
import { OPERATIONS } from "./operations.ts";
import type { Kept } from "./records.ts";
import { createRegistry, ENDPOINT, ENDPOINT_CONFIG, INFERENCE_COMPONENT, MODEL } from "./registry.ts";
import { SHAPES, type OperationName } from "./shape-table.ts";
import { check, SerializationFault } from "./shapes.ts";

/** What a control plane is made with. */
export interface ControlPlaneOptions {
  readonly place: Place;
  readonly hosting: Hosting;
  /** Starts one container; says in a sentence why it cannot, and never rejects. */
  readonly containerOf: (definition: ContainerDefinition) => Promise<Container | string>;
  /** Whom it lets in. Default whoever has signed, unverified. */
  readonly authenticate?: Authenticate | undefined;
  /** How long resources are Creating, Updating or Deleting at least, in ms. Default 0: as long as it really takes. */
  readonly transitionMs?: number | undefined;
  /** Default the machine's. */
  readonly clock?: Clock | undefined;
  /** Told after every change of what is to be kept. */
  readonly onChange?: (() => void) | undefined;
}

/** The control plane. */
export interface ControlPlane {
  /** Answers what is asked of the control plane, and leaves all else to `next`. */
  readonly serve: (next: Handler) => Handler;
  /** Takes over an endpoint of the command line, with its model: InService at once. */
  readonly adopt: (endpoint: GivenEndpoint) => void;
  /** What is to be kept. */
  readonly kept: () => Kept;
  /** Takes over what was kept, and starts its containers; resolves when all of them run, or have failed. */
  readonly restore: (kept: Kept) => Promise<void>;
  /** Lets nothing that is on its way come to its end: what is Creating stays so, and is created at the next start. */
  readonly halt: () => void;
  /** Lets all containers go; no call may come after it. */
  readonly close: () => void;
}

const PREFIX = "SageMaker.";

const internalFailure = new ControlError(
  "InternalFailure",
  "The stub endpoint failed; this is a mistake in the stub.",
  500,
);

function unknownOperation(target: string | undefined): ControlError {
  const name = target?.startsWith(PREFIX) ? target.slice(PREFIX.length) : undefined;
  return new ControlError(
    "UnknownOperationException",
    name === undefined || !/^[A-Z][A-Za-z0-9]{0,99}$/.test(name)
      ? "The requested operation is not recognized by the service."
      : `The stub endpoint does not have SageMaker's operation ${name}. It has: ${Object.keys(OPERATIONS).join(", ")}.`,
    404,
  );
}

function operationOf(request: WireRequest): OperationName {
  const target = request.headers["x-amz-target"] as string | undefined;
  const name = target?.startsWith(PREFIX) ? target.slice(PREFIX.length) : "";
  if (!Object.hasOwn(SHAPES, name)) {
    throw unknownOperation(target);
  }
  return name as OperationName;
}

/** A request's input, as far as the operation knows it. */
function inputOf(name: OperationName, body: Buffer): never {
  let given: unknown;
  try {
    // SDKs send {} where there is nothing to say; nothing at all is taken for it.
    given = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new ControlError(
      "SerializationException",
      `The request body is not JSON: ${(error as Error).message}`,
    );
  }
  try {
    const { value, fault } = check(SHAPES[name], given);
    if (fault !== undefined) {
      throw validationException(fault);
    }
    return value as never;
  } catch (error) {
    throw error instanceof SerializationFault
      ? new ControlError("SerializationException", error.message)
      : error;
  }
}

function responseOf(answer: object | undefined): WireResponse {
  return {
    status: 200,
    headers: { "x-amzn-RequestId": randomUUID(), "Content-Type": AMZ_JSON },
    body: answer === undefined ? "" : JSON.stringify(answer),
  };
}

const failureOf = (error: unknown): WireResponse =>
  controlErrorResponse(error instanceof ControlError ? error : internalFailure);

/** A control plane without resources. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { place, hosting, containerOf, transitionMs = 0, clock = systemClock, onChange = () => {} } = options;
  const { authenticate = authenticateUnverified } = options;
  const control: Control = Object.freeze({
    place,
    clock,
    transitionMs,
    hosting,
    models: createRegistry(MODEL, place, onChange),
    endpointConfigs: createRegistry(ENDPOINT_CONFIG, place, onChange),
    endpoints: createRegistry(ENDPOINT, place, onChange),
    components: createRegistry(INFERENCE_COMPONENT, place, onChange),
    start: (composition) =>
      startComposition(composition, containerOf).catch((error: unknown) => `It failed: ${String(error)}`),
    running: new Map(),
    runningComponents: new Map(),
    underway: new Map(),
  } satisfies Control);

  const answer: Handler = (request) => {
    try {
      const name = operationOf(request);
      const refusal = authenticate(request);
      if (refusal !== undefined) {
        const { type, status, members } = refusal;
        throw new ControlError(type, String(members["message"] ?? members["Message"]), status);
      }
      const answered = OPERATIONS[name](control, inputOf(name, request.body));
      return answered instanceof Promise ? answered.then(responseOf, failureOf) : responseOf(answered);
    } catch (error) {
      return failureOf(error);
    }
  };
  return Object.freeze({
    serve: (next) => (request) =>
      request.headers["x-amz-target"] !== undefined &&
      request.method === "POST" &&
      /^\/(\?|$)/.test(request.target)
        ? answer(request)
        : next(request),
    adopt: (endpoint) => adopt(control, endpoint),
    kept: () => ({
      models: control.models.all().filter(({ isGiven }) => isGiven !== true),
      endpointConfigs: control.endpointConfigs.all().filter(({ isGiven }) => isGiven !== true),
      endpoints: control.endpoints.all().filter(({ isGiven }) => isGiven !== true),
      inferenceComponents: control.components.all(),
    }),
    restore: (kept) => restore(control, kept),
    halt: () => halt(control),
    close: () => closeHosted(control),
  } satisfies ControlPlane);
}
