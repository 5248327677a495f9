// One cell of the table: a service under one load, with every answer looked at.
import { setTimeout as delay } from "node:timers/promises";
import { cpuSecondsOf, cpuSecondsOfAll } from "./processes.js";

/** Relative; exponentials of two languages differ in their last digit. */
const TOLERANCE = 1e-12;

/**
 * Asks a service every request once, holds each prediction against the truth, and keeps the text of the answer: under
 * load, that very text must come back.
 *
 * @param {string} url
 * @param {{ id: string, body: string, predictions: number[] }[]} requests
 * @param {number} [constant] what a service predicts that asks no endpoint
 * @returns {Promise<{ id: string, body: string, expected: string }[]>}
 * @throws when a prediction is wrong
 */
export async function learnAnswers(url, requests, constant) {
  const learned = [];
  for (const { id, body, predictions } of requests) {
    const response = await fetch(`${url}/predict`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-request-id": id },
      body,
    });
    const expected = await response.text();
    if (response.status !== 200) throw new Error(`${url} answers ${response.status}: ${expected}`);
    if (constant === undefined && response.headers.get("x-request-id") !== id)
      throw new Error(`${url} does not give X-Request-Id back`);
    check(
      JSON.parse(expected).predictions,
      predictions.map((truth) => constant ?? truth),
    );
    learned.push({ id, body, expected });
  }
  return learned;
}

function check(predictions, truth) {
  const right =
    predictions.length === truth.length &&
    truth.every((value, i) => Math.abs(predictions[i] - value) <= TOLERANCE * Math.abs(value));
  if (!right)
    throw new Error(`predicted ${predictions.slice(0, 3)} …, but the truth is ${truth.slice(0, 3)} …`);
}

/**
 * Why what a load came to is no measurement; undefined where it is one.
 *
 * @param {import("./load.js").Loaded} loaded
 */
export function voidBecause({ answers, wrong, failed, broken, example }) {
  const quoted = example === "" ? "" : `: ${example}`;
  if (wrong > 0) return `${wrong} of ${answers} answers wrong${quoted}`;
  if (failed > 0) return `${failed} of ${answers} answers with another status than 200${quoted}`;
  if (broken > 0) return `${broken} connections broken or timed out`;
  return answers === 0 ? "no answer" : undefined;
}

/**
 * Warms a service up under the load, waits until nothing is left of that, and measures.
 *
 * @param {object} options
 * @param {(load: import("./load.js").Load) => Promise<import("./load.js").Loaded>} options.load
 * @param {{ url: string, pid: number, requests: object[], constant?: string }} options.service
 * @param {{ url: string, pid: number }} options.endpoint
 * @param {number} options.connections
 * @param {{ warmUp: number, measured: number }} options.seconds
 */
export async function measureCell({ load, service, endpoint, connections, seconds }) {
  const { url, requests, constant } = service;
  const asked = { url, requests, constant, connections };
  const warm = await load({ ...asked, seconds: seconds.warmUp });
  await quiet(endpoint.url);
  // Each connection is to have some answers, or the slow ones would be left out of the percentiles.
  const round = connections / Math.max(1, warm.answers / warm.seconds);
  const longEnough = Math.min(3 * seconds.measured, Math.max(seconds.measured, 2 * round));
  const before = used(service, endpoint);
  const tallied = await tally(endpoint.url);
  const loaded = await load({ ...asked, seconds: longEnough });
  const calls = await tally(endpoint.url);
  const after = used(service, endpoint);
  await quiet(endpoint.url);
  const share = (name) =>
    before[name] === undefined ? undefined : (after[name] - before[name]) / loaded.seconds;
  const own = (share("service") ?? 0) + (share("endpoint") ?? 0) + loaded.cpuSeconds / loaded.seconds;
  return {
    voided: voidBecause(loaded),
    answers: loaded.answers,
    perS: loaded.answers / loaded.seconds,
    p50Ms: loaded.p50Ms,
    p99Ms: loaded.p99Ms,
    rowsACall: (calls.rows - tallied.rows) / (calls.calls - tallied.calls),
    cpu: {
      service: share("service"),
      endpoint: share("endpoint"),
      load: loaded.cpuSeconds / loaded.seconds,
      others: Math.max(0, share("all") - own),
    },
  };
}

function used(service, endpoint) {
  return {
    service: cpuSecondsOf(service.pid),
    endpoint: cpuSecondsOf(endpoint.pid),
    all: cpuSecondsOfAll(),
  };
}

/** @param {string} url of the endpoint */
async function tally(url) {
  return (await fetch(`${url}/bench/tally`)).json();
}

/** @param {string} url of the endpoint */
export async function setLatency(url, { ms, rowMs }) {
  await fetch(`${url}/bench/latency`, { method: "PUT", body: JSON.stringify({ ms, rowMs }) });
}

const QUIET_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** What a load leaves behind when it ends, its requests in flight, is not to slow down the next one. */
async function quiet(url) {
  const until = performance.now() + LONGEST_WAIT_MS;
  for (let last = -1; performance.now() < until;) {
    const { calls, inFlight } = await tally(url);
    if (inFlight === 0 && calls === last) return;
    last = calls;
    await delay(QUIET_MS);
  }
}
