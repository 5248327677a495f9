/** The operations on inference components: models of their own on an endpoint whose variants have none. */
import type { ContainerDefinition } from "../containers/definition.ts";
import { validationException } from "./control-errors.ts";
import { secondsOf, type Control } from "./control.ts";
import { deployedImages } from "./deployed.ts";
import { deleteComponent, scaleComponent, settled, startComponent, takesComponents } from "./lifecycle.ts";
import { listPage, type ListInput } from "./listing.ts";
import type { ComponentRecord, ComponentSpecification, Composition, Json, Tag } from "./records.ts";

interface ComponentInput {
  readonly InferenceComponentName: string;
}

interface Specified {
  readonly Specification?: ComponentSpecification;
  readonly Specifications?: readonly ComponentSpecification[];
  readonly RuntimeConfig?: { readonly CopyCount: number };
}

interface CreateComponentInput extends ComponentInput, Specified {
  readonly EndpointName: string;
  readonly VariantName?: string;
  readonly Tags?: readonly Tag[];
}

interface UpdateComponentInput extends ComponentInput, Specified {}

interface UpdateCopiesInput extends ComponentInput {
  readonly DesiredRuntimeConfig: { readonly CopyCount: number };
}

interface ListComponentsInput extends ListInput {
  readonly EndpointNameEquals?: string;
  readonly VariantNameEquals?: string;
}

/** What runs for a specification. The texts of its refusals are the stub's own. */
function compositionOf({ models }: Control, specification: ComponentSpecification): Composition {
  const { ModelName, Container: container, BaseInferenceComponentName } = specification;
  if (BaseInferenceComponentName !== undefined) {
    throw validationException(
      "The stub endpoint has no adapter components; give ModelName or Container, and no BaseInferenceComponentName.",
    );
  }
  if ((ModelName === undefined) === (container === undefined)) {
    throw validationException("The specification of an inference component has a ModelName or a Container.");
  }
  if (ModelName !== undefined) {
    return models.get(ModelName).composition;
  }
  const { Image, ArtifactUrl, Environment } = container!;
  const definition: ContainerDefinition = {
    ...(Image === undefined ? {} : { Image }),
    ...(ArtifactUrl === undefined ? {} : { ModelDataUrl: ArtifactUrl }),
    ...(Environment === undefined ? {} : { Environment }),
  };
  return { containers: [definition], mode: "Serial" };
}

/** The specifications of a request: where there are several, for instance types, the first counts. */
function specificationsOf({
  Specification: one,
  Specifications: several,
}: Specified): readonly ComponentSpecification[] {
  if (one !== undefined && several !== undefined) {
    throw validationException("You cannot specify both Specification and Specifications; use one of them.");
  }
  return several ?? (one === undefined ? [] : [one]);
}

export function createInferenceComponent(control: Control, input: CreateComponentInput): Json {
  const { components, endpoints, clock } = control;
  const { InferenceComponentName: name, Tags: tags = [], VariantName, RuntimeConfig } = input;
  components.assertFree(name);
  const endpoint = endpoints.get(input.EndpointName);
  if (!takesComponents(endpoint)) {
    throw validationException(
      "Inference Components are not supported in this Endpoint. Please make sure this endpoint can deploy inference " +
        "components.",
    );
  }
  const names = endpoint.deployed.variants.map(({ production }) => production.VariantName);
  const variantName = VariantName ?? names[0]!;
  if (!names.includes(variantName)) {
    throw validationException(
      `Endpoint "${endpoint.arn}" has no variant ${variantName}; it has ${names.join(", ")}.`,
    );
  }
  const specifications = specificationsOf(input);
  const [first] = specifications;
  if (first === undefined) {
    throw validationException("An inference component needs a Specification.");
  }
  const composition = compositionOf(control, first);
  const now = secondsOf(clock);
  const arn = components.arnOf(name);
  startComponent(control, {
    name,
    arn,
    creationTime: now,
    lastModifiedTime: now,
    tags,
    status: "Creating",
    endpointName: endpoint.name,
    variantName,
    specifications,
    isPlural: input.Specifications !== undefined,
    composition,
    desiredCopies: RuntimeConfig?.CopyCount ?? 1,
    currentCopies: 0,
  });
  return { InferenceComponentArn: arn };
}

function specificationSummary({ Container: container, ...rest }: ComponentSpecification, at: number): Json {
  if (container === undefined) {
    return rest;
  }
  const { Image, ...others } = container;
  const [DeployedImage] = deployedImages([Image], at);
  return { ...rest, Container: { DeployedImage, ...others } };
}

export async function describeInferenceComponent(
  control: Control,
  { InferenceComponentName }: ComponentInput,
): Promise<Json> {
  const { components, endpoints } = control;
  await settled(control, components.get(InferenceComponentName).arn);
  const record = components.get(InferenceComponentName);
  const summaries = record.specifications.map((of) => specificationSummary(of, record.creationTime));
  return {
    InferenceComponentName: record.name,
    InferenceComponentArn: record.arn,
    EndpointName: record.endpointName,
    EndpointArn: endpoints.arnOf(record.endpointName),
    VariantName: record.variantName,
    FailureReason: record.failureReason,
    ...(record.isPlural ? { Specifications: summaries } : { Specification: summaries[0] }),
    RuntimeConfig: { DesiredCopyCount: record.desiredCopies, CurrentCopyCount: record.currentCopies },
    CreationTime: record.creationTime,
    LastModifiedTime: record.lastModifiedTime,
    InferenceComponentStatus: record.status,
  };
}

export function listInferenceComponents(
  { components, endpoints }: Control,
  input: ListComponentsInput,
): Json {
  const { EndpointNameEquals: endpoint, VariantNameEquals: variant } = input;
  const wanted = components
    .all()
    .filter(
      ({ endpointName, variantName }) =>
        (endpoint === undefined || endpointName === endpoint) &&
        (variant === undefined || variantName === variant),
    );
  const { page, ...rest } = listPage(wanted, input);
  return {
    InferenceComponents: page.map((record) => ({
      CreationTime: record.creationTime,
      InferenceComponentArn: record.arn,
      InferenceComponentName: record.name,
      EndpointArn: endpoints.arnOf(record.endpointName),
      EndpointName: record.endpointName,
      VariantName: record.variantName,
      InferenceComponentStatus: record.status,
      LastModifiedTime: record.lastModifiedTime,
    })),
    ...rest,
  };
}

/** A component that may be changed now; the text is the stub's own. */
function changeable({ components }: Control, name: string): ComponentRecord {
  const record = components.get(name);
  if (record.status !== "InService" && record.status !== "Failed") {
    throw validationException(`Cannot update in-progress inference component "${record.arn}".`);
  }
  return record;
}

export function updateInferenceComponent(control: Control, input: UpdateComponentInput): Json {
  const { failureReason: _, ...present } = changeable(control, input.InferenceComponentName);
  const desiredCopies = input.RuntimeConfig?.CopyCount ?? present.desiredCopies;
  const specifications = specificationsOf(input);
  const [first] = specifications;
  if (first === undefined) {
    scaleComponent(control, { ...present, status: "Updating", desiredCopies });
  } else {
    startComponent(control, {
      ...present,
      status: "Updating",
      desiredCopies,
      specifications,
      isPlural: input.Specifications !== undefined,
      composition: compositionOf(control, first),
    });
  }
  return { InferenceComponentArn: present.arn };
}

export function updateInferenceComponentRuntimeConfig(control: Control, input: UpdateCopiesInput): Json {
  const present = changeable(control, input.InferenceComponentName);
  const { CopyCount: desiredCopies } = input.DesiredRuntimeConfig;
  scaleComponent(control, { ...present, status: "Updating", desiredCopies });
  return { InferenceComponentArn: present.arn };
}

export function deleteInferenceComponent(
  control: Control,
  { InferenceComponentName }: ComponentInput,
): undefined {
  deleteComponent(control, changeable(control, InferenceComponentName));
}
