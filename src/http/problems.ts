import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Static, Type } from "@sinclair/typebox";
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ProblemCode, Problem, catalogue } from "../errors.ts";

/** RFC 9457 problems: the schema, and the one way in which every failure becomes a reply. */

export const PROBLEM_TYPE = "application/problem+json";

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: "uri-reference", description: "Address of the problem's description." }),
    title: Type.String({ description: "The same for every occurrence." }),
    status: Type.Integer({ description: "HTTP status." }),
    code: Type.String({ description: "Stable; what clients branch on." }),
    detail: Type.String({ description: "This occurrence, in words." }),
    retryable: Type.Boolean({ description: "Whether the very same request may succeed later." }),
    remedy: Type.String({ description: "What can be done." }),
    requestId: Type.String({ description: "The X-Request-Id of the reply, for the operator's log." }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: "RFC 6901 JSON pointer into the request's body." }),
          detail: Type.String({ description: "What is wrong there." }),
        }),
        { description: "Every offending field, up to 100." },
      ),
    ),
    errorCount: Type.Optional(Type.Integer({ description: "Offending fields, counted to the end." })),
  },
  { $id: "Problem", description: "RFC 9457 problem details." },
);

/** What any request may meet, whatever its route does. */
const EVERYWHERE = ["malformed-request", "request-timeout", "internal-error"] as const;

const RETRY_AFTER = {
  "Retry-After": { type: "integer", description: "Seconds after which to try again, where that is known." },
};

/** `response` schemas for the statuses that the codes have, grouped, and for those that every route has. */
export function problemResponses(...codes: readonly ProblemCode[]): Record<number, object> {
  const statuses = new Map<number, ProblemCode[]>();
  for (const code of [...codes, ...EVERYWHERE]) {
    const { status } = catalogue[code];
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return Object.fromEntries([...statuses].map(([status, same]) => [status, problemResponse(status, same)]));
}

function problemResponse(status: number, codes: readonly ProblemCode[]): object {
  const lines = codes.map((code) => `${catalogue[code].title} (\`${code}\`).`);
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]);
  return {
    description: lines.join(" "),
    ...(status === 503 ? { headers: RETRY_AFTER } : {}),
    content: { [PROBLEM_TYPE]: { schema: Type.Ref("Problem"), examples: Object.fromEntries(examples) } },
  };
}

/** A problem of every code, for the description: `components.examples`. */
export const problemExamples = Object.fromEntries(
  Object.entries(catalogue).map(([code, { title }]) => [
    code,
    { summary: title, value: example(code as ProblemCode) },
  ]),
);

function example(code: ProblemCode): object {
  const id = "6f2a1c9e-8f0b-4f7e-9d53-2b1c7a4e5d60";
  if (code !== "invalid-request") return problemBody(new Problem(code, `${catalogue[code].title}.`), id);
  const errors = [{ pointer: "/instances/0/features/temp", detail: "is missing" }];
  const detail = "1 field does not fit the model's inputs.";
  return problemBody(new Problem(code, detail, { errors, errorCount: 1 }), id);
}

/** Makes every error and every unknown address a problem. */
export function registerProblems(app: FastifyInstance, maxBodyBytes: number): void {
  app.addSchema(ProblemSchema);
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    sendProblem(asProblem(error, maxBodyBytes), request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0]!.slice(0, 200);
    sendProblem(new Problem("not-found", `There is no route ${request.method} ${path}.`), request, reply);
  });
}

/** What a problem keeps for the log. The AWS request id gets the name that it has in every line: `requestId` is ours. */
export function factsOf({ code, log = {} }: Problem): Record<string, unknown> {
  const { requestId, ...facts } = log;
  return { problem: code, ...facts, ...(requestId === undefined ? {} : { endpointRequestId: requestId }) };
}

/** Logs what the reply keeps back. */
function logProblem(problem: Problem, log: FastifyBaseLogger, facts: object = {}): void {
  log.warn({ ...factsOf(problem), ...facts }, problem.message);
  // It may quote rows: for those who ask for it, by LOG_LEVEL=debug.
  if (problem.payloadLog !== undefined) log.debug(problem.payloadLog, "what the container said");
}

/** Logs what befell rows of a request that is answered all the same: of each code the first, and how many rows have it. */
export function logRowProblems(problems: Iterable<Problem>, log: FastifyBaseLogger): void {
  const counts = new Map<ProblemCode, { readonly first: Problem; rows: number }>();
  for (const problem of problems) {
    const same = counts.get(problem.code);
    if (same !== undefined) same.rows++;
    // What is wrong with a row itself concerns its sender alone.
    else if (problem.status >= 500) counts.set(problem.code, { first: problem, rows: 1 });
  }
  for (const { first, rows } of counts.values()) logProblem(first, log, { rowsAtFault: rows });
}

/** Answers with a problem; faults of ours and of the endpoint are logged with what the reply keeps back. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, status } = problem;
  request.facts = { ...request.facts, problem: code };
  // A fault of ours needs its stack; one of the endpoint is told by its name, status and request id.
  if (code === "internal-error") request.log.error({ problem: code, err: problem.cause }, problem.message);
  else if (status >= 500 || problem.log !== undefined) logProblem(problem, request.log);
  if (problem.retryAfterS !== undefined) reply.header("retry-after", String(problem.retryAfterS));
  // Here too: the hook that sets it does not run for an address that Fastify itself refuses.
  reply.header("x-request-id", request.id);
  return reply.code(status).type(PROBLEM_TYPE).send(problemBody(problem, request.id));
}

/** The body of a problem reply. */
export function problemBody(problem: Problem, requestId: string): Static<typeof ProblemSchema> {
  const { code, title, status, message, retryable, errors, errorCount } = problem;
  return {
    type: `/problems/${code}`,
    title,
    status,
    code,
    detail: message,
    retryable,
    remedy: catalogue[code].remedy,
    requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(errorCount === undefined ? {} : { errorCount }),
  };
}

/** How long a connection stays for its client to read why it is closed. */
const LINGER_MS = 1000;

/**
 * Answers what Node's parser refuses, below Fastify: a bad request line, headers too large, a request too slow.
 *
 * @param receiveTimeoutMs how long a request may take to arrive
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  log: FastifyBaseLogger,
  receiveTimeoutMs: number,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const problem =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? new Problem("request-timeout", `The request did not arrive within ${receiveTimeoutMs} ms.`)
      : new Problem("malformed-request", clientErrorDetail(error.code));
  const body = JSON.stringify(problemBody(problem, requestId));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}; charset=utf-8`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Destroying it at once could take the answer from a client that is still sending; one that never closes its own
  // side would keep the connection, and with it the service from closing.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
  log.info({ requestId, status: problem.status, problem: problem.code, cause: error.code }, "request");
}

function clientErrorDetail(code: string | undefined): string {
  if (code === "HPE_HEADER_OVERFLOW") return "The headers are larger than 16 KiB.";
  return "This is not a request as HTTP/1.1 writes it.";
}

/** Fastify's own errors by code; all else that is not ours is an internal error, of which the reply says nothing. */
function asProblem(error: FastifyError | Problem, maxBodyBytes: number): Problem {
  if (error instanceof Problem) return error;
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE": {
      const detail = `The body is larger than ${maxBodyBytes} bytes, which is the limit here.`;
      return new Problem("body-too-large", detail);
    }
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Problem(
        "unsupported-media-type",
        "The Content-Type is no media type; send JSON with the header Content-Type: application/json.",
      );
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new Problem("malformed-request", "The body is not as long as Content-Length says.");
    case "FST_ERR_BAD_URL":
      return new Problem("malformed-request", "The URL holds a percent sign that starts no valid escape.");
    // Of our own connections only the caller's is read here: whatever breaks towards SageMaker comes as a Problem.
    case "ECONNRESET":
      return new Problem(
        "caller-gone",
        "The caller closed the connection before the whole request had come.",
      );
  }
  // Whatever else Fastify finds wrong with a request, such as a QUERY without a Content-Type.
  if (error.code?.startsWith("FST_") && error.statusCode! < 500) {
    return new Problem("malformed-request", error.message);
  }
  return new Problem("internal-error", "The cause is in the log under the request id.", { cause: error });
}
