// What somebody writes who puts this one model behind HTTP by hand; Fastify's and Express's rival share it.
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime"; // oxlint-disable-line no-restricted-imports -- a rival calls the SDK itself
import { env } from "node:process";

const integer = (minimum, maximum) => ({ type: "integer", minimum, maximum });
const number = (minimum, maximum) => ({ type: "number", minimum, maximum });

/** JSON Schema of a request's body. */
export const bodySchema = {
  type: "object",
  required: ["instances"],
  properties: {
    instances: {
      type: "array",
      minItems: 1,
      maxItems: 10_000,
      items: {
        type: "object",
        required: ["features"],
        properties: {
          features: {
            type: "array",
            minItems: 9,
            maxItems: 9,
            items: [
              { type: "string", pattern: String.raw`^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$` },
              integer(1, 4),
              integer(0, 1),
              integer(0, 1),
              integer(1, 4),
              number(-40, 60),
              number(-50, 70),
              number(0, 100),
              number(0, 150),
            ],
          },
        },
      },
    },
  },
};

// By its defaults the SDK opens 50 sockets, and calls beyond them wait: more of them, so that it is CPU that is compared.
const sageMaker = new SageMakerRuntimeClient({
  requestHandler: { httpAgent: { keepAlive: true, maxSockets: 1000 } },
});

/** One call a request: CSV, InvokeEndpoint, expm1. */
export async function predict(instances) {
  const command = new InvokeEndpointCommand({
    EndpointName: env["ENDPOINT_NAME"],
    ContentType: "text/csv",
    Accept: "text/csv",
    Body: instances.map(({ features }) => csvOf(features)).join("\n"),
  });
  const { Body } = await sageMaker.send(command);
  const predictions = Body.transformToString().trim().split("\n").map(Number).map(Math.expm1);
  if (predictions.length !== instances.length)
    throw new Error("the endpoint answered another number of rows");
  return predictions;
}

function csvOf([datetime, ...rest]) {
  const date = new Date(`${datetime.replace(" ", "T")}Z`);
  return [
    ...rest,
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    (date.getUTCDay() + 6) % 7,
    date.getUTCHours(),
  ].join(",");
}
