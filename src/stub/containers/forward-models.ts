/**
 * A multi-model container elsewhere, by SageMaker's contract for them: `POST /models` loads a model, `DELETE
 * /models/{name}` unloads it, `POST /models/{name}/invoke` asks it. ("Build Your Own Container for SageMaker AI
 * Multi-Model Endpoints".)
 */
import { createHash } from "node:crypto";
import type { Container, ContainerRequest, ContainerResponse } from "./contract.ts";
import { headersFor, responseOf } from "./forward.ts";
import type { HttpClient, Outcome } from "./http-client.ts";
import { modelNotReady, noAnswer } from "./multi-model.ts";

/** How long SageMaker lets a model load. */
const LOADING_TIMEOUT_MS = 360_000;
/** Models that it keeps account of; a container has no room for more. */
const MOST_MODELS = 10_000;

/** The name under which a container knows a target: any that fits a path. */
const nameOf = (target: string): string => createHash("sha256").update(target).digest("hex").slice(0, 32);

const isAnswer = (outcome: Outcome, ...statuses: readonly number[]): boolean =>
  outcome.kind === "answer" && statuses.includes(outcome.status);

/**
 * A multi-model container at an address.
 *
 * @param urlOf - where the container finds the artefact of a target.
 * @param waitMs - how long a call waits for its model; then it is told ModelNotReadyException, and loading goes on.
 */
export function forwardingModels(
  client: HttpClient,
  urlOf: (target: string) => string,
  waitMs: number,
): Container {
  /** By target, the least recently used first: a model that is loaded, or being so. An answer is why it is not. */
  const models = new Map<string, Promise<ContainerResponse | undefined>>();

  const unload = async (): Promise<boolean> => {
    for (const [target, loading] of models) {
      // Only what is loaded can be unloaded.
      if ((await Promise.race([loading, "loading"])) === undefined) {
        models.delete(target);
        await client.send({
          method: "DELETE",
          path: `/models/${nameOf(target)}`,
          timeoutMs: LOADING_TIMEOUT_MS,
        });
        return true;
      }
    }
    return false;
  };
  const load = async (target: string): Promise<ContainerResponse | undefined> => {
    const body = JSON.stringify({ model_name: nameOf(target), url: urlOf(target) });
    for (;;) {
      const outcome = await client.send({
        method: "POST",
        path: "/models",
        headers: { "Content-Type": "application/json" },
        body,
        timeoutMs: LOADING_TIMEOUT_MS,
      });
      // 409: it is loaded already, by a stub before this one.
      if (isAnswer(outcome, 200, 409)) {
        return undefined;
      }
      // 507: no memory. The least recently used model makes room, as long as there is one.
      if (!isAnswer(outcome, 507) || !(await unload())) {
        models.delete(target);
        return responseOf(outcome);
      }
    }
  };
  const loadingOf = (target: string): Promise<ContainerResponse | undefined> => {
    const loading = models.get(target) ?? load(target);
    models.delete(target);
    models.set(target, loading);
    if (models.size > MOST_MODELS) {
      void unload();
    }
    return loading;
  };
  const waitFor = async (target: string, timeoutMs: number): Promise<ContainerResponse | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ContainerResponse>((resolve) => {
      timer = setTimeout(
        () => resolve(noAnswer({ refusal: modelNotReady })),
        Math.min(waitMs, timeoutMs),
      ).unref();
    });
    const refusal = await Promise.race([loadingOf(target), late]);
    clearTimeout(timer);
    return refusal;
  };
  const ask = (request: ContainerRequest, target: string): Promise<Outcome> =>
    client.send({
      method: "POST",
      path: `/models/${nameOf(target)}/invoke`,
      headers: headersFor(request),
      body: request.body,
      timeoutMs: request.timeoutMs,
      wantsStream: request.wantsStream,
    });
  return Object.freeze({
    isMultiModel: true,
    isRemote: true,
    invoke: async (request) => {
      const target = request.targetModel ?? "";
      const refusal = await waitFor(target, request.timeoutMs);
      if (refusal !== undefined) {
        return refusal;
      }
      const outcome = await ask(request, target);
      if (!isAnswer(outcome, 404)) {
        return responseOf(outcome);
      }
      // The container has lost it: it was started anew, or unloaded the model itself.
      models.delete(target);
      return (await waitFor(target, request.timeoutMs)) ?? responseOf(await ask(request, target));
    },
    close: client.close,
  } satisfies Container);
}
