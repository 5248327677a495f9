/** Random numbers that come again: the same seed and stream give the same numbers on every machine. */

/** The next number of a sequence, in [0, 1). */
export type Random = () => number;

/** Rounds after which the state of sfc32 no longer shows what it was seeded with; its author's number. */
const WARM_UP_ROUNDS = 15;

/**
 * Chris Doty-Humphrey's sfc32 (PractRand), its state seeded with `seed`, `stream`, 0 and a counter of 1, as his
 * library does with 64 bits of seed. Streams of one seed are independent of each other.
 *
 * @param seed - a whole number from 0 to 2³² - 1.
 * @param stream - another, that says which of the seed's sequences.
 */
export function randomOf(seed: number, stream: number): Random {
  let a = 0;
  let b = seed | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    next();
  }
  return next;
}

/** A number of the standard normal distribution, from two of the sequence (Box and Muller). */
export function normalOf(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** A whole number from 0 to below `count`. */
export function indexOf(random: Random, count: number): number {
  return Math.floor(random() * count);
}
