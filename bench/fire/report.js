// The tally → a page of Markdown.
import { cpus, totalmem } from "node:os";
import { table, thousands } from "../measure.js";

const ms = (value) => (value === undefined ? "–" : `${thousands(value)} ms`);
const mib = (bytes) => (bytes === undefined ? "–" : `${Math.round(bytes / 2 ** 20)} MiB`);

/**
 * @param {object} tally of {@link import("./run.js").fire}
 * @returns {string} Markdown
 */
export function report(tally) {
  const { options, memory, log, tally: endpoint } = tally;
  const share = (rows) => `${((100 * rows) / tally.rows).toFixed(1)} %`;
  return `# Under fire, measured

Made by \`npm run bench:fire\`: the service and the stub endpoint, each a process of its own, on one machine; the endpoint fails
in every way that [docs/stub.md](../../docs/stub.md) has, by another plan every second; ${options.callers} callers, each with one request at a time, know the
truth beforehand and compare every answer with it.

*Machine:* ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}.
*Seed:* ${options.seed}. *Settings:* REQUEST_TIMEOUT_MS=5000 MAX_REQUEST_TIMEOUT_MS=8000 LOG_LEVEL=debug${options.settings.map((text) => ` ${text}`).join("")}; all others are the defaults.

${table([
  ["", ""],
  ["rows asked for", thousands(tally.rows)],
  ["requests, of 1 to 5,000 rows", thousands(tally.requests)],
  ["distinct rows, no two with one prediction", thousands(tally.distinctRows)],
  ["of these poisoned: refused (400, 500) or answered NaN in any call", thousands(tally.poisonedRows)],
  ["seconds, plans of faults", `${thousands(tally.seconds)}, ${thousands(tally.plans)}`],
  ["**wrong answers, answers to the wrong caller**", `**${thousands(tally.wrong)}**`],
  ["**violations in all**", `**${thousands(tally.violationCount)}**`],
  ["right answers", `${thousands(tally.right)} (${share(tally.right)} of the rows)`],
  [
    "rows that were blamed though not poisoned, by a mishap that blames rows at random",
    thousands(tally.innocent),
  ],
  ["requests in calm, where that would be a violation", thousands(tally.calmRequests)],
  ["requests that shared a call with others", thousands(tally.sharing)],
  [
    "requests that ended after their own deadline; how long after it: p50, p99, most",
    `${thousands(tally.late)}; ${[tally.lateP50Ms, tally.lateP99Ms, tally.latestMs].map(ms).join(", ")}`,
  ],
  ["calls that the endpoint got", thousands(endpoint.calls)],
  [
    "retries, by the service's log",
    `${thousands(log.retries)} (${((100 * log.retries) / endpoint.calls).toFixed(1)} %)`,
  ],
  ["circuit opened, closed", `${log.opened}, ${log.closed}`],
  ["no call at the endpoint any more, after the last request", ms(tally.settledMs)],
  ["right answer again, after the last fault", ms(tally.recoveredMs)],
  ["service ended by SIGTERM in", ms(tally.stopMs)],
  [
    "memory of the service: at first, most in the first half, most in all, at last",
    [memory.firstBytes, memory.firstHalfBytes, memory.mostBytes, memory.lastBytes].map(mib).join(", "),
  ],
])}
${violations(tally)}
## What became of the requests

${counts("outcome", "requests", tally.outcomes)}

## Why rows of lenient requests had no prediction

${counts("code", "rows", tally.rowFaults)}

## What the endpoint did, by its own tally

${counts("answer", "calls", endpoint.answers)}

${counts("fault", "calls", endpoint.faults)}

## What counts as a violation

- A prediction that is not the row's own, a number for a row that is poisoned, invalid, or of a target that does not exist.
- Another number of predictions than of rows; a row without a prediction and without a reason.
- A request that ends more than ${thousands(options.marginMs)} ms after its deadline, a broken connection, an answer with another request's id.
- An error that is no catalogued problem, is \`internal-error\`, lacks a Retry-After that it should have, or tells what the
  container or the platform said.
- In calm: a row that is blamed and not poisoned.
- Calls that the endpoint still has when nobody waits; more retries than one call in ten; more than ${mib(options.mostBytes)} of memory; an error in
  the log; no right answer 2 s after the last fault; a service that does not end at once and with 0.
`;
}

function violations({ violations: told, violationCount }) {
  if (violationCount === 0) return "";
  return `\n## Violations\n\n${told.map((text) => `- ${text}`).join("\n")}\n`;
}

function counts(what, of, record) {
  const sorted = Object.entries(record).toSorted(([, a], [, b]) => b - a);
  return table([[what, of], ...sorted.map(([name, count]) => [name, thousands(count)])]);
}
