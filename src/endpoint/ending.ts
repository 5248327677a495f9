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

/** What an ending is inside. */
interface Listened extends EndingController {
  aborted: boolean;
  reason: unknown;
  listeners: (() => void)[] | undefined;
}

/** An ending that has not come yet. */
export function createEnding(): EndingController {
  // Two for each request: its functions are shared by all.
  const ending: Listened = {
    aborted: false,
    reason: undefined,
    listeners: undefined,
    addEventListener,
    removeEventListener,
    abort,
  };
  return ending;
}

function addEventListener(this: Listened, _type: "abort", listener: () => void): void {
  // There is one as a rule: an array that is pushed to has room for seventeen.
  if (this.listeners === undefined) this.listeners = [listener];
  else this.listeners.push(listener);
}

function removeEventListener(this: Listened, _type: "abort", listener: () => void): void {
  const { listeners } = this;
  if (listeners?.at(-1) === listener) listeners.pop();
  else if (listeners?.includes(listener)) listeners.splice(listeners.indexOf(listener), 1);
}

function abort(this: Listened, reason: unknown): void {
  if (this.aborted) return;
  this.aborted = true;
  this.reason = reason;
  // One that is told may take others back.
  for (let next = this.listeners?.shift(); next !== undefined; next = this.listeners?.shift()) next();
}
