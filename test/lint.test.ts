import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/**
 * The import rules of the house, tried with the real linter and its real configuration on a copy of the layout: each
 * file below imports one thing. A rule that cannot fail protects nothing.
 */

const MODEL = "model/ imports itself and errors.ts.";
const MODEL_PURE = "model/ is pure: no I/O, no web, no AWS.";
const ENDPOINT = "endpoint/ imports itself and errors.ts.";
const ENDPOINT_HTTP = "endpoint/ never sees an HTTP request.";
const STUB = "stub/ and the rest never import each other: two readings of one contract.";
const STUB_OWN = "The stub is its own reading of the wire.";
const HTTP = "http/ gets its collaborators as plugin options.";
const AWS = "Only endpoint/sagemaker.ts imports the AWS SDK.";
const STARTS_STUB =
  "stub/ and the rest never import each other; commands/serve.ts and commands/stub.ts start it.";
const JOINS = "predictor.ts alone joins a model and an endpoint; service.ts opens the endpoint for it.";
const MAIN = "Nothing imports main.ts or cli.ts.";

const SDK = "@aws-sdk/client-sagemaker-runtime";

/** Importing file, what it imports, and the message that must come. */
const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ["src/model/a.ts", "../endpoint/invoke.ts", MODEL],
  ["src/model/a.ts", "../stub/server.ts", MODEL],
  ["src/model/a.ts", "../http/app.ts", MODEL],
  ["src/model/a.ts", "../config.ts", MODEL],
  ["src/model/a.ts", "../predictor.ts", MODEL],
  ["src/model/a.ts", "../registry.ts", MODEL],
  ["src/model/a.ts", "../main.ts", MODEL],
  ["src/model/deep/a.ts", "../../config.ts", MODEL],
  ["src/model/a.ts", "node:fs", MODEL_PURE],
  ["src/model/a.ts", "node:fs/promises", MODEL_PURE],
  ["src/model/a.ts", "node:process", MODEL_PURE],
  ["src/model/a.ts", "fastify", MODEL_PURE],
  ["src/model/a.ts", "@fastify/swagger", MODEL_PURE],
  ["src/model/a.ts", "pino", MODEL_PURE],
  ["src/model/a.ts", SDK, MODEL_PURE],
  ["src/endpoint/a.ts", "../model/pipeline.ts", ENDPOINT],
  ["src/endpoint/a.ts", "../http/app.ts", ENDPOINT],
  ["src/endpoint/a.ts", "../stub/server.ts", ENDPOINT],
  ["src/endpoint/a.ts", "../config.ts", ENDPOINT],
  ["src/endpoint/a.ts", "../cli.ts", ENDPOINT],
  ["src/endpoint/a.ts", "fastify", ENDPOINT_HTTP],
  ["src/endpoint/a.ts", "@fastify/cors", ENDPOINT_HTTP],
  ["src/endpoint/a.ts", SDK, AWS],
  ["src/endpoint/sagemaker.ts", "../model/pipeline.ts", ENDPOINT],
  ["src/endpoint/sagemaker.ts", "fastify", ENDPOINT_HTTP],
  ["src/stub/a.ts", "../errors.ts", STUB],
  ["src/stub/deep/a.ts", "../../errors.ts", STUB],
  ["src/stub/deep/a.ts", SDK, STUB_OWN],
  ["src/stub/a.ts", "../endpoint/invoke.ts", STUB],
  ["src/stub/a.ts", "../model/pipeline.ts", STUB],
  ["src/stub/a.ts", "../main.ts", STUB],
  ["src/stub/a.ts", SDK, STUB_OWN],
  ["src/stub/a.ts", "fastify", STUB_OWN],
  ["src/http/a.ts", "../endpoint/invoke.ts", HTTP],
  ["src/http/a.ts", "../stub/server.ts", HTTP],
  ["src/http/a.ts", "../config.ts", HTTP],
  ["src/http/a.ts", "../registry.ts", HTTP],
  ["src/http/a.ts", "../main.ts", HTTP],
  ["src/http/a.ts", "../cli.ts", HTTP],
  ["src/http/a.ts", SDK, AWS],
  ["src/predictor.ts", SDK, AWS],
  ["src/registry.ts", SDK, AWS],
  ["src/index.ts", "./main.ts", MAIN],
  ["src/registry.ts", "./cli.ts", MAIN],
  ["src/registry.ts", "./stub/server.ts", STARTS_STUB],
  ["src/service.ts", "./stub/server.ts", STARTS_STUB],
  ["src/commands/predict.ts", "../stub/server.ts", STARTS_STUB],
  ["src/registry.ts", "./endpoint/invoke.ts", JOINS],
  ["src/commands/serve.ts", "../endpoint/sagemaker.ts", JOINS],
];

/** Importing file, and what it may import. */
const ALLOWED: readonly (readonly [string, string])[] = [
  ["src/predictor.ts", "./endpoint/invoke.ts"],
  ["src/service.ts", "./endpoint/sagemaker.ts"],
  ["src/commands/serve.ts", "../stub/server.ts"],
  ["src/commands/stub.ts", "../stub/server.ts"],
  ["src/model/a.ts", "./pipeline.ts"],
  ["src/model/a.ts", "../errors.ts"],
  ["src/model/a.ts", "@sinclair/typebox"],
  ["src/endpoint/a.ts", "./invoke.ts"],
  ["src/endpoint/a.ts", "../errors.ts"],
  ["src/endpoint/sagemaker.ts", SDK],
  ["src/endpoint/sagemaker.ts", "./invoke.ts"],
  ["src/endpoint/sagemaker.ts", "../errors.ts"],
  ["src/stub/a.ts", "./server.ts"],
  ["src/stub/a.ts", "node:http"],
  ["src/predictor.ts", "./model/pipeline.ts"],
  ["src/predictor.ts", "./endpoint/invoke.ts"],
  ["src/http/a.ts", "../errors.ts"],
  ["src/http/a.ts", "../predictor.ts"],
  ["src/http/a.ts", "../model/request-schema.ts"],
  ["src/http/a.ts", "fastify"],
  ["src/registry.ts", "./model/pipeline.ts"],
  ["src/main.ts", "./config.ts"],
  ["test/a.test.ts", "../src/main.ts"],
  ["test/a.test.ts", SDK],
];

interface Diagnostic {
  readonly filename: string;
  readonly code: string;
  readonly help: string;
}

const IMPORTS = "eslint(no-restricted-imports)";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "skewless-lint-"));
});
afterAll(() => rm(root, { recursive: true }));

/** Writes each text as a file of a house of its own, lints them all; gives each one's diagnostics. */
async function lint(sources: readonly { file: string; text: string }[]): Promise<Diagnostic[][]> {
  const street = await mkdtemp(join(root, "street-"));
  for (const [i, { file, text }] of sources.entries()) {
    await mkdir(dirname(join(street, String(i), file)), { recursive: true });
    await cp(".oxlintrc.json", join(street, String(i), ".oxlintrc.json"));
    await writeFile(join(street, String(i), file), text);
  }
  // Its exit code says that it found something, which is what is wanted here: so it is not looked at.
  const options = { cwd: street, encoding: "utf8", maxBuffer: 1e8 } as const;
  const { stdout } = spawnSync(process.execPath, [OXLINT, "-f", "json", "."], options);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  return sources.map(({ file }, i) => diagnostics.filter(({ filename }) => filename === `${i}/${file}`));
}

const OXLINT = join(import.meta.dirname, "../node_modules/oxlint/bin/oxlint");

const importing = (file: string, from: string) => ({
  file,
  text: `import * as thing from "${from}";\n\nexport const it = thing;\n`,
});

const messages = (diagnostics: readonly Diagnostic[], code: string) =>
  diagnostics.filter((diagnostic) => diagnostic.code === code).map(({ help }) => help);

test("each import that the house forbids is an error that says why", async () => {
  const found = await lint(FORBIDDEN.map(([file, from]) => importing(file, from)));
  const seen = FORBIDDEN.map(([file, from], i) => [file, from, ...messages(found[i]!, IMPORTS)]);
  expect(seen).toEqual(FORBIDDEN);
});

test("each import that the house allows passes", async () => {
  const found = await lint(ALLOWED.map(([file, from]) => importing(file, from)));
  const seen = ALLOWED.map(([file, from], i) => [file, from, ...messages(found[i]!, IMPORTS)]);
  expect(seen).toEqual(ALLOWED);
});

test("an import is found in every form that it may take", async () => {
  const forms = [
    'import "../config.ts";',
    'import { loadConfig } from "../config.ts";\nexport const it = loadConfig;',
    'import type { Config } from "../config.ts";\nexport type It = Config;',
    'export * from "../config.ts";',
    'export { loadConfig } from "../config.ts";',
    'export const it = import("../config.ts");',
  ];
  const found = await lint(forms.map((text) => ({ file: "src/model/a.ts", text })));
  expect(found.map((diagnostics) => messages(diagnostics, IMPORTS))).toEqual(forms.map(() => [MODEL]));
});

test("a module of Node is named as one, so that no rule overlooks it", async () => {
  const found = await lint([importing("src/model/a.ts", "fs")]);
  expect(messages(found[0]!, "unicorn(prefer-node-protocol)")).toHaveLength(1);
});

test("process.env is for environment.ts alone, in all of src", async () => {
  const text = 'export const home = process.env["HOME"];\n';
  const forbidden = [
    "src/main.ts",
    "src/config.ts",
    "src/model/a.ts",
    "src/endpoint/a.ts",
    "src/http/a.ts",
    "src/stub/a.ts",
  ];
  const allowed = ["src/environment.ts", "test/a.test.ts"];
  const found = await lint([...forbidden, ...allowed].map((file) => ({ file, text })));
  const counts = found.map((diagnostics) => messages(diagnostics, "node(no-process-env)").length);
  expect(counts).toEqual([...forbidden.map(() => 1), ...allowed.map(() => 0)]);
});
