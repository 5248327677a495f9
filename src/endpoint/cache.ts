/** Answers that were given not long ago, to rows that come again. */

import { LRUCache } from "lru-cache";
import { Problem } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { type Flight, startFlight } from "./flight.ts";
import { type Answer, type Call, type Context, type Invoke, type Reply, TEXT_CSV } from "./invoke.ts";
import { allAtFault } from "./row-problems.ts";

/** What is kept, and for how long. */
export interface CacheOptions {
  readonly clock: Clock;
  /** Most bytes that are kept, as estimated: answers, their rows as keys, and 200 bytes for each. */
  readonly maxBytes: number;
  /** How long an answer is given again, in milliseconds. Another model under the same name is not seen before. */
  readonly ttlMs: number;
}

const bytesAnEntry = 200;

/**
 * A stage that keeps answers by target, format, width and row, and asks only for those that it does not have. A row that
 * another call asks for just then is waited for; one that comes twice is sent once. Only answers are kept, no fault and no
 * failure. They are frozen, because callers share them.
 *
 * `context.noCache` asks for all rows anew, and keeps their answers. A call with a session or an inference id goes through
 * as it is: it is meant to reach the endpoint.
 *
 * A caller that goes away takes nothing from others who wait for the same rows. They ask again themselves when the call that
 * they wait for ends by its own caller's deadline.
 *
 * `cacheHits` of the reply counts the rows that were answered from what is kept. The other facts are of the call for the
 * rows that were not; where none was sent, `attempts` is 0.
 *
 * A lenient call loses the rows alone that it has from no call that comes back.
 *
 * @throws {Problem} of the stages below, also where some rows were hits, unless the call is lenient; what the signal was
 * aborted with.
 */
export function withCache({ clock, maxBytes, ttlMs }: CacheOptions): (next: Invoke) => Invoke {
  const kept = new LRUCache<string, Answer>({
    maxSize: maxBytes,
    sizeCalculation: (answer, key) => bytesAnEntry + 2 * key.length + bytesOf(answer),
    ttl: ttlMs,
    // No timer of its own; and a moment of 0 would be taken for none.
    ttlResolution: 0,
    perf: { now: () => clock.now() + 1 },
  });
  const flights = new Map<string, Flight>();

  /** Keeps the answers of a reply, under the keys of its rows. */
  const keep = (reply: Reply, keys: Iterable<string>): Reply => {
    let row = 0;
    for (const key of keys) {
      const answer = reply.answers[row];
      if (answer !== undefined) kept.set(key, frozen(answer));
      row += 1;
    }
    return reply;
  };

  /** Asks for rows that nobody has asked for yet. */
  const launch = (
    next: Invoke,
    call: Call,
    context: Context,
    missing: ReadonlyMap<string, string>,
  ): Flight => {
    const keys = [...missing.keys()];
    const flight = startFlight(new Map(keys.map((key, place) => [key, place])), async (signal) => {
      // Async, so that what it throws at once comes later, too, when the flight is there to be taken away.
      const ask = async () => next({ ...call, rows: [...missing.values()] }, { ...context, signal });
      try {
        return keep(await ask(), keys);
      } finally {
        for (const key of keys) flights.delete(key);
      }
    });
    for (const key of keys) flights.set(key, flight);
    return flight;
  };

  return (next) => async (call, context) => {
    const { sessionId, inferenceId } = call.target;
    if (sessionId !== undefined || inferenceId !== undefined) return next(call, context);
    const prefix = prefixOf(call);
    const keys = call.rows.map((row) => prefix + row);
    if (context.noCache === true) return { ...keep(await next(call, context), keys), cacheHits: 0 };

    const answers: (Answer | undefined)[] = keys.map((key) => kept.get(key));
    const faults = new Map<number, Problem>();
    let open = [...answers.keys()].filter((row) => answers[row] === undefined);
    const cacheHits = keys.length - open.length;
    let facts: Reply = { answers, attempts: 0 };
    let failure: Problem | undefined;
    let isAnswered = cacheHits > 0;
    while (open.length > 0) {
      const missing = new Map<string, string>();
      const joined = new Set<Flight>();
      for (const row of open) {
        const flight = flights.get(keys[row]!);
        if (flight === undefined) missing.set(keys[row]!, call.rows[row]!);
        else joined.add(flight);
      }
      const waits = [...joined].map((flight) => landingOf(flight, false, context));
      if (missing.size > 0) {
        const own = launch(next, call, context, missing);
        waits.push(
          landingOf(own, true, context).then((landing) => {
            facts = landing!.reply;
            return landing;
          }),
        );
      }
      const landed = (await Promise.all(waits)).filter((landing) => landing !== undefined);
      open = open.filter((row) => !landed.some((landing) => take(landing, keys[row]!, row)));
      failure ??= landed.find((landing) => landing.failure !== undefined)?.failure;
      isAnswered ||= landed.some((landing) => landing.failure === undefined);
    }
    if (failure !== undefined && !isAnswered) throw failure;
    return { ...facts, answers, faults: faults.size === 0 ? undefined : faults, cacheHits };

    function take(landing: Landing, key: string, row: number): boolean {
      const place = landing.flight.places.get(key);
      if (place === undefined) return false;
      answers[row] = landing.reply.answers[place];
      const fault = landing.reply.faults?.get(place);
      if (fault !== undefined) faults.set(row, fault);
      return true;
    }
  };
}

interface Landing {
  readonly flight: Flight;
  readonly reply: Reply;
  /** Why there is no answer to any of its rows, where there could be others. */
  readonly failure?: Problem;
}

/**
 * A flight's reply; to a lenient caller also one in which all rows are at fault; `undefined` where another call started it
 * and it has ended with that one's time, while there is time here.
 */
async function landingOf(
  flight: Flight,
  isOwn: boolean,
  { signal, lenient }: Context,
): Promise<Landing | undefined> {
  try {
    return { flight, reply: await flight.wait(signal, lenient) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const isOthers = !isOwn && /^(?:deadline-exceeded|caller-gone)$/.test(error.code);
    if (isOthers && !signal.aborted) return undefined;
    if (lenient !== true) throw error;
    return { flight, reply: allAtFault(flight.places.size, error), failure: error };
  }
}

/** All but the row that makes an answer what it is. The text ends itself, so that no row can continue it. */
function prefixOf({ target, format = TEXT_CSV, width }: Call): string {
  const { endpointName, targetVariant, targetModel, inferenceComponent, customAttributes } = target;
  const { contentType, accept, open, separator, close } = format;
  return JSON.stringify([
    [endpointName, targetVariant, targetModel, inferenceComponent, customAttributes],
    [contentType, accept, open, separator, close, width],
  ]);
}

function frozen(answer: Answer): Answer {
  if (typeof answer !== "object") return answer;
  Object.values(answer).forEach(frozen);
  return Object.freeze(answer);
}

/** As V8 stores them, roughly: 8 bytes a value, 2 a character. */
function bytesOf(answer: Answer): number {
  if (typeof answer === "number") return 8;
  if (typeof answer === "string") return 8 + 2 * answer.length;
  return Object.entries(answer).reduce(
    (sum, [field, value]) => sum + 2 * field.length + bytesOf(value as Answer),
    8,
  );
}
