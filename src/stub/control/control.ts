/** What the operations of the control plane work on. */
import type { Container } from "../containers/contract.ts";
import type { Hosting } from "../hosting.ts";
import type { Place } from "../platform-errors.ts";
import type { Clock } from "./clock.ts";
import type {
  Composition,
  ComponentRecord,
  EndpointConfigRecord,
  EndpointRecord,
  ModelRecord,
} from "./records.ts";
import type { Registry } from "./registry.ts";

/** The control plane's memory, and its hands. */
export interface Control {
  readonly place: Place;
  readonly clock: Clock;
  /** How long a resource is Creating, Updating or Deleting at least, in ms. */
  readonly transitionMs: number;
  readonly models: Registry<ModelRecord>;
  readonly endpointConfigs: Registry<EndpointConfigRecord>;
  readonly endpoints: Registry<EndpointRecord>;
  readonly components: Registry<ComponentRecord>;
  /** Starts what runs for a model; says in a sentence why it cannot. */
  readonly start: (composition: Composition) => Promise<Container | string>;
  readonly hosting: Hosting;
  /** The containers that run: of each endpoint, by its lower-case name, those of its variants. */
  readonly running: Map<string, ReadonlyMap<string, Container>>;
  /** Those of inference components, by lower-case name. */
  readonly runningComponents: Map<string, Container>;
  /** What is on its way, by ARN; settled when it is over. */
  readonly underway: Map<string, Promise<void>>;
}

/** Seconds since 1970, to the ms: times as the control plane has them. */
export const secondsOf = (clock: Clock): number => clock.now() / 1000;
