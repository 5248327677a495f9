// `npm run bench:overload`: five times as many requests as the endpoint can answer, and an endpoint that is gone for a while.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { randomOf } from "./fire/random.js";
import { makeRows } from "./fire/rows.js";
import { here } from "./measure.js";
import { readOptions } from "./options.js";
import { outage } from "./overload/outage.js";
import { ENDPOINTS, overload } from "./overload/overload.js";
import { misses, report } from "./overload/report.js";

const { values } = readOptions({
  summary: `Sends five times as many requests as the endpoint can answer, to endpoints of several kinds; then takes the endpoint away
for a while, refusing or frozen. Says how many are answered, how fast the others are told, and how soon all is well again.`,
  run: "bench:overload",
  options: {
    seconds: { type: "number", default: 30, description: "How long each endpoint has too much to do" },
    gone: { type: "number", default: 10, description: "How many seconds the endpoint is gone" },
    out: {
      type: "string",
      value: "DIR",
      description: "Where overload.md is written (default: bench/results)",
    },
  },
  needs: "the build (npm run build).",
  writes: "DIR/overload.md, which is printed too. Ends with 1 where anything is not as it must be.",
});

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const say = (text) => process.stderr.write(`${text}\n`);
const queueMs = 1000;
const rows = await makeRows(5000, { random: randomOf(1), planSeed: 1 });
const overloads = [];
for (const endpoint of ENDPOINTS) {
  overloads.push(await overload(endpoint, { rows, seconds: values.seconds, queueMs, say }));
}
const outages = [];
for (const kind of ["refused", "frozen"]) {
  outages.push(await outage(kind, { rows, seconds: values.gone, say }));
}
const page = report(overloads, outages, { queueMs });
const folder = resolve(values.out ?? here("results"));
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "overload.md"), page);
process.stdout.write(page);
say(`written: ${join(folder, "overload.md")}`);
if (misses(overloads, outages).length > 0) process.exitCode = 1;
