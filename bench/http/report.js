// Cells → a page of Markdown.
import { cpus, totalmem } from "node:os";
import { createRequire } from "node:module";
import { NODE_FLAGS, median, table, thousands } from "../measure.js";
import { LATENCIES } from "./scenarios.js";

/** Fewer answers than that, and the 99th percentile is no more than the slowest. */
const ENOUGH = 100;

/** Of a core: what programs that have nothing to do with it may take. */
const CALM = 0.1;

/**
 * Of several rounds, the middle of each figure; void where one was.
 *
 * @param {object[]} rounds cells of one service under one load
 */
export function middleOf(rounds) {
  const [first] = rounds;
  const bad = rounds.find(({ voided }) => voided !== undefined);
  if (bad !== undefined) return bad;
  const of = (read) => {
    const figures = rounds.map(read);
    return figures.includes(undefined) ? undefined : median(figures);
  };
  return {
    ...first,
    answers: Math.min(...rounds.map(({ answers }) => answers)),
    perS: of(({ perS }) => perS),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    rowsACall: of(({ rowsACall }) => rowsACall),
    cpu: Object.fromEntries(Object.keys(first.cpu).map((name) => [name, of(({ cpu }) => cpu[name])])),
  };
}

/**
 * @param {object[]} cells in the order of the table: scenario by scenario, service by service
 * @param {object} facts how they were measured
 * @returns {string} Markdown
 */
export function report(cells, facts) {
  return `# HTTP, measured

Made by \`npm run bench\`: all services in one run, in turns, under the same load, with the same endpoint behind them.

![Requests a second and 99th percentile of each service, by latency of the endpoint and number of connections](http.svg)

${machine(facts)}

${services(facts)}

${how(cells, facts)}

## Against the goals

${goals(cells)}

## All of it

\`×\` is Skewless's figure divided by that of the line: of requests a second more than 1 is better, of times less than 1.
${crowded(cells)}
${table([HEAD, ...cells.map((cell) => line(cell, skewlessOf(cells, cell)))])}
`;
}

function machine({ generator, versions, minutes }) {
  const packages = ["fastify", "express", "@aws-sdk/client-sagemaker-runtime"].map(
    (name) => `${name} ${versionOf(name)}`,
  );
  const all = [`Node ${process.version}`, ...packages, ...versions, `${generator.name} ${generator.version}`];
  return `${all.join(", ")}; ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}; ${minutes.toFixed(1)} minutes.`;
}

function versionOf(name) {
  return createRequire(import.meta.url)(`${name}/package.json`).version;
}

const SAID = {
  bare: "the limit: reads and encodes as Skewless does, calls nothing, answers a constant. No log, no headers of its own (bench/rivals/bare.js)",
  "bare-telling":
    "the same, but one line of log a request and headers as Skewless has them (bench/rivals/bare.js, TELL=1)",
  skewless:
    "`dist/main.js` with the default settings: validation, one line of log a request (to /dev/null), all headers",
  "fastify-sdk":
    "JSON Schema, CSV by hand, `InvokeEndpointCommand`, `expm1`; no log (bench/rivals/fastify-sdk.js)",
  "express-sdk": "the same behind Express and Ajv (bench/rivals/express-sdk.js)",
  "fastapi-boto3":
    "the same by Pydantic and boto3, one uvicorn process; no log (bench/rivals/fastapi_boto3.py)",
};

function services({ services: chosen, leftOut, set = [] }) {
  const besides = (name) =>
    name === "skewless" && set.length > 0 ? `. Not by default: ${set.join(", ")}` : "";
  return [
    ...chosen.map(({ name, title }) => `- **${title}**: ${SAID[name]}${besides(name)}.`),
    ...leftOut.map((what) => `- *Left out:* ${what}.`),
  ].join("\n");
}

function how(cells, { generator, seconds, rounds }) {
  const highest = (name) => Math.max(0, ...cells.map(({ cpu }) => cpu[name] ?? 0));
  const others = median(cells.map(({ cpu }) => cpu.others));
  const repeated = rounds === 1 ? "" : `, ${rounds} times, of which the median is shown`;
  return `Each service is one process; Node starts with ${NODE_FLAGS.map((flag) => `\`${flag}\``).join(" ")} (docs/engine.md). ${generator.name} keeps so many connections open, each of which sends its next request once it
has its answer: ${seconds.measured} s after ${seconds.warmUp} s to warm up${repeated}, longer where connections would have fewer than two answers each.
Requests differ, answers carry the \`X-Request-Id\` of theirs, and each is compared with the truth of its own request: a wrong
one, or another status than 200, voids the cell. The endpoint is \`bench/instant-endpoint.js\`, a process of its own, which
needs less CPU than any model: at most ${percent(highest("endpoint"))} of a core here, the load generator ${percent(highest("load"))}. Load, service and endpoint share
the ${cpus().length} cores, which is the same for all of them; other programs took ${percent(others)} of a core (median), ${percent(highest("others"))} at worst.${others > CALM ? " **That is too much for figures to be relied upon**, those a CPU second excepted." : ""}`;
}

function crowded(cells) {
  const few = cells.some(({ answers, voided }) => voided === undefined && answers < ENOUGH);
  return few ? `A p99 in brackets is of fewer than ${ENOUGH} answers: nearly the slowest.\n` : "";
}

const same = (a, b) =>
  a.latency.name === b.latency.name && a.connections === b.connections && a.rows === b.rows;

function skewlessOf(cells, cell) {
  return cells.find(
    (other) => other.service === "skewless" && other.voided === undefined && same(other, cell),
  );
}

const HEAD = [
  "endpoint",
  "connections",
  "rows",
  "service",
  "requests/s",
  "×",
  "p50 ms",
  "×",
  "p99 ms",
  "×",
  "rows a call",
  "CPU of the service",
  "requests a CPU second",
  "×",
];

function line(cell, own) {
  const { latency, connections, rows, service, voided, answers, perS, p50Ms, p99Ms, rowsACall, cpu } = cell;
  const place = [latency.title, thousands(connections), rows, service];
  if (voided !== undefined) return [...place, `void: ${plain(voided)}`, "", "", "", "", "", "", "", "", ""];
  const times = (name) => (own === undefined ? "" : ratio(own[name] / cell[name]));
  return [
    ...place,
    perS < 100 ? perS.toFixed(1) : thousands(perS),
    times("perS"),
    milliseconds(p50Ms),
    times("p50Ms"),
    answers < ENOUGH ? `(${milliseconds(p99Ms)})` : milliseconds(p99Ms),
    times("p99Ms"),
    Number.isFinite(rowsACall) ? rowsACall.toFixed(1) : "",
    cpu.service === undefined ? "" : percent(cpu.service),
    ...perCpuSecond(cell, own),
  ];
}

/** What a core can do at most: of all figures the one that other programs on the machine disturb least. */
function perCpuSecond(cell, own) {
  if (!(cell.cpu.service > 0)) return ["", ""];
  return [thousands(each(cell)), own === undefined ? "" : ratio(each(own) / each(cell))];
}

function each({ perS, cpu }) {
  return perS / cpu.service;
}

/** Fit for a cell of a table. */
function plain(text) {
  return text.replaceAll(/[\s|`<>]+/g, " ").slice(0, 120);
}

export function ratio(value) {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}

function milliseconds(ms) {
  return ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : thousands(ms);
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

/** The goals of requests with one row; who waits for the endpoint cannot do more than connections ÷ latency. */
function goals(cells) {
  const at = (service, latency, connections) =>
    cells.find(
      (cell) =>
        cell.service === service &&
        cell.voided === undefined &&
        same(cell, { latency, connections, rows: 1 }),
    );
  const times = (latency, connections, other, name) => {
    const [own, theirs] = [at("skewless", latency, connections), at(other, latency, connections)];
    return own === undefined || theirs === undefined ? "–" : ratio(own[name] / theirs[name]);
  };
  const lines = LATENCIES.map((latency) => [
    latency.title,
    times(latency, 200, "fastapi-boto3", "perS"),
    times(latency, 200, "fastify-sdk", "perS"),
    times(latency, 200, "bare", "perS"),
    times(latency, 200, "bare-telling", "perS"),
    latency.ms === 0 ? "" : thousands((200 / (latency.ms + latency.rowMs)) * 1000),
    times(latency, 1, "fastify-sdk", "p50Ms"),
  ]);
  return `Requests of one row. Requests a second at 200 connections, and p50 at one connection, Skewless to the other; where Skewless
waits for the endpoint, connections ÷ latency is all that anyone could reach.

${table([
  [
    "endpoint",
    "to FastAPI + boto3",
    "to Fastify + SDK",
    "to the bare route",
    "to that with log and headers",
    "200 ÷ latency, /s",
    "p50, to Fastify + SDK",
  ],
  ["*goal*", "*20*", "*8*", "*0.85*", "", "", "*at most 1.15*"],
  ...lines,
])}`;
}
