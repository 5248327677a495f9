// Beneath `node --import`: writes what the process needed, as JSON, to the file that USAGE_FILE names.
import { readFileSync, writeFileSync } from "node:fs";
import { cpuUsage, env, resourceUsage } from "node:process";

process.on("exit", () => {
  const { user, system } = cpuUsage();
  writeFileSync(env["USAGE_FILE"], JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakBytes: peak() }));
});

/** Of the resident memory. */
function peak() {
  try {
    // Not ru_maxrss, which a process inherits from the one that started it.
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  } catch {
    return resourceUsage().maxRSS * 1024;
  }
}
