import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  onRequestHookHandler,
} from "fastify";
import { Problem } from "../errors.ts";
import { type Facts, type Wishes, createEnding } from "../predictor.ts";
import { setAnswerHeaders } from "./answer-headers.ts";
import type { AppOptions, ServedModel } from "./app.ts";
import { lenientBody, readLeniently } from "./lenient.ts";
import { unknownModel } from "./models.ts";
import { pointAsSent } from "./places.ts";
import { pascalCase, predictSchema } from "./predict-schema.ts";
import { logRowProblems } from "./problems.ts";
import { readWishes } from "./request-headers.ts";

/**
 * `POST /models/{name}/predict` of each model, and `POST /predict` of the default one.
 *
 * @param shed refuses a request that must not be taken now
 */
export function registerPredict(app: FastifyInstance, options: AppOptions, shed: onRequestHookHandler): void {
  const { models, defaultModel } = options;
  const names = models.map((model) => model.pipeline.name);
  for (const model of models) {
    const { name } = model.pipeline;
    const schema = predictSchema(app, model, options);
    const operation = `predict${pascalCase(name)}`;
    if (name === defaultModel) addRoute(app, "/predict", model, { ...schema, operationId: "predict" }, shed);
    addRoute(app, `/models/${name}/predict`, model, { ...schema, operationId: operation }, shed);
  }
  if (defaultModel === undefined) {
    refuse(app, "/predict", () => {
      const paths = names.map((name) => `/models/${name}/predict`).join(", ");
      throw new Problem(
        "model-not-found",
        `Several models are served and DEFAULT_MODEL is not set; post to ${paths}.`,
      );
    });
  }
  refuse(app, "/models/:name/predict", (request) =>
    unknownModel((request.params as { name: string }).name, names),
  );
}

/** A route that fails before it reads the body: it does not matter what that holds. */
function refuse(app: FastifyInstance, url: string, fail: (request: FastifyRequest) => never): void {
  const handler = async (request: FastifyRequest) => fail(request);
  app.route({ method: "POST", url, schema: { hide: true }, onRequest: handler, handler });
}

function addRoute(
  app: FastifyInstance,
  url: string,
  model: ServedModel,
  schema: FastifySchema,
  shed: onRequestHookHandler,
): void {
  const answer = answerWith(model);
  app.post(
    url,
    {
      schema,
      onRequest: shed,
      // The pipeline reads the body: it knows the calendar, names every offending field, and gives rows. The schema
      // above is its published form; a test holds the two together. Headers are read by `readWishes`.
      validatorCompiler: () => () => true,
      // Predictions are finite and have been checked; nothing is left for a serializer to look after.
      serializerCompiler: () => JSON.stringify,
    },
    (request, reply) => answer(request, reply),
  );
}

function answerWith({ pipeline, predict }: ServedModel) {
  const { name } = pipeline;
  const inputs = pipeline.inputs.map(({ spec }) => spec.name);

  /** All predictions, or none. */
  const answer = async (request: FastifyRequest, reply: FastifyReply, wishes: Wishes) => {
    const rows = pipeline.readInstances(request.body);
    request.facts = logged(name, rows.length);
    try {
      const { predictions, facts } = await predict(rows, wishes);
      request.facts = logged(name, rows.length, facts);
      setAnswerHeaders(reply, facts);
      return { predictions };
    } catch (error) {
      throw pointAsSent(error, request.body, inputs);
    }
  };

  /** The predictions that there are, and why not the others. */
  const answerLeniently = async (request: FastifyRequest, reply: FastifyReply, wishes: Wishes) => {
    const { rows, places, errors, count } = readLeniently(request.body, pipeline.readInstances);
    request.facts = logged(name, count);
    const { predictions, faults, facts } = await predict(rows, wishes);
    const rowsAtFault = count - rows.length + faults.size;
    request.facts = { ...logged(name, count, facts), rowsAtFault } satisfies Logged;
    logRowProblems(faults.values(), request.log);
    setAnswerHeaders(reply, facts);
    reply.header("preference-applied", "handling=lenient");
    return lenientBody(predictions, faults, places, errors, count);
  };

  return (request: FastifyRequest, reply: FastifyReply) => {
    if (request.body === undefined) throw noBody();
    const signal = (request.gone = createEnding());
    const wishes = readWishes(request.headers, pipeline.endpoint, signal);
    // What is known by now, should it fail.
    request.facts = logged(name, 0);
    return wishes.lenient === true ? answerLeniently(request, reply, wishes) : answer(request, reply, wishes);
  };
}

/** What the log has of a prediction: no attributes, which may be the caller's own matter. */
interface Logged extends Pick<Facts, "invokedVariant" | "cacheHits"> {
  readonly model: string;
  readonly rows: number;
  readonly attempts?: number | undefined;
  readonly endpointRequestId?: string | undefined;
  /** Of the call or calls that carried the rows, as `Facts` has them; flat, as an object takes pino much longer. */
  readonly batchRows?: number | undefined;
  readonly batchCalls?: number | undefined;
  readonly waitedMs?: number | undefined;
  readonly rowsAtFault?: number;
}

function logged(model: string, rows: number, facts?: Facts): Logged {
  if (facts === undefined) return { model, rows };
  const { invokedVariant, requestId: endpointRequestId, attempts, batch, cacheHits } = facts;
  return {
    model,
    rows,
    invokedVariant,
    endpointRequestId,
    attempts,
    batchRows: batch?.rows,
    batchCalls: batch?.calls,
    waitedMs: batch?.waitedMs,
    cacheHits,
  };
}

function noBody(): Problem {
  return new Problem("malformed-json", 'The request has no body; send {"instances": [{"features": […]}]}.');
}
