/** What can be wrong with an endpoint, as plain data; `fault-reader.ts` reads and checks it. */
import type { ColdStart } from "./cold-start.ts";
import type { Dialect } from "./dialects.ts";
import type { Latency } from "./latency.ts";

/** Which calls a rule is for: all, unless it says otherwise. */
export interface Selection {
  /** Calls of this endpoint only. */
  readonly endpoint?: string;
  /** The share of calls, drawn from the rule's own sequence of random numbers. Default 1. */
  readonly probability?: number;
  /** How many of the calls that it is for are left alone first. Default 0. */
  readonly skip?: number;
  /** After so many calls the rule is spent. */
  readonly calls?: number;
  /** In seconds since the plan was set: from then on … */
  readonly fromSeconds?: number;
  /** … and until just before then. */
  readonly toSeconds?: number;
}

/** Failures of the platform, by the name of the fault: status and error of `SageMakerRuntime`. */
export const PLATFORM_FAILURES = Object.freeze({
  throttle: { status: 400, type: "ThrottlingException", message: null },
  "model-not-ready": {
    status: 429,
    type: "ModelNotReadyException",
    message: "The model is not ready to serve this request. Retry the request.",
  },
  "internal-failure": {
    status: 500,
    type: "InternalFailure",
    message: "The request processing has failed because of an unknown error, exception or failure.",
  },
  "service-unavailable": {
    status: 503,
    type: "ServiceUnavailable",
    message: "The request has failed due to a temporary failure of the server.",
  },
  "internal-dependency": {
    status: 530,
    type: "InternalDependencyException",
    message: "Your request caused an exception with an internal dependency.",
  },
});

/** One that comes with a status, a name and a text of its own. */
type PlatformFault =
  | {
      readonly fault: keyof typeof PLATFORM_FAILURES;
      readonly message?: string;
      /** Waited before it is answered. Default 0. */
      readonly afterMs?: number;
    }
  | {
      /** Any other error of the service, such as ExpiredTokenException. */
      readonly fault: "error";
      readonly status: number;
      readonly type: string;
      readonly message?: string | null;
      readonly afterMs?: number;
      /** Sent as Retry-After. */
      readonly retryAfterSeconds?: number;
    }
  | {
      /** A page of something in between, which no AWS client can read. Default 502. */
      readonly fault: "html";
      readonly status?: number;
      readonly afterMs?: number;
    };

/** A failure of the container, which the platform wraps as ModelError. */
type ModelFault = {
  readonly fault: "model-error";
  /** 400 to 599; or 0, no answer at all. Default 500. */
  readonly status?: number;
  /** The container's text. */
  readonly message?: string;
  /** With status 0: it took too long, or it was gone. Default "timeout". */
  readonly reason?: "timeout" | "no-response";
  /** The platform could not load the container's text. */
  readonly unreadable?: boolean;
  /** Waited before it is answered, on top of any latency. Default 0. */
  readonly afterMs?: number;
};

/** A failure on the wire. */
type WireFault =
  | { readonly fault: "hang" | "reset"; readonly at?: "start" | "body"; readonly afterMs?: number }
  | { readonly fault: "truncate"; readonly framing?: "length" | "chunked" }
  | { readonly fault: "slow-body"; readonly ms: number };

/** A failure in the middle of a streamed answer; it befalls streaming calls alone. */
type StreamFault = {
  readonly fault: "stream-error";
  /** ModelStreamError, InternalStreamFailure, or a name that the API does not have. Default ModelStreamError. */
  readonly type?: string;
  /** Of a ModelStreamError. Default StreamBroken. */
  readonly code?: "ModelInvocationTimeExceeded" | "StreamBroken";
  readonly message?: string;
  /** Parts of the answer before it. Default 1. */
  readonly afterParts?: number;
};

/** A wrong answer. */
type AnswerFault =
  /** So many rows more, or less: repeated, or left out, from `row` on. */
  | { readonly fault: "row-count"; readonly by: number; readonly row?: RowChoice }
  /** One row answered by what is no number. Default NaN. */
  | { readonly fault: "non-finite"; readonly value?: NonFinite; readonly row?: RowChoice }
  /** Another text, whatever the container said. */
  | { readonly fault: "body"; readonly text: string; readonly contentType?: string | null }
  /** Another type, or none, for what the container said. */
  | { readonly fault: "content-type"; readonly value: string | null };

/** A row by number, the first is 0; or any, drawn. A call that has no such row is left alone. */
export type RowChoice = number | "random";
/** What JSON has no number for. */
export type NonFinite = "NaN" | "Infinity" | "-Infinity";

/** Rows that fail wherever they go: what they hold decides, not where they stand. */
export interface Poison {
  readonly fault: "poison";
  /** Which column a condition is about, the first is 0. */
  readonly column?: number;
  /** The conditions, in float32; all that are given must hold. */
  readonly equals?: number;
  readonly above?: number;
  readonly below?: number;
  readonly missing?: boolean;
  /** Or a share of all rows, by a hash of what they hold: the same rows are struck in every call, at equal seed. */
  readonly share?: number;
  /** What becomes of a call with such a row: the container refuses it. Default 400, without `value`. */
  readonly status?: number;
  readonly message?: string;
  /** Or the row alone is answered by what is no number. */
  readonly value?: NonFinite;
}

/** What holds for all calls that a rule is for, whatever else befalls them. */
export type Condition =
  | ({ readonly fault: "latency" } & Latency)
  | ColdStart
  /** Calls above `limit` at a time are throttled. */
  | { readonly fault: "ceiling"; readonly limit: number }
  /** Calls above `limit` at a time wait for a worker; those above `backlog` that wait are refused. */
  | {
      readonly fault: "workers";
      readonly limit: number;
      readonly backlog?: number;
      /** By the container, as ModelError with 503, or by the platform. Default "model-error". */
      readonly excess?: "model-error" | "service-unavailable";
    }
  | { readonly fault: "dialect"; readonly dialect: Dialect }
  | Poison;

/** What befalls a call at most once. */
export type Mishap = PlatformFault | ModelFault | WireFault | StreamFault | AnswerFault;

/** One rule. */
export type Fault = Selection & (Condition | Mishap);

/** The name of a fault. */
export type FaultName = Fault["fault"];

/** All rules, in the order in which they are asked. */
export interface FaultPlan {
  /** Of all random numbers. */
  readonly seed: number;
  readonly faults: readonly Fault[];
}

/** Names of the faults that are conditions. */
export const CONDITIONS: ReadonlySet<FaultName> = new Set<Condition["fault"]>([
  "latency",
  "cold-start",
  "ceiling",
  "workers",
  "dialect",
  "poison",
]);
