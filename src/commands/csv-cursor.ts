import { type CsvBatch, readRecords } from "./csv-records.ts";
import type { Source } from "./source.ts";

/** A place in a CSV file, for reading several files in step. */
export interface CsvCursor {
  readonly source: Source;
  /** The records at hand; undefined at the end of the file. */
  batch: CsvBatch | undefined;
  /** The next record of the batch. */
  i: number;
  /**
   * Reads on where the batch is used up.
   *
   * @throws {InputError} as `readRecords`
   */
  readonly refill: () => Promise<void>;
  /** Lets go of the file, also before its end. */
  readonly close: () => Promise<void>;
}

/** A place before the first record; nothing is read yet. Whoever reads on closes it. */
export function createCursor(source: Source): CsvCursor {
  const records = readRecords(source);
  const cursor: CsvCursor = {
    source,
    batch: undefined,
    i: 0,
    refill: async () => {
      if (cursor.batch !== undefined && cursor.i < cursor.batch.count) return;
      const { value } = await records.next();
      cursor.batch = value ?? undefined;
      cursor.i = 0;
    },
    close: async () => {
      await records.return(undefined);
    },
  };
  return cursor;
}

/** How many records there are from here to the end of the file. */
export async function countRest(cursor: CsvCursor): Promise<number> {
  let count = 0;
  for (; cursor.batch !== undefined; await cursor.refill()) {
    count += cursor.batch.count - cursor.i;
    cursor.i = cursor.batch.count;
  }
  return count;
}
