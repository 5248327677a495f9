// `npm run bench`: Skewless, and what else one could put before an endpoint, in turns under the same load.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { learnAnswers, measureCell, setLatency } from "./http/cell.js";
import { loadGenerator } from "./http/load.js";
import { plot } from "./http/plot.js";
import { ready, start, stopAll } from "./http/processes.js";
import { middleOf, report } from "./http/report.js";
import { requestsOf } from "./http/requests.js";
import { readOnly, scenarios } from "./http/scenarios.js";
import { SERVICE_NAMES, services } from "./http/services.js";
import { here } from "./measure.js";
import { GENERATOR, SETTINGS, readOptions } from "./options.js";

const { values } = readOptions({
  summary: `Skewless, a bare route, Fastify and Express with the AWS SDK, and FastAPI with boto3, in turns under the same load, before an
endpoint of several latencies. Each answer is compared with the truth; a cell with a wrong one is void.`,
  run: "bench",
  options: {
    quick: {
      type: "boolean",
      default: false,
      description: "Fewer latencies and connections: 2 minutes, not 15",
    },
    only: {
      type: "string",
      value: "KEY=A,B",
      multiple: true,
      description: `latency=0,5,5+0.1,20,100, connections=1,50,200,1000, rows=1,100\nor service=${SERVICE_NAMES.join(",")}`,
    },
    seconds: { type: "number", default: 2, description: "How long each cell is measured" },
    "warm-up": { type: "number", default: 1, description: "Seconds of load before that" },
    rounds: { type: "number", default: 1, description: "How often each cell is measured; the middle counts" },
    generator: GENERATOR,
    out: { type: "string", value: "DIR", description: "Where the page is written (default: bench/results)" },
    set: SETTINGS,
  },
  needs: `the build (npm run build). SKEWLESS_BENCH_PYTHON or SKEWLESS_PYTHON: a Python with fastapi, uvicorn[standard] and
boto3; without it FastAPI is left out. A quiet machine: the page says so where it was none.`,
  writes: "DIR/http.md, which is printed too, and DIR/http.svg.",
});
const seconds = { measured: Number(values.seconds), warmUp: Number(values["warm-up"]) };
const rounds = Number(values.rounds);
const only = readOnly(values.only, SERVICE_NAMES);
const asked = scenarios({ quick: values.quick, only });
const generator = loadGenerator(values.generator);
const folder = resolve(values.out ?? here("results"));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const begun = performance.now();
try {
  const endpoint = await startEndpoint();
  const { services: present, leftOut, versions } = await services(endpoint.url, values.set);
  for (const what of leftOut) say(`left out: ${what}`);
  const chosen = present.filter(({ name }) => only.get("service")?.includes(name) ?? true);
  const started = [];
  for (const service of chosen) started.push(await startService(service, endpoint));
  const cells = [];
  for (const [i, scenario] of asked.entries()) {
    const measured = await measureScenario(scenario, started, endpoint);
    for (const cell of measured) cells.push({ ...scenario, ...cell });
    progress(i + 1);
  }
  const minutes = (performance.now() - begun) / 60_000;
  const facts = { generator, versions, leftOut, seconds, rounds, minutes, services: chosen, set: values.set };
  await mkdir(folder, { recursive: true });
  const text = report(cells, facts);
  await writeFile(join(folder, "http.md"), text);
  await writeFile(join(folder, "http.svg"), plot(cells, chosen));
  process.stdout.write(text);
  say(`written: ${join(folder, "http.md")}, ${join(folder, "http.svg")}`);
} finally {
  await stopAll();
}

async function startEndpoint() {
  const endpoint = await start({ command: process.execPath, args: [here("instant-endpoint.js"), "PORT"] });
  await ready(endpoint, () => setLatency(endpoint.url, { ms: 0, rowMs: 0 }));
  return { url: endpoint.url, pid: endpoint.child.pid };
}

/** A service that answers, with the texts of its answers, warmed up. */
async function startService({ name, title, constant, program }, endpoint) {
  say(`starting ${title}`);
  const running = await start(program);
  const { url, child } = running;
  const learned = {};
  for (const rows of new Set(asked.map((scenario) => scenario.rows))) {
    const requests = requestsOf(rows);
    // Until it listens, and Skewless until its endpoint is known to answer.
    await ready(running, () => learnAnswers(url, requests.slice(0, 1), constant));
    learned[rows] = await learnAnswers(url, requests, constant);
    const service = { url, pid: child.pid, requests: learned[rows], ...constantOf(constant, learned[rows]) };
    await measureCell({
      load: generator.load,
      service,
      endpoint,
      connections: 50,
      seconds: { warmUp: seconds.warmUp, measured: seconds.warmUp },
    });
  }
  return { name, constant, url, pid: child.pid, learned };
}

/** All requests of a service that answers a constant have one answer. */
function constantOf(constant, learned) {
  return constant === undefined ? {} : { constant: learned[0].expected };
}

/** All services, in turns. */
async function measureScenario({ latency, connections, rows }, started, endpoint) {
  await setLatency(endpoint.url, latency);
  const results = started.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { name, constant, url, pid, learned }] of started.entries()) {
      const service = { url, pid, requests: learned[rows], ...constantOf(constant, learned[rows]) };
      const cell = await measureCell({ load: generator.load, service, endpoint, connections, seconds });
      results[i].push(cell);
      const what = cell.voided === undefined ? `${Math.round(cell.perS)}/s` : `void, ${cell.voided}`;
      say(`${latency.title}, ${connections} connections, ${rows} rows: ${name} ${what}`);
    }
  }
  return started.map(({ name }, i) => ({ service: name, ...middleOf(results[i]) }));
}

function progress(done) {
  const minutes = (performance.now() - begun) / 60_000;
  const left = (minutes / done) * (asked.length - done);
  say(`[${done}/${asked.length}] about ${Math.ceil(left)} min left`);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
