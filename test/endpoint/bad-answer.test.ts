import { describe, expect, test } from "vitest";
import { parseAnswers } from "../../src/endpoint/answers.ts";
import {
  badAnswer,
  badCount,
  badRow,
  leavesOthers,
  missingNumber,
  ofRow,
} from "../../src/endpoint/bad-answer.ts";
import type { Problem } from "../../src/errors.ts";

const excerpt = (text: string): unknown => badAnswer("Bad.", text).payloadLog?.["excerpt"];

const refused = (body: string, rows: number): Problem => {
  try {
    parseAnswers(body, undefined, rows);
  } catch (error) {
    return error as Problem;
  }
  throw new Error("it was read");
};

describe("an excerpt, for the log of payloads", () => {
  test("of exactly 100 characters is whole, of one more is cut", () => {
    expect(excerpt("x".repeat(100))).toBe("x".repeat(100));
    expect(excerpt("x".repeat(101))).toBe(`${"x".repeat(100)}…`);
  });

  test("holds no control characters", () => {
    expect(excerpt("a\n\u001b[31mé")).toBe("a??[31m?");
  });

  test("is there only where a text is at fault", () => {
    expect(badAnswer("Bad.").payloadLog).toBeUndefined();
  });
});

describe("what the other side wrote", () => {
  test.each([
    ["a cell", "1\nSECRET\n3", 3],
    ["a word", "nan", 1],
    ["half a list", '"[SECRET"', 1],
    ["a control character", "SECRET\u0001", 1],
    ["a page", "<SECRET>", 1],
    ["an open quote", '"SECRET', 1],
    ["text behind a quote", '"1" SECRET', 1],
    ["no JSON", "{SECRET", 1],
    ["fields", '{"SECRET":1}', 2],
    ["a column", '{"SECRET":[1,2,3]}', 2],
    ["a text in JSON", '["\\u0001SECRET"]', 1],
    ["a word in JSON", '["nan"]', 1],
  ])("is never in the public detail, but in the log of payloads: %s", (_name, body, rows) => {
    const { message, log, payloadLog } = refused(body, rows);
    expect(message + JSON.stringify(log ?? {})).not.toMatch(/SECRET|nan/);
    expect(payloadLog).toEqual({ excerpt: expect.stringMatching(/SECRET|nan/) });
  });

  test("is not kept where a count says enough", () => {
    for (const body of ['{"error":"SECRET"}', '"SECRET","SECRET"\n1,2\n3,4', "SECRET\nSECRET\nSECRET"]) {
      const { message, payloadLog } = refused(body, 2);
      expect(message).not.toContain("SECRET");
      expect(payloadLog).toBeUndefined();
    }
  });
});

describe("a message", () => {
  test("says expected versus got", () => {
    expect(badCount(1, "2").message).toBe("Expected 1 answer, one a row, got 2.");
    expect(badCount(0, "2").message).toBe("Expected 0 answers, one a row, got 2.");
  });

  test("names the row, to the log as well", () => {
    expect(badRow(3, "empty").message).toBe("The answer to row 3 is empty.");
    expect(badRow(3, "empty").log).toEqual({ row: 3 });
  });
});

describe("a number that is missing", () => {
  test("leaves the others beyond doubt; anything else that is wrong with a row does not", () => {
    expect(leavesOthers(missingNumber(1, "null"))).toBe(true);
    expect(leavesOthers(badRow(1, "empty"))).toBe(false);
    expect(leavesOthers(badAnswer("Bad."))).toBe(false);
  });

  test("is told as of this row or of any, with all else that is known", () => {
    const told = ofRow(missingNumber(7, "not a finite number", "nan"), "this row");
    expect([told.code, told.message]).toEqual([
      "endpoint-bad-answer",
      "The answer to this row is not a finite number.",
    ]);
    expect([told.log, told.payloadLog]).toEqual([{}, { excerpt: "nan" }]);
    expect(ofRow(badRow(7, "empty"), "a row").message).toBe("The answer to a row is empty.");
  });

  test("is not the only problem that can be told so", () => {
    const told = ofRow(badCount(1, "an empty body"), "a row");
    expect([told.message, told.log]).toEqual(["Expected 1 answer, one a row, got an empty body.", {}]);
  });
});
