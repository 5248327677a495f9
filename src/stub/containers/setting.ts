/** Settings in a container's environment. */
import type { ContainerDefinition } from "./definition.ts";

/** A setting that cannot be. The message names it and says what it may be. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/**
 * A whole number of the environment.
 *
 * @throws {SettingError} when it is none.
 */
export function wholeSetting(
  { Environment = {} }: ContainerDefinition,
  name: string,
  fallback: number,
): number {
  const text = Environment[name];
  if (text === undefined) {
    return fallback;
  }
  if (!/^\d{1,12}$/.test(text)) {
    throw new SettingError(`${name} must be a whole number, not ${text}.`);
  }
  return Number(text);
}
