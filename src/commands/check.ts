import { UsageError } from "../errors.ts";
import type { Pipeline } from "../model/pipeline.ts";
import { goldenReport, loadModel } from "../registry.ts";
import { checkAgainst } from "./check-against.ts";
import type { Command, Io } from "./command.ts";
import { endpointText } from "./endpoint-text.ts";
import { InputError } from "./input-error.ts";
import { counted, print } from "./print.ts";
import { openSource } from "./source.ts";
import { table } from "./table.ts";
import { targetText } from "./target-text.ts";

/** `skewless check`: what a model file says, whether it still encodes its golden rows, and what other code makes. */
export const check: Command = {
  summary: "Check a model file: replay its golden rows, or compare with what other code makes",
  usage: "MODEL.yaml",
  positionals: { min: 1, max: 1 },
  options: {
    against: {
      type: "string",
      value: "FILE.csv",
      description: "Compare with what some other code, such as a notebook, made of --raw",
    },
    raw: { type: "string", value: "RAW.csv", description: "The raw file, with a header, for --against" },
    header: { type: "boolean", description: "The first line of --against holds the columns' names" },
    tolerance: {
      type: "string",
      value: "ULPS",
      description: "How many doubles apart two numbers may be (default: 4; 0: equal to the last bit)",
    },
  },
  help: `Shows which column of the endpoint's CSV is made from which input, and what the endpoint gets (its content type,
whether there is a header row) and must answer; then encodes the golden rows in the .golden.jsonl file beside the model
file. Exit code 1 where a cell differs, 2 where the model file is broken.

With --against it shows instead that a hand-written training pipeline and the model file agree, or where they do not:
the rows of both files are compared one by one, with the target's column or without it, and the first differences
are printed, and for each column how many there are and how large they get. Exit code 1 where there is one. Logarithms
of different programs may be an ulp apart; a file of 32-bit floats agrees with --tolerance 536870912.

Examples:
  npx skewless check models/bike-rental.yaml
  printf '%s\\n' datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,count \\
    '2012-12-19 17:00:00,4,0,1,1,16.4,20.455,50,26.0027,571' > raw.csv
  echo 6.349138991379798,4,0,1,1,16.4,20.455,50.0,26.0027,2012,12,19,2,17 > notebook.csv
  npx skewless check models/bike-rental.yaml --against notebook.csv --raw raw.csv`,
  run: async ({ positionals: [path], values }, io) => {
    const { against, raw, tolerance } = values as Record<string, string | undefined>;
    const model = await loadModel(path!, io.env);
    if (against !== undefined) {
      const job = { against, raw, header: values["header"] === true, ulps: ulpsOf(tolerance) };
      return compare(model.pipeline, job, io);
    }
    if (raw !== undefined || tolerance !== undefined || values["header"] === true) {
      throw new UsageError("--raw, --header and --tolerance are of use with --against alone.");
    }
    await print(io.stdout, `${describe(model.pipeline)}\n`);
    const report = goldenReport(model);
    if (report !== undefined) throw new InputError(report);
    const { length } = model.golden;
    const golden = length === 0 ? "none" : `${length} of ${length} encoded as they must be`;
    await print(io.stdout, `golden rows: ${golden}\n`);
    return 0;
  },
};

interface Against {
  readonly against: string;
  readonly raw: string | undefined;
  readonly header: boolean;
  readonly ulps: number;
}

async function compare(pipeline: Pipeline, { against, raw, header, ulps }: Against, io: Io): Promise<number> {
  if (raw === undefined) throw new UsageError("--against wants the raw file too: --raw RAW.csv.");
  if (raw === "-" && against === "-") throw new UsageError("--against and --raw cannot both be stdin.");
  const sources = { raw: await openSource(raw, io), transformed: await openSource(against, io) };
  return (await checkAgainst({ pipeline, ...sources, header, ulps }, io)) ? 0 : 1;
}

function ulpsOf(text = "4"): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--tolerance ${text}: is not a whole number of ulps, such as 4.`);
}

function describe(pipeline: Pipeline): string {
  const { name, version, inputs, features, columns, featureColumns, target } = pipeline;
  const types = new Map(inputs.map(({ spec }) => [spec.name, spec.type]));
  const used = new Set(features.flatMap(({ from }) => from));
  const unused = inputs.map(({ spec }) => spec.name).filter((input) => !used.has(input));
  let next = 1;
  const rows = features.map((feature, i) => {
    const first = next;
    next += featureColumns[i]!.length;
    return [
      next - first === 1 ? `${first}` : `${first}–${next - 1}`,
      feature.name,
      feature.from.map((input) => `${input} (${types.get(input)})`).join(", "),
      feature.steps.map(stepText).join(", ") || "as it is",
    ];
  });
  return [
    `${name}, version ${version}: ${counted(inputs.length, "input")}, ${counted(columns.length, "column")}`,
    "",
    ...table([["column", "feature", "from input", "steps"], ...rows], "first"),
    "",
    `target: ${targetText(target)}`,
    ...endpointText(pipeline),
    ...(unused.length === 0 ? [] : [`inputs that no feature uses: ${unused.join(", ")}`]),
  ].join("\n");
}

function stepText({ name, parameters }: Pipeline["features"][number]["steps"][number]): string {
  return `${name}: ${JSON.stringify(parameters).replaceAll('"', "")}`;
}
