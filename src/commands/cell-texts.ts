/**
 * What was written for the cells of one column, or of some that stand together, by their bytes. Cells repeat in most
 * columns, and what repeats need not be read, computed and printed again. Columns in which they do not are given up.
 */
export interface CellTexts {
  /**
   * Places of `stride` words each: the lengths of the text and of the cell, the latter plus one, 0 where there is no cell; the
   * cell's bytes, four to a word; the text.
   */
  readonly words: Int32Array;
  /** The same memory, for the text. */
  readonly view: DataView;
  readonly stride: number;
  /** Cells that were sought in vain since the record `since`. */
  misses: number;
  since: number;
  isOff: boolean;
}

/** How many cells are kept, each in the one place that its bytes say. */
const PLACE_BITS = 11;

/** Length in bytes of a cell, or of several with what is between them, that is kept; words of a place before its text. */
const LONGEST_CELL = 28;
const HEAD = 1 + LONGEST_CELL / 4;

/** Bits of the first word for the cell's length. */
const LENGTH_BITS = 8;
const LENGTH = 2 ** LENGTH_BITS - 1;

/** A column is given up where, of its cells since so many were sought in vain, no more were found. */
const TRIAL = 2048;

/** The first bytes of a word in the order of memory: none, one, two, three, all. */
const FIRST_BYTES = Int32Array.of(0, 0xff, 0xffff, 0xff_ffff, -1);

/** An odd number without a pattern, as hashes are made with: 2^32 divided by the golden ratio. */
const FACTOR = 0x9e37_79b1;

/** @param room for a text, in bytes: longer ones are not kept */
export function createCellTexts(room: number): CellTexts {
  const stride = HEAD + Math.ceil(room / 4);
  const words = new Int32Array(2 ** PLACE_BITS * stride);
  return { words, view: new DataView(words.buffer), stride, misses: 0, since: 0, isOff: false };
}

/**
 * Looks for bytes of a record: those of a cell, of a part of it, or of several cells with what is between them.
 *
 * @returns where they are, for {@link copyText}; a negative number where they are not there, for {@link keepText}
 */
export function findText({ words, stride }: CellTexts, view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length <= 4) {
    const only = view.getInt32(start, true) & FIRST_BYTES[length]!;
    const word = placeOf(length ^ only, stride);
    return (words[word]! & LENGTH) === length + 1 && words[word + 1] === only ? word : ~word;
  }
  if (length > LONGEST_CELL) return NOWHERE;
  // The last word overlaps the one before it: together with the length that says as much, and needs no loop over bytes.
  const lastWord = view.getInt32(end - 4, true);
  let hash = length;
  for (let at = start; at < end - 4; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), FACTOR);
  const word = placeOf(hash ^ lastWord, stride);
  if ((words[word]! & LENGTH) !== length + 1) return ~word;
  let next = word + 1;
  for (let at = start; at < end - 4; at += 4) if (words[next++] !== view.getInt32(at, true)) return ~word;
  return words[next] === lastWord ? word : ~word;
}

/** Of bytes that are not kept. */
export const NOWHERE = -(2 ** 31);

function placeOf(hash: number, stride: number): number {
  return (Math.imul(hash, FACTOR) >>> (32 - PLACE_BITS)) * stride;
}

/**
 * Copies a text that was found. Whole words are copied: up to three bytes more than the text has.
 *
 * @returns the place behind the text
 */
export function copyText({ words, view }: CellTexts, found: number, into: DataView, at: number): number {
  const length = words[found]! >> LENGTH_BITS;
  const from = (found + HEAD) * 4;
  for (let i = 0; i < length; i += 4) into.setInt32(at + i, view.getInt32(from + i, true), true);
  return at + length;
}

/** Counts what was sought in vain, and gives all up where that is too much. */
export function countMiss(texts: CellTexts, record: number): void {
  texts.misses++;
  if (texts.misses < TRIAL) return;
  texts.isOff = record - texts.since < 2 * TRIAL;
  texts.misses = 0;
  texts.since = record;
}

/**
 * Keeps what was written for bytes that were sought in vain.
 *
 * @param found what {@link findText} gave: not {@link NOWHERE}
 * @param written holds the text, from `from` up to `to`, and may be read three bytes further
 */
export function keepText(
  texts: CellTexts,
  view: DataView,
  start: number,
  end: number,
  found: number,
  written: DataView,
  from: number,
  to: number,
): void {
  const { words, stride } = texts;
  if (to - from > (stride - HEAD) * 4) return;
  const word = ~found;
  words[word] = (end - start + 1) | ((to - from) << LENGTH_BITS);
  let next = word + 1;
  for (let at = start; at < end - 4; at += 4) words[next++] = view.getInt32(at, true);
  words[next] =
    end - start < 4 ? view.getInt32(start, true) & FIRST_BYTES[end - start]! : view.getInt32(end - 4, true);
  for (let i = 0; i < to - from; i += 4) {
    texts.view.setInt32((word + HEAD) * 4 + i, written.getInt32(from + i, true), true);
  }
}
