import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Python with what `test/parity/requirements.txt` lists; undefined where the environment names none. */
export const python = process.env["SKEWLESS_SKLEARN_PYTHON"] ?? process.env["SKEWLESS_PYTHON"];

/** A fitted pipeline, and what scikit-learn makes of rows. */
export interface PipelineCase {
  readonly name: string;
  readonly export: { readonly estimator: unknown; readonly target: { readonly transformer: unknown } };
  readonly columns: readonly string[];
  /** Null where a value is missing. */
  readonly rows: readonly (readonly unknown[])[];
  readonly expected: readonly (readonly (number | null)[])[];
  /** Whether all of it is plain arithmetic. */
  readonly exact: boolean;
  /** Targets, what their transform makes of them, and what its inverse makes of that. */
  readonly targets: readonly [readonly number[], readonly number[], readonly number[]] | null;
}

/**
 * Has scikit-learn fit pipelines: those that pipelines.py names, and random ones.
 *
 * @param folder where the cases are written, with `<name>.raw.csv` and `<name>.out.csv`
 */
export async function fitPipelines(folder: string, seed: number, count: number): Promise<PipelineCase[]> {
  const script = fileURLToPath(new URL("pipelines.py", import.meta.url));
  const { stdout } = await run(python!, ["-B", script, folder, String(seed), String(count)]);
  if (stdout !== "") console.log(stdout);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8")) as PipelineCase),
  );
}
