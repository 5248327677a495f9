import { expect, test } from "vitest";
import { dialects, type Dialect } from "../../src/stub/dialects.ts";

const CSV = "text/csv; charset=utf-8";
const JSON_TYPE = "application/json";

test.each<[Dialect, contentType: string, one: string, lists: string]>([
  ["lines", CSV, "1.0\n-2.5e-05\n", "[1.0, -2.5e-05]\n"],
  ["comma-line", CSV, "1.0,-2.5e-05", "[1.0, -2.5e-05]"],
  ["quoted-lines", CSV, "1.0\n-2.5e-05", '"[1.0, -2.5e-05]"'],
  ["header-lines", CSV, "prediction\n1.0\n-2.5e-05\n", "prediction\n[1.0, -2.5e-05]\n"],
  ["json-list", JSON_TYPE, "[1.0, -2.5e-05]", "[[1.0, -2.5e-05]]"],
  [
    "json-score",
    JSON_TYPE,
    '{"predictions": [{"score": 1.0}, {"score": -2.5e-05}]}',
    '{"predictions": [{"score": [1.0, -2.5e-05]}]}',
  ],
  [
    "json-predicted-score",
    JSON_TYPE,
    '{"predictions": [{"predicted_score": 1.0}, {"predicted_score": -2.5e-05}]}',
    '{"predictions": [{"predicted_score": [1.0, -2.5e-05]}]}',
  ],
  ["json-predictions", JSON_TYPE, '{"predictions": [1.0, -2.5e-05]}', '{"predictions": [[1.0, -2.5e-05]]}'],
  ["json-nested", JSON_TYPE, '{"predictions": [[1.0], [-2.5e-05]]}', '{"predictions": [[1.0, -2.5e-05]]}'],
  ["json-prediction", JSON_TYPE, '{"prediction": [1.0, -2.5e-05]}', '{"prediction": [[1.0, -2.5e-05]]}'],
  [
    "json-scores",
    JSON_TYPE,
    '{"scores": [{"score": 1.0}, {"score": -2.5e-05}]}',
    '{"scores": [{"score": [1.0, -2.5e-05]}]}',
  ],
  [
    "json-columns",
    JSON_TYPE,
    '{"prediction": {"0": 1.0, "1": -2.5e-05}}',
    '{"prediction": {"0": [1.0, -2.5e-05]}}',
  ],
  [
    "jsonlines",
    "application/jsonlines",
    '{"score": 1.0}\n{"score": -2.5e-05}\n',
    '{"score": [1.0, -2.5e-05]}\n',
  ],
  [
    "jsonlines-predicted-score",
    "application/jsonlines",
    '{"predicted_score": 1.0}\n{"predicted_score": -2.5e-05}',
    '{"predicted_score": [1.0, -2.5e-05]}',
  ],
])("%s prints numbers, and rows of several, as its container does", (dialect, contentType, one, lists) => {
  // -2.5e-05 as a float32 is -2.499999936844688e-05.
  const printed = (text: string): string => text.replaceAll("-2.5e-05", "-2.499999936844688e-05");
  const scores = Float32Array.of(1, -2.5e-5);
  expect(dialects[dialect](scores, 1)).toEqual({ contentType, body: printed(one) });
  expect(dialects[dialect](scores, 2)).toEqual({ contentType, body: printed(lists) });
});

test("every dialect is tested above", () => {
  expect(Object.keys(dialects)).toHaveLength(14);
});

test("what is no number is nan in CSV, and a bare NaN, which is not JSON, in JSON", () => {
  expect(dialects.lines(Float32Array.of(Number.NaN, -Infinity), 1).body).toBe("nan\n-inf\n");
  expect(dialects["json-list"](Float32Array.of(Number.NaN, -Infinity), 1).body).toBe("[NaN, -Infinity]");
});
