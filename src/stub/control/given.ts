/** Resources that no request has made: endpoints of the command line, and those that were kept. */
import type { Container } from "../containers/contract.ts";
import type { ContainerDefinition } from "../containers/definition.ts";
import { secondsOf, type Control } from "./control.ts";
import { createHosted, rehost, settled, startComponent } from "./lifecycle.ts";
import type { EndpointConfigGiven, EndpointRecord, Kept } from "./records.ts";

/** An endpoint with a model that runs already. */
export interface GivenEndpoint {
  readonly name: string;
  readonly variant: string;
  /** What DescribeModel says of it. */
  readonly definition: ContainerDefinition;
  /** Undefined where it is still to be started: the endpoint is Creating until it runs. */
  readonly container: Container | undefined;
  readonly isServerless: boolean;
}

/** What is said of such an endpoint's only instance. */
const INSTANCE = { InitialInstanceCount: 1, InstanceType: "ml.m5.large", InitialVariantWeight: 1 };
/** The same of a serverless one. */
const SERVERLESS = { MemorySizeInMB: 2048, MaxConcurrency: 200 };

/** Makes an endpoint, its configuration and its model, all of one name, in place of any that have it. */
export function adopt(
  control: Control,
  { name, variant, definition, container, isServerless }: GivenEndpoint,
): void {
  const { models, endpointConfigs, endpoints, running, clock } = control;
  const now = secondsOf(clock);
  const composition = { containers: [definition], mode: "Serial" } as const;
  const common = { name, creationTime: now, tags: [], isGiven: true };
  models.put({
    ...common,
    arn: models.arnOf(name),
    given: { PrimaryContainer: definition, EnableNetworkIsolation: false },
    composition,
  });
  const serverless = isServerless ? SERVERLESS : undefined;
  const size = isServerless ? { InitialVariantWeight: 1, ServerlessConfig: SERVERLESS } : INSTANCE;
  const production = { VariantName: variant, ModelName: name, ...size };
  const config: EndpointConfigGiven = { ProductionVariants: [production] };
  endpointConfigs.put({ ...common, arn: endpointConfigs.arnOf(name), given: config });
  const variants = [
    {
      production,
      composition,
      isShadow: false,
      weight: 1,
      instanceCount: isServerless ? undefined : 1,
      serverless,
    },
  ];
  const endpoint: EndpointRecord = {
    ...common,
    arn: endpoints.arnOf(name),
    lastModifiedTime: now,
    status: "InService",
    deployed: { configName: name, config, variants },
  };
  if (container === undefined) {
    createHosted({ ...control, transitionMs: 0 }, { ...endpoint, status: "Creating" });
    return;
  }
  endpoints.put(endpoint);
  running.set(name.toLowerCase(), new Map([[variant, container]]));
  rehost(control, name);
}

/** An endpoint as it is to be started: an update that was on its way is taken as done, if it can be. */
function revived(record: EndpointRecord): EndpointRecord {
  const { pending, ...rest } = record;
  if (pending === undefined) {
    return { ...rest, status: "Creating" };
  }
  const { startTime: _, ...deployed } = pending;
  return { ...rest, status: "Creating", deployed };
}

/** Whether a record is to be taken over. */
const isNew =
  ({ find }: { readonly find: (name: string) => unknown }) =>
  ({ name, status }: { readonly name: string; readonly status?: string }): boolean =>
    find(name) === undefined && status !== "Deleting";

/**
 * Takes over what was kept, but for what has the name of something that is there already. Its endpoints are Creating
 * until their containers run; those that were being deleted are gone, and those that had failed stay so.
 */
export async function restore(control: Control, kept: Kept): Promise<void> {
  // What was in service is so again as soon as it can be, however long transitions are to last.
  const atOnce: Control = { ...control, transitionMs: 0 };
  const { models, endpointConfigs, endpoints, components } = atOnce;
  kept.models.filter(isNew(models)).forEach(models.put);
  kept.endpointConfigs.filter(isNew(endpointConfigs)).forEach(endpointConfigs.put);
  for (const record of kept.endpoints.filter(isNew(endpoints))) {
    if (record.status === "Failed") {
      endpoints.put(record);
      rehost(control, record.name);
    } else {
      createHosted(atOnce, revived(record));
    }
  }
  for (const record of kept.inferenceComponents.filter(isNew(components))) {
    startComponent(atOnce, { ...record, status: "Creating", currentCopies: 0 });
  }
  const arns = [...endpoints.all(), ...components.all()].map(({ arn }) => arn);
  await Promise.all(arns.map((arn) => settled(atOnce, arn)));
}
