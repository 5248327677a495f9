/** The local SageMaker as a process sees it: models loaded from files, a port, and an orderly end. */
import { administer } from "./admin.ts";
import type { Credentials } from "./auth/credentials.ts";
import { authenticateUnverified, createAuthenticator } from "./auth/sigv4.ts";
import { createCapture } from "./capture/capture.ts";
import { containerOf, isElsewhere, type ContainerSite } from "./containers/container-of.ts";
import { definitionOf } from "./containers/given-form.ts";
import { systemClock } from "./control/clock.ts";
import { createControlPlane, type ControlPlane } from "./control/control-plane.ts";
import type { GivenEndpoint } from "./control/given.ts";
import { openStateFile, type StateFile } from "./control/state-file.ts";
import { readPlan } from "./fault-reader.ts";
import type { FaultPlan } from "./faults.ts";
import { createHosting, type EndpointStatus } from "./hosting.ts";
import { startListener } from "./listener.ts";
import { entityTooLarge, errorResponse } from "./platform-errors.ts";
import { createRuntime } from "./runtime.ts";
import { createS3Folder } from "./s3-folder.ts";
import { createCounter, tallyOf, type Tally } from "./tally.ts";
import { ModelFileError } from "./trees.ts";
import { createWeather } from "./weather.ts";
import type { Handler, WireRequest, WireResponse } from "./wire.ts";
import { createWorkers } from "./workers.ts";

/** An endpoint to serve. */
export interface EndpointOptions {
  /** As clients give it; case-sensitive. */
  readonly name: string;
  /**
   * What it serves: a model file of XGBoost (JSON, UBJSON, model.tar.gz), a folder of them, of which calls name one,
   * `http://host:port` of a container, `echo:`, or `constant:TEXT`.
   */
  readonly modelFile: string;
  /** Its container's environment: XGBoost's release and output, and more, as `docs/stub.md` lists them. Default none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Default "AllTraffic", the Python SDK's. */
  readonly variant?: string | undefined;
  /** Whether it is serverless, so that calls may hold 4 MB. Default no. */
  readonly isServerless?: boolean | undefined;
}

/** What {@link startStub} takes. */
export interface StubOptions {
  /** Default "127.0.0.1". */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Default "us-east-1". */
  readonly region?: string | undefined;
  /** Default "123456789012". */
  readonly accountId?: string | undefined;
  readonly endpoints: readonly EndpointOptions[];
  /** Longest request body in bytes. Default 6,291,456: InvokeEndpoint's, and the container's. */
  readonly maxBodyBytes?: number | undefined;
  /** The faults to begin with, as `docs/stub.md` describes them. Default none. */
  readonly faults?: unknown;
  /** Whether callers may change and see the faults: by `/admin`, or for one call. Default true. */
  readonly isAdministrable?: boolean | undefined;
  /** How long the platform waits for a container, in ms. Default 60,000, SageMaker's. */
  readonly invocationTimeoutMs?: number | undefined;
  /**
   * Whose signatures are accepted, by Signature Version 4 for `region` and `sagemaker`. Default anybody's, unverified.
   */
  readonly credentials?: readonly Credentials[] | undefined;
  /** The folder that plays S3: `s3://bucket/key` is its file `bucket/key`. Asynchronous endpoints need one. Default none. */
  readonly s3Folder?: string | undefined;
  /** The folder that all calls are captured in, as SageMaker's data capture writes them. Default none. */
  readonly captureFolder?: string | undefined;
  /** Bytes in a part of a streamed answer of a model in this process. Default 1,024. */
  readonly streamPartBytes?: number | undefined;
  /** How long endpoints are Creating, Updating or Deleting at least, in ms. Default 0: as long as it really takes. */
  readonly transitionMs?: number | undefined;
  /**
   * The folder that keeps what the control plane has made across restarts; it is made where there is none. Default
   * none: the next start begins anew.
   */
  readonly dataFolder?: string | undefined;
  /** Told of what went wrong behind a call, such as a full disk, in a sentence. */
  readonly onProblem?: ((text: string) => void) | undefined;
  /** A clock in ms since 1970, which signatures, sessions and captures go by. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** How long closing waits for calls in flight, in ms; those that hang are cut off at once. Default 5,000. */
  readonly drainMs?: number | undefined;
  /** Told of every exchange just before its response is sent; not of requests that are not HTTP. */
  readonly onExchange?: ((request: WireRequest, response: WireResponse) => void) | undefined;
}

/** A running stub. */
export interface Stub {
  /** `http://host:port`, to be given as AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME. */
  readonly url: string;
  readonly port: number;
  /**
   * Puts faults in force in place of those that are, as PUT /admin/faults does.
   *
   * @throws {FaultPlanError} that names every mistake.
   */
  readonly setFaults: (plan: unknown) => void;
  /** What really happened, as GET /admin/tally says it. */
  readonly tally: () => Tally;
  /** The endpoints there are now, those that were kept in `dataFolder` too. */
  readonly endpoints: () => readonly { readonly name: string; readonly status: EndpointStatus }[];
  /**
   * Stops listening, finishes what is in flight, asynchronous calls too, within `drainMs`, closes idle connections,
   * writes what was captured, then resolves.
   */
  readonly close: () => Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 6_291_456;
const DEFAULT_DRAIN_MS = 5000;

/** What descriptions say of an endpoint of the command line: the last image of the XGBoost container. */
const xgboostImage = (region: string): string =>
  `683313688378.dkr.ecr.${region}.amazonaws.com/sagemaker-xgboost:1.7-1`;

/**
 * Starts what an endpoint is given with. A container elsewhere may be up later than the stub: its endpoint is Creating
 * until it is.
 */
async function loadEndpoint(
  { name, modelFile, environment, isServerless = false, variant = "AllTraffic" }: EndpointOptions,
  region: string,
  site: ContainerSite,
): Promise<GivenEndpoint> {
  const definition = {
    Image: xgboostImage(region),
    ...(await definitionOf(modelFile, environment, site.s3)),
  };
  const container = isElsewhere(definition) ? undefined : await containerOf(definition, site);
  if (typeof container === "string") {
    throw new ModelFileError(container);
  }
  return { name, variant, definition, container, isServerless };
}

/**
 * Starts a stub endpoint.
 *
 * @throws {ModelFileError} that names the file, when a model file cannot be read, or not be evaluated.
 * @throws {StateFileError} when `dataFolder` cannot be used, or what it holds not be read.
 * @throws Node's own error, when the port is taken.
 */
export async function startStub(options: StubOptions): Promise<Stub> {
  const { host = "127.0.0.1", port = 0, region = "us-east-1", accountId = "123456789012" } = options;
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, drainMs = DEFAULT_DRAIN_MS, onExchange } = options;
  const { isAdministrable = true, invocationTimeoutMs: timeoutMs } = options;
  const {
    credentials,
    captureFolder: folder,
    streamPartBytes,
    onProblem = () => {},
    now = Date.now,
  } = options;
  const plan = readPlan(options.faults ?? []);
  const s3 = options.s3Folder === undefined ? undefined : createS3Folder(options.s3Folder);
  const capture =
    s3 === undefined && folder === undefined ? undefined : createCapture({ folder, s3, onProblem, now });
  const authenticate =
    credentials === undefined ? authenticateUnverified : createAuthenticator({ credentials, region, now });
  const stopping = new AbortController();
  const site: ContainerSite = { s3, signal: stopping.signal, maxResponseBytes: maxBodyBytes };
  const endpoints = await Promise.all(
    options.endpoints.map((endpoint) => loadEndpoint(endpoint, region, site)),
  );
  const [weather, counter] = [createWeather(), createCounter()];
  const hosting = createHosting((name) =>
    createWorkers(() => weather.capacity("workers", name)?.fault.limit ?? Infinity),
  );
  const place = { region, accountId };
  let stateFile: StateFile | undefined;
  const control: ControlPlane = createControlPlane({
    place,
    hosting,
    containerOf: (definition) => containerOf(definition, { ...site, isShared: !isAdministrable }),
    authenticate,
    transitionMs: options.transitionMs,
    clock: { ...systemClock, now },
    onChange: () => stateFile?.touch(),
  });
  stateFile =
    options.dataFolder === undefined
      ? undefined
      : openStateFile(options.dataFolder, control.kept, (error) => onProblem(error.message));
  endpoints.forEach(control.adopt);
  if (stateFile?.held !== undefined) {
    await control.restore(stateFile.held);
  }
  const runtime = createRuntime(hosting, place, {
    weather,
    counter,
    takesOwnFaults: isAdministrable,
    authenticate,
    capture,
    s3,
    streamPartBytes,
    onProblem,
    now,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const setPlan = (next: FaultPlan): void => {
    weather.set(next);
    runtime.serveWaiting();
  };
  setPlan(plan);

  // What a request passes on its way is composed here.
  const observed =
    (next: Handler): Handler =>
    (request) => {
      const tell = (response: WireResponse): WireResponse => {
        onExchange?.(request, response);
        return response;
      };
      const response = next(request);
      return response instanceof Promise ? response.then(tell) : tell(response);
    };
  const administered = isAdministrable
    ? administer({ weather, counter, setPlan })
    : (next: Handler): Handler => next;

  const listener = await startListener({
    handle: observed(administered(control.serve(runtime.handle))),
    refuse: observed(() => errorResponse(entityTooLarge(maxBodyBytes))),
    maxBodyBytes,
    drainMs,
    host,
    port,
  });

  const closeAll = async (): Promise<void> => {
    control.halt();
    stopping.abort();
    await Promise.all([listener.close(), runtime.drain(drainMs)]);
    control.close();
    try {
      stateFile?.flush();
    } catch (error) {
      onProblem((error as Error).message);
    }
    await capture?.flush();
  };
  let closed: Promise<void> | undefined;
  const authority = host.includes(":") ? `[${host}]` : host;
  return Object.freeze({
    url: `http://${authority}:${listener.port}`,
    port: listener.port,
    setFaults: (next: unknown) => setPlan(readPlan(next)),
    tally: () => tallyOf(counter, weather.strikes()),
    endpoints: () => Array.from(hosting.all(), ({ name, status }) => ({ name, status })),
    close: () => (closed ??= closeAll()),
  });
}
