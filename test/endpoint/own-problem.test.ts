import { expect, test } from "vitest";
import { badRow } from "../../src/endpoint/bad-answer.ts";
import { problemOfCall, problemOfRow } from "../../src/endpoint/own-problem.ts";
import { Problem } from "../../src/errors.ts";

/** Rows 10, 11 and 12 of the call are rows 100, 101 and 102 of the caller. */
const place = { offset: 10, from: 100, count: 3 };

test("A problem of a row names the row as its caller counts, in the detail and in the log", () => {
  const problem = badRow(11, "not a number", "secret");
  const own = problemOfRow(problem, 11, place);
  expect(own.message).toBe("The answer to row 101 is not a number.");
  expect(own.log).toEqual({ row: 101 });
  expect(own.payloadLog).toEqual({ excerpt: "secret" });
  expect(problem.message).toBe("The answer to row 11 is not a number.");
});

test("A problem of a row that is named nowhere stays as it is, but is another object", () => {
  const cause = new Error("why");
  const problem = new Problem("endpoint-refused-rows", "The container answered 400 to row 7 of 9.", {
    cause,
  });
  const own = problemOfRow(problem, 11, place);
  expect(own).not.toBe(problem);
  expect(own).toMatchObject({ code: problem.code, message: problem.message, cause });
});

test("A problem of a call that names one of the caller's rows names it as the caller counts", () => {
  expect(problemOfCall(badRow(12, "empty"), place, true)).toMatchObject({
    message: "The answer to row 102 is empty.",
    log: { row: 102 },
  });
});

test.each([9, 13])(
  "A problem of a call that names row %i, of another caller, tells nothing of that row",
  (row) => {
    const problem = new Problem("endpoint-bad-answer", `The answer to row ${row} is empty.`, {
      log: { row, requestId: "aws-1" },
      payloadLog: { excerpt: "secret" },
      retryAfterS: 2,
    });
    const own = problemOfCall(problem, place, true);
    expect(own).toMatchObject({
      code: "endpoint-bad-answer",
      message: "The endpoint failed on other rows of the same call.",
      retryAfterS: 2,
    });
    expect(own.log).toEqual({ requestId: "aws-1" });
    expect(own.payloadLog).toBeUndefined();
  },
);

test("A problem of a call is told to each caller by itself: with quotes of rows where the call had one caller, else without", () => {
  const problem = new Problem("endpoint-model-failed", "The model's container failed on the rows.", {
    log: { requestId: "aws-1" },
    payloadLog: { originalMessage: "secret" },
    errors: [{ pointer: "/instances/0", detail: "wrong" }],
    errorCount: 1,
  });
  const alone = problemOfCall(problem, place, false);
  expect(alone).not.toBe(problem);
  expect(alone).toEqual(problem);
  const shared = problemOfCall(problem, place, true);
  expect(shared).toMatchObject({ message: problem.message, log: { requestId: "aws-1" } });
  expect(shared.payloadLog).toBeUndefined();
  expect(shared.errors).toBeUndefined();
  expect(shared.errorCount).toBeUndefined();
});
