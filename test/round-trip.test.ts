/**
 * The commands of each model's README, word for word and in their order: data → fit → transform → train → serve → predict
 * → check, with the real XGBoost in Python. What is committed comes out again, and the service answers what XGBoost says.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "./needs.ts";
import { ulpsApart } from "./stub/samples.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..");
const bikes = process.env["BIKE_SHARING_DIR"] ?? join(root, "../shared/data/bike-sharing");
const python = process.env["SKEWLESS_PYTHON"] ?? "";
const PYTHON = "a Python with xgboost (SKEWLESS_PYTHON)";
const BIKES = "the bike-sharing data (BIKE_SHARING_DIR)";
const CHURN = "models/examples/customer-churn";
const BIKE = "models/bike-rental";
const MINUTES = 60_000;

/** The lines of a README's shell blocks, block by block. */
async function commandsOf(readme: string): Promise<string[][]> {
  const text = await readFile(join(root, readme), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!.trim().split("\n"));
}

/** The package as a user has it after `npm ci`, in a folder of its own; `.venv/bin/python` is the oracle. */
async function checkout(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "round-trip-"));
  const folder = join(parent, "skewless");
  for (const path of ["dist", "models"]) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  // Without `bin`: npx installs the command of the package around it into its cache, which takes a registry.
  const { bin: _, ...manifest } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    bin: unknown;
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  // Of what is installed nothing is copied: Node looks for it in the folders above as well.
  await symlink(join(root, "node_modules"), join(parent, "node_modules"));
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
  await symlink("../../dist/cli.js", join(folder, "node_modules/.bin/skewless"));
  await mkdir(join(folder, ".venv/bin"), { recursive: true });
  await writeFile(join(folder, ".venv/bin/python"), `#!/bin/sh\nexec "${python}" "$@"\n`);
  await chmod(join(folder, ".venv/bin/python"), 0o755);
  return folder;
}

const environment = (): NodeJS.ProcessEnv => {
  const others = Object.entries(process.env).filter(
    ([name]) =>
      !/^(AWS_(?!SDK_)|ENDPOINT_NAME|CHURN_|MODELS_DIR|DEFAULT_MODEL|PORT|HOST|LOG_LEVEL)/.test(name),
  );
  return { ...Object.fromEntries(others), HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "silent" };
};

/** One way from data to predictions: its folder, what the commands said, where the service listens. */
interface Trip {
  readonly folder: string;
  readonly said: Readonly<Record<string, string>>;
  readonly url: string;
  readonly read: (path: string) => Promise<Buffer>;
  readonly end: () => Promise<void>;
}

const SERVE = "npx skewless serve --demo";

async function travel(model: string, data: readonly string[]): Promise<Trip> {
  const folder = await checkout();
  try {
    return await travelIn(folder, model, data);
  } catch (error) {
    await rm(dirname(folder), { recursive: true });
    throw error;
  }
}

async function travelIn(folder: string, model: string, data: readonly string[]): Promise<Trip> {
  for (const file of data) await cp(join(bikes, file), join(folder, file));
  const [first, second] = (await commandsOf(`${model}/README.md`)) as [string[], string[]];
  const said: Record<string, string> = {};
  const execute = async (line: string, command = line) => {
    const { stdout, stderr } = await run("bash", ["-c", command], { cwd: folder, env: environment() });
    said[line] = stdout + stderr;
  };
  const [install, packages, ...commands] = first;
  // These two are what `checkout` stands for.
  expect(install).toBe("npm ci");
  expect(packages).toMatch(
    /^python -m venv \.venv && \.venv\/bin\/pip install -r models\/bike-rental\/requirements\.txt$/,
  );
  expect(commands.pop()).toBe(SERVE);
  for (const line of commands) await execute(line);
  const { service, url } = await serve(folder);
  const stop = async () => {
    const exited = once(service, "exit");
    process.kill(-service.pid!, "SIGTERM");
    await exited;
  };
  // The service of a user listens on port 8080.
  try {
    for (const line of second)
      await execute(line, line.replace("skewless predict", `skewless predict --url ${url}`));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    folder,
    said,
    url,
    read: (path) => readFile(join(folder, path)),
    end: async () => {
      await stop();
      await rm(dirname(folder), { recursive: true });
    },
  };
}

async function serve(folder: string): Promise<{ service: ChildProcess; url: string }> {
  // In a process group of its own: npx stands between this process and the service.
  const service = spawn("bash", ["-c", SERVE], { cwd: folder, env: environment(), detached: true });
  for await (const line of createInterface({ input: service.stdout! })) {
    const [, url] = /^Skewless listens on (\S+)\. It calls the embedded stub endpoint/.exec(line) ?? [];
    if (url !== undefined) return { service, url };
  }
  throw new Error("The service ended before it listened.");
}

interface GoldenRow {
  readonly features: readonly unknown[];
  readonly prediction: unknown;
}

const goldenOf = async (model: string): Promise<GoldenRow[]> =>
  (await readFile(join(root, `${model}.golden.jsonl`), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as GoldenRow);

async function post(url: string, rows: readonly GoldenRow[]): Promise<unknown> {
  const body = JSON.stringify({ instances: rows.map(({ features }) => ({ features })) });
  const headers = { "Content-Type": "application/json" };
  const reply = await fetch(url, { method: "POST", headers, body });
  return reply.json();
}

/** A CSV file without quotes, as records; cells stay text. */
const table = (text: Buffer): string[][] =>
  text
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));

/** XGBoost's own answers, of the Python library, to the CSV that we made: float32s, an empty cell is missing. */
async function ask(trip: Trip, model: string, csv: readonly (readonly string[])[]): Promise<Float32Array> {
  const cells = Float32Array.from(csv.flat(), (cell) => (cell === "" ? Number.NaN : Number(cell)));
  await writeFile(join(trip.folder, "cells"), cells);
  const oracle = `"${python}" "${join(root, "test/stub/oracle.py")}" predict ${model}/xgboost.json ${csv[0]!.length}`;
  const { stdout } = await run("bash", ["-c", `${oracle} < cells`], {
    cwd: trip.folder,
    encoding: "buffer",
    maxBuffer: 1e8,
  });
  return Float32Array.from({ length: stdout.length / 4 }, (_, i) => stdout.readFloatLE(4 * i));
}

const outputOf = (trip: Trip, command: string): string =>
  Object.entries(trip.said).find(([line]) => line.includes(command))![1];

describe("customer-churn", () => {
  let trip: Trip;
  if (python !== "") {
    beforeAll(async () => void (trip = await travel(CHURN, [])), 5 * MINUTES);
    afterAll(() => trip?.end());
  }
  const withPython = needs(PYTHON, python !== "");

  withPython("fit and train.py give the committed files again, byte for byte", async () => {
    for (const file of [`${CHURN}.fitted.json`, `${CHURN}/xgboost.json`]) {
      expect((await trip.read(file)).equals(await readFile(join(root, file))), file).toBe(true);
    }
  });

  withPython(
    "the data hold what the model is there to show: missing values, and more categories than columns",
    async () => {
      const [header, ...rows] = table(await trip.read("churn.csv"));
      const missing = header!.filter((_, i) => rows.some((row) => row[i] === ""));
      expect(missing).toEqual(["last_login", "payment", "town", "satisfaction", "monthly_fee", "data_gb"]);
      expect(new Set(rows.map((row) => row[header!.indexOf("plan")])).size).toBe(7);
    },
  );

  withPython("each prediction is XGBoost's own, and its label follows from the threshold", async () => {
    const [, ...predicted] = table(await trip.read("churn-predictions.csv"));
    const sets = table(await trip.read("churn-test.csv"));
    const probabilities = await ask(
      trip,
      CHURN,
      sets.map(([, ...features]) => features),
    );
    expect(predicted).toHaveLength(4000);
    expect(probabilities).toHaveLength(4000);
    // The exponential function of a C library may differ in its last bit.
    expect(
      ulpsApart(
        Float32Array.from(predicted, (row) => Number(row.at(-1))),
        probabilities,
      ),
    ).toBeLessThanOrEqual(1);
    expect(predicted.map((row) => Number(row.at(-2)))).toEqual(
      predicted.map((row) => 1 - Number(row.at(-1))),
    );
    expect(predicted.map((row) => row.at(-3))).toEqual(
      predicted.map((row) => (Number(row.at(-1)) >= 0.35 ? "leaves" : "stays")),
    );
    expect(predicted.map((row) => (row.at(-4) === "leaves" ? "1" : "0"))).toEqual(
      sets.map(([target]) => target),
    );
    const named = predicted.filter((row) => row.at(-3) === "leaves");
    const right = named.filter((row) => row.at(-4) === "leaves");
    expect([
      right.length,
      sets.filter(([target]) => target === "1").length,
      named.length - right.length,
    ]).toEqual([785, 1206, 716]);
  });

  withPython("the golden predictions come back through HTTP, digit for digit", async () => {
    const golden = await goldenOf(CHURN);
    expect(golden).toHaveLength(5);
    expect(await post(`${trip.url}/models/customer-churn/predict`, golden)).toEqual({
      predictions: golden.map(({ prediction }) => prediction),
    });
  });

  withPython("check finds no cell that differs", () => {
    expect(outputOf(trip, "skewless check")).toContain("churn-test.csv is what customer-churn makes");
  });

  withPython("the README's figures are those that the training prints", async () => {
    const text = await readFile(join(root, CHURN, "README.md"), "utf8");
    const figures = [
      ...text.matchAll(/^\| (training|validation|test)\b.*\| (0\.\d{5}) \| (0\.\d{5}) {2}\|$/gm),
    ].map(
      ([, set, auc, loss]) =>
        `${set === "training" ? "train" : set}-logloss:${loss}\t${set === "training" ? "train" : set}-auc:${auc}`,
    );
    expect(figures).toHaveLength(3);
    expect(outputOf(trip, "train.py")).toContain(`[59]\t${figures.join("\t")}`);
  });
});

describe("bike-rental", () => {
  const present = python !== "" && existsSync(join(bikes, "train.csv"));
  let trip: Trip;
  if (present) {
    beforeAll(async () => void (trip = await travel(BIKE, ["train.csv", "test.csv"])), 5 * MINUTES);
    afterAll(() => trip?.end());
  }
  const withBoth = needs(`${PYTHON} and ${BIKES}`, present);

  withBoth("train.py gives the committed model again, byte for byte", async () => {
    expect(
      (await trip.read(`${BIKE}/xgboost.json`)).equals(await readFile(join(root, BIKE, "xgboost.json"))),
    ).toBe(true);
  });

  withBoth("each prediction is expm1 of XGBoost's own", async () => {
    const [, ...predicted] = table(await trip.read("bike-rental.predictions.csv"));
    const margins = await ask(trip, BIKE, table(await trip.read("bike-rental.test.csv")));
    expect(predicted).toHaveLength(6493);
    const worst = predicted.map((row, i) => Math.abs(Number(row.at(-1)) / Math.expm1(margins[i]!) - 1));
    expect(Math.max(...worst)).toBeLessThan(1e-14);
  });

  withBoth("the golden predictions come back through HTTP, digit for digit", async () => {
    const golden = await goldenOf(BIKE);
    for (const path of ["/predict", "/models/bike-rental/predict"]) {
      expect(await post(trip.url + path, golden)).toEqual({
        predictions: golden.map(({ prediction }) => prediction),
      });
    }
  });

  withBoth("check finds no cell that differs", () => {
    expect(outputOf(trip, "skewless check")).toContain("bike-rental.test.csv is what bike-rental makes");
  });

  withBoth("the README's figures are those that the training prints", async () => {
    const text = await readFile(join(root, BIKE, "README.md"), "utf8");
    const [training, validation] = [
      ...text.matchAll(/^\| (?:training|validation) rows +\| (0\.\d{5}) +\|$/gm),
    ].map(([, figure]) => figure);
    expect(outputOf(trip, "train.py")).toContain(
      `[149]\ttrain-rmse:${training}\tvalidation-rmse:${validation}`,
    );
  });
});

test("each model's README has the commands that are run here, and no others but the recording of golden rows", async () => {
  const [, , golden, ...none] = await commandsOf(`${CHURN}/README.md`);
  expect(golden).toEqual([`npx skewless golden ${CHURN}.yaml churn-later.csv --rows 5`]);
  expect(none).toEqual([]);
  expect(await commandsOf(`${BIKE}/README.md`)).toHaveLength(2);
});
