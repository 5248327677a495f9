import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as skewless from "../src/index.ts";

test("the library is what it is said to be, and no more", () => {
  expect(Object.keys(skewless).toSorted()).toEqual([
    "Problem",
    "Refusal",
    "UsageError",
    "catalogue",
    "checkModelFile",
    "compilePipeline",
    "loadModel",
    "loadModels",
    "requestSchema",
  ]);
});

test("it does to a row what the service does", async () => {
  const { pipeline, golden } = await skewless.loadModel("models/bike-rental.yaml", {});
  const rows = pipeline.readInstances({ instances: golden.map(({ features }) => ({ features })) });
  expect(pipeline.encode(rows)).toEqual(golden.map(({ csv }) => csv));
  expect(pipeline.decode([6.349300861358643])).toEqual([571.092597122044]);
  expect(() => pipeline.readInstances({})).toThrow(skewless.Problem);
});

/** What the library exports, name by name, and the file that declares it. */
function exported(): Map<string, string> {
  const text = readFileSync("src/index.ts", "utf8");
  const statements = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "(.+?)";$/gms)];
  return new Map(
    statements.flatMap(([, names, file]) =>
      names!
        .split(",")
        .map((name) => name.replace("type ", "").trim())
        .filter((name) => name !== "")
        .map((name): [string, string] => [name, join("src", file!)]),
    ),
  );
}

/** The declaration of an interface or a type, without its comments. */
function declarationOf(name: string, file: string): string | undefined {
  const text = readFileSync(file, "utf8").replaceAll(/\/\*\*.*?\*\//gs, "");
  const [found] =
    new RegExp(`^export (?:interface ${name}\\b.*?^\\}|type ${name}\\b.*?;$)`, "ms").exec(text) ?? [];
  return found?.replaceAll(/"[^"]*"|\btypeof \w+/g, "");
}

// Of the language and of TypeBox; and what only parts of them are made of.
const KNOWN = /^(?:Array|Float64Array|INPUT_SCHEMAS|Omit|Pick|Readonly|ReadonlyMap|Record|Static)$/;
const OWN = /^(?:Counts|ClassTarget|Endpoint)$/;

test("whatever type its types speak of can be named as well", () => {
  const names = exported();
  const unnamed = [...names].flatMap(([name, file]) => {
    const words = declarationOf(name, file)?.match(/\b[A-Z]\w*/g) ?? [];
    return words
      .filter((word) => !names.has(word) && !KNOWN.test(word) && !OWN.test(word))
      .map((word) => `${name}: ${word}`);
  });
  expect(unnamed).toEqual([]);
  expect(declarationOf("Pipeline", names.get("Pipeline")!)).toContain("readonly encode");
  expect(declarationOf("Model", names.get("Model")!)).toContain("fitted");
});
