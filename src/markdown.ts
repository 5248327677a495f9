import { stringify } from "yaml";

/** How the generated pages write values, lists and tables. */

/** A value in a cell. Six digits: the last ones of a sine or a logarithm depend on the machine. */
export function cellText(value: string | number | boolean | null): string {
  if (value === null || Number.isNaN(value)) return "*missing*";
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

export function json(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "number" ? Number(part.toPrecision(6)) : part));
}

/** On one line, as a model file has it. */
export function flow(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}

export function code(yaml: string): string {
  return `\`\`\`yaml\n${yaml}\n\`\`\``;
}

export function list(facts: readonly (readonly [string, string])[]): string {
  return facts.map(([title, fact]) => `- **${title}:** ${fact}`).join("\n");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
