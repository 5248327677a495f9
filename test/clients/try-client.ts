/** The tests of one client, the same for all. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Fault } from "../../src/stub/faults.ts";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { needs } from "../needs.ts";
import { DATA, golden, hasData, modelFile, readBikes, type Bikes } from "./bikes.ts";
import type { Client, Running, Trouble } from "./client.ts";

const MINUTE = 60_000;

/** What the stub does when a client is to meet a trouble. */
const TROUBLES: Readonly<Record<Trouble, Fault>> = {
  throttle: { fault: "throttle" },
  "model-error": { fault: "model-error", status: 503 },
  "model-not-ready": { fault: "model-not-ready" },
  "internal-failure": { fault: "internal-failure" },
  "service-unavailable": { fault: "service-unavailable" },
  "internal-dependency": { fault: "internal-dependency" },
  reset: { fault: "reset" },
  "time-out": { fault: "hang" },
};

/** Tries a client: its predictions of all rows, and how often it calls in trouble. */
export function tryClient(client: Client): void {
  const what = `${client.name} (test/clients/install)`;
  const withClient = needs(what, client.isThere);
  const withBikes = needs(client.isThere ? DATA : what, client.isThere && hasData);
  let stub: Stub;
  let running: Running;
  let bikes: Bikes;
  let s3: string;

  beforeAll(async () => {
    if (!client.isThere) return;
    s3 = mkdtempSync(join(tmpdir(), "s3-"));
    mkdirSync(join(s3, "bucket"));
    copyFileSync(modelFile, join(s3, "bucket/model.json"));
    stub = await startStub({ endpoints: [{ name: "bike", modelFile }], s3Folder: s3 });
    running = client.start(stub);
    if (hasData) bikes = await readBikes();
  }, MINUTE);
  afterAll(async () => {
    running?.close();
    bikes?.remove();
    await stub?.close();
    if (client.isThere) rmSync(s3, { recursive: true });
  });

  describe(client.name, () => {
    for (const form of client.forms) {
      for (const size of client.sizes) {
        withBikes(
          `predicts all 6,493 rows of test.csv, ${size} a call, given as ${form}, as XGBoost does`,
          async () => {
            stub.setFaults([]);
            const calls = stub.tally().calls;
            const predictions = await running.predict("bike", bikes.file, size, form);
            expect(stub.tally().calls - calls).toBe(Math.ceil(6493 / size));
            expect(predictions).toEqual(bikes.truth);
          },
          3 * MINUTE,
        );
      }
    }

    for (const [operation, attempt] of Object.entries(client.operations)) {
      withClient(`does ${operation}`, () => {
        stub.setFaults([]);
        return attempt({ url: stub.url, client: running, s3 });
      });
    }

    describe.each(client.retries)("in the retry mode $mode", ({ settings, attempts }) => {
      for (const [trouble, times] of Object.entries(attempts) as [Trouble, number][]) {
        withClient(
          `calls ${times === 1 ? "once" : `${times} times`} when each call meets ${trouble}`,
          async () => {
            stub.setFaults([TROUBLES[trouble]]);
            const impatient = trouble === "time-out" ? { timeout: client.shortestTimeoutSeconds ?? 0.2 } : {};
            const call = running.invoke("bike", golden, { ...settings, ...impatient });
            await expect(call).rejects.toHaveProperty("described");
            expect(stub.tally().strikes).toEqual([times]);
          },
        );
      }
    });
  });
}
