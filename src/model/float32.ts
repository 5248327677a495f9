/** The largest finite float32: XGBoost computes in it, and refuses a whole call for one value beyond it. */
export const FLOAT32_MAX = 2 ** 127 * (2 - 2 ** -23);

/** Half a step beyond it: what is smaller rounds to the largest float32, what is not to infinity (IEEE 754, 4.3.1). */
const FLOAT32_END = 2 ** 128 - 2 ** 103;

/** Whether a value is a number that stays finite when it is rounded to a float32. Takes no text for a number. */
export function fitsFloat32(value: unknown): value is number {
  return typeof value === "number" && value > -FLOAT32_END && value < FLOAT32_END;
}
