import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect } from "vitest";
import { needs } from "../needs.ts";

const built = needs("the build (npm run build)", existsSync("dist/cli.js"));

const MODEL = `
name: small
version: "1"
endpoint: { name: somewhere }
inputs: [{ name: at, type: datetime }, { name: size, type: number, maximum: 100000 }, { name: kind, type: string }]
features:
  - size
  - { name: hour, from: at, steps: [{ datetime_part: hour }] }
  - { name: kind, from: kind, steps: [{ one_hot: { categories: ["a", "b, \\"b\\"\\nb"] } }] }
target: { name: price, transform: log1p }
`;

const ROWS = 150_000;

let folder: string;
let good: string;
let bad: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-jobs-"));
  await writeFile(join(folder, "small.yaml"), MODEL);
  const rowOf = (i: number) => {
    const kind = i % 5 === 0 ? '"b, ""b""\nb"' : "a";
    return `2012-12-19 ${`${i % 24}`.padStart(2, "0")}:00:00,${i / 4},${kind},a note that nobody reads,${i % 977}`;
  };
  const rows = Array.from({ length: ROWS }, (_, i) => rowOf(i));
  good = join(folder, "good.csv");
  await writeFile(good, `at,size,kind,note,price\r\n${rows.join("\r\n")}`);
  for (let i = 60_000; i < ROWS; i += 30_000) rows[i] = `never,${2 * i},a,"no\nte",-1`;
  bad = join(folder, "bad.csv");
  await writeFile(bad, `at,size,kind,note,price\n${rows.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

/** Texts of megabytes, in short, so that a difference is not looked for letter by letter. */
function digestOf(data: string): string {
  return `${data.length} ${createHash("sha256").update(data).digest("hex")}`;
}

/** Runs a transform, and reads what it leaves behind in a folder of its own. */
async function transform(jobs: number, raw: string, ...options: string[]) {
  const dir = await mkdtemp(join(folder, "run-"));
  const args = options.map((option) => option.replace("DIR", dir));
  const argv = ["dist/cli.js", "transform", join(folder, "small.yaml"), raw, "--jobs", `${jobs}`, ...args];
  // It tells of every thread that is started.
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, NODE_DEBUG: "worker" },
    cwd: process.cwd(),
  });
  if (raw === "-") createReadStream(good).pipe(child.stdin);
  else child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  const files: Record<string, string> = {};
  for (const name of await readdir(dir)) files[name] = digestOf(await readFile(join(dir, name), "utf8"));
  const threads = stderr.match(/^WORKER.*created Worker/gm)?.length ?? 0;
  const said = stderr
    .replaceAll(/^WORKER .*\n(?: {2}\w+: .*\n|\} .*\n)*/gm, "")
    .replaceAll(dir, "DIR")
    .replace(/[\d,]+ rows\/s/, "N rows/s");
  return {
    outcome: { code, stdout: digestOf(stdout), files, said },
    threads,
  };
}

/** What is made, and of what; in the options, DIR is a folder of the run's own. */
const CASES: readonly [title: string, raw: "good" | "bad" | "-", options: string, said: RegExp][] = [
  ["to stdout", "good", "--header", /rows\/s\n$/],
  ["from stdin", "-", "", /rows\/s\n$/],
  ["in libsvm's form", "good", "--format libsvm -o DIR/out.libsvm", /rows\/s\n$/],
  [
    "in two files, without the rows that do not fit",
    "bad",
    "-o DIR/out.csv --split 0.7 --seed 5 --rejects DIR/rejects.csv",
    /: 3 rows that did not fit\n/,
  ],
  ["up to the first row that does not fit", "bad", "-o DIR/out.csv", /bad\.csv:72002: at "never" must be/],
];

for (const [title, which, options, said] of CASES) {
  built(`${title}: one thread, two and three make the same`, async () => {
    const raw = which === "-" ? "-" : which === "good" ? good : bad;
    const words = options.split(" ").filter((word) => word !== "");
    const alone = await transform(1, raw, ...words);
    expect(alone.threads).toBe(0);
    expect(alone.outcome.said).toMatch(said);
    for (const jobs of [2, 3]) {
      const { outcome, threads } = await transform(jobs, raw, ...words);
      expect(threads).toBe(jobs - 1);
      expect(outcome).toEqual(alone.outcome);
    }
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  built(`${signal} stops all threads with 130, and leaves no file behind`, async () => {
    const dir = await mkdtemp(join(folder, "stopped-"));
    const argv = ["dist/cli.js", "transform", join(folder, "small.yaml"), "-", "-o", join(dir, "o.csv")];
    const child = spawn(process.execPath, [...argv, "--jobs", "3"], {
      env: { ...process.env, NODE_DEBUG: "worker" },
    });
    let said = "";
    const started = new Promise<void>((resolve) => {
      child.stderr.on("data", (data) => {
        said += data;
        if (/created Worker[^]*created Worker/.test(said)) resolve();
      });
    });
    child.stdin.on("error", () => {});
    child.stdin.write(await readFile(good));
    await started;
    child.kill(signal);
    const [code] = await once(child, "exit");
    expect({ code, left: await readdir(dir) }).toEqual({ code: 130, left: [] });
    expect(said).toMatch(/^Stopped\.$/m);
  });
}

built("a reader that leaves early ends all threads quietly with 0", async () => {
  const argv = ["dist/cli.js", "transform", join(folder, "small.yaml"), good, "--jobs", "3"];
  const child = spawn(process.execPath, argv);
  child.stdin.end();
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect({ code, said }).toEqual({ code: 0, said: `${good}: columns left out: note\n` });
});
