import { stringify } from "yaml";
import { type Config, loadConfig } from "../config.ts";
import { filesOfModel, modelFilesOf } from "../registry.ts";
import { describeApp } from "../service.ts";
import { keepApart } from "./apart.ts";
import type { Command } from "./command.ts";
import { openOutput } from "./output.ts";

/** `skewless openapi`: the description at /openapi.json, without a service. */
export const openapi: Command = {
  summary: "Write the OpenAPI 3.1 description of the service",
  usage: "",
  positionals: { min: 0, max: 0 },
  options: {
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "Where to; .json gives JSON. Default: YAML on stdout, as - does.",
    },
    models: {
      type: "string",
      value: "DIR",
      description: "Folder of the model files, or several as DIR,DIR. Default $MODELS_DIR, else models.",
    },
  },
  help: `The routes, schemas and examples follow from the model files in DIR.

Examples:
  npx skewless openapi
  npx skewless openapi -o openapi.yaml`,
  run: async ({ values }, io) => {
    const models = values["models"];
    const config = loadConfig({ ...io.env, ...(models === undefined ? {} : { MODELS_DIR: String(models) }) });
    const path = String(values["output"] ?? "-");
    const reads = (await modelFilesOf(config.modelsDir)).flatMap(filesOfModel);
    await keepApart([{ path, option: "--output" }], reads, io);
    const description = await openapiOf(config);
    const text = path.endsWith(".json") ? `${JSON.stringify(description, null, 2)}\n` : toYaml(description);
    const output = await openOutput(path, io);
    try {
      await output.write(text);
      await output.commit();
    } finally {
      await output.discard();
    }
    return 0;
  },
};

/** The description as the service would answer it. */
export async function openapiOf(config: Config): Promise<object> {
  const app = await describeApp(config);
  try {
    await app.ready();
    return app.swagger();
  } finally {
    await app.close();
  }
}

/** YAML without aliases and folds, so that a diff shows what changed. */
export function toYaml(description: object): string {
  return stringify(description, { aliasDuplicateObjects: false, lineWidth: 0 });
}
