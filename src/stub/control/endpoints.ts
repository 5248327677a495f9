/** CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint, UpdateEndpointWeightsAndCapacities, DeleteEndpoint. */
import { validationException } from "./control-errors.ts";
import { secondsOf, type Control } from "./control.ts";
import {
  deployedOf,
  variantSummaries,
  withRetained,
  withWeights,
  type DesiredWeightAndCapacity,
  type Retained,
} from "./deployed.ts";
import {
  componentsOf,
  createHosted,
  deleteHosted,
  settled,
  takesComponents,
  updateHosted,
} from "./lifecycle.ts";
import { listPage, type ListInput } from "./listing.ts";
import type { EndpointRecord, Json, Tag } from "./records.ts";

interface EndpointInput {
  readonly EndpointName: string;
}

interface CreateEndpointInput extends EndpointInput {
  readonly EndpointConfigName: string;
  readonly DeploymentConfig?: Json;
  readonly Tags?: readonly Tag[];
}

interface UpdateEndpointInput extends EndpointInput {
  readonly EndpointConfigName: string;
  readonly RetainAllVariantProperties?: boolean;
  readonly ExcludeRetainedVariantProperties?: readonly { readonly VariantPropertyType: Retained }[];
  readonly DeploymentConfig?: Json;
  readonly RetainDeploymentConfig?: boolean;
}

interface UpdateWeightsInput extends EndpointInput {
  readonly DesiredWeightsAndCapacities: readonly DesiredWeightAndCapacity[];
}

const RETAINABLE: readonly Retained[] = ["DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig"];

export function createEndpoint(control: Control, input: CreateEndpointInput): Json {
  const { endpoints, endpointConfigs, clock } = control;
  const { EndpointName: name, EndpointConfigName, DeploymentConfig, Tags: tags = [] } = input;
  endpoints.assertFree(name);
  const deployed = deployedOf(control, endpointConfigs.get(EndpointConfigName));
  const now = secondsOf(clock);
  const arn = endpoints.arnOf(name);
  createHosted(control, {
    name,
    arn,
    creationTime: now,
    lastModifiedTime: now,
    tags,
    status: "Creating",
    deployed,
    deploymentConfig: DeploymentConfig,
  });
  return { EndpointArn: arn };
}

/** DataCaptureConfig as descriptions have it. */
function captureSummary({ deployed, status }: EndpointRecord): Json | undefined {
  const capture = deployed.config.DataCaptureConfig;
  if (capture === undefined) {
    return undefined;
  }
  const isOn = capture["EnableCapture"] === true;
  return {
    EnableCapture: isOn,
    CaptureStatus: isOn && status !== "Creating" && status !== "Failed" ? "Started" : "Stopped",
    CurrentSamplingPercentage: capture["InitialSamplingPercentage"],
    DestinationS3Uri: capture["DestinationS3Uri"],
    KmsKeyId: capture["KmsKeyId"] ?? "",
  };
}

function describe(endpoint: EndpointRecord): Json {
  const { name, arn, status, deployed, failureReason, creationTime, lastModifiedTime } = endpoint;
  return {
    EndpointName: name,
    EndpointArn: arn,
    EndpointConfigName: deployed.configName,
    ...variantSummaries(endpoint),
    DataCaptureConfig: captureSummary(endpoint),
    EndpointStatus: status,
    FailureReason: failureReason,
    CreationTime: creationTime,
    LastModifiedTime: lastModifiedTime,
    LastDeploymentConfig: endpoint.deploymentConfig,
    AsyncInferenceConfig: deployed.config.AsyncInferenceConfig,
    ExplainerConfig: deployed.config.ExplainerConfig,
    MetricsConfig: deployed.config.MetricsConfig,
  };
}

export async function describeEndpoint(control: Control, { EndpointName }: EndpointInput): Promise<Json> {
  const { endpoints } = control;
  await settled(control, endpoints.get(EndpointName).arn);
  return describe(endpoints.get(EndpointName));
}

export function listEndpoints({ endpoints }: Control, input: ListInput): Json {
  const { page, ...rest } = listPage(endpoints.all(), input);
  return {
    Endpoints: page.map(({ name, arn, creationTime, lastModifiedTime, status }) => ({
      EndpointName: name,
      EndpointArn: arn,
      CreationTime: creationTime,
      LastModifiedTime: lastModifiedTime,
      EndpointStatus: status,
    })),
    ...rest,
  };
}

/** An endpoint that may be changed now. @throws {ControlError} "Cannot update in-progress endpoint …" */
function changeable({ endpoints }: Control, name: string): EndpointRecord {
  const endpoint = endpoints.get(name);
  if (endpoint.status !== "InService" && endpoint.status !== "Failed") {
    throw validationException(`Cannot update in-progress endpoint "${endpoint.arn}".`);
  }
  return endpoint;
}

/** The same, for what a Failed endpoint cannot do: it can only be deleted. The text is the stub's own. */
function updatable(control: Control, name: string): EndpointRecord {
  const endpoint = changeable(control, name);
  if (endpoint.status === "Failed") {
    throw validationException(`Cannot update endpoint "${endpoint.arn}" that is Failed; delete it.`);
  }
  return endpoint;
}

export function updateEndpoint(control: Control, input: UpdateEndpointInput): Json {
  const { endpointConfigs, clock } = control;
  const present = updatable(control, input.EndpointName);
  const next = deployedOf(control, endpointConfigs.get(input.EndpointConfigName));
  if (
    present.deployed.config.AsyncInferenceConfig !== undefined &&
    next.config.AsyncInferenceConfig === undefined
  ) {
    throw validationException(
      `The AsyncInferenceConfig parameter cannot be removed from this endpoint ${present.name}.`,
    );
  }
  const excluded = new Set(input.ExcludeRetainedVariantProperties?.map((of) => of.VariantPropertyType));
  const retained =
    input.RetainAllVariantProperties === true ? RETAINABLE.filter((of) => !excluded.has(of)) : [];
  const { deploymentConfig, ...rest } = present;
  updateHosted(
    control,
    {
      ...rest,
      pending: { ...withRetained(next, present.deployed, new Set(retained)), startTime: secondsOf(clock) },
      deploymentConfig: input.RetainDeploymentConfig === true ? deploymentConfig : input.DeploymentConfig,
    },
    false,
  );
  return { EndpointArn: present.arn };
}

export function updateEndpointWeightsAndCapacities(control: Control, input: UpdateWeightsInput): Json {
  const { endpointConfigs, clock } = control;
  const present = updatable(control, input.EndpointName);
  const { deployed } = present;
  const configArn = endpointConfigs.arnOf(deployed.configName);
  const pending = withWeights(deployed, input.DesiredWeightsAndCapacities, configArn);
  updateHosted(control, { ...present, pending: { ...pending, startTime: secondsOf(clock) } }, true);
  return { EndpointArn: present.arn };
}

export function deleteEndpoint(control: Control, { EndpointName }: EndpointInput): undefined {
  const endpoint = changeable(control, EndpointName);
  const components = takesComponents(endpoint) ? componentsOf(control, EndpointName) : [];
  if (components.length > 0) {
    // The real text is not public.
    throw validationException(
      `Cannot delete endpoint "${endpoint.arn}" that has inference components; delete these first: ` +
        `${components.map(({ name }) => name).join(", ")}.`,
    );
  }
  deleteHosted(control, endpoint);
}
