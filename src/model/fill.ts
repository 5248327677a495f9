import { type PlacedFeature, widthError } from "./encode.ts";
import { fitsFloat32 } from "./float32.ts";
import type { Row } from "./request.ts";
import type { Value } from "./step.ts";

/**
 * Compiles the way from a row to its features' values in an array that is there.
 *
 * @param inputs their names
 * @returns what `Pipeline.fill` is
 */
export function compileFill(inputs: readonly string[], features: readonly PlacedFeature[]) {
  const several: Value[] = [];
  return (row: Row, into: Float64Array, at: number, first = 0, end = features.length): boolean => {
    if (row.length < inputs.length) throw widthError(row, inputs);
    let place = at;
    let fits = true;
    for (let i = first; i < end; i++) {
      const feature = features[i]!;
      const { place: input, map } = feature;
      if (input !== undefined) {
        const cell = map === undefined ? row[input]! : map(row[input]!);
        into[place++] = cell as number;
        if (!fitsFloat32(cell) && !feature.missing(row)[0]!) fits = false;
        continue;
      }
      const width = feature.write(row, several, 0);
      let missing: readonly boolean[] | undefined;
      for (let j = 0; j < width; j++) {
        const cell = several[j]!;
        into[place++] = cell as number;
        if (!fitsFloat32(cell) && !(missing ??= feature.missing(row))[j]!) fits = false;
      }
    }
    return fits;
  };
}
