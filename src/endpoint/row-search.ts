/** Finds the rows for which a call fails, by calls with some of them. */

import { Problem } from "../errors.ts";
import { ofRow } from "./bad-answer.ts";
import type { Clock } from "./clock.ts";
import { addToLog } from "./faults.ts";
import type { Answer, Call, Context, Invoke, Reply } from "./invoke.ts";
import { attemptsOf, mayBeRows, outOfTime, unfound } from "./row-problems.ts";

/** Bounds of a search. */
export interface SearchOptions {
  readonly clock: Clock;
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number;
  /** Calls that one search may make, beyond the one that failed; 128 unless given. */
  readonly maxCalls?: number | undefined;
}

/** A call that failed, maybe for some of its rows. */
export interface Failed {
  readonly call: Call;
  readonly context: Context;
  readonly problem: Problem;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

/** Some rows of the call, that failed together. */
interface Group {
  readonly rows: readonly number[];
  readonly problem: Problem;
}

/** What is known so far. */
interface Search {
  readonly random: () => number;
  /**
   * Calls with some of the rows, and keeps what comes back.
   *
   * @returns the problem, where one of the rows may be at fault.
   * @throws {Problem} any other one, which ends the search.
   */
  readonly ask: (rows: readonly number[]) => Promise<Problem | undefined>;
  readonly faults: Map<number, Problem>;
  /** Rows that have neither answer nor fault yet. */
  readonly open: Set<number>;
  /** Groups that are yet to be divided, the larger ones first. */
  readonly queue: Group[];
}

/** From so many rows on, a sample tells whether all of them fail. */
const manyRows = 16;
/** So that with no more than five bad rows, the sample has a good one; it leaves two rows of either half. */
const sampleRows = 6;

/**
 * Calls with halves of the rows, with halves of the halves that fail, and so on; where a problem names a row, with that one
 * and with all others. One call goes out at a time, the larger groups first. Each row ends with its answer, or with the
 * problem of a call that it was alone in, but for these:
 *
 * - Where both halves of 16 rows or more fail, and so do six of the rows, each alone, all count as bad. It takes more than
 *   five bad rows to be misled by that, some of them at both ends.
 * - Once `maxCalls` are made, open rows have the problem of the whole call.
 * - When a call fails for what is no row's fault (a throttle, an open circuit), or there is less time left than the longest
 *   call has taken, the search ends, and open rows have a problem that says so, and that a retry may help.
 *
 * For `k` bad rows among `n` it takes at most `2 k ⌈log2 n⌉ + 8 (k - 1)` calls, and less where they stand together.
 *
 * @returns a reply in which all rows without an answer are faults. `attempts` counts those of all calls.
 * @throws {Problem} what the signal was aborted with.
 */
export async function searchRows(next: Invoke, failed: Failed, options: SearchOptions): Promise<Reply> {
  const { clock, random, maxCalls = 128 } = options;
  const { call, context, problem } = failed;
  const answers: (Answer | undefined)[] = Array.from({ length: call.rows.length });
  const faults = new Map<number, Problem>();
  const open = new Set(call.rows.keys());
  const replies: Reply[] = [];
  let { tookMs: longestMs } = failed;
  let attempts = attemptsOf(problem);
  let calls = 0;

  const ask = async (rows: readonly number[]): Promise<Problem | undefined> => {
    const beganMs = clock.now();
    if (calls === maxCalls) throw unfound(problem, maxCalls);
    if (beganMs + longestMs > (context.deadlineMs ?? Infinity)) throw outOfTime(problem);
    calls += 1;
    try {
      const reply = await next({ ...call, rows: rows.map((row) => call.rows[row]!) }, context);
      attempts += reply.attempts;
      replies.push(reply);
      for (const [index, row] of rows.entries()) {
        open.delete(row);
        answers[row] = reply.answers[index];
        const fault = reply.faults?.get(index);
        if (fault !== undefined) faults.set(row, fault);
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      attempts += attemptsOf(error);
      if (!mayBeRows(error)) throw error;
      return error;
    } finally {
      longestMs = Math.max(longestMs, clock.now() - beganMs);
    }
  };

  const search: Search = { random, ask, faults, open, queue: [] };
  put(search, { rows: [...open], problem });
  try {
    for (let group = search.queue.shift(); group !== undefined; group = search.queue.shift()) {
      const left = await stillFailing(search, group);
      if (left !== undefined) await divide(search, left);
    }
  } catch (end) {
    if (!(end instanceof Problem) || context.signal.aborted) throw end;
    for (const row of open) faults.set(row, end);
  }
  return {
    ...replies[0],
    answers,
    faults: faults.size === 0 ? undefined : faults,
    invokedVariant: distinct(replies.map((reply) => reply.invokedVariant)),
    requestId: distinct(replies.map((reply) => reply.requestId)),
    attempts,
  };
}

/** A row that has failed alone is at fault; several are to be divided. */
function put(search: Search, group: Group): void {
  if (group.rows.length > 1) search.queue.push(group);
  else settle(search, group.rows[0]!, group.problem);
}

function settle({ open, faults }: Search, row: number, problem: Problem): void {
  open.delete(row);
  faults.set(row, ofRow(problem, "this row"));
}

/** A group without the rows that a sample has settled: without its bad ones, it may not fail any more. */
async function stillFailing({ ask, open, faults }: Search, group: Group): Promise<Group | undefined> {
  const rows = group.rows.filter((row) => open.has(row));
  if (rows.length === group.rows.length) return group;
  const isWithoutBad = group.rows.some((row) => faults.has(row));
  if (!isWithoutBad) return { rows, problem: addToLog(group.problem, { row: undefined }) };
  const problem = rows.length === 0 ? undefined : await ask(rows);
  return problem && { rows, problem };
}

/** Calls with both parts of a group that has failed, and queues those that fail. */
async function divide(search: Search, { rows, problem }: Group): Promise<void> {
  const [some, others] = partsOf(rows, problem);
  const ofSome = await search.ask(some);
  // A row that is refused is refused in any company: the half that is left has it.
  const isKnown = ofSome === undefined && problem.code === "endpoint-refused-rows" && others.length > 1;
  const ofOthers = isKnown ? problem : await search.ask(others);
  if (ofSome && ofOthers && rows.length >= manyRows) {
    const whole = some.length === 1 ? { rows: others, problem: ofOthers } : { rows, problem };
    if (await allFail(search, whole)) {
      const fault = ofRow(whole.problem, "a row");
      for (const row of whole.rows) if (search.open.delete(row)) search.faults.set(row, fault);
    }
  }
  if (ofSome) put(search, { rows: some, problem: ofSome });
  if (ofOthers) put(search, { rows: others, problem: ofOthers });
}

/** The row that the problem names and all others, else two halves. */
function partsOf(rows: readonly number[], { log }: Problem): readonly [readonly number[], readonly number[]] {
  const named = log?.["row"];
  if (typeof named === "number") return [[rows[named]!], rows.filter((_, index) => index !== named)];
  const half = rows.length >> 1;
  return [rows.slice(0, half), rows.slice(half)];
}

/**
 * Whether the first row, the last, and four drawn at random all fail, each alone; the first that does not ends the sample.
 * A caller's rows stand together, so a group of one's bad rows and another's good ones has a good one at an end.
 */
async function allFail(search: Search, { rows, problem: { code } }: Group): Promise<boolean> {
  // Too many rows are too large together, and say nothing of each.
  if (code === "endpoint-payload-too-large") return false;
  const inner = rows.slice(1, -1);
  const sample = [rows[0]!, rows.at(-1)!];
  while (sample.length < sampleRows) {
    sample.push(...inner.splice(Math.floor(search.random() * inner.length), 1));
  }
  for (const row of sample) {
    const problem = await search.ask([row]);
    if (problem === undefined) return false;
    settle(search, row, problem);
  }
  return true;
}

/** The texts that differ, joined by commas. */
function distinct(texts: readonly (string | undefined)[]): string | undefined {
  const some = new Set(texts.filter((text) => text !== undefined));
  return some.size === 0 ? undefined : [...some].join(",");
}
