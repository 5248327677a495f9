import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkModelFile } from "../../src/model/model-file.ts";
import { type RowFormat, csvHeader } from "../../src/model/formats.ts";
import type { Pipeline } from "../../src/model/pipeline.ts";
import { needs } from "../needs.ts";
import { FLOAT32_MAX, compile, smallDocument } from "./fixtures.ts";

/** A model of these columns as they are, each of which may be missing. */
const modelOf = (columns: readonly string[], endpoint: object): Pipeline =>
  compile(
    smallDocument({
      endpoint: { name: "e", ...endpoint },
      inputs: columns.map((name) => ({ name, type: "number", missing: true })),
      features: columns,
    }),
  );

const bodyOf = ({ open, separator, close, rows }: RowFormat, lines: readonly string[]): string =>
  open + rows(lines).join(separator) + close;

/** The body that a model's endpoint gets for rows, NaN where missing. */
const body = (rows: readonly (readonly number[])[], endpoint: object, columns = ["a", "b", "c"]): string => {
  const { format, encode } = modelOf(columns, endpoint);
  return bodyOf(format, encode(rows));
};

const FORMATS = [
  {},
  { header: true },
  { content_type: "application/json" },
  { content_type: "application/json", body: "list" },
  { content_type: "application/jsonlines" },
  { content_type: "text/libsvm" },
];

describe("a body of three rows, with zeros, exponents and missing values", () => {
  const rows = [
    [0, -1.5, 1e21],
    [Number.NaN, 1e-7, Number.NaN],
    [2012, Number.NaN, 0.1],
  ];

  test.each([
    [{}, "text/csv", "0,-1.5,1e+21\n,1e-7,\n2012,,0.1"],
    [{ content_type: "text/csv", header: false }, "text/csv", "0,-1.5,1e+21\n,1e-7,\n2012,,0.1"],
    [{ header: true }, "text/csv", "a,b,c\n0,-1.5,1e+21\n,1e-7,\n2012,,0.1"],
    [
      { content_type: "application/json" },
      "application/json",
      '{"instances":[{"features":[0,-1.5,1e+21]},{"features":[null,1e-7,null]},{"features":[2012,null,0.1]}]}',
    ],
    [
      { content_type: "application/json", body: "instances" },
      "application/json",
      '{"instances":[{"features":[0,-1.5,1e+21]},{"features":[null,1e-7,null]},{"features":[2012,null,0.1]}]}',
    ],
    [
      { content_type: "application/json", body: "list" },
      "application/json",
      "[[0,-1.5,1e+21],[null,1e-7,null],[2012,null,0.1]]",
    ],
    [
      { content_type: "application/jsonlines" },
      "application/jsonlines",
      '{"features":[0,-1.5,1e+21]}\n{"features":[null,1e-7,null]}\n{"features":[2012,null,0.1]}',
    ],
    [{ content_type: "text/libsvm" }, "text/libsvm", "0 0:0 1:-1.5 2:1e+21\n0 0:nan 1:1e-7\n0 0:2012 2:0.1"],
  ])("%j is %s", (endpoint, contentType, text) => {
    const { format } = modelOf(["a", "b", "c"], endpoint);
    expect(format.contentType).toBe(contentType);
    expect(body(rows, endpoint)).toBe(text);
  });

  test("has negative zero as zero, in every format", () => {
    const texts = FORMATS.map((endpoint) => body([[-0]], endpoint, ["a"]));
    expect(texts).toEqual([
      "0",
      "a\n0",
      '{"instances":[{"features":[0]}]}',
      "[[0]]",
      '{"features":[0]}',
      "0 0:0",
    ]);
  });
});

test("docs/model-file.md shows what is sent", () => {
  const text = readFileSync("docs/model-file.md", "utf8");
  const rows = [
    [1, 0, 2.5],
    [3, Number.NaN, 4],
  ];
  const shown = [...text.matchAll(/^\| (?:`([a-z/]+)`|… with `(\w+): (\w+)`) \| `(.*)` \|$/gm)];
  let content_type = "";
  const sent = shown.map(([, type = content_type, setting, value = ""]) => {
    content_type = type;
    const more = setting === undefined ? {} : { [setting]: value === "true" ? true : value };
    return body(rows, { content_type, ...more }).replaceAll("\n", "⏎");
  });
  expect(shown.map(([, , , , example]) => example)).toEqual(sent);
  expect(sent).toHaveLength(FORMATS.length);
});

describe("a row of which all is missing", () => {
  test("is still a row: of several columns", () => {
    const rows = [
      [Number.NaN, Number.NaN, Number.NaN],
      [1, 2, 3],
    ];
    expect(FORMATS.map((endpoint) => body(rows, endpoint))).toEqual([
      ",,\n1,2,3",
      "a,b,c\n,,\n1,2,3",
      '{"instances":[{"features":[null,null,null]},{"features":[1,2,3]}]}',
      "[[null,null,null],[1,2,3]]",
      '{"features":[null,null,null]}\n{"features":[1,2,3]}',
      "0 0:nan\n0 0:1 1:2 2:3",
    ]);
  });

  test("is still a row: of one column, where an empty line would be none", () => {
    const rows = [[Number.NaN], [0]];
    expect(FORMATS.map((endpoint) => body(rows, endpoint, ["a"]))).toEqual([
      "nan\n0",
      "a\nnan\n0",
      '{"instances":[{"features":[null]},{"features":[0]}]}',
      "[[null],[0]]",
      '{"features":[null]}\n{"features":[0]}',
      "0 0:nan\n0 0:0",
    ]);
  });
});

test("a header names the columns, not the features, and quotes what a reader would split", () => {
  const document = smallDocument({
    endpoint: { name: "e", header: true },
    inputs: [
      { name: "sky", type: "string" },
      { name: "x", type: "number" },
    ],
    features: [
      {
        from: "sky",
        steps: [{ one_hot: { categories: ["clear", "rain, heavy", 'so "so"', "two\nlines"] } }],
      },
      "x",
    ],
  });
  const { format, encode } = compile(document);
  expect(bodyOf(format, encode([["rain, heavy", 2]]))).toBe(
    'sky_clear,"sky_rain, heavy","sky_so ""so""","sky_two\nlines",x\n0,1,0,0,2',
  );
  expect(csvHeader(["a", "b c"])).toBe("a,b c");
});

describe("the type that the container is asked to answer in", () => {
  test("is that of the rows, and CSV for LIBSVM's form, in which nothing answers", () => {
    expect(FORMATS.map((endpoint) => modelOf(["x"], endpoint).format.accept)).toEqual([
      "text/csv",
      "text/csv",
      "application/json",
      "application/json",
      "application/jsonlines",
      "text/csv",
    ]);
  });

  test("is what the model file says", () => {
    const { format } = modelOf(["x"], { accept: "application/json;verbose" });
    expect([format.contentType, format.accept]).toEqual(["text/csv", "application/json;verbose"]);
  });
});

test("a format is frozen, and CSV rows are passed on as they are", () => {
  const { format } = modelOf(["a", "b"], {});
  expect(Object.isFrozen(format)).toBe(true);
  const lines = ["1,2"];
  expect(format.rows(lines)).toBe(lines);
});

/** The mistakes of an endpoint's settings, as `path: message`. */
const issues = (settings: object): string[] => {
  const result = checkModelFile(smallDocument({ endpoint: { name: "e", ...settings } }));
  return "file" in result ? [] : result.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};

describe("a model file", () => {
  test.each(FORMATS)("may say %j", (settings) => {
    expect(issues(settings)).toEqual([]);
  });

  test("is told what the content types are", () => {
    expect(issues({ content_type: "text/cvs" })).toEqual([
      "endpoint.content_type: must be one of text/csv, application/json, application/jsonlines, text/libsvm, " +
        'not "text/cvs"; did you mean "text/csv"?',
    ]);
    expect(issues({ body: "lists", content_type: "application/json" })).toEqual([
      'endpoint.body: must be one of instances, list, not "lists"; did you mean "list"?',
    ]);
    expect(issues({ header: "yes" })[0]).toMatch(/^endpoint\.header: /);
  });

  test("may not have a header that is not of CSV, or a body that is not of JSON", () => {
    expect(issues({ content_type: "text/libsvm", header: true, body: "list" })).toEqual([
      "endpoint.header: is a setting of text/csv, but the content type is text/libsvm",
      "endpoint.body: is a setting of application/json, but the content type is text/libsvm",
    ]);
    expect(issues({ content_type: "application/jsonlines", body: "instances" })).toEqual([
      "endpoint.body: is a setting of application/json, but the content type is application/jsonlines",
    ]);
    expect(issues({ body: "list" })).toEqual([
      "endpoint.body: is a setting of application/json, but the content type is text/csv",
    ]);
  });

  test.each([
    "text/csv",
    "text/plain",
    "application/json",
    "application/json;verbose",
    "application/json; verbose=true",
    "application/jsonlines",
    "application/x-ndjson",
    "*/*",
    "${ACCEPT}",
  ])("may ask for %s", (accept) => {
    expect(issues({ accept })).toEqual([]);
  });

  test.each([
    ["", "is empty of a type"],
    ["json", "is no media type"],
    ["text/csv, application/json", "is a list, which XGBoost's container answers 406"],
    ["application/json;a, text/csv", "is a list too"],
    ["application/x-npy", "is binary, which could not be read"],
    ["application/x-recordio-protobuf", "is binary too"],
    ["application/json;ä", "is not ASCII"],
  ])("may not ask for %j, which %s", (accept) => {
    expect(issues({ accept })).toEqual([
      expect.stringMatching(/^endpoint\.accept: is ".*", which does not fit: Accept: one/),
    ]);
  });
});

/** Rows of seven columns, some of whose values are missing. */
const rowsOf = (...values: fc.Arbitrary<number>[]) =>
  fc.array(fc.oneof(fc.constant(Number.NaN), ...values), { minLength: 7, maxLength: 7 });
const cells = rowsOf(
  fc.double({ noNaN: true, min: -FLOAT32_MAX, max: FLOAT32_MAX }),
  fc.constantFrom(0, 1, -1, 0.1, 2012, 1e-7, 5e-324),
);
const NAMES = ["a", "b", "c", "d", "e", "f", "g"];
/** NaN and -0 as JSON has them. */
const plain = (rows: readonly (readonly number[])[]) =>
  rows.map((row) => row.map((value) => (Number.isNaN(value) ? null : value + 0)));

test("whatever the rows, every format says the same", () => {
  const models = new Map(FORMATS.map((endpoint) => [JSON.stringify(endpoint), modelOf(NAMES, endpoint)]));
  const read = (endpoint: object, rows: readonly (readonly number[])[]) => {
    const { format, encode } = models.get(JSON.stringify(endpoint))!;
    return bodyOf(format, encode(rows));
  };
  fc.assert(
    fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), (rows) => {
      const wanted = plain(rows);
      const fromCsv = (line: string) => line.split(",").map((cell) => (cell === "" ? null : Number(cell)));
      expect(read({}, rows).split("\n").map(fromCsv)).toEqual(wanted);
      const [names, ...lines] = read({ header: true }, rows).split("\n");
      expect([names, lines.map(fromCsv)]).toEqual([NAMES.join(), wanted]);
      const instances = wanted.map((features) => ({ features }));
      expect(JSON.parse(read({ content_type: "application/json" }, rows))).toEqual({ instances });
      expect(JSON.parse(read({ content_type: "application/json", body: "list" }, rows))).toEqual(wanted);
      const jsonLines = read({ content_type: "application/jsonlines" }, rows).split("\n");
      expect(jsonLines.map((line): unknown => JSON.parse(line))).toEqual(instances);
      const libsvm = read({ content_type: "text/libsvm" }, rows).split("\n");
      expect(libsvm.map((line) => readLibsvm(line))).toEqual(wanted);
    }),
  );
});

/** As XGBoost's container reads a line: what has a colon, columns from 0; what is not there, or is nan, is missing. */
function readLibsvm(line: string): (number | null)[] {
  const row: (number | null)[] = NAMES.map(() => null);
  for (const word of line.split(" ")) {
    const [index, value] = word.split(":");
    if (value !== undefined) row[Number(index)] = value === "nan" ? null : Number(value);
  }
  return row;
}

const ORACLE = "test/model/formats.oracle.py";
const xgboostPython = process.env["SKEWLESS_PYTHON"];
const sklearnPython = process.env["SKEWLESS_SKLEARN_PYTHON"] ?? xgboostPython;

interface Readings {
  readonly [reader: string]: readonly (readonly (number | null)[])[];
}

function ask(python: string, library: string, bodies: object): Readings {
  const { stdout, stderr, status } = spawnSync(python, [ORACLE, library], {
    input: JSON.stringify(bodies),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Readings;
}

describe("what Python reads", () => {
  const rows = fc.sample(cells, { seed: 6, numRuns: 300 });

  needs("a Python with scikit-learn (SKEWLESS_SKLEARN_PYTHON)", sklearnPython !== undefined)(
    "scikit-learn's loader, pandas and NumPy read the very rows",
    () => {
      const endpoints = { csv: FORMATS[1]!, json: FORMATS[3]!, libsvm: FORMATS[5]! };
      const bodies = Object.entries(endpoints).map(([name, endpoint]) => [name, body(rows, endpoint, NAMES)]);
      const read = ask(sklearnPython!, "sklearn", { ...Object.fromEntries(bodies), columns: NAMES.length });
      expect(read).toEqual({ libsvm: plain(rows), csv: plain(rows), json: plain(rows) });
    },
    60_000,
  );

  const withXgboost = needs("a Python with xgboost (SKEWLESS_PYTHON)", xgboostPython !== undefined);
  const libsvm = (some: readonly (readonly number[])[]) => ({
    libsvm: body(some, { content_type: "text/libsvm" }, NAMES),
    columns: NAMES.length,
  });
  // Its loader of files rounds more than once, and makes of a subnormal a normal float32: that is its own affair.
  const ordinary = fc.sample(rowsOf(fc.integer({ min: -1e6, max: 1e6 }).map((whole) => whole / 1000)), {
    seed: 7,
    numRuns: 300,
  });

  withXgboost(
    "XGBoost gets the very rows by its container's way of reading LIBSVM's form",
    () => {
      const read = ask(xgboostPython!, "xgboost", libsvm(ordinary));
      expect(read["container"]).toEqual(
        plain(ordinary).map((row) => row.map((value) => value && Math.fround(value))),
      );
    },
    60_000,
  );

  withXgboost(
    "XGBoost's loader of files reads the same, and refuses a first column that is missing rather than misread it",
    () => {
      const whole = ordinary.map((row, i) => [i, ...row.slice(1)]);
      const near = (value: number | null) => (value === null ? null : expect.closeTo(value, 3));
      expect(ask(xgboostPython!, "xgboost", libsvm(whole))["file"]).toEqual(
        plain(whole).map((row) => row.map((value) => near(value))),
      );
      const lacking = libsvm([[Number.NaN, ...NAMES.slice(1).map(() => 1)]]);
      expect(ask(xgboostPython!, "xgboost", lacking)["file"]).toBe("refused");
    },
    60_000,
  );
});
