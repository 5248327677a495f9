import { readFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openapiOf, toYaml } from "./commands/openapi.ts";
import { ConfigSchema, allowed, loadConfig } from "./config.ts";
import { catalogue } from "./errors.ts";
import { importReference } from "./import/reference.ts";
import { ModelFileSchema } from "./model/schema.ts";
import { stepReference } from "./step-reference.ts";

/** A committed file that is made from the code, so that the two cannot differ. */
interface GeneratedFile {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

/** Every generated file; `npm run generate` writes them. */
export const GENERATED: readonly GeneratedFile[] = [
  { path: "schemas/model.schema.json", render: modelSchema },
  { path: "docs/configuration.md", render: configuration },
  { path: "docs/problems.md", render: problems },
  { path: "docs/steps.md", render: stepReference },
  { path: "docs/import.md", render: importReference },
  { path: "openapi.yaml", render: async () => toYaml(await openapiOf(loadConfig({}))) },
];

/** Writes every generated file under a root; says which were not as they are now. */
export async function writeGenerated(root: string): Promise<string[]> {
  const drifted = await driftedFiles(root);
  for (const { path, render } of GENERATED) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), await render());
  }
  return drifted;
}

/** The generated files under a root that are missing, or differ from what the code gives. */
export async function driftedFiles(root: string): Promise<string[]> {
  const drifted: string[] = [];
  for (const { path, render } of GENERATED) {
    const committed = await readFile(join(root, path), "utf8").catch(() => undefined);
    if (committed !== (await render())) drifted.push(path);
  }
  return drifted;
}

function modelSchema(): string {
  return `${JSON.stringify(ModelFileSchema, null, 2)}\n`;
}

function configuration(): string {
  const rows = Object.entries(ConfigSchema.properties).map(([name, schema]) => {
    const preset = schema.default === undefined ? "–" : `\`${schema.default}\``;
    return [`\`${name}\``, preset, allowed(name), schema.description];
  });
  return `# Configuration

<!-- Made from src/config.ts by \`npm run generate\`. -->

Every setting is a variable of the environment. An empty variable counts as unset. A wrong value stops the start
with a message that names the variable and what it may be.

${table(["Variable", "Default", "Allowed", "Meaning"], rows)}

## Variables of others

\`ENDPOINT_NAME\` is read by the demo's model file, which holds \`\${ENDPOINT_NAME:-xgboost-biketrain-v1}\`, and
\`CHURN_ENDPOINT_NAME\` by the example's. Any variable may be named so in a model file; one that is unset and has no
default stops the start.

The AWS SDK reads its own variables by itself:

- \`AWS_REGION\`: the region of the endpoint.
- \`AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME\`: another address of the SageMaker runtime, such as the stub's or that of a VPC
  endpoint.
- \`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\`, \`AWS_SESSION_TOKEN\`, \`AWS_PROFILE\`: credentials. A task role on ECS, a
  pod identity on EKS or an instance profile needs none of them, and is the better choice.
`;
}

function problems(): string {
  const rows = Object.entries(catalogue).map(([code, { status, title, retryable, remedy }]) => [
    `<a id="${code}"></a>\`${code}\``,
    String(status),
    title,
    retryable ? "yes" : "no",
    remedy,
  ]);
  return `# Problems

<!-- Made from src/errors.ts by \`npm run generate\`. -->

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem of the media type
\`application/problem+json\`. Its \`code\` is stable: branch on it, and never on the texts. "Retry" says whether the very
same request may succeed later.

${table(["Code", "Status", "Title", "Retry", "What to do"], rows)}
`;
}

type Cells = readonly (string | undefined)[];

function table(head: Cells, rows: readonly Cells[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
