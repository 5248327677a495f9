/** What is given with an endpoint, over HTTP, as a client sees it. */
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startStub, type EndpointOptions, type Stub } from "../../../src/stub/server.ts";
import { send, signature } from "../raw-http.ts";

const bikeFile = fileURLToPath(new URL("../../../models/bike-rental/xgboost.json", import.meta.url));
const row = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";

let folder = "";
let stub: Stub | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "endpoints-"));
  copyFileSync(bikeFile, join(folder, "bike.json"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => stub?.close());

async function start(endpoint: Omit<EndpointOptions, "name">, more: object = {}): Promise<void> {
  stub = await startStub({ endpoints: [{ name: "a", ...endpoint }], ...more });
}

async function call(body: string, headers: Readonly<Record<string, string>> = {}) {
  const all = { authorization: signature, "content-type": "text/csv", ...headers };
  const { status, body: text } = await send(stub!, { path: "/endpoints/a/invocations", headers: all, body });
  return [status, text] as const;
}

test("an environment makes its XGBoost container an older one", async () => {
  await start({ modelFile: bikeFile, environment: { SKEWLESS_STUB_XGBOOST_VERSION: "1.2-1" } });
  expect(await call(`${row}\n${row}`)).toEqual([200, "6.349300861358643,6.349300861358643"]);
});

test("a folder is a multi-model endpoint, whose calls name their model", async () => {
  await start({ modelFile: folder });
  expect(await call(row, { "x-amzn-sagemaker-target-model": "bike.json" })).toEqual([
    200,
    "[6.349300861358643]",
  ]);
  expect(await call(row)).toEqual([400, expect.stringContaining("is missing a target model header")]);
  expect(await call(row, { "x-amzn-sagemaker-target-model": "none" })).toEqual([
    400,
    expect.stringContaining("Failed to download model data(none)."),
  ]);
});

test("faults of the platform and of the wire befall what is no model, too", async () => {
  await start({ modelFile: "echo:" }, { faults: [{ fault: "throttle", calls: 1 }] });
  expect(await call("x")).toEqual([400, '{"message":null}']);
  expect(await call("x")).toEqual([200, "x"]);
});

describe("the payload limit", () => {
  const megabyte = 1024 * 1024;

  test("of a serverless endpoint is 4 MB: exactly so many bytes pass, one more is a 413", async () => {
    await start({ modelFile: "constant:1", isServerless: true });
    expect((await call("x".repeat(4 * megabyte)))[0]).toBe(200);
    expect(await call("x".repeat(4 * megabyte + 1))).toEqual([413, expect.stringContaining("4194304 bytes")]);
  });

  test("may be raised to 25 MB, in answers of containers elsewhere too", async () => {
    await start({ modelFile: "echo:" }, { maxBodyBytes: 25 * megabyte });
    const [status, text] = await call("x".repeat(25 * megabyte));
    expect([status, text.length]).toEqual([200, 25 * megabyte]);
    expect((await call("x".repeat(25 * megabyte + 1)))[0]).toBe(413);
  });

  test("of the XGBoost container is 6 MB all the same, unless it is told", async () => {
    await start({ modelFile: bikeFile }, { maxBodyBytes: 25 * megabyte });
    const [status, text] = await call("1".repeat(7 * megabyte));
    expect([status, JSON.parse(text)]).toEqual([424, expect.objectContaining({ OriginalStatusCode: 413 })]);
  });
});

describe("a container elsewhere", () => {
  let server: Server;
  beforeEach(() => {
    server = createServer((request, response) => {
      response.writeHead(200).end(request.url === "/ping" ? "" : "from there");
    });
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  test("is waited for: its endpoint is Creating, and InService once it answers pings", async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await start({ modelFile: `http://127.0.0.1:${port}` });
    expect(await call("x")).toEqual([400, expect.stringContaining("its status is Creating")]);
    server.listen(port, "127.0.0.1");
    await expect.poll(async () => (await call("x"))[1], { timeout: 5000 }).toBe("from there");
  });

  test("does not keep the stub from closing while it is waited for", async () => {
    await start({ modelFile: "http://127.0.0.1:9" });
    const before = performance.now();
    await stub!.close();
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

test("a model that is none keeps the stub from starting, and is named", async () => {
  const pickle = join(folder, "..", `${Date.now()}-model`);
  writeFileSync(pickle, Buffer.of(0x80, 4));
  try {
    await expect(start({ modelFile: pickle })).rejects.toThrow("It is a pickled Python object.");
    await expect(start({ modelFile: bikeFile, environment: { MAX_CONTENT_LENGTH: "x" } })).rejects.toThrow(
      "MAX_CONTENT_LENGTH must be a whole number, not x.",
    );
  } finally {
    rmSync(pickle);
  }
});
