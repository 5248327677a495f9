// Starts programs that listen, tells what CPU they took, and ends them: these, and no others.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus } from "node:os";
import { env } from "node:process";
import { setTimeout as delay } from "node:timers/promises";

const running = new Set();
const LAST_WORDS = 4000;
const PATIENCE_MS = 5000;

/**
 * @param {{ command: string, args: string[], variables?: object, ipc?: boolean, port?: number, onOutput?: (text: string) => void }} program its environment holds `variables`,
 *   PORT, and little else; without `port`, a free one
 * @returns {Promise<{ url: string, port: number, child: import("node:child_process").ChildProcess, lastWords: () => string }>}
 */
export async function start({ command, args, variables = {}, ipc = false, port: wished, onOutput }) {
  const port = wished ?? (await freePort());
  const child = spawn(
    command,
    args.map((arg) => (arg === "PORT" ? String(port) : arg)),
    {
      // Standard output goes to /dev/null: a service's log is written, and nobody's disk is measured.
      stdio: ["ignore", onOutput === undefined ? "ignore" : "pipe", "pipe", ...(ipc ? ["ipc"] : [])],
      env: { ...inherited(), NODE_ENV: "production", ...variables, PORT: String(port) },
    },
  );
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.stdout?.setEncoding("utf8").on("data", onOutput);
  let said = "";
  child.stderr.on("data", (data) => (said = (said + data).slice(-LAST_WORDS)));
  await once(child, "spawn");
  return { url: `http://127.0.0.1:${port}`, port, child, lastWords: () => said };
}

/** A proxy or a setting of whoever runs this would change what is measured. */
function inherited() {
  return Object.fromEntries(
    ["PATH", "HOME", "LANG", "TMPDIR"].flatMap((name) =>
      env[name] === undefined ? [] : [[name, env[name]]],
    ),
  );
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Calls until the call succeeds; gives up once the program has ended, or after half a minute. */
export async function ready({ child, lastWords }, call) {
  const until = performance.now() + 30_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (!ended && performance.now() < until) await delay(100);
      else
        throw new Error(`${child.spawnargs.join(" ")} does not answer: ${error.message}\n${lastWords()}`, {
          cause: error,
        });
    }
  }
}

/** Ends all that were started, and waits for their end. */
export async function stopAll() {
  await Promise.all([...running].map(stop));
}

/** @param {import("node:child_process").ChildProcess} child */
export async function stop(child) {
  if (!running.has(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = delay(PATIENCE_MS, "late", { ref: false });
  if ((await Promise.race([ended, late])) === "late") child.kill("SIGKILL");
  await ended;
}

// Whatever ends this program early takes them along.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Linux counts processor time in hundredths of a second, and tells by file. */
const TICKS_PER_S = 100;

/**
 * Processor time that a process has taken, all its threads together.
 *
 * @param {number} pid
 * @returns {number | undefined} seconds; undefined where the system does not tell
 */
export function cpuSecondsOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is a name in brackets, which may hold spaces.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  } catch {
    return undefined;
  }
}

/**
 * Memory that a process holds.
 *
 * @param {number} pid
 * @returns {number | undefined} bytes; undefined where the system does not tell
 */
export function residentBytesOf(pid) {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** Processor time that everything on this machine has taken since it started, in seconds. */
export function cpuSecondsOfAll() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
