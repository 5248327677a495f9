/** The rows that every client asks for, and the truth about them. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel } from "../../src/registry.ts";
import { parseCsv } from "../../src/stub/csv.ts";
import { parseModel } from "../../src/stub/xgboost.ts";
import { root } from "./tools.ts";

const folder = process.env["BIKE_SHARING_DIR"] ?? join(root, "../shared/data/bike-sharing");
const testFile = join(folder, "test.csv");

export const modelFile = join(root, "models/bike-rental/xgboost.json");
export const golden = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
export const goldenAnswer = "6.349300861358643\n";

/** What {@link needs} asks for, and whether it is there. */
export const DATA = "test.csv of the bike-sharing data (BIKE_SHARING_DIR)";
export const hasData = existsSync(testFile);

/** SHA-256 of what the Python XGBoost library answers to the 6,493 rows, as little-endian float32; see parity.test.ts. */
const TRUTH = "a4f5e6d735162ad3dcc404c62a7c1c609caef27ab9b226deca75367ef2b41851";

/** Rows and their predictions. */
export interface Bikes {
  /** Path of a file with a row a line, as the service encodes them, without a header. */
  readonly file: string;
  readonly rows: readonly string[];
  /** float32, widened. */
  readonly truth: readonly number[];
  readonly remove: () => void;
}

/**
 * The rows of test.csv, encoded by the service's own pipeline.
 *
 * @throws where they, or the predictions, are not those that the library's answers are known of.
 */
export async function readBikes(): Promise<Bikes> {
  const { pipeline } = await loadModel(join(root, "models/bike-rental.yaml"), {});
  const [, ...lines] = readFileSync(testFile, "utf8").trim().split(/\r?\n/);
  const given = lines.map((line, index) => {
    const [moment, ...cells] = line.split(",");
    return pipeline.readFeatures([moment, ...cells.map(Number)], index);
  });
  const rows = pipeline.encode(given);
  const truth = Float32Array.from(
    parseModel(readFileSync(modelFile, "utf8")).predict(parseCsv(rows.join("\n"))),
  );
  const bytes = Buffer.alloc(truth.length * 4);
  truth.forEach((answer, index) => bytes.writeFloatLE(answer, index * 4));
  if (createHash("sha256").update(bytes).digest("hex") !== TRUTH) {
    throw new Error("The predictions to compare with are not those of the XGBoost library.");
  }
  const made = mkdtempSync(join(tmpdir(), "bikes-"));
  const file = join(made, "rows.csv");
  writeFileSync(file, `${rows.join("\n")}\n`);
  return { file, rows, truth: Array.from(truth), remove: () => rmSync(made, { recursive: true }) };
}
