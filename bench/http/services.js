// What is measured: Skewless, and what else one could put before an endpoint.
import { existsSync } from "node:fs";
import { env } from "node:process";
import { NODE_FLAGS, here, run } from "../measure.js";

/**
 * @typedef {object} Service
 * @property {string} name short, for `--only`
 * @property {string} title
 * @property {number} [constant] what it predicts without asking the endpoint
 * @property {{ command: string, args: string[], variables: object }} program
 */

/** In the order of the tables, and of their turns. */
export const SERVICE_NAMES = [
  "bare",
  "bare-telling",
  "skewless",
  "fastify-sdk",
  "express-sdk",
  "fastapi-boto3",
];

/**
 * The services that this machine can run, and why it cannot run the others.
 *
 * @param {string} endpointUrl
 * @param {string[]} settings of Skewless, `NAME=VALUE`
 * @returns {Promise<{ services: Service[], leftOut: string[], versions: string[] }>}
 */
export async function services(endpointUrl, settings = []) {
  const variables = {
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpointUrl,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ENDPOINT_NAME: "bench",
  };
  const node = (script, more = {}) => ({
    command: process.execPath,
    args: [...NODE_FLAGS, here(script)],
    variables: { ...variables, ...more },
  });
  const skewless = {
    name: "skewless",
    title: "Skewless",
    // All settings are the defaults, but that the endpoint's answers are not those of the model's golden rows.
    program: node("../dist/main.js", {
      HOST: "127.0.0.1",
      MODELS_DIR: here("../models"),
      READINESS: "answer",
      ...Object.fromEntries(settings.map((text) => text.split(/=(.*)/s, 2))),
    }),
  };
  const python = await pythonRival();
  return {
    services: [
      {
        name: "bare",
        title: "bare Fastify route, no endpoint",
        constant: 571.092597122044,
        program: node("rivals/bare.js"),
      },
      {
        name: "bare-telling",
        title: "bare route with log and headers",
        constant: 571.092597122044,
        program: node("rivals/bare.js", { TELL: "1" }),
      },
      skewless,
      {
        name: "fastify-sdk",
        title: "Fastify + one SDK call a request",
        program: node("rivals/fastify-sdk.js"),
      },
      {
        name: "express-sdk",
        title: "Express + one SDK call a request",
        program: node("rivals/express-sdk.js"),
      },
      ...(python.command === undefined
        ? []
        : [
            {
              name: "fastapi-boto3",
              title: "FastAPI + boto3",
              program: { command: python.command, args: [here("rivals/fastapi_boto3.py")], variables },
            },
          ]),
    ],
    leftOut: python.command === undefined ? [`FastAPI + boto3: ${python.reason}`] : [],
    versions: python.command === undefined ? [] : [python.versions],
  };
}

const PROBE = `import boto3, fastapi, platform, pydantic, uvicorn
print("Python " + platform.python_version(), *[m.__name__ + " " + m.__version__ for m in (fastapi, uvicorn, pydantic, boto3)], sep=", ")`;

async function pythonRival() {
  const command = env["SKEWLESS_BENCH_PYTHON"] || env["SKEWLESS_PYTHON"];
  const how =
    "set SKEWLESS_BENCH_PYTHON to a Python with fastapi, uvicorn[standard] and boto3 to have it measured";
  if (!command) return { reason: how };
  if (command.includes("/") && !existsSync(command)) return { reason: `${command} is not there; ${how}` };
  try {
    return { command, versions: (await run(command, ["-c", PROBE])).printed.trim() };
  } catch (error) {
    return { reason: `${command}: ${error.message.trim().split("\n").at(-1)}; ${how}` };
  }
}
