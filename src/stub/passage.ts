/** How a call with faults is counted in and out, and made to wait. */
import type { Condition, Mishap } from "./faults.ts";
import type { Place } from "./platform-errors.ts";
import { increment, type Counter } from "./tally.ts";
import type { RuleOf, Weather } from "./weather.ts";
import type { WireResponse } from "./wire.ts";

/** What all calls share. */
export interface Surroundings {
  readonly place: Place;
  readonly weather: Weather;
  readonly counter: Counter;
  /** How long the platform waits for a container. */
  readonly timeoutMs: number;
}

/** A rule of the weather that can strike a call. */
export type AnyRule = RuleOf<Condition | Mishap>;

/** Waits to the ms; node:timers run late by up to one, so that fractions are dropped. A timer keeps no process alive. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

/** Whether so short a wait is none. */
export const isAtOnce = (ms: number): boolean => ms < 1;

/** How long a mishap has a call wait before it strikes. */
export function afterMsOf(mishap: Mishap | undefined): number {
  return mishap !== undefined && "afterMs" in mishap ? (mishap.afterMs ?? 0) : 0;
}

/** A call on its way: how it is counted in and out. */
export interface Passage {
  readonly onStrike: (rule: AnyRule) => void;
  /** Counts an answer, and adds what is to happen once it is gone. */
  readonly depart: (response: WireResponse, leave?: () => void) => WireResponse;
}

/** Counts one call. */
export function passageOf(counter: Counter): Passage {
  return {
    onStrike: (rule) => {
      rule.strikes++;
      increment(counter.faults, rule.fault.fault);
    },
    depart: (response, leave) => {
      increment(counter.answers, isSilent(response) ? "none" : String(response.status));
      const release = (): void => {
        counter.inFlight--;
        leave?.();
      };
      return { ...response, release };
    },
  };
}

/** Whether it sends not one byte. */
function isSilent({ delivery }: WireResponse): boolean {
  return delivery !== undefined && "at" in delivery && delivery.at === "start";
}
