/** The page of docs/stub.md that says which client does what: made of what the tests try, so that each cell is a test. */
import { awsCliV1, awsCliV2 } from "./aws-cli.ts";
import { boto3 } from "./boto3.ts";
import type { Client, Trouble } from "./client.ts";
import { go } from "./go.ts";
import { java } from "./java.ts";
import { js } from "./js.ts";
import { MISSING, moto } from "./moto.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { sagemakerSdkV2 } from "./sagemaker-sdk-v2.ts";
import { sagemakerSdkV3 } from "./sagemaker-sdk-v3.ts";

/** All of them, in the order of the table. */
export const CLIENTS: readonly Client[] = [
  boto3,
  awsCliV1,
  awsCliV2,
  sagemakerSdkV2,
  sagemakerSdkV3,
  js,
  go,
  java,
];

const TROUBLES: Readonly<Record<Trouble, string>> = {
  throttle: "400 Throttling",
  "model-error": "424",
  "model-not-ready": "429",
  "internal-failure": "500",
  "service-unavailable": "503",
  "internal-dependency": "530",
  reset: "reset",
  "time-out": "time-out",
};

function markdown(rows: readonly (readonly string[])[]): string {
  const [head, ...rest] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head!), line(head!.map(() => "---")), ...rest.map(line)].join("\n");
}

function operations(): string {
  const head = ["", ...CLIENTS.map(({ name }) => name), moto.name];
  const versions = ["version", ...CLIENTS.map(({ version }) => version), moto.version];
  const rows = (Object.keys(OPERATIONS) as Operation[]).map((operation) => [
    operation,
    ...CLIENTS.map((client) => (client.operations[operation] === undefined ? "–" : "✓")),
    MISSING[operation] ?? "✓",
  ]);
  const predictions = [
    "6,493 predictions, rows a call",
    ...CLIENTS.map(({ sizes }) => sizes.join(", ")),
    "none",
  ];
  return markdown([head, versions, ...rows, predictions]);
}

function retries(): string {
  const head = ["calls in all, when each meets", "retry mode", ...Object.values(TROUBLES)];
  const rows = CLIENTS.flatMap((client) =>
    client.retries.map(({ mode, attempts }, index) => [
      client.name,
      index === 0 ? `${mode}, the default` : mode,
      ...(Object.keys(TROUBLES) as Trouble[]).map((trouble) => String(attempts[trouble])),
    ]),
  );
  return markdown([head, ...rows]);
}

const START = "<!-- Of test/clients/table.ts: UPDATE_DOCS=1 npm run test:clients -- table -->";
const END = "<!-- The end of what it makes. -->";

/**
 * A page with the tables as they should be in it.
 *
 * @throws where it has no place for them.
 */
export function withTables(page: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`docs/stub.md has no ${START} … ${END}.`);
  }
  return `${page.slice(0, start)}${START}\n\n${operations()}\n\n${retries()}\n\n${page.slice(end)}`;
}
