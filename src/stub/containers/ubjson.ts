/**
 * Universal Binary JSON, draft 12 (https://ubjson.org/type-reference/), strictly, as far as XGBoost writes it: objects,
 * lists with and without a count, lists of one type of number. Whatever it holds stays in proportion to its bytes.
 */

/** A text that is no such value. The message says what was found, and at which byte. */
export class UbjsonError extends Error {
  override readonly name = "UbjsonError";
}

/** Containers in containers, at most; a model has 7. */
const MOST_DEPTH = 64;

/** Bytes that a number of each type takes. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ["i", 1],
  ["U", 1],
  ["I", 2],
  ["l", 4],
  ["L", 8],
  ["d", 4],
  ["D", 8],
]);

/** Where reading has come to. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function show(marker: string): string {
  return JSON.stringify(marker);
}

function fail(cursor: Cursor, what: string): never {
  throw new UbjsonError(`${what}, at byte ${cursor.at}.`);
}

/** Passes `length` bytes, which must be there, and says where they begin. */
function pass(cursor: Cursor, length: number): number {
  const { at, bytes } = cursor;
  if (length > bytes.length - at) {
    fail(cursor, `The file ends ${length - (bytes.length - at)} bytes too early`);
  }
  cursor.at = at + length;
  return at;
}

/** The next marker, behind any that do nothing. */
function readMarker(cursor: Cursor): string {
  let marker: string;
  do {
    marker = String.fromCharCode(cursor.bytes[pass(cursor, 1)]!);
  } while (marker === "N");
  return marker;
}

/** A number of the type of `marker`, at a place that is known to hold it. */
function numberAt({ bytes }: Cursor, marker: string, at: number): number {
  switch (marker) {
    case "i":
      return bytes.readInt8(at);
    case "U":
      return bytes.readUInt8(at);
    case "I":
      return bytes.readInt16BE(at);
    case "l":
      return bytes.readInt32BE(at);
    case "L":
      // Beyond 2⁵³ a number of JSON is not exact either.
      return Number(bytes.readBigInt64BE(at));
    case "d":
      return bytes.readFloatBE(at);
    default:
      return bytes.readDoubleBE(at);
  }
}

function readNumber(cursor: Cursor, marker: string): number {
  return numberAt(cursor, marker, pass(cursor, SIZES.get(marker)!));
}

function readLength(cursor: Cursor, marker: string): number {
  if (!SIZES.has(marker) || marker === "d" || marker === "D") {
    fail(cursor, `A length must be a whole number, not of type ${show(marker)}`);
  }
  const length = readNumber(cursor, marker);
  return length >= 0 ? length : fail(cursor, `A length must not be ${length}`);
}

function readText(cursor: Cursor, marker: string): string {
  const length = readLength(cursor, marker);
  const at = pass(cursor, length);
  return cursor.bytes.toString("utf8", at, at + length);
}

/** A list of one type of number: `$`, the type, `#`, the count, the bare numbers. */
function readTypedList(cursor: Cursor): number[] {
  const type = readMarker(cursor);
  const size = SIZES.get(type);
  if (size === undefined) {
    fail(cursor, `A list of type ${show(type)} is not supported`);
  }
  if (readMarker(cursor) !== "#") {
    fail(cursor, "A list with a type must have a count");
  }
  const count = readLength(cursor, readMarker(cursor));
  const start = pass(cursor, count * size);
  // oxlint-disable-next-line unicorn/no-new-array -- a length, millions at times
  const list = new Array<number>(count);
  for (let index = 0; index < count; index++) {
    list[index] = numberAt(cursor, type, start + index * size);
  }
  return list;
}

function readList(cursor: Cursor, depth: number): unknown[] {
  let marker = readMarker(cursor);
  if (marker === "$") {
    return readTypedList(cursor);
  }
  const list: unknown[] = [];
  if (marker === "#") {
    const count = readLength(cursor, readMarker(cursor));
    // Each value takes a byte at least, so that no count can ask for more than the file has.
    while (list.length < count) {
      list.push(readValue(cursor, readMarker(cursor), depth));
    }
    return list;
  }
  for (; marker !== "]"; marker = readMarker(cursor)) {
    list.push(readValue(cursor, marker, depth));
  }
  return list;
}

function readObject(cursor: Cursor, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (let marker = readMarker(cursor); marker !== "}"; marker = readMarker(cursor)) {
    const name = readText(cursor, marker);
    entries.push([name, readValue(cursor, readMarker(cursor), depth)]);
  }
  // As with JSON.parse, "__proto__" is a name like any other.
  return Object.fromEntries(entries);
}

function readValue(cursor: Cursor, marker: string, depth: number): unknown {
  if (depth > MOST_DEPTH) {
    fail(cursor, `More than ${MOST_DEPTH} lists and objects in each other`);
  }
  if (SIZES.has(marker)) {
    return readNumber(cursor, marker);
  }
  switch (marker) {
    case "{":
      return readObject(cursor, depth + 1);
    case "[":
      return readList(cursor, depth + 1);
    case "S":
      return readText(cursor, readMarker(cursor));
    case "C":
      return String.fromCharCode(cursor.bytes[pass(cursor, 1)]!);
    case "T":
      return true;
    case "F":
      return false;
    case "Z":
      return null;
    default:
      return fail(cursor, `A value cannot begin with ${show(marker)}`);
  }
}

/**
 * Reads a whole file. Numbers become numbers, those of float32 with all their bits.
 *
 * @throws {UbjsonError} when it is not one value of Universal Binary JSON and nothing else.
 */
export function parseUbjson(bytes: Buffer): unknown {
  const cursor: Cursor = { bytes, at: 0 };
  const value = readValue(cursor, readMarker(cursor), 0);
  return cursor.at === bytes.length ? value : fail(cursor, "Something follows the value");
}
