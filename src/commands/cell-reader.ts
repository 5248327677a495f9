import { type Input, boundsOf } from "../model/inputs.ts";
import type { NumericInputSpec } from "../model/schema.ts";
import type { Value } from "../model/step.ts";
import { wallMsOf } from "./cell-datetime.ts";
import { decimalOf } from "./cell-number.ts";
import { cellText } from "./csv-records.ts";
import type { CsvRecords } from "./csv-scan.ts";

/** Cell k of a batch, counted from its first record's first → a value, or undefined where the cell does not fit. */
export type CellReader = (batch: CsvRecords, k: number) => Value | undefined;

/**
 * Compiles the way from a cell to a value of an input: the same as `read(fromCell(text))`, without the text where the bytes
 * are a plain number or time, as nearly all are.
 */
export function createCellReader({ spec, read, fromCell }: Input): CellReader {
  const readText: CellReader = (batch, k) => read(fromCell(cellText(batch, k)));
  switch (spec.type) {
    case "number":
    case "integer":
      return readingNumbers(spec, { read, fromCell }, readText);
    case "datetime":
      return (batch, k) => {
        const value = wallMsOf(batch.data, batch.starts[k]!, batch.ends[k]!);
        return Number.isNaN(value) ? readText(batch, k) : value;
      };
    default:
      return remembering(readText);
  }
}

function readingNumbers(
  spec: NumericInputSpec,
  { read, fromCell }: Pick<Input, "read" | "fromCell">,
  readText: CellReader,
): CellReader {
  // Categories and flags are single digits, as a rule.
  const ofDigit = Array.from({ length: 10 }, (_, digit) => read(fromCell(`${digit}`)));
  const { minimum, maximum } = boundsOf(spec);
  const takesAll = spec.type === "number" && spec.categories === undefined;
  return (batch, k) => {
    const { data } = batch;
    const start = batch.starts[k]!;
    const end = batch.ends[k]!;
    const digit = data[start]! - 0x30;
    if (end - start === 1 && digit >= 0 && digit <= 9) return ofDigit[digit];
    const value = decimalOf(data, start, end);
    if (takesAll && value >= minimum && value <= maximum) return value;
    return Number.isNaN(value) ? readText(batch, k) : read(value);
  };
}

/** Texts of a column that are remembered, and the longest of them in bytes. */
const PLACES = 256;
const LONGEST = 32;

/** Columns of texts hold few different ones, as a rule: what was made of a cell is looked up by its bytes. */
function remembering(readText: CellReader): CellReader {
  // Latin-1 has a character for each byte, so that equal texts are equal bytes.
  const texts: string[] = Array.from({ length: PLACES }, () => "");
  const values: (Value | undefined)[] = texts.map(() => undefined);
  return (batch, k) => {
    const { data } = batch;
    const start = batch.starts[k]!;
    const length = batch.ends[k]! - start;
    if (length === 0 || length > LONGEST) return readText(batch, k);
    // FNV-1a.
    let hash = 0x811c_9dc5 | 0;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ data[start + i]!, 0x0100_0193);
    const place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    if (!holds(texts[place]!, data, start, length)) {
      values[place] = readText(batch, k);
      texts[place] = data.toString("latin1", start, start + length);
    }
    return values[place];
  };
}

function holds(text: string, data: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== data[start + i]) return false;
  return true;
}
