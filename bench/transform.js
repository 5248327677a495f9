// `npm run bench:transform`: skewless transform against pandas and against straight code, and encode against straight code.
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { createInterface } from "node:readline";
import { WIDE, writeBikeRows, writeWideRows } from "./data.js";
import { here, median, run, runNode, table, thousands } from "./measure.js";
import { readOptions } from "./options.js";
import { requestPath } from "./request-path.js";

const { values } = readOptions({
  summary: `skewless transform against pandas and scikit-learn and against straight code for one model, on bike rentals and on a wide
table; and what a request's rows cost, against straight code.`,
  run: "bench:transform",
  options: {
    rows: { type: "number", default: 1_000_000, description: "Rows of the raw file" },
    runs: {
      type: "number",
      default: 5,
      description: "How often each is measured, in turns; the median counts",
    },
  },
  needs: `the build (npm run build), and room for the files in the folder for temporary ones. BIKE_SHARING_DIR: where train.csv of
the bike-sharing data is; without it the rows are made by a seed. SKEWLESS_SKLEARN_PYTHON or SKEWLESS_PYTHON: a
Python with pandas and scikit-learn; without it they are not measured.`,
  writes: "bench/results/transform.md, which is printed too.",
});
const { rows, runs } = values;
const python = env["SKEWLESS_SKLEARN_PYTHON"] ?? env["SKEWLESS_PYTHON"];
const cli = here("../dist/cli.js");
const model = here("../models/bike-rental.yaml");
const folder = await mkdtemp(join(tmpdir(), "skewless-bench-"));
const at = (name) => join(folder, name);

try {
  const sections = [await machine(), await bike(), await wide(), await requests()];
  const report = sections.join("\n\n");
  await mkdir(here("results"), { recursive: true });
  await writeFile(here("results/transform.md"), `${report}\n`);
  console.log(report);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function machine() {
  const packages = "import numpy, pandas, platform, sklearn; print(*['Python ' + platform.python_version()]";
  const versions =
    python === undefined
      ? "no Python"
      : (
          await run(python, [
            "-c",
            `${packages} + [m.__name__ + ' ' + m.__version__ for m in (numpy, pandas, sklearn)], sep=', ')`,
          ])
        ).printed;
  return `# Transform, measured

Made by \`npm run bench:transform\`: all programs in one run, in turns, median of ${runs}; times from the start of a process to
its end, and of all its threads (CPU). Starting up is what the same program takes for two rows.

Node ${process.version}, ${versions.trim()}; ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}.`;
}

/** The training set of the bike model. */
async function bike() {
  const source = env["BIKE_SHARING_DIR"] ? "the bike-sharing data, repeated" : "made by a seed";
  say(`writing ${thousands(rows)} rows`);
  await writeBikeRows(at("bike.csv"), rows, env["BIKE_SHARING_DIR"] || undefined);
  const tenth = Math.round(rows / 10);
  await writeBikeRows(at("bike-tenth.csv"), tenth, env["BIKE_SHARING_DIR"] || undefined);
  const programs = {
    skewless: (raw, out) => runNode([cli, "transform", model, raw, "-o", out], at("usage")),
    hand: (raw, out) => runNode([here("hand-loop.js"), raw, out], at("usage")),
    ...(python === undefined ? {} : { pandas: (raw, out) => runPython("transform_pandas.py", raw, out) }),
  };
  await writeBikeRows(at("bike-two.csv"), 2, env["BIKE_SHARING_DIR"] || undefined);
  const small = {};
  for (const [name, program] of Object.entries(programs))
    small[name] = await program(at("bike-tenth.csv"), at(name));
  const results = await inTurns(programs, at("bike.csv"), at("bike-two.csv"));
  await compareFiles(at("skewless"), at("hand"));
  if (python !== undefined) await compareFiles(at("skewless"), at("pandas"));
  const { skewless } = results;
  const { size } = await stat(at("bike.csv"));
  const lines = Object.entries({
    skewless: "skewless transform",
    hand: "straight code for this model (bench/hand-loop.js)",
    pandas: "pandas (bench/transform_pandas.py)",
  }).map(([name, title]) => {
    if (results[name] === undefined) return [title, "not measured", "", "", "", "", "", "", ""];
    const { seconds, startSeconds, cpuSeconds, peakBytes } = results[name];
    return [
      title,
      seconds.toFixed(2),
      startSeconds.toFixed(2),
      cpuSeconds.toFixed(2),
      thousands(rows / seconds),
      ratio(seconds, skewless.seconds),
      ratio(withoutStart(results[name]), withoutStart(skewless)),
      megabytes(small[name].peakBytes),
      megabytes(peakBytes),
    ];
  });
  return `## The training set of the bike model

${thousands(rows)} rows (${source}; ${Math.round(size / 1e6)} MB). All outputs are the same: byte for byte by hand, number for number by pandas.

${table([["", "s", "of it starting up", "CPU s", "rows/s", "time, to skewless", "without starting up", `peak RSS at ${thousands(tenth)} rows`, `at ${thousands(rows)} rows`], ...lines])}

${compared(results)}`;
}

/** What the table says, in words. */
function compared({ skewless, hand, pandas }) {
  const rate = (other) => ratio(other.seconds, skewless.seconds);
  const byHand = `takes ${ratio(skewless.seconds, hand.seconds)} the time of the straight code, ${ratio(withoutStart(skewless), withoutStart(hand))} where starting up is not counted`;
  if (pandas === undefined) return `skewless transform ${byHand}.`;
  return `skewless transform makes ${rate(pandas)} the rows/s of pandas, ${ratio(withoutStart(pandas), withoutStart(skewless))} where starting up is not
counted. It ${byHand}.`;
}

/** Without what starting up takes. */
function withoutStart({ seconds, startSeconds }) {
  return seconds - startSeconds;
}

function ratio(seconds, other) {
  return `${(seconds / other).toFixed(2)} ×`;
}

/** 30 numbers scaled, 20 categories made one-hot. */
async function wide() {
  const count = Math.round(rows / 10);
  say(`writing ${thousands(count)} rows of 50 columns`);
  await writeWideRows(at("wide.csv"), count);
  await writeFile(at("wide.yaml"), JSON.stringify(wideModel()));
  const fit = await runNode([cli, "fit", at("wide.yaml"), at("wide.csv")], at("usage"));
  const programs = {
    skewless: (raw, out) => runNode([cli, "transform", at("wide.yaml"), raw, "-o", out], at("usage")),
    ...(python === undefined ? {} : { sklearn: (raw, out) => runPython("transform_sklearn.py", raw, out) }),
  };
  const results = await inTurns(programs, at("wide.csv"));
  if (python !== undefined) await compareFiles(at("skewless"), at("sklearn"));
  const line = (title, { seconds, peakBytes }) => [
    title,
    seconds.toFixed(2),
    thousands(count / seconds),
    peakBytes === undefined ? "" : megabytes(peakBytes),
  ];
  const width = WIDE.numbers.length + WIDE.categories.reduce((sum, { words }) => sum + words.length, 0);
  const others =
    results.sklearn === undefined
      ? []
      : [
          line("scikit-learn (bench/transform_sklearn.py), without starting up and fitting", {
            seconds: results.sklearn.net,
          }),
        ];
  return `## A pipeline of 50 features

${thousands(count)} rows: 30 numbers to \`standard_scale\`, 20 categories to \`one_hot\`, which makes ${width} columns.

${table([["", "s", "rows/s", "peak RSS"], line("skewless fit", fit), line("skewless transform", results.skewless), ...others])}`;
}

function wideModel() {
  return {
    name: "wide",
    version: "1",
    endpoint: { name: "e" },
    inputs: [
      ...WIDE.numbers.map((name) => ({ name, type: "number" })),
      ...WIDE.categories.map(({ name }) => ({ name, type: "string" })),
    ],
    features: [
      ...WIDE.numbers.map((from) => ({ from, steps: ["standard_scale"] })),
      ...WIDE.categories.map(({ name: from }) => ({ from, steps: ["one_hot"] })),
    ],
    target: { name: "y" },
  };
}

async function requests() {
  say("encoding requests");
  return `## Encode on the request path

\`readInstances\` and \`encode\` of the bike model, of parsed JSON, against straight code that checks and writes the same
(bench/hand-loop-requests.js), in one process.

${await requestPath(model, 15)}`;
}

/**
 * Runs all programs, one after the other and over again; of each the medians.
 *
 * @param few a file of few rows, for what starting up takes
 */
async function inTurns(programs, raw, few) {
  const results = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let i = 0; i < runs; i++) {
    for (const [name, program] of Object.entries(programs)) {
      const { seconds: startSeconds } = few === undefined ? {} : await program(few, at(name));
      const result = await program(raw, at(name));
      results[name].push({ ...result, startSeconds });
      say(`${name}: ${result.seconds.toFixed(2)} s`);
    }
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, list]) => [
      name,
      {
        seconds: middle(list, "seconds"),
        net: middle(list, "net"),
        startSeconds: middle(list, "startSeconds"),
        cpuSeconds: middle(list, "cpuSeconds"),
        peakBytes: middle(list, "peakBytes"),
      },
    ]),
  );
}

/** The median of what runs measured; undefined where they did not. */
function middle(list, key) {
  return list[0][key] === undefined ? undefined : median(list.map((one) => one[key]));
}

/** The script prints what it took without its imports. */
async function runPython(script, raw, out) {
  const { seconds, printed } = await run(python, [here(script), raw, out]);
  const [net, cpuSeconds, peakKib] = printed.trim().split(" ").map(Number);
  return { seconds, net, cpuSeconds, peakBytes: peakKib * 1024 };
}

/** Programs that make something else are not to be compared. */
async function compareFiles(path, other) {
  const lines = createInterface({ input: createReadStream(other) })[Symbol.asyncIterator]();
  let i = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    i++;
    const { value = "" } = await lines.next();
    if (line === value) continue;
    const [ours, theirs] = [line.split(","), value.split(",")];
    const wrong = ours.findIndex(
      (cell, j) => !(Math.abs(cell - theirs[j]) <= 1e-12 * Math.max(1, Math.abs(cell))),
    );
    if (wrong !== -1 || ours.length !== theirs.length)
      throw new Error(`line ${i} differs:\n${line}\n${value}`);
  }
  if (!(await lines.next()).done) throw new Error(`${other} has more than ${i} lines`);
}

function megabytes(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
