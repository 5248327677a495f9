/** Where models lie: a file, a folder, or an address of S3 that a folder plays. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { S3Folder } from "../s3-folder.ts";
import { ModelFileError } from "../trees.ts";
import type { Model } from "../xgboost.ts";
import { modelAmong, modelOfBytes } from "./model-file.ts";

/**
 * The path that a ModelDataUrl stands for: a path, a `file:` URL, or `s3://bucket/key` in the folder that plays S3.
 *
 * @throws {ModelFileError} for any other.
 */
export function pathOf(url: string, s3: S3Folder | undefined): string {
  if (url.startsWith("file:")) {
    return fileURLToPath(url);
  }
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(url)) {
    return url;
  }
  if (s3 !== undefined && s3.isAddress(url)) {
    // A prefix ends with a slash as often as not.
    return s3.pathOf(url.replace(/\/+$/, ""));
  }
  throw new ModelFileError(
    url.startsWith("s3:") || url.startsWith("https:")
      ? "The stub endpoint reads no S3. Name a folder that plays it, --s3 DIR: s3://bucket/key is its file DIR/bucket/key."
      : "It must be a path, a file: URL, or an address of S3.",
  );
}

/** Whether a path is a folder; there may be nothing. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (about) => about.isDirectory(),
    () => false,
  );
}

/**
 * Loads the model of a file, or of a folder that holds one, as an artefact that SageMaker has unpacked.
 *
 * @throws {ModelFileError} when there is none.
 * @throws Node's own error, when it cannot be read.
 */
export async function loadModel(path: string): Promise<Model> {
  if (await isFolder(path)) {
    const names = await readdir(path);
    const { name } = modelAmong(
      names.map((held) => ({ name: held })),
      "folder",
    );
    return modelOfBytes(await readFile(join(path, name)), name);
  }
  return modelOfBytes(await readFile(path), basename(path));
}
