import { UsageError } from "../errors.ts";
import { keepApart } from "./apart.ts";
import type { Command, Io } from "./command.ts";
import { csvCell } from "./csv.ts";
import { openOutput } from "./output.ts";
import { type Chunk, csvChunks, jsonChunks } from "./predict-chunks.ts";
import { type ServiceModel, describeModel, sendChunk } from "./predict-client.ts";
import { type PredictionColumns, predictionColumns } from "./predictions.ts";
import { counted, print } from "./print.ts";
import { createProgress } from "./progress.ts";
import { serviceUrl } from "./service-url.ts";
import { openSource } from "./source.ts";

/** `skewless predict`: the rows of a file → a running service → their predictions. */
export const predict: Command = {
  summary: "Send the rows of a file to a running service",
  usage: "FILE.csv|FILE.json",
  positionals: { min: 1, max: 1 },
  options: {
    url: {
      type: "string",
      value: "URL",
      description: "Where the service is. Default http://127.0.0.1:8080.",
    },
    model: { type: "string", value: "NAME", description: "The model. Default: the service's own." },
    output: {
      type: "string",
      short: "o",
      value: "OUT",
      description: "File to write, .csv or .json. Default stdout, in the form of the input.",
    },
  },
  help: `A CSV file has a header with the model's inputs by name; - is CSV from stdin. What is written as CSV has the
file's own columns and the predictions as the last ones: a class has one for its label and one for each
label's probability. A JSON file is a request's body {"instances": […]} or
a list of rows, and what is written is {"predictions": […]}.
The rows are sent 1,000 at a time; failures that can pass are tried again.

Examples (the service first: npx skewless serve --demo):
  printf '%s\\n' datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed \\
    '2012-12-19 17:00:00,4,0,1,1,16.4,20.455,50,26.0027' | npx skewless predict -
  echo '[["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027]]' > rows.json
  npx skewless predict rows.json --url http://127.0.0.1:8080 --model bike-rental -o predictions.csv`,
  run: async ({ positionals, values }, io) => {
    const path = positionals[0]!;
    const { url, model, output: out = "-" } = values as Record<string, string | undefined>;
    const form = formOf(path) ?? (path === "-" ? "csv" : undefined);
    if (form === undefined) throw new UsageError(`${path}: the file to predict ends in .csv or .json.`);
    return predictFile({ path, form, out, url: serviceUrl(url), model }, io);
  },
};

type Form = "csv" | "json";

function formOf(path: string): Form | undefined {
  return (["csv", "json"] as const).find((form) => path.toLowerCase().endsWith(`.${form}`));
}

interface Job extends Omit<ServiceModel, "signal"> {
  readonly path: string;
  readonly form: Form;
  readonly out: string;
}

async function predictFile({ path, form, out, url, model }: Job, io: Io): Promise<number> {
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const service = { url, model, signal };
  await keepApart([{ path: out, option: "--output" }], [path], io);
  const source = await openSource(path, { stdin: io.stdin, signal });
  const description = await describeModel(service);
  const { total, chunks } = form === "csv" ? csvChunks(source, description) : await jsonChunks(source);
  const progress = createProgress(io.stderr, total);
  const onRetry = async (message: string) => {
    progress.clear();
    await print(io.stderr, `${message}\n`);
  };
  const output = await openOutput(out, io);
  try {
    const columns = predictionColumns(description.target);
    const { begin, rows, end } = (formOf(out) ?? form) === "csv" ? csvWriter(columns) : JSON_WRITER;
    const send = (next: Chunk) => sendChunk(service, next, columns.fault, onRetry);
    let count = 0;
    for await (const { chunk, predictions } of inOrder(chunks, send)) {
      await output.write(`${count === 0 ? begin(chunk) : ""}${rows(chunk, predictions, count === 0)}`);
      count += predictions.length;
      progress.update(chunk.done, count);
    }
    await output.write(end);
    await output.commit();
    progress.clear();
    const rate = progress.rate(count);
    await print(
      io.stderr,
      `${output.name}: ${counted(count, "prediction")} of ${description.name}, ${rate}\n`,
    );
    return 0;
  } finally {
    // What is still in flight when one chunk fails is not wanted any more.
    stop.abort();
    progress.clear();
    await output.discard();
  }
}

/** Enough that the service works while the next chunk is read, and few enough not to crowd out other callers. */
const IN_FLIGHT = 2;

async function* inOrder(
  chunks: AsyncIterable<Chunk>,
  send: (chunk: Chunk) => Promise<unknown[]>,
): AsyncGenerator<{ chunk: Chunk; predictions: unknown[] }> {
  const pending: Promise<{ chunk: Chunk; predictions: unknown[] }>[] = [];
  for await (const chunk of chunks) {
    const reply = send(chunk).then((predictions) => ({ chunk, predictions }));
    // A failure is told when its turn comes; until then it must not count as unhandled.
    reply.catch(() => {});
    pending.push(reply);
    if (pending.length === IN_FLIGHT) yield await pending.shift()!;
  }
  for (const reply of pending) yield await reply;
}

/** How predictions are written: what comes first, each chunk, what comes last. */
interface Writer {
  readonly begin: (first: Chunk) => string;
  readonly rows: (chunk: Chunk, predictions: readonly unknown[], isFirst: boolean) => string;
  readonly end: string;
}

const JSON_WRITER: Writer = {
  begin: () => '{"predictions":[',
  rows: (_, predictions, isFirst) =>
    `${isFirst ? "" : ","}${predictions.map((prediction) => JSON.stringify(prediction)).join(",")}`,
  end: "]}\n",
};

function csvWriter({ names, cells }: PredictionColumns): Writer {
  return {
    begin: ({ csv }) => line(csv?.header ?? [], newNames(names, csv?.header ?? []).map(csvCell)),
    rows: ({ csv }, predictions) =>
      predictions.map((prediction, i) => line(csv?.rows[i] ?? [], cells(prediction))).join(""),
    end: "",
  };
}

function line(own: readonly string[], added: readonly string[]): string {
  return `${[...own.map(csvCell), ...added].join(",")}\n`;
}

/** The predictions' names, unless the file has such a column: predictions and the truth then stand side by side. */
function newNames(names: readonly string[], header: readonly string[]): string[] {
  const taken = new Set(header);
  return names.map((name) => {
    let free = name;
    while (taken.has(free)) free += "_predicted";
    taken.add(free);
    return free;
  });
}
