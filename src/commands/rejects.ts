import { csvCell } from "./csv.ts";
import type { Output } from "./output.ts";

/** A file of the rows that did not fit. */
export interface Rejects {
  readonly output: Output;
  /** How many rows it holds. */
  readonly count: () => number;
  /** Takes the raw file's header. */
  readonly begin: (header: readonly string[]) => void;
  /** Takes the row on that line, and why it does not fit. */
  readonly add: (line: number, reasons: readonly string[], cells: readonly string[]) => void;
  /** Writes what it has taken. */
  readonly flush: () => Promise<void>;
}

/** Starts a file of rejects: CSV, each row's line in the raw file and the reasons before its own cells. */
export function createRejects(output: Output): Rejects {
  let text = "";
  let count = 0;
  return {
    output,
    count: () => count,
    begin: (header) => {
      text += `${["line", "reasons", ...header.map(csvCell)].join(",")}\n`;
    },
    add: (line, reasons, cells) => {
      count++;
      text += `${[line, ...[reasons.join("; "), ...cells].map(csvCell)].join(",")}\n`;
    },
    flush: async () => {
      const written = text;
      text = "";
      if (written !== "") await output.write(written);
    },
  };
}
