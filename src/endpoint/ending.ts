/**
 * How a call is told to end before it is done: the part of an `AbortSignal` that the stages use, so that one of those will
 * do as well. A real one is an `EventTarget`, and with its listeners costs a request some 10 µs and 2 kB; the stages need no
 * more than this of it.
 */
export interface Ending {
  readonly aborted: boolean;
  /** What it was ended with. */
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** An ending, and the way to bring it about. */
export interface EndingController extends Ending {
  /** Tells every listener, in order and once; a second call does nothing. */
  abort(reason: unknown): void;
}

/** An ending that has not come yet. */
export function createEnding(): EndingController {
  const listeners: (() => void)[] = [];
  return {
    aborted: false,
    reason: undefined,
    addEventListener(_type, listener) {
      listeners.push(listener);
    },
    removeEventListener(_type, listener) {
      const at = listeners.indexOf(listener);
      if (at !== -1) listeners.splice(at, 1);
    },
    abort(reason) {
      if (this.aborted) return;
      const ending = this as { aborted: boolean; reason: unknown };
      ending.aborted = true;
      ending.reason = reason;
      // One that is told may take others back.
      for (let listener = listeners.shift(); listener !== undefined; listener = listeners.shift()) listener();
    },
  };
}
