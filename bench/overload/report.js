// Figures → a page of Markdown, and what of it is not as it must be.
import { cpus, totalmem } from "node:os";
import { NODE_FLAGS, table, thousands } from "../measure.js";

const ms = (value) => (Number.isFinite(value) ? `${thousands(value)} ms` : "–");
const mib = (bytes) => (bytes === undefined ? "–" : `${Math.round(bytes / 2 ** 20)} MiB`);
const RECOVERY_MS = 2000;
const TOLD_MS = 50;
const MOST_GROWTH = 128 * 2 ** 20;

/** What is not as it must be, in words. */
export function misses(overloads, outages) {
  return [...overloads.flatMap(missesOfOverload), ...outages.flatMap(missesOfOutage)];
}

function missesOfOverload(figures) {
  const { title, acceptedP99Ms, boundMs, silent, wrong, memory, recoveredMs, outcomes, accepted } = figures;
  const told = [];
  const miss = (what) => told.push(`${title}: ${what}`);
  if (accepted === 0) miss("nothing is accepted");
  if (!(acceptedP99Ms <= boundMs))
    miss(`p99 of the accepted is ${ms(acceptedP99Ms)}, not ${ms(boundMs)} at most`);
  if (silent > 0) miss(`${silent} are refused without Retry-After`);
  if (wrong > 0) miss(`${wrong} wrong answers`);
  if (memory !== undefined && memory.all - memory.firstHalf > MOST_GROWTH) miss("memory grows");
  if (!(recoveredMs <= RECOVERY_MS)) miss(`it takes ${ms(recoveredMs)} to recover`);
  for (const outcome of Object.keys(outcomes)) {
    if (!["200", "overloaded", "endpoint-throttled"].includes(outcome))
      miss(`${outcomes[outcome]} × ${outcome}`);
  }
  return told;
}

function missesOfOutage({ kind, openedAfterMs, sinceOpenedP99Ms, silent, wrong, backAfterMs }) {
  const told = [];
  const miss = (what) => told.push(`endpoint ${kind}: ${what}`);
  if (kind === "refused" && openedAfterMs === undefined) miss("the circuit does not open");
  if (kind === "refused" && !(sinceOpenedP99Ms < TOLD_MS))
    miss(`callers are told in ${ms(sinceOpenedP99Ms)}`);
  if (silent > 0) miss(`${silent} are refused without Retry-After`);
  if (wrong > 0) miss(`${wrong} wrong answers`);
  if (!(backAfterMs <= RECOVERY_MS)) miss(`it takes ${ms(backAfterMs)} until an answer`);
  return told;
}

/** @returns {string} Markdown */
export function report(overloads, outages, { queueMs }) {
  const missed = misses(overloads, outages);
  return `# Overload and outage, measured

Made by \`npm run bench:overload\`: the service and the stub endpoint, each a process of its own, the load from a third one, on
one machine. Requests have one row each; each answer is compared with the row's own prediction.

*Machine:* ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node} with \`${NODE_FLAGS.join(" ")}\`. *Settings:* the defaults (QUEUE_MAX_WAIT_MS=${queueMs}), but where a column names others.

${missed.length === 0 ? "All is as it must be." : `**Not as it must be:**\n\n${missed.map((text) => `- ${text}`).join("\n")}`}

## Five times the endpoint's capacity

The endpoint's capacity is what 150 callers get of it, each with one request at a time. Then requests
come in a steady stream, whatever becomes of the others: a tenth of the capacity (unloaded), 0.3 of it, five times the
capacity, and 0.3 of it again. A request's time counts from when it was due. The 99th percentile of those that are let in must not be above twice that of the unloaded service
plus QUEUE_MAX_WAIT_MS, all others must be refused with a Retry-After, and 2 s after the load has dropped all must be as before:
in no window of 200 ms a refusal, or more than one in twenty (two at least) above twice the 99th percentile at 0.3 of the capacity before.

${table([
  ["", ...overloads.map(({ title, settings }) => [title, ...settings].join(", "))],
  ["capacity", ...overloads.map(({ capacity }) => `${thousands(capacity)}/s`)],
  ["p99, unloaded", ...overloads.map(({ unloadedP99Ms }) => ms(unloadedP99Ms))],
  ["p99 at 0.3 of the capacity", ...overloads.map(({ lightP99Ms }) => ms(lightP99Ms))],
  ["requests", ...overloads.map(({ requests, seconds }) => `${thousands(requests)} in ${seconds} s`)],
  [
    "answered",
    ...overloads.map(
      ({ accepted, seconds, capacity }) =>
        `${thousands(accepted)} (${Math.round((100 * accepted) / seconds / capacity)} % of the capacity)`,
    ),
  ],
  ["p50 of the answered", ...overloads.map(({ acceptedP50Ms }) => ms(acceptedP50Ms))],
  ["**p99 of the answered**", ...overloads.map(({ acceptedP99Ms }) => `**${ms(acceptedP99Ms)}**`)],
  ["its bound", ...overloads.map(({ boundMs }) => ms(boundMs))],
  ["refused", ...overloads.map(({ outcomes }) => refusals(outcomes))],
  ["without Retry-After", ...overloads.map(({ silent }) => silent)],
  [
    "p50, p99 of the refused",
    ...overloads.map(({ shedP50Ms, shedP99Ms }) => `${ms(shedP50Ms)}, ${ms(shedP99Ms)}`),
  ],
  ["wrong answers", ...overloads.map(({ wrong }) => wrong)],
  ["calls that the endpoint got", ...overloads.map(({ calls }) => thousands(calls))],
  [
    "memory: before, most in the first half, most in all",
    ...overloads.map(({ memory }) =>
      [memory?.firstBytes, memory?.firstHalf, memory?.all].map(mib).join(", "),
    ),
  ],
  [
    "**as before, after the load has dropped**",
    ...overloads.map(({ recoveredMs }) => `**${ms(recoveredMs)}**`),
  ],
])}

## An endpoint that is gone

${outages[0].perS} requests a second. *Refused*: the endpoint's process ends, and another one is started on the same port; the time counts from
when it answers. The circuit must open, callers must then be told in under 50 ms, and be answered 2 s after the endpoint is
back. *Frozen*: the process is stopped, so that connections are taken and nothing is answered. A call that got no answer
may still be going on: it says that the endpoint is gone only at its deadline (REQUEST_TIMEOUT_MS, 30 s), and until then it
is the queue that tells callers.

${table([
  ["", ...outages.map(({ kind, seconds }) => `${kind} for ${seconds.toFixed(1)} s`)],
  ["what callers got", ...outages.map(({ outcomes }) => refusals(outcomes, true))],
  ["circuit open after", ...outages.map(({ openedAfterMs }) => ms(openedAfterMs))],
  [
    "all failures: p50, p99",
    ...outages.map(({ failuresP50Ms, failuresP99Ms }) => `${ms(failuresP50Ms)}, ${ms(failuresP99Ms)}`),
  ],
  [
    "**failures since the circuit opened: p50, p99**",
    ...outages.map(({ sinceOpenedP50Ms, sinceOpenedP99Ms }) =>
      Number.isNaN(sinceOpenedP99Ms)
        ? "–"
        : `**${sinceOpenedP50Ms.toFixed(1)} ms, ${sinceOpenedP99Ms.toFixed(1)} ms**`,
    ),
  ],
  [
    "**first answer after the endpoint is back**",
    ...outages.map(({ backAfterMs }) => `**${ms(backAfterMs)}**`),
  ],
  [
    "last failure after the endpoint is back",
    ...outages.map(({ lastFailureAfterMs }) => ms(lastFailureAfterMs)),
  ],
  ["slowest answer of all", ...outages.map(({ slowestMs }) => ms(slowestMs))],
  ["wrong answers", ...outages.map(({ wrong }) => wrong)],
])}
`;
}

function refusals(outcomes, isAll = false) {
  return Object.entries(outcomes)
    .filter(([outcome]) => isAll || outcome !== "200")
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${thousands(count)} ${outcome}`)
    .join(", ");
}
