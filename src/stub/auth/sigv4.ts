/**
 * Who may call: anybody who claims a signature, unless credentials are configured; then those alone whose Signature
 * Version 4 is right. Checks and texts are those of AWS's common errors, in the order in which AWS answers them.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { missingAuthentication, type PlatformError } from "../platform-errors.ts";
import type { WireRequest } from "../wire.ts";
import { expiredToken, invalidSignature, signatureMismatch, unrecognizedClient } from "./auth-errors.ts";
import {
  ALGORITHM,
  amzDate,
  authorizationOf,
  claimsSignature,
  isRefusal,
  readAmzDate,
  type Authorization,
} from "./authorization.ts";
import { canonicalRequest, sha256Hex } from "./canonical-request.ts";
import type { Credentials } from "./credentials.ts";

/** Undefined where a request is let in. */
export type Authenticate = (request: WireRequest) => PlatformError | undefined;

/** What signatures are verified against. */
export interface SignatureOptions {
  /** Whose signatures are known; by each access key once. */
  readonly credentials: readonly Credentials[];
  /** The region that signatures must be for. */
  readonly region: string;
  /** A clock in ms since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Both planes sign for it. */
const SERVICE = "sagemaker";
const TERMINATOR = "aws4_request";
/** How far a caller's clock may be from the service's. */
const SKEW_MINUTES = 5;
const MS_PER_MINUTE = 60_000;

/** Lets in whoever claims a signature, as a local endpoint does by default. */
export const authenticateUnverified: Authenticate = (request) =>
  claimsSignature(request) ? undefined : missingAuthentication;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Where a signature's scope is not ours. */
function scopeFault({ scope, date }: Authorization, region: string): PlatformError | undefined {
  const [day, scopeRegion, service, terminator] = scope.split("/");
  if (terminator !== TERMINATOR) {
    return invalidSignature(
      `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'.`,
    );
  }
  if (day !== date.slice(0, 8)) {
    return invalidSignature(
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
        `'${day}' != '${date.slice(0, 8)}', from '${date}'.`,
    );
  }
  if (scopeRegion !== region) {
    return invalidSignature(`Credential should be scoped to a valid region, not '${scopeRegion}'. `);
  }
  return service === SERVICE
    ? undefined
    : invalidSignature(`Credential should be scoped to correct service: '${SERVICE}'. `);
}

/** Where a signature is of another time; the words "Signature expired" make SDKs set their clock right and retry. */
function timeFault({ date, expiresMs }: Authorization, now: number): PlatformError | undefined {
  const signedAt = readAmzDate(date);
  if (signedAt === undefined) {
    return invalidSignature(
      `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  const skewMs = SKEW_MINUTES * MS_PER_MINUTE;
  const holdsMs = expiresMs ?? skewMs;
  if (signedAt + holdsMs < now) {
    const minutes = Math.floor(holdsMs / MS_PER_MINUTE);
    return invalidSignature(
      `Signature expired: ${date} is now earlier than ${amzDate(now - holdsMs)} (${amzDate(now)} - ${minutes} min.)`,
    );
  }
  if (signedAt > now + skewMs) {
    return invalidSignature(
      `Signature not yet current: ${date} is still later than ${amzDate(now + skewMs)} ` +
        `(${amzDate(now)} + ${SKEW_MINUTES} min.)`,
    );
  }
  return undefined;
}

/** A signing key for a scope, which is that of a day: it is derived once a day for each secret. */
function createSigningKeys(): (secretAccessKey: string, scope: string) => Buffer {
  const keys = new Map<string, { readonly scope: string; readonly key: Buffer }>();
  return (secretAccessKey, scope) => {
    const known = keys.get(secretAccessKey);
    if (known?.scope === scope) {
      return known.key;
    }
    let key: string | Buffer = `AWS4${secretAccessKey}`;
    for (const part of scope.split("/")) {
      key = hmac(key, part);
    }
    keys.set(secretAccessKey, { scope, key: key as Buffer });
    return key as Buffer;
  };
}

/** Compares in a time that says nothing of where two signatures differ. */
function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left, "latin1"), Buffer.from(right, "latin1")];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Lets in whoever signs rightly with one of the credentials, in a header or presigned. */
export function createAuthenticator({ credentials, region, now = Date.now }: SignatureOptions): Authenticate {
  const byAccessKey = new Map(credentials.map((each) => [each.accessKeyId, each]));
  const signingKey = createSigningKeys();
  return (request) => {
    const claimed = authorizationOf(request);
    if (isRefusal(claimed)) {
      return claimed;
    }
    const time = now();
    const fault = scopeFault(claimed, region) ?? timeFault(claimed, time);
    if (fault !== undefined) {
      return fault;
    }
    const known = byAccessKey.get(claimed.accessKeyId);
    if (known === undefined || !isSame(known.sessionToken ?? "", claimed.sessionToken ?? "")) {
      return unrecognizedClient;
    }
    if (known.expiration !== undefined && known.expiration.getTime() <= time) {
      return expiredToken;
    }
    const canonical = canonicalRequest(request, claimed.signedHeaders);
    const toSign = [ALGORITHM, claimed.date, claimed.scope, sha256Hex(canonical)].join("\n");
    const signature = createHmac("sha256", signingKey(known.secretAccessKey, claimed.scope))
      .update(toSign, "latin1")
      .digest("hex");
    return isSame(signature, claimed.signature) ? undefined : signatureMismatch(canonical, toSign);
  };
}
