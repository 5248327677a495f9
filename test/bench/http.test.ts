import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type RequestListener, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../needs.ts";

const built = needs("the build (npm run build)", existsSync("dist/main.js"));

/** The bench is plain JavaScript, which TypeScript does not look into. */
const load = (path: string) => import(new URL(`../../bench/${path}`, import.meta.url).href);
const { learnAnswers, measureCell, setLatency, voidBecause } = await load("http/cell.js");
const { loadGenerator } = await load("http/load.js");
const { plot } = await load("http/plot.js");
const { ready, start, stopAll } = await load("http/processes.js");
const { middleOf, report } = await load("http/report.js");
const { requestsOf } = await load("http/requests.js");
const { readOnly, scenarios } = await load("http/scenarios.js");
const { selfTimes } = await load("http/self-times.js");
const { answerTo } = await load("http/truth.js");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

const servers: Server[] = [];
afterEach(async () => {
  await stopAll();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Without the rival of Python, which takes long to start. */
async function bench(script: string, options: string) {
  const { SKEWLESS_PYTHON: _one, SKEWLESS_BENCH_PYTHON: _other, ...env } = process.env;
  const child = spawn(process.execPath, [`bench/${script}`, ...options.split(" ")], { stdio: "pipe", env });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  expect(code, stderr).toBe(0);
  return { stdout, stderr };
}

/** The lines of the last table of a page, head first, as cells. */
function lastTable(markdown: string): string[][] {
  const lines = markdown.trimEnd().split("\n");
  const first = lines.findLastIndex((line) => !line.startsWith("|")) + 1;
  return lines
    .slice(first)
    .filter((_, i) => i !== 1)
    .map((line) => line.slice(2, -2).split(" | "));
}

built(
  "npm run bench: every service answers right, and its figures are in the table and in the plot",
  async () => {
    const only = "--only latency=0 --only connections=1 --only service=bare,skewless,fastify-sdk,express-sdk";
    const short = "--seconds 0.3 --warm-up 0.1 --generator autocannon --out";
    const { stderr } = await bench("http.js", `${only} ${short} ${folder}`);
    expect(stderr).toContain("left out: FastAPI + boto3");
    const page = await readFile(join(folder, "http.md"), "utf8");
    expect(page).toContain("*Left out:* FastAPI + boto3");
    const [head, ...lines] = lastTable(page);
    expect(lines.map(([, , rows, service]) => `${service} ${rows}`)).toEqual(
      ["1", "100"].flatMap((rows) =>
        ["bare", "skewless", "fastify-sdk", "express-sdk"].map((service) => `${service} ${rows}`),
      ),
    );
    for (const cells of lines) {
      expect(cells).toHaveLength(head!.length);
      expect(Number(cells[4]!.replace(",", "")), cells.join(" ")).toBeGreaterThan(1);
      const [, , rows, service] = cells;
      // Skewless finds out by itself how many rows a call is best made of.
      if (service === "skewless") expect(Number(cells[10])).toBeGreaterThan(0);
      else expect(cells[10]).toBe(service === "bare" ? "" : `${rows}.0`);
    }
    expect(lines.filter(([, , , service]) => service === "skewless").map((cells) => cells[5])).toEqual([
      "1.00",
      "1.00",
    ]);
    const svg = await readFile(join(folder, "http.svg"), "utf8");
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  },
);

built("npm run bench:profile: says which functions take the time", async () => {
  const short = "--connections 4 --seconds 0.5 --warm-up 0.3 --generator autocannon --top 5";
  const { stdout } = await bench("profile.js", short);
  expect(stdout).toMatch(/^Skewless, 4 connections, 1 row a request, endpoint 5 ms: \d+ requests\/s/);
  expect(lastTable(stdout)).toHaveLength(6);
  expect(stdout).toMatch(/\| this project \| \d/);
});

test("a self time is the time between samples, without that in which nothing is done", () => {
  const callFrame = (functionName: string, url = "") => ({ functionName, url, lineNumber: 6 });
  const profile = {
    nodes: [
      { id: 1, callFrame: callFrame("(idle)") },
      { id: 2, callFrame: callFrame("encode", "file:///x/dist/model/encode.js") },
      { id: 3, callFrame: callFrame("send", "file:///y/node_modules/@aws-sdk/core/a/send.js") },
    ],
    samples: [1, 2, 3, 2],
    timeDeltas: [600, 100, 100, 200],
  };
  const page = selfTimes(profile, 10);
  expect(page).toContain("busy for 40 %");
  expect(page).toContain("| this project | 75.0 % |");
  expect(page).toContain("| @aws-sdk/core | 25.0 % |");
  expect(lastTable(page)[1]).toEqual(["encode", "dist/model/encode.js:7", "75.0 %"]);
});

describe("requests", () => {
  test.each([1, 100])("of %i rows differ in every prediction", (rows) => {
    const predictions = requestsOf(rows).flatMap((request: { predictions: number[] }) => request.predictions);
    expect(predictions.length).toBeGreaterThanOrEqual(64 * (rows === 1 ? 1 : 12));
    expect(new Set(predictions).size).toBe(predictions.length);
    expect(predictions.every((value: number) => value > 0 && value < 1000)).toBe(true);
  });

  test("a cell that changes, or changes places, changes the truth; how it is written does not", () => {
    const line = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
    expect(answerTo(line.replace(",50,", ",50.0,"))).toBe(answerTo(line));
    expect(answerTo(line.replace(",50,", ",51,"))).not.toBe(answerTo(line));
    expect(answerTo(line.replace("2012,12,19", "2012,19,12"))).not.toBe(answerTo(line));
    expect(() => answerTo(line.slice(2))).toThrow("13 cells, not 12");
    expect(() => answerTo(line.replace(",50,", ",x,"))).toThrow("numbers");
  });
});

test("the endpoint answers a number a row, after its latency", async () => {
  const endpoint = await startEndpoint();
  const line = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
  const invoke = async (body: string) => {
    const response = await fetch(`${endpoint.url}/endpoints/bench/invocations`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };
  expect(await invoke(`${line}\n${line}\n`)).toEqual({ status: 200, text: `${answerTo(line)}\n`.repeat(2) });
  expect((await invoke("1,2")).status).toBe(400);
  await setLatency(endpoint.url, { ms: 20, rowMs: 40 });
  const began = performance.now();
  await invoke(`${line}\n${line}`);
  // Node's timers may be a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(98);
});

async function startEndpoint(): Promise<{ url: string; pid: number }> {
  const endpoint = await start({ command: process.execPath, args: ["bench/instant-endpoint.js", "PORT"] });
  await ready(endpoint, () => setLatency(endpoint.url, { ms: 0, rowMs: 0 }));
  return { url: endpoint.url, pid: endpoint.child.pid };
}

interface Request {
  readonly id: string;
  readonly predictions: readonly number[];
}

/** A service that answers as `answer` decides, by the request's id and how many there were before it. */
async function serve(
  answer: (own: string, other: string, count: number) => { status: number; body: string } | undefined,
): Promise<string> {
  const requests: Request[] = requestsOf(1);
  const bodyOf = ({ predictions }: Request) => JSON.stringify({ predictions });
  let count = 0;
  const listener: RequestListener = (request, response) => {
    request.resume();
    request.on("end", () => {
      const id = String(request.headers["x-request-id"]);
      const i = requests.findIndex((each) => each.id === id);
      const said = answer(bodyOf(requests[i]!), bodyOf(requests[(i + 1) % requests.length]!), count++);
      if (said === undefined) {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status, { "x-request-id": id });
      response.end(said.body);
    });
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** All that this machine has: wrk is not everywhere. */
const generators = ["autocannon", "wrk"].filter((name) => {
  try {
    return loadGenerator(name);
  } catch {
    return false;
  }
});

/** So many requests come before the load, to learn the answers. */
const LEARNED = requestsOf(1).length;

describe.each(generators)("under load by %s", (name) => {
  const measure = async (answer: Parameters<typeof serve>[0]) => {
    const url = await serve(answer);
    const requests = await learnAnswers(url, requestsOf(1));
    return measureCell({
      load: loadGenerator(name).load,
      service: { url, pid: process.pid, requests },
      endpoint: await startEndpoint(),
      connections: 3,
      seconds: { warmUp: 0.1, measured: 0.2 },
    });
  };

  test("a service that answers right is measured", async () => {
    const cell = await measure((own) => ({ status: 200, body: own }));
    expect(cell.voided).toBeUndefined();
    expect(cell.perS).toBeGreaterThan(10);
    expect(cell.p50Ms).toBeGreaterThan(0);
    expect(cell.p99Ms).toBeGreaterThanOrEqual(cell.p50Ms);
    expect(cell.perS).toBeCloseTo(cell.answers / (cell.answers / cell.perS), 6);
  });

  test("one answer in ten that is another caller's voids the cell", async () => {
    const cell = await measure((own, other, count) => ({
      status: 200,
      body: count > LEARNED && count % 10 === 0 ? other : own,
    }));
    expect(cell.voided).toMatch(/^\d+ of \d+ answers wrong: \{"predictions":\[/);
  });

  test("one answer in ten with another status voids the cell", async () => {
    const cell = await measure((own, _other, count) =>
      count > LEARNED && count % 10 === 0 ? { status: 503, body: '"busy"' } : { status: 200, body: own },
    );
    expect(cell.voided).toMatch(/^\d+ of \d+ answers with another status than 200: 503 "busy"$/);
  });

  test("connections that break void the cell", async () => {
    const cell = await measure((own, _other, count) =>
      count > LEARNED && count % 10 === 0 ? undefined : { status: 200, body: own },
    );
    // autocannon takes the next answer for that to the request which was lost.
    expect(cell.voided).toMatch(name === "wrk" ? /connections broken/ : /connections broken|answers wrong/);
  });
});

test("a service that is wrong from the start is not measured at all", async () => {
  const url = await serve((_own, other) => ({ status: 200, body: other }));
  await expect(learnAnswers(url, requestsOf(1))).rejects.toThrow("but the truth is");
  const failing = await serve((own) => ({ status: 500, body: own }));
  await expect(learnAnswers(failing, requestsOf(1))).rejects.toThrow("answers 500");
});

test("no answer at all is no measurement either", () => {
  expect(voidBecause({ answers: 0, wrong: 0, failed: 0, broken: 0, example: "" })).toBe("no answer");
});

describe("the page", () => {
  const [latency] = scenarios({ quick: true, only: new Map() }).map(
    (each: { latency: object }) => each.latency,
  );
  const cpu = { service: 0.5, endpoint: 0.1, load: 0.2, others: 0 };
  const place = { latency, connections: 200, rows: 1, rowsACall: 1, cpu, answers: 500 };
  const own = { ...place, service: "skewless", perS: 8000, p50Ms: 20, p99Ms: 50 };
  const rival = { ...place, service: "fastify-sdk", perS: 1000, p50Ms: 160, p99Ms: 400 };
  const facts = {
    generator: { name: "wrk", version: "4" },
    versions: [],
    leftOut: [],
    seconds: { measured: 2, warmUp: 1 },
    rounds: 1,
    minutes: 1,
    services: [
      { name: "skewless", title: "Skewless" },
      { name: "fastify-sdk", title: "Fastify & SDK" },
    ],
  };

  test("gives Skewless's figures in relation to those of each line", () => {
    const [, , line] = lastTable(report([own, rival], facts));
    expect(line!.slice(3, 10)).toEqual(["fastify-sdk", "1,000", "8.00", "160", "0.13", "400", "0.13"]);
    expect(report([own, rival], facts)).toContain("| 0 ms | – | 8.00 | – |");
  });

  test("shows no figure of a void cell, and compares nothing with it", () => {
    const voided = { ...own, voided: "3 of 9 answers wrong: {|}" };
    const page = report([voided, rival], facts);
    const [, ours, theirs] = lastTable(page);
    expect(ours!.slice(3, 6)).toEqual(["skewless", "void: 3 of 9 answers wrong: { }", ""]);
    expect(theirs!.slice(4, 6)).toEqual(["1,000", ""]);
    expect(page).toContain("| 0 ms | – | – | – |");
    const svg: string = plot([voided, rival], facts.services);
    expect(svg).toContain("M-3 -3L3 3");
    expect(svg).toContain("Fastify &amp; SDK");
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test("takes the middle of several rounds, and is void where one of them was", () => {
    const rounds = [1000, 3000, 2000].map((perS) => ({ ...rival, perS }));
    expect(middleOf(rounds)).toMatchObject({ perS: 2000, p50Ms: 160, cpu });
    expect(middleOf([...rounds, { ...rival, voided: "why" }]).voided).toBe("why");
  });

  test("says so when other programs were busy", () => {
    const disturbed = { ...own, cpu: { ...cpu, others: 0.6 } };
    expect(report([disturbed], facts)).toContain("too much for figures to be relied upon");
    expect(report([own], facts)).not.toContain("relied upon");
  });
});

test("--only takes what there is, and says what that is", () => {
  const names = ["bare", "skewless"];
  const only = readOnly(["latency=5,5+0.1", "rows=1"], names);
  expect(scenarios({ quick: false, only })).toHaveLength(8);
  expect(scenarios({ quick: false, only: new Map() })).toHaveLength(40);
  expect(() => readOnly(["latency=6"], names)).toThrow("latency=0,5,5+0.1,20,100");
  expect(() => readOnly(["speed=6"], names)).toThrow("service=bare,skewless");
});
