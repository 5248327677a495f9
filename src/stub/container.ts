/**
 * The XGBoost container (algorithm mode, the dialect of the builds from 1.2-2 on): what stands behind an endpoint and
 * answers `POST /invocations`. Order of checks, statuses and texts are those of `aws/sagemaker-xgboost-container`.
 */
import { isUtf8 } from "node:buffer";
import { parseCsv, type Matrix } from "./csv.ts";
import { dialects, type Dialect } from "./dialects.ts";
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

/** Flask's own page for an exception that nobody catches. */
const UNHANDLED =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>500 Internal Server Error</title>\n' +
  "<h1>Internal Server Error</h1>\n<p>The server encountered an internal error and was unable to complete your " +
  "request. Either the server is overloaded or there is an error in the application.</p>\n";

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

/** The type to answer in: no Accept, and any, mean CSV. A list of types is not taken apart. */
function acceptedType(accept: string | undefined): string {
  const { value } = parseHeader(accept ?? "");
  if (value === "" || value === "*/*") {
    return "text/csv";
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

function encode(scores: Float32Array, outputs: number, type: string, rows: number): ContainerResponse {
  if (type === "text/csv") {
    return { status: 200, ...dialects.lines(scores, outputs), rows };
  }
  if (type === "application/json") {
    return { status: 200, ...dialects["json-score"](scores, outputs), rows };
  }
  // JSON lines and RecordIO pass the check of Accept, but only selectable output has encoders for them.
  return { status: 500, contentType: HTML, body: UNHANDLED, rows };
}

/**
 * `POST /invocations`. In this order: an empty body (204), Content-Type and payload (415), the evaluation (400),
 * Accept (406).
 */
export function invokeContainer(
  model: Model,
  request: ContainerRequest,
  oddity: Oddity | undefined = undefined,
): ContainerResponse {
  if (request.body.length === 0) {
    return { status: 204, contentType: HTML, body: "", rows: 0 };
  }
  let rows = 0;
  try {
    const matrix = parse(request, model);
    ({ rows } = matrix);
    const evaluated = evaluate(model, matrix);
    const scores = oddity === undefined ? evaluated : oddity.distort(matrix, evaluated, model.outputs);
    if (oddity?.dialect !== undefined) {
      return { status: 200, ...dialects[oddity.dialect](scores, model.outputs), rows };
    }
    return encode(scores, model.outputs, acceptedType(request.accept), rows);
  } catch (error) {
    if (error instanceof Refusal) {
      return { status: error.status, contentType: HTML, body: error.message, rows };
    }
    throw error;
  }
}
