/**
 * `expf` of the C library, to the last bit: the algorithm of Arm's Optimized Routines, which glibc (from 2.27 on) and
 * musl have, and through them XGBoost's transformations. The nearest float32 of `Math.exp` is another one in one case
 * of a thousand.
 */

/** Parts that an octave is cut in. */
const PARTS = 32;
/** The bounds beyond which the answer is Infinity, or 0: ln(2¹²⁸) and ln(2⁻¹⁵⁰), as float32. */
const OVERFLOW = Math.fround(88.722_83);
const UNDERFLOW = Math.fround(-103.972_08);
const PARTS_BY_LN2 = PARTS * Math.LOG2E;
/** A cubic of 2^(r / 32), for r in [-1/2, 1/2]. */
const CUBE = 0.055_503_615_593_415_35 / PARTS ** 3;
// oxlint-disable-next-line no-loss-of-precision -- one bit of it matters
const SQUARE = 0.240_228_452_244_572_22 / PARTS ** 2;
const LINEAR = 0.693_147_180_691_621_6 / PARTS;
/** Adding it rounds to a whole number, halves to even. */
const ROUND = 1.5 * 2 ** 52;

const LEAST_EXPONENT = -151;
const fractions = Float64Array.from({ length: PARTS }, (_, part) => 2 ** (part / PARTS));
const powers = Float64Array.from(
  { length: 129 - LEAST_EXPONENT },
  (_, index) => 2 ** (index + LEAST_EXPONENT),
);

/** e to the power of a float32, as a float32. */
export function expf(exponent: number): number {
  if (exponent > OVERFLOW) {
    return Infinity;
  }
  if (exponent < UNDERFLOW) {
    return 0;
  }
  if (Number.isNaN(exponent)) {
    return exponent;
  }
  const parts = PARTS_BY_LN2 * exponent;
  const whole = parts + ROUND - ROUND;
  const r = parts - whole;
  const scale = fractions[whole & (PARTS - 1)]! * powers[(whole >> 5) - LEAST_EXPONENT]!;
  return Math.fround(((CUBE * r + SQUARE) * (r * r) + (LINEAR * r + 1)) * scale);
}
