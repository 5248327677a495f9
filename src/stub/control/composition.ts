/** What runs for a model of several containers: an inference pipeline, or containers that are called by name. */
import type { Container, ContainerRequest, ContainerResponse } from "../containers/contract.ts";
import type { ContainerDefinition } from "../containers/definition.ts";
import { validationError } from "../platform-errors.ts";
import type { Composition } from "./records.ts";

/** Chooses the container of a call to several of them. */
const TARGET_CONTAINER = "x-amzn-sagemaker-target-container-hostname";

const isOver = ({ status, failure, refusal }: ContainerResponse): boolean =>
  status < 200 || status >= 300 || (failure ?? refusal) !== undefined;

/** The request to a container that gets what the one before it answered. */
function following(request: ContainerRequest, { body, contentType }: ContainerResponse): ContainerRequest {
  return { ...request, contentType, body: typeof body === "string" ? Buffer.from(body) : body };
}

/**
 * Each container gets what the one before it answered; the first that fails answers for all. SageMaker sends Accept to
 * the last alone. The rows are those of the first.
 */
function serial(containers: readonly Container[]): Container["invoke"] {
  return async (request, oddity) => {
    let answer: ContainerResponse | undefined;
    let rows = 0;
    for (const [index, container] of containers.entries()) {
      const isLast = index === containers.length - 1;
      const next = answer === undefined ? request : following(request, answer);
      answer = await container.invoke(
        isLast ? next : { ...next, accept: undefined, wantsStream: false },
        isLast ? oddity : undefined,
      );
      rows = index === 0 ? answer.rows : rows;
      if (isOver(answer)) {
        break;
      }
    }
    return { ...answer!, rows };
  };
}

const refused = (text: string): ContainerResponse => ({
  status: 0,
  contentType: undefined,
  body: "",
  rows: 0,
  refusal: validationError(text),
});

/** A call names its container; the texts of these refusals are the stub's own. */
function direct(byName: ReadonlyMap<string, Container>): Container["invoke"] {
  return (request, oddity) => {
    const name = request.headers[TARGET_CONTAINER] as string | undefined;
    const container = name === undefined ? undefined : byName.get(name);
    return (
      container?.invoke(request, oddity) ??
      refused(
        name === undefined
          ? `The endpoint has several containers; name one by target container hostname: ${[...byName.keys()].join(", ")}.`
          : `The endpoint has no container ${name}; it has ${[...byName.keys()].join(", ")}.`,
      )
    );
  };
}

/**
 * Starts what runs for a model.
 *
 * @param containerOf - starts one container, or says in a sentence why it cannot.
 */
export async function startComposition(
  { containers: definitions, mode }: Composition,
  containerOf: (definition: ContainerDefinition) => Promise<Container | string>,
): Promise<Container | string> {
  const started = await Promise.all(definitions.map(containerOf));
  const containers = started.filter((container) => typeof container !== "string");
  const close = (): void => {
    for (const container of containers) {
      container.close?.();
    }
  };
  const reason = started.find((container) => typeof container === "string");
  if (reason !== undefined) {
    close();
    return reason;
  }
  if (containers.length === 1) {
    return containers[0]!;
  }
  if (mode === "Serial") {
    return Object.freeze({ invoke: serial(containers), isRemote: true, close } satisfies Container);
  }
  const byName = new Map(
    definitions.flatMap(({ ContainerHostname: name }, index) =>
      name === undefined ? [] : [[name, containers[index]!] as const],
    ),
  );
  const isRemote = containers.some((container) => container.isRemote === true);
  return Object.freeze({ invoke: direct(byName), isRemote, close } satisfies Container);
}
