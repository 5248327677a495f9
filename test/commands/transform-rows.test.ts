import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Format } from "../../src/commands/block-encoder.ts";
import { connectThread } from "../../src/commands/encode-threads.ts";
import type { EncodeThread } from "../../src/commands/encode-threads.ts";
import type { EncodeAnswer } from "../../src/commands/encode-server.ts";
import type { Output } from "../../src/commands/output.ts";
import { createRejects } from "../../src/commands/rejects.ts";
import { createChooser } from "../../src/commands/split.ts";
import { transformRows } from "../../src/commands/transform-rows.ts";
import { checkModelFile } from "../../src/model/model-file.ts";
import { compilePipeline } from "../../src/model/pipeline.ts";
import { smallDocument } from "../model/fixtures.ts";
import { type Delay, inProcess } from "./threads-in-process.ts";

const checked = checkModelFile(
  smallDocument({
    inputs: [
      { name: "sky", type: "string", missing: true },
      { name: "wind", type: "number", missing: true },
      { name: "at", type: "datetime" },
    ],
    features: [
      { from: "sky", steps: [{ one_hot: { categories: ["clear", "rain", 'a "b",\nc'] } }] },
      "wind",
      { name: "hour", from: "at", steps: [{ datetime_part: "hour" }] },
    ],
    target: { name: "y", transform: "log1p" },
  }),
);
if (!("file" in checked)) throw new Error(JSON.stringify(checked.issues));
const sources = { file: checked.file, fitted: undefined };
const pipeline = compilePipeline(checked.file);

interface Options {
  readonly format: Format;
  readonly splits: boolean;
  readonly rejects: boolean;
  readonly header: boolean;
  readonly chunkBytes: number;
}

const PLAIN: Options = { format: "csv", splits: false, rejects: false, header: false, chunkBytes: 64 };

function collecting(name: string): Output & { text: () => string } {
  let text = "";
  return {
    name,
    write: async (part) => {
      // A copy: what is written may be written over as soon as this resolves.
      text += Buffer.from(part as Uint8Array).toString();
      await new Promise(setImmediate);
    },
    commit: async () => {},
    discard: async () => {},
    text: () => text,
  };
}

async function* cut(raw: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < raw.length; i += bytes) {
    if (i % (4 * bytes) === 0) await new Promise(setImmediate);
    yield Buffer.from(raw.subarray(i, i + bytes));
  }
}

/** All that can be seen of a transform. */
async function run(
  raw: Buffer | AsyncIterable<Buffer>,
  options: Options,
  helpers = 0,
  startThread: () => EncodeThread = inProcess,
) {
  const outputs = Array.from({ length: options.splits ? 2 : 1 }, (_, i) => collecting(`out${i}`));
  const rejected = collecting("rejects");
  const said: string[][] = [];
  const counts: number[] = [];
  const outcome = await transformRows({
    pipeline,
    sources,
    source: {
      name: "raw.csv",
      totalBytes: undefined,
      chunks: Buffer.isBuffer(raw) ? cut(raw, options.chunkBytes) : raw,
    },
    outputs,
    choose: options.splits ? createChooser({ part: 0.6, seed: 3 }) : () => 0,
    format: options.format,
    header: options.header,
    rejects: options.rejects ? createRejects(rejected) : undefined,
    progress: { update: (_, rows) => counts.push(rows), clear: () => {}, rate: () => "" },
    announce: async (ignored) => void said.push([...ignored]),
    helpers,
    startThread,
    isWorthHelp: () => true,
  }).catch((error: Error) => ({ error: `${error.name}: ${error.message}` }));
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  return { outcome, written: outputs.map(({ text }) => text()), rejected: rejected.text(), said };
}

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("rain", "clear", "", "1", "2.5", "0") },
  { weight: 2, arbitrary: fc.constantFrom('a "b",\nc', "fog", "x\r\ny", "never", "-1", "ü🚲") },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a") }) },
);
const row = fc.record({
  y: fc.oneof({ weight: 60, arbitrary: fc.constantFrom("0", "1", "17") }, { weight: 1, arbitrary: cell }),
  sky: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom("rain", 'a "b",\nc', "") },
    { weight: 1, arbitrary: cell },
  ),
  wind: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom("0", "1.25", "-3e5", "") },
    { weight: 1, arbitrary: cell },
  ),
  at: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom("2012-12-19", "2012-12-19 05:30:00") },
    { weight: 1, arbitrary: cell },
  ),
  note: cell,
});
const drawn = fc.record({
  rows: fc.array(row, { minLength: 10, maxLength: 60, size: "max" }),
  columns: fc.shuffledSubarray(["y", "sky", "wind", "at", "note"], { minLength: 4 }),
  newline: fc.constantFrom("\n", "\r\n", "\n\n"),
  bom: fc.boolean(),
  endsInNewline: fc.boolean(),
  quoteAll: fc.boolean(),
  // Rare, so that most files are read to their end: a quote where none may be, a row that is too short.
  broken: fc.option(fc.tuple(fc.nat(), fc.constantFrom('"', 'a"b,c\n', '"a"b\n', "\n1\n")), { freq: 4 }),
  options: fc.record({
    format: fc.constantFrom<Format>("csv", "libsvm"),
    splits: fc.boolean(),
    rejects: fc.boolean(),
    header: fc.boolean(),
    chunkBytes: fc.integer({ min: 1, max: 200 }),
  }),
  delays: fc.infiniteStream(fc.nat({ max: 3 })),
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function rawOf({ rows, columns, newline, bom, endsInNewline, quoteAll, broken }: Drawn): Buffer {
  const quoted = (text: string) =>
    quoteAll || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [
    columns,
    ...rows.map((cells) => columns.map((name) => quoted(cells[name as keyof typeof cells]))),
  ];
  const text = lines.map((cells) => cells.join(",")).join(newline);
  const at = broken === null ? 0 : broken[0] % (text.length + 1);
  const whole = broken === null ? text : text.slice(0, at) + broken[1] + text.slice(at);
  return Buffer.from(`${bom ? "\uFEFF" : ""}${whole}${endsInNewline ? newline : ""}`);
}

/** Waits so many turns, each time as many as were drawn. */
function drawnDelay(delays: Iterator<number>): Delay {
  return (go) => {
    let turns = delays.next().value as number;
    const turn = () => (turns-- > 0 ? setImmediate(turn) : go());
    turn();
  };
}

test("whatever the file, broken or not: one thread, two and three make the same of it, and say the same", async () => {
  let given = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async (one) => {
      const raw = rawOf(one);
      const alone = await run(raw, one.options);
      for (const helpers of [1, 2]) {
        const threads = Array.from({ length: helpers }, () => inProcess(drawnDelay(one.delays)));
        const left = [...threads];
        const together = await run(raw, one.options, helpers, () => left.pop()!);
        expect(together).toEqual(alone);
        given += threads.reduce((sum, thread) => sum + thread.given(), 0);
        for (const thread of threads) if (!left.includes(thread)) expect(thread.isClosed()).toBe(true);
        for (const thread of left) thread.close();
      }
    }),
    { numRuns: 400 },
  );
  // Else nothing was shown.
  expect(given).toBeGreaterThan(1000);
});

test("how the file comes in makes no difference to what is made of it", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async (one) => {
      const raw = rawOf(one);
      const { written, ...rest } = await run(raw, { ...one.options, chunkBytes: 1 });
      const whole = await run(raw, { ...one.options, chunkBytes: raw.length });
      expect({ ...whole, written: undefined }).toEqual({ ...rest, written: undefined });
      // Of a file that ends in an error more or less has been written by then.
      if (!("error" in rest.outcome)) expect(whole.written).toEqual(written);
    }),
    { numRuns: 300 },
  );
});

const ROWS = Array.from({ length: 300 }, (_, i) => `${i},"rain",${i}.5,2012-12-19`);
const RAW = Buffer.from(["y,sky,wind,at", ...ROWS].join("\n"));

describe("a row that is larger than 1 MiB", () => {
  const large = "x".repeat(1024 * 1024 + 10);
  test.each([
    ["without an end", `${RAW.toString()}\n1,rain,1,${large}`],
    ["in quotes that are never closed", `${RAW.toString()}\n1,rain,1,"${large}\n`],
    ["that is whole", `${RAW.toString()}\n1,rain,1,${large}\n1,rain,1,2012-12-19\n`],
  ])("%s ends it all, by its line", async (_, text) => {
    for (const helpers of [0, 1]) {
      const { outcome } = await run(Buffer.from(text), { ...PLAIN, chunkBytes: 1 << 17 }, helpers);
      expect(outcome).toEqual({
        error:
          "InputError: raw.csv:302: the row that begins here is larger than 1 MiB; perhaps a quote is never closed.",
      });
    }
  });
});

describe("another thread", () => {
  test("that cannot start leaves its work to this one", async () => {
    const dead = () =>
      connectThread({
        send: () => {},
        listen: (_, fail) => setImmediate(() => fail(new Error("no thread left"))),
        close: () => {},
      });
    expect(await run(RAW, PLAIN, 2, dead)).toEqual(await run(RAW, PLAIN));
  });

  test("that ends while it holds a block ends it all, and says what helps", async () => {
    const failing = () => {
      let fail: (error: Error) => void;
      return connectThread({
        send: (message) => {
          if ("data" in message) setImmediate(() => fail(new Error("out of memory")));
        },
        listen: (hear, failed) => {
          fail = failed;
          setImmediate(() => hear(undefined satisfies EncodeAnswer));
        },
        close: () => {},
      });
    };
    const { outcome } = await run(RAW, PLAIN, 1, failing);
    expect(outcome).toEqual({ error: "Error: out of memory (--jobs 1 does without other threads.)" });
  });

  test("is closed when the command is stopped in the midst", async () => {
    const threads = [inProcess(), inProcess()];
    const left = [...threads];
    const stopping = async function* () {
      for await (const chunk of cut(RAW.subarray(0, 4000), 100)) yield chunk;
      throw Object.assign(new Error("The operation was aborted"), { name: "AbortError" });
    };
    const { outcome } = await run(stopping(), PLAIN, 2, () => left.pop()!);
    expect(outcome).toEqual({ error: "AbortError: The operation was aborted" });
    expect(threads.map(({ isClosed }) => isClosed())).toEqual([true, true]);
    expect(threads[0]!.given() + threads[1]!.given()).toBeGreaterThan(2);
  });
});
