// `npm run bench:fire`: a million rows through the service while its endpoint fails in every way; each answer is compared with the truth.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { report } from "./fire/report.js";
import { fire } from "./fire/run.js";
import { here } from "./measure.js";
import { SETTINGS, readOptions } from "./options.js";

const { values } = readOptions({
  summary: `Sends rows through the service while its endpoint fails in every way that there is, and callers ask for few rows and
for many, strictly and leniently, in a hurry, or go away. Each answer is compared with the truth.`,
  run: "bench:fire",
  options: {
    rows: { type: "number", default: 1_000_000, description: "Rows that are sent in all" },
    seconds: { type: "number", default: 900, description: "It ends after so long at the latest" },
    seed: { type: "number", default: 1, description: "Of the rows, the requests and the faults" },
    callers: { type: "number", default: 64, description: "How many ask at a time" },
    out: { type: "string", value: "DIR", description: "Where fire.md is written (default: bench/results)" },
    set: SETTINGS,
  },
  needs: "the build (npm run build).",
  writes: "DIR/fire.md, which is printed too. Ends with 1 where an answer was not as it must be.",
});

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const tally = await fire({
  rows: values.rows,
  seconds: values.seconds,
  seed: values.seed,
  callers: values.callers,
  mostRows: 5000,
  distinctRows: 50_000,
  marginMs: 2000,
  mostBytes: 768 * 2 ** 20,
  settings: values.set,
  say: (text) => process.stderr.write(`${text}\n`),
});
const page = report(tally);
const folder = resolve(values.out ?? here("results"));
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "fire.md"), page);
process.stdout.write(page);
process.stderr.write(`written: ${join(folder, "fire.md")}\n`);
if (tally.violationCount > 0) process.exitCode = 1;
