/** The Python of docs/stub.md, run by boto3 against a stub as the page starts it. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { withBoto3 } from "./python-program.ts";

const page = readFileSync(new URL("../../docs/stub.md", import.meta.url), "utf8");
const script = fileURLToPath(new URL("docs_snippets.py", import.meta.url));
const score = "6.349300861358643\n";

let folder: string;
let stub: Stub;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "snippets-"));
  stub = await startStub({
    endpoints: [{ name: "xgboost-biketrain-v1", modelFile: "models/bike-rental/xgboost.json" }],
    s3Folder: folder,
  });
});
afterAll(async () => {
  await stub.close();
  await rm(folder, { recursive: true });
});

/** Runs the Python of a section, and gives what it prints. */
async function run(section: string): Promise<string> {
  const from = page.indexOf(`\n## ${section}\n`);
  const [, snippet] = /```python\n(.*?)```/s.exec(page.slice(from))!;
  const python = spawn(process.env["SKEWLESS_PYTHON"]!, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      AWS_ENDPOINT_URL: stub.url,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "any",
      AWS_SECRET_ACCESS_KEY: "any",
    },
  });
  python.stdin.end(snippet);
  let printed = "";
  for await (const chunk of python.stdout) printed += String(chunk);
  return printed;
}

withBoto3("the streamed answer is the golden one", async () => {
  expect(await run("Streamed answers")).toBe(score);
});

withBoto3("the asynchronous call's result lies where it says", async () => {
  const [id, output, failure] = (await run("Asynchronous calls")).trim().split(" ");
  expect([output, failure]).toEqual([`s3://results/out/${id}.out`, `s3://results/failed/${id}-error.out`]);
  const written = await vi.waitFor(() => readFile(join(folder, `results/out/${id}.out`), "utf8"));
  expect(written).toBe(score);
  expect(await readdir(join(folder, "results"))).toEqual(["out"]);
});

withBoto3("the session is opened, used and closed", async () => {
  const [, id, closed] = /^(\S+); Expires=\S+ (\S+)\n$/.exec(await run("Sessions, attributes, ids"))!;
  expect(closed).toBe(id);
});
