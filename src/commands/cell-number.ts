const ZERO = 0x30;
const DOT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Digits that never make a whole number larger than those a double holds exactly, once that is below 2^53. */
const MAX_DIGITS = 16;

/**
 * Reads a decimal without exponent, such as `-12.50`, from bytes. A whole number below 2^53 and a power of ten up to 10^22
 * are exact, so their quotient is rounded once: it is the double that `Number` reads (W. D. Clinger, "How to Read Floating
 * Point Numbers Accurately", 1990).
 *
 * @returns NaN for any other text, and for a number with too many digits: read those in another way
 */
export function decimalOf(data: Uint8Array, start: number, end: number): number {
  let place = start;
  const sign = data[place];
  if (sign === MINUS || sign === PLUS) place++;
  // Bytes of the text that are no digit: none, or the point.
  let points = 0;
  let fraction = 0;
  let whole = 0;
  const first = place;
  for (; place < end; place++) {
    const digit = data[place]! - ZERO;
    if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
    else if (digit === DOT - ZERO && points === 0) {
      points = 1;
      fraction = end - place - 1;
    } else return Number.NaN;
  }
  const digits = end - first - points;
  if (digits < 1 || digits > MAX_DIGITS || whole > Number.MAX_SAFE_INTEGER) return Number.NaN;
  const size = fraction === 0 ? whole : whole / POWERS[fraction]!;
  return sign === MINUS ? -size : size;
}

/** Numbers at least this long in bytes may be asked of {@link writeNumber}. */
export const LONGEST_NUMBER = 25;

/**
 * Writes a finite number as JavaScript prints it: the shortest decimal that reads back as the same double.
 *
 * A decimal of at most 15 digits that reads back as the double is the shortest one, up to its trailing zeros: no two
 * decimals of that length read as the same double (IEEE 754). So a few digits after the point can be tried, which is what
 * most data have, before the shortest is searched.
 *
 * @param bytes with room for {@link LONGEST_NUMBER} bytes
 * @returns the place behind what was written
 */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  const int = value | 0;
  if (int !== value) return writeDecimal(bytes, at, value);
  if (int < 0 || int > 9) return writeWhole(bytes, at, int);
  bytes[at] = ZERO + int;
  return at + 1;
}

/** A number that is not whole, or too large for 32 bits. */
function writeDecimal(bytes: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  if (size < 1e6 && size >= 1e-6) {
    let places = 4;
    let digits = Math.round(size * 1e4);
    if (digits / 1e4 !== size) {
      places = 9;
      digits = Math.round(size * 1e9);
    }
    if (digits / (places === 4 ? 1e4 : 1e9) === size) {
      let place = at;
      if (value < 0) bytes[place++] = MINUS;
      const whole = Math.floor(size);
      const fraction = digits - whole * (places === 4 ? 1e4 : 1e9);
      place = writeWhole(bytes, place, whole | 0);
      bytes[place++] = DOT;
      return writeFraction(bytes, place, fraction | 0, places);
    }
  }
  const text = String(value);
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** A whole number of 32 bits. */
function writeWhole(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let place = at;
  if (rest < 0) {
    bytes[place++] = MINUS;
    rest = -rest;
  }
  if (rest < 10) {
    bytes[place] = ZERO + rest;
    return place + 1;
  }
  if (rest < 100) {
    const tens = (rest / 10) | 0;
    bytes[place] = ZERO + tens;
    bytes[place + 1] = ZERO + (rest - tens * 10);
    return place + 2;
  }
  let end = place + 2;
  for (let bound = 100; bound <= rest; bound *= 10) end++;
  for (let i = end - 1; i >= place; i--) {
    const tenth = (rest / 10) | 0;
    bytes[i] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return end;
}

/** The digits after the point: so many, less the zeros at their end. Not all are zeros. */
function writeFraction(bytes: Uint8Array, at: number, digits: number, places: number): number {
  let rest = digits;
  let count = places;
  let end = at;
  while (count > 0) {
    const tenth = (rest / 10) | 0;
    const digit = rest - tenth * 10;
    if (digit !== 0 && end === at) end = at + count;
    count--;
    bytes[at + count] = ZERO + digit;
    rest = tenth;
  }
  return end;
}
