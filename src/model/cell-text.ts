/** How many numbers are kept; a power of two, so that the highest bits of a hash are a place. */
const BITS = 12;

const numbers = new Float64Array(1 << BITS).fill(Number.NaN);
const texts = Array.from({ length: 1 << BITS }, () => "");
const probe = new Float64Array(1);
const words = new Int32Array(probe.buffer);

/**
 * A number as it stands in a line of CSV behind another cell: `,16.4`. JavaScript prints the shortest decimal that reads
 * back as the same double; every CSV reader takes it.
 *
 * Codes, parts of dates and measured values come again and again, and to print a number takes several times as long as to
 * find it: the last one of each hash is kept, 4096 of them whatever comes.
 */
export function nextCell(value: number): string {
  probe[0] = value;
  // Odd numbers that mix the bits of a word upwards: those of Knuth (TAOCP 3, 6.4) and of MurmurHash3's finish.
  const place = (Math.imul(words[0]!, 0x9e3779b1) ^ Math.imul(words[1]!, 0x85ebca6b)) >>> (32 - BITS);
  if (numbers[place] === value) return texts[place]!;
  const text = `,${value}`;
  numbers[place] = value;
  texts[place] = text;
  return text;
}
