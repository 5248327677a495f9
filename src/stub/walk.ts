/**
 * The way of rows through trees. A walk is a chain of loads, each waiting for the one before; so four walks are made
 * side by side: of four rows through one tree, whose nodes then stay in the cache, or of one row through four trees.
 */
import { HIGHEST_RANK, NODE, rankOf, slotOf, type Forest, type SplitFeature } from "./trees.ts";

/** Rows whose ranks are held at a time, a multiple of four; fewer of a model that splits on thousands of features. */
const BLOCK = 256;
const MOST_RANKS = 1 << 20;
/** The shift that multiplies by {@link NODE}. */
const NODE_SHIFT = Math.log2(NODE);

/** Fills the ranks of one row; columns beyond the row's are missing, and so are NaNs. */
function rankRow(
  features: readonly SplitFeature[],
  cells: Float32Array,
  start: number,
  columns: number,
  ranks: Int32Array,
  at: number,
): void {
  for (let feature = 0; feature < features.length; feature++) {
    const { column, thresholds } = features[feature]!;
    const cell = column < columns ? cells[start + column]! : Number.NaN;
    const isMissing = Number.isNaN(cell);
    const rank = isMissing ? 0 : rankOf(thresholds, cell);
    ranks[at + slotOf(feature, true)] = rank;
    ranks[at + slotOf(feature, false)] = isMissing ? HIGHEST_RANK : rank;
  }
}

/** One step: to the right child, or one node back, to the left one. The shifted sign of the difference is 0 or -1. */
function step(nodes: Int32Array, ranks: Int32Array, row: number, node: number): number {
  const difference = ranks[row + nodes[node]!]! - nodes[node + 1]!;
  return nodes[node + 2]! + ((difference >> 31) << NODE_SHIFT);
}

/** The leaf that one row reaches, of a tree of any shape. */
function walk(nodes: Int32Array, ranks: Int32Array, row: number, root: number): number {
  let node = root;
  for (let next = step(nodes, ranks, row, node); next !== node; next = step(nodes, ranks, row, node)) {
    node = next;
  }
  return node;
}

/** Adds one tree's leaves to the outputs of rows, four at a time. */
function addTree(
  { nodes, leaves, roots, steps, groups }: Forest,
  tree: number,
  ranks: Int32Array,
  width: number,
  rows: number,
  scores: Float32Array,
  outputs: number,
): void {
  const root = roots[tree]!;
  const group = groups[tree]!;
  const count = steps[tree]!;
  for (let row = 0; row < rows; row += 4) {
    const first = row * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    if (count < 0) {
      a = walk(nodes, ranks, first, root);
      b = walk(nodes, ranks, second, root);
      c = walk(nodes, ranks, third, root);
      d = walk(nodes, ranks, fourth, root);
    }
    for (let left = count; left > 0; left--) {
      a = step(nodes, ranks, first, a);
      b = step(nodes, ranks, second, b);
      c = step(nodes, ranks, third, c);
      d = step(nodes, ranks, fourth, d);
    }
    const output = row * outputs + group;
    // Storing in a Float32Array rounds each sum.
    scores[output]! += leaves[a >> NODE_SHIFT]!;
    scores[output + outputs]! += leaves[b >> NODE_SHIFT]!;
    scores[output + 2 * outputs]! += leaves[c >> NODE_SHIFT]!;
    scores[output + 3 * outputs]! += leaves[d >> NODE_SHIFT]!;
  }
}

/** Adds the leaves of all trees to the outputs of one row, four trees at a time. */
function addRow(forest: Forest, ranks: Int32Array, row: number, scores: Float32Array, output: number): void {
  const { nodes, leaves, roots, steps, groups } = forest;
  let tree = 0;
  for (; tree + 4 <= roots.length; tree += 4) {
    let a = roots[tree]!;
    let b = roots[tree + 1]!;
    let c = roots[tree + 2]!;
    let d = roots[tree + 3]!;
    const least = Math.min(steps[tree]!, steps[tree + 1]!, steps[tree + 2]!, steps[tree + 3]!);
    if (least < 0) {
      a = walk(nodes, ranks, row, a);
      b = walk(nodes, ranks, row, b);
      c = walk(nodes, ranks, row, c);
      d = walk(nodes, ranks, row, d);
    } else {
      const most = Math.max(steps[tree]!, steps[tree + 1]!, steps[tree + 2]!, steps[tree + 3]!);
      for (let left = most; left > 0; left--) {
        a = step(nodes, ranks, row, a);
        b = step(nodes, ranks, row, b);
        c = step(nodes, ranks, row, c);
        d = step(nodes, ranks, row, d);
      }
    }
    scores[output + groups[tree]!]! += leaves[a >> NODE_SHIFT]!;
    scores[output + groups[tree + 1]!]! += leaves[b >> NODE_SHIFT]!;
    scores[output + groups[tree + 2]!]! += leaves[c >> NODE_SHIFT]!;
    scores[output + groups[tree + 3]!]! += leaves[d >> NODE_SHIFT]!;
  }
  for (; tree < roots.length; tree++) {
    const leaf = walk(nodes, ranks, row, roots[tree]!);
    scores[output + groups[tree]!]! += leaves[leaf >> NODE_SHIFT]!;
  }
}

/**
 * A function that adds every tree's leaf for each row to the row's outputs, in float32 and, for each row, in the order
 * of the trees, as XGBoost's CPU predictor does: the order decides the last bit.
 *
 * It takes `cells`, `rows` × `columns` float32 features (those beyond `columns` are missing), and `scores`, `rows` ×
 * `outputs`, which begin with the base margins.
 */
export function walker(
  forest: Forest,
  outputs: number,
): (cells: Float32Array, rows: number, columns: number, scores: Float32Array) => void {
  const { features, roots } = forest;
  // A model of leaves alone has no ranks; but a leaf looks at the first.
  const width = Math.max(1, features.length) * 2;
  const size = Math.max(4, Math.min(BLOCK, Math.floor(MOST_RANKS / width) & ~3));
  const ranks = new Int32Array(size * width);
  return (cells, rows, columns, scores) => {
    for (let start = 0; start < rows; start += size) {
      const end = Math.min(rows, start + size);
      for (let row = start; row < end; row++) {
        rankRow(features, cells, row * columns, columns, ranks, (row - start) * width);
      }
      const inFours = (end - start) & ~3;
      const block = scores.subarray(start * outputs, end * outputs);
      const trees = inFours === 0 ? 0 : roots.length;
      for (let tree = 0; tree < trees; tree++) {
        addTree(forest, tree, ranks, width, inFours, block, outputs);
      }
      for (let row = inFours; row < end - start; row++) {
        addRow(forest, ranks, row * width, block, row * outputs);
      }
    }
  };
}
