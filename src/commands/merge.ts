import { faultError } from "./csv-records.ts";
import type { Encoded, Refused } from "./encoded.ts";
import { InputError } from "./input-error.ts";
import { type LineBuffer, createLineBuffer, makeRoom } from "./line-writer.ts";
import type { Output } from "./output.ts";
import type { Rejects } from "./rejects.ts";

/** What is made of a raw file, and where it goes. */
export interface Destination {
  /** One file, or as many as `choose` names. */
  readonly outputs: readonly Output[];
  /** Called for each row of the raw file, in order: the place of the output it goes to. */
  readonly choose: () => number;
  /** Where rows go that do not fit; absent, the first one ends it all. */
  readonly rejects: Rejects | undefined;
}

/** Puts together what was made of a file's pieces, whoever made it. */
export interface Merge {
  /** Rows in each output. */
  readonly rows: readonly number[];
  /** Rows of the raw file. */
  readonly rowsRead: () => number;
  /**
   * Takes the next piece's. While it is written, the one after may be made.
   *
   * @returns memory that is free to be used again, if there is any
   * @throws {InputError} naming the file and the line of a row that does not fit and has no file to go to: the piece is not
   *   written then; or of one that is broken: what stands before it is
   */
  readonly take: (encoded: Encoded) => Promise<Encoded | undefined>;
  /** Waits until all is written. */
  readonly end: () => Promise<void>;
}

/** @param name the raw file's, for messages */
export function createMerge({ outputs, choose, rejects }: Destination, name: string): Merge {
  const rows = outputs.map(() => 0);
  const buffers = outputs.map(() => createLineBuffer());
  let rowsRead = 0;
  let line = 0;
  let writing: Promise<unknown> = Promise.resolve();
  let written: Encoded | undefined;
  const refusal = (row: Refused): InputError =>
    new InputError(row.reasons.map((reason) => `${name}:${line + row.line}: ${reason}.`).join("\n"));
  const take = async (encoded: Encoded): Promise<Encoded | undefined> => {
    const { text, count, refused, fault, lines } = encoded;
    await writing;
    if (refused.length > 0 && rejects === undefined) throw refusal(refused[0]!);
    const free = written;
    written = encoded;
    for (const one of refused) rejects!.add(line + one.line, one.reasons, one.cells);
    if (outputs.length === 1) {
      rows[0]! += count - refused.length;
      writing = outputs[0]!.write(textOf(text));
    } else {
      shareOut(encoded, choose, buffers, rows);
      writing = Promise.all(outputs.map(({ write }, i) => write(textOf(buffers[i]!))));
    }
    // A failure is told when it is waited for; until then it must not count as unhandled.
    writing.catch(() => {});
    await rejects?.flush();
    rowsRead += count;
    line += lines;
    if (fault === undefined) return free;
    await writing;
    throw faultError(fault, line + 1, name);
  };
  const end = async (): Promise<void> => {
    await writing;
  };
  return { rows, rowsRead: () => rowsRead, take, end };
}

function textOf({ bytes, size }: LineBuffer): Buffer {
  return bytes.subarray(0, size);
}

/** Copies each row's line to the output that is chosen for it; of one that does not fit there is none to copy. */
function shareOut(
  { text, ends, count }: Encoded,
  choose: () => number,
  buffers: readonly LineBuffer[],
  rows: number[],
): void {
  for (const buffer of buffers) buffer.size = 0;
  let from = 0;
  for (let i = 0; i < count; i++) {
    const to = choose();
    const end = ends[i]!;
    if (end === from) continue;
    const buffer = buffers[to]!;
    makeRoom(buffer, end - from);
    text.bytes.copy(buffer.bytes, buffer.size, from, end);
    buffer.size += end - from;
    rows[to]!++;
    from = end;
  }
}
