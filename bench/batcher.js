// What the batcher itself costs: one-row requests over an endpoint that answers at once.
import { readOptions } from "./options.js";

const { values } = readOptions({
  summary:
    "What the batcher itself costs: CPU and time of one-row requests over an endpoint that answers at once.",
  options: {
    requests: { type: "number", default: 400_000, description: "Requests of each of the five rounds" },
  },
  needs: "the build (npm run build).",
  writes: "nothing: the figures go to stdout.",
});

const { withBatch } = await import(new URL("../dist/endpoint/batch.js", import.meta.url));
const { createEnding } = await import(new URL("../dist/endpoint/ending.js", import.meta.url));

const { requests } = values;
const rounds = 5;
const target = Object.freeze({ endpointName: "bike" });
const rows = ["4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17"];
const answer = ({ rows: { length } }) => ({ answers: Array.from({ length }, () => 6.3), attempts: 1 });
const endpoint = (call) => Promise.resolve(answer(call));

const batched = withBatch({
  maxRows: 10_000,
  maxBytes: 6_291_456,
  maxCalls: 256,
  limit: { most: 256 },
  queue: { maxRows: 50_000, maxBytes: 67_108_864, maxWaitMs: 1000 },
})(endpoint);

/** CPU and wall time of a request in microseconds, with so many clients. */
async function measure(invoke, clients) {
  let left = requests;
  const client = async () => {
    while (left-- > 0) await invoke({ target, rows, width: 1 }, { signal: createEnding(), deadlineMs: 1e9 });
  };
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const { user, system } = process.cpuUsage(cpu);
  return { cpuUs: (user + system) / requests, wallUs: ((performance.now() - began) * 1000) / requests };
}

for (const clients of [1, 200]) {
  for (const [name, invoke] of [
    ["endpoint alone", endpoint],
    ["with the batcher", batched],
  ]) {
    const runs = [];
    for (let i = 0; i < rounds; i++) runs.push(await measure(invoke, clients));
    const { cpuUs, wallUs } = runs.toSorted((a, b) => a.cpuUs - b.cpuUs)[rounds >> 1];
    console.log(
      `${clients} at a time, ${name}: ${cpuUs.toFixed(2)} µs of CPU, ${wallUs.toFixed(2)} µs a request`,
    );
  }
}
