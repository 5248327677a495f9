import type { Strand } from "./strand.ts";

/**
 * Names of the features: an input's own name where only one feature is made from it alone, else the branch's with it, as
 * scikit-learn's `num__age`.
 *
 * @param plain whether to try so short ones; else each has its branch's, and columns of two features cannot be called alike
 *   because of them
 */
export function featureNames(strands: readonly Strand[], plain: boolean): string[] {
  const inputs = strands.map(({ from }) => (from.length === 1 ? from[0]! : undefined));
  const taken = new Set<string>();
  return strands.map((strand, i) => {
    const alone = inputs[i] !== undefined && inputs.indexOf(inputs[i]) === inputs.lastIndexOf(inputs[i]);
    const name = plain && alone && !isIndicator(strand) ? inputs[i]! : longName(strand);
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
    taken.add(free);
    return free;
  });
}

const LONGEST = 64;

function longName(strand: Strand): string {
  const { from, branch, steps } = strand;
  const origin = branch.at(-1) ?? "all";
  if (from.length > 1) return nameOf(branch.at(-1) ?? steps.at(-1)!.name);
  // As SimpleImputer and MissingIndicator call it.
  return nameOf(isIndicator(strand) ? `missingindicator_${from[0]}` : `${origin}__${from[0]}`);
}

function isIndicator({ steps }: Strand): boolean {
  return steps.some(({ name }) => name === "missing_indicator");
}

/** A text as a name in a model file, with room for a number behind it. */
function nameOf(text: string): string {
  const clean = text.replaceAll(/[^A-Za-z0-9_.-]/g, "_").slice(0, LONGEST - 4);
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean.slice(0, LONGEST - 5)}`;
}
