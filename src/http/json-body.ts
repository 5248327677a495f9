import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../errors.ts";
import { locateJsonError } from "./json-error.ts";
import { refuseRepeatedNames } from "./repeated-names.ts";

/** Bodies: JSON, also where no Content-Type is sent; everything else is told what to send instead. */
export function registerJsonBody(app: FastifyInstance, maxBodyBytes: number): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: "buffer", bodyLimit: maxBodyBytes } as const;
  // No async functions: a promise more would be paid for by every request.
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i,
    options,
    (request: FastifyRequest, body: Buffer, done) => {
      settle(done, () => {
        refuseCompressed(request);
        return parseJson(body);
      });
    },
  );
  app.addContentTypeParser("*", options, (request: FastifyRequest, body: Buffer, done) => {
    settle(done, () => {
      const type = request.headers["content-type"];
      if (type !== undefined) throw unsupported(type);
      refuseCompressed(request);
      return parseJson(body);
    });
  });
}

function settle(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  let body: unknown;
  try {
    body = read();
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, body);
}

function refuseCompressed({ headers }: FastifyRequest): void {
  const coding = headers["content-encoding"]?.trim().toLowerCase();
  if (coding === undefined || coding === "" || coding === "identity") return;
  throw new Problem("unsupported-media-type", "The body is compressed; send it without Content-Encoding.");
}

/**
 * JSON is UTF-8 (RFC 8259, 8.1). The byte order mark that some editors and PowerShell put first is not JSON, but no
 * reason to refuse either; this decoder leaves it out.
 */
const utf8 = new TextDecoder("utf-8", { fatal: true });

function parseJson(body: Buffer): unknown {
  const text = decode(body);
  const value = parse(text);
  refuseRepeatedNames(text, value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === "") {
      throw new Problem("malformed-json", 'The body is empty; send {"instances": [{"features": […]}]}.');
    }
    throw new Problem("malformed-json", locateJsonError(text));
  }
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new Problem(
      "malformed-json",
      "The body is not UTF-8, the only encoding of JSON; Latin-1 and UTF-16 are refused.",
    );
  }
}

function unsupported(contentType: string): Problem {
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase().slice(0, 100);
  if (type === "application/x-www-form-urlencoded") {
    return new Problem(
      "unsupported-media-type",
      "The body came as a form, which is what curl -d sends unless told otherwise. " +
        'Add -H "Content-Type: application/json" (or use curl --json).',
    );
  }
  return new Problem(
    "unsupported-media-type",
    `The body came as ${type}; send JSON with the header Content-Type: application/json.`,
  );
}
