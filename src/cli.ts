#!/usr/bin/env node
import { run } from "./commands/run.ts";
import { environment } from "./environment.ts";
import { requireNode } from "./node-version.ts";

try {
  requireNode();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(2);
}

const stop = new AbortController();
// Once: a second Ctrl-C ends the process at once, as people expect of it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
// A failed write is told to who wrote it; without a listener the event would end the process with a stack.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: environment,
  signal: stop.signal,
});
