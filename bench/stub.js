// `npm run bench:stub`: the stub endpoint against a bare node:http echo server, and against the Python XGBoost library.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request as startRequest } from "node:http";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import autocannon from "autocannon";
import { here, median, run, table, thousands } from "./measure.js";
import { readOptions } from "./options.js";

const { values } = readOptions({
  summary: `The stub endpoint against a bare node:http server that echoes, with one row a call; and with many rows a call against the
Python XGBoost library.`,
  run: "bench:stub",
  options: {
    seconds: { type: "number", default: 3, description: "How long each is measured, each time" },
    rounds: { type: "number", default: 5, description: "How often, in turns; the median counts" },
    rows: { type: "number", default: 1000, description: "Rows of the large calls" },
  },
  needs: `the build (npm run build). SKEWLESS_BENCH_PYTHON or SKEWLESS_PYTHON: a Python with xgboost; without it the library is
not measured.`,
  writes: "bench/results/stub.md, which is printed too.",
});
const { seconds, rounds, rows } = values;
const python = env["SKEWLESS_BENCH_PYTHON"] ?? env["SKEWLESS_PYTHON"];
const modelFile = here("../models/bike-rental/xgboost.json");
const CONNECTIONS = [1, 16, 64];
/** What the issue asks for. */
const LEAST_OF_BARE = 0.5;
const MOST_OF_PYTHON = 3;

const ROW = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const ANSWER = "6.349300861358643\n";
const HEADERS = {
  "content-type": "text/csv",
  authorization:
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0",
};

const servers = [];
try {
  const stub = await serve("/endpoints/bike/invocations", "stub", modelFile);
  const bare = await serve("", "bare");
  await expectAnswer(stub.url, ROW, ANSWER);
  const one = await oneRow(bare, stub);
  const many = await manyRows(stub.url);
  const text = report(one, many);
  await mkdir(here("results"), { recursive: true });
  await writeFile(here("results/stub.md"), text);
  console.log(text);
} finally {
  for (const server of servers) server.disconnect();
}

/** Starts a server in a process of its own. */
async function serve(path, ...args) {
  const server = fork(here("stub-servers.js"), args);
  servers.push(server);
  const [url] = await once(server, "message");
  return { url: url + path, server };
}

/** Processor time that a server has taken, in µs. */
async function cpuOf({ server }) {
  server.send("cpu");
  const [micros] = await once(server, "message");
  return micros;
}

/**
 * Calls a second, in turns; the median of the rounds. The ratio is the median of those of each round: what else the
 * machine does changes from round to round, and befalls both.
 */
async function oneRow(bare, stub) {
  const cells = [];
  for (const connections of CONNECTIONS) {
    const measured = [];
    for (let round = 0; round <= rounds; round++) {
      say(`one row, ${connections} connections, round ${round} of ${rounds}`);
      const both = { bare: await load(bare, connections), stub: await load(stub, connections) };
      // The first round warms up.
      if (round > 0) measured.push(both);
    }
    const middle = (of) => median(measured.map(of));
    cells.push({
      connections,
      bare: middle((both) => both.bare.rate),
      stub: middle((both) => both.stub.rate),
      ratio: middle((both) => both.stub.rate / both.bare.rate),
      bareCpu: middle((both) => both.bare.cpu),
      stubCpu: middle((both) => both.stub.cpu),
    });
  }
  return cells;
}

/** Calls a second, and the processor time of each in µs. */
async function load(target, connections) {
  const { url } = target;
  const before = await cpuOf(target);
  const result = await autocannon({
    url,
    method: "POST",
    headers: HEADERS,
    body: ROW,
    connections,
    duration: seconds,
  });
  const wrong = result.errors + result.mismatches + result.non2xx;
  if (wrong > 0) throw new Error(`${url}: ${wrong} calls were not answered as they must be.`);
  return { rate: result["2xx"] / result.duration, cpu: ((await cpuOf(target)) - before) / result["2xx"] };
}

/** One call of many rows, from the request's first byte to the answer's last; and the library's predict on the same rows. */
async function manyRows(target) {
  const lines = makeRows();
  const body = lines.join("\n");
  const agent = new Agent({ keepAlive: true });
  const times = [];
  for (let round = 0; round < 40 * rounds; round++) {
    const started = performance.now();
    const answer = await send(target, body, agent);
    times.push(performance.now() - started);
    if (answer.trimEnd().split("\n").length !== rows) throw new Error("An answer has too few rows.");
  }
  agent.destroy();
  const stubMs = median(times.slice(times.length / 4));
  if (python === undefined) return { stubMs };
  say("the Python library");
  const folder = await mkdtemp(join(tmpdir(), "skewless-bench-"));
  try {
    const file = join(folder, "rows.csv");
    await writeFile(file, body);
    const { printed } = await run(python, [here("stub_xgboost.py"), modelFile, file]);
    return { stubMs, ...JSON.parse(printed) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rows like those of the bike-sharing data. Random numbers: Numerical Recipes' LCG. */
function makeRows() {
  let state = 5;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const whole = (from, to) => from + Math.floor(random() * (to - from + 1));
  const decimal = (to, digits) => Number((random() * to).toFixed(digits));
  return Array.from({ length: rows }, () =>
    [
      whole(1, 4),
      whole(0, 1),
      whole(0, 1),
      whole(1, 4),
      decimal(41, 2),
      decimal(45, 3),
      whole(0, 100),
      decimal(57, 4),
      whole(2011, 2012),
      whole(1, 12),
      whole(1, 31),
      whole(0, 6),
      whole(0, 23),
    ].join(","),
  );
}

function send(url, body, agent) {
  return new Promise((resolve, reject) => {
    const request = startRequest(url, { method: "POST", headers: HEADERS, agent }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (answer += chunk));
      response.on("end", () => resolve(answer));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function expectAnswer(url, body, expected) {
  const answer = await send(url, body);
  if (answer !== expected) throw new Error(`The stub answers ${JSON.stringify(answer)}.`);
}

function report(one, { stubMs, fromArrayMs, fromCsvMs, versions }) {
  const least = Math.min(...one.map(({ ratio }) => ratio));
  const oneRows = one.map((cell) => [
    cell.connections,
    thousands(cell.bare),
    thousands(cell.stub),
    `${cell.ratio.toFixed(2)} ×`,
    cell.bareCpu.toFixed(1),
    cell.stubCpu.toFixed(1),
  ]);
  const manyCells =
    fromArrayMs === undefined
      ? [["stub, one call over HTTP", stubMs.toFixed(2), ""]]
      : [
          ["stub, one call over HTTP", stubMs.toFixed(2), ""],
          [
            "xgboost, predict of an array in memory",
            fromArrayMs.toFixed(2),
            `${(stubMs / fromArrayMs).toFixed(2)} ×`,
          ],
          ["xgboost, from CSV to CSV", fromCsvMs.toFixed(2), `${(stubMs / fromCsvMs).toFixed(2)} ×`],
        ];
  const goalOfMany =
    fromArrayMs === undefined
      ? "The Python library was not measured: set SKEWLESS_BENCH_PYTHON."
      : `At most ${MOST_OF_PYTHON} × the library's predict of an array: ${said(stubMs <= MOST_OF_PYTHON * fromArrayMs)}.`;
  return `# The stub endpoint, measured

Made by \`npm run bench:stub\`: all in one run, in turns, ${rounds} rounds of ${seconds} s, medians. The servers and the load
(autocannon) run in processes of their own. The model is the bike-rental one, of 150 trees. The bare server reads the body to
its end and echoes it.

Node ${process.version}${versions === undefined ? "" : `, ${versions}`}; ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}.

## One row a call: calls a second

${table([["connections", "bare node:http echo", "stub", "stub, to bare", "CPU µs a call, bare", "stub"], ...oneRows])}

At least ${LEAST_OF_BARE} × the bare server: ${said(least >= LEAST_OF_BARE)}, ${least.toFixed(2)} × at the least.

## ${thousands(rows)} rows in one call: ms

${table([["", "ms", "stub, to it"], ...manyCells])}

${goalOfMany}
`;
}

function said(isMet) {
  return isMet ? "met" : "not met";
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
