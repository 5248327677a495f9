// The service, its endpoint that fails in every way, and callers who know the truth.
import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ready, residentBytesOf, start, stop } from "../http/processes.js";
import { here } from "../measure.js";
import { call } from "./caller.js";
import { judge } from "./judge.js";
import { planOf } from "./plans.js";
import { randomOf } from "./random.js";
import { requestsOf } from "./requests.js";
import { makeRows } from "./rows.js";

const ENDPOINT = "xgboost-biketrain-v1";
const MODEL = here("../models/bike-rental/xgboost.json");
/** How soon the endpoint must have no call left, once nobody waits for an answer. */
const SETTLE_MS = 5000;
/** How soon the service must answer again, once nothing is wrong with the endpoint. */
const RECOVERY_MS = 2000;
/** How soon a service without work must have ended. */
const STOP_MS = 3000;
/** The longest that a caller stays away who was told to try later. */
const SHED_PAUSE_MS = 200;
const MOST_TOLD = 20;

/**
 * @typedef {object} FireOptions
 * @property {number} rows that must be answered right; further ones are asked for until then
 * @property {number} seconds after which no further request is made
 * @property {number} seed
 * @property {number} [firstTick] the second whose plan is the first; see `planOf`
 * @property {number} callers each with one request at a time
 * @property {number} mostRows of one request
 * @property {number} distinctRows
 * @property {number} marginMs how long after its deadline a request may end
 * @property {number} mostBytes of memory that the service may hold
 * @property {string[]} settings of the service, `NAME=VALUE`
 * @property {(text: string) => void} say
 */

/**
 * Runs it all, and ends all that it started.
 *
 * @param {FireOptions} options
 * @returns {Promise<object>} the tally; `violations` says what must not be
 */
export async function fire(options) {
  const { seed, say } = options;
  say(`making ${options.distinctRows} rows and their predictions`);
  const rows = await makeRows(options.distinctRows, { random: randomOf(seed), planSeed: seed });
  const { catalogue } = await import("../../dist/errors.js");
  const log = countLog();
  const stub = await start({
    command: process.execPath,
    args: [here("../dist/cli.js"), "stub", "--port", "PORT", `${ENDPOINT}=${MODEL}`],
  });
  const variables = settings(stub.url, options.settings);
  let service;
  try {
    const admin = administrator(stub.url);
    await ready(stub, admin.tally);
    service = await start({
      command: process.execPath,
      args: [here("../dist/main.js")],
      variables,
      onOutput: log.read,
    });
    await ready(service, () => readyz(service.url));
    await warmUp(service.url, rows);
    await admin.reset();
    const state = newTally();
    const weather = await startWeather(admin, seed, options.firstTick);
    const memory = watchMemory(service.child.pid);
    const progress = setInterval(() => say(line(state, options)), 1000);
    try {
      await callers({ url: service.url, variables, rows, weather, state, catalogue, options });
    } finally {
      clearInterval(progress);
      await weather.stop();
    }
    const after = await aftermath({ service, admin, rows, catalogue, state, options });
    return finish({ state, after, memory: memory.stop(), log: log.counts, options, rows });
  } finally {
    if (service !== undefined) await stop(service.child);
    await stop(stub.child);
  }
}

function settings(stubUrl, more) {
  return {
    HOST: "127.0.0.1",
    MODELS_DIR: here("../models"),
    ENDPOINT_NAME: ENDPOINT,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: stubUrl,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "fire",
    AWS_SECRET_ACCESS_KEY: "fire",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    READINESS: "answer",
    LOG_LEVEL: "debug",
    REQUEST_TIMEOUT_MS: "5000",
    MAX_REQUEST_TIMEOUT_MS: "8000",
    ...Object.fromEntries(more.map((text) => text.split(/=(.*)/s, 2))),
  };
}

/** A process that has just started takes long for its first large requests, which is no matter of deadlines. */
async function warmUp(url, rows) {
  for (let i = 0; i < 5; i++) {
    const some = rows.slice(1000 * i, 1000 * (i + 1));
    const body = `{"instances":[${some.map(({ text }) => text).join(",")}]}`;
    const response = await fetch(`${url}/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`a request without faults is answered ${response.status}`);
  }
}

async function readyz(url) {
  const response = await fetch(`${url}/readyz`);
  if (!response.ok) throw new Error(`/readyz answers ${response.status}: ${await response.text()}`);
}

/** The stub's own interface. */
function administrator(url) {
  const ask = async (method, path, sent = {}) => {
    const response = await fetch(`${url}/admin/${path}`, { method, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    put: (plan) => ask("PUT", "faults", { body: JSON.stringify(plan) }),
    clear: () => ask("DELETE", "faults"),
    tally: () => ask("GET", "tally"),
    reset: () => ask("DELETE", "tally"),
  };
}

/** Another plan every second; knows when none but poisoned rows could be refused. */
async function startWeather(admin, seed, firstTick = 0) {
  let tick = firstTick;
  /** When the last plan that was not calm ceased, and whether one is in force now. */
  let roughUntilMs = -Infinity;
  let isRough = false;
  let failure;
  const change = async () => {
    const { isCalm, plan } = planOf(tick++, seed);
    if (!isCalm) isRough = true;
    await admin.put(plan);
    if (isCalm && isRough) {
      isRough = false;
      roughUntilMs = performance.now();
    }
  };
  await change();
  let going = Promise.resolve();
  const timer = setInterval(() => {
    going = going.then(change).catch((error) => (failure ??= error));
  }, 1000);
  return {
    isCalmSince: (ms) => !isRough && roughUntilMs < ms,
    plans: () => tick - firstTick,
    stop: async () => {
      clearInterval(timer);
      await going;
      if (failure !== undefined) throw failure;
    },
  };
}

function newTally() {
  return {
    beganMs: performance.now(),
    requests: 0,
    rows: 0,
    outcomes: {},
    rowFaults: {},
    right: 0,
    wrong: 0,
    innocent: 0,
    calmRequests: 0,
    overDeadlineMs: [],
    violationCount: 0,
    violations: [],
    endpointIds: new Set(),
    sharing: 0,
  };
}

async function callers({ url, variables, rows, weather, state, catalogue, options }) {
  const random = randomOf(options.seed + 1);
  const next = requestsOf({
    random,
    rows,
    defaultMs: Number(variables.REQUEST_TIMEOUT_MS),
    longestMs: Number(variables.MAX_REQUEST_TIMEOUT_MS),
    mostRows: options.mostRows,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const untilMs = performance.now() + options.seconds * 1000;
  const known = { catalogue, isCalmSince: weather.isCalmSince };
  const one = async () => {
    while (state.right < options.rows && performance.now() < untilMs && state.violationCount < 1000) {
      const asked = next();
      state.requests++;
      state.rows += asked.rows.length;
      const isShed = await exchange({
        url: `${url}/predict`,
        asked,
        agent,
        state,
        known,
        marginMs: options.marginMs,
      });
      // Whoever is told to come back later does, though sooner than told.
      if (isShed) await delay(SHED_PAUSE_MS * random());
    }
  };
  await Promise.all(Array.from({ length: options.callers }, one));
  state.seconds = (performance.now() - state.beganMs) / 1000;
  state.plans = weather.plans();
  agent.destroy();
}

/**
 * One request, and what is thought of what came of it.
 *
 * @returns {Promise<boolean>} whether the caller was told to try later
 */
async function exchange({ url, asked, agent, state, known, marginMs }) {
  const beganMs = performance.now();
  const { tookMs, answer, gone, failure } = await call(url, asked, agent);
  const count = (outcome) => (state.outcomes[outcome] = (state.outcomes[outcome] ?? 0) + 1);
  if (gone === true) {
    count("(the caller went away)");
    return false;
  }
  const isCalm = known.isCalmSince(beganMs);
  if (isCalm) state.calmRequests++;
  const overMs = tookMs - asked.deadlineMs;
  if (overMs > 0) state.overDeadlineMs.push(overMs);
  if (overMs > marginMs) {
    violate(
      state,
      `${asked.id} (${asked.rows.length} rows): ${Math.round(overMs)} ms over ${asked.deadlineMs} ms`,
    );
  }
  if (failure !== undefined) {
    count("(no answer)");
    violate(state, `${asked.id} (${asked.rows.length} rows): ${failure}`);
    return false;
  }
  const verdict = judge(asked, answer, { catalogue: known.catalogue, isCalm });
  count(verdict.outcome === "200" && asked.isLenient ? "200, lenient" : verdict.outcome);
  for (const [code, rows] of Object.entries(verdict.rowFaults)) {
    state.rowFaults[code] = (state.rowFaults[code] ?? 0) + rows;
  }
  for (const name of ["right", "wrong", "innocent"]) state[name] += verdict[name];
  for (const what of verdict.violations) violate(state, what);
  const { "x-amzn-requestid": ids, "skewless-batch-rows": batchRows } = answer.headers;
  for (const id of ids?.split(/,\s*/) ?? []) state.endpointIds.add(id);
  if (Number(batchRows) > asked.rows.length) state.sharing++;
  return answer.status === 503;
}

function violate(state, what) {
  state.violationCount++;
  if (state.violations.length < MOST_TOLD) state.violations.push(what);
}

/** What must be once nobody asks any more. */
async function aftermath({ service, admin, rows, catalogue, state, options }) {
  await admin.clear();
  const cleared = performance.now();
  const recovering = recovery({ service, rows, catalogue, state, options, cleared });
  const { tally, settledMs } = await settled(admin, SETTLE_MS);
  const recoveredMs = await recovering;
  const stopping = performance.now();
  await stop(service.child);
  const stopMs = performance.now() - stopping;
  if (service.child.exitCode !== 0) {
    violate(state, `the service ended with ${service.child.exitCode}: ${service.lastWords()}`);
  }
  if (stopMs > STOP_MS + options.marginMs) {
    violate(state, `the service took ${Math.round(stopMs)} ms to end without work`);
  }
  const { tally: last } = await settled(admin, options.marginMs);
  if (tally.inFlight > 0) {
    violate(
      state,
      `the endpoint still has ${tally.inFlight} calls that nobody waits for, ${last.inFlight} after the service's end`,
    );
  }
  const ended = Object.values(last.answers).reduce((sum, count) => sum + count, 0);
  if (ended !== last.calls) violate(state, `the endpoint has had ${last.calls} calls, and ended ${ended}`);
  if (state.endpointIds.size > (last.answers["200"] ?? 0)) {
    violate(
      state,
      `callers know of ${state.endpointIds.size} calls, the endpoint answered ${last.answers["200"]}`,
    );
  }
  if (state.right > last.rows)
    violate(state, `${state.right} rows answered, the endpoint has read ${last.rows}`);
  return { tally: last, settledMs, recoveredMs, stopMs };
}

/** Waits until the endpoint has no call, or the time is over. */
async function settled(admin, mostMs) {
  const beganMs = performance.now();
  for (;;) {
    const tally = await admin.tally();
    const settledMs = performance.now() - beganMs;
    if (tally.inFlight === 0 || settledMs > mostMs) return { tally, settledMs };
    await delay(20);
  }
}

/** How long until it answers with nothing wrong any more. */
async function recovery({ service, rows, catalogue, state, options, cleared }) {
  const good = rows.find(({ poison }) => poison < 0);
  const agent = new Agent();
  for (let i = 0; ; i++) {
    const id = `after-${i}`;
    const asked = {
      id,
      rows: [good],
      invalid: -1,
      body: `{"instances":[${good.text}]}`,
      headers: { "content-type": "application/json", "x-request-id": id },
      isLenient: false,
      deadlineMs: 5000,
      target: "none",
      isWhole: false,
    };
    const { answer, failure } = await call(`${service.url}/predict`, asked, agent);
    const tookMs = performance.now() - cleared;
    if (failure !== undefined) violate(state, `${id}: ${failure}`);
    else {
      const { violations } = judge(asked, answer, { catalogue, isCalm: true });
      for (const what of violations) violate(state, what);
      if (answer.status === 200) return tookMs;
    }
    if (tookMs > RECOVERY_MS + options.marginMs) {
      violate(state, `no answer ${Math.round(tookMs)} ms after the last fault: ${answer?.text ?? failure}`);
      return undefined;
    }
    await delay(20);
  }
}

/** Memory of the service, a few times a second. */
function watchMemory(pid) {
  const samples = [residentBytesOf(pid)];
  const timer = setInterval(() => samples.push(residentBytesOf(pid)), 250);
  return {
    stop: () => {
      clearInterval(timer);
      const known = samples.filter((bytes) => bytes !== undefined);
      if (known.length === 0) return {};
      const half = Math.ceil(known.length / 2);
      return {
        firstBytes: known[0],
        firstHalfBytes: Math.max(...known.slice(0, half)),
        mostBytes: Math.max(...known),
        lastBytes: known.at(-1),
      };
    },
  };
}

/** Counts lines of the service's log by what they say. */
function countLog() {
  const counts = { retries: 0, opened: 0, closed: 0, errors: [] };
  let rest = "";
  const readLine = (text) => {
    if (text.includes('"trying again"')) counts.retries++;
    else if (text.includes("has stopped answering; calls are held back")) counts.opened++;
    else if (text.includes('"the endpoint answers again"')) counts.closed++;
    else if (/"level":(?:50|60)/.test(text) && counts.errors.length < 10)
      counts.errors.push(text.slice(0, 1000));
  };
  return {
    counts,
    read: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const each of lines) readLine(each);
    },
  };
}

function finish({ state, after, memory, log, options, rows }) {
  if (memory.mostBytes > options.mostBytes) {
    violate(state, `the service held ${Math.round(memory.mostBytes / 2 ** 20)} MiB`);
  }
  for (const text of log.errors) violate(state, `the log has an error: ${text}`);
  // One in ten, and a handful which is there whatever the traffic.
  const mostRetries = 0.1 * after.tally.calls + 10 + state.seconds / 5;
  if (log.retries > mostRetries) violate(state, `${log.retries} retries of ${after.tally.calls} calls`);
  const { endpointIds, overDeadlineMs, ...counts } = state;
  const late = overDeadlineMs.toSorted((a, b) => a - b);
  return {
    ...counts,
    late: late.length,
    lateP50Ms: late[late.length >> 1],
    lateP99Ms: late[Math.floor(0.99 * late.length)],
    latestMs: late.at(-1),
    ...after,
    knownCalls: endpointIds.size,
    memory,
    log,
    distinctRows: rows.length,
    poisonedRows: rows.filter(({ poison }) => poison >= 0).length,
    options,
  };
}

function line({ beganMs, requests, right, wrong, violationCount }, options) {
  const seconds = (performance.now() - beganMs) / 1000;
  const left = Math.min(
    (seconds / Math.max(1, right)) * Math.max(0, options.rows - right),
    options.seconds - seconds,
  );
  return (
    `${Math.round(seconds)} s: ${requests} requests, ${right} of ${options.rows} rows right, ${wrong} wrong, ` +
    `${violationCount} violations; about ${Math.max(0, Math.ceil(left))} s left`
  );
}
