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
      several.length = 0;
      feature.write(row, several);
      for (let j = 0; j < several.length; j++) into[place++] = several[j] as number;
      if (!several.every(fitsFloat32) && !areMissing(several, feature.missing(row))) fits = false;
    }
    return fits;
  };
}

/** Whether all that an endpoint cannot take is missing. */
function areMissing(values: readonly Value[], missing: readonly boolean[]): boolean {
  return values.every((value, j) => fitsFloat32(value) || missing[j]!);
}
