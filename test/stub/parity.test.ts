/**
 * The stub's numbers against the Python XGBoost library's. Digests stand in for the library where it is absent; where
 * it is present, they are checked against it as well.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStub, type Stub } from "../../src/stub/server.ts";
import { parseModel } from "../../src/stub/xgboost.ts";
import { needs } from "../needs.ts";
import { send, signature } from "./raw-http.ts";
import { matrixOf, readSamples, ulpsApart } from "./samples.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const modelFile = join(root, "models/bike-rental/xgboost.json");
const oracle = join(root, "test/stub/oracle.py");
const dataFolder = process.env["BIKE_SHARING_DIR"] ?? join(root, "../shared/data/bike-sharing");
const testFile = join(dataFolder, "test.csv");
const python = process.env["SKEWLESS_PYTHON"] ?? "";

const hasData = existsSync(testFile);
const dataWanted = "test.csv of the bike-sharing data (BIKE_SHARING_DIR)";
const pythonWanted = "a Python with xgboost (SKEWLESS_PYTHON)";
const withData = needs(dataWanted, hasData);
const withPython = needs(pythonWanted, python !== "");
const withBoth = needs(`${dataWanted} and ${pythonWanted}`, hasData && python !== "");

/** SHA-256 of the 6,493 answers to test.csv, as little-endian float32. */
const TEST_CSV_DIGEST = "a4f5e6d735162ad3dcc404c62a7c1c609caef27ab9b226deca75367ef2b41851";
/** The same of the answers to `syntheticRows`. */
const SYNTHETIC_DIGEST = "f1e35b9a35f0a07b36976674e53d833269e0c124e986c2756e867a63a3c17a66";

type Row = readonly (number | null)[];

let stub: Stub;
beforeAll(async () => {
  stub = await startStub({ endpoints: [{ name: "bike", modelFile }] });
});
afterAll(() => stub.close());

/** Answers of the stub over HTTP, as CSV in calls of 1,000 rows; empty cells are missing. */
async function askStub(rows: readonly Row[]): Promise<Float32Array> {
  const answers: number[] = [];
  for (let start = 0; start < rows.length; start += 1000) {
    const body = rows.slice(start, start + 1000).map((row) => row.map((cell) => cell ?? "").join(","));
    const response = await send(stub, {
      path: "/endpoints/bike/invocations",
      headers: { authorization: signature, "content-type": "text/csv" },
      body: body.join("\n"),
    });
    expect(response.status).toBe(200);
    answers.push(...response.body.trimEnd().split("\n").map(Number));
  }
  return Float32Array.from(answers);
}

function runPython(parameters: readonly string[], input?: Uint8Array): Buffer {
  const run = spawnSync(python, [oracle, ...parameters], { input, maxBuffer: 1e9 });
  if (run.status !== 0) {
    throw new Error(`The oracle failed: ${run.error?.message ?? run.stderr.toString()}`);
  }
  return run.stdout;
}

/** Answers of the Python library. */
function askPython(rows: readonly Row[]): Float32Array {
  const { cells, columns } = matrixOf(rows);
  const output = runPython(["predict", modelFile, String(columns)], new Uint8Array(cells.buffer));
  return Float32Array.from({ length: output.length / 4 }, (_, index) => output.readFloatLE(index * 4));
}

function digest(answers: Float32Array): string {
  const bytes = Buffer.alloc(answers.length * 4);
  answers.forEach((answer, index) => bytes.writeFloatLE(answer, index * 4));
  return createHash("sha256").update(bytes).digest("hex");
}

/** The 13 features of every row of test.csv, worked out here anew: this is no test of the service's encoding. */
function realRows(): Row[] {
  const [, ...lines] = readFileSync(testFile, "utf8").trim().split(/\r?\n/);
  return lines.map((line) => {
    const [moment = "", ...numbers] = line.split(",");
    const [year, month, day, hour] = moment.split(/[-: ]/).map(Number) as [number, number, number, number];
    const daysFromSunday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
    return numbers.map(Number).concat(year, month, day, (daysFromSunday + 6) % 7, hour);
  });
}

/** What each feature of a synthetic row lies between, and how finely: a little more than the data do. */
const RANGES: readonly (readonly [from: number, to: number, step: number])[] = [
  [1, 4, 1],
  [0, 1, 1],
  [0, 1, 1],
  [1, 4, 1],
  [-10, 45, 0.01],
  [-10, 50, 0.005],
  [0, 100, 1],
  [0, 60, 0.0001],
  [2010, 2013, 1],
  [1, 12, 1],
  [1, 31, 1],
  [0, 6, 1],
  [0, 23, 1],
];

/** 5,000 rows that are the same everywhere, one cell in ten missing. Random numbers: Numerical Recipes' LCG. */
function syntheticRows(): Row[] {
  let state = 5;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Array.from({ length: 5000 }, () =>
    RANGES.map(([from, to, step]) => {
      const isMissing = random() < 0.1;
      const steps = Math.floor(random() * ((to - from) / step + 1));
      return isMissing ? null : Number((from + steps * step).toFixed(4));
    }),
  );
}

withData("the answers to all 6,493 rows of test.csv have the digest of the Python library's", async () => {
  const rows = realRows();
  expect(rows).toHaveLength(6493);
  expect(digest(await askStub(rows))).toBe(TEST_CSV_DIGEST);
});

withBoth("the answers to all 6,493 rows of test.csv are the Python library's, bit for bit", async () => {
  const rows = realRows();
  const [stubs, pythons] = [await askStub(rows), askPython(rows)];
  expect(ulpsApart(stubs, pythons)).toBe(0);
  expect(digest(pythons)).toBe(TEST_CSV_DIGEST);
});

test("the answers to 5,000 synthetic rows with missing cells have the digest of the Python library's", async () => {
  expect(digest(await askStub(syntheticRows()))).toBe(SYNTHETIC_DIGEST);
});

withPython(
  "the answers to 5,000 synthetic rows with missing cells are the Python library's, bit for bit",
  async () => {
    const rows = syntheticRows();
    const [stubs, pythons] = [await askStub(rows), askPython(rows)];
    expect(ulpsApart(stubs, pythons)).toBe(0);
    expect(digest(pythons)).toBe(SYNTHETIC_DIGEST);
  },
);

withPython(
  "freshly trained models of every objective answer as the Python library does, bit for bit",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "parity-"));
    const sizes = ["--rows", "5000", "--samples", "5000", "--trees", "40", "--depth", "6", "--seed", "7"];
    try {
      runPython(["train", folder, ...sizes]);
      const worst = Object.fromEntries(
        ["reg-squarederror", "binary-logistic", "multi-softprob", "count-poisson"].map((name) => {
          const { rows, predictions } = readSamples(join(folder, `${name}.samples.json`));
          const model = parseModel(readFileSync(join(folder, `${name}.json`), "utf8"));
          return [name, ulpsApart(model.predict(matrixOf(rows)), Float32Array.from(predictions.flat()))];
        }),
      );
      // Measured with XGBoost 1.7.4, 2.1.4, 3.4.1 and glibc 2.36.
      expect(worst).toEqual({
        "reg-squarederror": 0,
        "binary-logistic": 0,
        "multi-softprob": 0,
        "count-poisson": 0,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);
