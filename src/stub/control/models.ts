/** CreateModel, DescribeModel, ListModels, DeleteModel. As at SageMaker, no model is looked into before it is hosted. */
import type { ContainerDefinition } from "../containers/definition.ts";
import { validationException } from "./control-errors.ts";
import { secondsOf, type Control } from "./control.ts";
import { listPage, type ListInput } from "./listing.ts";
import type { Json, Tag } from "./records.ts";

interface CreateModelInput {
  readonly ModelName: string;
  readonly PrimaryContainer?: ContainerDefinition;
  readonly Containers?: readonly ContainerDefinition[];
  readonly InferenceExecutionConfig?: { readonly Mode: "Serial" | "Direct" };
  readonly Tags?: readonly Tag[];
}

interface ModelInput {
  readonly ModelName: string;
}

export function createModel({ models, clock }: Control, input: CreateModelInput): Json {
  const { ModelName: name, Tags: tags = [], ...given } = input;
  const { PrimaryContainer: primary, Containers: several = [] } = given;
  if (primary !== undefined && several.length > 0) {
    throw validationException("You cannot specify both PrimaryContainer and Containers; use one of them.");
  }
  const containers = primary === undefined ? several : [primary];
  if (containers.length === 0) {
    throw validationException("A model needs a PrimaryContainer, or Containers.");
  }
  models.assertFree(name);
  const arn = models.arnOf(name);
  models.put({
    name,
    arn,
    creationTime: secondsOf(clock),
    tags,
    given: { EnableNetworkIsolation: false, ...given },
    composition: { containers, mode: given.InferenceExecutionConfig?.Mode ?? "Serial" },
  });
  return { ModelArn: arn };
}

export function describeModel({ models }: Control, { ModelName }: ModelInput): Json {
  const { name, arn, creationTime, given } = models.get(ModelName);
  return { ModelName: name, ...given, CreationTime: creationTime, ModelArn: arn };
}

export function listModels({ models }: Control, input: ListInput): Json {
  const { page, ...rest } = listPage(models.all(), input);
  return {
    Models: page.map(({ name, arn, creationTime }) => ({
      ModelName: name,
      ModelArn: arn,
      CreationTime: creationTime,
    })),
    ...rest,
  };
}

export function deleteModel({ models }: Control, { ModelName }: ModelInput): undefined {
  models.remove(models.get(ModelName).name);
}
