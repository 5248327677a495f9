/** What is captured of an endpoint's calls: its config's DataCaptureConfig, made ready for use. */

/** How the data of a call are written. */
export type Encoding = "CSV" | "JSON" | "BASE64";

/** DataCaptureConfig, read. */
export interface CaptureSettings {
  /** The share of calls that are captured, 0 to 1. */
  readonly share: number;
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
  /** How data of a Content-Type are written; all but the listed ones in base64. */
  readonly encodingOf: (contentType: string | undefined) => Encoding;
  /** DestinationS3Uri; undefined where none is configured. */
  readonly destination: string | undefined;
}

/** The media type without parameters, as it is compared. */
function mediaType(contentType: string): string {
  return contentType.split(";", 1)[0]!.trim().toLowerCase();
}

function encoder(csv: readonly string[], json: readonly string[]): CaptureSettings["encodingOf"] {
  const encodings = new Map<string, Encoding>([
    ...csv.map((type) => [mediaType(type), "CSV"] as const),
    ...json.map((type) => [mediaType(type), "JSON"] as const),
  ]);
  return (contentType) => encodings.get(mediaType(contentType ?? "")) ?? "BASE64";
}

/** What an endpoint without a DataCaptureConfig is captured by, where all calls are: everything, readable where it is text. */
export const CAPTURE_ALL: CaptureSettings = Object.freeze({
  share: 1,
  hasInput: true,
  hasOutput: true,
  encodingOf: encoder(["text/csv"], ["application/json", "application/jsonlines"]),
  destination: undefined,
});

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const textsOf = (value: unknown): readonly string[] => (isList(value) ? value.map(String) : []);

/**
 * The settings of a DataCaptureConfig, which the control plane has checked; undefined where it captures nothing.
 *
 * @param config - as CreateEndpointConfig was given it.
 */
export function captureSettingsOf(config: Readonly<Record<string, unknown>>): CaptureSettings | undefined {
  if (config["EnableCapture"] !== true) {
    return undefined;
  }
  const options = config["CaptureOptions"];
  const modes = isList(options)
    ? options.map((option) => (option as Record<string, unknown> | null)?.["CaptureMode"])
    : [];
  const types = (config["CaptureContentTypeHeader"] ?? {}) as Readonly<Record<string, unknown>>;
  const destination = config["DestinationS3Uri"];
  return Object.freeze({
    share: Number(config["InitialSamplingPercentage"] ?? 0) / 100,
    hasInput: modes.includes("Input") || modes.includes("InputAndOutput"),
    hasOutput: modes.includes("Output") || modes.includes("InputAndOutput"),
    encodingOf: encoder(textsOf(types["CsvContentTypes"]), textsOf(types["JsonContentTypes"])),
    destination: typeof destination === "string" ? destination : undefined,
  });
}
