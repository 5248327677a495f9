import { UsageError } from "../errors.ts";
import { beside, fittedPathOf } from "../fitted-file.ts";
import { loadModel } from "../registry.ts";
import { keepApart } from "./apart.ts";
import type { Command, Io } from "./command.ts";
import { type SampledRow, sampleRows } from "./golden-sample.ts";
import { InputError } from "./input-error.ts";
import { openOutput } from "./output.ts";
import { type ModelDescription, describeModel, sendChunk } from "./predict-client.ts";
import { predictionColumns } from "./predictions.ts";
import { counted, print } from "./print.ts";
import { createProgress } from "./progress.ts";
import { serviceUrl } from "./service-url.ts";
import { openSource } from "./source.ts";

/** `skewless golden`: rows of a raw file and the predictions of a running service → the model's golden rows. */
export const golden: Command = {
  summary: "Record golden rows: what a running service predicts for rows of a raw file",
  usage: "MODEL.yaml RAW.csv",
  positionals: { min: 2, max: 2 },
  options: {
    rows: {
      type: "string",
      value: "NUMBER",
      description: "How many rows, spread over the file (default: 3)",
    },
    url: {
      type: "string",
      value: "URL",
      description: "Where the service is (default: http://127.0.0.1:8080)",
    },
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "File to write (default: MODEL.golden.jsonl, where check and the service look for it)",
    },
  },
  help: `A golden row holds what a client sends, the CSV that the endpoint must get for it, and the prediction that must
come back. \`skewless check\` and every start of the service replay the CSV; readiness asks for the first prediction.
Record them once the endpoint is known to be right, and commit them with the model file.

RAW.csv has a header with the model's inputs; the same file gives the same rows. The service must run this model
file. It does not start with golden rows that its model file does not encode: take an outdated file away first.

Example (the service first: npx skewless serve --demo):
  printf '%s\\n' datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed \\
    '2012-12-19 17:00:00,4,0,1,1,16.4,20.455,50,26.0027' \\
    '2012-12-10 01:00:00,4,0,1,2,14.76,18.94,100,0' |
    npx skewless golden models/bike-rental.yaml - --rows 2 -o -`,
  run: async ({ positionals, values }, io) => {
    const [modelPath, rawPath] = positionals as [string, string];
    const { rows: wanted = "3", url, output: out } = values as Record<string, string | undefined>;
    const service = { url: serviceUrl(url), signal: io.signal };
    const count = rowsOf(wanted);
    const { pipeline } = await loadModel(modelPath, io.env);
    // The golden rows that are there are read as well, but to be replaced.
    const outputPath = out ?? beside(modelPath, ".golden.jsonl");
    const reads = [modelPath, fittedPathOf(modelPath), rawPath];
    await keepApart([{ path: outputPath, option: "--output" }], reads, io);
    const source = await openSource(rawPath, io);
    const output = await openOutput(outputPath, io);
    const progress = createProgress(io.stderr, source.totalBytes);
    try {
      const description = await describeModel({ ...service, model: pipeline.name });
      refuseOther(pipeline, description, service.url);
      const rows = await sampleRows(pipeline, source, count, progress);
      progress.clear();
      const predictions = await predictRows({ ...service, description, rows, name: source.name }, io);
      const lines = rows.map(({ features, csv }, i) =>
        JSON.stringify({ features, csv, prediction: predictions[i] }),
      );
      await output.write(`${lines.join("\n")}\n`);
      await output.commit();
      const from = rows.map(({ line }) => line).join(", ");
      const what = `${counted(rows.length, "golden row")} of ${pipeline.name}`;
      await print(io.stderr, `${output.name}: ${what}, from ${source.name}, line ${from}\n`);
      return 0;
    } finally {
      progress.clear();
      await output.discard();
    }
  },
};

/** More would slow every start. */
const MAX_ROWS = 1000;

function rowsOf(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MAX_ROWS) return count;
  throw new UsageError(`--rows ${text}: is not a whole number from 1 to ${MAX_ROWS}.`);
}

/** A prediction for another encoding would be golden for ever, and wrong. */
function refuseOther(
  { name, version, columns }: { name: string; version: string; columns: readonly string[] },
  served: ModelDescription & { readonly version?: string; readonly columns?: readonly string[] },
  url: string,
): void {
  if (served.version === version && served.columns?.join() === columns.join()) return;
  throw new InputError(
    `The service at ${url} runs another ${name}: version ${served.version} with ` +
      `${counted(served.columns?.length ?? 0, "column")}, not ${version} with ${columns.length}.`,
  );
}

interface Recording {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly description: ModelDescription;
  readonly rows: readonly SampledRow[];
  /** The raw file's, for messages. */
  readonly name: string;
}

function predictRows(
  { url, signal, description, rows, name }: Recording,
  { stderr }: Io,
): Promise<readonly unknown[]> {
  const chunk = {
    instances: rows.map(({ features }) => ({ features })),
    csv: undefined,
    done: rows.length,
    locate: (pointer: string) => {
      const [, index = 0] = /^\/instances\/(\d+)/.exec(pointer) ?? [];
      return `${name}:${rows[Number(index)]!.line}:`;
    },
  };
  const { fault } = predictionColumns(description.target);
  return sendChunk({ url, model: description.name, signal }, chunk, fault, (message) =>
    print(stderr, `${message}\n`),
  );
}
