import { type FieldError, Problem, type ProblemCode } from "../errors.ts";
import type { Row } from "../model/request.ts";
import type { Predicted } from "../model/target/prediction.ts";

/** Why a row has no prediction, or which of its fields is at fault. */
interface RowError extends FieldError {
  readonly code: ProblemCode;
}

/** The rows of a request that can be read, and what is wrong with the others. */
export interface Readable {
  readonly rows: readonly Row[];
  /** Row → its instance. */
  readonly places: readonly number[];
  readonly errors: readonly RowError[];
  /** How many instances there are. */
  readonly count: number;
}

/** So many errors are given in full; beyond them each further instance has one alone, which bounds the answer. */
const MOST_IN_FULL = 100;

/**
 * Reads the instances one by one, so that one that cannot be read leaves the others.
 *
 * @param read reads a request's body, as the pipeline does
 * @throws {Problem} `invalid-request` where it is not an instance that is wrong but the body itself
 */
export function readLeniently(body: unknown, read: (body: unknown) => Row[]): Readable {
  const whole = attempt(() => read(body));
  if (!(whole instanceof Problem)) {
    return { rows: whole, places: [...whole.keys()], errors: [], count: whole.length };
  }
  if (whole.errors?.every(({ pointer }) => /^\/instances\/\d/.test(pointer)) !== true) throw whole;
  const { instances } = body as { instances: readonly unknown[] };
  const rows: Row[] = [];
  const places: number[] = [];
  const errors: RowError[] = [];
  for (const [i, instance] of instances.entries()) {
    const one = attempt(() => read({ instances: [instance] }));
    if (one instanceof Problem) {
      const all = one.errors!.map(({ pointer, detail }) => ({
        pointer: pointer.replace("/instances/0", `/instances/${i}`),
        code: one.code,
        detail,
      }));
      errors.push(...(errors.length < MOST_IN_FULL ? all : all.slice(0, 1)));
    } else {
      rows.push(...one);
      places.push(i);
    }
  }
  return { rows, places, errors, count: instances.length };
}

/** Predictions in the places of their instances, null where there is none, and why not. */
export function lenientBody(
  predictions: readonly (Predicted | null)[],
  faults: ReadonlyMap<number, Problem>,
  places: readonly number[],
  unreadable: readonly RowError[],
  count: number,
) {
  const all = Array.from<Predicted | null>({ length: count }).fill(null);
  for (const [i, prediction] of predictions.entries()) all[places[i]!] = prediction;
  const errors = [
    ...unreadable,
    ...[...faults].map(([i, { code, message }]) => ({
      pointer: `/instances/${places[i]!}`,
      code,
      detail: message,
    })),
  ];
  return { predictions: all, errors: errors.toSorted((a, b) => instanceOf(a) - instanceOf(b)) };
}

function instanceOf({ pointer }: RowError): number {
  return Number(pointer.split("/", 3)[2]);
}

function attempt(read: () => Row[]): Row[] | Problem {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
