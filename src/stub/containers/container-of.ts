/** Containers as models describe them: what CreateModel, the command line and the config file say is started here. */
import type { Manner } from "../container.ts";
import type { S3Folder } from "../s3-folder.ts";
import type { Container } from "./contract.ts";
import type { ContainerDefinition } from "./definition.ts";
import { constantContainer, echoContainer } from "./fixed.ts";
import { forwardingModels } from "./forward-models.ts";
import { forwardingContainer, isHealthy } from "./forward.ts";
import { createHttpClient } from "./http-client.ts";
import { mannerOf } from "./manner.ts";
import { isFolder, loadModel, pathOf } from "./model-store.ts";
import { multiModelContainer } from "./multi-model.ts";
import { SettingError, wholeSetting } from "./setting.ts";
import { xgboostContainer } from "./xgboost-container.ts";

/** Where a container is started. */
export interface ContainerSite {
  /** The folder that plays S3, if there is one. */
  readonly s3?: S3Folder | undefined;
  /** How long a container elsewhere may take until it answers a ping, in ms. Default 480,000, SageMaker's 8 minutes. */
  readonly startTimeoutMs?: number | undefined;
  /** Longest answer of a container elsewhere, in bytes. Default 6,291,456. */
  readonly maxResponseBytes?: number | undefined;
  /** Whether definitions come from people who must not read this machine's files, nor reach its network. Default false. */
  readonly isShared?: boolean | undefined;
  /** Ends the waiting for a container elsewhere. */
  readonly signal?: AbortSignal | undefined;
}

const START_TIMEOUT_MS = 480_000;
const MAX_RESPONSE_BYTES = 6_291_456;
/** How long a call waits for a model to load: SageMaker's. */
const LOADING_WAIT_MS = 60_000;
const LOADED_MODELS = 100;

/** As the real FailureReason, but for the variant, whose name is not known here. */
const NOT_HEALTHY =
  "The primary container did not pass the ping health check. Please check CloudWatch logs for this endpoint.";

const NO_CONTAINER =
  "The stub endpoint runs no images. Give the model a ModelDataUrl with an XGBoost model, or in its Environment " +
  "SKEWLESS_STUB_CONTAINER, the address of a running container: http://host:port.";

const NOT_SHARED =
  "This stub endpoint was started with --no-admin: models come from its --s3 folder alone, by ModelDataUrl s3://bucket/key.";

function isMultiModel({ Mode, Environment = {} }: ContainerDefinition): boolean {
  return Mode === "MultiModel" || Environment["SAGEMAKER_MULTI_MODEL"]?.toLowerCase() === "true";
}

/** Whether a definition is of a container elsewhere, which may be up later. */
export function isElsewhere({ Environment = {} }: ContainerDefinition): boolean {
  return Environment["SKEWLESS_STUB_CONTAINER"] !== undefined;
}

/** A url of the definition, as it was given. */
function urlOf({ ModelDataUrl, ModelDataSource }: ContainerDefinition): string | undefined {
  return ModelDataUrl ?? ModelDataSource?.S3DataSource?.S3Uri;
}

async function startRemote(
  address: string,
  definition: ContainerDefinition,
  site: ContainerSite,
): Promise<Container | string> {
  const client = createHttpClient(address, site.maxResponseBytes ?? MAX_RESPONSE_BYTES);
  if (!(await isHealthy(client, site.startTimeoutMs ?? START_TIMEOUT_MS, site.signal))) {
    client.close();
    return NOT_HEALTHY;
  }
  if (!isMultiModel(definition)) {
    return forwardingContainer(client);
  }
  const prefix = (definition.Environment?.["SKEWLESS_STUB_MODELS_PATH"] ?? urlOf(definition) ?? "").replace(
    /\/+$/,
    "",
  );
  const waitMs = wholeSetting(definition, "SKEWLESS_STUB_LOADING_WAIT_MS", LOADING_WAIT_MS);
  return forwardingModels(client, (target) => `${prefix}/${target.replace(/^\/+/, "")}`, waitMs);
}

async function startXgboost(
  url: string,
  definition: ContainerDefinition,
  { s3 }: ContainerSite,
): Promise<Container | string> {
  const path = pathOf(url, s3);
  const hasMany = isMultiModel(definition);
  const manner: Manner = mannerOf(definition, hasMany);
  if (!hasMany) {
    return xgboostContainer(await loadModel(path), manner);
  }
  if (!(await isFolder(path))) {
    return "A multi-model endpoint needs a folder of artefacts; there is none.";
  }
  return multiModelContainer(path, async (file) => xgboostContainer(await loadModel(file), manner), {
    capacity: Math.max(1, wholeSetting(definition, "SKEWLESS_STUB_LOADED_MODELS", LOADED_MODELS)),
    loadingMs: wholeSetting(definition, "SKEWLESS_STUB_LOADING_MS", 0),
    waitMs: wholeSetting(definition, "SKEWLESS_STUB_LOADING_WAIT_MS", LOADING_WAIT_MS),
  });
}

async function start(definition: ContainerDefinition, site: ContainerSite): Promise<Container | string> {
  const { Environment: environment = {} } = definition;
  const address = environment["SKEWLESS_STUB_CONTAINER"];
  const url = urlOf(definition);
  if (site.isShared === true && (address !== undefined || (url !== undefined && !url.startsWith("s3://")))) {
    return NOT_SHARED;
  }
  if (address !== undefined) {
    return startRemote(address, definition, site);
  }
  const contentType = environment["SKEWLESS_STUB_CONTENT_TYPE"];
  if (contentType !== undefined && !/^[\t\u0020-\u007E]+$/.test(contentType)) {
    throw new SettingError("SKEWLESS_STUB_CONTENT_TYPE must be printable ASCII.");
  }
  if (environment["SKEWLESS_STUB_ECHO"] !== undefined) {
    return echoContainer(contentType);
  }
  const constant = environment["SKEWLESS_STUB_CONSTANT"];
  if (constant !== undefined) {
    const status = wholeSetting(definition, "SKEWLESS_STUB_STATUS", 200);
    if (status < 200 || status > 599) {
      throw new SettingError("SKEWLESS_STUB_STATUS must be a whole number from 200 to 599.");
    }
    return constantContainer(constant, contentType ?? "text/csv; charset=utf-8", status);
  }
  return url === undefined ? NO_CONTAINER : startXgboost(url, definition, site);
}

/**
 * Starts the container of a definition; of one elsewhere, once it answers a ping.
 *
 * @returns the container, or in one sentence why there is none; it never rejects.
 */
export async function containerOf(
  definition: ContainerDefinition,
  site: ContainerSite = {},
): Promise<Container | string> {
  try {
    return await start(definition, site);
  } catch (error) {
    const { message } = error as Error;
    return error instanceof SettingError ? message : `${urlOf(definition) ?? "The model"}: ${message}`;
  }
}
