/**
 * A multi-model endpoint's container: a folder of artefacts, of which calls name one. Models are loaded when they are
 * first asked for, and the least recently used goes where there are too many.
 */
import { realpath } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import type { Oddity } from "../container.ts";
import type { ModelFailure, PlatformError } from "../platform-errors.ts";
import type { Container, ContainerRequest, ContainerResponse } from "./contract.ts";

/** What a multi-model container is made with. */
export interface MultiModelOptions {
  /** Models held at a time. */
  readonly capacity: number;
  /** How long a model takes to load, in ms, on top of what it really takes. */
  readonly loadingMs: number;
  /** How long a call waits for its model, in ms; then it is told ModelNotReadyException, and loading goes on. */
  readonly waitMs: number;
}

/** One model that is there, or on its way. */
interface Slot {
  readonly loading: Promise<Loaded>;
  /** Undefined until it is loaded. */
  loaded: Container | undefined;
}

/** A loaded model, or what the platform says instead of it. */
type Loaded = Container | ContainerResponse;

const isContainer = (loaded: Loaded): loaded is Container => "invoke" in loaded;

/** An answer that there is none. */
export function noAnswer(why: {
  readonly refusal?: PlatformError;
  readonly failure?: ModelFailure;
}): ContainerResponse {
  return { status: 0, contentType: undefined, body: "", rows: 0, ...why };
}

/** For a model that is not loaded yet: 429, which clients try again. */
export const modelNotReady: PlatformError = Object.freeze({
  status: 429,
  type: "ModelNotReadyException",
  members: Object.freeze({ Message: "The model is not ready to serve this request. Retry the request." }),
});

/** For a target that is no artefact, in SageMaker's words, of which the role is a part. */
export function noArtefact(target: string): PlatformError {
  return {
    status: 400,
    type: "ValidationError",
    members: {
      Message:
        `Failed to download model data(${target}). Please ensure that there is an object located at the URL and that ` +
        "the role passed to CreateModel has permissions to download the model.",
    },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

/**
 * The path of a target in a folder; undefined where there is no such file, or a target leads out of the folder.
 *
 * @param target - as TargetModel gives it, with a slash before it or without.
 */
async function pathIn(folder: string, target: string): Promise<string | undefined> {
  const relative = target.replace(/^\/+/, "");
  if (isAbsolute(relative) || relative.includes("\0") || relative.split(/[/\\]/).includes("..")) {
    return undefined;
  }
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, relative));
    return path.startsWith(root + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A container with the models of a folder.
 *
 * @param load - makes the container of one artefact. @throws an Error whose message says why there is none.
 */
export function multiModelContainer(
  folder: string,
  load: (path: string) => Promise<Container>,
  { capacity, loadingMs, waitMs }: MultiModelOptions,
): Container {
  /** By target; the least recently used first. */
  const slots = new Map<string, Slot>();

  const loadTarget = async (target: string): Promise<Loaded> => {
    const path = await pathIn(folder, target);
    if (path === undefined) {
      return noAnswer({ refusal: noArtefact(target) });
    }
    try {
      const [container] = await Promise.all([load(path), pause(loadingMs)]);
      return container;
    } catch (error) {
      // What Multi Model Server says of a model whose workers do not start.
      const text = JSON.stringify(
        {
          code: 500,
          type: "InternalServerException",
          message: `Unable to load model: ${(error as Error).message}`,
        },
        undefined,
        2,
      );
      return noAnswer({ failure: { status: 500, text } });
    }
  };
  const evict = (): void => {
    for (const [target, slot] of slots) {
      if (slots.size <= capacity) {
        return;
      }
      // One that is still loading has callers who wait for it.
      if (slot.loaded !== undefined) {
        slots.delete(target);
      }
    }
  };
  const settle = async (target: string, slot: Slot): Promise<void> => {
    const loaded = await slot.loading;
    if (isContainer(loaded)) {
      slot.loaded = loaded;
      evict();
    } else {
      // The next call tries again: an artefact may have come meanwhile.
      slots.delete(target);
    }
  };
  const slotOf = (target: string): Slot => {
    const present = slots.get(target);
    if (present !== undefined) {
      slots.delete(target);
      slots.set(target, present);
      return present;
    }
    const slot: Slot = { loading: loadTarget(target), loaded: undefined };
    slots.set(target, slot);
    void settle(target, slot);
    return slot;
  };
  const answer = async (
    { loading }: Slot,
    request: ContainerRequest,
    oddity: Oddity | undefined,
  ): Promise<ContainerResponse> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), Math.min(waitMs, request.timeoutMs)).unref();
    });
    const loaded = await Promise.race([loading, late]);
    clearTimeout(timer);
    if (loaded === undefined) {
      return noAnswer({ refusal: modelNotReady });
    }
    return isContainer(loaded) ? loaded.invoke(request, oddity) : loaded;
  };
  return Object.freeze({
    isMultiModel: true,
    invoke: (request, oddity) => {
      const slot = slotOf(request.targetModel ?? "");
      return slot.loaded === undefined ? answer(slot, request, oddity) : slot.loaded.invoke(request, oddity);
    },
  } satisfies Container);
}
