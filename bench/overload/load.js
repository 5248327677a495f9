// Requests of one row, in a steady stream or each after the last, and when and how each was answered.
import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { call } from "../fire/caller.js";

/**
 * One answer.
 *
 * @typedef {object} Told
 * @property {number} atMs when the request was due, on the scale of performance.now()
 * @property {number} tookMs from then on
 * @property {string} outcome "200", a problem's code, or how it failed without an answer
 * @property {boolean} saysWhen whether there is a Retry-After of whole seconds
 * @property {boolean} isWrong whether it has another prediction than the row's
 */

const DEADLINE_MS = 30_000;

/**
 * @param {string} url of the service
 * @param {import("../fire/rows.js").Row[]} rows
 */
export function loadOf(url, rows) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  let count = 0;

  const one = async (atMs) => {
    const { text, prediction } = rows[count++ % rows.length];
    const asked = {
      body: `{"instances":[${text}]}`,
      headers: { "content-type": "application/json" },
      deadlineMs: DEADLINE_MS,
    };
    const { answer, failure } = await call(`${url}/predict`, asked, agent);
    const tookMs = performance.now() - atMs;
    if (answer === undefined) return { atMs, tookMs, outcome: failure, saysWhen: false, isWrong: false };
    const body = JSON.parse(answer.text);
    const isWrong = answer.status === 200 && body.predictions[0] !== prediction;
    const saysWhen = /^[1-9]\d*$/.test(answer.headers["retry-after"] ?? "");
    return { atMs, tookMs, outcome: answer.status === 200 ? "200" : body.code, saysWhen, isWrong };
  };

  return {
    one: () => one(performance.now()),
    /**
     * So many requests a second, whatever becomes of the others; a request's time counts from when it was due, so that a
     * sender that is late hides nothing.
     *
     * @returns {Promise<Told[]>} in the order of sending
     */
    stream: async (perS, seconds) => {
      const beganMs = performance.now();
      const total = Math.round(perS * seconds);
      const answers = [];
      while (answers.length < total) {
        const due = Math.min(total, Math.floor(((performance.now() - beganMs) * perS) / 1000) + 1);
        while (answers.length < due) answers.push(one(beganMs + (1000 * answers.length) / perS));
        await delay(1);
      }
      return Promise.all(answers);
    },
    /** @returns {Promise<Told[]>} of so many callers, each of whom sends its next request once it has its answer */
    loop: async (callers, seconds) => {
      const untilMs = performance.now() + 1000 * seconds;
      const answers = [];
      const caller = async () => {
        while (performance.now() < untilMs) answers.push(await one(performance.now()));
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return answers;
    },
    close: () => agent.destroy(),
  };
}

/** The time that a share of them took at most; NaN of none. */
export function percentile(told, share) {
  const sorted = told.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Answers by outcome. */
export function outcomesOf(told) {
  const counts = {};
  for (const { outcome } of told) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

export const isRight = ({ outcome }) => outcome === "200";
