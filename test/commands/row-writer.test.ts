import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRecords, recordCells } from "../../src/commands/csv-records.ts";
import { createLineBuffer, libsvmCellWriter, writeCsvCell } from "../../src/commands/line-writer.ts";
import { createRowEncoder } from "../../src/commands/row-encoder.ts";
import { createRowWriter } from "../../src/commands/row-writer.ts";
import { smallDocument } from "../model/fixtures.ts";
import { fitted } from "../model/steps/fit-in-memory.ts";

const pipeline = fitted(
  smallDocument({
    inputs: [
      { name: "sky", type: "string", missing: true },
      { name: "wind", type: "number", missing: true },
      { name: "heat", type: "number" },
      { name: "at", type: "datetime" },
      // No feature is made from it.
      { name: "idle", type: "integer" },
    ],
    features: [
      { from: "sky", steps: [{ one_hot: { categories: ["clear", "rain"], handle_unknown: "error" } }] },
      "wind",
      { name: "wind2", from: "wind", steps: ["square"] },
      { name: "both", from: ["wind", "heat"], steps: ["difference"] },
      { name: "hour", from: "at", steps: [{ datetime_part: "hour" }] },
      "heat",
      { name: "root", from: "wind", steps: ["log1p"] },
    ],
    target: { name: "y", transform: "log1p" },
  }),
  [],
);

type Form = "csv" | "libsvm";

/** The lines of a raw file, and what must come out: the encoder's values, printed by JavaScript. */
async function write(raw: Buffer, form: Form, chunkBytes: number, model = pipeline) {
  const buffer = createLineBuffer();
  let expected = "";
  let writeRow: ReturnType<typeof createRowWriter> | undefined;
  let encoder: ReturnType<typeof createRowEncoder> | undefined;
  for await (const batch of readRecords({
    name: "raw.csv",
    totalBytes: undefined,
    chunks: cut(raw, chunkBytes),
  })) {
    for (let i = 0; i < batch.count; i++) {
      if (encoder === undefined) {
        encoder = createRowEncoder(model, recordCells(batch, i), "raw.csv", 1);
        writeRow = createRowWriter(
          encoder,
          form === "csv" ? writeCsvCell : libsvmCellWriter(encoder.targets),
        );
        continue;
      }
      const values = encoder.encode(batch, i);
      const size = buffer.size;
      expect(writeRow!(buffer, batch, i)).toBe(values !== undefined);
      if (values === undefined) expect(buffer.size).toBe(size);
      else expected += form === "csv" ? csvLine(values) : libsvmLine(values, encoder.targets);
    }
  }
  return { text: buffer.bytes.toString("latin1", 0, buffer.size), expected };
}

async function* cut(raw: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < raw.length; i += bytes) yield raw.subarray(i, i + bytes);
}

function csvLine(values: Float64Array): string {
  return `${[...values].map((value) => (Number.isNaN(value) ? "" : `${value}`)).join(",")}\n`;
}

function libsvmLine(values: Float64Array, targets: number): string {
  const cells = [...values.subarray(targets)].map((value, j) =>
    Number.isNaN(value) ? "" : ` ${j}:${value}`,
  );
  return `${targets === 0 ? 0 : values[0]}${cells.join("")}\n`;
}

// Cells that come again and again, some that hardly do, and some that do not fit.
const number = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("0", "-0", "1", "1.0", "9.84", "13.635", "16.9979", "1e-7", "+5", "007"),
  },
  { weight: 2, arbitrary: fc.double({ noNaN: true, min: -1e30, max: 1e30 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "x", "1,5", "-1", "-2", "1e39", `0.${"0".repeat(40)}1`, '"', "\n"),
  },
);
const rows = fc.array(
  fc.record({
    y: number,
    sky: fc.constantFrom("rain", "clear", "", "clear", "fog", "a very long word of which there is none"),
    wind: number,
    heat: number,
    at: fc.constantFrom("2012-12-19 17:00:00", "2012-12-19", "2012-12-19T05:30", "never"),
    idle: fc.constantFrom("1", "1", "2", "2", "x"),
  }),
  { minLength: 1, maxLength: 40 },
);
const drawn = fc.record({
  rows,
  columns: fc.shuffledSubarray(["y", "sky", "wind", "heat", "at", "idle"], { minLength: 6 }),
  trains: fc.boolean(),
  newline: fc.constantFrom("\n", "\r\n"),
  quoteAll: fc.boolean(),
  chunkBytes: fc.integer({ min: 1, max: 300 }),
  form: fc.constantFrom<Form>("csv", "libsvm"),
});

test("whatever the rows: they are written as if each were the only one, and those that do not fit are not", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ rows: cells, columns, trains, newline, quoteAll, chunkBytes, form }) => {
      const header = columns.filter((column) => trains || column !== "y");
      const quoted = (text: string) =>
        quoteAll || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const lines = cells.map((row) =>
        header.map((column) => quoted(row[column as keyof typeof row])).join(","),
      );
      const raw = Buffer.from([header.join(","), ...lines].join(newline));
      const { text, expected } = await write(raw, form, chunkBytes);
      expect(text).toBe(expected);
    }),
    { numRuns: 1500 },
  );
});

describe("a cell that is known", () => {
  const HEADER = "sky,wind,heat,at,idle";
  const FINE = "rain,1,2,2012-12-19,1";

  test("does not let a row pass that another cell of it keeps out", async () => {
    const bad = [
      "fog,1,2,2012-12-19,1",
      "rain,1,,2012-12-19,1",
      "rain,-1,2,2012-12-19,1",
      "rain,1,2,2012-12-32,1",
      "rain,1,2,2012-12-19,x",
      "rain,1,2,2012-12-19",
      "rain,1,2,2012-12-19,1,1",
    ];
    const raw = [HEADER, FINE, ...bad.flatMap((row) => [row, FINE])].join("\n");
    const { text } = await write(Buffer.from(raw), "csv", 1000);
    expect(text).toBe("0,1,1,1,-1,0,2,0.6931471805599453\n".repeat(8));
  });

  test("is still known in a file of many rows, next to a column of new ones that is given up", async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `rain,${i % 7},${i}.5,2012-12-19,1`);
    const { text, expected } = await write(Buffer.from([HEADER, ...lines].join("\n")), "csv", 1 << 17);
    expect(text).toBe(expected);
    expect(text.split("\n")).toHaveLength(9001);
  });
});

const words = { ordinal: { categories: ["a", "a,", ",b", "b", 'a"'], handle_unknown: "error" } };

/** Features in the order of their inputs, so that their cells stand together; and both sides of a time. */
const neighbours = fitted(
  smallDocument({
    inputs: [
      ...["one", "two", "three"].map((name) => ({ name, type: "string", missing: true })),
      { name: "four", type: "number" },
      { name: "at", type: "datetime", missing: true, time_zone: "Europe/Berlin" },
    ],
    features: [
      ...["one", "two", "three"].map((name) => ({
        from: name,
        steps: [words],
      })),
      "four",
      { name: "year", from: "at", steps: [{ datetime_part: "year" }] },
      { name: "round", from: "at", steps: [{ cyclical: "month" }] },
      { name: "hour", from: "at", steps: [{ datetime_part: "hour" }] },
      { name: "seconds", from: "at", steps: [{ datetime_part: "second" }, "sqrt"] },
    ],
    target: { name: "y", transform: "log1p" },
  }),
  [],
);

/** Only the time is looked at. */
const hours = fitted(
  smallDocument({
    inputs: [{ name: "at", type: "datetime" }],
    features: [{ name: "hour", from: "at", steps: [{ datetime_part: "hour" }] }],
    target: { name: "y" },
  }),
  [],
);

const word = fc.constantFrom("a", "a", "b", "b", "a,", ",b", 'a"', "", "c");
const time = fc
  .tuple(
    fc.constantFrom("2012-12-31", "2013-01-01", "2012-02-30", "2012-13-01", "", "2012-1-19"),
    fc.constantFrom(
      "",
      " 17:00:00",
      "T05:30",
      " 25:00:00",
      "x05:30:00",
      " 05:30:61",
      " 17:00:00.25",
      "T17:00Z",
    ),
  )
  .map((both) => both.join(""));

test("whatever cells stand together, in quotes or not: they are written as if each were the only one", async () => {
  const cells = fc.tuple(
    word,
    word,
    word,
    fc.constantFrom("1", "2.50", "x", '1"'),
    time,
    fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(cells, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(["one", "two", "three", "four", "at"], ["at", "two", "one", "three", "four"]),
      fc.integer({ min: 1, max: 300 }),
      async (drawnRows, header, chunkBytes) => {
        const lines = drawnRows.map(([one, two, three, four, at, isQuoted]) => {
          const row: Record<string, string> = { one, two, three, four, at };
          return header
            .map((column, j) => {
              const text = row[column]!;
              return isQuoted[j]! || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
            })
            .join(",");
        });
        const raw = Buffer.from([header.join(","), ...lines].join("\n"));
        const { text, expected } = await write(raw, "csv", chunkBytes, neighbours);
        expect(text).toBe(expected);
      },
    ),
    { numRuns: 1500 },
  );
});

test("cells with the same bytes between them are told apart by their quotes", async () => {
  const both = ['"a,",b,a,1,2012-12-19', 'a,",b",a,1,2012-12-19'];
  const raw = ["one,two,three,four,at", ...both, ...both].join("\n");
  const { text } = await write(Buffer.from(raw), "csv", 1000, neighbours);
  const lines = text.trimEnd().split("\n");
  expect(lines.map((line) => line.slice(0, 7))).toEqual(["1,3,0,1", "0,2,0,1", "1,3,0,1", "0,2,0,1"]);
});

test("a date that does not exist is refused where only the time is looked at, and that is known", async () => {
  const raw = ["at", "2012-12-19 17:00:00", "2012-12-32 17:00:00", "2012-12-20 17:00:00"].join("\n");
  const { text } = await write(Buffer.from(raw), "csv", 1000, hours);
  expect(text).toBe("17\n17\n");
});

test("neighbours that hardly come again together are still known one by one", async () => {
  const lines = Array.from(
    { length: 30_000 },
    (_, i) => `${"ab"[i % 2]},a,b,${i % 1999},2012-12-19 ${10 + (i % 14)}:00`,
  );
  const raw = Buffer.from(["one,two,three,four,at", ...lines].join("\n"));
  const { text, expected } = await write(raw, "csv", 1 << 17, neighbours);
  expect(text).toBe(expected);
});

test("a date that another time zone moves is not taken for that of the same day here", async () => {
  const times = ["2012-12-31T23:30Z", "2012-12-31 23:30:00", "2012-12-31T23:30Z"];
  const raw = ["one,two,three,four,at", ...times.map((at) => `a,a,a,1,${at}`)].join("\n");
  const { text } = await write(Buffer.from(raw), "csv", 1000, neighbours);
  expect(text.split("\n").map((line) => line.slice(8, 12))).toEqual(["2013", "2012", "2013", ""]);
});
