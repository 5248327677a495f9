/** A control plane in virtual time, with containers that are names. */
import type { Container } from "../../../src/stub/containers/contract.ts";
import type { ContainerDefinition } from "../../../src/stub/containers/definition.ts";
import type { Clock } from "../../../src/stub/control/clock.ts";
import { createControlPlane, type ControlPlane } from "../../../src/stub/control/control-plane.ts";
import { createHosting, type Hosting } from "../../../src/stub/hosting.ts";
import { createWorkers } from "../../../src/stub/workers.ts";
import type { WireResponse } from "../../../src/stub/wire.ts";

export type Answer = Record<string, any>;

/** A clock that stands still until it is told. */
export interface VirtualClock extends Clock {
  readonly advance: (ms: number) => Promise<void>;
}

export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let now = start;
  const waiting: { at: number; call: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, call) => void waiting.push({ at: now + ms, call }),
    advance: async (ms) => {
      now += ms;
      for (const entry of waiting.filter(({ at }) => at <= now)) {
        waiting.splice(waiting.indexOf(entry), 1);
        entry.call();
      }
      // Whatever follows from it, promise upon promise, follows now.
      await new Promise((resolve) => void setImmediate(resolve));
    },
  };
}

export interface Rig {
  readonly plane: ControlPlane;
  readonly hosting: Hosting;
  readonly clock: VirtualClock;
  /** Calls an operation: its answer, or what its error says. */
  readonly call: (operation: string, input?: object) => Promise<Answer>;
  /** What a call to an endpoint would be answered by now: the model of the container. */
  readonly ask: (endpoint: string, headers?: Record<string, string>) => Promise<string>;
  /** Models of the containers that were closed. */
  readonly closed: string[];
  /** Models of the containers that were started. */
  readonly started: string[];
}

/** Containers answer the ModelDataUrl that they were started with; "bad…" does not start. */
export function controlRig(options: { transitionMs?: number; onChange?: () => void } = {}): Rig {
  const hosting = createHosting(() => createWorkers(() => Infinity));
  const clock = virtualClock();
  const [closed, started]: [string[], string[]] = [[], []];
  const containerOf = async ({
    ModelDataUrl: url = "none",
  }: ContainerDefinition): Promise<Container | string> => {
    if (url.startsWith("bad")) {
      return `${url}: there is no such file.`;
    }
    if (url.startsWith("broken")) {
      throw new Error("boom");
    }
    started.push(url);
    return {
      invoke: ({ body }) => ({
        status: 200,
        contentType: "text/plain",
        body: `${body.toString()}>${url}`,
        rows: 1,
      }),
      close: () => closed.push(url),
    };
  };
  const place = { region: "us-east-1", accountId: "123456789012" };
  const plane = createControlPlane({ place, hosting, containerOf, clock, ...options });
  const handle = plane.serve(() => ({ status: 418, headers: {}, body: "data plane" }));
  const call = async (operation: string, input: object = {}): Promise<Answer> => {
    const response: WireResponse = await handle({
      method: "POST",
      target: "/",
      headers: { "x-amz-target": `SageMaker.${operation}`, authorization: "AWS4-HMAC-SHA256 Credential=x" },
      body: Buffer.from(JSON.stringify(input)),
    });
    const text = response.body.toString();
    return text === "" ? {} : (JSON.parse(text) as Answer);
  };
  const ask = async (endpoint: string, headers: Record<string, string> = {}): Promise<string> => {
    const hosted = hosting.find(endpoint);
    if (hosted?.isServing !== true) {
      return hosted?.status ?? "nothing";
    }
    const component = headers["x-amzn-sagemaker-inference-component"];
    const target = component === undefined ? hosted.next() : hosted.components?.get(component);
    const answer = await target?.container.invoke({
      path: "/invocations",
      contentType: undefined,
      accept: undefined,
      body: Buffer.alloc(0),
      headers,
      targetModel: undefined,
      timeoutMs: 1000,
    });
    return answer === undefined ? "no target" : (answer.refusal?.type ?? answer.body.toString());
  };
  return { plane, hosting, clock, call, ask, closed, started };
}

/** A variant with all that SageMaker wants to know of it. */
export const variant = (VariantName: string, ModelName?: string, rest: object = {}): object => ({
  VariantName,
  ...(ModelName === undefined ? {} : { ModelName }),
  InstanceType: "ml.m5.large",
  InitialInstanceCount: 1,
  ...rest,
});

export const ROLE = "arn:aws:iam::123456789012:role/any";

/** Models of the names that are their files, and a configuration with a variant for each. */
export async function createConfig(
  { call }: Rig,
  name: string,
  models: readonly string[],
  rest: object = {},
): Promise<void> {
  for (const model of models) {
    await call("CreateModel", { ModelName: model, PrimaryContainer: { Image: "i:1", ModelDataUrl: model } });
  }
  const made = await call("CreateEndpointConfig", {
    EndpointConfigName: name,
    ProductionVariants: models.map((model) => variant(model, model)),
    ...rest,
  });
  if (made["EndpointConfigArn"] === undefined) {
    throw new Error(JSON.stringify(made));
  }
}
