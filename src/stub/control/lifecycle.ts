/** How resources come and go: what must be started, how long it takes, and what is hosted meanwhile. */
import type { Container } from "../containers/contract.ts";
import type { Clock } from "./clock.ts";
import { secondsOf, type Control } from "./control.ts";
import type { ComponentRecord, EndpointRecord, VariantRecord } from "./records.ts";

/** FailureReason's longest. */
const MAX_REASON_LENGTH = 1024;
/** How long a description waits for a change that takes no time of its own; see {@link settled}. */
const SETTLING_MS = 2000;

const keyOf = ({ name }: { readonly name: string }): string => name.toLowerCase();

/** Whether inference components, and no models of its own, answer for an endpoint. */
export function takesComponents({ deployed }: EndpointRecord): boolean {
  return deployed.variants.every(({ composition }) => composition === undefined);
}

export function componentsOf({ components }: Control, endpointName: string): readonly ComponentRecord[] {
  return components.all().filter((of) => of.endpointName.toLowerCase() === endpointName.toLowerCase());
}

/** What a call to a serverless endpoint may hold: 4 MB. */
const SERVERLESS_MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Brings what the data plane sees up to date with an endpoint's record. */
export function rehost(control: Control, name: string): void {
  const { endpoints, hosting, running, runningComponents } = control;
  const record = endpoints.find(name);
  if (record === undefined) {
    return;
  }
  const { status, deployed } = record;
  const containers = running.get(keyOf(record));
  hosting.host({
    name: record.name,
    status,
    variants: deployed.variants.flatMap(({ production, weight, isShadow }) => {
      const container = containers?.get(production.VariantName);
      return isShadow || container === undefined ? [] : [{ name: production.VariantName, weight, container }];
    }),
    components: takesComponents(record)
      ? componentsOf(control, name).map((component) => ({
          name: component.name,
          variant: component.variantName,
          container: component.currentCopies > 0 ? runningComponents.get(keyOf(component)) : undefined,
        }))
      : undefined,
    maxBodyBytes: deployed.variants.some(({ serverless }) => serverless !== undefined)
      ? SERVERLESS_MAX_BODY_BYTES
      : undefined,
    asyncConfig: deployed.config.AsyncInferenceConfig,
    dataCapture: deployed.config.DataCaptureConfig,
  });
}

/** Lets go of a container, if it was started. */
function closeOne(started: Container | string): void {
  closeAll(typeof started === "string" ? [] : [started]);
}

/** The same for those of variants. */
function closeStarted(started: ReadonlyMap<string, Container> | string | undefined): void {
  if (typeof started === "object") {
    closeAll(started.values());
  }
}

function closeAll(containers: Iterable<Container>): void {
  for (const container of containers) {
    container.close?.();
  }
}

/** Starts what the variants need: their containers by name, or why it cannot be. Shadow variants need none. */
async function startVariants(
  { start }: Control,
  variants: readonly VariantRecord[],
): Promise<ReadonlyMap<string, Container> | string> {
  const started = await Promise.all(
    variants.flatMap(({ production, composition, isShadow }) =>
      isShadow || composition === undefined
        ? []
        : [start(composition).then((container) => [production.VariantName, container] as const)],
    ),
  );
  const running = started.flatMap(([name, container]) =>
    typeof container === "string" ? [] : [[name, container] as const],
  );
  const failed = started.find(([, container]) => typeof container === "string");
  if (failed === undefined) {
    return new Map(running);
  }
  closeAll(running.map(([, container]) => container));
  const [name, reason] = failed;
  return `Production variant ${name}: ${String(reason)}`.slice(0, MAX_REASON_LENGTH);
}

const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

/**
 * Waits until work is done, and as long as a transition lasts at least, then ends it. Where both take no time, it ends
 * at once.
 *
 * @param discard - takes what nobody wants any more.
 */
function run<T>(
  control: Control,
  arn: string,
  work: Promise<T> | undefined,
  end: (result: T) => void,
  discard: (result: T) => void = () => {},
): void {
  const { clock, transitionMs, underway } = control;
  if (work === undefined && transitionMs === 0) {
    end(undefined as T);
    return;
  }
  const isOver = Promise.all([work, transitionMs > 0 ? pause(clock, transitionMs) : undefined]);
  const finish = async (): Promise<void> => {
    const [result] = await isOver;
    if (underway.get(arn) === ending) {
      underway.delete(arn);
      end(result as T);
    } else {
      // The control plane has been halted meanwhile.
      discard(result as T);
    }
  };
  const ending: Promise<void> = finish();
  underway.set(arn, ending);
}

/**
 * Waits for a change that takes no time of its own, for a moment at most: who asks for the status is then told of the
 * end, and need not ask again after the 30 s that waiters take. Where changes are to take their time, it waits for none.
 */
export async function settled({ transitionMs, underway, clock }: Control, arn: string): Promise<void> {
  const ending = underway.get(arn);
  if (transitionMs === 0 && ending !== undefined) {
    await Promise.race([ending, pause(clock, SETTLING_MS)]);
  }
}

function putEndpoint(control: Control, record: EndpointRecord): void {
  control.endpoints.put({ ...record, lastModifiedTime: secondsOf(control.clock) });
  rehost(control, record.name);
}

/** Creates an endpoint of a record that is Creating: it becomes InService, or Failed. */
export function createHosted(control: Control, record: EndpointRecord): void {
  const { endpoints, running } = control;
  endpoints.put(record);
  rehost(control, record.name);
  const end = (started: ReadonlyMap<string, Container> | string): void => {
    const present = endpoints.get(record.name);
    if (typeof started === "string") {
      putEndpoint(control, { ...present, status: "Failed", failureReason: started });
    } else {
      running.set(keyOf(record), started);
      putEndpoint(control, { ...present, status: "InService" });
    }
  };
  run(control, record.arn, startVariants(control, record.deployed.variants), end, closeStarted);
}

/**
 * Makes an endpoint what its record has as pending. Calls go to what was there until all is started, and those on
 * their way end there. Where it cannot be started, the endpoint stays as it was, and says why.
 *
 * @param keepsContainers - that nothing but weights and counts change.
 */
export function updateHosted(control: Control, record: EndpointRecord, keepsContainers: boolean): void {
  const { endpoints, running } = control;
  const pending = record.pending!;
  putEndpoint(control, { ...record, status: "Updating" });
  const work = keepsContainers ? undefined : startVariants(control, pending.variants);
  const end = (started: Awaited<typeof work>): void => {
    const { pending: _pending, failureReason: _reason, ...present } = endpoints.get(record.name);
    if (typeof started === "string") {
      putEndpoint(control, { ...present, status: "InService", failureReason: started });
      return;
    }
    const { startTime: _, ...deployed } = pending;
    const old = running.get(keyOf(record));
    if (started !== undefined) {
      running.set(keyOf(record), started);
    }
    putEndpoint(control, { ...present, status: "InService", deployed });
    if (started !== undefined && old !== undefined) {
      closeAll(old.values());
    }
  };
  run(control, record.arn, work, end, closeStarted);
}

/** Deletes an endpoint: no call reaches it from now on. */
export function deleteHosted(control: Control, record: EndpointRecord): void {
  putEndpoint(control, { ...record, status: "Deleting" });
  run(control, record.arn, undefined, () => {
    control.endpoints.remove(record.name);
    control.hosting.drop(record.name);
    closeAll(control.running.get(keyOf(record))?.values() ?? []);
    control.running.delete(keyOf(record));
  });
}

function putComponent(control: Control, record: ComponentRecord): void {
  control.components.put({ ...record, lastModifiedTime: secondsOf(control.clock) });
  rehost(control, record.endpointName);
}

/**
 * Starts an inference component of a record that is Creating or Updating: it becomes InService, or Failed. One that is
 * Updating answers as before until then, and after a failure too.
 */
export function startComponent(control: Control, record: ComponentRecord): void {
  const { components, runningComponents, start } = control;
  const key = keyOf(record);
  putComponent(control, record);
  const end = (started: Container | string): void => {
    const { failureReason: _, ...present } = components.get(record.name);
    if (typeof started === "string") {
      putComponent(control, {
        ...present,
        status: "Failed",
        failureReason: `The container did not start. ${started}`.slice(0, MAX_REASON_LENGTH),
      });
      return;
    }
    const old = runningComponents.get(key);
    runningComponents.set(key, started);
    putComponent(control, { ...present, status: "InService", currentCopies: present.desiredCopies });
    old?.close?.();
  };
  run(control, record.arn, start(record.composition), end, closeOne);
}

/** Brings an inference component to as many copies as its record wants. */
export function scaleComponent(control: Control, record: ComponentRecord): void {
  if (!control.runningComponents.has(keyOf(record))) {
    // It has failed before; this is its next chance.
    startComponent(control, record);
    return;
  }
  putComponent(control, record);
  run(control, record.arn, undefined, () => {
    const present = control.components.get(record.name);
    putComponent(control, { ...present, status: "InService", currentCopies: present.desiredCopies });
  });
}

/** Deletes an inference component: no call reaches it from now on. */
export function deleteComponent(control: Control, record: ComponentRecord): void {
  putComponent(control, { ...record, status: "Deleting", currentCopies: 0 });
  run(control, record.arn, undefined, () => {
    control.components.remove(record.name);
    control.runningComponents.get(keyOf(record))?.close?.();
    control.runningComponents.delete(keyOf(record));
    rehost(control, record.endpointName);
  });
}

/** Lets nothing that is on its way come to its end: no status changes by itself any more. */
export function halt({ underway }: Control): void {
  underway.clear();
}

/** Lets every container go. */
export function closeHosted({ running, runningComponents }: Control): void {
  for (const containers of running.values()) {
    closeAll(containers.values());
  }
  closeAll(runningComponents.values());
  running.clear();
  runningComponents.clear();
}
