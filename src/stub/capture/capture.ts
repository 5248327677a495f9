/** Data capture: which calls of which endpoint are written, and where. */
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { randomOf } from "../random.ts";
import type { S3Folder } from "../s3-folder.ts";
import type { WireRequest, WireResponse } from "../wire.ts";
import { createCaptureFiles } from "./capture-files.ts";
import { captureLine, type Captured } from "./capture-record.ts";
import { CAPTURE_ALL, captureSettingsOf, type CaptureSettings } from "./capture-settings.ts";

/** What capture is made with. */
export interface CaptureOptions {
  /** The folder for all calls of endpoints without a DataCaptureConfig, and for those whose S3 is not at hand. */
  readonly folder: string | undefined;
  /** Where DestinationS3Uri leads. */
  readonly s3: S3Folder | undefined;
  /** Told of what went wrong, in a sentence. */
  readonly onProblem: (text: string) => void;
  /** A clock in ms since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Of the draws by sampling percentage. Default 1. */
  readonly seed?: number | undefined;
}

/** An endpoint as far as its capture goes. An object of its own after each change, as `Hosted` is. */
export interface Capturable {
  readonly name: string;
  readonly dataCapture: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Captures a call, where it is drawn; answers the response, which must be used in the place of the one given.
 *
 * @param contentType - of the request's body.
 */
export type Recorder = (
  request: WireRequest,
  contentType: string | undefined,
  response: WireResponse,
  variant: string,
) => WireResponse;

/** Data capture of all endpoints. */
export interface Capture {
  /** Undefined for an endpoint whose calls are not captured. */
  readonly recorderOf: (endpoint: Capturable) => Recorder | undefined;
  /** Writes what has been captured. */
  readonly flush: () => Promise<void>;
}

/** Bytes of a stream that are captured; of a longer one, its beginning. */
const MOST_STREAM_BYTES = 6_291_456;
/** The stream of random numbers that samples are drawn from, apart from those of traffic and faults. */
const SAMPLING_STREAM = 0xcafe;

/** Hands a stream on, and tells what went through it once it has ended, in whatever way. */
function tapped(response: WireResponse, tell: (body: Buffer) => void): WireResponse {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const { stream } = response;
  const tap = new PassThrough({
    transform(chunk: Buffer, _encoding, next) {
      if (bytes < MOST_STREAM_BYTES) {
        chunks.push(chunk);
        bytes += chunk.length;
      }
      next(undefined, chunk);
    },
  });
  tap.once("close", () => {
    stream!.destroy();
    tell(Buffer.concat(chunks));
  });
  stream!.once("error", (error) => tap.destroy(error));
  return { ...response, stream: stream!.pipe(tap) };
}

/** A name as one folder's; names that SageMaker allows stay as they are. */
function folderName(name: string): string {
  return name.replace(/[^\w-]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

function contentTypeOf({ headers }: WireResponse): string | undefined {
  return headers["Content-Type"];
}

export function createCapture(options: CaptureOptions): Capture {
  const { folder, s3, onProblem, now = Date.now, seed = 1 } = options;
  const files = createCaptureFiles({ onProblem });
  const random = randomOf(seed, SAMPLING_STREAM);
  const recorders = new WeakMap<Capturable, { readonly recorder: Recorder | undefined }>();

  /** The folder of an endpoint. */
  const destinationOf = (settings: CaptureSettings, endpoint: string): string | undefined => {
    if (settings.destination === undefined || s3 === undefined) {
      return folder === undefined ? undefined : join(folder, folderName(endpoint));
    }
    try {
      return s3.pathOf(`${settings.destination.replace(/\/+$/, "")}/${folderName(endpoint)}`);
    } catch (error) {
      onProblem(`Calls of endpoint ${endpoint} are not captured: ${(error as Error).message}`);
      return undefined;
    }
  };
  const recorderOf = (endpoint: Capturable): Recorder | undefined => {
    const { name, dataCapture } = endpoint;
    const settings = dataCapture === undefined ? CAPTURE_ALL : captureSettingsOf(dataCapture);
    const root = settings && destinationOf(settings, name);
    if (settings === undefined || root === undefined) {
      return undefined;
    }
    return (request, contentType, response, variant) => {
      const at = now();
      if (settings.share < 1 && random() >= settings.share) {
        return response;
      }
      const inferenceId = request.headers["x-amzn-sagemaker-inference-id"] as string | undefined;
      const input: Captured = { contentType, body: request.body };
      const write = (output: Captured | undefined): void => {
        try {
          files.add(
            join(root, folderName(variant)),
            captureLine({ input, output, inferenceId, at }, settings),
            at,
          );
        } catch (error) {
          onProblem(`A call of endpoint ${name} was not captured: ${(error as Error).message}`);
        }
      };
      if (response.status >= 300) {
        write(undefined);
        return response;
      }
      const outputType = contentTypeOf(response);
      if (response.stream !== undefined) {
        return tapped(response, (body) => write({ contentType: outputType, body }));
      }
      write({ contentType: outputType, body: response.body });
      return response;
    };
  };
  return Object.freeze({
    recorderOf: (endpoint) => {
      let known = recorders.get(endpoint);
      if (known === undefined) {
        known = { recorder: recorderOf(endpoint) };
        recorders.set(endpoint, known);
      }
      return known.recorder;
    },
    flush: files.flush,
  } satisfies Capture);
}
