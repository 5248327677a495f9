/** Every block of the README is run, or held against what it claims to be. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { checkModelFile } from "../src/model/model-file.ts";
import { needs } from "./needs.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..");
const readme = await readFile(join(root, "README.md"), "utf8");
const packageJson = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!.trim(),
  }));
const blocks = blocksOf(readme);
const shell = blocks.filter((block) => block.language === "sh").map((block) => block.text);

const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);

let port = 0;
let demo: ChildProcess;
let output = "";

beforeAll(async () => {
  port = await freePort();
  demo = spawn(process.execPath, ["dist/cli.js", "serve", "--demo"], {
    cwd: root,
    env: { ...withoutAws(), PORT: String(port), HOST: "127.0.0.1" },
  });
  demo.stdout!.setEncoding("utf8");
  for await (const line of createInterface({ input: demo.stdout! })) {
    output += `${line}\n`;
    if (line.includes("/docs")) break;
  }
});

afterAll(async () => {
  demo.kill("SIGTERM");
  if (demo.exitCode === null) await once(demo, "exit");
});

test("every shell block of the README is one that a test here runs or accounts for", () => {
  const known = [
    /^npm ci && npm start$/,
    /^npm ci && npm test$/,
    /^docker compose up$/,
    CURL,
    PRODUCTION,
    TRANSFORM,
  ];
  expect(shell.filter((text) => !known.some((pattern) => pattern.test(text)))).toEqual([]);
  expect(shell).toHaveLength(8);
});

const CURL = /^curl http:\/\/localhost:8080\//;
const PRODUCTION = /^AWS_REGION=eu-west-1 ENDPOINT_NAME=my-endpoint node dist\/main\.js$/;
const TRANSFORM = /^npx skewless transform models\/bike-rental\.yaml raw\.csv -o train\.csv$/;

test("npm start builds and serves the demo, and npm test builds first", () => {
  expect(packageJson.scripts).toMatchObject({
    prestart: "npm run build",
    start: "node dist/cli.js serve --demo",
    pretest: "npm run build",
  });
  expect(output).toContain("embedded stub endpoint");
});

needs("curl", hasCurl)("each curl call of the README answers what stands below it", async () => {
  expect(await answered(blocks)).toBe(3);
});

needs("curl", hasCurl)("so does that of docs/engine.md", async () => {
  expect(await answered(blocksOf(await readFile(join(root, "docs/engine.md"), "utf8")))).toBe(1);
});

/** Makes each curl call, and holds the answer against the block below; `…` stands for any text. Returns how many. */
async function answered(all: readonly Block[]): Promise<number> {
  const calls = all.flatMap((block, i) => (CURL.test(block.text) ? [[block.text, all[i + 1]!.text]] : []));
  for (const [call, expected] of calls as [string, string][]) {
    const { stdout } = await run("bash", ["-c", call.replace("localhost:8080", `127.0.0.1:${port}`)]);
    const anyText = (_key: string, value: unknown) =>
      value === "…" ? (expect.any(String) as unknown) : value;
    expect(JSON.parse(stdout)).toEqual(JSON.parse(expected, anyText));
  }
  return calls.length;
}

test("the production line starts a service that calls the region and the endpoint it names", async () => {
  const line = shell.find((text) => PRODUCTION.test(text))!;
  const words = line.split(" ");
  const settings = Object.fromEntries(
    words.filter((word) => word.includes("=")).map((word) => word.split("=")),
  );
  const service = spawn(process.execPath, ["dist/main.js"], {
    cwd: root,
    env: { ...withoutAws(), ...settings, PORT: "0", HOST: "127.0.0.1", READINESS: "off" },
  });
  let serving: { endpoint?: unknown } = {};
  for await (const text of createInterface({ input: service.stdout })) {
    serving = JSON.parse(text) as typeof serving;
    if (serving.endpoint !== undefined) break;
  }
  service.kill("SIGTERM");
  const [code] = (await once(service, "exit")) as [number];
  expect(serving.endpoint).toEqual({
    region: "eu-west-1",
    url: "https://runtime.sagemaker.eu-west-1.amazonaws.com",
  });
  expect(code).toBe(0);
});

test("the transform line writes a training set from raw rows", async () => {
  const folder = await mkdtemp(join(tmpdir(), "readme-"));
  try {
    const raw =
      "datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,casual,registered,count\n" +
      "2011-01-01 00:00:00,1,0,0,1,9.84,14.395,81,0,3,13,16\n";
    await writeFile(join(folder, "raw.csv"), raw);
    const line = shell.find((text) => TRANSFORM.test(text))!;
    const here = line.replace(" raw.csv", ` ${folder}/raw.csv`).replace(" train.csv", ` ${folder}/train.csv`);
    await run("bash", ["-c", here], { cwd: root });
    expect(await readFile(join(folder, "train.csv"), "utf8")).toBe(
      "2.833213344056216,1,0,0,1,9.84,14.395,81,0,2011,1,1,5,0\n",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the model file in the README is a valid one", () => {
  const yaml = blocks.find((block) => block.language === "yaml");
  const document = parse(
    yaml!.text.replace("${ENDPOINT_NAME:-xgboost-biketrain-v1}", "some-endpoint"),
  ) as unknown;
  expect(checkModelFile(document)).toHaveProperty("file.name", "bike-rental");
});

test("the README's tables list the commands and the routes that there are", async () => {
  const rows = [...readme.matchAll(/^\| `(.+?)` \|/gm)].map((match) => match[1]!);
  const listed = readme.matchAll(/^\| (`.+`) \|/gm);
  const cells = [...listed].flatMap((match) => match[1]!.split(", ").map((cell) => cell.replaceAll("`", "")));
  const { stdout: help } = await run(process.execPath, ["dist/cli.js", "--help"], { cwd: root });
  const commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((match) => match[1]!);
  expect(rows.filter((row) => /^[a-z]+$/.test(row)).toSorted()).toEqual(commands.toSorted());
  const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  const routes = Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .map((route) => route.replace(/\/models\/[a-z-]+\//, "/models/{name}/"));
  const hidden = ["GET /docs", "GET /openapi.json"];
  expect(cells.filter((cell) => /^[A-Z]+ \//.test(cell)).toSorted()).toEqual(
    [...new Set([...routes, ...hidden])].toSorted(),
  );
});

test("every file that the README links to is there", async () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]!);
  expect(links.length).toBeGreaterThan(8);
  for (const link of links) await expect(access(join(root, link)), link).resolves.toBeUndefined();
});

function withoutAws(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|ENDPOINT_NAME|MODELS_DIR|PORT|LOG_LEVEL)/.test(name),
  );
  return Object.fromEntries(kept);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
