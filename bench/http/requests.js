// The requests that every service gets, and the predictions that it must answer them with.
import { encodeBody } from "../hand-loop-requests.js";
import { predictionOf } from "./truth.js";

/** Requests that differ, so that an answer which is given to the wrong caller is seen to be wrong. */
const DIFFERENT = { 1: 64, 100: 12 };

/**
 * @param {number} rows a request
 * @returns {{ id: string, body: string, predictions: number[] }[]} `id` is what is sent as X-Request-Id
 */
export function requestsOf(rows) {
  return Array.from({ length: DIFFERENT[rows] ?? 8 }, (_, i) => {
    const instances = Array.from({ length: rows }, (_each, j) => ({ features: featuresOf(i * rows + j) }));
    const body = { instances };
    return { id: `r${i}`, body: JSON.stringify(body), predictions: encodeBody(body).map(predictionOf) };
  });
}

/** An hour of the bike model; no two of the first 2,000 are alike. */
function featuresOf(i) {
  const day = String(1 + (i % 28)).padStart(2, "0");
  const hour = String(i % 24).padStart(2, "0");
  const [season, holiday, workingday] = [1 + (i % 4), Number(i % 29 === 0), i % 2];
  const temp = Number((8.2 + (i % 331) * 0.07).toFixed(2));
  const atemp = Number((9.1 + (i % 401) * 0.055).toFixed(3));
  return [
    `2012-12-${day} ${hour}:00:00`,
    season,
    holiday,
    workingday,
    1 + (i % 3),
    temp,
    atemp,
    20 + (i % 80),
    6.0032,
  ];
}
