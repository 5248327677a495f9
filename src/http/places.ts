import { type FieldError, Problem } from "../errors.ts";

/** What the model says of a row it says by name, as a row no longer shows how it was sent. */
const BY_NAME = /^\/instances\/(\d+)\/features\/([^/]+)$/;

/**
 * A failure of rows that have been read, such that it points into the body as the caller sent it: to a field of an instance
 * that is a list by its place.
 *
 * @param inputs their names, in order
 * @returns what is no such failure as it is
 */
export function pointAsSent(error: unknown, body: unknown, inputs: readonly string[]): unknown {
  if (!(error instanceof Problem) || error.code !== "invalid-request" || error.errors === undefined)
    return error;
  const { instances } = body as { instances: readonly { features: unknown }[] };
  const errors = error.errors.map((field): FieldError => {
    const [, row, name] = BY_NAME.exec(field.pointer) ?? [];
    if (row === undefined || !Array.isArray(instances[Number(row)]?.features)) return field;
    return {
      pointer: `/instances/${row}/features/${inputs.indexOf(name!)}`,
      detail: `${name} ${field.detail}`,
    };
  });
  return new Problem(error.code, error.message, { ...error, cause: error.cause, errors });
}
