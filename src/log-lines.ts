import { type DestinationStream, pino } from "pino";

/** Where pino writes lines to; what waits is written at once by `flushSync`, which pino calls for a fatal one. */
export interface LogLines extends DestinationStream {
  readonly flushSync: () => void;
}

let stdout: LogLines | undefined;

/** Those of this process's stdout: the same for all services in it, so that they are in order and written at its end once. */
export function stdoutLines(): LogLines {
  stdout ??= logLines(pino.destination(1));
  return stdout;
}

/**
 * Writes the lines of one turn of the event loop together. sonic-boom, which writes for pino, measures all that waits with
 * each line anew: under load that takes as long as making the line.
 *
 * @param to what writes them
 */
export function logLines(to: LogLines): LogLines {
  let waiting = "";
  const pass = (): void => {
    const lines = waiting;
    waiting = "";
    if (lines !== "") to.write(lines);
  };
  const flushSync = (): void => {
    pass();
    to.flushSync();
  };
  // The turn in which a process exits is its last.
  process.on("exit", flushSync);
  return {
    flushSync,
    write: (line) => {
      if (waiting === "") setImmediate(pass);
      waiting += line;
    },
  };
}
