import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";

const built = needs("the build (npm run build)", existsSync("dist/main.js"));

/** Files that nobody starts: they are imported, or preloaded into what is measured. */
const isPart = (file: string) =>
  file === "usage.js" || /^export /m.test(readFileSync(`bench/${file}`, "utf8"));

const scripts = readdirSync("bench").filter((file) => file.endsWith(".js") && !isPart(file));

async function run(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [`bench/${script}`, ...args], { stdio: "pipe" });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code };
}

describe("a script of bench/", () => {
  test("is found", () => {
    expect(scripts).toEqual(expect.arrayContaining(["fire.js", "http.js", "overload.js", "transform.js"]));
  });

  for (const script of scripts.filter((name) => name !== "simulate.js")) {
    built(`${script} says what it takes, needs and writes, and does nothing`, async () => {
      const { stdout, stderr, code } = await run(script, "--help");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^Usage: node bench/${script.replace(".", "\\.")} .+\n`));
      expect(stdout).toMatch(/\nNeeds: \S.*\n(?:.+\n)*Writes: \S/);
      expect(stdout.split("\n").filter((line) => line.length > 140)).toEqual([]);
    });
  }

  built("npm run says how it is built first, and each option its default", async () => {
    const { stdout } = await run("http.js", "--help");
    expect(stdout).toContain("npm run bench -- [options]");
    expect(stdout).toMatch(/--seconds N +How long each cell is measured \(default: 2\)/);
    expect(stdout).toMatch(/--set NAME=VALUE +.*\(may be given several times\)/);
    expect(stdout).toMatch(/service=.*skewless/);
  });

  for (const [args, words] of [
    [["--sedconds", "2"], /^Unknown option '--sedconds'/],
    [["--seconds", "soon"], /^--seconds soon: is not a number from 0 on\.\n/],
    [["--seconds", "-1"], /--seconds/],
    [["2"], /^Unexpected argument '2'/],
  ] as const) {
    built(`ends with 2 where it is given ${args.join(" ")}, and says why`, async () => {
      const { stdout, stderr, code } = await run("overload.js", ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(words);
      expect(stderr).toMatch(/node bench\/overload\.js --help says what there is\.\n$/);
    });
  }
});
