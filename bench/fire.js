// `npm run bench:fire`: a million rows through the service while its endpoint fails in every way; each answer is compared with the truth.
//
// node bench/fire.js [--rows 1000000] [--seconds 900] [--seed 1] [--callers 64] [--out DIR] [--set NAME=VALUE …]
//   --set   a setting of Skewless, where it is not to be the default
// Ends with 1 where anything is not as it must be.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { report } from "./fire/report.js";
import { fire } from "./fire/run.js";
import { here } from "./measure.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "900" },
    seed: { type: "string", default: "1" },
    callers: { type: "string", default: "64" },
    out: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
  },
});

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const tally = await fire({
  rows: Number(values.rows),
  seconds: Number(values.seconds),
  seed: Number(values.seed),
  callers: Number(values.callers),
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
