/** Boosted trees as typed arrays: checked and laid out once when they are loaded; `walk.ts` walks them. */

/** A mistake in a model file. The message says where, and what was expected. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
}

/**
 * Every node of every tree, for a walk without branches: cells are compared by their rank among the thresholds of
 * their feature, and both children of a node lie side by side, so that the outcome of a comparison is an addition.
 */
export interface Forest {
  /** Offset of each tree's root in `nodes`. */
  readonly roots: Int32Array;
  /** Steps after which every walk of a tree has ended; -1 for a lopsided tree, most of whose walks end long before. */
  readonly steps: Int32Array;
  /** Which of a row's outputs each tree adds to. */
  readonly groups: Int32Array;
  /**
   * {@link NODE} numbers a node: the slot of a row's ranks to look at, the rank that goes right, and the offset of the
   * right child. A leaf is its own left child, and no rank goes right: a walk that is too long stays where it is.
   */
  readonly nodes: Int32Array;
  /** What a leaf adds, by node number. */
  readonly leaves: Float32Array;
  /** The features that are split on: the others need no rank. */
  readonly features: readonly SplitFeature[];
}

/** A feature that some node splits on. */
export interface SplitFeature {
  /** Its column. */
  readonly column: number;
  /** Its distinct thresholds, ascending. */
  readonly thresholds: Float32Array;
}

/** Numbers a node takes in `Forest.nodes`; a power of two, and 16 bytes never straddle a cache line. */
export const NODE = 4;
/** A rank above all that thresholds have, for what is missing and goes right. */
export const HIGHEST_RANK = 0x3f_ff_ff_ff;
/** The rank that no cell reaches: a leaf's. */
const UNREACHED = 0x7f_ff_ff_ff;
/** A tree this many times as deep as its leaves are on average is lopsided. */
const LOPSIDED = 1.5;

/** The parallel arrays of one tree of a model file: one entry a node, the root first, -1 for no child. */
export interface RawTree {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly feature: readonly number[];
  readonly value: readonly number[];
  /** 1 or true where a missing value goes left. */
  readonly defaultLeft: readonly (number | boolean)[];
  /** 1 where a split is categorical; models before XGBoost 1.3 have none. */
  readonly splitType: readonly number[];
}

function assertWalkable(tree: RawTree, place: string, features: number): void {
  const nodes = tree.left.length;
  const reached = new Uint8Array(nodes);
  const toVisit = [0];
  for (let node = toVisit.pop(); node !== undefined; node = toVisit.pop()) {
    const where = `${place}, node ${node}`;
    if (!Number.isInteger(node) || node < 0 || node >= nodes) {
      throw new ModelFileError(`${where}: there is no such node; the tree has ${nodes}.`);
    }
    if (reached[node] === 1) {
      throw new ModelFileError(`${where}: it is the child of two nodes, or of its own child.`);
    }
    reached[node] = 1;
    if (tree.left[node] === -1) {
      continue;
    }
    const feature = tree.feature[node]!;
    if (!Number.isInteger(feature) || feature < 0 || feature >= features) {
      throw new ModelFileError(`${where}: it splits on feature ${feature}; the model has ${features}.`);
    }
    if (tree.splitType[node] === 1) {
      throw new ModelFileError(`${where}: categorical splits are not supported.`);
    }
    toVisit.push(tree.left[node]!, tree.right[node]!);
  }
}

/** The features that are split on, with their thresholds as float32. */
function splitFeaturesOf(trees: readonly RawTree[]): SplitFeature[] {
  const found = new Map<number, Set<number>>();
  for (const tree of trees) {
    for (const [node, left] of tree.left.entries()) {
      if (left !== -1) {
        const column = tree.feature[node]!;
        const thresholds = found.get(column) ?? new Set();
        found.set(column, thresholds.add(Math.fround(tree.value[node]!)));
      }
    }
  }
  return Array.from(found, ([column, set]) => ({ column, thresholds: Float32Array.from(set).toSorted() }));
}

/** How many of `thresholds` a cell is not less than: it is not less than the one at index i where its rank is above i. */
export function rankOf(thresholds: Float32Array, cell: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (thresholds[middle]! <= cell) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/**
 * Lays one tree out from node number `root` on, level by level.
 *
 * @param places - where each column stands among `forest.features`.
 * @returns its steps.
 */
function lay(tree: RawTree, root: number, forest: Forest, places: ReadonlyMap<number, number>): number {
  const { nodes, leaves, features } = forest;
  // Which node of the file lies where; a level ends where the next begins.
  const order = [0];
  let depth = 0;
  let leafDepths = 0;
  let leafCount = 0;
  let levelEnd = 1;
  for (let place = 0; place < order.length; place++) {
    if (place === levelEnd) {
      depth++;
      levelEnd = order.length;
    }
    const node = order[place]!;
    const at = (root + place) * NODE;
    if (tree.left[node] === -1) {
      nodes[at + 1] = UNREACHED;
      nodes[at + 2] = at + NODE;
      leaves[root + place] = tree.value[node]!;
      leafDepths += depth;
      leafCount++;
      continue;
    }
    const feature = places.get(tree.feature[node]!)!;
    nodes[at] = slotOf(feature, Boolean(tree.defaultLeft[node]));
    nodes[at + 1] = rankOf(features[feature]!.thresholds, Math.fround(tree.value[node]!));
    nodes[at + 2] = (root + order.length + 1) * NODE;
    order.push(tree.left[node]!, tree.right[node]!);
  }
  return depth > LOPSIDED * (leafDepths / leafCount) ? -1 : depth;
}

/**
 * Where a feature's rank stands among those of a row: each stands twice, for splits that send missing cells left and
 * for those that send them right.
 *
 * @param feature - its place in `Forest.features`.
 */
export function slotOf(feature: number, missingLeft: boolean): number {
  return feature * 2 + (missingLeft ? 0 : 1);
}

/**
 * Lays trees out one after the other.
 *
 * @param features - how many features the model has.
 * @throws {ModelFileError} where a tree has loops, missing nodes, unknown features or categorical splits.
 */
export function plant(trees: readonly RawTree[], groups: readonly number[], features: number): Forest {
  for (const [index, tree] of trees.entries()) {
    assertWalkable(tree, `tree ${index}`, features);
  }
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0);
  const forest: Forest = {
    roots: new Int32Array(trees.length),
    steps: new Int32Array(trees.length),
    groups: Int32Array.from(groups),
    nodes: new Int32Array(nodes * NODE),
    leaves: new Float32Array(nodes),
    features: splitFeaturesOf(trees),
  };
  const places = new Map(forest.features.map(({ column }, place) => [column, place]));
  let root = 0;
  for (const [index, tree] of trees.entries()) {
    forest.roots[index] = root * NODE;
    forest.steps[index] = lay(tree, root, forest, places);
    root += tree.left.length;
  }
  return Object.freeze(forest);
}
