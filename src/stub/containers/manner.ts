/**
 * The settings of an XGBoost container: what its image's release and its environment make of its answers. Facts: the
 * releases' branches of `aws/sagemaker-xgboost-container`, and outputs of public notebooks.
 */
import { acceptedType, currentManner, MAX_CONTENT_LENGTH, Refusal, type Manner } from "../container.ts";
import { dialects, type Dialect } from "../dialects.ts";
import type { ContainerDefinition } from "./definition.ts";
import { SettingError, wholeSetting } from "./setting.ts";
import { selectedKeys, writeSelected } from "./selected-output.ts";

/** What releases up to 1.2-1 cut MAX_CONTENT_LENGTH to, and multi-model containers still do. */
const MOST_CONTENT = 20 * 1024 * 1024;

/** The release that an image's tag, or the environment, names: "1.2-1" is [1, 2, 1]. Undefined for none. */
function releaseOf({ Image, Environment = {} }: ContainerDefinition): readonly number[] | undefined {
  const setting = Environment["SKEWLESS_STUB_XGBOOST_VERSION"];
  const text = setting ?? /xgboost[^:/]*:([^/]*)$/i.exec(Image ?? "")?.[1] ?? "";
  const found = /^(\d+)(?:\.(\d+))?(?:-(\d+))?/.exec(text);
  if (found === null && setting !== undefined) {
    throw new SettingError(
      `SKEWLESS_STUB_XGBOOST_VERSION must be a release such as 1.2-1 or 1.7-1, not ${setting}.`,
    );
  }
  return found?.slice(1).map((part) => Number(part ?? 0));
}

/** Whether a release comes before 1.2-2, which was the first to answer in lines. */
function isOld(release: readonly number[] | undefined): boolean {
  if (release === undefined) {
    return false;
  }
  const [major = 0, minor = 0, build = 0] = release;
  return major * 1e6 + minor * 1e3 + build < 1_002_002;
}

function dialectOf(setting: string): Dialect {
  if (!Object.hasOwn(dialects, setting)) {
    throw new SettingError(
      `SKEWLESS_STUB_DIALECT must be one of ${Object.keys(dialects).join(", ")}; not ${setting}.`,
    );
  }
  return setting as Dialect;
}

/** The bare list or the comma line of Multi Model Server; the texts are the container's. */
function writeAsMultiModel(preferred: string): Manner["write"] {
  return (scores, { outputs }, accept) => {
    const type = (
      accept === undefined || accept === "" || accept === "*/*" ? preferred : accept
    ).toLowerCase();
    if (type === "text/csv" || type === "csv") {
      return { ...dialects["comma-line"](scores, outputs), contentType: type };
    }
    if (type === "application/json" || type === "json") {
      return { ...dialects["json-list"](scores, outputs), contentType: type };
    }
    throw new Refusal(
      415,
      `Encoding to accept type ${type} failed with exception: ${type} is not an accepted Accept type. ` +
        "Please choose one of the following: ['text/csv', 'application/json'].",
    );
  };
}

function writerOf(definition: ContainerDefinition, isMultiModel: boolean): Manner["write"] {
  const { Environment: environment = {} } = definition;
  const preferred = environment["SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"];
  const output = environment["SAGEMAKER_INFERENCE_OUTPUT"];
  const isBatch = (environment["SAGEMAKER_BATCH"] ?? "") !== "";
  const dialect = environment["SKEWLESS_STUB_DIALECT"];
  const release = releaseOf(definition);
  if (dialect !== undefined) {
    const write = dialects[dialectOf(dialect)];
    return (scores, { outputs }) => write(scores, outputs);
  }
  if (isMultiModel) {
    return writeAsMultiModel(preferred ?? "application/json");
  }
  // Selectable output came with 1.0.
  if (output !== undefined && (release === undefined || release[0]! >= 1)) {
    const keys = selectedKeys(output);
    return (scores, model, accept) =>
      writeSelected(scores, model, keys, acceptedType(accept, preferred ?? "text/csv"), isBatch);
  }
  if (isOld(release)) {
    const write = isBatch ? dialects.lines : dialects["comma-line"];
    return (scores, { outputs }) => write(scores, outputs);
  }
  return currentManner(preferred).write;
}

/**
 * How the container of a definition behaves: by the release in its image's tag (`…xgboost:1.2-1`), or
 * SKEWLESS_STUB_XGBOOST_VERSION, and by its environment. SKEWLESS_STUB_DIALECT goes before both.
 *
 * @throws {SettingError} for a value that cannot be.
 */
export function mannerOf(definition: ContainerDefinition, isMultiModel: boolean): Manner {
  const most = wholeSetting(definition, "MAX_CONTENT_LENGTH", MAX_CONTENT_LENGTH);
  const isCut = isMultiModel || isOld(releaseOf(definition));
  return Object.freeze({
    maxBodyBytes: isCut ? Math.min(most, MOST_CONTENT) : most,
    write: writerOf(definition, isMultiModel),
  } satisfies Manner);
}
