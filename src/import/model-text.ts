import { stringify } from "yaml";
import type { Imported } from "./model.ts";

/** The text of an imported model file: a line for each input and feature. `source` says what it was made of. */
export function modelText(
  { document, comments, notes }: Omit<Imported, "file" | "fitted">,
  source: string,
): string {
  const { name, version, endpoint, inputs, features, target } = document;
  return `${[
    comment(
      "",
      `Made by \`skewless import\` of ${source}. What its estimators learned is in ${name}.fitted.json.`,
    ),
    ...notes.map((note) => comment("", `- ${note}`)),
    `name: ${flow(name)}`,
    `version: ${flow(version)}`,
    `endpoint: ${flow(endpoint)}`,
    "",
    "# What a client sends; the order is that of a positional row.",
    "inputs:",
    ...inputs.map((input) => `  - ${flow(input)}`),
    "",
    "# What the model was trained on; the order is that of the CSV.",
    "features:",
    ...features.flatMap((feature, i) => {
      const line = `  - ${flow(feature)}`;
      return comments[i] === comments[i - 1] || comments[i] === ""
        ? [line]
        : [comment("  ", comments[i]!), line];
    }),
    "",
    `target: ${flow(target)}`,
  ].join("\n")}\n`;
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}

/** A comment ends with its line, whatever is in the names that it holds. */
function comment(indent: string, text: string): string {
  return `${indent}# ${text.replaceAll(/\s+/g, " ")}`;
}
