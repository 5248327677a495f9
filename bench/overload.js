// `npm run bench:overload`: five times as many requests as the endpoint can answer, and an endpoint that is gone for a while.
//
// node bench/overload.js [--seconds 30] [--gone 10] [--out DIR]
// Ends with 1 where anything is not as it must be.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { randomOf } from "./fire/random.js";
import { makeRows } from "./fire/rows.js";
import { here } from "./measure.js";
import { outage } from "./overload/outage.js";
import { ENDPOINTS, overload } from "./overload/overload.js";
import { misses, report } from "./overload/report.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    gone: { type: "string", default: "10" },
    out: { type: "string" },
  },
});

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const say = (text) => process.stderr.write(`${text}\n`);
const queueMs = 1000;
const rows = await makeRows(5000, { random: randomOf(1), planSeed: 1 });
const overloads = [];
for (const endpoint of ENDPOINTS) {
  overloads.push(await overload(endpoint, { rows, seconds: Number(values.seconds), queueMs, say }));
}
const outages = [];
for (const kind of ["refused", "frozen"]) {
  outages.push(await outage(kind, { rows, seconds: Number(values.gone), say }));
}
const page = report(overloads, outages, { queueMs });
const folder = resolve(values.out ?? here("results"));
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "overload.md"), page);
process.stdout.write(page);
say(`written: ${join(folder, "overload.md")}`);
if (misses(overloads, outages).length > 0) process.exitCode = 1;
