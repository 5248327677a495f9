/**
 * Every step against its counterpart in NumPy, pandas or scikit-learn: random data frames, random chains of steps.
 *
 * SKEWLESS_PARITY_SEED repeats a run, SKEWLESS_PARITY_CASES makes it longer, and SKEWLESS_PARITY_CASE runs one case of it.
 */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { STEPS } from "../../src/model/steps.ts";
import { needs } from "../needs.ts";
import { type Oracle, startOracle } from "./oracle-process.ts";
import { PARAMETERS } from "./parameters.ts";
import { type Run, runCases } from "./run.ts";
import { summaryOf } from "./summary.ts";

const python = process.env["SKEWLESS_SKLEARN_PYTHON"] ?? process.env["SKEWLESS_PYTHON"] ?? "";
const withPython = needs(
  "a Python with test/parity/requirements.txt (SKEWLESS_SKLEARN_PYTHON, or SKEWLESS_PYTHON)",
  python !== "",
);

const seed = Number(process.env["SKEWLESS_PARITY_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const only = process.env["SKEWLESS_PARITY_CASE"];
const cases = only === undefined ? Number(process.env["SKEWLESS_PARITY_CASES"] ?? 2000) : 1;

describe("parity", () => {
  let oracle: Oracle;
  let run: Run;
  beforeAll(async () => {
    if (python === "") return;
    oracle = await startOracle(python);
  }, 60_000);
  afterAll(() => oracle?.close());

  withPython("every step has an oracle and random parameters", () => {
    for (const step of Object.keys(STEPS)) {
      expect(oracle.steps, `no oracle for step ${step}`).toContain(step);
      expect(Object.keys(PARAMETERS), `no random parameters for step ${step}`).toContain(step);
    }
  });

  withPython(
    "random chains of steps learn and make what their counterparts do",
    async () => {
      const started = performance.now();
      run = await runCases(oracle, seed, cases, Number(only ?? 0));
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(
        summaryOf(
          run,
          `parity: seed ${seed} (SKEWLESS_PARITY_SEED repeats it), ${seconds} s\n${oracle.versions}`,
        ),
      );
      const failures = run.failures.map(({ text, others }) => `${text}\n  and ${others} more cases like it`);
      expect(failures.join("\n\n"), "disagreements with the references").toBe("");
    },
    180_000,
  );

  withPython("no step is compared too rarely to say anything", () => {
    if (only !== undefined) return;
    const counts = new Map(Object.keys(STEPS).map((name) => [name, 0]));
    for (const { trace, verdict } of run.steps) {
      if (verdict.cells > 0) counts.set(trace.step, counts.get(trace.step)! + 1);
    }
    for (const [step, count] of counts) expect(count, step).toBeGreaterThan(cases / 200);
  });
});
