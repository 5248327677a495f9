import type { Issue } from "./check.ts";
import type { EndpointSpec } from "./schema.ts";

/** How a model's rows travel: what `endpoint` in the model file says, compiled. */
export interface RowFormat {
  /** `Content-Type` of the body. */
  readonly contentType: string;
  /** `Accept`: what the container is asked to answer in. */
  readonly accept: string;
  /** A body is this, the rows with `separator` between them, and `close`. */
  readonly open: string;
  readonly separator: string;
  readonly close: string;
  /** Lines of CSV (n), as a pipeline encodes them → rows in this format (n). */
  readonly rows: (lines: readonly string[]) => readonly string[];
}

type Body = Pick<RowFormat, "open" | "separator" | "close" | "rows">;

interface Kind {
  /** Unless the model file says otherwise. */
  readonly accept: string;
  readonly body: (endpoint: EndpointSpec, columns: readonly string[]) => Body;
  /** Settings of the model file that no other content type has. */
  readonly settings: readonly (keyof EndpointSpec)[];
}

/** Content type → how it is written. XGBoost's container answers in CSV and JSON, not in LIBSVM's form. */
const KINDS: Readonly<Record<ContentType, Kind>> = {
  "text/csv": { accept: "text/csv", settings: ["header"], body: csvBody },
  "application/json": { accept: "application/json", settings: ["body"], body: jsonBody },
  "application/jsonlines": { accept: "application/jsonlines", settings: [], body: () => lined(instanceOf) },
  "text/libsvm": { accept: "text/csv", settings: [], body: () => lined(libsvmOf) },
};

type ContentType = NonNullable<EndpointSpec["content_type"]>;

/**
 * Compiles the format of the rows that an endpoint gets. Every format is written from the line of CSV, cell by cell, so
 * that golden rows, which hold that line, speak for all of them.
 *
 * @param columns names of the line's cells, at least one
 */
export function compileFormat(endpoint: EndpointSpec, columns: readonly string[]): RowFormat {
  const { content_type: contentType = "text/csv" } = endpoint;
  const kind = KINDS[contentType];
  const { accept = kind.accept } = endpoint;
  return Object.freeze({ contentType, accept, ...kind.body(endpoint, columns) });
}

/** What of a checked `endpoint` contradicts its content type. */
export function formatContradictions(endpoint: EndpointSpec): Issue[] {
  const { content_type: contentType = "text/csv" } = endpoint;
  return Object.entries(KINDS).flatMap(([other, { settings }]) =>
    settings
      .filter((setting) => other !== contentType && endpoint[setting] !== undefined)
      .map((setting) => ({
        path: ["endpoint", setting],
        message: `is a setting of ${other}, but the content type is ${contentType}`,
      })),
  );
}

/** Names as the header line of a CSV file; a name with a comma, a quote or a line end in it is quoted (RFC 4180). */
export function csvHeader(names: readonly string[]): string {
  return names.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(",");
}

function csvBody({ header }: EndpointSpec, columns: readonly string[]): Body {
  // One column, and that missing, would be an empty line, which readers of CSV skip. They all take nan for missing.
  const rows = columns.length === 1 ? eachOf((line) => line || "nan") : (lines: readonly string[]) => lines;
  return { open: header === true ? `${csvHeader(columns)}\n` : "", separator: "\n", close: "", rows };
}

function jsonBody({ body }: EndpointSpec): Body {
  return body === "list"
    ? { open: "[", separator: ",", close: "]", rows: eachOf(listOf) }
    : { open: '{"instances":[', separator: ",", close: "]}", rows: eachOf(instanceOf) };
}

function lined(write: (line: string) => string): Body {
  return { open: "", separator: "\n", close: "", rows: eachOf(write) };
}

function eachOf(write: (line: string) => string): RowFormat["rows"] {
  return (lines) => lines.map(write);
}

function instanceOf(line: string): string {
  return `{"features":${listOf(line)}}`;
}

/** An empty cell somewhere in a line. */
const GAP = /^(?:,|$)|,(?:,|$)/;

/** What JavaScript prints of a finite number is a number of JSON too. */
function listOf(line: string): string {
  if (!GAP.test(line)) return `[${line}]`;
  const cells = line.split(",").map((cell) => cell || "null");
  return `[${cells.join(",")}]`;
}

/**
 * `label index:value …`. Columns count from 0, as XGBoost counts them. Zeros are written, because XGBoost takes for missing
 * what is not there. `commands/line-writer.ts` writes the same into files, as bytes.
 *
 * The label says nothing: XGBoost's container skips it, but what reads a body as a file (XGBoost's own loader in script
 * mode, scikit-learn's) takes the first word for the label whatever it is.
 *
 * The first column is written even where it is missing: there are readers (XGBoost's container since 3.2, scikit-learn's
 * loader by default) that take rows without an index 0 for rows that count from 1, and would move every column.
 */
function libsvmOf(line: string): string {
  const [first, ...others] = line.split(",");
  let row = `0 0:${first || "nan"}`;
  for (const [i, cell] of others.entries()) if (cell !== "") row += ` ${i + 1}:${cell}`;
  return row;
}
