import { UsageError } from "../errors.ts";
import { fittedPathOf, fittedText } from "../fitted-file.ts";
import { learningFeatures, learningNumbers, readingsNeeded } from "../model/learning.ts";
import type { ModelFile } from "../model/model-file.ts";
import { loadModelFile } from "../registry.ts";
import { keepApart } from "./apart.ts";
import type { Command, Io } from "./command.ts";
import { learnFromFile } from "./fit-learn.ts";
import { createSorter } from "./fit-sorter.ts";
import { openOutput } from "./output.ts";
import { counted, print } from "./print.ts";
import { createProgress } from "./progress.ts";
import { openSource } from "./source.ts";

/** `skewless fit`: training data → what the model file's steps learn from them, and a baseline. */
export const fit: Command = {
  summary: "Learn what the model file's steps need from the training data",
  usage: "MODEL.yaml TRAIN.csv",
  positionals: { min: 2, max: 2 },
  options: {
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "File to write (default: MODEL.fitted.json, where the other commands look for it)",
    },
  },
  help: `Learns the parameters of all steps (means, scales, categories, quantiles) and a baseline of every input and of
the target (count, missing, mean, std, quantiles, categories), and writes them to MODEL.fitted.json beside
MODEL.yaml: commit it with the model file. The same data give the same file. Run it again when the inputs,
features or target of the model file change; the other commands and the service refuse a stale one.

TRAIN.csv has a header. The model's inputs and the target are found in it by name, in any order; other
columns are left out. It is read once for each learning step of the longest chain, in bounded memory. It may
be -, which is stdin, if one reading is enough. Rows that do not fit stop it: exit code 1.

Examples:
  printf '%s\\n' datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,count \\
    '2012-12-19 16:00:00,4,0,1,1,17.22,21.21,50,12.998,375' \\
    '2012-12-19 17:00:00,4,0,1,1,16.4,20.455,50,26.0027,571' |
    npx skewless fit models/bike-rental.yaml - -o -
  npx skewless fit models/bike-rental.yaml train.csv`,
  run: async ({ positionals, values }, io) => {
    const [modelPath, rawPath] = positionals as [string, string];
    const file = await loadModelFile(modelPath, io.env);
    const outputPath = (values["output"] as string | undefined) ?? fittedPathOf(modelPath);
    await keepApart([{ path: outputPath, option: "--output" }], [modelPath, rawPath], io);
    const readings = readingsNeeded(file);
    const { name, totalBytes } = await openSource(rawPath, io);
    if (readings > 1 && totalBytes === undefined) {
      throw new UsageError(
        `${name} can be read once, but the steps of ${modelPath} need ${readings} readings: give a file.`,
      );
    }
    const output = await openOutput(outputPath, io);
    const progress = createProgress(io.stderr, totalBytes && totalBytes * readings);
    const sorter = createSorter();
    try {
      const training = {
        open: () => openSource(rawPath, io),
        announce: (ignored: readonly string[]) => announce(name, ignored, io),
        progress: progress.update,
      };
      const { fitted, rowsRead } = await learnFromFile(file, training, sorter);
      await output.write(fittedText(file, fitted));
      await output.commit();
      progress.clear();
      const rows = `${counted(fitted.data.rows, "row")}${readings === 1 ? "" : ` read ${readings} times`}`;
      await print(io.stderr, `${output.name}: ${rows}, ${learners(file)}, ${progress.rate(rowsRead)}\n`);
      return 0;
    } finally {
      progress.clear();
      sorter.clear();
      await output.discard();
    }
  },
};

async function announce(name: string, ignored: readonly string[], { stderr }: Io): Promise<void> {
  if (ignored.length > 0) await print(stderr, `${name}: columns left out: ${ignored.join(", ")}\n`);
}

function learners(file: ModelFile): string {
  const steps = learningFeatures(file).flatMap((feature) => feature.steps).length;
  return counted(steps + learningNumbers(file).length, "learned step");
}
