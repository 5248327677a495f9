/** Lists of records, page by page. */
import { validationException } from "./control-errors.ts";
import type { Named } from "./records.ts";

/** What a List operation takes; each has some of it. */
export interface ListInput {
  readonly SortBy?: "Name" | "CreationTime" | "Status";
  readonly SortOrder?: "Ascending" | "Descending";
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly NameContains?: string;
  readonly CreationTimeBefore?: number;
  readonly CreationTimeAfter?: number;
  readonly LastModifiedTimeBefore?: number;
  readonly LastModifiedTimeAfter?: number;
  readonly StatusEquals?: string;
}

/** What a record is listed by. */
type Listable = Named & { readonly lastModifiedTime?: number; readonly status?: string };

/** SageMaker's, where the request does not say. */
const DEFAULT_MAX_RESULTS = 10;

type Key = readonly [by: string | number, name: string];

function keyOf({ name, creationTime, status = "" }: Listable, sortBy: ListInput["SortBy"]): Key {
  switch (sortBy) {
    case "Name":
      return [name, name];
    case "Status":
      return [status, name];
    default:
      return [creationTime, name];
  }
}

function compare([a, aName]: Key, [b, bName]: Key): number {
  return a < b ? -1 : a > b ? 1 : aName < bName ? -1 : aName > bName ? 1 : 0;
}

/** @throws {ControlError} where it is none of ours. */
function readToken(token: string): Key {
  try {
    const key = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Key;
    if (key.length === 2 && /^(string|number)$/.test(typeof key[0]) && typeof key[1] === "string") {
      return key;
    }
  } catch {
    // Told below, as any other token that nobody gave.
  }
  throw validationException("The NextToken is not one that this list has given.");
}

/** One page of the records that a request wants, the newest first unless it says otherwise. */
export function listPage<R extends Listable>(
  records: readonly R[],
  input: ListInput,
): { readonly page: readonly R[]; readonly NextToken?: string } {
  const { SortBy, SortOrder = "Descending", MaxResults = DEFAULT_MAX_RESULTS, NameContains = "" } = input;
  const { CreationTimeBefore = Infinity, CreationTimeAfter = -Infinity } = input;
  const { LastModifiedTimeBefore = Infinity, LastModifiedTimeAfter = -Infinity, StatusEquals } = input;
  const sign = SortOrder === "Ascending" ? 1 : -1;
  const after = input.NextToken === undefined ? undefined : readToken(input.NextToken);
  const wanted = records
    .filter(
      ({ name, creationTime, lastModifiedTime = creationTime, status }) =>
        name.toLowerCase().includes(NameContains.toLowerCase()) &&
        creationTime > CreationTimeAfter &&
        creationTime < CreationTimeBefore &&
        lastModifiedTime > LastModifiedTimeAfter &&
        lastModifiedTime < LastModifiedTimeBefore &&
        (StatusEquals === undefined || status === StatusEquals),
    )
    .map((record) => [keyOf(record, SortBy), record] as const)
    .filter(([key]) => after === undefined || sign * compare(key, after) > 0)
    .toSorted(([a], [b]) => sign * compare(a, b));
  const page = wanted.slice(0, MaxResults).map(([, record]) => record);
  const last = wanted.length > MaxResults ? wanted[MaxResults - 1]?.[0] : undefined;
  return last === undefined
    ? { page }
    : { page, NextToken: Buffer.from(JSON.stringify(last)).toString("base64url") };
}
