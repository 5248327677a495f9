// What is wrong with the endpoint, second by second.

/** What the container says, and the platform's messages; no caller may ever read it. */
export const SECRET = "hunter2";

/**
 * Rows that fail wherever they go. They come first in every plan and every plan has one seed, so that the same rows are
 * poisoned from the first call to the last.
 */
export const POISONS = [
  { fault: "poison", share: 0.0003, status: 400, message: `Bad row of ${SECRET}` },
  { fault: "poison", share: 0.0002, status: 500, message: `Traceback of ${SECRET}` },
  { fault: "poison", share: 0.001, value: "NaN" },
];

const LATENCIES = [
  { fault: "latency", distribution: "lognormal", medianMs: 4, sigma: 0.8, perRowMs: 0.01 },
  { fault: "latency", distribution: "uniform", minMs: 1, maxMs: 12 },
  { fault: "latency", distribution: "normal", meanMs: 8, deviationMs: 3, perRowMs: 0.02 },
  { fault: "latency", ms: 2, perRowMs: 0.05 },
  {
    fault: "latency",
    distribution: "histogram",
    buckets: [
      { toMs: 5, count: 90 },
      { toMs: 20, count: 8 },
      { toMs: 250, count: 2 },
    ],
  },
  { fault: "cold-start", ms: 60 },
];

const DIALECTS = [
  "lines",
  "comma-line",
  "quoted-lines",
  "header-lines",
  "json-list",
  "json-score",
  "json-predicted-score",
  "json-predictions",
  "json-nested",
  "json-prediction",
  "json-scores",
  "json-columns",
  "jsonlines",
  "jsonlines-predicted-score",
];

/** In force for the last eight of forty seconds, in turns. */
const CAPACITIES = [
  { fault: "ceiling", limit: 6 },
  { fault: "workers", limit: 8 },
  { fault: "workers", limit: 2, backlog: 3 },
  { fault: "workers", limit: 2, backlog: 3, excess: "service-unavailable" },
];

const message = `Something of ${SECRET}`;

/** What callers are told who ask for too much. */
const OF_TOO_MANY = [
  { fault: "throttle" },
  { fault: "error", status: 429, type: "TooManyRequestsException", message, retryAfterSeconds: 1 },
  { fault: "model-error", status: 429, message },
  { fault: "model-error", status: 503, message },
  { fault: "model-error", status: 0, afterMs: 50 },
];

/** Other mishaps after which no row can be blamed. */
const OF_THE_ENDPOINT = [
  { fault: "model-not-ready", message },
  { fault: "internal-failure", message, afterMs: 5 },
  { fault: "service-unavailable", message },
  { fault: "internal-dependency", message },
  { fault: "error", status: 403, type: "AccessDeniedException", message },
  { fault: "html" },
  { fault: "html", status: 504, afterMs: 20 },
  { fault: "model-error", status: 0, reason: "no-response" },
  { fault: "reset", at: "start" },
  { fault: "reset", at: "body", afterMs: 3 },
  { fault: "truncate", framing: "length" },
  { fault: "truncate", framing: "chunked" },
  { fault: "slow-body", ms: 150 },
];

/** Mishaps that blame rows at random: what a caller is told of a row is then not the row's doing. */
const OF_ROWS = [
  { fault: "model-error", status: 400, message },
  { fault: "model-error", status: 415, message },
  { fault: "model-error", status: 500, message },
  { fault: "model-error", status: 502, unreadable: true },
  { fault: "row-count", by: 1 },
  { fault: "row-count", by: -1 },
  { fault: "row-count", by: 7, row: 0 },
  { fault: "non-finite" },
  { fault: "non-finite", value: "Infinity", row: 0 },
  { fault: "non-finite", value: "-Infinity" },
  { fault: "body", text: "" },
  { fault: "body", text: "null", contentType: "application/json" },
  { fault: "body", text: '{"predictions": []}', contentType: "application/json" },
  { fault: "body", text: `${SECRET}: Internal Server Error`, contentType: "text/html" },
  { fault: "content-type", value: null },
  { fault: "content-type", value: "application/json" },
  { fault: "content-type", value: "text/csv" },
  { fault: "content-type", value: "text/html; charset=latin1" },
];

/** They keep a place in the limit until the deadline, so they are rare. */
const HANGS = [
  { fault: "hang", at: "start" },
  { fault: "hang", at: "body" },
];

/** How often each strikes in a mixed second. A throttle keeps calls few for half a minute, so that there must be few of them. */
const MIXED = [
  ...mixedOf(OF_THE_ENDPOINT, 0.006),
  ...mixedOf(OF_ROWS, 0.006),
  ...mixedOf(OF_TOO_MANY, 0.0003),
  ...mixedOf(HANGS, 0.0007),
];
const STORMS = [...OF_THE_ENDPOINT, ...OF_ROWS, ...OF_TOO_MANY];

function mixedOf(rules, probability) {
  return rules.map((rule) => Object.assign({ probability }, rule));
}

/**
 * The plan of one second: of eight, two are calm (poisoned rows, slow and full endpoints, any dialect, and no mishap), five
 * mixed (every mishap there is, each seldom), and in one half of all calls have one and the same mishap.
 *
 * @param {number} tick seconds since the start
 * @param {number} seed of the plan, the same for all
 * @returns {{ isCalm: boolean, plan: { seed: number, faults: object[] } }} in a calm one only poisoned rows may be told to
 *   be at fault
 */
export function planOf(tick, seed) {
  const turn = tick % 8;
  const isCalm = turn < 2;
  const mishaps = isCalm ? [] : turn === 6 ? stormOf(tick) : turned(MIXED, tick * 7);
  return {
    isCalm,
    plan: {
      seed,
      faults: [
        ...POISONS,
        LATENCIES[tick % LATENCIES.length],
        ...dialectsOf(tick),
        ...capacityOf(tick),
        // Each rule draws by its place: moved on, it draws other numbers than it did a second ago.
        ...Array.from({ length: (tick * 13) % 400 }, () => NOTHING),
        ...mishaps,
      ],
    },
  };
}

const NOTHING = { fault: "throttle", probability: 0 };

function capacityOf(tick) {
  return tick % 40 < 32 ? [] : [CAPACITIES[Math.floor(tick / 40) % CAPACITIES.length]];
}

/** In every fifth second containers of several dialects answer. */
function dialectsOf(tick) {
  const isSeveral = tick % 5 === 4;
  const names = isSeveral ? [tick, tick + 5, tick + 10] : [tick];
  return names.map((name) => ({
    fault: "dialect",
    dialect: DIALECTS[name % DIALECTS.length],
    probability: isSeveral ? 0.4 : 1,
  }));
}

function stormOf(tick) {
  return [{ ...STORMS[(Math.floor(tick / 8) * 5) % STORMS.length], probability: 0.5 }];
}

/** Of those that strike the first counts: each is to be the first in turn. */
function turned(list, by) {
  const first = by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}
