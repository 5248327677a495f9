import { stat } from "node:fs/promises";
import { filesOfModel, loadSources, modelOf } from "../registry.ts";
import { keepApart } from "./apart.ts";
import type { Command, Io } from "./command.ts";
import { type EncodeThread, startThread } from "./encode-threads.ts";
import { type Output, openOutput } from "./output.ts";
import { counted, print } from "./print.ts";
import { createPatience } from "./patience.ts";
import { createProgress } from "./progress.ts";
import { createRejects } from "./rejects.ts";
import { openSource } from "./source.ts";
import { transformRows } from "./transform-rows.ts";
import { MOST_JOBS, type Settings, readSettings } from "./transform-settings.ts";

/** So much is encoded by threads where the command line says how many. Of stdin as much must have come. */
const MIN_BYTES = 4 * 1024 * 1024;

/** `skewless transform`: a raw CSV file → what SageMaker trains on, or what the endpoint gets. */
export const transform: Command = {
  summary: "Make the training set, or the endpoint's CSV, from a raw CSV file",
  usage: "MODEL.yaml RAW.csv",
  positionals: { min: 2, max: 2 },
  options: {
    output: {
      type: "string",
      short: "o",
      value: "OUT.csv",
      description: "File to write (default: -, stdout)",
    },
    header: {
      type: "boolean",
      description: "Write a header line, which SageMaker's own algorithms do not take",
    },
    format: {
      type: "string",
      value: "csv|libsvm",
      description: "libsvm: a line is `target 0:value 1:value …` (default: csv)",
    },
    split: {
      type: "string",
      value: "PART",
      description: "Write OUT.train.csv and OUT.validation.csv; PART of the rows, such as 0.7, to the first",
    },
    seed: {
      type: "string",
      value: "NUMBER",
      description: "Another seed, another split; the same seed, the same split (default: 0)",
    },
    rejects: {
      type: "string",
      value: "FILE.csv",
      description: "File for the rows that do not fit, with line and reasons; the others are written",
    },
    jobs: {
      type: "string",
      value: "N",
      description: `Threads that encode a file of 4 MiB or more (default: one for each core, ${MOST_JOBS} at most, where it takes long)`,
    },
  },
  help: `RAW.csv has a header. The model's inputs are found in it by name, in any order; other columns are left out.
Where it has the target's column too, the result is a training set: the target first, transformed as
the model file says, then the features. Where it has not, the result holds the features alone.
RAW.csv may be -, which is stdin. OUT.csv appears only when every row was fine, or went to the rejects.

--split shares the rows out one by one, in their order: each by a pseudo-random number (SplitMix32) that depends on
the seed and on the row's place in RAW.csv alone, so that the sizes are near PART, not equal to it. In libsvm's form
columns count from 0, as XGBoost counts them; zeros are written, missing values are not; without a target's column the
label is 0. Whatever --jobs says, the result is the same. The exit code is 1 where a row did not fit, with --rejects too.

Examples:
  printf '%s\\n' datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,count \\
    '2012-12-19 17:00:00,4,0,1,1,16.4,20.455,50,26.0027,571' \\
    '2012-12-19 18:00:00,4,0,1,1,15.58,19.695,50,23.9994,569' > raw.csv
  npx skewless transform models/bike-rental.yaml raw.csv
  npx skewless transform models/bike-rental.yaml raw.csv -o bike.csv --split 0.7 --seed 5 --rejects rejects.csv`,
  run: async ({ positionals, values }, io) => {
    const [modelPath, rawPath] = positionals as [string, string];
    const settings = readSettings(values as Record<string, string | undefined>, values["header"] === true);
    // They take as long to start as the rest does until there is something to do for them.
    const isLarge =
      settings.isJobsAsked && settings.jobs > 1 && rawPath !== "-" && (await sizeOf(rawPath)) >= MIN_BYTES;
    const early = Array.from({ length: isLarge ? settings.jobs - 1 : 0 }, () => startThread());
    try {
      return await transformFile(modelPath, rawPath, settings, () => early.pop() ?? startThread(), io);
    } finally {
      for (const thread of early) thread.close();
    }
  },
};

async function transformFile(
  modelPath: string,
  rawPath: string,
  settings: Settings,
  start: () => EncodeThread,
  io: Io,
): Promise<number> {
  const sources = await loadSources(modelPath, io.env);
  const { pipeline } = await modelOf(modelPath, sources);
  const writes = settings.paths.map((path) => ({ path, option: "--output" }));
  if (settings.rejects !== undefined) writes.push({ path: settings.rejects, option: "--rejects" });
  await keepApart(writes, [...filesOfModel(modelPath), rawPath], io);
  const source = await openSource(rawPath, io);
  const open: Output[] = [];
  const openNext = async (path: string) => {
    const output = await openOutput(path, io);
    open.push(output);
    return output;
  };
  const progress = createProgress(io.stderr, source.totalBytes);
  try {
    const outputs: Output[] = [];
    for (const path of settings.paths) outputs.push(await openNext(path));
    const rejects =
      settings.rejects === undefined ? undefined : createRejects(await openNext(settings.rejects));
    const announce = (ignored: readonly string[]) => announceIgnored(source.name, ignored, io);
    const { kind, rows, rowsRead } = await transformRows({
      pipeline,
      source,
      outputs,
      choose: settings.choose,
      format: settings.format,
      header: settings.header,
      rejects,
      progress,
      announce,
      sources,
      helpers: settings.jobs - 1,
      startThread: start,
      isWorthHelp: settings.isJobsAsked
        ? (bytes) => Math.max(bytes, source.totalBytes ?? 0) >= MIN_BYTES
        : createPatience(source.totalBytes),
    });
    for (const output of open) await output.commit();
    progress.clear();
    const lines = outputs.map(({ name }, i) => `${name}: ${kind}, ${counted(rows[i]!, "row")}`);
    const rejected = rejects?.count() ?? 0;
    // Read as a training or a validation set it would be a failure somewhere else, hours later.
    const empty = outputs.filter((_, i) => rows[i] === 0);
    if (settings.paths.length > 1 && rowsRead > 0) {
      lines.unshift(
        ...empty.map(({ name }) => `warning: ${name} holds no row: choose another --split or --seed`),
      );
    }
    if (rejected > 0) lines.unshift(`${rejects!.output.name}: ${counted(rejected, "row")} that did not fit`);
    await print(io.stderr, `${lines.join("\n")}, ${progress.rate(rowsRead)}\n`);
    return rejected > 0 ? 1 : 0;
  } finally {
    progress.clear();
    for (const output of open) await output.discard();
  }
}

/** Of a file; 0 of one that cannot be looked at, which is told when it is opened. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function announceIgnored(name: string, ignored: readonly string[], { stderr }: Io): Promise<void> {
  if (ignored.length > 0) await print(stderr, `${name}: columns left out: ${ignored.join(", ")}\n`);
}
