/** Asks nothing of an endpoint that has stopped answering, but for a probe now and then. */

import { Problem, type ProblemCode } from "../errors.ts";
import type { Clock } from "./clock.ts";
import type { Invoke, Target } from "./invoke.ts";
import { perTarget, serverOf } from "./per-target.ts";

/** When the circuit opens, and how it closes. */
export interface BreakerOptions {
  readonly clock: Clock;
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number;
  /** Failures in a row that open it; 8 unless given. */
  readonly failures?: number | undefined;
  /** The first time that it stays open for, in milliseconds, before jitter; doubles with each probe; 100 unless given. */
  readonly openMs?: number | undefined;
  /** The longest of these times; 500 unless given. */
  readonly maxOpenMs?: number | undefined;
  /** A deadline that passed after less says nothing of the endpoint, in milliseconds; 5,000 unless given. */
  readonly hangMs?: number | undefined;
  /** Told when a circuit opens, with the failure that did it, and when it closes. */
  readonly onChange?: ((change: CircuitChange) => void) | undefined;
}

/** A circuit opened or closed. */
export interface CircuitChange {
  readonly target: Target;
  readonly isOpen: boolean;
  /** The last failure, where it opened. */
  readonly problem?: Problem | undefined;
}

/** An open circuit. */
interface Open {
  readonly cause: Problem;
  pauseMs: number;
  nextProbeMs: number;
  /** Number of the last probe. */
  probe: number;
}

interface Circuit {
  /** Calls that were let through. */
  calls: number;
  /** Failures since the last success. */
  failures: number;
  /** Number of the first call that was made in the knowledge of the first of these failures. */
  secondWave: number;
  /** How long the last success took. */
  successMs: number;
  open: Open | undefined;
}

/** What an outcome says of the endpoint's health; some say nothing. */
type Evidence = "well" | "sick" | "none";

/**
 * Codes that say that the endpoint is sick. A throttle or a full queue is the limiter's business: it answers, and stops
 * when asked less. What a container says of rows is about the rows: whoever sends bad ones must not shut others out.
 */
const sick: ReadonlySet<ProblemCode> = new Set([
  "endpoint-unreachable",
  "endpoint-unavailable",
  "endpoint-failed",
  "endpoint-model-timeout",
]);

/** Codes of calls that ended here, without a word of the endpoint. */
const silent: ReadonlySet<ProblemCode> = new Set([
  "caller-gone",
  "deadline-exceeded",
  "shutting-down",
  "endpoint-credentials",
]);

/**
 * A stage that opens a circuit for each variant, model and component of an endpoint. It opens after so many failures in a
 * row, of which at least one is of a call that was made after the first had failed: connections that break all at once
 * are one event, however many they are. While it is open, calls fail at once; one call for each open time is let through as
 * a probe, also when an earlier one hangs, and the first that is answered closes the circuit. Open times are 50 to 100 % of
 * 100 ms, doubling to 500 ms: half a second after the endpoint is back, at the latest, a call gets through to it.
 *
 * @throws {Problem} `endpoint-circuit-open`, whose Retry-After is the time to the next probe.
 */
export function withBreaker(options: BreakerOptions): (next: Invoke) => Invoke {
  const { clock, random, failures = 8, openMs = 100, maxOpenMs = 500, hangMs = 5000, onChange } = options;
  const circuits = perTarget<Circuit>(serverOf, () => ({
    calls: 0,
    failures: 0,
    secondWave: 0,
    successMs: 0,
    open: undefined,
  }));
  const nextProbeMs = (pauseMs: number): number => clock.now() + pauseMs * (0.5 + random() / 2);

  const succeeded = (circuit: Circuit, target: Target, tookMs: number): void => {
    circuit.failures = 0;
    circuit.successMs = tookMs;
    if (circuit.open === undefined) return;
    circuit.open = undefined;
    onChange?.({ target, isOpen: false });
  };

  const failed = (circuit: Circuit, target: Target, number: number, problem: Problem): void => {
    // A probe that fails is what is expected; the next one is on its way already.
    if (circuit.open !== undefined) return;
    if (circuit.failures === 0) circuit.secondWave = circuit.calls;
    circuit.failures += 1;
    if (circuit.failures < failures || number < circuit.secondWave) return;
    circuit.open = { cause: problem, pauseMs: openMs, nextProbeMs: nextProbeMs(openMs), probe: -1 };
    onChange?.({ target, isOpen: true, problem });
  };

  const evidenceOf = (error: unknown, tookMs: number, circuit: Circuit): Evidence => {
    if (!(error instanceof Problem)) return "none";
    if (sick.has(error.code)) return "sick";
    if (!silent.has(error.code)) return "well";
    // A caller may wish for less time than the model ever needs, which is no reason to shut others out.
    const isHang = error.code === "deadline-exceeded" && tookMs >= Math.max(hangMs, 2 * circuit.successMs);
    return isHang ? "sick" : "none";
  };

  return (next) => async (call, context) => {
    const { target } = call;
    const circuit = circuits(target);
    const { open } = circuit;
    const beganMs = clock.now();
    if (open !== undefined && beganMs < open.nextProbeMs) {
      throw circuitOpen(open.cause, open.nextProbeMs - beganMs);
    }
    const number = circuit.calls;
    circuit.calls += 1;
    if (open !== undefined) {
      open.probe = number;
      open.pauseMs = Math.min(maxOpenMs, open.pauseMs * 2);
      open.nextProbeMs = nextProbeMs(open.pauseMs);
    }
    // What was under way when the circuit opened says nothing of the endpoint since.
    const counts = (): boolean => circuit.open === undefined || circuit.open === open;
    try {
      const reply = await next(call, context);
      if (counts()) succeeded(circuit, target, clock.now() - beganMs);
      return reply;
    } catch (error) {
      const tookMs = clock.now() - beganMs;
      const evidence = counts() ? evidenceOf(error, tookMs, circuit) : "none";
      if (evidence === "well") succeeded(circuit, target, circuit.successMs);
      else if (evidence === "sick") failed(circuit, target, number, error as Problem);
      // A probe that came to nothing makes room for another.
      else if (open?.probe === number) open.nextProbeMs = clock.now();
      throw error;
    }
  };
}

function circuitOpen({ code, log, message }: Problem, waitMs: number): Problem {
  return new Problem(
    "endpoint-circuit-open",
    "The endpoint has stopped answering, so it is not called until a probe shows that it is back.",
    {
      retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
      log: { attempts: 0, openedBy: code, openedByDetail: message, openedByAwsError: log?.["awsError"] },
    },
  );
}
