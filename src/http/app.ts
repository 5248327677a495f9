import { randomUUID } from "node:crypto";
import { type FastifyBaseLogger, type FastifyInstance, LogController, fastify } from "fastify";
import { Problem } from "../errors.ts";
import type { FittedOn } from "../fitted-file.ts";
import type { GoldenRow } from "../model/golden.ts";
import type { Pipeline } from "../model/pipeline.ts";
import type { Predict } from "../predictor.ts";
import { registerCatalogue } from "./catalogue.ts";
import { followRequests } from "./follow-requests.ts";
import { registerHealth } from "./health.ts";
import { registerJsonBody } from "./json-body.ts";
import { watchMethods } from "./methods.ts";
import { registerModels } from "./models.ts";
import { registerDescription, registerOpenapi } from "./openapi.ts";
import { registerPredict } from "./predict.ts";
import { watchPressure } from "./pressure.ts";
import { answerClientError, registerProblems } from "./problems.ts";

/** A model as the routes know it. */
export interface ServedModel {
  readonly pipeline: Pipeline;
  readonly golden: readonly GoldenRow[];
  /** Absent where the model is not fitted. */
  readonly fitted?: FittedOn;
  readonly predict: Predict;
}

/** Where each model stands on its way to being ready, for /readyz. */
export interface ModelCheck {
  readonly model: string;
  readonly state: "waiting" | "ready" | "failing" | "unchecked";
  /** Why it is failing, or what was not checked. */
  readonly detail?: string;
}

export interface AppOptions {
  readonly version: string;
  readonly models: readonly ServedModel[];
  /** Name of the model behind POST /predict; undefined: there is no such route. */
  readonly defaultModel: string | undefined;
  readonly checks: () => readonly ModelCheck[];
  readonly maxBodyBytes: number;
  readonly maxInstances: number;
  /** Time that a request may take to arrive, its body included. */
  readonly receiveTimeoutMs: number;
  /** How late the event loop may be before predictions are shed, in milliseconds. */
  readonly maxEventLoopDelayMs: number;
  readonly logger?: FastifyBaseLogger | undefined;
}

/** The HTTP application: every plugin and route, in order. It does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: options.logger }),
    bodyLimit: options.maxBodyBytes,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    requestIdHeader: false,
    genReqId: (request) => requestId(request.headers["x-request-id"]),
    // Load balancers reuse a connection for up to 60 s; close it first on our side and a request is lost.
    keepAliveTimeout: 72_000,
    requestTimeout: options.receiveTimeoutMs,
    http: {
      // Node takes the longer of the two for both, and looks every 30 s unless told.
      headersTimeout: Math.min(10_000, options.receiveTimeoutMs),
      connectionsCheckingInterval: Math.min(1000, options.receiveTimeoutMs),
      // What Node would refuse by itself, with no body, is refused by `refuseWithoutHost`.
      requireHostHeader: false,
    },
    // Any name that fits a URL may be asked for, and is told that there is no such model.
    routerOptions: { maxParamLength: 16_384 },
    // Requests on kept-alive connections are still answered while in-flight ones finish.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => app.errorHandler(error, request, reply),
    clientErrorHandler: (error, socket) => {
      answerClientError(error, socket, app.log, options.receiveTimeoutMs);
    },
  });
  registerProblems(app, options.maxBodyBytes);
  followRequests(app);
  refuseWithoutHost(app);
  registerJsonBody(app, options.maxBodyBytes);
  const shed = await watchPressure(app, options.maxEventLoopDelayMs);
  await registerOpenapi(app, options.version);
  const refuseOtherMethods = watchMethods(app);
  registerDescription(app);
  registerPredict(app, options, shed);
  registerModels(app, options);
  registerCatalogue(app);
  registerHealth(app, options.checks);
  refuseOtherMethods();
  return app;
}

/** A caller's own id is kept where it is safe to log, so that one id follows a request through every system. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** RFC 9112, 3.2: a request of HTTP/1.1 without a Host header is answered 400. */
function refuseWithoutHost(app: FastifyInstance): void {
  app.addHook("onRequest", ({ raw }, _reply, done) => {
    const isFine = raw.headers.host !== undefined || raw.httpVersion !== "1.1";
    done(
      isFine
        ? undefined
        : new Problem("malformed-request", "The request has no Host header, which HTTP/1.1 asks for."),
    );
  });
  // RFC 9110, 10.1.1 leaves it open what becomes of an expectation that is not known: we answer as if there were none.
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
}
