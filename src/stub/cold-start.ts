/** Cold starts: an endpoint that nobody has called for a while needs some time before it answers. */

/** The condition, as a plan has it. */
export interface ColdStart {
  readonly fault: "cold-start";
  /** How long starting takes. */
  readonly ms: number;
  /** How long without a call makes an endpoint cold again. Default never: it is so for its first call alone. */
  readonly idleSeconds?: number;
  /** Calls wait until it has started, or are told to come again, by ModelNotReadyException. Default "wait". */
  readonly answer?: "wait" | "model-not-ready";
}

/**
 * Counts a call, and says how long its endpoint still needs: 0 where it is warm.
 *
 * @param atMs - when it comes; time never goes back.
 */
export type Coldness = (endpoint: string, coldStart: ColdStart, atMs: number) => number;

/** Endpoints that are cold, all of them. */
export function createColdness(): Coldness {
  const called = new Map<string, { lastMs: number; warmAtMs: number }>();
  return (endpoint, { ms, idleSeconds = Infinity }, atMs) => {
    const before = called.get(endpoint);
    const isCold =
      before === undefined || atMs - Math.max(before.lastMs, before.warmAtMs) >= idleSeconds * 1000;
    const warmAtMs = isCold ? atMs + ms : before.warmAtMs;
    called.set(endpoint, { lastMs: atMs, warmAtMs });
    return Math.max(0, warmAtMs - atMs);
  };
}
