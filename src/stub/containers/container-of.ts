/** Containers as models describe them. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseModel } from "../xgboost.ts";
import type { Container } from "./contract.ts";
import type { ContainerDefinition } from "./definition.ts";
import { xgboostContainer } from "./xgboost-container.ts";

/**
 * Starts the container of a definition.
 *
 * @returns the container, or in one sentence why there is none; it never rejects.
 */
export async function containerOf(definition: ContainerDefinition): Promise<Container | string> {
  const url = definition.ModelDataUrl ?? definition.ModelDataSource?.S3DataSource?.S3Uri;
  if (url === undefined) {
    return "The model has no ModelDataUrl.";
  }
  try {
    const path = url.startsWith("file:") ? fileURLToPath(url) : url;
    return xgboostContainer(parseModel(await readFile(path, "utf8")));
  } catch (error) {
    return `${url}: ${(error as Error).message}`;
  }
}
