import { existsSync, realpathSync } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import { type Variables, loadModels } from "../registry.ts";

/**
 * Where the model files of a demo lie: the folder that is asked for, else `models` here, else that of this package, so
 * that an installed one shows something as well. With this package's own go its examples, unless a user's endpoint is
 * called, which serves none of them.
 */
export function demoModelsDir(asked: string | undefined, examples: boolean): string {
  if (asked !== undefined) return asked;
  const own = fileURLToPath(new URL("../../models", import.meta.url));
  const folder = existsSync("models") ? "models" : own;
  const more = join(folder, "examples");
  return examples && existsSync(more) && !folder.includes(",") && realpathSync(folder) === realpathSync(own)
    ? `${folder},${more}`
    : folder;
}

/**
 * The trained models that lie beside the folders' model files, as `<name>/xgboost.json`, under the names of the endpoints
 * that the model files call.
 *
 * @throws {UsageError} when there is none
 */
export async function demoEndpoints(
  modelsDir: string,
  variables: Variables,
): Promise<{ name: string; modelFile: string }[]> {
  const models = await loadModels(modelsDir, variables);
  const endpoints = await Promise.all(
    models.map(async ({ folder, pipeline }) => {
      const modelFile = join(folder, pipeline.name, "xgboost.json");
      const there = await access(modelFile).then(
        () => true,
        () => false,
      );
      return there ? [{ name: pipeline.endpoint.name, modelFile }] : [];
    }),
  );
  if (endpoints.flat().length === 0) {
    throw new UsageError(
      `No trained model: ${modelsDir} holds no <name>/xgboost.json for the stub endpoint to serve.`,
    );
  }
  return endpoints.flat();
}
