import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseModel } from "../../src/stub/xgboost.ts";
import { matrixOf, readSamples, ulpsApart } from "./samples.ts";

const fixtures = new URL("fixtures/", import.meta.url);
const releases = readdirSync(fixtures);
/** Releases before 1.3 add the base score to the sum of the leaves; later ones begin with it, and so does the stub. */
const toleratedUlps: Readonly<Record<string, number>> = { "1.2.1": 4 };
const objectiveFiles = ["binary-logistic", "count-poisson", "multi-softprob", "reg-squarederror"];

describe.each(releases)("a model of XGBoost %s", (release) => {
  test.each(objectiveFiles)("%s predicts what that release predicted, missing cells and all", (name) => {
    const { rows, predictions } = readSamples(new URL(`${release}/${name}.samples.json`, fixtures));
    const model = parseModel(readFileSync(new URL(`${release}/${name}.json`, fixtures), "utf8"));
    const expected = Float32Array.from(predictions.flat());
    const answers = model.predict(matrixOf(rows));
    expect(rows.flat()).toContain(null);
    expect(model.outputs).toBe(predictions[0]!.length);
    expect(ulpsApart(answers, expected)).toBeLessThanOrEqual(toleratedUlps[release] ?? 0);
  });
});

interface Tree {
  left_children: number[];
  right_children: number[];
  split_indices: number[];
  split_conditions: number[];
  default_left: (number | boolean)[];
  split_type?: number[];
}

/** The least that is a model: one split on feature 0 at 1, missing to the right; leaves 10 and 20; 0.5 to begin with. */
function smallModel() {
  const tree: Tree = {
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_indices: [0, 0, 0],
    split_conditions: [1, 10, 20],
    default_left: [0, 0, 0],
    split_type: [0, 0, 0],
  };
  return {
    learner: {
      learner_model_param: { base_score: "5E-1", num_class: "0", num_feature: "2", num_target: "1" },
      objective: { name: "reg:squarederror" },
      gradient_booster: { name: "gbtree", model: { trees: [tree], tree_info: [0] } },
      attributes: { best_iteration: "0" },
    },
  };
}

type SmallModel = ReturnType<typeof smallModel>;

function load(change: (model: SmallModel, tree: Tree) => void = () => {}) {
  const model = smallModel();
  change(model, model.learner.gradient_booster.model.trees[0]!);
  return parseModel(JSON.stringify(model));
}

const predictOne = (model: ReturnType<typeof load>, ...row: (number | null)[]): number =>
  model.predict(matrixOf([row]))[0]!;

describe("a split", () => {
  test("sends less than the threshold left, and the threshold itself right", () => {
    const model = load();
    expect(predictOne(model, 0.99, 0)).toBe(10.5);
    expect(predictOne(model, 1, 0)).toBe(20.5);
  });

  test("compares in float32: what rounds to the threshold is the threshold", () => {
    expect(predictOne(load(), 1 - 1e-9, 0)).toBe(20.5);
  });

  test.each([
    [0, 20.5],
    [1, 10.5],
    [true, 10.5],
    [false, 20.5],
  ])("sends a missing value where default_left %s says", (defaultLeft, answer) => {
    expect(
      predictOne(
        load((_, tree) => (tree.default_left[0] = defaultLeft)),
        null,
        0,
      ),
    ).toBe(answer);
  });
});

describe("columns", () => {
  test("as many as features, or fewer: those that lack are missing, as XGBoost has it", () => {
    const onSecond = load((_, tree) => (tree.split_indices = [1, 0, 0]));
    expect(predictOne(onSecond, 0, 0)).toBe(10.5);
    expect(predictOne(onSecond, 0)).toBe(20.5);
  });

  test("one more than features is refused in XGBoost's words", () => {
    expect(() => predictOne(load(), 0, 0, 0)).toThrow(
      "num_feature >= p_fmat->Info().num_col_ (2 vs. 3) : Number of columns does not match",
    );
  });
});

describe("the base score", () => {
  test.each(["5E-1", "[5E-1]", " 0.5 "])("%j is read", (text) => {
    const model = load(({ learner }) => (learner.learner_model_param.base_score = text));
    expect(predictOne(model, 0, 0)).toBe(10.5);
  });

  test("may be one number an output", () => {
    const model = load(({ learner }) => {
      learner.learner_model_param = { ...learner.learner_model_param, base_score: "[1,2]", num_class: "2" };
    });
    expect([...model.predict(matrixOf([[0, 0]]))]).toEqual([11, 2]);
  });

  test.each(["", "x", "[]", "[1,2]", "inf"])("%j is refused", (text) => {
    expect(() => load(({ learner }) => (learner.learner_model_param.base_score = text))).toThrow(
      "base_score",
    );
  });

  test("that an objective cannot turn into a margin is refused", () => {
    expect(() =>
      load(({ learner }) => {
        learner.objective.name = "count:poisson";
        learner.learner_model_param.base_score = "0";
      }),
    ).toThrow("base_score");
  });
});

/** What a model of one objective and one leaf predicts. */
const predictLeaf = (objective: string, leaf: number): number =>
  predictOne(
    load(({ learner }, tree) => {
      learner.objective.name = objective;
      tree.split_conditions = [1, leaf, leaf];
    }),
    0,
    0,
  );

describe("an extreme margin keeps to what XGBoost answers", () => {
  test("a logistic one stops short of overflow", () => {
    expect(predictLeaf("binary:logistic", -1000)).toBeGreaterThan(0);
    expect(predictLeaf("binary:logistic", -1000)).toBeLessThan(1e-38);
    expect(predictLeaf("binary:logistic", 1000)).toBe(1);
  });

  test("a Poisson one overflows to infinity", () => {
    expect(predictLeaf("count:poisson", 1000)).toBe(Infinity);
  });
});

describe("a file that is no model is refused with a message that says why", () => {
  test.each([
    ["{", "The file is not JSON"],
    ["null", "the file must be an object"],
    ["[]", "the file must be an object"],
    ["{}", "learner must be an object"],
  ])("%s", (text, message) => {
    expect(() => parseModel(text)).toThrow(message);
  });

  test.each<[string, (model: SmallModel, tree: Tree) => unknown, string]>([
    [
      "another objective",
      ({ learner }) => (learner.objective.name = "rank:best"),
      "The objective rank:best is not supported; these are: reg:squarederror, reg:squaredlogerror,",
    ],
    [
      "an objective with a name that every object has",
      ({ learner }) => (learner.objective.name = "constructor"),
      "The objective constructor is not supported",
    ],
    ["dart", ({ learner }) => (learner.gradient_booster.name = "dart"), "The booster dart is not supported"],
    [
      "leaves of several numbers",
      (_, tree) => Object.assign(tree, { tree_param: { size_leaf_vector: "2" } }),
      'trees[0]: leaves of several numbers are not supported; train with multi_strategy="one_output_per_tree".',
    ],
    [
      "a feature count that is none",
      ({ learner }) => (learner.learner_model_param.num_feature = "-1"),
      "learner.learner_model_param.num_feature must be a count.",
    ],
    [
      "no trees",
      ({ learner }) => (learner.gradient_booster.model.trees = undefined as never),
      "trees must be a list.",
    ],
    [
      "a tree that is null",
      ({ learner }) => (learner.gradient_booster.model.trees = [null as never]),
      "trees[0] must be an object.",
    ],
    ["text for a number", (_, tree) => (tree.split_conditions = ["1"] as never), "must hold numbers only"],
    [
      "lists of unequal length",
      (_, tree) => tree.right_children.pop(),
      "trees[0] must have as many numbers in every list as in left_children.",
    ],
    [
      "fewer groups than trees",
      ({ learner }) => learner.gradient_booster.model.tree_info.pop(),
      "tree_info must name one of 1 outputs for each of 1 trees.",
    ],
    [
      "a group that is no output",
      ({ learner }) => (learner.gradient_booster.model.tree_info = [1]),
      "tree_info must name one of 1 outputs for each of 1 trees.",
    ],
    [
      "a loop",
      (_, tree) => (tree.left_children[1] = tree.right_children[1] = 0),
      "it is the child of two nodes, or of its own child",
    ],
    ["a node with two parents", (_, tree) => (tree.right_children[0] = 1), "it is the child of two nodes"],
    ["a child beyond the last node", (_, tree) => (tree.left_children[0] = 3), "there is no such node"],
    [
      "a negative child",
      (_, tree) => (tree.right_children[0] = -1),
      "tree 0, node -1: there is no such node",
    ],
    ["a fractional child", (_, tree) => (tree.right_children[0] = 1.5), "node 1.5: there is no such node"],
    [
      "an unknown feature",
      (_, tree) => (tree.split_indices[0] = 2),
      "it splits on feature 2; the model has 2",
    ],
    ["a negative feature", (_, tree) => (tree.split_indices[0] = -1), "it splits on feature -1"],
    [
      "a categorical split",
      (_, tree) => (tree.split_type = [1, 0, 0]),
      "categorical splits are not supported",
    ],
  ])("%s", (_, change, message) => {
    expect(() => load(change)).toThrow(message);
  });

  test("a tree without a node", () => {
    expect(() =>
      load((_, tree) => {
        for (const name of Object.keys(tree) as (keyof Tree)[]) {
          tree[name] = [];
        }
      }),
    ).toThrow("tree 0, node 0: there is no such node; the tree has 0.");
  });
});

test("no trees at all predict the base score", () => {
  const model = load(({ learner }) => {
    learner.gradient_booster.model.trees = [];
    learner.gradient_booster.model.tree_info = [];
  });
  expect(predictOne(model, 0, 0)).toBe(0.5);
});
