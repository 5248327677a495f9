// An endpoint that is gone for a while.
import { setTimeout as delay } from "node:timers/promises";
import { startService, startStub } from "./house.js";
import { isRight, loadOf, outcomesOf, percentile } from "./load.js";

const FAULTS = [{ fault: "latency", ms: 20 }];
const PER_S = 200;

/**
 * `refused`: its process ends, and another one is started on the same port. `frozen`: its process is stopped by a signal, so
 * that connections are taken and nothing is answered.
 *
 * @param {"refused" | "frozen"} kind
 * @param {{ rows: object[], seconds: number, say: (text: string) => void }} options
 */
export async function outage(kind, { rows, seconds, say }) {
  let stub = await startStub(FAULTS);
  let service;
  try {
    service = await startService(stub.url, []);
    const load = loadOf(service.url, rows);
    await load.stream(PER_S, 2);
    say(`endpoint ${kind} for ${seconds} s`);
    const stream = load.stream(PER_S, 2 + seconds + 6);
    await delay(2000);
    const goneMs = performance.now();
    if (kind === "refused") await stub.stop();
    else process.kill(stub.child.pid, "SIGSTOP");
    await delay(1000 * seconds - (performance.now() - goneMs));
    if (kind === "refused") stub = await startStub(FAULTS, stub.port);
    else process.kill(stub.child.pid, "SIGCONT");
    // Once it has answered: a process takes a while to start.
    const backMs = performance.now();
    const told = await stream;
    load.close();
    return { kind, seconds: (backMs - goneMs) / 1000, perS: PER_S, ...figures(told, goneMs, backMs) };
  } finally {
    if (service !== undefined) await service.stop();
    if (kind === "frozen" && stub.child.exitCode === null) process.kill(stub.child.pid, "SIGCONT");
    await stub.stop();
  }
}

function figures(told, goneMs, backMs) {
  const whileGone = told.filter(({ atMs }) => atMs >= goneMs && atMs < backMs);
  const since = told.filter(({ atMs }) => atMs >= backMs);
  const opened = told.find(({ outcome }) => outcome === "endpoint-circuit-open");
  const openedAtMs = opened === undefined ? undefined : opened.atMs + opened.tookMs;
  // Of the requests that were made since, in the order of their making.
  const failures = whileGone.filter((one) => !isRight(one));
  const sinceOpened = failures.filter(({ atMs }) => atMs >= (openedAtMs ?? Infinity));
  const firstRight = since.find(isRight);
  const lastFailure = since.findLast((one) => !isRight(one));
  return {
    outcomes: outcomesOf(whileGone),
    openedAfterMs: openedAtMs === undefined ? undefined : openedAtMs - goneMs,
    failuresP50Ms: percentile(failures, 0.5),
    failuresP99Ms: percentile(failures, 0.99),
    sinceOpened: sinceOpened.length,
    sinceOpenedP50Ms: percentile(sinceOpened, 0.5),
    sinceOpenedP99Ms: percentile(sinceOpened, 0.99),
    silent: told.filter(({ outcome, saysWhen }) => outcome === "endpoint-circuit-open" && !saysWhen).length,
    backAfterMs: firstRight === undefined ? undefined : firstRight.atMs + firstRight.tookMs - backMs,
    lastFailureAfterMs: lastFailure === undefined ? 0 : lastFailure.atMs + lastFailure.tookMs - backMs,
    wrong: told.filter(({ isWrong }) => isWrong).length,
    slowestMs: Math.max(...told.map(({ tookMs }) => tookMs)),
  };
}
