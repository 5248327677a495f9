/**
 * The canonical request of Signature Version 4: the text that both sides of a call make of it, so that they hash the
 * same bytes. After "Create a signed AWS API request" of the IAM guide, for a service that is not S3.
 */
import { createHash } from "node:crypto";
import type { WireRequest } from "../wire.ts";

/** What the body's hash is replaced by where the body is not signed. */
const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

/** SHA-256 in lower-case hexadecimal; of a text's bytes as they came over the wire, which node:http reads as Latin-1. */
export function sha256Hex(data: string | Buffer): string {
  return createHash("sha256")
    .update(typeof data === "string" ? Buffer.from(data, "latin1") : data)
    .digest("hex");
}

/** Escapes every byte but the unreserved ones of RFC 3986, with capital digits; a slash only where `keep` has none. */
function escapeBytes(text: string, keep: "" | "/"): string {
  return text.replace(/[^A-Za-z0-9\-._~]/gu, (char) =>
    char === keep
      ? char
      : Array.from(
          Buffer.from(char, "utf8"),
          (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
        ).join(""),
  );
}

/** A path without empty and dot segments, escaped once more than it was sent: all services do so but S3. */
function canonicalPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") {
      kept.pop();
    } else if (segment !== "" && segment !== ".") {
      kept.push(segment);
    }
  }
  const closing = kept.length > 0 && path.endsWith("/") ? "/" : "";
  return escapeBytes(`/${kept.join("/")}${closing}`, "/");
}

function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The pairs of a query string, unescaped, in their order. */
export function queryPairs(target: string): readonly (readonly [name: string, value: string])[] {
  const at = target.indexOf("?");
  if (at < 0) {
    return [];
  }
  return target
    .slice(at + 1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0
        ? [unescapeText(pair), ""]
        : [unescapeText(pair.slice(0, equals)), unescapeText(pair.slice(equals + 1))];
    });
}

/** Names and values escaped, ordered by bytes; without the signature, which cannot sign itself. */
function canonicalQuery(target: string): string {
  return queryPairs(target)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [escapeBytes(name, ""), escapeBytes(value, "")] as const)
    .toSorted((left, right) => compare(left[0], right[0]) || compare(left[1], right[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** The hash that the caller has signed: of the body that came, unless it says that it signed none. */
function payloadHash({ headers, target, body }: WireRequest): string {
  const declared =
    headers["x-amz-content-sha256"] ??
    queryPairs(target).find(([name]) => name === "X-Amz-Content-Sha256")?.[1];
  return declared === UNSIGNED_PAYLOAD ? UNSIGNED_PAYLOAD : sha256Hex(body);
}

/**
 * The canonical request, to be hashed as Latin-1.
 *
 * @param signedHeaders - names in lower case, in the caller's order; which they are differs from client to client.
 */
export function canonicalRequest(request: WireRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => {
    const value = request.headers[name] ?? "";
    const text = Array.isArray(value) ? value.join(",") : value;
    return `${name}:${text.trim().replace(/ +/g, " ")}\n`;
  });
  return [
    request.method,
    canonicalPath(request.target.split("?", 1)[0]!),
    canonicalQuery(request.target),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash(request),
  ].join("\n");
}
