import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { collector, failing, skewless } from "./console.ts";

const MODEL = `
name: small
version: "1"
endpoint: { name: somewhere }
inputs:
  - { name: at, type: datetime }
  - { name: size, type: number, maximum: 1000, unit: m }
  - { name: kind, type: integer, categories: [1, 2] }
features:
  - size
  - { name: year, from: at, steps: [{ datetime_part: year }] }
  - kind
target: { name: price, transform: log1p }
`;

let folder: string;
let model: string;
let plain: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-transform-"));
  model = join(folder, "small.yaml");
  plain = join(folder, "plain.yaml");
  await writeFile(model, MODEL);
  await writeFile(plain, MODEL.replace(", transform: log1p", ""));
});
afterAll(() => rm(folder, { recursive: true }));

async function home(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

const fromStdin = (raw: string | Buffer | Readable, ...options: string[]) =>
  skewless(["transform", model, "-", ...options], { stdin: raw });

describe("what is written", () => {
  test("with the target's column: a training set, target first and transformed, no header", async () => {
    const { code, stdout, stderr } = await fromStdin("at,size,kind,price\n2012-12-19 17:00:00,1.50,2,1\n");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${Math.log1p(1)},1.5,2012,2\n` });
    expect(stderr).toMatch(
      /^stdout: training set \(log1p of price, then 3 features\), 1 row, [\d,]+ rows\/s\n$/,
    );
  });

  test("without it: an inference set, the features alone", async () => {
    const { code, stdout, stderr } = await fromStdin("at,size,kind\n2012-12-19,1,2\n2013-01-01,2,1\n");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1,2012,2\n2,2013,1\n" });
    expect(stderr).toMatch(
      /^stdout: inference set \(3 features; the raw file has no column price\), 2 rows, /,
    );
  });

  test("a target without transform is written as it is", async () => {
    const raw = "price,at,size,kind\n-2.5,2012-12-19,1,2\n";
    const { stdout, stderr } = await skewless(["transform", plain, "-"], { stdin: raw });
    expect(stdout).toBe("-2.5,1,2012,2\n");
    expect(stderr).toContain("training set (price, then 3 features)");
  });

  test("columns are found by name in any order; others are left out, and named once", async () => {
    const { stdout, stderr } = await fromStdin("x,kind,size,,at\n9,2,1,y,2012-12-19\n8,1,1,z,2012-12-19\n");
    expect(stdout).toBe("1,2012,2\n1,2012,1\n");
    expect(stderr.match(/columns left out/g)).toHaveLength(1);
    expect(stderr).toContain("stdin: columns left out: x, \n");
  });

  test("--header puts the columns' names first", async () => {
    expect((await fromStdin("at,size,kind\n2012-12-19,1,2\n", "--header")).stdout).toBe(
      "size,year,kind\n1,2012,2\n",
    );
    expect((await fromStdin("at,size,kind,price\n2012-12-19,1,2,0\n", "--header")).stdout).toBe(
      "price,size,year,kind\n0,1,2012,2\n",
    );
  });

  test.each([
    ["a BOM", "\uFEFFat,size,kind\n2012-12-19,1,2\n"],
    ["CRLF", "at,size,kind\r\n2012-12-19,1,2\r\n"],
    ["no newline at the end", "at,size,kind\n2012-12-19,1,2"],
    ["quotes", '"at","size",kind\n"2012-12-19","1","2"\n'],
    ["blank lines", "\n\nat,size,kind\n\n2012-12-19,1,2\n\n\n"],
    ["a quoted cell with newlines, commas and quotes", 'at,note,size,kind\n2012-12-19,"a\r\n""b"",\n",1,2\n'],
  ])("%s is read as meant", async (_, raw) => {
    expect(await fromStdin(raw)).toMatchObject({ code: 0, stdout: "1,2012,2\n" });
  });

  test("many blank lines at the end are no row", async () => {
    const raw = Readable.from([
      Buffer.from("at,size,kind\n2012-12-19,1,2\n\n\n\n\n\n\n\n\n"),
      Buffer.from("\n\n"),
    ]);
    expect(await fromStdin(raw)).toMatchObject({ code: 0, stdout: "1,2012,2\n" });
  });

  test("a file of many chunks: quoted newlines and CRLF lie across their ends, and lines are counted on", async () => {
    const at = await home("chunks");
    // Of lengths that share no factor with a chunk's, so that every byte of a row comes to lie at an end of one.
    const row = (i: number) => `2012-12-19,"${"x".repeat(i % 89)}\r\n""y"",",${i % 1000}.5,1`;
    const rows = Array.from({ length: 20_000 }, (_, i) => row(i));
    const raw = join(at, "raw.csv");
    const out = join(at, "out.csv");
    await writeFile(raw, ["at,note,size,kind", ...rows, ""].join("\r\n"));
    expect(await skewless(["transform", plain, raw, "-o", out])).toMatchObject({ code: 0 });
    const expected = rows.map((_, i) => `${i % 1000}.5,2012,1\n`).join("");
    expect(await readFile(out, "utf8")).toBe(expected);

    const bad = rows.toSpliced(19_000, 1, "2012-12-19,,1001,1");
    await writeFile(raw, ["at,note,size,kind", ...bad, ""].join("\r\n"));
    const { code, stderr } = await skewless(["transform", plain, raw, "-o", out]);
    expect(code).toBe(1);
    // Each row before it takes two lines, the header one.
    expect(stderr).toContain(`${raw}:38002: size must be at most 1000 m, not 1001.`);
  });

  test("a character cut in two by a chunk's end stays one", async () => {
    const raw = Buffer.from("at,größe,size,kind\n2012-12-19,ü,1,2\n");
    const bytes = Readable.from([...raw].map((byte) => Buffer.from([byte])));
    const { stdout, stderr } = await fromStdin(bytes);
    expect(stdout).toBe("1,2012,2\n");
    expect(stderr).toContain("columns left out: größe\n");
  });
});

describe("what is refused", () => {
  test("every cell of a row that does not fit is named with line, column and reason", async () => {
    const raw = "at,size,kind,price\n2012-12-19,1,2,1\n2012-02-30,,1.5,many\n";
    const { code, stderr } = await fromStdin(raw);
    expect(code).toBe(1);
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(/^stdin:3: at "2012-02-30" is not in the calendar: February 2012 has 29 days\.$/),
      "stdin:3: size is empty.",
      expect.stringMatching(/^stdin:3: kind must be one of 1, 2, not 1\.5\.$/),
      'stdin:3: price must be a number, not "many".',
      "",
    ]);
  });

  test.each([
    ["a number that no double holds", "at,size,kind\n2012-12-19,1e999,2\n", "size must be a finite number."],
    ["a hexadecimal", "at,size,kind\n2012-12-19,0x10,2\n", 'size must be a number, not "0x10".'],
    ["a blank before a number", "at,size,kind\n2012-12-19, 1,2\n", 'size must be a number, not " 1".'],
    [
      "a target whose transform does not exist",
      "at,size,kind,price\n2012-12-19,1,2,-2\n",
      "stdin:2: price: the log1p of price is not finite for -2.",
    ],
    ["its limit", "at,size,kind,price\n2012-12-19,1,2,-1\n", "is not finite for -1."],
    ["an empty file", "", "stdin:1: is empty; the first line must be a header"],
    ["blank lines alone", "\n\r\n", "stdin:1: is empty"],
    ["a header alone", "at,size,kind\n", "stdin:2: there is no row after the header."],
    ["a missing column", "at,sise,kind\n", 'stdin:1: the column "size" is missing; did you mean "sise"?'],
    ["a second missing column", "at,x\n", 'stdin:1: the column "kind" is missing'],
    ["a column twice", "at,size,kind,size\n", 'stdin:1: the column "size" is there twice'],
    [
      "no header",
      "2012-12-19,1,2\n",
      "stdin:1: the first line must be a header with the columns at, size, kind; it is: 2012-12-19,1,2",
    ],
    ["a long line in place of a header", `${"x".repeat(500)}\n`, `${"x".repeat(99)}…\n`],
    ["a row too short", "at,size,kind\n2012-12-19,1\n", "stdin:2: has 2 cells, where the header has 3."],
    ["a row too long", "at,size,kind\n2012-12-19,1,2,\n", "stdin:2: has 4 cells, where the header has 3."],
    [
      "a quote never closed",
      'at,size,kind\n"2012-12-19,1,2\n2012-12-19,1,2\n',
      "stdin:2: the row that begins here has a quote that is never closed.",
    ],
    [
      "text after a closing quote",
      'at,size,kind\n"2012"-12-19,1,2\n',
      "stdin:2: the row that begins here has text after a closing quote",
    ],
    [
      "a quote inside a cell",
      'at,size,kind\n2012-12-19,1",2\n',
      "stdin:2: the row that begins here has a quote inside a cell",
    ],
  ])("%s", async (_, raw, message) => {
    const { code, stdout, stderr } = await fromStdin(raw);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  test.each([
    ["blank lines", "\nat,size,kind\n\n\nx,1,2\n", 5],
    ["newlines in quotes", 'at,"si\nze",size,kind\n2012-12-19,"a\n\nb",1,2\nx,,1,2\n', 6],
    ["CRLF in quotes", 'at,note,size,kind\r\n2012-12-19,"a\r\nb",1,2\r\nx,,1,2\r\n', 4],
    ["both", '\nat,note,size,kind\n2012-12-19,"a\n",1,2\n\n2012-12-19,"\n",1,2\n\nx,,1,2\n', 9],
    ["a lone carriage return", "at,note,size,kind\n2012-12-19,a\rb,1,2\nx,,1,2\n", 3],
  ])("the line is right after %s", async (_, raw, line) => {
    const { stderr } = await fromStdin(raw);
    expect(stderr).toContain(`stdin:${line}: at "x" must be a date-time`);
  });

  test("the line of a broken quote is right after blank lines and newlines in quotes", async () => {
    const { stderr } = await fromStdin('at,size,kind\n\n"2012-12-19",1,2\n\n"2012-\n12-19,1,2\n');
    expect(stderr).toContain("stdin:5: the row that begins here has a quote that is never closed");
  });

  test.each([
    ["one cell", "", "x"],
    ["nothing but commas", "", ","],
    ["a quoted cell", '"', "\n"],
  ])("a row larger than 1 MiB, %s, is refused without reading it to its end", async (_, start, filling) => {
    let read = 0;
    const endless = Readable.from(
      (function* () {
        yield Buffer.from(`at,size,kind\n2012-12-19,1,2\n${start}`);
        for (; read < 1000; read++) yield Buffer.alloc(65_536, filling);
      })(),
    );
    const { code, stderr } = await fromStdin(endless);
    expect(code).toBe(1);
    expect(stderr).toBe(
      "stdin:3: the row that begins here is larger than 1 MiB; perhaps a quote is never closed.\n",
    );
    expect(read).toBeLessThan(20);
  });

  test("a row of just under 1 MiB is read", async () => {
    const raw = `at,size,kind,note\n2012-12-19,1,2,${"x".repeat(1024 * 1024 - 100)}\n`;
    expect(await fromStdin(raw)).toMatchObject({ code: 0, stdout: "1,2012,2\n" });
  });

  test.each([
    ["a file that is not there", "nowhere.csv", "nowhere.csv cannot be read (ENOENT)."],
    ["a folder", "src", "src is a folder, not a file."],
  ])("%s, exit code 2", async (_, path, message) => {
    const { code, stderr } = await skewless(["transform", model, path]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${message}\n` });
  });

  test.skipIf(!existsSync("/dev/null"))("a device without content is an empty file", async () => {
    const { code, stderr } = await skewless(["transform", model, "/dev/null"]);
    expect(code).toBe(1);
    expect(stderr).toContain("/dev/null:1: is empty");
  });

  test("a file that stops being readable", async () => {
    const { code, stderr } = await fromStdin(
      Readable.from(
        (function* () {
          yield Buffer.from("at,size,kind\n");
          throw Object.assign(new Error("EIO"), { code: "EIO", syscall: "read" });
        })(),
      ),
    );
    expect({ code, stderr }).toEqual({ code: 2, stderr: "stdin cannot be read (EIO).\n" });
  });
});

describe("the file that is written", () => {
  const good = "at,size,kind\n2012-12-19,1,2\n";
  const bad = `${good}x,1,2\n`;

  test("appears whole, and nothing is left beside it", async () => {
    const dir = await home("whole");
    const out = join(dir, "out.csv");
    const { code, stdout, stderr } = await fromStdin(good, "-o", out);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain(`${out}: inference set`);
    expect(await readFile(out, "utf8")).toBe("1,2012,2\n");
    expect(await readdir(dir)).toEqual(["out.csv"]);
  });

  test("is not there after a bad row, and what was there before stays", async () => {
    const dir = await home("bad");
    const out = join(dir, "out.csv");
    expect((await fromStdin(bad, "-o", out)).code).toBe(1);
    expect(await readdir(dir)).toEqual([]);
    await writeFile(out, "before");
    expect((await fromStdin(bad, "-o", out)).code).toBe(1);
    expect(await readFile(out, "utf8")).toBe("before");
    expect(await readdir(dir)).toEqual(["out.csv"]);
  });

  test("is never the file that is read", async () => {
    const both = join(folder, "both.csv");
    await writeFile(both, good);
    expect((await skewless(["transform", model, both, "-o", both])).code).toBe(2);
    expect(await readFile(both, "utf8")).toBe(good);
  });

  test("keeps the permissions of the one it replaces, and a link stays a link", async () => {
    const dir = await home("link");
    await writeFile(join(dir, "real.csv"), "before");
    await chmod(join(dir, "real.csv"), 0o600);
    await symlink("real.csv", join(dir, "link.csv"));
    expect((await fromStdin(good, "-o", join(dir, "link.csv"))).code).toBe(0);
    expect((await lstat(join(dir, "link.csv"))).isSymbolicLink()).toBe(true);
    expect(await readlink(join(dir, "link.csv"))).toBe("real.csv");
    expect(await readFile(join(dir, "real.csv"), "utf8")).toBe("1,2012,2\n");
    expect((await stat(join(dir, "real.csv"))).mode & 0o777).toBe(0o600);
  });

  test.skipIf(!existsSync("/dev/null"))("may be a device, which stays one", async () => {
    expect((await fromStdin(good, "-o", "/dev/null")).code).toBe(0);
    expect((await fromStdin(bad, "-o", "/dev/null")).code).toBe(1);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk is told, exit code 2", async () => {
    const { code, stderr } = await fromStdin(good, "-o", "/dev/full");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "/dev/full cannot be written (ENOSPC).\n" });
  });

  test("a folder that is not there is told, exit code 2", async () => {
    const out = join(folder, "no", "out.csv");
    const { code, stderr } = await fromStdin(good, "-o", out);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${out} cannot be written (ENOENT).\n` });
  });

  test("a full disk behind stdout is told, exit code 2", async () => {
    const { code, stderr } = await skewless(["transform", model, "-"], {
      stdin: good,
      stdout: failing("ENOSPC"),
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: "stdout cannot be written (ENOSPC).\n" });
  });

  test("a reader that has read enough ends the command quietly, exit code 0", async () => {
    const { code } = await skewless(["transform", model, "-"], { stdin: good, stdout: failing("EPIPE") });
    expect(code).toBe(0);
  });
});

test("a signal stops it, exit code 130, and leaves no file", async () => {
  const stop = new AbortController();
  const dir = join(folder, "stopped");
  await mkdir(dir);
  const endless = new Readable({ read() {} });
  endless.push("at,size,kind\n2012-12-19,1,2\n");
  setTimeout(() => stop.abort(), 20);
  const { code, stderr } = await skewless(["transform", model, "-", "-o", join(dir, "out.csv")], {
    stdin: endless,
    signal: stop.signal,
  });
  expect({ code, stderr }).toEqual({ code: 130, stderr: "Stopped.\n" });
  expect(await readdir(dir)).toEqual([]);
});

test("on a terminal a progress line comes and goes, on stderr alone", async () => {
  const slow = Readable.from(
    (async function* () {
      yield Buffer.from("at,size,kind\n2012-12-19,1,2\n");
      await new Promise((done) => setTimeout(done, 150));
      yield Buffer.from("2012-12-19,1,2\n2012-12-19,1,2\n");
    })(),
  );
  const { code, stdout, stderr } = await skewless(["transform", model, "-"], { stdin: slow, terminal: {} });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "1,2012,2\n".repeat(3) });
  expect(stderr.replaceAll("\u001B[K", "<clear>")).toMatch(
    /^\r3 rows {2}[\d,]+ rows\/s<clear>\r<clear>stdout: inference set/,
  );
});

test("a slow reader slows the reading: nothing piles up", async () => {
  let made = 0;
  const block = Buffer.from("2012-12-19,1,2\n".repeat(2000));
  const raw = Readable.from(
    (function* () {
      yield Buffer.from("at,size,kind\n");
      for (; made < 50; made++) yield block;
    })(),
    { highWaterMark: 1 },
  );
  let ahead = 0;
  let written = 0;
  const kept = collector();
  const slow = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written++;
      ahead = Math.max(ahead, made - written);
      setTimeout(() => kept.stream.write(chunk, done), 1);
    },
  });
  const { code } = await skewless(["transform", model, "-"], { stdin: raw, stdout: slow });
  expect(code).toBe(0);
  expect(kept.text()).toBe("1,2012,2\n".repeat(100_000));
  expect(ahead).toBeLessThan(5);
});

const DATA = resolve(process.env["BIKE_SHARING_DIR"] ?? "../shared/data/bike-sharing");
const withBikes = needs("the bike-sharing data (BIKE_SHARING_DIR)", existsSync(join(DATA, "train.csv")));

withBikes("the bike-sharing data: train.csv is the training set of the published model", async () => {
  const { stdout, stderr } = await skewless([
    "transform",
    "models/bike-rental.yaml",
    join(DATA, "train.csv"),
  ]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(10_886);
  expect(lines[0]).toBe("2.833213344056216,1,0,0,1,9.84,14.395,81,0,2011,1,1,5,0");
  expect(stderr).toContain("columns left out: casual, registered\n");
});

withBikes("the bike-sharing data: test.csv is an inference set", async () => {
  const { stdout } = await skewless(["transform", "models/bike-rental.yaml", join(DATA, "test.csv")]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(6493);
  expect(lines[0]).toBe("1,0,1,1,10.66,11.365,56,26.0027,2011,1,20,3,0");
});
