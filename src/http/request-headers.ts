import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "../errors.ts";
import type { Wishes } from "../predictor.ts";
import type { EndpointSpec } from "../model/schema.ts";

/** What headers of a prediction request say, and how they are described. */

interface PassedHeader {
  /** Parameter of InvokeEndpoint. */
  readonly member: keyof NonNullable<Wishes["target"]>;
  readonly pattern: RegExp;
  /** What the header may hold, in words. */
  readonly form: string;
  readonly description: string;
  /** What the model file may say in its place; what it says, no caller changes. */
  readonly fixedBy?: keyof EndpointSpec;
}

const NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/;
const NAME_FORM = "letters, digits and inner hyphens, up to 63";

/** SageMaker's own headers (API reference, InvokeEndpoint) that are passed on to it, by their names in lower case. */
const PASSED: Readonly<Record<string, PassedHeader>> = {
  "x-amzn-sagemaker-target-variant": {
    member: "targetVariant",
    pattern: NAME,
    form: NAME_FORM,
    description: "The production variant that must answer.",
    fixedBy: "target_variant",
  },
  "x-amzn-sagemaker-target-model": {
    member: "targetModel",
    pattern: /^[\x21-\x7e][\x20-\x7e]{0,1023}$/,
    form: "printable ASCII, up to 1024 characters",
    description: "The artefact of a multi-model endpoint that must answer.",
    fixedBy: "target_model",
  },
  "x-amzn-sagemaker-inference-component": {
    member: "inferenceComponent",
    pattern: NAME,
    form: NAME_FORM,
    description: "The inference component that must answer.",
    fixedBy: "inference_component",
  },
  "x-amzn-sagemaker-inference-id": {
    member: "inferenceId",
    pattern: /^[\x21-\x7e][\x20-\x7e]{0,63}$/,
    form: "printable ASCII, up to 64 characters",
    description: "An id of the caller's, for data capture. Such a request shares no call with others.",
  },
  "x-amzn-sagemaker-custom-attributes": {
    member: "customAttributes",
    pattern: /^[\x20-\x7e]{1,1024}$/,
    form: "printable ASCII, up to 1024 characters",
    description: "Handed to the model's container as it is. Requests that differ in it share no call.",
  },
  "x-amzn-sagemaker-session-id": {
    member: "sessionId",
    pattern: /^(?:NEW_SESSION|[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,255})$/,
    form: "NEW_SESSION, or letters, digits and inner hyphens, up to 256",
    description: "The stateful session that the request belongs to; NEW_SESSION opens one.",
  },
};

const passed = Object.entries(PASSED);

/**
 * What a request's headers wish for: of RFC 7240 `Prefer: handling=lenient`, of RFC 9111 `Cache-Control: no-cache` (or
 * `no-store`), `X-Request-Timeout-Ms`, and those that SageMaker has.
 *
 * @param endpoint what the model file fixes
 * @param signal the caller's going, which belongs to the wishes as well
 * @throws {Problem} `invalid-header`, naming the header and what it may hold
 */
export function readWishes(
  headers: IncomingHttpHeaders,
  endpoint: EndpointSpec,
  signal: Wishes["signal"],
): Wishes {
  const { prefer, "cache-control": cacheControl, "x-request-timeout-ms": timeout } = headers;
  return {
    signal,
    target: readTarget(headers, endpoint),
    lenient: prefer !== undefined && isLenient(prefer),
    noCache: cacheControl !== undefined && /(?:^|,)\s*no-(?:cache|store)\s*(?:[,=]|$)/i.test(cacheControl),
    timeoutMs: timeout === undefined ? undefined : readTimeout(String(timeout)),
  };
}

function isLenient(prefer: string | readonly string[]): boolean {
  return /(?:^|,)\s*handling\s*=\s*"?lenient"?\s*(?:[;,]|$)/i.test(String(prefer));
}

function readTimeout(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalid("x-request-timeout-ms", "a whole number of milliseconds, at least 1");
}

function readTarget(headers: IncomingHttpHeaders, endpoint: EndpointSpec): Wishes["target"] {
  let target: Partial<Record<PassedHeader["member"], string>> | undefined;
  for (const [header, { member, pattern, form, fixedBy }] of passed) {
    const value = headers[header];
    if (value === undefined) continue;
    if (typeof value !== "string" || !pattern.test(value)) throw invalid(header, form);
    const fixed = fixedBy === undefined ? undefined : endpoint[fixedBy];
    if (fixed !== undefined && fixed !== value) {
      throw new Problem("invalid-header", `${header} is fixed by the model: leave the header out.`);
    }
    target ??= {};
    target[member] = value;
  }
  return target;
}

function invalid(header: string, form: string): Problem {
  return new Problem("invalid-header", `${header} must be ${form}.`);
}

/** The headers as JSON Schema, for the description of a route. */
export const requestHeadersSchema = {
  type: "object",
  properties: {
    prefer: {
      type: "string",
      description:
        "`handling=lenient` (RFC 7240): rows that fail get null and an entry in `errors`, the others their predictions. " +
        "Without it one bad row fails the request, and the problem names every bad row.",
    },
    "x-request-timeout-ms": {
      type: "string",
      pattern: "^[1-9][0-9]{0,8}$",
      description: "How long to wait at most, in milliseconds; no longer than the service's own limit.",
    },
    "cache-control": { type: "string", description: "`no-cache`: no answer from the prediction cache." },
    ...Object.fromEntries(
      passed.map(([header, { description, form, fixedBy }]) => [
        header,
        {
          type: "string",
          description: `${description} It is ${form}.${fixedBy === undefined ? "" : " Refused where the model file fixes another."}`,
        },
      ]),
    ),
  },
} as const;
