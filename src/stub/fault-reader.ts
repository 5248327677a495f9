/** Reads plans of faults: strictly, and telling of every mistake at once. */
import { FIELDS, fieldsOf, OF_ENDPOINTS, type Fields } from "./fault-fields.ts";
import type { Fault, FaultName, FaultPlan } from "./faults.ts";

/** One thing that is wrong with a plan. */
export interface Mistake {
  /** RFC 6901, from the plan's root. */
  readonly pointer: string;
  readonly detail: string;
}

/** A plan that is none. The message names every mistake, one a line. */
export class FaultPlanError extends Error {
  override readonly name = "FaultPlanError";
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(({ pointer, detail }) => `${pointer} ${detail}`.trimStart()).join("\n"));
    this.mistakes = mistakes;
  }
}

/** The seed of plans that give none. */
const DEFAULT_SEED = 1;
const MOST_FAULTS = 1000;
const MAX_SHOWN = 60;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as it was sent, cut to a length that a message can bear. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function checkFields(value: Json, fields: Fields, pointer: string, mistakes: Mistake[]): void {
  for (const [name, held] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const what = field?.check(held);
    const at = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (field === undefined) {
      mistakes.push({
        pointer: at,
        detail: `is not known here; known are ${Object.keys(fields).join(", ")}`,
      });
    } else if (what !== undefined) {
      mistakes.push({ pointer: at, detail: `must be ${what}, not ${show(held)}` });
    }
  }
  for (const [name, { isRequired, check }] of Object.entries(fields)) {
    if (isRequired && !Object.hasOwn(value, name)) {
      mistakes.push({ pointer, detail: `needs ${name}: ${check(undefined) ?? "any"}` });
    }
  }
}

/** What no field can see on its own. */
function contradiction(fault: Fault): string | undefined {
  const { fromSeconds = 0, toSeconds = Infinity } = fault;
  if (fromSeconds >= toSeconds) {
    return "must have fromSeconds below toSeconds";
  }
  if (fault.fault === "latency" && fault.distribution === "uniform" && fault.minMs > fault.maxMs) {
    return "must have minMs at most maxMs";
  }
  if (fault.fault === "model-error" && fault.reason !== undefined && fault.status !== 0) {
    return "has a reason with status 0 only";
  }
  if (
    fault.fault === "model-error" &&
    fault.status === 0 &&
    (fault.message ?? fault.unreadable) !== undefined
  ) {
    return "has no message and is not unreadable with status 0: there is no answer";
  }
  if (fault.fault !== "poison") {
    return undefined;
  }
  const { column, equals, above, below, missing, share, status, message, value } = fault;
  const hasCondition = (equals ?? above ?? below ?? missing) !== undefined;
  if (hasCondition === (share !== undefined)) {
    return "needs either share, or a column with equals, above, below or missing";
  }
  if ((column === undefined) === hasCondition) {
    return hasCondition ? "needs the column that its conditions are about" : "has a column, but no condition";
  }
  return value !== undefined && (status ?? message) !== undefined
    ? "either refuses the call (status, message) or answers a value, not both"
    : undefined;
}

function readFault(value: unknown, pointer: string, isForOneCall: boolean, mistakes: Mistake[]): void {
  if (!isObject(value)) {
    mistakes.push({ pointer, detail: `must be an object with a "fault", not ${show(value)}` });
    return;
  }
  const { fault, ...rest } = value;
  if (typeof fault !== "string" || !Object.hasOwn(FIELDS, fault)) {
    const known = Object.keys(FIELDS).join(", ");
    mistakes.push({ pointer: `${pointer}/fault`, detail: `must be one of ${known}; not ${show(fault)}` });
    return;
  }
  if (isForOneCall && OF_ENDPOINTS.has(fault)) {
    mistakes.push({ pointer, detail: `is no fault of one call: ${fault} is about calls at a time` });
    return;
  }
  const before = mistakes.length;
  // Whatever is no text is no distribution's name: `fieldsOf` then says which there are.
  const given = rest["distribution"] ?? "fixed";
  const distribution = typeof given === "string" ? given : "";
  checkFields(rest, fieldsOf(fault as FaultName, distribution, isForOneCall), pointer, mistakes);
  const detail = mistakes.length === before ? contradiction(value as unknown as Fault) : undefined;
  if (detail !== undefined) {
    mistakes.push({ pointer, detail });
  }
}

function readFaults(value: unknown, pointer: string, isForOneCall: boolean, mistakes: Mistake[]): void {
  if (!Array.isArray(value)) {
    mistakes.push({ pointer, detail: `must be a list of faults, not ${show(value)}` });
  } else if (value.length > MOST_FAULTS) {
    mistakes.push({ pointer, detail: `must have at most ${MOST_FAULTS} faults, not ${value.length}` });
  } else {
    for (const [index, fault] of value.entries()) {
      readFault(fault, `${pointer}/${index}`, isForOneCall, mistakes);
    }
  }
}

/**
 * Checks a plan: `{ "seed": 1, "faults": [ … ] }`, or the list alone.
 *
 * @throws {FaultPlanError} that names every mistake.
 */
export function readPlan(value: unknown): FaultPlan {
  const {
    seed = DEFAULT_SEED,
    faults = [],
    ...rest
  } = Array.isArray(value) ? { faults: value as unknown } : isObject(value) ? value : { faults: value };
  const mistakes: Mistake[] = Object.keys(rest).map((name) => ({
    pointer: `/${name}`,
    detail: "is not known here; known are seed, faults",
  }));
  if (!Number.isInteger(seed) || (seed as number) < 0 || (seed as number) > 0xff_ff_ff_ff) {
    mistakes.push({
      pointer: "/seed",
      detail: `must be a whole number from 0 to 4294967295, not ${show(seed)}`,
    });
  }
  readFaults(faults, Array.isArray(value) ? "" : "/faults", false, mistakes);
  if (mistakes.length > 0) {
    throw new FaultPlanError(mistakes);
  }
  return { seed: seed as number, faults: faults as readonly Fault[] };
}

/**
 * Checks the faults of one call, which select no calls.
 *
 * @throws {FaultPlanError} that names every mistake.
 */
export function readCallFaults(value: unknown): readonly Fault[] {
  const mistakes: Mistake[] = [];
  const faults = isObject(value) ? [value] : value;
  readFaults(faults, "", true, mistakes);
  if (mistakes.length > 0) {
    throw new FaultPlanError(mistakes);
  }
  return faults as readonly Fault[];
}
