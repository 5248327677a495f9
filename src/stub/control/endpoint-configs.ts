/** CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig. */
import { validationException } from "./control-errors.ts";
import { secondsOf, type Control } from "./control.ts";
import { listPage, type ListInput } from "./listing.ts";
import type { EndpointConfigGiven, Json, ProductionVariant, Tag } from "./records.ts";

interface CreateEndpointConfigInput extends EndpointConfigGiven {
  readonly EndpointConfigName: string;
  readonly Tags?: readonly Tag[];
}

interface EndpointConfigInput {
  readonly EndpointConfigName: string;
}

/** SageMaker's, where a variant does not say. */
const DEFAULT_WEIGHT = 1;

/** What is wrong with one variant; the texts of these are the stub's own. */
function variantFault(variant: ProductionVariant): string | undefined {
  const { VariantName: name, ServerlessConfig: serverless, InstanceType, InitialInstanceCount } = variant;
  if (serverless !== undefined) {
    return InstanceType === undefined && InitialInstanceCount === undefined
      ? undefined
      : `Production variant ${name} has a ServerlessConfig, and so no InstanceType and no InitialInstanceCount.`;
  }
  if (InstanceType === undefined && variant.InstancePools === undefined) {
    return `Production variant ${name} needs an InstanceType, or a ServerlessConfig.`;
  }
  return InitialInstanceCount === undefined && variant.ManagedInstanceScaling === undefined
    ? `Production variant ${name} needs an InitialInstanceCount.`
    : undefined;
}

/** What is wrong with a configuration as a whole. */
function configFault(config: EndpointConfigGiven): string | undefined {
  const { ProductionVariants: production, ShadowProductionVariants: shadow = [] } = config;
  const all = [...production, ...shadow];
  const names = all.map(({ VariantName }) => VariantName);
  if (new Set(names).size < names.length) {
    return `Every variant needs a name of its own; these are given: ${names.join(", ")}.`;
  }
  if (shadow.length > 0 && (production.length > 1 || shadow.length > 1)) {
    return "With a shadow variant there is one production variant, and one shadow variant.";
  }
  const withModel = all.filter(({ ModelName }) => ModelName !== undefined).length;
  if (withModel > 0 && withModel < all.length) {
    return "Either every variant has a ModelName, or none, for inference components.";
  }
  if (withModel === 0 && config.ExecutionRoleArn === undefined) {
    return "Variants without a ModelName are for inference components; the configuration needs an ExecutionRoleArn.";
  }
  const serverless = all.some(({ ServerlessConfig }) => ServerlessConfig !== undefined);
  if (serverless && all.length > 1) {
    return "A serverless endpoint has one variant.";
  }
  if (serverless && (config.DataCaptureConfig ?? config.AsyncInferenceConfig) !== undefined) {
    return "A serverless endpoint has neither data capture nor asynchronous inference.";
  }
  return all.map(variantFault).find((fault) => fault !== undefined);
}

const weighted = (variants: readonly ProductionVariant[]): readonly ProductionVariant[] =>
  variants.map((variant) => ({ InitialVariantWeight: DEFAULT_WEIGHT, ...variant }));

export function createEndpointConfig(control: Control, input: CreateEndpointConfigInput): Json {
  const { endpointConfigs, models, clock } = control;
  const { EndpointConfigName: name, Tags: tags = [], ...given } = input;
  const fault = configFault(given);
  if (fault !== undefined) {
    throw validationException(fault);
  }
  const { ProductionVariants, ShadowProductionVariants, ...rest } = given;
  for (const { ModelName } of [...ProductionVariants, ...(ShadowProductionVariants ?? [])]) {
    if (ModelName !== undefined) {
      models.get(ModelName);
    }
  }
  endpointConfigs.assertFree(name);
  const { arn } = endpointConfigs.put({
    name,
    arn: endpointConfigs.arnOf(name),
    creationTime: secondsOf(clock),
    tags,
    given: {
      EnableNetworkIsolation: false,
      ...rest,
      ProductionVariants: weighted(ProductionVariants),
      ...(ShadowProductionVariants === undefined
        ? {}
        : { ShadowProductionVariants: weighted(ShadowProductionVariants) }),
    } as EndpointConfigGiven,
  });
  return { EndpointConfigArn: arn };
}

export function describeEndpointConfig(
  { endpointConfigs }: Control,
  { EndpointConfigName }: EndpointConfigInput,
): Json {
  const { name, arn, creationTime, given } = endpointConfigs.get(EndpointConfigName);
  return { EndpointConfigName: name, EndpointConfigArn: arn, ...given, CreationTime: creationTime };
}

export function listEndpointConfigs({ endpointConfigs }: Control, input: ListInput): Json {
  const { page, ...rest } = listPage(endpointConfigs.all(), input);
  return {
    EndpointConfigs: page.map(({ name, arn, creationTime }) => ({
      EndpointConfigName: name,
      EndpointConfigArn: arn,
      CreationTime: creationTime,
    })),
    ...rest,
  };
}

export function deleteEndpointConfig(
  { endpointConfigs }: Control,
  { EndpointConfigName }: EndpointConfigInput,
): undefined {
  endpointConfigs.remove(endpointConfigs.get(EndpointConfigName).name);
}
