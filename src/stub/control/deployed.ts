/** What an endpoint gets of a configuration, and how DescribeEndpoint shows it. */
import { createHash } from "node:crypto";
import { validationException } from "./control-errors.ts";
import type { Control } from "./control.ts";
import type {
  Deployed,
  EndpointConfigRecord,
  EndpointRecord,
  Json,
  ProductionVariant,
  VariantRecord,
} from "./records.ts";

/** What UpdateEndpoint may keep of the variants that were there. */
export type Retained = "DesiredInstanceCount" | "DesiredWeight" | "DataCaptureConfig";

function variantOf({ models }: Control, production: ProductionVariant, isShadow: boolean): VariantRecord {
  const { ModelName, InitialVariantWeight = 1, InitialInstanceCount, ServerlessConfig } = production;
  return {
    production,
    composition: ModelName === undefined ? undefined : models.get(ModelName).composition,
    isShadow,
    weight: InitialVariantWeight,
    instanceCount: InitialInstanceCount,
    serverless: ServerlessConfig,
  };
}

/**
 * What a configuration makes of an endpoint, with the models as they are now.
 *
 * @throws {ControlError} where a model is gone.
 */
export function deployedOf(control: Control, { name, given }: EndpointConfigRecord): Deployed {
  const { ProductionVariants: production, ShadowProductionVariants: shadow = [] } = given;
  return {
    configName: name,
    config: given,
    variants: [
      ...production.map((variant) => variantOf(control, variant, false)),
      ...shadow.map((variant) => variantOf(control, variant, true)),
    ],
  };
}

/** What an endpoint becomes where it keeps some of what it is. */
export function withRetained(next: Deployed, present: Deployed, retained: ReadonlySet<Retained>): Deployed {
  const { DataCaptureConfig: _, ...config } = next.config;
  const { DataCaptureConfig: capture } = present.config;
  const kept = capture === undefined ? config : { ...config, DataCaptureConfig: capture };
  return {
    ...next,
    config: retained.has("DataCaptureConfig") ? kept : next.config,
    variants: next.variants.map((variant) => {
      const old = present.variants.find(
        ({ production }) => production.VariantName === variant.production.VariantName,
      );
      return old === undefined
        ? variant
        : {
            ...variant,
            weight: retained.has("DesiredWeight") ? old.weight : variant.weight,
            instanceCount: retained.has("DesiredInstanceCount") ? old.instanceCount : variant.instanceCount,
          };
    }),
  };
}

/** A member of DesiredWeightsAndCapacities. */
export interface DesiredWeightAndCapacity {
  readonly VariantName: string;
  readonly DesiredWeight?: number;
  readonly DesiredInstanceCount?: number;
  readonly ServerlessUpdateConfig?: {
    readonly MaxConcurrency?: number;
    readonly ProvisionedConcurrency?: number;
  };
}

/**
 * What an endpoint becomes by other weights and counts.
 *
 * @throws {ControlError} that names the variants that it does not have.
 */
export function withWeights(
  deployed: Deployed,
  wanted: readonly DesiredWeightAndCapacity[],
  configArn: string,
): Deployed {
  const names = new Set(deployed.variants.map(({ production }) => production.VariantName));
  const unknown = wanted.filter(({ VariantName }) => !names.has(VariantName));
  if (unknown.length > 0) {
    const list = unknown.map(({ VariantName }) => `"${VariantName}"`).join(", ");
    throw validationException(
      `The variant name(s) ${list} is/are not present within endpoint configuration "${configArn}".`,
    );
  }
  return {
    ...deployed,
    variants: deployed.variants.map((variant) => {
      const change = wanted.find(({ VariantName }) => VariantName === variant.production.VariantName);
      const { DesiredWeight = variant.weight, DesiredInstanceCount = variant.instanceCount } = change ?? {};
      return {
        ...variant,
        weight: DesiredWeight,
        instanceCount: DesiredInstanceCount,
        serverless: variant.serverless && { ...variant.serverless, ...change?.ServerlessUpdateConfig },
      };
    }),
  };
}

/** An image by its digest, as SageMaker resolves tags; the digest is one of the name alone. */
function resolved(image: string): string {
  const repository = image.replace(/(@[^/]*|:[^/:]*)$/, "");
  return image.includes("@sha256:")
    ? image
    : `${repository}@sha256:${createHash("sha256").update(image).digest("hex")}`;
}

/** The images of containers as descriptions show them. */
export function deployedImages(
  images: readonly (string | undefined)[],
  resolutionTime: number,
): readonly Json[] {
  return images.flatMap((image) =>
    image === undefined
      ? []
      : [{ SpecifiedImage: image, ResolvedImage: resolved(image), ResolutionTime: resolutionTime }],
  );
}

/** `undefined` members are left out by JSON. */
function summaryOf(
  { production, composition, weight, instanceCount, serverless }: VariantRecord,
  now: { readonly weight: number; readonly instanceCount: number | undefined; readonly isThere: boolean },
  { creationTime, lastModifiedTime, status }: EndpointRecord,
): Json {
  const images = deployedImages(composition?.containers.map(({ Image }) => Image) ?? [], creationTime);
  const isChanging = status === "Creating" || status === "Updating" || status === "Deleting";
  const isCounted = instanceCount !== undefined;
  return {
    VariantName: production.VariantName,
    ...(images.length > 0 ? { DeployedImages: images } : {}),
    CurrentWeight: now.isThere ? now.weight : 0,
    DesiredWeight: weight,
    ...(isCounted
      ? {
          CurrentInstanceCount: now.isThere ? (now.instanceCount ?? 0) : 0,
          DesiredInstanceCount: instanceCount,
        }
      : {}),
    ...(isChanging ? { VariantStatus: [{ Status: status, StartTime: lastModifiedTime }] } : {}),
    ...(serverless === undefined
      ? {}
      : { CurrentServerlessConfig: serverless, DesiredServerlessConfig: serverless }),
    ManagedInstanceScaling: production.ManagedInstanceScaling,
    RoutingConfig: production.RoutingConfig,
  };
}

function pendingSummaryOf(variant: VariantRecord, endpoint: EndpointRecord): Json {
  const summary = summaryOf(variant, { ...variant, isThere: false }, endpoint);
  return { ...summary, InstanceType: variant.production.InstanceType };
}

/** What DescribeEndpoint shows of an endpoint's variants; `undefined` members are left out by JSON. */
export function variantSummaries(endpoint: EndpointRecord): Json {
  const { deployed, pending, status } = endpoint;
  const isThere = status !== "Creating" && status !== "Failed";
  // Weights and counts that are on their way are desired, and not current.
  const wanted = (variant: VariantRecord): VariantRecord =>
    pending?.configName === deployed.configName
      ? (pending.variants.find(
          ({ production }) => production.VariantName === variant.production.VariantName,
        ) ?? variant)
      : variant;
  const all = deployed.variants.map(
    (variant) => [variant.isShadow, summaryOf(wanted(variant), { ...variant, isThere }, endpoint)] as const,
  );
  const shadows = all.filter(([isShadow]) => isShadow).map(([, summary]) => summary);
  return {
    ProductionVariants: all.filter(([isShadow]) => !isShadow).map(([, summary]) => summary),
    ShadowProductionVariants: shadows.length > 0 ? shadows : undefined,
    PendingDeploymentSummary:
      pending === undefined || pending.configName === deployed.configName
        ? undefined
        : {
            EndpointConfigName: pending.configName,
            ProductionVariants: pending.variants
              .filter(({ isShadow }) => !isShadow)
              .map((variant) => pendingSummaryOf(variant, endpoint)),
            StartTime: pending.startTime,
          },
  };
}
