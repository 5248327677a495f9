import type { Problem } from "../errors.ts";
import { nextCell } from "./cell-text.ts";
import { countFault, problemOf, startFaults } from "./faults.ts";
import type { Feature } from "./feature.ts";
import { fitsFloat32 } from "./float32.ts";
import type { RequestLimits, Row } from "./request.ts";
import { Refusal, type Value } from "./step.ts";

/** A compiled feature with its name, and the places of its inputs in a row. */
export interface PlacedFeature extends Feature {
  readonly name: string;
  readonly places: readonly number[];
}

/** What keeps a row from being encoded: the input that is to blame, and what is wrong, as a predicate. */
export interface Obstacle {
  readonly input: string;
  readonly detail: string;
}

/**
 * Compiles the way from rows to lines of CSV, and the explanation of why a row has none.
 *
 * @param inputs their names
 */
export function compileEncode(
  inputs: readonly string[],
  features: readonly PlacedFeature[],
  { maxErrors }: RequestLimits,
) {
  const lineOf = compileLine(features);
  const explain = (row: Row): readonly Obstacle[] => {
    if (row.length < inputs.length) throw widthError(row, inputs);
    return features.flatMap((feature) => {
      const detail = obstacleOf(feature, row);
      if (detail === undefined) return [];
      return feature.places.map((place) => ({ input: inputs[place]!, detail }));
    });
  };
  const problem = (rows: readonly Row[]): Problem => {
    const faults = startFaults(maxErrors);
    for (const [i, row] of rows.entries()) {
      for (const { input, detail } of explain(row)) {
        if (countFault(faults)) faults.errors.push({ pointer: `/instances/${i}/features/${input}`, detail });
      }
    }
    return problemOf(faults, "features");
  };
  const encode = (rows: readonly Row[]): string[] => {
    const lines: string[] = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row.length !== inputs.length) throw widthError(row, inputs);
      const line = lineOf(row);
      if (line === undefined) throw problem(rows);
      lines.push(line);
    }
    return lines;
  };
  return { encode, explain };
}

/** What is wrong with a row that has not a value for each input: what is read beyond its end would pass for one. */
export function widthError(row: Row, inputs: readonly string[]): TypeError {
  const taken = `the model takes ${inputs.length} (${inputs.join(", ")})`;
  return new TypeError(
    `A row has ${row.length} values, but ${taken}: make rows by readInstances or readFeatures.`,
  );
}

/**
 * A missing value is an empty cell.
 *
 * @returns row → its line, or undefined where a feature cannot be made: why is sought only then
 */
function compileLine(features: readonly PlacedFeature[]): (row: Row) => string | undefined {
  // Lists beside each other are read faster than the features themselves.
  const places = features.map(({ place = -1 }) => place);
  const maps = features.map(({ map }) => map);
  const several: Value[] = [];
  return (row) => {
    let line = "";
    let cells = 0;
    try {
      for (let i = 0; i < features.length; i++) {
        const place = places[i]!;
        if (place >= 0) {
          const map = maps[i];
          const value = map === undefined ? row[place]! : map(row[place]!);
          if (fitsFloat32(value)) line = withCell(line, cells++, value);
          else if (features[i]!.missing(row)[0]!) line = withoutCell(line, cells++);
          else return undefined;
          continue;
        }
        const feature = features[i]!;
        const width = feature.write(row, several, 0);
        let missing: readonly boolean[] | undefined;
        for (let j = 0; j < width; j++) {
          const value = several[j]!;
          if (fitsFloat32(value)) line = withCell(line, cells++, value);
          else if ((missing ??= feature.missing(row))[j]!) line = withoutCell(line, cells++);
          else return undefined;
        }
      }
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
    return line;
  };
}

/** A line of so many cells, and one more. */
function withCell(line: string, cells: number, value: number): string {
  return cells === 0 ? `${value}` : line + nextCell(value);
}

function withoutCell(line: string, cells: number): string {
  return cells === 0 ? "" : `${line},`;
}

function obstacleOf(feature: PlacedFeature, row: Row): string | undefined {
  const out: Value[] = [];
  try {
    feature.write(row, out, 0);
  } catch (error) {
    if (error instanceof Refusal) return `cannot make ${feature.name}: ${error.message}`;
    throw error;
  }
  const missing = feature.missing(row);
  const j = out.findIndex((value, k) => !fitsFloat32(value) && !missing[k]!);
  if (j === -1) return undefined;
  const beyond = Number.isFinite(out[j]) ? ": it is beyond the range of a float32" : "";
  return `makes ${feature.columns[j]} ${out[j]}, which the model cannot take${beyond}`;
}
