import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "../../src/errors.ts";
import { parseAnswers } from "../../src/endpoint/answers.ts";
import type { Answer } from "../../src/endpoint/invoke.ts";

const refusal = (body: string, rows: number, contentType?: string, width?: number): string => {
  try {
    return JSON.stringify(parseAnswers(body, contentType, rows, width));
  } catch (error) {
    expect(error).toMatchObject({ name: "Problem", code: "endpoint-bad-answer" });
    return (error as Error).message;
  }
};

describe("the same two numbers come out of every dialect under every content type", () => {
  const types = [
    undefined,
    "",
    "text/csv",
    "text/csv; charset=utf-8",
    "application/json",
    "application/json; charset=utf-8",
    "application/jsonlines",
    "application/octet-stream",
  ];

  test.each([
    "1.5\n-2.5e-07\n",
    "1.5\n-2.5e-07",
    "1.5\r\n-2.5e-07\r\n\r\n",
    "\n1.5\n-2.5e-07\n\n\n",
    "1.5,-2.5e-07",
    "1.5, -2.5e-07\n",
    '"1.5"\n"-2.5e-07"',
    "[1.5, -2.5e-07]",
    ' {"predictions": [1.5, -2.5e-07]}\n',
    '{"scores":[1.5,-2.5e-07]}',
    '{"prediction":[1.5,-2.5e-07]}',
    "\ufeff1.5\n-2.5e-07",
  ])("%j", (body) => {
    for (const type of types) {
      expect(parseAnswers(body, type, 2)).toEqual([1.5, -2.5e-7]);
      expect(parseAnswers(body, type, 2, 1)).toEqual([1.5, -2.5e-7]);
    }
  });
});

describe("the content type", () => {
  test("decides only whether [0.1, 0.9] is one row of two columns or two answers", () => {
    expect(parseAnswers("[0.1, 0.9]", "text/csv", 1)).toEqual([[0.1, 0.9]]);
    expect(parseAnswers("[0.1, 0.9]", undefined, 1)).toEqual([[0.1, 0.9]]);
    expect(parseAnswers("[0.1, 0.9]", "application/jsonlines", 1)).toEqual([[0.1, 0.9]]);
    expect(refusal("[0.1, 0.9]", 1, "Application/JSON")).toBe("Expected 1 answer, one a row, got 2.");
  });
});

describe("a body that is not an answer", () => {
  test.each(["", " ", "\r\n\n", "\ufeff"])("is one that is empty: %j", (body) => {
    expect(refusal(body, 2)).toBe("Expected 2 answers, one a row, got an empty body.");
  });

  test("is empty for no rows, and only then right", () => {
    expect(parseAnswers("\n", "text/csv", 0)).toEqual([]);
    expect(refusal("1", 0)).toMatch(/^Expected 0 answers/);
  });

  test("is a page", () => {
    expect(refusal("<!doctype html><title>502", 1, "text/html")).toBe("The body is markup, not predictions.");
  });

  test("is a number too few or too many", () => {
    expect(refusal("1\n2\n", 3)).toBe("Expected 3 answers, one a row, got 2 lines of 2 values in all.");
    expect(refusal("1\n2\n3\n", 2)).toBe("Expected 2 answers, one a row, got 3 lines of 3 values in all.");
  });

  test("is a bare NaN or an overflow in a line, by row", () => {
    expect(refusal("NaN", 1)).toBe("The answer to row 0 is not a finite number.");
    expect(refusal("1\n1e999\n", 2)).toBe("The answer to row 1 is beyond the range of a double.");
  });
});

describe("a text in quotes", () => {
  test("is CSV, unless only JSON has such escapes", () => {
    expect(parseAnswers('"[0.1, 0.9]"', "application/json", 1)).toEqual([[0.1, 0.9]]);
    expect(parseAnswers('"setosa"', "application/json", 1)).toEqual(["setosa"]);
    expect(parseAnswers(String.raw`"ros\u00e9"`, "application/json", 1)).toEqual(["rosé"]);
    expect(parseAnswers(String.raw`"ros\u00e9"` + '\n"b"', "application/jsonlines", 2)).toEqual([
      "rosé",
      "b",
    ]);
  });
});

describe("the width", () => {
  test("refuses rows with more or fewer values, naming the first", () => {
    expect(parseAnswers("1,2\n3,4", undefined, 2, 2)).toHaveLength(2);
    expect(refusal("1,2\n3,4", 2, undefined, 3)).toBe("The answer to row 0 is 2 wide, where 3 was expected.");
    expect(refusal("1\n2", 2, undefined, 2)).toBe("The answer to row 0 is 1 wide, where 2 was expected.");
    expect(refusal("[[1],[2,3]]", 2, undefined, 1)).toBe(
      "The answer to row 1 is 2 wide, where 1 was expected.",
    );
  });

  test("leaves objects of named fields alone", () => {
    expect(parseAnswers('[{"a":1,"b":2}]', undefined, 1, 1)).toEqual([{ a: 1, b: 2 }]);
  });
});

/** As Python prints a double, which is where most answers come from: a negative zero keeps its sign. */
const print = (value: number): string => (Object.is(value, -0) ? "-0.0" : String(value));

/** Each dialect: how it writes one value a row, and where in an answer the value then is. */
const dialects: Readonly<
  Record<string, readonly [(values: readonly string[]) => string, (answer: Answer) => Answer]>
> = {
  lines: [(values) => `${values.join("\n")}\n`, (answer) => answer],
  crlf: [(values) => values.map((value) => `${value}\r\n`).join(""), (answer) => answer],
  commas: [(values) => values.join(","), (answer) => answer],
  mixed: [
    (values) =>
      values
        .map((value, row) => value + (row % 3 === 1 ? "\n" : ","))
        .join("")
        .slice(0, -1),
    (answer) => answer,
  ],
  header: [(values) => `count\n${values.join("\n")}\n`, (answer) => (answer as { count: Answer }).count],
  columns: [
    (values) => values.map((value) => `1,${value}`).join("\n"),
    (answer) => (answer as Answer[])[1] as Answer,
  ],
  quotedLists: [
    (values) => values.map((value) => `"[${value}, 0.5]"`).join("\n"),
    (answer) => (answer as Answer[])[0] as Answer,
  ],
  bracketedLists: [
    (values) => values.map((value) => `[${value}, 0.5]`).join(","),
    (answer) => (answer as Answer[])[0] as Answer,
  ],
  list: [(values) => `[${values.join(", ")}]`, (answer) => answer],
  listOfLists: [
    (values) => `[${values.map((value) => `[${value}]`).join()}]`,
    (answer) => (answer as Answer[])[0] as Answer,
  ],
  predictions: [
    (values) => `{"predictions": [${values.map((value) => `{"score": ${value}}`).join()}]}`,
    (answer) => (answer as { score: Answer }).score,
  ],
  projections: [(values) => `{"projections":[${values.join()}]}`, (answer) => answer],
  zipped: [
    (values) => `{"prediction":[${values.join()}],"lower":[${values.join()}]}`,
    (answer) => (answer as { lower: Answer }).lower,
  ],
  indexed: [
    (values) => `{"count":{${values.map((value, row) => `"${row}":${value}`).join()}}}`,
    (answer) => (answer as { count: Answer }).count,
  ],
  jsonLines: [
    (values) => values.map((value) => `{"score":${value}}\n`).join(""),
    (answer) => (answer as { score: Answer }).score,
  ],
  jsonLinesWithCommas: [
    (values) => values.map((value) => `{"score":${value}},\n`).join(""),
    (answer) => (answer as { score: Answer }).score,
  ],
};

const finiteDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
// Two rows at least: how a single one is cut is a matter of the content type.
const finiteDoubles = fc.array(finiteDouble, {
  minLength: 2,
  maxLength: 12,
});
const anyType = fc.constantFrom(
  undefined,
  "text/csv",
  "application/json",
  "application/jsonlines",
  "binary/odd",
);

describe("any finite doubles", () => {
  test.each(Object.entries(dialects))("survive %s bit for bit", (_name, [write, pick]) => {
    fc.assert(
      fc.property(finiteDoubles, anyType, (values, type) => {
        const answers = parseAnswers(write(values.map(print)), type, values.length);
        expect(answers).toHaveLength(values.length);
        answers.forEach((answer, row) => expect(Object.is(pick(answer), values[row])).toBe(true));
      }),
    );
  });

  test.each(Object.entries(dialects))("alone survive %s under no content type", (_name, [write, pick]) => {
    fc.assert(
      fc.property(finiteDouble, (value) => {
        const [answer] = parseAnswers(write([print(value)]), undefined, 1);
        expect(Object.is(pick(answer as Answer), value)).toBe(true);
      }),
    );
  });

  test.each(Object.entries(dialects))("but one, in %s, are refused naming that row", (_name, [write]) => {
    fc.assert(
      fc.property(
        finiteDoubles.chain((values) => fc.tuple(fc.constant(values), fc.nat({ max: values.length - 1 }))),
        fc.constantFrom("NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", "1e999"),
        ([values, bad], word) => {
          const body = write(values.map((value, row) => (row === bad ? word : print(value))));
          expect(refusal(body, values.length)).toContain(`The answer to row ${bad} is `);
        },
      ),
    );
  });

  test.each(Object.entries(dialects))("in %s are refused for more rows than values", (_name, [write]) => {
    fc.assert(
      fc.property(finiteDoubles, (values) => {
        expect(refusal(write(values.map(print)), values.length * 2 + 1)).toMatch(/^Expected/);
      }),
    );
  });
});

describe("rows whose numbers are missing", () => {
  const words = fc.constantFrom("NaN", "nan", "Infinity", "-inf", "1e999", "null");

  test.each(Object.entries(dialects))(
    "in %s leave the others theirs, bit for bit, where there are faults to say so",
    (_name, [write, pick]) => {
      fc.assert(
        fc.property(fc.array(fc.tuple(finiteDouble, fc.option(words)), { minLength: 2 }), (rows) => {
          const body = write(rows.map(([value, word]) => word ?? print(value)));
          const faults = new Map<number, Problem>();
          const answers = parseAnswers(body, undefined, rows.length, undefined, faults);
          expect(answers).toHaveLength(rows.length);
          for (const [row, [value, word]] of rows.entries()) {
            const answer = answers[row];
            expect(answer === undefined).toBe(word !== null);
            expect(faults.has(row)).toBe(word !== null);
            if (answer !== undefined) expect(Object.is(pick(answer), value)).toBe(true);
          }
        }),
      );
    },
  );

  test("are said without their place in this call, which is none in a request", () => {
    const faults = new Map<number, Problem>();
    expect(parseAnswers("1\nnan\n1e999\n4\n", "text/csv", 4, 1, faults)).toEqual([
      1,
      undefined,
      undefined,
      4,
    ]);
    expect([...faults].map(([row, { code, message, log }]) => [row, code, message, log])).toEqual([
      [1, "endpoint-bad-answer", "The answer to this row is not a finite number.", {}],
      [2, "endpoint-bad-answer", "The answer to this row is beyond the range of a double.", {}],
    ]);
  });

  test("of a header's columns, or of several columns, take their row with them and no other", () => {
    const faults = new Map<number, Problem>();
    expect(parseAnswers("a,b\n1,2\n3,nan\n5,6", undefined, 3, undefined, faults)).toEqual([
      { a: 1, b: 2 },
      undefined,
      { a: 5, b: 6 },
    ]);
    expect([...faults.keys()]).toEqual([1]);
  });

  test.each([
    ["the count", "1\nnan\n", 3, /^Expected 3 answers/],
    ["a row's width", "1\nnan\n3,4\n", 3, /row 2 is 2 wide/],
    ["a row's width, of the call", "[[1],[NaN],[3,4]]", 3, /row 2 is 2 wide/],
    ["a text among numbers", "1\nnan\nerror\n", 3, /row 2 is not a number as in other rows/],
    ["an empty row", '[1,null,""]', 3, /row 2 is empty/],
    ["the classes of all rows", '{"labels":["a",null],"probabilities":[[1,2],[3,4]]}', 2, /row 0 is null/],
  ])("are no excuse where more is wrong: %s", (_name, body, rows, message) => {
    expect(() => parseAnswers(body, undefined, rows, 1, new Map())).toThrow(message);
  });
});

const isFinite = (answer: Answer): boolean =>
  typeof answer === "number"
    ? Number.isFinite(answer)
    : typeof answer === "string" || Object.values(answer).every(isFinite);

describe("any text at all", () => {
  const token = fc.constantFrom(
    ...'[]{},:"\\\n\r <-.'.split(""),
    "1",
    "2.5",
    "NaN",
    "null",
    "true",
    "-inf",
    "x",
    "é",
    "\u0000",
    "1e999",
    '"predictions"',
    '"scores"',
    '"labels"',
    '"probabilities"',
    '"0"',
    '"__proto__"',
    '"error"',
  );
  const garbage = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join("")),
    fc.json(),
    fc.json().map((text) => `{"predictions":${text}}`),
  );

  test("gives exactly n finite answers or a problem endpoint-bad-answer", () => {
    fc.assert(
      fc.property(
        garbage,
        anyType,
        fc.nat({ max: 4 }),
        fc.option(fc.nat({ max: 3 }), { nil: undefined }),
        (body, type, rows, width) => {
          try {
            const answers = parseAnswers(body, type, rows, width);
            expect(answers).toHaveLength(rows);
            expect(answers.every(isFinite)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            expect((error as Problem).code).toBe("endpoint-bad-answer");
            expect((error as Problem).message.length).toBeLessThan(200);
          }
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe("a hostile body of half a million characters", () => {
  const size = 500_000;

  // A parser that takes time by the square of the length would need far longer than a test may for each of these.
  test.each([
    ["digits and then not", `${"1".repeat(size)}x`],
    ["blanks and then not", `1${" ".repeat(size)}x`],
    ["quotes", '"'.repeat(size + 1)],
    ["escaped quotes that never end", `["${'\\"'.repeat(size / 2)}`],
    ["backslashes", `["${"\\".repeat(size)}`],
    ["letters", `[${"N".repeat(size)}`],
    ["signs", `[${"-".repeat(size)}`],
    ["bare words", `[${"NaN,".repeat(size / 4)}1`],
    ["open lists", "[".repeat(size)],
    ["open objects", '{"a":'.repeat(size / 5)],
    ["envelopes in envelopes", `${'{"predictions":'.repeat(size / 16)}1${"}".repeat(size / 16)}`],
    ["commas", ",".repeat(size)],
    ["blank lines", `1${"\n".repeat(size)}1`],
    ["carriage returns", `1${"\r".repeat(size)}1`],
    ["quoted cells", `${'"a",'.repeat(size / 4)}"`],
    ["lines with commas", "{},\n".repeat(size / 4)],
  ])("is refused in time though it is all %s", (_name, body) => {
    expect(() => parseAnswers(body, undefined, 3)).toThrow(Problem);
  });

  test("of numbers is read", () => {
    expect(parseAnswers("6.349300861358643\n".repeat(100_000), "text/csv", 100_000)).toHaveLength(100_000);
    expect(parseAnswers("1,".repeat(size / 2).slice(0, -1), "text/csv", size / 2)).toHaveLength(size / 2);
  });

  test("is given up where it has more lines than rows could need, before they become strings", () => {
    for (const body of ["1\n".repeat(size), "1,2\n".repeat(size / 2), "a,\n".repeat(size / 2)]) {
      const slice = vi.spyOn(String.prototype, "slice");
      const told = refusal(body, 3, "text/csv");
      const cut = slice.mock.calls.length;
      slice.mockRestore();
      expect(told).toBe("Expected 3 answers, one a row, got more than 4 lines.");
      expect(cut).toBeLessThan(30);
    }
    expect(refusal("1\n2\n", 0)).toBe("Expected 0 answers, one a row, got more than 1 line.");
  });

  test("is given up where it has more values than rows could have, before they become strings or JSON", () => {
    const slice = vi.spyOn(String.prototype, "slice");
    const told = refusal("1,".repeat(size / 2), 1);
    const cut = slice.mock.calls.length;
    slice.mockRestore();
    expect(told).toBe("Expected 1 answer, one a row, got more than 8192 values in all.");
    expect(cut).toBeLessThan(8200);
    for (const body of [
      `[${"0,".repeat(size / 2)}0]`,
      `{"predictions":[${"[],".repeat(size / 3)}[]]}`,
      "[1]\n".repeat(size / 4),
      `[${"\n".repeat(size)}0]`,
    ]) {
      const parse = vi.spyOn(JSON, "parse");
      const split = vi.spyOn(String.prototype, "split");
      const reason = refusal(body, 1);
      const work = [parse.mock.calls.length, split.mock.calls.length];
      parse.mockRestore();
      split.mockRestore();
      expect(reason).toBe("Expected 1 answer, one a row, got more than 8192 values in all.");
      expect(work).toEqual([0, 0]);
    }
  });

  test("does not grow with every row that shares its labels", () => {
    const classes = 500;
    const labels = Array.from({ length: classes }, (_, index) => `class ${index}`);
    const probabilities = Array.from({ length: classes }, () => Array.from(labels, () => 0.5));
    const rows = parseAnswers(JSON.stringify({ probabilities, labels }), undefined, classes);
    expect(new Set(rows.map((row) => (row as { labels: Answer }).labels)).size).toBe(1);
  });
});
