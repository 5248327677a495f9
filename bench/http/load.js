// Load: so many connections, each of which sends its next request once it has the answer to the last.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { here, run } from "../measure.js";

/**
 * What a load is to do.
 *
 * @typedef {object} Load
 * @property {string} url of the service
 * @property {{ id: string, body: string, expected: string }[]} requests `expected` is the answer's body
 * @property {string} [constant] the answer to any request, of a service that does not echo X-Request-Id
 * @property {number} connections
 * @property {number} seconds
 */

/**
 * What became of it.
 *
 * @typedef {object} Loaded
 * @property {number} answers of any kind
 * @property {number} wrong of status 200, but with another body than the request must be answered with
 * @property {number} failed of another status
 * @property {number} broken connections that failed, and answers that did not come within 10 s
 * @property {number} seconds that it took
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} cpuSeconds that the load generator took for itself
 * @property {string} example of an answer that was wrong or failed, or ""
 */

const TIMEOUT_S = 10;
const PATH = "/predict";

/**
 * wrk where it is on the PATH, because it takes the least CPU from what is measured; else autocannon.
 *
 * @param {string | undefined} name one of the two, to have no other
 * @returns {{ name: string, version: string, load: (load: Load) => Promise<Loaded> }}
 */
export function loadGenerator(name) {
  const version = name === "autocannon" ? undefined : wrkVersion();
  if (version !== undefined) return { name: "wrk", version, load: loadByWrk };
  if (name === "wrk") throw new Error("wrk is not on the PATH: apt-get install -y wrk");
  return { name: "autocannon", version: autocannonVersion(), load: loadByAutocannon };
}

function wrkVersion() {
  try {
    execFileSync("wrk", ["--version"], { stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    // It tells its version, and ends with 1.
    const { stdout } = error;
    return /^wrk (\S+)/.exec(String(stdout ?? ""))?.[1];
  }
  return undefined;
}

function autocannonVersion() {
  return createRequire(import.meta.url)("autocannon/package.json").version;
}

/** One thread of wrk; it counts in whole seconds. */
async function loadByWrk({ url, requests, constant, connections, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), "skewless-wrk-"));
  try {
    const file = join(folder, "requests.lua");
    writeFileSync(file, luaOf({ requests, constant }));
    const duration = Math.max(1, Math.round(seconds));
    const options = `--threads 1 --connections ${connections} --duration ${duration}s --timeout ${TIMEOUT_S}s`;
    const { printed } = await run("wrk", [
      ...options.split(" "),
      "--script",
      here("http/wrk.lua"),
      url,
      "--",
      file,
    ]);
    return JSON.parse(/^\{.*\}$/m.exec(printed)[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JSON's strings of ASCII are Lua's as well. */
function luaOf({ requests, constant }) {
  const lines = requests.map(
    ({ id, body, expected }) =>
      `{ id = ${JSON.stringify(id)}, body = ${JSON.stringify(body)}, expected = ${JSON.stringify(expected)} }`,
  );
  const same = constant === undefined ? "" : `constant = ${JSON.stringify(constant)}, `;
  return `return { path = "${PATH}", ${same}requests = {\n${lines.join(",\n")}\n} }\n`;
}

/** In this process, which has nothing else to do meanwhile. Of each connection two requests, of which none has both. */
async function loadByAutocannon({ url, requests, connections, seconds }) {
  const result = { answers: 0, wrong: 0, failed: 0, broken: 0 };
  let example = "";
  const took = [];
  const answered = (expected) => (status, body) => {
    result.answers++;
    if (status === 200 && body === expected) return;
    if (status === 200) result.wrong++;
    else result.failed++;
    example ||= (status === 200 ? "" : `${status} `) + body.slice(0, 300);
  };
  const all = requests.map(({ id, body, expected }) => ({
    method: "POST",
    path: PATH,
    headers: { "content-type": "application/json", "x-request-id": id },
    body,
    onResponse: answered(expected),
  }));
  let client = 0;
  const before = process.cpuUsage();
  const started = performance.now();
  const instance = autocannon({
    url,
    connections,
    timeout: TIMEOUT_S,
    duration: seconds,
    sampleInt: 50,
    setupClient: (each) => {
      const i = client++;
      each.setRequests([{ ...all[i % all.length] }, { ...all[(i + 1) % all.length] }]);
      each.on("response", (_status, _bytes, ms) => took.push(ms));
    },
  });
  const { errors } = await instance;
  const { user, system } = process.cpuUsage(before);
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? Number.NaN;
  return {
    ...result,
    broken: errors,
    seconds: (performance.now() - started) / 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuSeconds: (user + system) / 1e6,
    example,
  };
}
