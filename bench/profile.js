// `npm run bench:profile`: where the CPU goes of a service under load, as a table of self times.
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { learnAnswers, setLatency, voidBecause } from "./http/cell.js";
import { loadGenerator } from "./http/load.js";
import { ready, start, stopAll } from "./http/processes.js";
import { requestsOf } from "./http/requests.js";
import { LATENCIES } from "./http/scenarios.js";
import { selfTimes } from "./http/self-times.js";
import { services } from "./http/services.js";
import { here, thousands } from "./measure.js";
import { GENERATOR, SETTINGS, readOptions } from "./options.js";

const { values } = readOptions({
  summary:
    "Which functions take the time of a service under load: a table of self times, and the share of each package.",
  run: "bench:profile",
  options: {
    service: {
      type: "string",
      value: "NAME",
      default: "skewless",
      description: "A service of npm run bench that Node runs",
    },
    connections: { type: "number", default: 200, description: "Connections that ask at a time" },
    rows: { type: "number", default: 1, description: "Rows a request" },
    latency: {
      type: "string",
      value: "MS",
      default: "5",
      description: `Of the endpoint: ${LATENCIES.map(({ name }) => name).join(", ")}`,
    },
    seconds: { type: "number", default: 5, description: "How long it is watched" },
    "warm-up": { type: "number", default: 3, description: "Seconds of load before that" },
    top: { type: "number", default: 30, description: "Functions in the table" },
    generator: GENERATOR,
    save: {
      type: "string",
      value: "FILE.cpuprofile",
      description: "Keep the profile, for the developer tools of a browser",
    },
    set: SETTINGS,
  },
  needs: "the build (npm run build).",
  writes: "the table to stdout; FILE.cpuprofile where --save is given.",
});
const latency = LATENCIES.find(({ name }) => name === values.latency);
if (latency === undefined)
  throw new Error(`--latency must be one of ${LATENCIES.map(({ name }) => name).join(", ")}`);
const { connections, rows, seconds } = values;
const { load } = loadGenerator(values.generator);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

try {
  const endpoint = await start({ command: process.execPath, args: [here("instant-endpoint.js"), "PORT"] });
  await ready(endpoint, () => setLatency(endpoint.url, latency));
  const { services: present } = await services(endpoint.url, values.set);
  const service = present.find(
    ({ name, program }) => name === values.service && program.command === process.execPath,
  );
  if (service === undefined)
    throw new Error(`--service ${values.service}: there is no such service of Node's`);
  const { program, constant, title } = service;
  const preload = ["--import", new URL("http/profiler.js", import.meta.url).href];
  const running = await start({ ...program, args: [...preload, ...program.args], ipc: true });
  const requests = await ready(running, () => learnAnswers(running.url, requestsOf(rows), constant));
  const asked = {
    url: running.url,
    requests,
    connections,
    ...(constant === undefined ? {} : { constant: requests[0].expected }),
  };
  await load({ ...asked, seconds: values["warm-up"] });
  await told(running.child, "start");
  const loaded = await load({ ...asked, seconds });
  const { profile } = await told(running.child, "stop");
  const bad = voidBecause(loaded);
  if (bad !== undefined) throw new Error(bad);
  if (values.save !== undefined) await writeFile(values.save, JSON.stringify(profile));
  const perS = thousands(loaded.answers / loaded.seconds);
  process.stdout
    .write(`${title}, ${connections} connections, ${rows === 1 ? "1 row" : `${rows} rows`} a request, endpoint ${latency.title}: ${perS} requests/s while profiled.

${selfTimes(profile, values.top)}
`);
} finally {
  await stopAll();
}

/** Tells the profiler within a service something, and waits for its answer. */
async function told(child, message) {
  const answer = once(child, "message");
  child.send(message);
  const [said] = await answer;
  return said;
}
