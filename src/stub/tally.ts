/** What really happened at the endpoints: the truth that the report of a run under faults is reconciled with. */
import type { FaultName } from "./faults.ts";

/** Counts since the start, or since they were last taken. */
export interface Tally {
  /** Calls that reached an endpoint, whatever became of them. */
  readonly calls: number;
  /** Rows that a container read, in how many calls soever. */
  readonly rows: number;
  /** Calls that are at an endpoint now, and the most that were at a time. */
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** Calls by the status that they were answered with; "none" for those that the wire failed before it. */
  readonly answers: Readonly<Record<string, number>>;
  /** Calls by what befell them, conditions included; "timeout" for those that a container took too long for. */
  readonly faults: Readonly<Partial<Record<FaultName | "timeout", number>>>;
  /** The same for each rule of the plan, in its order, since the plan was set. */
  readonly strikes: readonly number[];
}

/** Counts as they go on. */
export interface Counter {
  calls: number;
  rows: number;
  inFlight: number;
  maxInFlight: number;
  readonly answers: Map<string, number>;
  readonly faults: Map<FaultName | "timeout", number>;
}

export function createCounter(): Counter {
  return { calls: 0, rows: 0, inFlight: 0, maxInFlight: 0, answers: new Map(), faults: new Map() };
}

/** Counts one more of a kind. */
export function increment<K>(counts: Map<K, number>, kind: K): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

/** A call comes. */
export function arrive(counter: Counter): void {
  counter.calls++;
  counter.inFlight++;
  counter.maxInFlight = Math.max(counter.maxInFlight, counter.inFlight);
}

/** A call comes and is answered at once. */
export function pass(counter: Counter, status: number, rows: number): void {
  counter.calls++;
  counter.rows += rows;
  counter.maxInFlight = Math.max(counter.maxInFlight, counter.inFlight + 1);
  increment(counter.answers, String(status));
}

/** The counts as they stand. */
export function tallyOf(counter: Counter, strikes: readonly number[]): Tally {
  const { calls, rows, inFlight, maxInFlight, answers, faults } = counter;
  return {
    calls,
    rows,
    inFlight,
    maxInFlight,
    answers: Object.fromEntries(answers),
    faults: Object.fromEntries(faults),
    strikes,
  };
}

/** Begins anew; calls in flight stay in flight. */
export function resetCounter(counter: Counter): void {
  counter.calls = 0;
  counter.rows = 0;
  counter.maxInFlight = counter.inFlight;
  counter.answers.clear();
  counter.faults.clear();
}
