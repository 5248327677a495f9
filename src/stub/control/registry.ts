/** Records of one kind, by name; names that differ in case alone are one, as at SageMaker. */
import type { Place } from "../platform-errors.ts";
import { resourceLimitExceeded, validationException, type ControlError } from "./control-errors.ts";
import type { Named } from "./records.ts";

/** What a kind of resource is called. */
export interface Kind {
  /** In ARNs. */
  readonly arn: string;
  /** In messages. */
  readonly noun: string;
}

export const MODEL: Kind = { arn: "model", noun: "model" };
export const ENDPOINT_CONFIG: Kind = { arn: "endpoint-config", noun: "endpoint configuration" };
export const ENDPOINT: Kind = { arn: "endpoint", noun: "endpoint" };
export const INFERENCE_COMPONENT: Kind = { arn: "inference-component", noun: "inference component" };

/** An ARN; the service writes names in lower case there. The partition is that of the region. */
export function arnOf({ region, accountId }: Place, { arn }: Kind, name: string): string {
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return `arn:${partition}:sagemaker:${region}:${accountId}:${arn}/${name.toLowerCase()}`;
}

/** How many of a kind there may be: a stub that is left running does not grow without end. */
export const MOST_RECORDS = 2000;

/** Records of one kind. */
export interface Registry<R extends Named> {
  readonly kind: Kind;
  /** The record of a name. @throws {ControlError} "Could not find …" */
  readonly get: (name: string) => R;
  readonly find: (name: string) => R | undefined;
  readonly all: () => readonly R[];
  /** Whether there may be one of this name. @throws {ControlError} where there is one already, or too many. */
  readonly assertFree: (name: string) => void;
  /** Puts a record, in place of one of its name. */
  readonly put: (record: R) => R;
  readonly remove: (name: string) => void;
  readonly arnOf: (name: string) => string;
  readonly notFound: (name: string) => ControlError;
}

/**
 * No records, until some are put.
 *
 * @param onChange - told of every change that is to be kept.
 */
export function createRegistry<R extends Named>(kind: Kind, place: Place, onChange: () => void): Registry<R> {
  const records = new Map<string, R>();
  const arn = (name: string): string => arnOf(place, kind, name);
  const notFound = (name: string): ControlError =>
    validationException(`Could not find ${kind.noun} "${arn(name)}".`);
  const find = (name: string): R | undefined => records.get(name.toLowerCase());
  return Object.freeze({
    kind,
    find,
    notFound,
    arnOf: arn,
    all: () => [...records.values()],
    get: (name) => {
      const record = find(name);
      if (record === undefined) {
        throw notFound(name);
      }
      return record;
    },
    assertFree: (name) => {
      if (find(name) !== undefined) {
        throw validationException(`Cannot create already existing ${kind.noun} "${arn(name)}".`);
      }
      if (records.size >= MOST_RECORDS) {
        throw resourceLimitExceeded(`Number of ${kind.noun}s`, MOST_RECORDS);
      }
    },
    put: (record) => {
      const frozen = Object.freeze(record);
      records.set(record.name.toLowerCase(), frozen);
      onChange();
      return frozen;
    },
    remove: (name) => {
      records.delete(name.toLowerCase());
      onChange();
    },
  } satisfies Registry<R>);
}
