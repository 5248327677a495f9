// Whether an answer is true.
import { SECRET } from "./plans.js";

/** Codes that put the blame on rows. */
const OF_ROWS = new Set([
  "endpoint-refused-rows",
  "endpoint-model-failed",
  "endpoint-bad-answer",
  "endpoint-payload-too-large",
]);
/** What was never wished for may not come. */
const NEVER = new Set([
  "internal-error",
  "malformed-json",
  "malformed-request",
  "invalid-header",
  "not-found",
  "model-not-found",
  "method-not-allowed",
  "body-too-large",
  "unsupported-media-type",
  "request-timeout",
  "caller-gone",
  "shutting-down",
  "endpoint-credentials",
]);
const MUST_SAY_WHEN = new Set([
  "overloaded",
  "endpoint-circuit-open",
  "endpoint-throttled",
  "endpoint-overloaded",
  "endpoint-unavailable",
  "endpoint-not-ready",
]);
/** The search has its bounds, and says so where it came to them. */
const UNFOUND = /was not found within \d+ calls/;

/**
 * Details that blame the row they are told of. A strict problem has the code of its first row alone, and other rows may
 * have none to blame: a throttle may have ended the search.
 */
const OF_A_ROW =
  /^(?:The answer to|The model's container (?:answered \d+ to|failed on) the rows|Expected|The body)/;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {string} text
 */

/**
 * @typedef {object} Verdict
 * @property {string[]} violations what must not be, in words
 * @property {string} outcome "200", or the problem's code
 * @property {number} right rows with the right prediction
 * @property {number} wrong rows with a wrong one
 * @property {Record<string, number>} rowFaults rows without a prediction in a lenient answer, by code
 * @property {number} innocent rows that were blamed and are not poisoned
 */

/**
 * Compares an answer with what is known.
 *
 * @param {import("./requests.js").Asked} asked
 * @param {Answer} answer
 * @param {{ isCalm: boolean, catalogue: Record<string, { status: number }> }} known `isCalm`: none but poisoned rows can
 *   have been refused while the request was under way
 * @returns {Verdict}
 */
export function judge(asked, answer, known) {
  const verdict = { violations: [], outcome: "", right: 0, wrong: 0, rowFaults: {}, innocent: 0 };
  const blame = (what) => verdict.violations.push(`${asked.id} (${asked.rows.length} rows): ${what}`);
  const { status, headers, text } = answer;
  if (text.includes(SECRET) || text.includes("arn:aws"))
    blame(`tells what it may not: ${text.slice(0, 300)}`);
  if (headers["x-request-id"] !== asked.id) blame(`has the id of ${headers["x-request-id"]}`);
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    blame(`is no JSON: ${status} ${text.slice(0, 100)}`);
    return verdict;
  }
  if (status === 200) judgePredictions(asked, headers, body, { verdict, blame, known });
  else judgeProblem(asked, answer, body, { verdict, blame, known });
  return verdict;
}

function judgePredictions(asked, headers, { predictions, errors = [], ...rest }, { verdict, blame, known }) {
  verdict.outcome = "200";
  const { rows, invalid, isLenient } = asked;
  if (Object.keys(rest).length > 0) blame(`has more than predictions: ${Object.keys(rest)}`);
  if (headers["content-type"]?.startsWith("application/json") !== true)
    blame(`is ${headers["content-type"]}`);
  if (!Array.isArray(predictions) || predictions.length !== rows.length) {
    blame(`has ${predictions?.length} predictions`);
    return;
  }
  if (!isLenient && errors.length > 0) blame("has errors beside predictions, though it is strict");
  if (isLenient && headers["preference-applied"] !== "handling=lenient")
    blame("does not say that it is lenient");
  const codes = new Map();
  for (const { pointer, code, detail } of errors) {
    const row = Number(/^\/instances\/(\d+)(?:\/|$)/.exec(pointer)?.[1] ?? -1);
    if (predictions[row] !== null) blame(`names ${pointer}, which has a prediction or is none`);
    codes.set(row, { code, detail });
  }
  for (const [i, { prediction, poison }] of rows.entries()) {
    const got = predictions[i];
    if (got === null) {
      judgeFault(asked, i, codes.get(i), { verdict, blame, known });
    } else if (got !== prediction || poison >= 0 || i === invalid || asked.target !== "none") {
      verdict.wrong++;
      const truth =
        i === invalid
          ? "no row"
          : poison >= 0
            ? "poisoned"
            : asked.target === "none"
              ? prediction
              : "refused";
      blame(`WRONG ANSWER: row ${i} is ${truth}, got ${got}`);
    } else verdict.right++;
  }
}

/** One row of a lenient answer has no prediction. */
function judgeFault({ rows, invalid, target, isWhole }, i, fault, { verdict, blame, known }) {
  if (fault === undefined) {
    blame(`does not say why row ${i} has no prediction`);
    return;
  }
  const { code, detail } = fault;
  verdict.rowFaults[code] = (verdict.rowFaults[code] ?? 0) + 1;
  if (!Object.hasOwn(known.catalogue, code) || NEVER.has(code)) blame(`row ${i}: ${code}`);
  if ((code === "invalid-request") !== (i === invalid)) blame(`row ${i}: ${code} ${detail}`);
  if (!OF_ROWS.has(code) || rows[i].poison >= 0 || target === "own" || isWhole || i === invalid) return;
  verdict.innocent++;
  if (known.isCalm && !UNFOUND.test(detail))
    blame(`BLAMES row ${i}, which is not poisoned: ${code} ${detail}`);
}

function judgeProblem(asked, { status, headers }, problem, { verdict, blame, known }) {
  const { rows, invalid, isLenient, target, isWhole } = asked;
  const { code, detail, errors = [] } = problem;
  verdict.outcome = String(code);
  if (headers["content-type"]?.startsWith("application/problem+json") !== true)
    blame(`is ${headers["content-type"]}`);
  if (known.catalogue[code]?.status !== status || problem.status !== status) blame(`is ${status} of ${code}`);
  if (problem.requestId !== asked.id) blame(`has the id of ${problem.requestId}`);
  if (NEVER.has(code)) blame(`is ${code}: ${detail}`);
  if (MUST_SAY_WHEN.has(code) && !/^[1-9]\d*$/.test(headers["retry-after"] ?? "")) {
    blame(`is ${code} without Retry-After`);
  }
  const mayBeInvalid = invalid >= 0 && !isLenient;
  if (code === "invalid-request" && !mayBeInvalid) blame(`is ${code}: ${detail}`);
  if (mayBeInvalid && code !== "invalid-request" && code !== "overloaded")
    blame(`is ${code}, but is invalid`);
  if (code === "endpoint-not-found" && target !== "wrong") blame(`is ${code}: ${detail}`);
  if (!OF_ROWS.has(code) || target === "own" || isWhole) return;
  for (const { pointer } of errors) {
    const row = rows[Number(/^\/instances\/(\d+)$/.exec(pointer)?.[1] ?? -1)];
    if (row === undefined) blame(`names ${pointer}`);
    else if (row.poison < 0) verdict.innocent++;
  }
  if (!known.isCalm) return;
  const wronged = errors.find(
    ({ pointer, detail: why }) => rows[Number(pointer.split("/")[2])]?.poison < 0 && OF_A_ROW.test(why),
  );
  if (wronged !== undefined && !UNFOUND.test(wronged.detail)) {
    blame(`BLAMES ${wronged.pointer}, which is not poisoned: ${code} ${wronged.detail}`);
  }
  if (!rows.some(({ poison }) => poison >= 0) && !errors.some(({ detail: why }) => UNFOUND.test(why))) {
    blame(`BLAMES rows of which none is poisoned: ${code} ${detail}`);
  }
}
