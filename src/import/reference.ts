import { COMPOSITES } from "./compose.ts";
import { ESTIMATORS } from "./estimators.ts";
import { shortName } from "./exported.ts";
import { TARGET_ESTIMATORS } from "./target.ts";

/** The page on `skewless import`: `docs/import.md`, its tables made from those that the code goes by. */
export function importReference(): string {
  return `# Importing a scikit-learn pipeline

<!-- Made from src/import by \`npm run generate\`. -->

A ColumnTransformer or Pipeline that is fitted already need not be written again by hand. Two commands make a model file and
a fitted file of it, and the features are then what scikit-learn's \`transform\` gives, column by column, in its order.

Where the pipeline was fitted, in Python (scikit-learn 1.3 or newer, below 2; held against 1.3.2, 1.5.2, 1.7.2 and 1.9.1):

\`\`\`sh
python node_modules/skewless/tools/export_sklearn.py pipeline.joblib --data train.csv --target price -o pipeline.json
\`\`\`

**Loading a joblib or pickle file executes code that is in it**: export only what you trust. The JSON holds no code, and no
row of the data. In a program of your own the same is \`export(pipeline, data=X_train, target="price")\` of that file, a dict for
\`json.dump\`. Without the data the types of the inputs follow from what the estimators learned, and are numbers where nothing
does; name the training data, and they are known, and which inputs may be missing. An estimator that was fitted on an array
takes their columns' names. \`--target-transformer encoder.joblib\` adds a LabelEncoder or another transformer of the target
that the pipeline itself does not hold.

Then, anywhere:

\`\`\`sh
npx skewless import pipeline.json --name houses --endpoint houses-v1
npx skewless check models/houses.yaml
\`\`\`

writes \`models/houses.yaml\` and \`models/houses.fitted.json\`. Files that are there are replaced with \`--force\` alone. To prove
that both make the same of the same rows, have scikit-learn write what it makes, and compare:

\`\`\`sh
python -c "import joblib, pandas; p = joblib.load('pipeline.joblib'); pandas.DataFrame(p.transform(pandas.read_csv('raw.csv'))).to_csv('made.csv', index=False, header=False)"
npx skewless check models/houses.yaml --raw raw.csv --against made.csv
\`\`\`

(of a Pipeline that ends in a model, take \`p[:-1]\`; of sparse results, \`.toarray()\`). Plain arithmetic is equal to the last bit;
logarithms and powers are within some 1e-15. Where these are subtracted from afterwards, as by a PowerTransformer, which
standardizes, or by a StandardScaler after a logarithm, 1e-15 is many ulps of what is left near zero: there the command above
may find differences, and wants

\`\`\`sh
npx skewless check models/houses.yaml --raw raw.csv --against made.csv --tolerance 16777216
\`\`\`

(2^24 ulps: the first eight digits are equal). The column \`max absolute\` of its table then says how far apart they are at most:
some 1e-15 is rounding, more is not. Without such steps leave \`--tolerance\` out.

## What becomes of what

${table(["scikit-learn", "becomes", "but not"], [...rowsOf(COMPOSITES), ...rowsOf(ESTIMATORS)])}

As a transformer of the target, in a TransformedTargetRegressor or beside the pipeline:

${table(["scikit-learn", "becomes", "but not"], rowsOf(TARGET_ESTIMATORS))}

A classifier at the end gives the target its \`labels\`, where there is no LabelEncoder. Otherwise the model at the end is left
out: the endpoint serves it.

## What is refused

Whatever a model file has no words for is named with its path, all of it at once (\`preprocess > num > scale: …\`); the exit code
is 1, and nothing is written. Besides what the tables say, that is

- a class, a parameter or a value of one that is not known here, or a version of scikit-learn below 1.3 or from 2 on; a newer
  one than 1.9 is taken, with a note;
- what scikit-learn computes in fewer than 64 bits: data of the type float32, or a logarithm of the type int8;
- a step that jumps (bins, rounding, categories, quantiles several of which are equal) after a logarithm or a power, whose
  last digit may not be scikit-learn's, so that a number could fall on the other side of an edge;
- an input whose name is no name in a model file (\`--rename "hours per week=hours"\` gives it another), and two columns of one
  name, as of two PolynomialFeatures that share a column (the message names the ways out);
- an attribute that contradicts the others, as when it was changed after fitting.

## Good to know

- Parameters that matter to fitting alone (\`subsample\`, \`random_state\`, \`cv\` and the like) are left out: \`skewless fit\` would
  learn by its own rules, which docs/steps.md lists, and replace what was imported.
- An input may be missing where an estimator gives that a meaning (an imputer, an indicator, a category), or where the training
  data show it and nothing refuses it. It has \`categories\` only if you add them.
- Columns that nothing is made of are no inputs. They are listed at the top of the model file.
- Column names differ from \`get_feature_names_out\`; the number of columns and their order do not.
`;
}

type Rows = Readonly<Record<string, { readonly becomes: string; readonly except?: string }>>;

function rowsOf(entries: Rows): string[][] {
  return Object.entries(entries).map(([name, { becomes, except }]) => [
    shortName(name),
    becomes,
    except ?? "–",
  ]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
