// readInstances and encode of the bike model, against straight code for it, in this process.
import { deepStrictEqual } from "node:assert";
import { loadModel } from "../dist/registry.js";
import { encodeBody } from "./hand-loop-requests.js";
import { median, table, thousands } from "./measure.js";

/** @returns {Promise<string>} a Markdown table: rows a request, rows a second of either, and how they compare */
export async function requestPath(modelPath, rounds) {
  const { pipeline } = await loadModel(modelPath, {});
  const ours = (body) => pipeline.encode(pipeline.readInstances(body));
  const lines = [1, 100, 10_000].map((rows) => {
    const body = bodyOf(rows);
    deepStrictEqual(ours(body), encodeBody(body));
    const times = Math.max(1, Math.round(20_000 / rows));
    // Both are compiled before either is measured; then they take turns.
    for (let i = 0; i < 3; i++) [ours, encodeBody].forEach((encode) => rate(encode, body, rows, times));
    const rates = Array.from({ length: rounds }, () => [
      rate(ours, body, rows, times),
      rate(encodeBody, body, rows, times),
    ]);
    const [mine, hand] = [median(rates.map(([one]) => one)), median(rates.map(([, one]) => one))];
    const ratio = median(rates.map(([one, other]) => other / one));
    return [thousands(rows), thousands(mine), thousands(hand), `${ratio.toFixed(2)} ×`];
  });
  return table([["rows a request", "skewless, rows/s", "by hand, rows/s", "time, to by hand"], ...lines]);
}

/** A request as `JSON.parse` gives it, no two rows alike; as many different measured values as the bike data have. */
function bodyOf(rows) {
  const instances = Array.from({ length: rows }, (_, row) => {
    // The first of all is a row of the usual kind too, not one of zeros.
    const i = row + 17;
    const day = String(1 + (i % 28)).padStart(2, "0");
    const hour = String(i % 24).padStart(2, "0");
    const temp = ((i * 7) % 49) * 0.82;
    return {
      features: [
        `2012-12-${day} ${hour}:00:00`,
        1 + (i % 4),
        i % 2,
        (i >> 1) % 2,
        1 + (i % 3),
        Number((0.82 + temp).toFixed(2)),
        Number((0.76 + ((i * 11) % 60) * 0.7575).toFixed(4)),
        i % 101,
        Number((((i * 5) % 28) * 2.0345).toFixed(4)),
      ],
    };
  });
  return JSON.parse(JSON.stringify({ instances }));
}

function rate(encode, body, rows, times) {
  const started = performance.now();
  let length = 0;
  for (let i = 0; i < times; i++) length += encode(body).length;
  const seconds = (performance.now() - started) / 1000;
  if (length !== rows * times) throw new Error("rows were lost");
  return length / seconds;
}
