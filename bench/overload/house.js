// The service and the stub endpoint, each a process of its own.
import { ready, start, stop } from "../http/processes.js";
import { NODE_FLAGS, here } from "../measure.js";

const ENDPOINT = "xgboost-biketrain-v1";
const MODEL = here("../models/bike-rental/xgboost.json");

/**
 * The stub endpoint, once it answers.
 *
 * @param {object[]} faults
 * @param {number} [port] a free one, unless given
 */
export async function startStub(faults, port) {
  const stub = await start({
    command: process.execPath,
    args: [
      here("../dist/cli.js"),
      "stub",
      "--port",
      "PORT",
      "--faults",
      JSON.stringify(faults),
      `${ENDPOINT}=${MODEL}`,
    ],
    port,
  });
  const tally = async () => (await fetch(`${stub.url}/admin/tally`)).json();
  await ready(stub, tally);
  return { ...stub, tally, stop: () => stop(stub.child) };
}

/**
 * The service, once its endpoint has answered it.
 *
 * @param {string} stubUrl
 * @param {string[]} settings `NAME=VALUE`; all others are the defaults, but that readiness takes any answer
 */
export async function startService(stubUrl, settings) {
  const service = await start({
    command: process.execPath,
    args: [...NODE_FLAGS, here("../dist/main.js")],
    variables: {
      HOST: "127.0.0.1",
      MODELS_DIR: here("../models"),
      ENDPOINT_NAME: ENDPOINT,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: stubUrl,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      READINESS: "answer",
      ...Object.fromEntries(settings.map((text) => text.split(/=(.*)/s, 2))),
    },
  });
  await ready(service, async () => {
    const response = await fetch(`${service.url}/readyz`);
    if (!response.ok) throw new Error(`/readyz answers ${response.status}: ${await response.text()}`);
  });
  return { ...service, stop: () => stop(service.child) };
}
