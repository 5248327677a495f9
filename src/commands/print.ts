import type { Writable } from "node:stream";

/** Writes a text, and waits until the stream has taken it: a slow reader slows the writer. Rejects with EPIPE and the like. */
export function print(stream: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** A count of something: `1 row`, `10,886 rows`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${thousands(count)} ${count === 1 ? singular : plural}`;
}

/** A whole number with its thousands set apart. */
export function thousands(count: number): string {
  // toLocaleString would load all that Intl knows, which takes longer than many a command.
  return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}
