import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvCell, readCsv } from "../../src/commands/csv.ts";
import { readRecords, recordCells } from "../../src/commands/csv-records.ts";
import type { Source } from "../../src/commands/source.ts";

function source(content: string | Uint8Array, chunkBytes = Number.POSITIVE_INFINITY): Source {
  const bytes = Buffer.from(content as string);
  return {
    name: "it",
    totalBytes: bytes.length,
    chunks: (async function* () {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    })(),
  };
}

/** All records, with the line each begins on; and the error that ended them. */
async function records(content: string | Uint8Array, chunkBytes?: number) {
  const found: [number, string[]][] = [];
  let error: string | undefined;
  try {
    for await (const batch of readRecords(source(content, chunkBytes))) {
      for (let i = 0; i < batch.count; i++) found.push([batch.lines[i]!, recordCells(batch, i)]);
    }
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  return { found, error };
}

/** RFC 4180 letter by letter: slow, and plain to see. Undefined where it is broken. */
function reference(text: string): [number, string[]][] | undefined {
  const found: [number, string[]][] = [];
  let line = 1;
  let at = 0;
  const endOfLine = () => (text.startsWith("\r\n", at) ? 2 : text[at] === "\n" ? 1 : 0);
  while (at < text.length) {
    const begin = line;
    if (endOfLine() > 0) {
      at += endOfLine();
      line++;
      continue;
    }
    const cells: string[] = [];
    for (;;) {
      let cell = "";
      if (text[at] === '"') {
        at++;
        for (;;) {
          if (at >= text.length) return undefined;
          if (text[at] === '"' && text[at + 1] !== '"') break;
          if (text[at] === "\n") line++;
          if (text[at] === '"') at++;
          cell += text[at++];
        }
        at++;
        if (at < text.length && text[at] !== "," && endOfLine() === 0) return undefined;
      } else {
        while (at < text.length && text[at] !== "," && endOfLine() === 0) {
          if (text[at] === '"') return undefined;
          cell += text[at++];
        }
      }
      cells.push(cell);
      if (text[at] !== ",") break;
      at++;
    }
    at += endOfLine();
    line++;
    found.push([begin, cells]);
  }
  return found;
}

const anyText = fc.string({
  unit: fc.constantFrom('"', '""', ",", "\n", "\r\n", "\r", "a", "ü", "🚲", " ", '"a",', "b\n"),
  maxLength: 30,
});

test("every text, cut into chunks of every size, is read as RFC 4180 says", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.integer({ min: 1, max: 12 }), async (text, chunkBytes) => {
      const { found, error } = await records(text, chunkBytes);
      const expected = reference(text);
      // Lines that CR alone ends; where a quote is amiss as well, either may be told.
      const isOld = !text.includes("\n") && /\r[^\r]/.test(text.replaceAll(/"[^"]*"/g, "q"));
      if (expected === undefined) {
        expect(error).toMatch(/^it:\d+: the row that begins here has |^it:1: has lines that end in CR alone/);
      } else if (isOld) expect(error).toMatch(/^it:1: has lines that end in CR alone/);
      else if (expected.length === 0) expect(error).toMatch(/^it:1: is empty/);
      else expect({ found, error }).toEqual({ found: expected, error: undefined });
    }),
    { numRuns: 5000 },
  );
});

test("cells survive being written by csvCell and read again", async () => {
  const cell = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "ü", "🚲", " ", "a"), maxLength: 8 });
  const rows = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.array(
      fc.array(cell, { minLength: width, maxLength: width }).filter((cells) => cells.join("") !== ""),
      { minLength: 1, maxLength: 5 },
    ),
  );
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 30 }), async (drawn, chunkBytes) => {
      const text = drawn.map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
      expect((await records(text, chunkBytes)).found.map(([, cells]) => cells)).toEqual(drawn);
    }),
  );
});

describe("a broken row", () => {
  test.each([
    ['a,b\n1,2\n3,"x\n', "it:3: the row that begins here has a quote that is never closed."],
    ['a,b\n1,2\n3,"x"y\n', "it:3: the row that begins here has text after a closing quote"],
    ['a,b\n1,2\n3,x"\n', "it:3: the row that begins here has a quote inside a cell"],
    ['a,b\n1,2\n3,"x"\ry\n', "it:3: the row that begins here has text after a closing quote"],
    ['a,b\n1,2\n3,"x"\r', "it:3: the row that begins here has text after a closing quote"],
  ])("%j: the rows before it are given, and its line is told", async (text, message) => {
    for (const chunkBytes of [1, 3, 100]) {
      const { found, error } = await records(text, chunkBytes);
      expect(found.map(([, cells]) => cells)).toEqual([
        ["a", "b"],
        ["1", "2"],
      ]);
      expect(error).toContain(message);
    }
  });

  test.each([
    ["exactly 1 MiB", 0, false],
    ["one byte more", 1, true],
  ])("%s", async (_, more, isRefused) => {
    const row = `"${"x".repeat(1024 * 1024 - 4 + more)}",y`;
    for (const [end, chunkBytes] of [
      ["\n", 65_536],
      ["\r\nz\n", 1 << 22],
      ["", 65_536],
    ] as const) {
      const { error } = await records(`a,b\n${row}${end}`, chunkBytes);
      expect(error).toBe(
        isRefused
          ? "it:2: the row that begins here is larger than 1 MiB; perhaps a quote is never closed."
          : undefined,
      );
    }
  });

  test("in crumbs costs no more than linear time", async () => {
    const started = performance.now();
    const { error } = await records(`a\n"${"x".repeat(300_000)}`, 1);
    expect(error).toContain("it:2: the row that begins here has a quote that is never closed");
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test("many cells and many rows in one chunk", async () => {
  const wide = Array.from({ length: 5000 }, (_, i) => `${i}`);
  const text = `${wide.join(",")}\n${"x\n".repeat(5000)}`;
  const { found } = await records(text);
  expect(found[0]).toEqual([1, wide]);
  expect(found).toHaveLength(5001);
  expect(found.at(-1)).toEqual([5001, ["x"]]);
});

test.each(["a,b\r1,2\r3,4\r", "a,b\r1,2", '"a",b\r1,2\r', 'a,b\r"1",2\r', `a,b\r${"1,2\r".repeat(300_000)}`])(
  "lines that end in CR alone are named as what they are (%#)",
  async (text) => {
    const { found, error } = await records(text);
    expect({ found, error }).toEqual({
      found: [],
      error: "it:1: has lines that end in CR alone, as old Macs wrote them; save it with LF or CRLF.",
    });
  },
);

test("a CR within quotes, at the end of the only line, or in a file of other lines ends nothing", async () => {
  expect((await records('"a\rb",c')).found).toEqual([[1, ["a\rb", "c"]]]);
  expect((await records("a\r")).error).toBeUndefined();
  expect((await records("a\rb\nc\n")).found).toEqual([
    [1, ["a\rb"]],
    [2, ["c"]],
  ]);
});

test.each([
  ["little-endian", [0xff, 0xfe, 0x61, 0]],
  ["big-endian", [0xfe, 0xff, 0, 0x61]],
])("UTF-16, %s, is named as what it is", async (_, bytes) => {
  const { error } = await records(Uint8Array.from(bytes));
  expect(error).toBe("it:1: is in UTF-16; save it as CSV in UTF-8.");
});

test.each([
  ["two bytes", "a\n", [[1, ["a"]]]],
  ["a byte order mark alone", "\uFEFF", []],
  ["a byte order mark before a quote", '\uFEFF"a"\n', [[1, ["a"]]]],
])("%s", async (_, text, expected) => {
  for (const chunkBytes of [1, 100]) expect((await records(text, chunkBytes)).found).toEqual(expected);
});

test("bytes that are no UTF-8 are read as U+FFFD", async () => {
  const { found } = await records(Uint8Array.from([0x61, 0xff, 0x0a]));
  expect(found).toEqual([[1, ["a\uFFFD"]]]);
});

test("readCsv gives rows, lines and bytes, and refuses a row of another length", async () => {
  const seen: unknown[] = [];
  const reading = async () => {
    for await (const batch of readCsv(source('a,b\n"1\n",2\n3,4\n5\n', 13))) seen.push(batch);
  };
  await expect(reading()).rejects.toThrow("it:5: has 1 cell, where the header has 2.");
  expect(seen).toEqual([
    {
      rows: [
        ["a", "b"],
        ["1\n", "2"],
      ],
      lines: [1, 2],
      bytes: 13,
    },
  ]);
});
