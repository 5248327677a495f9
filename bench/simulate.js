// Compares ways to set the limit of calls in flight, each with calls of the best size, with the best of many fixed
// settings of calls in flight and rows a call. Virtual time, no endpoint. Needs `npm run build`; `--help` says how.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { aimd, fixed, gradient, vegas } from "./simulate-limits.js";
import { describe, sections } from "./simulate-scenarios.js";
import { simulate } from "./simulate-service.js";

const usage = `node bench/simulate.js [--seeds 1,2,3] [words that a scenario must have]

Simulates the scenarios with each seed, prints the tables, and, where all scenarios were simulated, writes them to
bench/results/simulation.md. --seeds: by what clients begin and endpoints jitter; 1,2,3,4,5 unless given.`;
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", short: "h", default: false },
    seeds: { type: "string", default: "1,2,3,4,5" },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
const seeds = values.seeds.split(",").map(Number);
if (!seeds.every(Number.isSafeInteger)) throw new Error(`--seeds takes whole numbers.\n\n${usage}`);

const built = (name) => import(new URL(`../dist/endpoint/${name}.js`, import.meta.url));
const { bestSize, fixedSize } = await built("call-size");
const { climbingLimit } = await built("limit");

const mostRows = 10_000;
const fixedLimits = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256];
const fixedRows = { 1: [1, 10, 50, mostRows], 100: [25, 100, 1000, mostRows] };
const algorithms = {
  "fixed at 8": () => fixed(8),
  AIMD: aimd,
  Vegas: vegas,
  Gradient2: gradient,
  climbing: () => climbingLimit({ most: 256 }),
};
const names = Object.keys(algorithms);
const goal = { perS: 0.9, p99: 1.2 };

const windowOf = ({ rows, clients, baseMs, steps, stepMs }) => {
  if (steps !== undefined) return { warmUpMs: 10_000, measureMs: stepMs * (steps.length - 1) };
  return { warmUpMs: 10_000, measureMs: rows * clients > 10_000 || baseMs >= 100 ? 6000 : 3000 };
};

/** The best fixed setting: all in a short run, the most promising ones in one as long as the others'. */
function bestFixed(scenario, seed) {
  const run = (limit, rows, window) => ({
    limit,
    rows,
    ...simulate(scenario, { limit: fixed(limit), size: fixedSize(rows) }, { ...window, seed }),
  });
  const { measureMs } = windowOf(scenario);
  const short = { warmUpMs: 500, measureMs: scenario.steps === undefined ? 1000 : measureMs };
  return fixedLimits
    .flatMap((limit) => fixedRows[scenario.rows].map((rows) => run(limit, rows, short)))
    .toSorted((a, b) => b.perS - a.perS)
    .slice(0, 3)
    .map(({ limit, rows }) => run(limit, rows, windowOf(scenario)))
    .toSorted((a, b) => b.perS - a.perS)[0];
}

function compareOnce(scenario, seed) {
  const best = bestFixed(scenario, seed);
  const results = Object.entries(algorithms).map(([name, create]) => {
    const policy = { limit: create(), size: bestSize(mostRows) };
    const { perS, p99 } = simulate(scenario, policy, { ...windowOf(scenario), seed });
    return { name, perS: perS / best.perS, p99: p99 / best.p99 };
  });
  return { best, results };
}

/** With each seed: the best fixed setting of the first, and the worst ratios of all of them. */
function compare(scenario) {
  const all = seeds.map((seed) => compareOnce(scenario, seed));
  const results = names.map((name) => {
    const ratios = all.map(({ results: one }) => one.find((result) => result.name === name));
    return {
      name,
      perS: Math.min(...ratios.map(({ perS }) => perS)),
      p99: Math.max(...ratios.map(({ p99 }) => p99)),
    };
  });
  return { scenario, best: all[0].best, results };
}

const short = (value) => (value < 9.995 ? value.toFixed(2) : value.toFixed(0));
const cell = ({ perS, p99 }) => {
  const text = `${short(perS)} / ${short(p99)}`;
  return perS < goal.perS || p99 > goal.p99 ? text : `**${text}**`;
};
const row = (cells) => `| ${cells.join(" | ")} |`;

function table(compared) {
  const head = ["scenario", "best fixed: calls × rows", "requests/s", "p99", ...names];
  const lines = compared.map(({ scenario, best, results }) => [
    describe(scenario),
    `${best.limit} × ${best.rows === mostRows ? "all" : best.rows}`,
    best.perS.toFixed(0),
    `${best.p99.toFixed(1)} ms`,
    ...results.map(cell),
  ]);
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}

function summary(compared) {
  const head = ["", ...names];
  const of = (pick) =>
    names.map((name) => pick(compared.map(({ results }) => results.find((r) => r.name === name))));
  const lines = [
    [
      "throughput not below 0.9",
      ...of((all) => `${all.filter(({ perS }) => perS >= goal.perS).length} of ${all.length}`),
    ],
    [
      "p99 not above 1.2",
      ...of((all) => `${all.filter(({ p99 }) => p99 <= goal.p99).length} of ${all.length}`),
    ],
    ["worst throughput", ...of((all) => short(Math.min(...all.map(({ perS }) => perS))))],
    ["worst p99", ...of((all) => short(Math.max(...all.map(({ p99 }) => p99))))],
  ];
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}

const chosen = sections
  .map(({ title, scenarios }) => ({
    title,
    scenarios: scenarios.filter((scenario) => words.every((word) => describe(scenario).includes(word))),
  }))
  .filter(({ scenarios }) => scenarios.length > 0);
const count = chosen.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
let done = 0;
const compared = chosen.map(({ title, scenarios }) => ({
  title,
  compared: scenarios.map((scenario) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${++done} of ${count} scenarios `);
    return compare(scenario);
  }),
}));
if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");

const report = `# Limits of calls in flight, simulated

<!-- Written by \`node bench/simulate.js\`. -->

Closed-loop clients, a service of one thread that turns as Node's event loop does (1 ms of CPU a call of the SDK, 0.06 ms a
request, 3 µs a row) and an endpoint, in virtual time. A request's time begins when its client sends it. *Best fixed* is
the best in throughput of ${fixedLimits.length * 4} settings of calls in flight × rows a call, found for each scenario and
seed by itself. The others find their way alone, with calls of the best size (\`src/endpoint/call-size.ts\`), from a cold
start: what counts is what comes after ten seconds. Throughput and 99th percentile are ratios to the best fixed setting's,
**the worst of ${seeds.length} seeds** (${seeds.join(", ")}). **Bold**: within the goal, not below ${goal.perS} nor above ${goal.p99}.
The first section has the scenarios of the goal.

Where an endpoint's capacity steps, the best fixed setting is one that knows the least capacity beforehand. Whoever has to
find out serves requests slowly for more than a hundredth of the time, so that the 99th percentile tells how slowly.

${summary(compared.flatMap((section) => section.compared))}

${compared.map((section) => `## ${section.title}\n\n${summary(section.compared)}\n\n${table(section.compared)}\n`).join("\n")}`;
console.log(report);
if (words.length === 0) await writeFile(new URL("results/simulation.md", import.meta.url), report);
