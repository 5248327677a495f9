import { MessageChannel } from "node:worker_threads";
import { type EncodeThread, connectThread } from "../../src/commands/encode-threads.ts";
import { serveBlocks } from "../../src/commands/encode-server.ts";

/** What a test does with the answers on their way: it calls `go` when one is to arrive. */
export type Delay = (go: () => void) => void;

/** What is done with a thread, as a test sees it. */
export interface WatchedThread extends EncodeThread {
  /** Blocks that it was given. */
  readonly given: () => number;
  readonly isClosed: () => boolean;
}

/** All that another thread does, at the other end of a line, but in this thread: whose coverage and delays can be told. */
export function inProcess(delay: Delay = (go) => go()): WatchedThread {
  const { port1, port2 } = new MessageChannel();
  serveBlocks(port2);
  let given = 0;
  let isClosed = false;
  let arriving = Promise.resolve();
  const thread = connectThread({
    send: (message, transfer) => port1.postMessage(message, transfer),
    listen: (hear) =>
      port1.on("message", (answer) => {
        // One that was sent later does not arrive earlier.
        arriving = arriving
          .then(() => new Promise<void>((resolve) => delay(resolve)))
          .then(() => hear(answer));
      }),
    close: () => {
      isClosed = true;
      port1.close();
    },
  });
  return {
    ...thread,
    encode: (block, into) => {
      given++;
      return thread.encode(block, into);
    },
    given: () => given,
    isClosed: () => isClosed,
  };
}
