/** The stub's own tests, put to moto: where it does not pass them, the table in docs/stub.md says so. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needs } from "../needs.ts";
import { boto3 } from "./boto3.ts";
import type { Running } from "./client.ts";
import { MISSING, moto, startMoto } from "./moto.ts";
import { OPERATIONS, type Operation, type Try } from "./operations.ts";

const withMoto = needs("moto and boto3 (test/clients/install)", moto.isThere);
let server: Awaited<ReturnType<typeof startMoto>>;
let client: Running;
let s3: string;

beforeAll(async () => {
  if (!moto.isThere) return;
  s3 = mkdtempSync(join(tmpdir(), "s3-"));
  mkdirSync(join(s3, "bucket"));
  server = await startMoto();
  client = boto3.start(server);
});
afterAll(() => {
  client?.close();
  server?.close();
  if (moto.isThere) rmSync(s3, { recursive: true });
});

describe("moto", () => {
  for (const [operation, attempt] of Object.entries(OPERATIONS) as [Operation, Try][]) {
    const missing = MISSING[operation];
    withMoto(`${missing === undefined ? "does" : "does not do"} ${operation}`, async () => {
      const trying = attempt({ url: server.url, client, s3 });
      await (missing === undefined ? trying : expect(trying).rejects.toThrow());
    });
  }
});
