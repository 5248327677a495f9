import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { logLines } from "../src/log-lines.ts";
import { needs } from "./needs.ts";

const built = needs("the build (npm run build)", existsSync("dist/log-lines.js"));

/** What writes, and what it was given and told. */
function writer() {
  const seen: string[] = [];
  return { seen, write: (lines: string) => void seen.push(lines), flushSync: () => void seen.push("flush") };
}

const before = process.listeners("exit");
afterEach(() => {
  for (const listener of process.listeners("exit"))
    if (!before.includes(listener)) process.removeListener("exit", listener);
});

test("the lines of one turn of the event loop are written together, those of the next one after them", async () => {
  const to = writer();
  const { write } = logLines(to);
  write("one\n");
  write("two\n");
  expect(to.seen).toEqual([]);
  await setImmediate();
  expect(to.seen).toEqual(["one\ntwo\n"]);
  write("three\n");
  await setImmediate();
  await setImmediate();
  expect(to.seen).toEqual(["one\ntwo\n", "three\n"]);
});

test("what waits is written at once where that is asked for, and not a second time", async () => {
  const to = writer();
  const { write, flushSync } = logLines(to);
  write("one\n");
  flushSync();
  await setImmediate();
  expect(to.seen).toEqual(["one\n", "flush"]);
});

built("a process that ends in the same turn has written its lines", async () => {
  const script = `const { stdoutLines } = await import("./dist/log-lines.js");
for (const word of ["the ", "last ", "words\\n"]) stdoutLines().write(word);
if (stdoutLines() !== stdoutLines()) process.exit(4);
process.exit(3);`;
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  await expect(running).rejects.toMatchObject({ code: 3, stdout: "the last words\n" });
});
