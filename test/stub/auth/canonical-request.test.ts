/** The parts of AWS's "Create a signed AWS API request" that the SDKs' own requests do not reach. */
import { expect, test } from "vitest";
import { canonicalRequest, queryPairs, sha256Hex } from "../../../src/stub/auth/canonical-request.ts";
import type { WireRequest } from "../../../src/stub/wire.ts";

const request = (given: Partial<WireRequest>): WireRequest => ({
  method: "GET",
  target: "/",
  headers: { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" },
  body: Buffer.alloc(0),
  ...given,
});
const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("the vanilla request of AWS's test suite is its canonical request", () => {
  const canonical = canonicalRequest(request({}), ["host", "x-amz-date"]);
  expect(canonical).toBe(
    `GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n${empty}`,
  );
  expect(sha256Hex(canonical)).toBe("bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
});

test.each<[target: string, path: string]>([
  ["/a//b/./c/../d", "/a/b/d"],
  ["/..", "/"],
  ["", "/"],
  ["/a/", "/a/"],
  ["/a%2Fb", "/a%252Fb"],
  ["/-._~A0'", "/-._~A0%27"],
])("the path of %j is %j", (target, path) => {
  expect(canonicalRequest(request({ target }), ["host"]).split("\n")[1]).toBe(path);
});

test.each<[query: string, canonical: string]>([
  ["?b=2&a=1&a=0", "a=0&a=1&b=2"],
  ["?a", "a="],
  ["?a=b=c", "a=b%3Dc"],
  ["?%7e=%20", "~=%20"],
  ["?A=1&a=1&%C3%A9=1", "%C3%A9=1&A=1&a=1"],
  ["?X-Amz-Signature=0&X-Amz-Date=1", "X-Amz-Date=1"],
  ["?a=%E0%A4%A", "a=%25E0%25A4%25A"],
  ["?&&", ""],
])("the query of %j is %j", (query, canonical) => {
  expect(canonicalRequest(request({ target: `/${query}` }), ["host"]).split("\n")[2]).toBe(canonical);
});

test("values of headers lose blanks around, and all but one within; headers that are not there are empty", () => {
  const headers = { host: "h", two: "  a   b  " };
  expect(canonicalRequest(request({ headers }), ["host", "none", "two"])).toContain(
    "\nhost:h\nnone:\ntwo:a b\n\nhost;none;two\n",
  );
});

test("a query without pairs has none", () => {
  expect(queryPairs("/path")).toEqual([]);
  expect(queryPairs("/path?")).toEqual([]);
});
