import { describe, expect, test } from "vitest";
import { parseJson, type JsonHint } from "../../src/endpoint/json-answers.ts";
import type { Answer } from "../../src/endpoint/invoke.ts";

interface Reading {
  readonly width?: number;
  readonly hint?: JsonHint;
}

const read = (body: unknown, rows: number, { width, hint = "document" }: Reading = {}): readonly Answer[] =>
  parseJson(typeof body === "string" ? body : JSON.stringify(body), rows, width, hint) as readonly Answer[];

const refusal = (body: unknown, rows: number, reading?: Reading): string => {
  try {
    return JSON.stringify(read(body, rows, reading));
  } catch (error) {
    expect(error).toMatchObject({ name: "Problem", code: "endpoint-bad-answer" });
    return (error as Error).message;
  }
};

describe("a list", () => {
  test("has an answer a row: numbers, texts, lists, objects", () => {
    expect(read([1.5, -2], 2)).toEqual([1.5, -2]);
    expect(read(["a", "1"], 2)).toEqual(["a", "1"]);
    expect(read([[0.1, 0.9], [1]], 2)).toEqual([[0.1, 0.9], [1]]);
    expect(read([{ score: 1 }, { score: 2 }], 2)).toEqual([{ score: 1 }, { score: 2 }]);
  });

  test("of another length is refused", () => {
    expect(refusal([1, 2], 3)).toBe("Expected 3 answers, one a row, got 2.");
    expect(refusal([], 1)).toBe("Expected 1 answer, one a row, got 0.");
    expect(refusal([[1, 2, 3]], 3)).toBe("Expected 3 answers, one a row, got 1.");
  });

  test("of several values for one row is that row's columns, unless it is declared to be a document", () => {
    expect(read([0.1, 0.9], 1, { hint: "none" })).toEqual([[0.1, 0.9]]);
    expect(read([0.1, 0.9], 1, { hint: "lines" })).toEqual([[0.1, 0.9]]);
    expect(refusal([0.1, 0.9], 1, { hint: "document" })).toBe("Expected 1 answer, one a row, got 2.");
  });

  test("of several values for one row is that row's columns when the width says so, and not when it does not", () => {
    expect(read([0.1, 0.9], 1, { hint: "document", width: 2 })).toEqual([[0.1, 0.9]]);
    expect(refusal([0.1, 0.9], 1, { hint: "none", width: 1 })).toBe("Expected 1 answer, one a row, got 2.");
  });

  test("of several lists or objects for one row is too many answers", () => {
    for (const hint of ["document", "lines", "none"] as const) {
      expect(refusal([[0.1], [0.9]], 1, { hint })).toBe("Expected 1 answer, one a row, got 2.");
      expect(refusal([1, null], 2, { hint })).toBe("The answer to row 1 is null.");
    }
  });

  test("of one value is one answer", () => {
    expect(read([0.5], 1)).toEqual([0.5]);
    expect(read([[0.5]], 1)).toEqual([[0.5]]);
  });
});

describe("a bare value", () => {
  test("answers one row and no more", () => {
    expect(read("6.5", 1)).toEqual([6.5]);
    expect(read(String.raw`"caf\u00e9"`, 1)).toEqual(["café"]);
    expect(refusal("6.5", 2)).toBe("Expected 2 answers, one a row, got a single value.");
  });
});

describe("an envelope", () => {
  test.each([
    "predictions",
    "scores",
    "projections",
    "outputs",
    "prediction",
    "probabilities",
    "predicted_label",
  ])("{%j: …} holds an answer a row, and says so when it does not", (name) => {
    expect(read({ [name]: [1.5, 2.5] }, 2)).toEqual([1.5, 2.5]);
    expect(read({ [name]: [[0.1, 0.9]] }, 1)).toEqual([[0.1, 0.9]]);
    expect(refusal({ [name]: [1.5, 2.5] }, 1)).toBe("Expected 1 answer, one a row, got 2.");
    expect(refusal({ [name]: [1.5] }, 2)).toBe("Expected 2 answers, one a row, got 1.");
  });

  test.each<[string, unknown, readonly Answer[]]>([
    [
      "Linear Learner",
      { predictions: [{ score: 0.4, predicted_label: 0 }] },
      [{ score: 0.4, predicted_label: 0 }],
    ],
    [
      "k-means",
      { predictions: [{ closest_cluster: 1.0, distance_to_cluster: 2.5 }] },
      [{ closest_cluster: 1, distance_to_cluster: 2.5 }],
    ],
    ["Random Cut Forest", { scores: [{ score: 0.02 }] }, [{ score: 0.02 }]],
    ["PCA", { projections: [{ projection: [1, 2, 3] }] }, [{ projection: [1, 2, 3] }]],
    ["DeepAR", { predictions: [{ quantiles: { "0.1": [1, 2] } }] }, [{ quantiles: { "0.1": [1, 2] } }]],
    ["Object2Vec", { predictions: [{ scores: [1, 2] }] }, [{ scores: [1, 2] }]],
    ["TensorFlow Serving, by columns", { outputs: { a: [[1]], b: ["x"] } }, [{ a: [1], b: "x" }]],
    ["a single prediction", { predictions: 3.5, version: "1" }, [3.5]],
  ])("of %s", (_name, body, answers) => {
    expect(read(body, 1)).toEqual(answers);
  });

  test("counts though other fields stand beside it", () => {
    expect(read({ model: "v1", predictions: [1, 2] }, 2)).toEqual([1, 2]);
  });

  test("is opened once, not again inside", () => {
    expect(read({ predictions: { predictions: 1 } }, 1)).toEqual([{ predictions: 1 }]);
  });

  test("other than predictions is a field of the row when the body is a line of JSON lines", () => {
    expect(read({ scores: [0.7] }, 1, { hint: "lines" })).toEqual([{ scores: [0.7] }]);
    expect(read({ predictions: [0.7] }, 1, { hint: "lines" })).toEqual([0.7]);
  });
});

describe("columns", () => {
  const probabilities = [
    [0.1, 0.9],
    [0.8, 0.2],
  ];

  test("side by side become an object a row", () => {
    expect(read({ prediction: [1, 2], lower: [0, 1] }, 2)).toEqual([
      { prediction: 1, lower: 0 },
      { prediction: 2, lower: 1 },
    ]);
  });

  test("of probabilities take the list of classes with every row, also when there are as many classes as rows", () => {
    const labels = ["no", "yes"];
    expect(read({ probabilities, labels, predicted_label: ["yes", "no"] }, 2)).toEqual([
      { probabilities: [0.1, 0.9], predicted_label: "yes", labels },
      { probabilities: [0.8, 0.2], predicted_label: "no", labels },
    ]);
    expect(read({ probabilities: [[0.1, 0.9]], labels }, 1)).toEqual([{ probabilities: [0.1, 0.9], labels }]);
  });

  test("of probabilities refuse a row of another number of classes", () => {
    expect(refusal({ probabilities, labels: ["a", "b", "c"] }, 2)).toBe(
      "The answer to row 0 is not a list of 3 probabilities, one for each label.",
    );
    for (const odd of [[0.5], 0.5]) {
      expect(refusal({ probabilities: [[0.1, 0.9], odd], labels: ["a", "b"] }, 2)).toBe(
        "The answer to row 1 is not a list of 2 probabilities, one for each label.",
      );
    }
  });

  test("of labels a row are columns like any other", () => {
    expect(read({ labels: [["a"], ["b"]], probabilities }, 2)).toEqual([
      { labels: ["a"], probabilities: [0.1, 0.9] },
      { labels: ["b"], probabilities: [0.8, 0.2] },
    ]);
    expect(read({ labels: ["a", "b"], probabilities: [0.9, 0.8] }, 2)).toEqual([
      { labels: "a", probabilities: 0.9 },
      { labels: "b", probabilities: 0.8 },
    ]);
    expect(read({ labels: ["a", "b"], distances: [1, 2] }, 2)).toEqual([
      { labels: "a", distances: 1 },
      { labels: "b", distances: 2 },
    ]);
  });

  test("of labels alone are no answer: that is the list of all classes", () => {
    const why = "The body holds nothing but labels, the list of all classes.";
    expect(refusal({ labels: [0, 1] }, 2)).toBe(why);
    expect(refusal({ labels: [0, 1] }, 1)).toBe(why);
    expect(refusal({ labels: [0] }, 1, { hint: "lines" })).toBe(why);
    expect(refusal({ labels: [["a"], ["b"]] }, 2)).toBe(why);
    expect(refusal({ outputs: { labels: [0, 1] } }, 2)).toBe(why);
    expect(read({ labels: { "0": 5, "1": 6 } }, 2)).toEqual([5, 6]);
  });

  test("of pandas, from the index to the value, become an object a row", () => {
    expect(read({ count: { "0": 571.5, "1": 10 }, "a proba": { "0": 0.5, "1": 0.25 } }, 2)).toEqual([
      { count: 571.5, "a proba": 0.5 },
      { count: 10, "a proba": 0.25 },
    ]);
    expect(read({ count: { "0": 571.5 } }, 1)).toEqual([{ count: 571.5 }]);
  });

  test("of pandas with another index than 0, 1, … are refused: their order is lost", () => {
    expect(refusal({ count: { "7": 1, "3": 2 } }, 2)).toBe(
      "Expected 2 answers, one a row, got an object of 1 field.",
    );
  });

  test("of another length than there are rows are refused, naming the column", () => {
    expect(refusal({ count: { "0": 1, "1": 2 } }, 1)).toBe(
      "Expected 1 answer, one a row, got 2 in column 0.",
    );
    expect(refusal({ a: [1, 2], b: [1] }, 2)).toBe("Expected 2 answers, one a row, got 1 in column 1.");
    expect(refusal({ prediction: [1, 2], b: [1, 2] }, 1)).toBe(
      "Expected 1 answer, one a row, got 2 in column 0.",
    );
  });

  test("may have a name that objects have already", () => {
    const [row] = read('{"__proto__":[1.5,2],"b":[3,4]}', 2);
    expect(Object.entries(row as object)).toEqual([
      ["__proto__", 1.5],
      ["b", 3],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });
});

describe("an object without envelope", () => {
  test("holds the fields of the only row", () => {
    expect(read({ score: 0.5 }, 1)).toEqual([{ score: 0.5 }]);
    expect(read({ predicted_label: "a", probabilities: [0.1, 0.9] }, 1)).toEqual([
      { predicted_label: "a", probabilities: [0.1, 0.9] },
    ]);
    expect(read({ embedding: [1, 2, 3] }, 1)).toEqual([{ embedding: [1, 2, 3] }]);
    expect(read({ embedding: [1], norm: [2, 3] }, 1, { hint: "lines" })).toEqual([
      { embedding: [1], norm: [2, 3] },
    ]);
  });

  test("is no answer to several rows", () => {
    expect(refusal({ a: 1, b: 2, c: 3 }, 2)).toBe(
      "Expected 2 answers, one a row, got an object of 3 fields.",
    );
  });

  test("that is empty is refused", () => {
    expect(refusal({}, 1)).toBe("The answer to row 0 is empty.");
  });
});

describe("what is no answer", () => {
  test("is named with its row: null, NaN, infinities, too large, empty", () => {
    expect(refusal("[1,null]", 2)).toBe("The answer to row 1 is null.");
    expect(refusal("[1,NaN]", 2)).toBe("The answer to row 1 is not a finite number.");
    expect(refusal('{"predictions":[{"score":1},{"score":-Infinity}]}', 2)).toBe(
      "The answer to row 1 is not a finite number.",
    );
    expect(refusal('{"a":[1,2],"b":[1,NaN]}', 2)).toBe("The answer to row 1 is not a finite number.");
    expect(refusal("[1,[1e999]]", 2)).toBe("The answer to row 1 is beyond the range of a double.");
    expect(refusal('[1,""]', 2)).toBe("The answer to row 1 is empty.");
    expect(refusal("[1,[]]", 2)).toBe("The answer to row 1 is empty.");
  });

  test("is an error message in the place of an answer", () => {
    expect(refusal({ error: "no model" }, 1)).toBe("The body is an error message, not an answer.");
    expect(refusal({ error: { code: 1 }, predictions: [1] }, 1)).toBe(
      "The body is an error message, not an answer.",
    );
    expect(refusal([{ score: 1 }, { error: "no" }], 2)).toBe("The answer to row 1 is an error message.");
    expect(read({ prediction: 1, error: 0.5 }, 1)).toEqual([{ prediction: 1, error: 0.5 }]);
    expect(read({ error: null, predictions: [1] }, 1)).toEqual([1]);
  });

  test("is a body that is not JSON", () => {
    expect(refusal('{"predictions":[1,2', 2)).toBe(
      "The body is neither JSON nor JSON lines, or nests too deep.",
    );
  });

  test("is not a boolean: that is a label", () => {
    expect(read([true, false], 2)).toEqual(["true", "false"]);
  });
});

describe("JSON lines", () => {
  test("have an answer a line: numbers, lists, objects, with blank lines and CRLF", () => {
    expect(read('{"score":1}\r\n{"score":2}\n\n', 2)).toEqual([{ score: 1 }, { score: 2 }]);
    expect(read("[1,2]\n[3,4]", 2)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("may end in commas", () => {
    expect(read('{"score":1},\n{"score":2},\n', 2)).toEqual([{ score: 1 }, { score: 2 }]);
    expect(read('{"score":1},', 1)).toEqual([{ score: 1 }]);
  });

  test("name the row with NaN", () => {
    expect(refusal('{"score":1}\n{"score":NaN}', 2)).toBe("The answer to row 1 is not a finite number.");
  });

  test("of another number are refused", () => {
    expect(refusal('{"score":1}\n{"score":2}', 3)).toBe("Expected 3 answers, one a row, got 2.");
  });
});

describe("lists joined by commas", () => {
  test("have an answer each", () => {
    expect(read("[0.1, 0.2],[0.3, 0.4]", 2)).toEqual([
      [0.1, 0.2],
      [0.3, 0.4],
    ]);
    expect(refusal("[0.1, 0.2],[0.3, nan]", 2)).toBe("The answer to row 1 is not a finite number.");
  });
});
