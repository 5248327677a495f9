/** What the control plane remembers: frozen records, replaced and never changed. Times are seconds since 1970. */
import type { ContainerDefinition } from "../containers/definition.ts";
import type { EndpointStatus } from "../hosting.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A tag as the API has it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What all records have. */
export interface Named {
  readonly name: string;
  readonly arn: string;
  readonly creationTime: number;
  readonly tags: readonly Tag[];
  /** Made for an endpoint of the command line: not kept, since it is made anew at every start. */
  readonly isGiven?: boolean | undefined;
}

/** What runs for a model: one container, or several that are called in turn or each by its name. */
export interface Composition {
  readonly containers: readonly ContainerDefinition[];
  /** InferenceExecutionConfig's; counts where there are several. */
  readonly mode: "Serial" | "Direct";
}

/** A model. */
export interface ModelRecord extends Named {
  /** The request of CreateModel without its name and tags: what DescribeModel answers. */
  readonly given: Json;
  readonly composition: Composition;
}

/** ServerlessConfig. */
export interface Serverless {
  readonly MemorySizeInMB: number;
  readonly MaxConcurrency: number;
  readonly ProvisionedConcurrency?: number;
}

/** A member of ProductionVariants, as the API has it. */
export interface ProductionVariant {
  readonly VariantName: string;
  readonly ModelName?: string;
  readonly InitialInstanceCount?: number;
  readonly InstanceType?: string;
  readonly InstancePools?: readonly Json[];
  readonly InitialVariantWeight?: number;
  readonly ServerlessConfig?: Serverless;
  readonly ManagedInstanceScaling?: Json;
  readonly RoutingConfig?: Json;
  readonly CapacityReservationConfig?: Json;
}

/** The request of CreateEndpointConfig without its name and tags: what DescribeEndpointConfig answers. */
export interface EndpointConfigGiven {
  readonly ProductionVariants: readonly ProductionVariant[];
  readonly ShadowProductionVariants?: readonly ProductionVariant[];
  readonly DataCaptureConfig?: Json;
  readonly AsyncInferenceConfig?: Json;
  readonly ExplainerConfig?: Json;
  readonly MetricsConfig?: Json;
  readonly ExecutionRoleArn?: string;
}

/** An endpoint configuration. */
export interface EndpointConfigRecord extends Named {
  readonly given: EndpointConfigGiven;
}

/** A variant of an endpoint, with its model as it was when the endpoint got it: models may be deleted meanwhile. */
export interface VariantRecord {
  readonly production: ProductionVariant;
  /** Undefined where inference components are to be the models. */
  readonly composition?: Composition | undefined;
  readonly isShadow: boolean;
  readonly weight: number;
  readonly instanceCount: number | undefined;
  readonly serverless: Serverless | undefined;
}

/** What an endpoint is made of. */
export interface Deployed {
  readonly configName: string;
  readonly config: EndpointConfigGiven;
  readonly variants: readonly VariantRecord[];
}

/** An endpoint. */
export interface EndpointRecord extends Named {
  readonly lastModifiedTime: number;
  readonly status: EndpointStatus;
  readonly failureReason?: string | undefined;
  readonly deployed: Deployed;
  /** What it becomes, while it is Updating. */
  readonly pending?: (Deployed & { readonly startTime: number }) | undefined;
  readonly deploymentConfig?: Json | undefined;
}

/** Statuses of an inference component. */
export type ComponentStatus = "InService" | "Creating" | "Updating" | "Failed" | "Deleting";

/** A Specification of an inference component, as the API has it. */
export interface ComponentSpecification {
  readonly ModelName?: string;
  readonly Container?: {
    readonly Image?: string;
    readonly ArtifactUrl?: string;
    readonly Environment?: Readonly<Record<string, string>>;
    readonly ContainerMetricsConfig?: Json;
  };
  readonly BaseInferenceComponentName?: string;
}

/** An inference component. */
export interface ComponentRecord extends Named {
  readonly lastModifiedTime: number;
  readonly status: ComponentStatus;
  readonly failureReason?: string | undefined;
  readonly endpointName: string;
  readonly variantName: string;
  /** The request's Specification, or its Specifications. */
  readonly specifications: readonly ComponentSpecification[];
  /** Whether the request had the plural. */
  readonly isPlural: boolean;
  readonly composition: Composition;
  readonly desiredCopies: number;
  readonly currentCopies: number;
}

/** All of it, as it is kept in a file. */
export interface Kept {
  readonly models: readonly ModelRecord[];
  readonly endpointConfigs: readonly EndpointConfigRecord[];
  readonly endpoints: readonly EndpointRecord[];
  readonly inferenceComponents: readonly ComponentRecord[];
}
