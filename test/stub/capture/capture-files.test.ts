import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCaptureFiles } from "../../../src/stub/capture/capture-files.ts";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "files-"))));
afterAll(() => rm(folder, { recursive: true }));

test("lines that come faster than they are written are dropped at the limit, and counted", async () => {
  const problems: string[] = [];
  const files = createCaptureFiles({ onProblem: (text) => problems.push(text), maxWaitingBytes: 10 });
  const variant = join(folder, "a/b");
  for (const line of ["1234", "5678", "9", "0"]) files.add(variant, line, 0);
  await files.flush();
  files.add(variant, "123456789", 0);
  files.add(variant, "0", 0);
  await files.flush();
  const path = join(variant, "1970/01/01/00");
  const [name] = await readdir(path);
  expect(name).toMatch(/^00-00-000-/);
  expect(await readFile(join(path, name!), "utf8")).toBe("1234\n5678\n123456789\n");
  expect(problems).toEqual([
    "Calls that were not captured, for they came faster than they could be written: 2.",
    "Calls that were not captured, for they came faster than they could be written: 1.",
  ]);
});

test("lines are written without anybody's asking, a moment after they came", async () => {
  const files = createCaptureFiles({ onProblem: () => {}, flushMs: 5 });
  files.add(join(folder, "c/d"), "line", 0);
  await expect
    .poll(() => readdir(join(folder, "c/d/1970/01/01/00")).catch(() => []), { timeout: 2000 })
    .toHaveLength(1);
});
