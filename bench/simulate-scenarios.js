// What the policies are tried on. Times in milliseconds.

const latencies = [
  { baseMs: 0, rowMs: 0 },
  { baseMs: 5, rowMs: 0 },
  { baseMs: 20, rowMs: 0 },
  { baseMs: 100, rowMs: 0 },
  { baseMs: 5, rowMs: 0.1 },
];

const crossed = (...lists) =>
  lists.reduce((all, list) => all.flatMap((one) => list.map((other) => ({ ...one, ...other }))), [{}]);
const each = (name, values) => values.map((value) => ({ [name]: value }));

/** An endpoint that takes any number of calls at a time: the cases of the bench of the service. */
const unlimited = crossed(each("rows", [1, 100]), latencies, each("clients", [1, 50, 200, 1000]));

/** One that serves `capacity` calls at a time, and keeps the others waiting or refuses them. */
const limited = crossed(
  each("rows", [1]),
  each("full", ["queue", "throttle"]),
  each("capacity", [1, 4, 16]),
  latencies.slice(1),
  each("clients", [50, 200, 1000]),
);

/** One whose calls take longer or shorter by chance: a log-normal factor of sigma 0.3. */
const jittery = crossed(
  [{ rows: 1, full: "queue", jitter: 0.3 }],
  each("capacity", [4, Infinity]),
  latencies.slice(1, 4),
  each("clients", [50, 200, 1000]),
);

/** One whose capacity changes every ten seconds. */
const changing = crossed(
  [{ rows: 1, clients: 200, steps: [16, 4, 16], stepMs: 10_000 }],
  each("full", ["queue", "throttle"]),
  latencies.slice(1, 4),
);

export const sections = [
  { title: "An endpoint that takes any number of calls", scenarios: unlimited },
  { title: "An endpoint that serves so many calls at a time", scenarios: limited },
  { title: "An endpoint whose latency jitters (log-normal, σ = 0.3)", scenarios: jittery },
  { title: "An endpoint whose capacity steps from 16 to 4 to 16 calls, every 10 s", scenarios: changing },
];

/** A scenario in words. */
export function describe({ rows, baseMs, rowMs, clients, capacity, full, steps }) {
  const latency = rowMs === 0 ? `${baseMs} ms` : `${baseMs} ms + ${rowMs} ms a row`;
  const limit = steps ?? (Number.isFinite(capacity) ? [capacity] : []);
  const refusal = limit.length === 0 ? "" : `, ${limit.join(" → ")} at a time, then ${full}s`;
  return `${latency}, ${clients} × ${rows === 1 ? "1 row" : `${rows} rows`}${refusal}`;
}
