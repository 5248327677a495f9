/** The faults that are in force: which rules of the plan a call is struck by, in the order in which calls come. */
import { createColdness, type ColdStart, type Coldness } from "./cold-start.ts";
import { CONDITIONS, type Condition, type Fault, type FaultPlan, type Mishap } from "./faults.ts";
import { randomOf, type Random } from "./random.ts";

/** A rule, and how far it has come. */
export interface Rule {
  readonly fault: Fault;
  /** The rule's own numbers, so that no rule disturbs those of another. */
  readonly random: Random;
  /** Seed of what depends on a row's cells alone. */
  readonly rowSeed: number;
  toSkip: number;
  /** How many calls it is still good for. */
  left: number;
  /** Calls that it really changed something for. */
  strikes: number;
  /** Of a cold start. */
  readonly coldness: Coldness;
}

/** A rule whose fault is known to be of a kind. */
export type RuleOf<F> = Rule & { readonly fault: F };

/** What holds for one call. */
export interface Struck {
  readonly conditions: readonly RuleOf<Condition>[];
  readonly mishap: RuleOf<Mishap> | undefined;
  /** The endpoint is still starting, for so long. */
  readonly cold?: { readonly rule: RuleOf<ColdStart>; readonly leftMs: number } | undefined;
}

/** The faults in force. */
export interface Weather {
  /** No rule at all: nothing need be asked. */
  readonly isFair: () => boolean;
  readonly plan: () => FaultPlan;
  /** Puts a plan in force: its time, its random numbers and its counts begin now. */
  readonly set: (plan: FaultPlan) => void;
  readonly strikes: () => readonly number[];
  /** The capacity that an endpoint has now. */
  readonly capacity: <K extends "ceiling" | "workers">(
    kind: K,
    endpoint: string,
  ) => RuleOf<Extract<Condition, { fault: K }>> | undefined;
  /**
   * Draws what holds for the next call of an endpoint.
   *
   * @param own - the faults that the call itself asks for; they come before those of the plan.
   */
  readonly strike: (endpoint: string, own: readonly Fault[]) => Struck;
}

/** The stream of the numbers of calls that ask for faults themselves. */
const OWN_STREAM = 0xff_ff_ff_ff;
const NO_PLAN: FaultPlan = { seed: 1, faults: [] };

function ruleOf(fault: Fault, random: Random, rowSeed: number): Rule {
  return {
    fault,
    random,
    rowSeed,
    toSkip: fault.skip ?? 0,
    left: fault.calls ?? Infinity,
    strikes: 0,
    coldness: createColdness(),
  };
}

function isInForce(
  { endpoint: only, fromSeconds = 0, toSeconds = Infinity }: Fault,
  endpoint: string,
  seconds: number,
): boolean {
  return (only === undefined || only === endpoint) && seconds >= fromSeconds && seconds < toSeconds;
}

/** Whether a rule that is in force is for this call; counts it. */
function draw(rule: Rule): boolean {
  const { probability = 1 } = rule.fault;
  if (rule.left === 0 || (probability < 1 && rule.random() >= probability)) {
    return false;
  }
  if (rule.toSkip > 0) {
    rule.toSkip--;
    return false;
  }
  rule.left--;
  return true;
}

/**
 * Fair weather, until a plan is set.
 *
 * @param now - a clock in ms, which schedules go by.
 */
export function createWeather(now: () => number = () => performance.now()): Weather {
  let plan = NO_PLAN;
  let rules: readonly Rule[] = [];
  let ownRandom = randomOf(plan.seed, OWN_STREAM);
  let since = now();

  const seconds = (): number => (now() - since) / 1000;
  return Object.freeze({
    isFair: () => rules.length === 0,
    plan: () => plan,
    set: (next: FaultPlan) => {
      plan = structuredClone(next);
      rules = plan.faults.map((fault, index) => ruleOf(fault, randomOf(plan.seed, index), plan.seed + index));
      ownRandom = randomOf(plan.seed, OWN_STREAM);
      since = now();
    },
    strikes: () => rules.map((rule) => rule.strikes),
    capacity: (kind, endpoint) =>
      rules.find(
        ({ fault }) => fault.fault === kind && isInForce(fault, endpoint, seconds()),
      ) as RuleOf<never>,
    strike: (endpoint, own) => {
      const conditions: RuleOf<Condition>[] = [];
      let mishap: RuleOf<Mishap> | undefined;
      let cold: Struck["cold"];
      const at = seconds();
      const asked = own.map((fault) => ruleOf(fault, ownRandom, plan.seed));
      for (const rule of asked.length === 0 ? rules : [...asked, ...rules]) {
        if (!isInForce(rule.fault, endpoint, at)) {
          continue;
        }
        if (rule.fault.fault === "cold-start") {
          const leftMs = rule.coldness(endpoint, rule.fault, at * 1000);
          cold ??= leftMs > 0 ? { rule: rule as RuleOf<ColdStart>, leftMs } : undefined;
        } else if (!CONDITIONS.has(rule.fault.fault)) {
          // A call has one mishap; the rules that come too late are not used up by it.
          if (mishap === undefined && draw(rule)) {
            mishap = rule as RuleOf<Mishap>;
          }
        } else if (draw(rule)) {
          conditions.push(rule as RuleOf<Condition>);
        }
      }
      return cold === undefined ? { conditions, mishap } : { conditions, mishap, cold };
    },
  } satisfies Weather);
}
