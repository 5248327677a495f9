import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { Problem } from "../errors.ts";
import { didYouMean } from "../model/suggest.ts";
import type { NumberSpec, TargetSpec } from "../model/target/spec.ts";
import type { AppOptions, ServedModel } from "./app.ts";
import { FittedSchema } from "./fitted.ts";
import { problemResponses } from "./problems.ts";

const Summary = {
  name: Type.String(),
  version: Type.String(),
  description: Type.Optional(Type.String()),
  default: Type.Boolean({ description: "Whether POST /predict is this model's." }),
  predict: Type.String({ description: "Where to post instances." }),
};

const ModelList = Type.Object({ models: Type.Array(Type.Object(Summary)) });

const open = { additionalProperties: true } as const;

const ModelDescription = Type.Object({
  ...Summary,
  inputs: Type.Array(Type.Object({ name: Type.String(), type: Type.String() }, open), {
    description: "What a client sends, in the order of a positional row.",
  }),
  features: Type.Array(
    Type.Object({
      name: Type.String(),
      from: Type.Array(Type.String(), { description: "Names of the inputs." }),
      steps: Type.Array(Type.Object({}, open)),
    }),
    { description: "What the endpoint gets, in the order of its CSV." },
  ),
  columns: Type.Array(Type.String(), { description: "Names of the CSV's columns." }),
  content_type: Type.String({ description: "The format in which the endpoint gets its rows." }),
  accept: Type.String({ description: "The format in which the endpoint is asked to answer." }),
  target: Type.Object({ name: Type.String(), type: Type.String() }, open),
  fitted: Type.Optional(FittedSchema),
  golden: Type.Array(Type.Object({}, open), {
    description: "Rows with the CSV and the prediction that they must give.",
  }),
});

/** `GET /models` and `GET /models/{name}`: what is served, and from what to what each model goes. */
export function registerModels(app: FastifyInstance, { models, defaultModel }: AppOptions): void {
  const summaries = models.map((model) => summaryOf(model, defaultModel));
  const descriptions = new Map(
    models.map((model, i) => [model.pipeline.name, { ...summaries[i], ...parts(model) }]),
  );
  app.get(
    "/models",
    {
      schema: {
        tags: ["models"],
        operationId: "listModels",
        summary: "The models served here",
        response: { 200: { description: "All of them.", ...ModelList }, ...problemResponses() },
      },
    },
    async () => ({ models: summaries }),
  );
  app.get<{ Params: { name: string } }>(
    "/models/:name",
    {
      schema: {
        tags: ["models"],
        operationId: "getModel",
        summary: "A model's inputs, features, target, training data and golden rows",
        params: Type.Object({ name: Type.String({ examples: [...descriptions.keys()].slice(0, 1) }) }),
        response: {
          200: { description: "The model.", ...ModelDescription },
          ...problemResponses("model-not-found"),
        },
      },
    },
    async ({ params: { name } }) => descriptions.get(name) ?? unknownModel(name, descriptions.keys()),
  );
}

/** Throws the problem of a model that is not there. */
export function unknownModel(name: string, known: Iterable<string>): never {
  const names = [...known];
  const hint = didYouMean(name, names) || `; there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}.`;
  throw new Problem("model-not-found", `There is no model "${name.slice(0, 64)}"${hint}`);
}

function summaryOf({ pipeline }: ServedModel, defaultModel: string | undefined) {
  const { name, version, description } = pipeline;
  return {
    name,
    version,
    ...(description === undefined ? {} : { description }),
    default: name === defaultModel,
    predict: `/models/${name}/predict`,
  };
}

function parts({ pipeline, golden, fitted }: ServedModel) {
  return {
    inputs: pipeline.inputs.map((input) => input.spec),
    features: pipeline.features.map(({ name, from, steps }) => ({
      name,
      from,
      steps: steps.map((step) => ({ [step.name]: step.parameters })),
    })),
    columns: pipeline.columns,
    content_type: pipeline.format.contentType,
    accept: pipeline.format.accept,
    target: targetOf(pipeline.target),
    ...(fitted === undefined ? {} : { fitted }),
    golden,
  };
}

/** The target as the model file has it, a transform without parameters as its name. */
function targetOf(target: TargetSpec): object {
  if (target.type === "regression") return asWritten(target);
  return target.type === "multi_output" ? { ...target, outputs: target.outputs.map(asWritten) } : target;
}

function asWritten(number: NumberSpec): object {
  const { name, parameters } = number.transform;
  const plain = Object.keys(parameters as object).length === 0;
  return { ...number, transform: plain ? name : { [name]: parameters } };
}
