// Five times as many requests as the endpoint can answer.
import { residentBytesOf } from "../http/processes.js";
import { startService, startStub } from "./house.js";
import { isRight, loadOf, outcomesOf, percentile } from "./load.js";

/** Of the endpoint's capacity: a load that finds it idle, one that it bears well, and one that is too much. */
const SHARES = { unloaded: 0.1, light: 0.3, overload: 5 };
/** Enough to keep every worker busy, in calls as large as they get. */
const CALLERS = 150;
const WINDOW_MS = 200;
/** What may go wrong in a window for it to be as before: one request in so many may be slow, on any machine. */
const FEW = 20;

/**
 * Endpoints of some 200 requests a second, whose workers are two, or four where a call has one row; what comes beyond
 * waits or is refused. The service could take many more, so that it is the endpoint that is short.
 *
 * @type {{ title: string, faults: object[], settings: string[] }[]}
 */
export const ENDPOINTS = [
  {
    title: "2 workers, 20 ms + 10 ms a row, others wait",
    faults: [
      { fault: "workers", limit: 2 },
      { fault: "latency", ms: 20, perRowMs: 10 },
    ],
    settings: [],
  },
  {
    title: "2 workers, 20 ms + 10 ms a row, others are throttled",
    faults: [
      { fault: "ceiling", limit: 2 },
      { fault: "latency", ms: 20, perRowMs: 10 },
    ],
    settings: [],
  },
  {
    title: "4 workers, 20 ms, calls of one row",
    faults: [
      { fault: "workers", limit: 4 },
      { fault: "latency", ms: 20 },
    ],
    settings: ["BATCH_MAX_ROWS=1"],
  },
];

/**
 * @param {(typeof ENDPOINTS)[number]} endpoint
 * @param {{ rows: object[], seconds: number, queueMs: number, say: (text: string) => void }} options
 */
export async function overload({ title, faults, settings }, { rows, seconds, queueMs, say }) {
  const stub = await startStub(faults);
  let service;
  try {
    service = await startService(stub.url, [`QUEUE_MAX_WAIT_MS=${queueMs}`, ...settings]);
    const load = loadOf(service.url, rows);
    say(`${title}: looking for the capacity`);
    await load.loop(CALLERS, 4);
    const busy = await load.loop(CALLERS, 6);
    const capacity = busy.filter(isRight).length / 6;
    say(`${title}: ${Math.round(capacity)} requests/s; unloaded`);
    await load.stream(SHARES.unloaded * capacity, 2);
    const unloaded = await load.stream(SHARES.unloaded * capacity, 10);
    const unloadedP99Ms = percentile(unloaded.filter(isRight), 0.99);
    say(`${title}: 0.3 of the capacity`);
    const light = await load.stream(SHARES.light * capacity, 6);
    const lightP99Ms = percentile(light.filter(isRight), 0.99);
    const memory = [residentBytesOf(service.child.pid)];
    const watch = setInterval(() => memory.push(residentBytesOf(service.child.pid)), 250);
    say(
      `${title}: p99 ${Math.round(unloadedP99Ms)} ms; ${SHARES.overload} times the capacity for ${seconds} s`,
    );
    const before = await stub.tally();
    const answered = load.stream(SHARES.overload * capacity, seconds);
    // The load drops when the last request has been sent, not when the last answer has come.
    await new Promise((resolve) => void setTimeout(resolve, 1000 * seconds));
    const droppedMs = performance.now();
    clearInterval(watch);
    say(`${title}: 0.3 of the capacity again`);
    const after = await load.stream(SHARES.light * capacity, 6);
    const told = await answered;
    const calls = (await stub.tally()).calls - before.calls;
    load.close();
    const accepted = told.filter(isRight);
    const shed = told.filter((one) => !isRight(one));
    return {
      title,
      settings,
      capacity,
      unloadedP99Ms,
      lightP99Ms,
      requests: told.length,
      seconds,
      calls,
      accepted: accepted.length,
      acceptedP50Ms: percentile(accepted, 0.5),
      acceptedP99Ms: percentile(accepted, 0.99),
      boundMs: 2 * unloadedP99Ms + queueMs,
      shed: shed.length,
      shedP50Ms: percentile(shed, 0.5),
      shedP99Ms: percentile(shed, 0.99),
      outcomes: outcomesOf(told),
      silent: shed.filter(({ saysWhen }) => !saysWhen).length,
      wrong: [...busy, ...unloaded, ...light, ...told, ...after].filter(({ isWrong }) => isWrong).length,
      memory: halves(memory),
      recoveredMs: recoveredAfter(after, droppedMs, 2 * lightP99Ms),
    };
  } finally {
    if (service !== undefined) await service.stop();
    await stub.stop();
  }
}

function halves(samples) {
  const known = samples.filter((bytes) => bytes !== undefined);
  const half = known.length >> 1;
  return known.length === 0
    ? undefined
    : { firstBytes: known[0], firstHalf: Math.max(...known.slice(0, half + 1)), all: Math.max(...known) };
}

/** When the first window began from which on none is shed and hardly any is slow. */
function recoveredAfter(told, droppedMs, slowMs) {
  let recoveredMs = 0;
  const last = Math.max(...told.map(({ atMs }) => atMs));
  for (let fromMs = droppedMs; fromMs < last; fromMs += WINDOW_MS) {
    const window = told.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + WINDOW_MS);
    const bad = window.filter((one) => !isRight(one));
    const slow = window.filter((one) => isRight(one) && one.tookMs > slowMs);
    if (bad.length > 0 || slow.length > Math.max(2, window.length / FEW)) {
      recoveredMs = fromMs + WINDOW_MS - droppedMs;
    }
  }
  return recoveredMs;
}
