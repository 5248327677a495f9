/** The queue of an asynchronous endpoint: so many jobs at a time, and so many that wait, in the order of coming. */

/** Jobs that run, and that wait. */
export interface AsyncQueue {
  /** Adds a job, which must not fail; false where the queue is full. `limit` is how many may run at a time now. */
  readonly add: (job: () => Promise<void>, limit: number) => boolean;
  /** Resolves when nothing runs or waits. */
  readonly idle: () => Promise<void>;
  /** Forgets all that waits. */
  readonly clear: () => void;
}

/** @param mostWaiting - jobs that may wait. */
export function createAsyncQueue(mostWaiting: number): AsyncQueue {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let most = 1;
  let onIdle: (() => void)[] = [];

  const start = (): void => {
    while (running < most && waiting.length > 0) {
      running++;
      void waiting.shift()!().finally(() => {
        running--;
        start();
      });
    }
    if (running === 0) {
      for (const resolve of onIdle) {
        resolve();
      }
      onIdle = [];
    }
  };
  return Object.freeze({
    add: (job, limit) => {
      most = limit;
      if (running >= most && waiting.length >= mostWaiting) {
        return false;
      }
      waiting.push(job);
      // Not before the call that adds it is answered.
      setImmediate(start);
      return true;
    },
    idle: () => new Promise((resolve) => (running + waiting.length === 0 ? resolve() : onIdle.push(resolve))),
    clear: () => void waiting.splice(0),
  } satisfies AsyncQueue);
}
