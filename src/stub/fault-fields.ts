/** What each field of a fault may hold. */
import { dialects } from "./dialects.ts";
import type { FaultName } from "./faults.ts";

/** Says what a value must be, where it is not: "a whole number from 0 to 9". Undefined where it is. */
export type Check = (value: unknown) => string | undefined;

/** A field: what it may hold, and whether it must be there. */
export interface Field {
  readonly check: Check;
  readonly isRequired: boolean;
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field>>;

const optional = (check: Check): Field => ({ check, isRequired: false });
const required = (check: Check): Field => ({ check, isRequired: true });

const unless = (isRight: boolean, what: string): string | undefined => (isRight ? undefined : what);

/** A longer wait than any client's; timers of node:timers end at 2³¹ ms. */
const LONGEST_MS = 3_600_000;

const numberIn =
  (least: number, most: number): Check =>
  (value) =>
    unless(typeof value === "number" && value >= least && value <= most, `a number from ${least} to ${most}`);
const wholeIn =
  (least: number, most: number): Check =>
  (value) =>
    unless(
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
      `a whole number from ${least} to ${most}`,
    );
const finite: Check = (value) => unless(Number.isFinite(value), "a number");
const text: Check = (value) => unless(typeof value === "string", "a text");
const boolean: Check = (value) => unless(typeof value === "boolean", "true or false");
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    unless(
      choices.some((choice) => choice === value),
      `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
    );
/** What node:http sends as a header: anything else would throw when it is too late. */
const headerText: Check = (value) =>
  unless(typeof value === "string" && /^[\t\u0020-\u007E]*$/.test(value), "a text of printable ASCII");
const orNull =
  (check: Check): Check =>
  (value) => {
    const what = value === null ? undefined : check(value);
    return what === undefined ? undefined : `${what}, or null`;
  };
const errorType: Check = (value) =>
  unless(typeof value === "string" && /^[A-Za-z]{1,100}$/.test(value), "a name of letters");
const row: Check = (value) =>
  unless(
    value === "random" || (Number.isSafeInteger(value) && (value as number) >= 0),
    'the number of a row, from 0 on, or "random"',
  );
const notZero: Check = (value) =>
  unless(
    value !== 0 && Number.isInteger(value) && Math.abs(value as number) <= 1000,
    "a whole number from -1000 to 1000, not 0",
  );
function isBucket(value: unknown, fromMs: number): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const { toMs, count: calls, ...rest } = value as Readonly<Record<string, unknown>>;
  return (
    Object.keys(rest).length === 0 &&
    numberIn(fromMs, LONGEST_MS)(toMs) === undefined &&
    numberIn(0, Number.MAX_SAFE_INTEGER)(calls) === undefined
  );
}

const buckets: Check = (value) =>
  unless(
    Array.isArray(value) &&
      value.every((bucket, index) => isBucket(bucket, index === 0 ? 0 : Number(value[index - 1]?.toMs))) &&
      value.some((bucket) => bucket.count > 0),
    `a list of {"toMs", "count"}, toMs ascending from 0 to ${LONGEST_MS} and some count above 0`,
  );

const ms = numberIn(0, LONGEST_MS);
const count = wholeIn(0, Number.MAX_SAFE_INTEGER);
const someOrMore = wholeIn(1, 1_000_000);
const nonFinite = oneOf("NaN", "Infinity", "-Infinity");
const failureStatus = wholeIn(400, 599);
const afterMs = optional(ms);

/** Which calls a rule is for. */
export const SELECTION: Fields = {
  endpoint: optional(text),
  probability: optional(numberIn(0, 1)),
  skip: optional(count),
  calls: optional(wholeIn(1, Number.MAX_SAFE_INTEGER)),
  fromSeconds: optional(numberIn(0, Number.MAX_SAFE_INTEGER)),
  toSeconds: optional(numberIn(0, Number.MAX_SAFE_INTEGER)),
};
/** What is about all calls of an endpoint, and not about one: it holds or does not hold, no call is drawn for it. */
export const OF_ENDPOINTS: ReadonlySet<string> = new Set<FaultName>(["ceiling", "workers", "cold-start"]);
const CAPACITY_SELECTION = ["probability", "skip", "calls"] as const;

/** The fields of each distribution of latency. */
export const DISTRIBUTIONS: Readonly<Record<string, Fields>> = {
  fixed: { ms: required(ms) },
  uniform: { minMs: required(ms), maxMs: required(ms) },
  normal: { meanMs: required(ms), deviationMs: required(ms) },
  lognormal: { medianMs: required(ms), sigma: required(numberIn(0, 10)) },
  histogram: { buckets: required(buckets) },
};

const platformFailure: Fields = { message: optional(text), afterMs };

/** The fields of each fault, but for those of its selection and of a latency's distribution. */
export const FIELDS: Readonly<Record<FaultName, Fields>> = {
  latency: {
    distribution: optional(oneOf(...Object.keys(DISTRIBUTIONS))),
    perRowMs: optional(ms),
  },
  ceiling: { limit: required(someOrMore) },
  workers: {
    limit: required(someOrMore),
    backlog: optional(wholeIn(0, 1_000_000)),
    excess: optional(oneOf("model-error", "service-unavailable")),
  },
  "cold-start": {
    ms: required(ms),
    idleSeconds: optional(numberIn(0, Number.MAX_SAFE_INTEGER)),
    answer: optional(oneOf("wait", "model-not-ready")),
  },
  dialect: { dialect: required(oneOf(...Object.keys(dialects))) },
  poison: {
    column: optional(count),
    equals: optional(finite),
    above: optional(finite),
    below: optional(finite),
    missing: optional(boolean),
    share: optional(numberIn(0, 1)),
    status: optional(failureStatus),
    message: optional(text),
    value: optional(nonFinite),
  },
  throttle: platformFailure,
  "model-not-ready": platformFailure,
  "internal-failure": platformFailure,
  "service-unavailable": platformFailure,
  "internal-dependency": platformFailure,
  error: {
    status: required(failureStatus),
    type: required(errorType),
    message: optional(orNull(text)),
    afterMs,
    retryAfterSeconds: optional(wholeIn(0, 1_000_000)),
  },
  html: { status: optional(failureStatus), afterMs },
  "model-error": {
    status: optional((value) =>
      value === 0 || failureStatus(value) === undefined ? undefined : "0, or a whole number from 400 to 599",
    ),
    message: optional(text),
    reason: optional(oneOf("timeout", "no-response")),
    unreadable: optional(boolean),
    afterMs,
  },
  hang: { at: optional(oneOf("start", "body")), afterMs },
  reset: { at: optional(oneOf("start", "body")), afterMs },
  truncate: { framing: optional(oneOf("length", "chunked")) },
  "slow-body": { ms: required(ms) },
  "stream-error": {
    type: optional(errorType),
    code: optional(oneOf("ModelInvocationTimeExceeded", "StreamBroken")),
    message: optional(text),
    afterParts: optional(wholeIn(0, 1_000_000)),
  },
  "row-count": { by: required(notZero), row: optional(row) },
  "non-finite": { value: optional(nonFinite), row: optional(row) },
  body: { text: required(text), contentType: optional(orNull(headerText)) },
  "content-type": { value: required(orNull(headerText)) },
};

/** The fields of one fault in all. */
export function fieldsOf(fault: FaultName, distribution: string, isForOneCall: boolean): Fields {
  const selection = isForOneCall
    ? {}
    : OF_ENDPOINTS.has(fault)
      ? Object.fromEntries(
          Object.entries(SELECTION).filter(([name]) => !CAPACITY_SELECTION.some((other) => other === name)),
        )
      : SELECTION;
  return {
    ...FIELDS[fault],
    ...(fault === "latency" ? DISTRIBUTIONS[distribution] : {}),
    ...selection,
  };
}
