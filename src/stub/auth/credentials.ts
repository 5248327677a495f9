/** The credentials that signatures are verified against: from the command line, or from a file as AWS's tools write it. */
import { readFile } from "node:fs/promises";

/** An access key, in the spelling of the SDKs. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials; calls must carry it. */
  readonly sessionToken?: string | undefined;
  /** When temporary credentials end. */
  readonly expiration?: Date | undefined;
}

/** Credentials that cannot be read; the text says what to do, and holds none of them. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/** Keys with which each member is written: by the shared credentials file, and by STS and `credential_process`. */
const SPELLINGS = {
  accessKeyId: ["aws_access_key_id", "AccessKeyId"],
  secretAccessKey: ["aws_secret_access_key", "SecretAccessKey"],
  sessionToken: ["aws_session_token", "SessionToken"],
  expiration: ["expiration", "aws_expiration", "Expiration"],
} as const;

type Entry = Readonly<Record<string, unknown>>;

function memberOf(entry: Entry, member: keyof typeof SPELLINGS): string | undefined {
  const value = SPELLINGS[member].map((key) => entry[key]).find((each) => each !== undefined);
  return value === undefined || value === "" ? undefined : String(value);
}

function credentialsOf(entry: Entry, where: string): Credentials {
  const accessKeyId = memberOf(entry, "accessKeyId");
  const secretAccessKey = memberOf(entry, "secretAccessKey");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const [ini, json] = SPELLINGS[accessKeyId === undefined ? "accessKeyId" : "secretAccessKey"];
    throw new CredentialsError(`${where} has no ${ini} (in JSON ${json}).`);
  }
  const sessionToken = memberOf(entry, "sessionToken");
  const text = memberOf(entry, "expiration");
  const expiration = text === undefined ? undefined : new Date(text);
  if (expiration !== undefined && Number.isNaN(expiration.getTime())) {
    throw new CredentialsError(
      `${where} has an expiration that is no date: write it like 2026-01-02T03:04:05Z.`,
    );
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

/** Profiles of a shared credentials file; those without keys, such as ones that assume a role, are none. */
function readIni(text: string): readonly Credentials[] {
  const profiles = new Map<string, Record<string, string>>();
  let current: Record<string, string> | undefined;
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    const header = /^\[\s*([^\]]+?)\s*\]$/.exec(line)?.[1];
    if (line === "" || line.startsWith("#") || line.startsWith(";")) {
      return;
    }
    if (header !== undefined) {
      current = profiles.get(header) ?? {};
      profiles.set(header, current);
      return;
    }
    const equals = line.indexOf("=");
    if (equals < 0 || current === undefined) {
      throw new CredentialsError(
        `line ${index + 1} is neither [profile] nor key = value below one; write it as AWS's shared credentials file.`,
      );
    }
    current[line.slice(0, equals).trim().toLowerCase()] = line.slice(equals + 1).trim();
  });
  return [...profiles]
    .filter(([, entry]) => SPELLINGS.accessKeyId.some((key) => key in entry))
    .map(([name, entry]) => credentialsOf(entry, `profile ${name}`));
}

/** One entry or a list, bare or as `aws sts` prints it, in `Credentials`. */
function readJson(text: string): readonly Credentials[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file.
    throw new CredentialsError("it begins like JSON, but is none.");
  }
  return (Array.isArray(value) ? value : [value]).map((entry: unknown, index) => {
    const inner = (entry as Entry | null)?.["Credentials"] ?? entry;
    if (typeof inner !== "object" || inner === null) {
      throw new CredentialsError(`entry ${index + 1} is no object with AccessKeyId and SecretAccessKey.`);
    }
    return credentialsOf(inner as Entry, `entry ${index + 1}`);
  });
}

/**
 * Credentials in the text of a file: AWS's shared credentials file, all profiles of it, or JSON as `aws sts` and a
 * `credential_process` print it.
 *
 * @throws {CredentialsError} when there are none, or an access key is there twice.
 */
export function parseCredentials(text: string): readonly Credentials[] {
  const read = /^\s*(\{|\[\s*[{\]])/.test(text) ? readJson(text) : readIni(text);
  if (read.length === 0) {
    throw new CredentialsError("there are no credentials in it.");
  }
  const twice = read.find(({ accessKeyId }, index) =>
    read.slice(0, index).some((other) => other.accessKeyId === accessKeyId),
  );
  if (twice !== undefined) {
    throw new CredentialsError(`the access key ${twice.accessKeyId} is there twice.`);
  }
  return read;
}

/**
 * Credentials as an option gives them: `KEY:SECRET`, or a file.
 *
 * @throws {CredentialsError} that names the file.
 */
export async function readCredentials(given: string): Promise<readonly Credentials[]> {
  // A drive letter is no access key.
  const pair = /^(\w{2,128}):(.+)$/.exec(given);
  if (pair !== null) {
    return [{ accessKeyId: pair[1]!, secretAccessKey: pair[2]! }];
  }
  try {
    return parseCredentials(await readFile(given, "utf8"));
  } catch (error) {
    throw new CredentialsError(`${given}: ${(error as Error).message}`, { cause: error });
  }
}
