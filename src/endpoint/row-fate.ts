/** One bad row never fails its neighbours, least of all another caller's. */

import { Problem } from "../errors.ts";
import type { Invoke } from "./invoke.ts";
import { perTarget, serverOf } from "./per-target.ts";
import { allAtFault, mayBeRows } from "./row-problems.ts";
import { type SearchOptions, searchRows } from "./row-search.ts";

/** How rows at fault are looked for. */
export interface RowFateOptions extends SearchOptions {
  /** After three searches in a row that found no good row, calls are not searched for so long; 1,000 ms unless given. */
  readonly hopelessMs?: number | undefined;
}

/** Searches that end without one good row, before it is taken for granted that the next will, too. */
const searchesInVain = 3;

interface Memory {
  inVain: number;
  lastMs: number;
}

/**
 * A stage that makes of a call that fails for some of its rows a reply with the other rows' answers. Rows are searched for
 * when the container refuses the rows or fails on them, when the payload is too large, and when the answer as a whole is
 * wrong; see `searchRows` for how, and for its bounds. Whatever ails rows comes as `faults`, also where it is all of them,
 * so that what a row gets does not depend on its neighbours. What ails the endpoint is thrown, as is any failure of a
 * stateful session, whose calls must not be made twice.
 *
 * A model that refuses everything is soon left alone: after three searches in vain without a success in between, calls of the
 * next second fail as a whole.
 *
 * @throws {Problem} of the stages below, unless rows may be at fault.
 */
export function withRowFate(options: RowFateOptions): (next: Invoke) => Invoke {
  const { clock, hopelessMs = 1000 } = options;
  const memories = perTarget<Memory>(serverOf, () => ({ inVain: 0, lastMs: -Infinity }));
  return (next) => async (call, context) => {
    const memory = memories(call.target);
    const beganMs = clock.now();
    try {
      const reply = await next(call, context);
      memory.inVain = 0;
      return reply;
    } catch (error) {
      if (!(error instanceof Problem) || !mayBeRows(error) || call.target.sessionId !== undefined)
        throw error;
      const nowMs = clock.now();
      const isHopeless = memory.inVain >= searchesInVain && nowMs < memory.lastMs + hopelessMs;
      if (isHopeless || call.rows.length <= 1) return allAtFault(call.rows.length, error);
      const failed = { call, context, problem: error, tookMs: nowMs - beganMs };
      const reply = await searchRows(next, failed, options);
      memory.inVain = reply.answers.some((answer) => answer !== undefined) ? 0 : memory.inVain + 1;
      memory.lastMs = clock.now();
      return reply;
    }
  };
}
