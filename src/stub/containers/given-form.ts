/** What a command line or a config file says an endpoint serves, in one word. */
import type { ContainerDefinition } from "./definition.ts";
import { isFolder, pathOf } from "./model-store.ts";
import type { S3Folder } from "../s3-folder.ts";

/**
 * The definition of what is given as a model file (JSON, UBJSON, model.tar.gz), a folder of them (a multi-model
 * endpoint), `http://host:port` (a container elsewhere), `echo:` or `echo:CONTENT-TYPE`, or `constant:TEXT`. Files may be
 * addresses of S3 that a folder plays.
 *
 * @param environment - of the container; what the word itself says goes before it.
 */
export async function definitionOf(
  given: string,
  environment: Readonly<Record<string, string>> = {},
  s3?: S3Folder,
): Promise<ContainerDefinition> {
  const own = (Environment: Readonly<Record<string, string>>): ContainerDefinition => ({
    Environment: { ...environment, ...Environment },
  });
  if (/^https?:\/\//.test(given) && s3?.isAddress(given) !== true) {
    return own({ SKEWLESS_STUB_CONTAINER: given });
  }
  if (given.startsWith("echo:")) {
    const contentType = given.slice("echo:".length);
    return own({
      SKEWLESS_STUB_ECHO: "true",
      ...(contentType === "" ? {} : { SKEWLESS_STUB_CONTENT_TYPE: contentType }),
    });
  }
  if (given.startsWith("constant:")) {
    return own({ SKEWLESS_STUB_CONSTANT: given.slice("constant:".length) });
  }
  const hasMany = await isFolder(pathOf(given, s3)).catch(() => false);
  return {
    ModelDataUrl: given,
    ...(hasMany ? { Mode: "MultiModel" as const } : {}),
    ...(Object.keys(environment).length === 0 ? {} : { Environment: environment }),
  };
}
