/** How the routes that predict are described. */

import { Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifySchema } from "fastify";
import { requestExamples, requestSchema } from "../model/request-schema.ts";
import { predictionSchema, predictionTitle } from "../model/target/prediction-schema.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { AppOptions, ServedModel } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { requestHeadersSchema } from "./request-headers.ts";

/** `bike-rental` → `BikeRental`: a name that generated clients can keep. */
export function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z\d])/g, (_, first: string) => first.toUpperCase());
}

/** Describes the routes of a model. What is sent and answered becomes a named schema of the description. */
export function predictSchema(
  app: FastifyInstance,
  { pipeline, golden }: ServedModel,
  { maxInstances }: AppOptions,
): FastifySchema {
  const { name, target, description } = pipeline;
  const title = pascalCase(name);
  const { positional, named } = requestExamples(pipeline, golden[0]?.features);
  app.addSchema({ $id: `${title}Request`, ...requestSchema(pipeline, maxInstances) });
  app.addSchema(
    Type.Object(
      {
        predictions: Type.Array(Type.Unsafe(predictionSchema(target)), {
          description: `${predictionTitle(target)}, one an instance, in order.`,
        }),
      },
      {
        $id: `${title}Predictions`,
        ...(golden[0] === undefined ? {} : { examples: [{ predictions: [golden[0].prediction] }] }),
      },
    ),
  );
  app.addSchema(
    Type.Object(
      {
        predictions: Type.Array(Type.Unsafe({ anyOf: [predictionSchema(target), { type: "null" }] }), {
          description: "One an instance, in order; null where `errors` says why.",
        }),
        errors: Type.Array(
          Type.Object({
            pointer: Type.String({ description: "RFC 6901 JSON pointer to the instance, or to its field." }),
            code: Type.String({ description: "Stable; what clients branch on." }),
            detail: Type.String({ description: "What is wrong there." }),
          }),
        ),
      },
      { $id: `${title}PartialPredictions`, description: "What `Prefer: handling=lenient` gives." },
    ),
  );
  return {
    tags: ["predict"],
    summary: `Predict ${target.name} by the model ${name}`,
    ...(description === undefined ? {} : { description }),
    headers: requestHeadersSchema,
    body: { $ref: `${title}Request#` },
    "x-examples": {
      positional: { summary: "Values in the order of the inputs", value: positional },
      named: { summary: "Values by name", value: named },
    },
    response: {
      200: {
        description: "One prediction an instance, in order.",
        headers: answerHeaders,
        content: {
          "application/json": {
            schema: { anyOf: [{ $ref: `${title}Predictions#` }, { $ref: `${title}PartialPredictions#` }] },
          },
        },
      },
      ...problemResponses(
        "malformed-json",
        "body-too-large",
        "endpoint-payload-too-large",
        "unsupported-media-type",
        "invalid-header",
        "invalid-request",
        "overloaded",
        "endpoint-not-found",
        "endpoint-access-denied",
        "endpoint-credentials",
        "endpoint-refused-rows",
        "endpoint-model-failed",
        "endpoint-failed",
        "endpoint-bad-answer",
        "endpoint-overloaded",
        "endpoint-throttled",
        "endpoint-not-ready",
        "endpoint-unavailable",
        "endpoint-unreachable",
        "endpoint-circuit-open",
        "deadline-exceeded",
        "endpoint-model-timeout",
      ),
    },
  } as FastifySchema;
}
