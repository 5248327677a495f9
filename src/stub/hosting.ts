/**
 * What is hosted now: the endpoints as the data plane finds them. The control plane and the command line put them
 * here; all that a call needs is prepared when an endpoint changes, and not when the call comes.
 */
import type { Container } from "./containers/contract.ts";
import { randomOf, type Random } from "./random.ts";
import type { Workers } from "./workers.ts";

/** SageMaker's statuses of an endpoint. */
export type EndpointStatus =
  | "OutOfService"
  | "Creating"
  | "Updating"
  | "SystemUpdating"
  | "RollingBack"
  | "InService"
  | "Deleting"
  | "Failed"
  | "UpdateRollbackFailed";

/** Those in which calls are answered. */
const SERVING: ReadonlySet<EndpointStatus> = new Set([
  "InService",
  "Updating",
  "SystemUpdating",
  "RollingBack",
]);

/** A production variant: where its share of the calls goes. */
export interface VariantPlan {
  readonly name: string;
  /** Its share is this of the sum of all; 0 for none, but by its name. */
  readonly weight: number;
  readonly container: Container;
}

/** An inference component: a model of its own on the instances of a variant. */
export interface ComponentPlan {
  readonly name: string;
  readonly variant: string;
  /** Undefined while it is not in service. */
  readonly container: Container | undefined;
}

/** An endpoint to host. */
export interface EndpointPlan {
  /** As clients give it; case-sensitive. */
  readonly name: string;
  readonly status: EndpointStatus;
  /** Those that get calls: none where the endpoint has inference components. Shadow variants are none of them. */
  readonly variants: readonly VariantPlan[];
  /** Where there are any, calls must name one. An endpoint without models has an empty list. */
  readonly components?: readonly ComponentPlan[] | undefined;
  /** Longest body of a call, in bytes, where it is less than the platform's: a serverless variant's. */
  readonly maxBodyBytes?: number | undefined;
  /** The endpoint config's AsyncInferenceConfig, as it was given. */
  readonly asyncConfig?: Readonly<Record<string, unknown>> | undefined;
  /** The endpoint config's DataCaptureConfig, as it was given. */
  readonly dataCapture?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a call ends up. */
export interface Target {
  /** The endpoint's name. */
  readonly name: string;
  readonly variant: string;
  readonly container: Container;
  /** Those of the endpoint: all its targets share them. */
  readonly workers: Workers;
}

/** An endpoint, prepared for calls. */
export interface Hosted {
  readonly name: string;
  readonly status: EndpointStatus;
  readonly isServing: boolean;
  /** By name. */
  readonly variants: ReadonlyMap<string, Target>;
  /** By name; undefined for an endpoint that knows no components, a value is undefined while it is not in service. */
  readonly components: ReadonlyMap<string, Target | undefined> | undefined;
  /** Infinity where the platform's own limit alone holds. */
  readonly maxBodyBytes: number;
  /** The next target, by weight; undefined where no variant has any. */
  readonly next: () => Target | undefined;
  readonly asyncConfig: Readonly<Record<string, unknown>> | undefined;
  readonly dataCapture: Readonly<Record<string, unknown>> | undefined;
  readonly workers: Workers;
}

/** The endpoints there are. */
export interface Hosting {
  readonly find: (name: string) => Hosted | undefined;
  readonly all: () => Iterable<Hosted>;
  /** Puts an endpoint, in place of one of its name; calls that are with that one already end there. */
  readonly host: (plan: EndpointPlan) => void;
  readonly drop: (name: string) => void;
}

/** A number of 32 bits from a name, FNV-1a: the stream that the endpoint's traffic is drawn from. */
function streamOf(name: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x0100_0193);
  }
  return hash >>> 0;
}

/** Draws targets by their weights. A single one needs no draw. */
function chooser(weighted: readonly (readonly [Target, number])[], random: Random): () => Target | undefined {
  const able = weighted.filter(([, weight]) => weight > 0);
  const only = able.length <= 1 ? able[0]?.[0] : undefined;
  if (able.length <= 1) {
    return () => only;
  }
  const sum = able.reduce((total, [, weight]) => total + weight, 0);
  const [last] = able.at(-1)!;
  return () => {
    let left = random() * sum;
    for (const [target, weight] of able) {
      left -= weight;
      if (left < 0) {
        return target;
      }
    }
    // Sums of fractions may fall short of their total by a rounding.
    return last;
  };
}

function hostedOf(plan: EndpointPlan, workers: Workers, random: Random): Hosted {
  const { name, status, asyncConfig, dataCapture } = plan;
  const targetOf = (variant: string, container: Container): Target =>
    Object.freeze({ name, variant, container, workers });
  const weighted = plan.variants.map(
    (variant) => [targetOf(variant.name, variant.container), variant.weight] as const,
  );
  return Object.freeze({
    name,
    status,
    isServing: SERVING.has(status),
    variants: new Map(weighted.map(([target]) => [target.variant, target])),
    components:
      plan.components &&
      new Map(
        plan.components.map((of) => [of.name, of.container && targetOf(of.variant, of.container)] as const),
      ),
    maxBodyBytes: plan.maxBodyBytes ?? Infinity,
    next: chooser(weighted, random),
    asyncConfig,
    dataCapture,
    workers,
  });
}

/**
 * No endpoints, until some are put.
 *
 * @param workersOf - makes the workers of an endpoint; they outlast its updates.
 * @param seed - of the draws by weight; the same seed, endpoint and order of calls give the same variants.
 */
export function createHosting(workersOf: (endpoint: string) => Workers, seed = 1): Hosting {
  const endpoints = new Map<string, { readonly hosted: Hosted; readonly random: Random }>();
  return Object.freeze({
    find: (name) => endpoints.get(name)?.hosted,
    all: () => Array.from(endpoints.values(), ({ hosted }) => hosted),
    host: (plan) => {
      const present = endpoints.get(plan.name);
      const random = present?.random ?? randomOf(seed, streamOf(plan.name));
      const workers = present?.hosted.workers ?? workersOf(plan.name);
      endpoints.set(plan.name, { hosted: hostedOf(plan, workers, random), random });
    },
    drop: (name) => void endpoints.delete(name),
  } satisfies Hosting);
}
