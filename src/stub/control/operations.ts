/** The control plane's operations by name. */
import type { Control } from "./control.ts";
import {
  createEndpointConfig,
  deleteEndpointConfig,
  describeEndpointConfig,
  listEndpointConfigs,
} from "./endpoint-configs.ts";
import {
  createEndpoint,
  deleteEndpoint,
  describeEndpoint,
  listEndpoints,
  updateEndpoint,
  updateEndpointWeightsAndCapacities,
} from "./endpoints.ts";
import {
  createInferenceComponent,
  deleteInferenceComponent,
  describeInferenceComponent,
  listInferenceComponents,
  updateInferenceComponent,
  updateInferenceComponentRuntimeConfig,
} from "./inference-components.ts";
import { createModel, deleteModel, describeModel, listModels } from "./models.ts";
import type { Json } from "./records.ts";
import type { OperationName } from "./shape-table.ts";
import { addTags, deleteTags, listTags } from "./tags.ts";

type Answer = Json | undefined | Promise<Json>;

/**
 * Each takes a request that its shape has let through, and answers what the operation does; nothing where it answers
 * an empty body.
 */
export const OPERATIONS: Readonly<Record<OperationName, (control: Control, input: never) => Answer>> =
  Object.freeze({
    CreateModel: createModel,
    DescribeModel: describeModel,
    ListModels: listModels,
    DeleteModel: deleteModel,
    CreateEndpointConfig: createEndpointConfig,
    DescribeEndpointConfig: describeEndpointConfig,
    ListEndpointConfigs: listEndpointConfigs,
    DeleteEndpointConfig: deleteEndpointConfig,
    CreateEndpoint: createEndpoint,
    DescribeEndpoint: describeEndpoint,
    ListEndpoints: listEndpoints,
    UpdateEndpoint: updateEndpoint,
    UpdateEndpointWeightsAndCapacities: updateEndpointWeightsAndCapacities,
    DeleteEndpoint: deleteEndpoint,
    CreateInferenceComponent: createInferenceComponent,
    DescribeInferenceComponent: describeInferenceComponent,
    ListInferenceComponents: listInferenceComponents,
    UpdateInferenceComponent: updateInferenceComponent,
    UpdateInferenceComponentRuntimeConfig: updateInferenceComponentRuntimeConfig,
    DeleteInferenceComponent: deleteInferenceComponent,
    AddTags: addTags,
    ListTags: listTags,
    DeleteTags: deleteTags,
  });
