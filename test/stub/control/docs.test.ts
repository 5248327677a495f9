import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { OPERATIONS } from "../../../src/stub/control/operations.ts";
import { MOST_RECORDS } from "../../../src/stub/control/registry.ts";
import { STATE_FILE } from "../../../src/stub/control/state-file.ts";
import { startStub } from "../../../src/stub/server.ts";
import { needs } from "../../needs.ts";

const page = readFileSync(new URL("../../../docs/stub.md", import.meta.url), "utf8");
const section = /## Control plane\n(.*?)\n## /s.exec(page)![1]!;
const python = process.env["SKEWLESS_PYTHON"] ?? "";
const hasBoto3 = python !== "" && spawnSync(python, ["-c", "import boto3"]).status === 0;

test("docs/stub.md names every operation of the control plane, and none that there is not", () => {
  const named = [...section.matchAll(/`((?:Create|Describe|List|Update|Delete|Add)[A-Z]\w+)`/g)].map(
    ([, name]) => name,
  );
  expect(named.toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
  expect(section).toContain(`DIR/${STATE_FILE}`);
  expect(section).toContain(`quotas are ${MOST_RECORDS.toLocaleString("en")} of each resource`);
});

needs("a Python with boto3 (SKEWLESS_PYTHON)", hasBoto3)(
  "the deployment that docs/stub.md shows works as it is",
  async () => {
    const stub = await startStub({ endpoints: [] });
    onTestFinished(() => stub.close());
    const [, program] = /```python\n(import boto3.*?)```/s.exec(section)!;
    const child = spawn(python, ["-c", program!.replace("http://localhost:9000", stub.url)]);
    const output: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    await once(child, "close");
    expect(output.join("")).toMatch(/^(blue|green) b'6\.349300861358643\\n'\n$/);
  },
);
