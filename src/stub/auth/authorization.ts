/** What a request says of its signature: in the Authorization header, or presigned, in the query string. */
import { missingAuthentication, type PlatformError } from "../platform-errors.ts";
import type { WireRequest } from "../wire.ts";
import { incompleteSignature, invalidSignature } from "./auth-errors.ts";
import { queryPairs } from "./canonical-request.ts";

/** A signature with all that it was made from, as the request gives it. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `20260102/us-east-1/sagemaker/aws4_request`. */
  readonly scope: string;
  /** Lower case, in the caller's order. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20260102T030405Z`. */
  readonly date: string;
  readonly sessionToken: string | undefined;
  /** How long a presigned request holds, in ms; undefined in a header, where the clocks' skew alone counts. */
  readonly expiresMs: number | undefined;
}

/** Whether a value is a refusal. */
export function isRefusal(value: Authorization | PlatformError): value is PlatformError {
  return "status" in value;
}

export const ALGORITHM = "AWS4-HMAC-SHA256";
/** The longest that a presigned request may hold, in s. */
const LONGEST_EXPIRY = 604_800;

/** Whether a request claims to be signed at all. */
export function claimsSignature({ headers, target }: WireRequest): boolean {
  return headers.authorization !== undefined || target.includes("X-Amz-Signature=");
}

/** Fields of a header, by name; or why they cannot be read. */
function fieldsOf(header: string): ReadonlyMap<string, string> | PlatformError {
  const fields = new Map<string, string>();
  for (const part of header.slice(header.indexOf(" ") + 1).split(",")) {
    const field = part.trim();
    const equals = field.indexOf("=");
    if (equals < 0) {
      return incompleteSignature(
        `'${field}' not a valid key=value pair (missing equal-sign) in Authorization header: '${header}'.`,
      );
    }
    fields.set(field.slice(0, equals), field.slice(equals + 1));
  }
  return fields;
}

/** `20260102T030405Z` of an HTTP date; undefined where it is none. */
function isoOfHttpDate(text: string | undefined): string | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : amzDate(ms);
}

/** A time in ms since 1970 as signatures write it. */
export function amzDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** The time of a signature in ms since 1970; undefined where it is none. */
export function readAmzDate(text: string): number | undefined {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const ms = iso === text ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms;
}

type Parts = Readonly<Record<"Credential" | "SignedHeaders" | "Signature", string | undefined>>;

function assembled(
  parts: Parts,
  date: string | undefined,
  rest: Pick<Authorization, "sessionToken" | "expiresMs">,
  lacks: readonly string[],
): Authorization | PlatformError {
  const { Credential: credential, SignedHeaders: signedHeaders, Signature: signature } = parts;
  if (!credential || !signedHeaders || !signature || date === undefined) {
    return incompleteSignature(lacks.join(" "));
  }
  const slash = credential.indexOf("/");
  if (slash < 0 || credential.split("/").length < 5) {
    return incompleteSignature(
      `Credential must have at least 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  const names = signedHeaders.toLowerCase().split(";");
  if (!names.includes("host")) {
    return invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return {
    accessKeyId: credential.slice(0, slash),
    scope: credential.slice(slash + 1),
    signedHeaders: names,
    signature,
    date,
    ...rest,
  };
}

function ofHeader({ headers }: WireRequest, header: string): Authorization | PlatformError {
  const [algorithm] = header.split(" ", 1);
  if (header.startsWith("AWS4-") && algorithm !== ALGORITHM) {
    return incompleteSignature(`Unsupported AWS 'algorithm': '${algorithm}'.`);
  }
  const fields = fieldsOf(header);
  if (!(fields instanceof Map)) {
    return fields as PlatformError;
  }
  const parts = {
    Credential: fields.get("Credential"),
    SignedHeaders: fields.get("SignedHeaders"),
    Signature: fields.get("Signature"),
  };
  const date = (headers["x-amz-date"] as string | undefined) ?? isoOfHttpDate(headers.date);
  const lacks = Object.entries(parts)
    .filter(([, value]) => !value)
    .map(([name]) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) {
    lacks.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  const sessionToken = headers["x-amz-security-token"] as string | undefined;
  return assembled(parts, date, { sessionToken, expiresMs: undefined }, [
    ...lacks,
    `Authorization=${algorithm}`,
  ]);
}

function ofQuery({ target }: WireRequest): Authorization | PlatformError {
  const query = new Map(queryPairs(target));
  const algorithm = query.get("X-Amz-Algorithm");
  if (algorithm !== ALGORITHM) {
    return incompleteSignature(`Unsupported AWS 'algorithm': '${algorithm ?? ""}'.`);
  }
  const parts = {
    Credential: query.get("X-Amz-Credential"),
    SignedHeaders: query.get("X-Amz-SignedHeaders"),
    Signature: query.get("X-Amz-Signature"),
  };
  const date = query.get("X-Amz-Date");
  const expires = query.get("X-Amz-Expires") ?? "";
  const required = { ...parts, Date: date, Expires: expires };
  const lacks = Object.entries(required)
    .filter(([, value]) => !value)
    .map(([name]) => `AWS query-string parameters must include 'X-Amz-${name}'.`);
  if (lacks.length > 0) {
    return incompleteSignature([...lacks, "Re-examine the query-string parameters."].join(" "));
  }
  if (!/^\d+$/.test(expires) || Number(expires) > LONGEST_EXPIRY) {
    return incompleteSignature(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than " +
        `${LONGEST_EXPIRY} seconds`,
    );
  }
  const sessionToken = query.get("X-Amz-Security-Token");
  return assembled(parts, date, { sessionToken, expiresMs: Number(expires) * 1000 }, lacks);
}

/** The signature that a request claims; or what is wrong with the claim. */
export function authorizationOf(request: WireRequest): Authorization | PlatformError {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    return ofHeader(request, authorization);
  }
  return claimsSignature(request) ? ofQuery(request) : missingAuthentication;
}
