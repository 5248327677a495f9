import { type CellTexts, createCellTexts } from "./cell-texts.ts";
import type { Piece } from "./row-encoder.ts";

/** What is made from one cell, or from cells that stand together, and what was written for those. */
export interface Part {
  /** The places of the first and the last cell in a record. */
  readonly first: number;
  readonly last: number;
  /** What of them it is made from: {@link ALL}, {@link SEVERAL}, {@link DATE} or {@link TIME}. */
  readonly sees: number;
  /** Of no use where it is off. */
  readonly texts: CellTexts;
  /** The two parts it consists of; of a single piece, none. */
  readonly halves: readonly Part[];
  readonly piece: Piece;
}

/** What a part is made from: all of a cell, several cells, or of a cell with a time its date or its time of day. */
export const ALL = 0;
export const SEVERAL = 1;
export const DATE = 2;
export const TIME = 3;

/** Of a text, in bytes. */
const LARGEST_ROOM = 256;

/** So many cells make a part at most. */
const MOST_CELLS = 8;

/** Pieces that are made from one cell each, and whose cells stand together in their order, are put together. */
export function partsOf(pieces: readonly Piece[], places: readonly number[]): Part[] {
  const parts: Part[] = [];
  let run: Part[] = [];
  for (const piece of pieces) {
    const part = partOf(piece, places, pieces);
    const isNext =
      part.sees === ALL &&
      !part.texts.isOff &&
      run.at(-1)?.last === part.first - 1 &&
      run.length < MOST_CELLS;
    if (!isNext && run.length > 0) parts.push(together(run));
    run = isNext ? [...run, part] : [part];
    if (part.texts.isOff || part.sees !== ALL) {
      parts.push(part);
      run = [];
    }
  }
  return run.length === 0 ? parts : [...parts, together(run)];
}

/** One part of some that stand together. */
function together(parts: readonly Part[]): Part {
  if (parts.length === 1) return parts[0]!;
  const middle = parts.length >> 1;
  const halves = [together(parts.slice(0, middle)), together(parts.slice(middle))];
  const { first, piece } = parts[0]!;
  const { last, piece: lastPiece } = parts.at(-1)!;
  return {
    first,
    last,
    sees: SEVERAL,
    texts: createCellTexts(roomOf(lastPiece.end - piece.first)),
    halves,
    piece,
  };
}

/** The parts, but of one that was given up its halves. */
export function withoutGivenUp(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) =>
    part.texts.isOff && part.halves.length > 0 ? withoutGivenUp(part.halves) : [part],
  );
}

function partOf(piece: Piece, places: readonly number[], pieces: readonly Piece[]): Part {
  const texts = createCellTexts(roomOf(piece.end - piece.first));
  texts.isOff = piece.inputs.length > 1;
  const place = places[piece.inputs[0]!]!;
  // Field by field, so that all parts are of one shape: they are asked for in a loop that runs a million times.
  return { first: place, last: place, sees: seenBy(piece, pieces), texts, halves: NONE, piece };
}

const NONE: readonly Part[] = [];

/** For the text of so many columns. Where there are many, most of them hold a single digit. */
function roomOf(columns: number): number {
  return Math.min((columns + 1) * 16, LARGEST_ROOM);
}

/** The date alone is looked at only where something else looks at the time, and the other way round: both must be valid. */
function seenBy({ sees, inputs }: Piece, pieces: readonly Piece[]): number {
  const isSeen = (other: Piece["sees"]) =>
    pieces.some((piece) => piece.sees === other && piece.inputs[0] === inputs[0]);
  if (sees === "date") return isSeen("time") ? DATE : ALL;
  return sees === "time" && isSeen("date") ? TIME : ALL;
}
