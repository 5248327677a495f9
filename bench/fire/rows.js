// Rows, with the prediction that each of them must get, and whether the endpoint fails on it.
import { readFileSync } from "node:fs";
import { here } from "../measure.js";
import { encodeBody } from "../hand-loop-requests.js";
import { POISONS } from "./plans.js";

const STUB = new URL("../../dist/stub/", import.meta.url);

/**
 * A row of the bike model.
 *
 * @typedef {object} Row
 * @property {string} text `{"features": […]}`
 * @property {number} prediction that no other row has, so that an answer to the wrong row is seen to be wrong
 * @property {number} poison which of the plan's poisons it is, else -1
 */

/**
 * Rows that a seed makes. Their CSV is that of a straight loop, and their predictions are those of the stub's evaluation of
 * the model (held against XGBoost by tests of its own) without HTTP, batches or faults on the way.
 *
 * @param {number} count
 * @param {{ random: () => number, planSeed: number }} options `planSeed` is the seed of every plan of faults
 * @returns {Promise<Row[]>}
 */
export async function makeRows(count, { random, planSeed }) {
  const [{ parseModel }, { poisonedRows }] = await Promise.all(
    ["xgboost.js", "row-faults.js"].map((name) => import(new URL(name, STUB).href)),
  );
  const model = parseModel(readFileSync(here("../models/bike-rental/xgboost.json"), "utf8"));
  const rows = [];
  const seen = new Set();
  while (rows.length < count) {
    const instances = Array.from({ length: 4096 }, () => ({ features: features(random) }));
    const cells = Float32Array.from(encodeBody({ instances }).flatMap((line) => line.split(",").map(Number)));
    const matrix = { rows: instances.length, columns: model.features, cells };
    const poison = new Int8Array(matrix.rows).fill(-1);
    // The stub's first rule that refuses a row decides; of two that strike one row, either makes it a fault.
    for (const [i, rule] of POISONS.entries()) {
      for (const row of poisonedRows(rule, matrix, planSeed + i)) poison[row] = i;
    }
    for (const [i, score] of model.predict(matrix).entries()) {
      const prediction = Math.expm1(score);
      if (seen.has(prediction) || rows.length === count) continue;
      seen.add(prediction);
      rows.push({ text: JSON.stringify(instances[i]), prediction, poison: poison[i] });
    }
  }
  return rows;
}

/** An hour of 2011 or 2012, of any weather. */
function features(random) {
  const whole = (from, to) => from + Math.floor(random() * (to - from + 1));
  const time = new Date(Date.UTC(2011, 0, 1) + whole(0, 17_543) * 3_600_000).toISOString();
  const [season, holiday, workingday, weather] = [whole(1, 4), whole(0, 1), whole(0, 1), whole(1, 4)];
  const [temp, atemp] = [whole(0, 4100) / 100, whole(0, 45_000) / 1000];
  const [humidity, windspeed] = [whole(0, 100), whole(0, 569_000) / 10_000];
  const hour = `${time.slice(0, 10)} ${time.slice(11, 19)}`;
  return [hour, season, holiday, workingday, weather, temp, atemp, humidity, windspeed];
}
