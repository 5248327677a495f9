import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { type DestinationStream, type Logger, pino } from "pino";
import type { Config } from "./config.ts";
import { payloadBytes } from "./endpoint/batch.ts";
import { type EngineOptions, createEngine } from "./endpoint/engine.ts";
import { type SageMakerOptions, createSageMaker } from "./endpoint/sagemaker.ts";
import { UsageError } from "./errors.ts";
import { buildApp } from "./http/app.ts";
import { stdoutLines } from "./log-lines.ts";
import { createPredict } from "./predictor.ts";
import { startReadiness } from "./readiness.ts";
import { type FolderModel, loadModels } from "./registry.ts";

/** The version in package.json. */
export const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** A service that listens. */
export interface Service {
  readonly app: FastifyInstance;
  /** Name of the model behind POST /predict. */
  readonly defaultModel: string | undefined;
  /** Where it listens, as a client on this machine calls it. */
  readonly url: string;
  readonly log: Logger;
  /** Stops accepting, finishes what is in flight, lets go of the endpoint. */
  readonly close: () => Promise<void>;
  /**
   * Closes, but gives up what is still in flight after SHUTDOWN_TIMEOUT_MS.
   *
   * @returns whether all was finished
   */
  readonly drain: () => Promise<boolean>;
}

/**
 * Config → models → endpoint → app → listen.
 *
 * @param sagemaker where to call instead of what the AWS SDK's own chain says
 * @param logTo where the log lines go
 * @throws {UsageError} when a setting, a model file or the endpoint's address is wrong; nothing is left open
 */
export async function startService(
  config: Config,
  sagemaker: SageMakerOptions = {},
  logTo: DestinationStream = stdoutLines(),
): Promise<Service> {
  const log = pino({ level: config.logLevel, base: null }, logTo);
  const limits = { maxInstances: config.maxInstances, maxErrors: 100 };
  const models = await loadModels(config.modelsDir, config.variables, limits);
  const defaultModel = defaultOf(models, config);
  const connection = createSageMaker({
    timeoutMs: config.maxRequestTimeoutMs,
    maxSockets: config.maxSockets,
    ...sagemaker,
  });
  const destination = await connection.describe();
  const invoke = createEngine(connection.invoke, engineOptions(config, log));
  const served = models.map((model) => ({ ...model, predict: createPredict(model.pipeline, invoke) }));
  const readiness = startReadiness(served, config.readiness, log);
  const app = await buildApp({
    version: VERSION,
    models: served,
    defaultModel,
    checks: readiness.checks,
    maxBodyBytes: config.maxBodyBytes,
    maxInstances: config.maxInstances,
    receiveTimeoutMs: config.receiveTimeoutMs,
    maxEventLoopDelayMs: config.maxEventLoopDelayMs,
    logger: log,
  });
  const close = async () => {
    await Promise.all([app.close(), readiness.stop()]);
    connection.close();
  };
  const { host, port } = config;
  await app.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
    await close();
    const remedy = ["EADDRINUSE", "EACCES"].includes(error.code!)
      ? "Set PORT to one that is free."
      : "Set HOST to an address of this machine.";
    throw new UsageError(`Cannot listen on ${host}:${port} (${error.code}). ${remedy}`);
  });
  const url = localUrl(app);
  const names = models.map((model) => model.pipeline.name);
  log.info({ url, models: names, defaultModel, endpoint: destination }, "serving");
  if (defaultModel === undefined) {
    log.warn(
      "several models and no DEFAULT_MODEL: POST /predict answers 404, each model has an address of its own",
    );
  }
  const drain = async () => {
    const closed = close();
    const { shutdownTimeoutMs } = config;
    const late = delay(shutdownTimeoutMs, "late", { ref: false });
    if ((await Promise.race([closed, late])) !== "late") return true;
    log.error(`requests were still in flight after ${shutdownTimeoutMs} ms; giving them up`);
    app.server.closeAllConnections();
    await closed;
    return false;
  };
  return { app, defaultModel, url, log, close, drain };
}

function engineOptions(config: Config, log: Logger): EngineOptions {
  const { cacheMaxBytes, maxSockets } = config;
  return {
    deadline: { defaultMs: config.requestTimeoutMs, maxMs: config.maxRequestTimeoutMs },
    cache: cacheMaxBytes === 0 ? undefined : { maxBytes: cacheMaxBytes, ttlMs: config.cacheTtlMs },
    batch: {
      maxRows: config.batchMaxRows,
      maxBytes: payloadBytes[config.endpointKind],
      maxCalls: maxSockets,
      limit: { most: maxSockets },
      queue: {
        maxRows: config.queueMaxRows,
        maxBytes: config.queueMaxBytes,
        maxWaitMs: config.queueMaxWaitMs,
      },
    },
    retry: {
      maxAttempts: config.maxAttempts,
      onRetry: ({ target, problem, attempt, pauseMs }) =>
        log.debug(
          { endpoint: target.endpointName, problem: problem.code, ...problem.log, attempt, pauseMs },
          "trying again",
        ),
    },
    breaker: {
      onChange: ({ target, isOpen, problem }) =>
        isOpen
          ? log.error(
              { endpoint: target.endpointName, problem: problem?.code, ...problem?.log },
              "the endpoint has stopped answering; calls are held back, but for probes",
            )
          : log.warn({ endpoint: target.endpointName }, "the endpoint answers again"),
    },
  };
}

/** The app of a folder's models that calls nothing, for its description alone. */
export async function describeApp(config: Config): Promise<FastifyInstance> {
  const limits = { maxInstances: config.maxInstances, maxErrors: 100 };
  const models = await loadModels(config.modelsDir, config.variables, limits);
  return buildApp({
    version: VERSION,
    models: models.map((model) => ({ ...model, predict: refuse })),
    defaultModel: defaultOf(models, config),
    checks: () => [],
    maxBodyBytes: config.maxBodyBytes,
    maxInstances: config.maxInstances,
    receiveTimeoutMs: config.receiveTimeoutMs,
    maxEventLoopDelayMs: config.maxEventLoopDelayMs,
  });
}

const refuse = () => Promise.reject(new UsageError("This app only describes itself."));

/** Models of further folders stand beside those of the first one, and never take POST /predict from them. */
function defaultOf(models: readonly FolderModel[], { defaultModel, modelsDir }: Config): string | undefined {
  const names = models.map((model) => model.pipeline.name);
  if (defaultModel === undefined) {
    const own = models.filter(({ folder }) => folder === models[0]!.folder);
    return own.length === 1 ? names[0] : undefined;
  }
  if (names.includes(defaultModel)) return defaultModel;
  throw new UsageError(`DEFAULT_MODEL=${defaultModel}: ${modelsDir} holds ${names.join(", ")}.`);
}

function localUrl(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  if (address === "0.0.0.0" || address === "::") return `http://localhost:${port}`;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
