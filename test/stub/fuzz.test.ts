import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { send, sendBytes, signature } from "./raw-http.ts";

const modelFile = fileURLToPath(new URL("fixtures/1.7.4/multi-softprob.json", import.meta.url));
let stub: Stub;

beforeAll(async () => {
  stub = await startStub({ endpoints: [{ name: "e", modelFile }], maxBodyBytes: 5000 });
});
afterAll(() => stub.close());

const printable = fc.string({
  unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
});
const paths = fc.oneof(
  { weight: 3, arbitrary: fc.constant("/endpoints/e/invocations") },
  printable.map((text) => `/endpoints/${text}/invocations`),
  fc.webPath().map((path) => `/${path}`),
  printable.map((text) => `/${text}`),
  fc.constantFrom("/admin/tally", "/admin/fault"),
);
const methods = fc.oneof(
  { weight: 4, arbitrary: fc.constant("POST") },
  fc.constantFrom("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND"),
);
const types = fc.constantFrom(
  "text/csv",
  "csv; label_size=1",
  "text/libsvm",
  "application/json",
  "application/x-recordio-protobuf",
  "application/x-parquet",
  ";;=;",
  '"',
);
const headers = fc.record(
  {
    authorization: fc.constant(signature),
    "content-type": fc.oneof(types, printable),
    accept: fc.oneof(
      fc.constantFrom("*/*", "text/csv", "application/json", "application/jsonlines"),
      printable,
    ),
    "x-amzn-sagemaker-target-variant": fc.oneof(fc.constant("AllTraffic"), printable),
    "x-amzn-sagemaker-target-model": printable,
    "x-skewless-stub-faults": fc.oneof(
      printable,
      fc.constantFrom("[]", "null", '{"fault":"throttle"}', "[{}]"),
    ),
    expect: fc.constantFrom("100-continue", "tea"),
  },
  { requiredKeys: ["authorization"] },
);
const cell = fc.oneof(
  fc.float().map(String),
  fc.integer().map(String),
  fc.constantFrom(
    "",
    "nan",
    "-inf",
    "1_0",
    " 1 ",
    "x",
    "é",
    "\0",
    "-",
    ".",
    "1e5",
    '"',
    "0:1",
    "4:2",
    "-1:2",
  ),
);
const delimited = fc
  .tuple(
    fc.constantFrom(",", "\t", ";", "|", " ", ":"),
    fc.constantFrom("\n", "\r\n"),
    fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 8 }),
  )
  .map(([delimiter, end, rows]) => Buffer.from(rows.map((row) => row.join(delimiter)).join(end)));
const bodies = fc.oneof(
  delimited,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.alloc(6000, 49)),
);

test("whatever is asked, the answer is a success, or an error that SDKs can read, and never the stub's own failure", async () => {
  await fc.assert(
    fc.asyncProperty(methods, paths, headers, bodies, async (method, path, given, body) => {
      const response = await send(stub, { method, path, headers: given, body });
      expect([200, 204, 400, 403, 404, 405, 413, 424]).toContain(response.status);
      if (response.status >= 300 && !path.startsWith("/admin/")) {
        expect(response.headers["x-amzn-errortype"]).toMatch(/^[A-Za-z]+:http:/);
        expect(response.headers["x-amzn-requestid"]).toHaveLength(36);
        expect(response.headers["content-type"]).toBe("application/json");
        const parsed: unknown = method === "HEAD" ? {} : JSON.parse(response.body);
        expect(parsed).toBeTypeOf("object");
      }
      if (response.status === 424) {
        expect(Object.keys(JSON.parse(response.body) as object)).toHaveLength(5);
      }
    }),
    { numRuns: 600 },
  );
}, 60_000);

test("bytes that are not HTTP get a well-formed answer or a closed connection, and the next request is served", async () => {
  const lines = fc.array(
    fc.oneof(
      printable,
      fc.constantFrom("GET / HTTP/1.1", "Host: a", "Content-Length: -1", "Transfer-Encoding: x", "HTTP/9.9"),
    ),
    {
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(lines, async (given) => {
      const answer = await sendBytes(stub, `?${given.join("\r\n")}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect((await send(stub, { method: "GET", path: "/ping" })).status).toBe(200);
    }),
    { numRuns: 100 },
  );
}, 60_000);
