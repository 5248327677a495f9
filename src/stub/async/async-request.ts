/** InvokeEndpointAsync: what a request asks for, checked as AWS's model of it says (facts, 2.2). */
import { randomUUID } from "node:crypto";
import { validationError, type PlatformError } from "../platform-errors.ts";
import type { WireRequest } from "../wire.ts";

/** A request to be served later. */
export interface AsyncRequest {
  readonly inferenceId: string;
  /** The input: where it lies, or itself. */
  readonly input: string | Buffer;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  /** Appended to the output path; undefined for nothing. */
  readonly pathExtension: string | undefined;
  readonly filename: string | undefined;
  /** How long it may wait, in ms. */
  readonly ttlMs: number;
  /** How long it may be served, in ms. */
  readonly timeoutMs: number;
}

/** Whether a request is an error. */
export function isInvalid(request: AsyncRequest | PlatformError): request is PlatformError {
  return "status" in request;
}

const PREFIX = "x-amzn-sagemaker-";
/** An inline body, at most, in bytes. */
const MOST_INLINE_BYTES = 128_000;
const DEFAULT_TTL_SECONDS = 21_600;
const DEFAULT_TIMEOUT_SECONDS = 900;

/** What a header may hold. */
interface Constraint {
  readonly member: string;
  readonly pattern?: RegExp;
  readonly most?: number;
  readonly range?: readonly [least: number, most: number];
}

const CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  // Files of this machine are the stub's own addition.
  inputlocation: {
    member: "inputLocation",
    most: 1024,
    pattern: /^((https|s3):\/\/([^/]+)\/?(.*)|file:\/\/.*)$/s,
  },
  "inference-id": { member: "inferenceId", most: 64, pattern: /^\S[\u0020-\u007E]*$/ },
  s3outputpathextension: {
    member: "s3OutputPathExtension",
    most: 512,
    pattern: /^(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+$/,
  },
  filename: { member: "filename", most: 32, pattern: /^(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9\-_.]*$/ },
  requestttlseconds: { member: "requestTTLSeconds", range: [60, 21_600] },
  invocationtimeoutseconds: { member: "invocationTimeoutSeconds", range: [1, 3600] },
};

/** What is wrong with a value, in the words of AWS's constraint checks. */
function faultOf(value: string, { member, pattern, most, range }: Constraint): string | undefined {
  const failed = `Value '${value}' at '${member}' failed to satisfy constraint: Member must`;
  if (range !== undefined) {
    const [least, largest] = range;
    if (!/^\d{1,9}$/.test(value)) {
      return `${failed} be a whole number`;
    }
    if (Number(value) < least) {
      return `${failed} have value greater than or equal to ${least}`;
    }
    return Number(value) > largest ? `${failed} have value less than or equal to ${largest}` : undefined;
  }
  if (most !== undefined && value.length > most) {
    return `${failed} have length less than or equal to ${most}`;
  }
  return pattern === undefined || pattern.test(value)
    ? undefined
    : `${failed} satisfy regular expression pattern: ${pattern.source}`;
}

/** Reads a request, or says what is wrong with it. */
export function readAsyncRequest({ headers, body }: WireRequest): AsyncRequest | PlatformError {
  const header = (name: string): string | undefined => headers[PREFIX + name] as string | undefined;
  const faults = Object.entries(CONSTRAINTS).flatMap(([name, constraint]) => {
    const value = header(name);
    return value === undefined ? [] : (faultOf(value, constraint) ?? []);
  });
  if (faults.length > 0) {
    const plural = faults.length === 1 ? "error" : "errors";
    return validationError(`${faults.length} validation ${plural} detected: ${faults.join("; ")}`);
  }
  // What is said of these is not public in the real texts.
  const location = header("inputlocation");
  if ((location === undefined) === (body.length === 0)) {
    return validationError("Provide exactly one of Body and InputLocation.");
  }
  if (body.length > MOST_INLINE_BYTES) {
    return validationError(`Body must have at most ${MOST_INLINE_BYTES} bytes; use InputLocation for more.`);
  }
  return {
    inferenceId: header("inference-id") ?? randomUUID(),
    input: location ?? body,
    contentType: header("content-type"),
    accept: header("accept"),
    pathExtension: header("s3outputpathextension"),
    filename: header("filename"),
    ttlMs: Number(header("requestttlseconds") ?? DEFAULT_TTL_SECONDS) * 1000,
    timeoutMs: Number(header("invocationtimeoutseconds") ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
  };
}
