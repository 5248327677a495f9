/**
 * Stateful sessions: calls of one session go to the same variant. The container opens and closes them by its headers.
 * Where it is the stub's own, the stub does so in its place, as the containers of AWS do
 * (https://github.com/aws/model-hosting-container-standards, docs/sagemaker/04_sticky_session_routing.md).
 */
import { randomUUID } from "node:crypto";
import type { Hosted, Target } from "./hosting.ts";
import { errorResponse, validationError, type PlatformError } from "./platform-errors.ts";
import { INFERENCE_COMPONENT, isError, targetOf, type Choice } from "./targets.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** The header that names a session, or asks for one. */
export const SESSION_ID = "x-amzn-sagemaker-session-id";
const NEW_SESSION = "NEW_SESSION";
const OPENED = "X-Amzn-SageMaker-New-Session-Id";
const CLOSED = "X-Amzn-SageMaker-Closed-Session-Id";

const ID = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;
const LONGEST_ID = 256;
/** How long a session of the stub's own containers lasts: the default of AWS's. */
const LIFETIME_MS = 1_200_000;
/** Sessions that are remembered; the oldest go first. */
const MOST_SESSIONS = 10_000;

interface Session {
  readonly endpoint: string;
  readonly variant: string;
  readonly component: string | undefined;
  readonly expiresAt: number;
}

/** Passes a call on to a target. */
type Proceed = (target: Target) => WireResponse | Promise<WireResponse>;

/** The sessions of all endpoints. */
export interface Sessions {
  /**
   * Answers a call with a session's id, or with NEW_SESSION.
   *
   * @param canOpen - whether the operation can open sessions; streaming ones cannot.
   */
  readonly invoke: (
    request: WireRequest,
    hosted: Hosted,
    canOpen: boolean,
    proceed: Proceed,
  ) => WireResponse | Promise<WireResponse>;
}

/** `2026-01-02T03:04:05Z`. */
function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function headerOf({ headers }: WireResponse, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** What a body asks of a container that knows sessions; undefined for any other body. */
function requestTypeOf(body: Buffer): unknown {
  if (body.length > 100 || body[0] !== 0x7b) {
    return undefined;
  }
  try {
    return (JSON.parse(body.toString("utf8")) as { requestType?: unknown }).requestType;
  } catch {
    return undefined;
  }
}

function plain(target: Target, body: string): WireResponse {
  return {
    status: 200,
    headers: {
      "x-amzn-RequestId": randomUUID(),
      "x-Amzn-Invoked-Production-Variant": target.variant,
      "Content-Type": "text/plain; charset=utf-8",
    },
    body,
  };
}

function withHeader(response: WireResponse, name: string, value: string): WireResponse {
  return { ...response, headers: { ...response.headers, [name]: value } };
}

function idFault(id: string): PlatformError | undefined {
  const fault = (constraint: string): PlatformError =>
    validationError(
      `1 validation error detected: Value '${id}' at 'sessionId' failed to satisfy constraint: ${constraint}`,
    );
  if (id.length > LONGEST_ID) {
    return fault(`Member must have length less than or equal to ${LONGEST_ID}`);
  }
  return id === NEW_SESSION || ID.test(id)
    ? undefined
    : fault(`Member must satisfy regular expression pattern: ^(NEW_SESSION)$|${ID.source}`);
}

/** @param now - a clock in ms since 1970. */
export function createSessions(now: () => number = Date.now): Sessions {
  const sessions = new Map<string, Session>();

  const open = (id: string, target: Target, component: string | undefined, expiresAt: number): void => {
    const oldest = sessions.size >= MOST_SESSIONS ? sessions.keys().next().value : undefined;
    if (oldest !== undefined) {
      sessions.delete(oldest);
    }
    sessions.set(id, { endpoint: target.name, variant: target.variant, component, expiresAt });
  };
  /** Where a session's calls go; that there is no such session is not public in the real text. */
  const targetOfSession = (id: string, hosted: Hosted): Choice => {
    const session = sessions.get(id);
    if (session !== undefined && session.expiresAt <= now()) {
      sessions.delete(id);
    }
    const target =
      session === undefined || session.endpoint !== hosted.name || session.expiresAt <= now()
        ? undefined
        : session.component === undefined
          ? hosted.variants.get(session.variant)
          : hosted.components?.get(session.component);
    return target ?? validationError(`Session ${id} of endpoint ${hosted.name} not found, or expired.`);
  };

  const opening = (request: WireRequest, hosted: Hosted, proceed: Proceed): ReturnType<Proceed> => {
    const target = targetOf(hosted, request.headers);
    if (isError(target)) {
      return errorResponse(target);
    }
    const component = request.headers[INFERENCE_COMPONENT] as string | undefined;
    if (target.container.isRemote !== true) {
      const id = randomUUID();
      const expiresAt = now() + LIFETIME_MS;
      const opened = (response: WireResponse): WireResponse => {
        if (response.status >= 300) {
          return response;
        }
        open(id, target, component, expiresAt);
        return withHeader(response, OPENED, `${id}; Expires=${isoSeconds(expiresAt)}`);
      };
      if (requestTypeOf(request.body) === NEW_SESSION) {
        return opened(plain(target, `Session ${id} created`));
      }
      const response = proceed(target);
      return response instanceof Promise ? response.then(opened) : opened(response);
    }
    const noted = (response: WireResponse): WireResponse => {
      const match = /^([^;]+);\s*Expires=(.+)$/.exec(headerOf(response, OPENED) ?? "");
      const expiresAt = Date.parse(match?.[2] ?? "");
      if (match !== null && match[1]!.length <= LONGEST_ID && expiresAt > now()) {
        open(match[1]!, target, component, expiresAt);
      }
      return response;
    };
    const response = proceed(target);
    return response instanceof Promise ? response.then(noted) : noted(response);
  };

  const continuing = (
    request: WireRequest,
    id: string,
    hosted: Hosted,
    proceed: Proceed,
  ): ReturnType<Proceed> => {
    const target = targetOfSession(id, hosted);
    if (isError(target)) {
      return errorResponse(target);
    }
    if (target.container.isRemote !== true && requestTypeOf(request.body) === "CLOSE") {
      sessions.delete(id);
      return withHeader(plain(target, `Session ${id} closed`), CLOSED, id);
    }
    const noted = (response: WireResponse): WireResponse => {
      if (headerOf(response, CLOSED) === id) {
        sessions.delete(id);
      }
      return response;
    };
    const response = proceed(target);
    return response instanceof Promise ? response.then(noted) : noted(response);
  };

  return Object.freeze({
    invoke: (request, hosted, canOpen, proceed) => {
      const id = request.headers[SESSION_ID] as string;
      const fault = idFault(id);
      if (fault !== undefined) {
        return errorResponse(fault);
      }
      if (id !== NEW_SESSION) {
        return continuing(request, id, hosted, proceed);
      }
      return canOpen
        ? opening(request, hosted, proceed)
        : // The real text is not public.
          errorResponse(validationError("A session is created by InvokeEndpoint, not by a streaming call."));
    },
  } satisfies Sessions);
}
