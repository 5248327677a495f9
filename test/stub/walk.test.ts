import * as fc from "fast-check";
import { expect, test } from "vitest";
import { plant, type RawTree } from "../../src/stub/trees.ts";
import { walker } from "../../src/stub/walk.ts";

const FEATURES = 5;

/** A tree's nodes as a growing list. */
interface Growing {
  left: number[];
  right: number[];
  feature: number[];
  value: number[];
  defaultLeft: boolean[];
}

type Shape =
  | number
  | { readonly at: number; readonly by: number; readonly to: boolean; readonly kids: Shape[] };

const thresholds = fc.constantFrom(-1, -0, 0, 0.1, 0.5, 1, 1e-40, 3e38);
const { bushy, vine } = fc.letrec<{ bushy: Shape; vine: Shape }>((tie) => {
  const leaf = fc.float({ min: -1, max: 1, noNaN: true });
  const split = (kids: fc.Arbitrary<Shape[]>): fc.Arbitrary<Shape> =>
    fc.record({ at: fc.nat(FEATURES - 1), by: thresholds, to: fc.boolean(), kids });
  return {
    bushy: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      split(fc.tuple(tie("bushy"), tie("bushy"))),
    ),
    // Deep on one side only, as trees grown by loss are.
    vine: fc.oneof({ maxDepth: 12 }, leaf, split(fc.tuple(leaf as fc.Arbitrary<Shape>, tie("vine")))),
  };
});

function grow(shape: Shape, tree: Growing): number {
  const node = tree.left.length;
  const isLeaf = typeof shape === "number";
  tree.left.push(-1);
  tree.right.push(-1);
  tree.feature.push(isLeaf ? 0 : shape.at);
  tree.value.push(isLeaf ? shape : shape.by);
  tree.defaultLeft.push(isLeaf ? false : shape.to);
  if (!isLeaf) {
    tree.left[node] = grow(shape.kids[0]!, tree);
    tree.right[node] = grow(shape.kids[1]!, tree);
  }
  return node;
}

function treeOf(shape: Shape): RawTree {
  const tree: Growing = { left: [], right: [], feature: [], value: [], defaultLeft: [] };
  grow(shape, tree);
  return { ...tree, splitType: tree.left.map(() => 0) };
}

/** The walk as it is written in XGBoost: one comparison after the other. */
function leafOf(tree: RawTree, row: readonly number[]): number {
  let node = 0;
  while (tree.left[node] !== -1) {
    const cell = Math.fround(row[tree.feature[node]!] ?? Number.NaN);
    const goesLeft = Number.isNaN(cell) ? tree.defaultLeft[node] : cell < Math.fround(tree.value[node]!);
    node = (goesLeft ? tree.left[node] : tree.right[node])!;
  }
  return Math.fround(tree.value[node]!);
}

const cell = fc.oneof(thresholds, fc.constant(Number.NaN), fc.float({ noDefaultInfinity: true }));
const columnsAndRows = fc
  .integer({ min: 1, max: FEATURES })
  .chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 11 }),
  );

test("rows and trees of every shape end at the leaves of the plain walk, added in the order of the trees", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(bushy, vine), { maxLength: 10 }),
      columnsAndRows,
      fc.constantFrom(1, 3),
      (shapes, rows, outputs) => {
        const trees = shapes.map(treeOf);
        const groups = trees.map((_, index) => index % outputs);
        const scores = new Float32Array(rows.length * outputs).fill(0.5);
        const expected = scores.slice();
        for (const [row, cells] of rows.entries()) {
          for (const [index, tree] of trees.entries()) {
            expected[row * outputs + groups[index]!]! += leafOf(tree, cells);
          }
        }
        walker(plant(trees, groups, FEATURES), outputs)(
          Float32Array.from(rows.flat()),
          rows.length,
          rows[0]!.length,
          scores,
        );
        expect(scores).toEqual(expected);
      },
    ),
    { numRuns: 1000 },
  );
});

test("a model of no features, all leaves, adds them to every row", () => {
  const scores = new Float32Array(6);
  walker(plant([1, 2, 3, 4, 5].map(treeOf), [0, 0, 0, 0, 0], 0), 1)(new Float32Array(6), 6, 1, scores);
  expect([...scores]).toEqual([15, 15, 15, 15, 15, 15]);
});

test("more rows than are ranked at a time, and a model of more features than that are, give each row its own answer", () => {
  const tree = treeOf({ at: 0, by: 500, to: true, kids: [1, 2] });
  const rows = 1003;
  const scores = new Float32Array(rows);
  walker(plant([tree], [0], 1), 1)(
    Float32Array.from({ length: rows }, (_, row) => row),
    rows,
    1,
    scores,
  );
  expect([...scores]).toEqual(Array.from({ length: rows }, (_, row) => (row < 500 ? 1 : 2)));

  const features = 200_000;
  const trees = Array.from({ length: features }, (_, at) => treeOf({ at, by: 0.5, to: true, kids: [0, 1] }));
  const wide = new Float32Array(9);
  const cells = Float32Array.from({ length: 9 * features }, (_, at) =>
    at % features <= Math.floor(at / features) ? 1 : 0,
  );
  walker(
    plant(
      trees,
      trees.map(() => 0),
      features,
    ),
    1,
  )(cells, 9, features, wide);
  expect([...wide]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
