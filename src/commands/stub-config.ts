/** The stub's config file: endpoints and faults, and any option of the command line by its name. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { UsageError } from "../errors.ts";
import type { Option } from "./command.ts";

/** An endpoint as the command line or a config file names it; the stub says what the rest means. */
export interface NamedEndpoint {
  readonly name: string;
  readonly modelFile: string;
  readonly variant?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly isServerless?: boolean | undefined;
}

/** What a config file says. */
export interface StubConfig {
  /** Undefined where it names none. */
  readonly endpoints: readonly NamedEndpoint[] | undefined;
  /** Options as the command line has them: what it says itself goes before them. */
  readonly values: Readonly<Record<string, string | boolean>>;
}

type Json = Readonly<Record<string, unknown>>;

const ENDPOINT_KEYS: readonly string[] = ["serves", "variant", "environment", "serverless"];
/** Options that a config file cannot have. */
const NOT_HERE: ReadonlySet<string> = new Set(["config", "models"]);

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** An environment is text, whatever YAML makes of it. */
function readEnvironment(value: unknown, at: string, mistakes: string[]): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every(isScalar)) {
    mistakes.push(`${at} must be an object of texts.`);
    return {};
  }
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

function readEndpoint(name: string, value: unknown, mistakes: string[]): NamedEndpoint {
  const at = `endpoints.${name}`;
  if (typeof value === "string" && value !== "") {
    return { name, modelFile: value };
  }
  if (!isObject(value)) {
    mistakes.push(`${at} must be what it serves: a text, or an object with ${ENDPOINT_KEYS.join(", ")}.`);
    return { name, modelFile: "" };
  }
  for (const key of Object.keys(value)) {
    if (!ENDPOINT_KEYS.includes(key)) {
      mistakes.push(`${at}.${key} is not known; known are ${ENDPOINT_KEYS.join(", ")}.`);
    }
  }
  const { serves, variant, environment, serverless = false } = value;
  if (typeof serves !== "string" || serves === "") {
    mistakes.push(`${at}.serves must be what a command line has behind NAME=.`);
  }
  if (variant !== undefined && (typeof variant !== "string" || variant === "")) {
    mistakes.push(`${at}.variant must be a name.`);
  }
  if (typeof serverless !== "boolean") {
    mistakes.push(`${at}.serverless must be true or false.`);
  }
  return {
    name,
    modelFile: String(serves),
    variant: variant as string | undefined,
    environment:
      environment === undefined ? undefined : readEnvironment(environment, `${at}.environment`, mistakes),
    isServerless: serverless === true,
  };
}

function readEndpoints(value: unknown, mistakes: string[]): readonly NamedEndpoint[] | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!isObject(value)) {
    mistakes.push("endpoints must be an object: what each serves, by its name.");
    return [];
  }
  return Object.entries(value).map(([name, endpoint]) => readEndpoint(name, endpoint, mistakes));
}

/** One option as a command line would have it. */
function readOption(
  name: string,
  value: unknown,
  options: Readonly<Record<string, Option>>,
): string | boolean {
  const { type } = options[name]!;
  if (name === "faults" && typeof value === "object") {
    return JSON.stringify(value);
  }
  if (type === "boolean" ? typeof value === "boolean" : isScalar(value)) {
    return type === "boolean" ? (value as boolean) : String(value);
  }
  throw new UsageError(`${name} must be ${type === "boolean" ? "true or false" : "a text or a number"}.`);
}

/**
 * Reads a config file, YAML or JSON.
 *
 * @param options - those of the command line.
 * @throws {UsageError} that names the file and every mistake
 */
export async function readStubConfig(
  path: string,
  options: Readonly<Record<string, Option>>,
): Promise<StubConfig> {
  const mistakes: string[] = [];
  let given: unknown;
  try {
    given = parse(await readFile(path, "utf8")) ?? {};
  } catch (error) {
    throw new UsageError(`--config ${path}: ${(error as Error).message}`);
  }
  const { endpoints, ...rest } = isObject(given) ? given : { "": given };
  const known = Object.keys(options).filter((name) => !NOT_HERE.has(name));
  const values: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (!known.includes(name)) {
      mistakes.push(
        isObject(given)
          ? `${name} is not known; known are endpoints, ${known.join(", ")}.`
          : "The file must be an object.",
      );
      continue;
    }
    try {
      values[name] = readOption(name, value, options);
    } catch (error) {
      mistakes.push((error as Error).message);
    }
  }
  const read = readEndpoints(endpoints, mistakes);
  if (mistakes.length > 0) {
    throw new UsageError(`--config ${path}:\n${mistakes.join("\n")}`);
  }
  return { endpoints: read, values };
}
