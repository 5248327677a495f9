/**
 * The XGBoost container (algorithm mode; of the builds from 1.2-2 on, unless told otherwise): what stands behind an endpoint and
 * answers `POST /invocations`. Order of checks, statuses and texts are those of `aws/sagemaker-xgboost-container`.
 */
import { isUtf8 } from "node:buffer";
import { parseCsv, type Matrix } from "./csv.ts";
import { dialects, type Answer, type Dialect } from "./dialects.ts";
import { parseLibsvm } from "./libsvm.ts";
import { parsePlainCsv } from "./plain-csv.ts";
import { PythonError, stripBytes } from "./python-parse.ts";
import { reprStrings } from "./python-repr.ts";
import { FeatureCountError, type Model } from "./xgboost.ts";

/** What the container reads of a call. */
export interface ContainerRequest {
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly body: Buffer;
}

/** What it answers. */
export interface ContainerResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Rows that it read; 0 where it could not. */
  readonly rows: number;
}

/** What is out of the ordinary with a container, for one call. */
export interface Oddity {
  /** How it answers whatever Accept says. Without it, in lines or JSON, as Accept says. */
  readonly dialect: Dialect | undefined;
  /**
   * Makes other scores of those of the rows that were read, `outputs` to a row.
   *
   * @throws {Refusal} where it answers none.
   */
  readonly distort: (matrix: Matrix, scores: Float32Array, outputs: number) => Float32Array;
}

const HTML = "text/html; charset=utf-8";

/** Flask's own page. */
const page = (title: string, name: string, text: string): string =>
  `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>${title}</title>\n<h1>${name}</h1>\n<p>${text}</p>\n`;

/** For an exception that nobody catches. */
const UNHANDLED = page(
  "500 Internal Server Error",
  "Internal Server Error",
  "The server encountered an internal error and was unable to complete your request. Either the server is overloaded " +
    "or there is an error in the application.",
);

/** For a body above MAX_CONTENT_LENGTH. */
const TOO_LARGE = page(
  "413 Request Entity Too Large",
  "Request Entity Too Large",
  "The data value transmitted exceeds the capacity limit.",
);

/** A refusal with a status and a text, as the container words it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

type Format = "csv" | "libsvm" | "parquet" | "recordio-protobuf";

/** The container's list, in its order; it recognises parquet, but only to refuse it here. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["csv", "csv"],
  ["libsvm", "libsvm"],
  ["parquet", "parquet"],
  ["recordio-protobuf", "recordio-protobuf"],
  ["text/csv", "csv"],
  ["text/libsvm", "libsvm"],
  ["text/x-libsvm", "libsvm"],
  ["application/x-parquet", "parquet"],
  ["application/x-recordio-protobuf", "recordio-protobuf"],
]);

const ACCEPTED = [
  "application/json",
  "application/jsonlines",
  "application/x-recordio-protobuf",
  "text/csv",
] as const;

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

/** `cgi.parse_header`: the value before the first semicolon, and the parameters, their values unquoted. */
function parseHeader(header: string): { value: string; parameters: ReadonlyMap<string, string> } {
  if (!header.includes(";")) {
    return { value: header.trim(), parameters: NO_PARAMETERS };
  }
  const [value = "", ...rest] = header.split(";").map((part) => part.trim());
  const parameters = rest.flatMap((part): [string, string][] => {
    const equals = part.indexOf("=");
    return equals < 0
      ? []
      : [
          [
            part.slice(0, equals).trim().toLowerCase(),
            part
              .slice(equals + 1)
              .trim()
              .replace(/^"(.*)"$/, "$1"),
          ],
        ];
  });
  return { value, parameters: new Map(parameters) };
}

function formatOf(contentType: string | undefined): Format {
  if (contentType === undefined) {
    return "libsvm";
  }
  const { value, parameters } = parseHeader(contentType.toLowerCase());
  const format = FORMATS.get(value);
  if (format === undefined) {
    const known = [...FORMATS.keys()].join(", ");
    throw new Refusal(415, `${contentType} is not an accepted ContentType: ${known}.`);
  }
  if (format === "csv" && (parameters.get("label_size") ?? "1") !== "1") {
    throw new Refusal(
      415,
      `${contentType} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1`,
    );
  }
  return format;
}

function decode(payload: Buffer): string {
  if (!isUtf8(payload)) {
    // Python's text goes on to name the first such byte and its position.
    throw new PythonError("UnicodeDecodeError", "'utf-8' codec can't decode the payload");
  }
  return payload.toString("utf8");
}

function parse({ contentType, body }: ContainerRequest, model: Model): Matrix {
  const format = formatOf(contentType);
  if (format === "parquet") {
    throw new Refusal(415, `Content-type ${contentType} is not supported.`);
  }
  if (format === "recordio-protobuf") {
    // A limit of this stub; the container reads it. The text is the container's for records that it cannot read.
    throw new Refusal(
      415,
      "Loading recordio-protobuf data failed with Exception, please ensure data is in recordio-protobuf format: " +
        "<class 'NotImplementedError'> the stub endpoint does not read RecordIO",
    );
  }
  try {
    const payload = stripBytes(body);
    return format === "csv"
      ? (parsePlainCsv(payload) ?? parseCsv(decode(payload)))
      : parseLibsvm(decode(payload), model.features);
  } catch (error) {
    if (error instanceof PythonError) {
      throw new Refusal(
        415,
        `Loading ${format} data failed with Exception, please ensure data is in ${format} format:\n ` +
          `<class '${error.kind}'>\n ${error.message}`,
      );
    }
    throw error;
  }
}

function evaluate(model: Model, matrix: Matrix): Float32Array {
  try {
    return model.predict(matrix);
  } catch (error) {
    if (error instanceof FeatureCountError) {
      throw new Refusal(400, `Unable to evaluate payload provided: ${error.message}`);
    }
    throw error;
  }
}

/**
 * The type to answer in: that of Accept, and `preferred` where there is none, or any will do. A list of types is not
 * taken apart.
 *
 * @throws {Refusal} 406, of a type that the container does not know.
 */
export function acceptedType(accept: string | undefined, preferred: string): string {
  const { value } = parseHeader(accept ?? "");
  if (value === "" || value === "*/*") {
    return preferred;
  }
  const type = value.toLowerCase();
  if (!ACCEPTED.some((accepted) => accepted === type)) {
    throw new Refusal(
      406,
      `Accept type ${value} is not supported. Please use supported accept types: ${reprStrings(ACCEPTED)}.`,
    );
  }
  return type;
}

/** How a container takes a body and writes its answer: its release, and how it is set up. */
export interface Manner {
  /** Longest body in bytes; longer ones get 413. */
  readonly maxBodyBytes: number;
  /**
   * Writes the scores of rows as Accept wants.
   *
   * @throws {Refusal} where it cannot.
   */
  readonly write: (scores: Float32Array, model: Model, accept: string | undefined) => Answer;
}

/** MAX_CONTENT_LENGTH, unless set: InvokeEndpoint's own. */
export const MAX_CONTENT_LENGTH = 6_291_456;

/**
 * The builds from 1.2-2 on.
 *
 * @param preferred - the type of answers to calls without Accept.
 */
export function currentManner(preferred = "text/csv", maxBodyBytes = MAX_CONTENT_LENGTH): Manner {
  return Object.freeze({
    maxBodyBytes,
    write: (scores, { outputs }, accept) => {
      const type = acceptedType(accept, preferred);
      if (type === "text/csv") {
        return dialects.lines(scores, outputs);
      }
      if (type === "application/json") {
        return dialects["json-score"](scores, outputs);
      }
      // JSON lines and RecordIO pass the check of Accept, but only selectable output has encoders for them.
      throw new Refusal(500, UNHANDLED);
    },
  } satisfies Manner);
}

const CURRENT = currentManner();

/**
 * `POST /invocations`. In this order: a body that is too long (413), or empty (204), Content-Type and payload (415), the
 * evaluation (400), Accept (406).
 */
export function invokeContainer(
  model: Model,
  request: ContainerRequest,
  oddity: Oddity | undefined = undefined,
  manner: Manner = CURRENT,
): ContainerResponse {
  if (request.body.length > manner.maxBodyBytes) {
    return { status: 413, contentType: HTML, body: TOO_LARGE, rows: 0 };
  }
  if (request.body.length === 0) {
    return { status: 204, contentType: HTML, body: "", rows: 0 };
  }
  let rows = 0;
  try {
    const matrix = parse(request, model);
    ({ rows } = matrix);
    const evaluated = evaluate(model, matrix);
    const scores = oddity === undefined ? evaluated : oddity.distort(matrix, evaluated, model.outputs);
    const { contentType, body } =
      oddity?.dialect === undefined
        ? manner.write(scores, model, request.accept)
        : dialects[oddity.dialect](scores, model.outputs);
    return { status: 200, contentType, body, rows };
  } catch (error) {
    if (error instanceof Refusal) {
      return { status: error.status, contentType: HTML, body: error.message, rows };
    }
    throw error;
  }
}
