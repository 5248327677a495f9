import { Type } from "@sinclair/typebox";
import type { Step, Value } from "../step.ts";
import {
  GROUPING,
  type GroupedCategories,
  type GroupingParameters,
  frequentOf,
  learnGrouped,
} from "./infrequent.ts";
import {
  CategoriesParameter,
  type Category,
  contradictionIn,
  mismatchOf,
  placesOf,
  refuseUnknown,
} from "./known-categories.ts";

interface Parameters extends GroupingParameters {
  readonly drop: "none" | "first" | "if_binary";
  readonly handle_unknown: "error" | "ignore" | "infrequent" | "infrequent_if_exist";
}

/** A column for each category: 1 for the value's own, 0 for the others. */
export const ONE_HOT = {
  summary:
    "A column for each category, 1 where it is the value's and 0 elsewhere; a missing value is a category if training had one.",
  counterpart: "sklearn.preprocessing.OneHotEncoder",
  parameters: Type.Object(
    {
      categories: Type.Optional(CategoriesParameter),
      drop: Type.Optional(
        Type.Union([Type.Literal("none"), Type.Literal("first"), Type.Literal("if_binary")], {
          default: "none",
          description: "A column that is left out: the first, or the first where there are two.",
        }),
      ),
      handle_unknown: Type.Optional(
        Type.Union(
          [
            Type.Literal("error"),
            Type.Literal("ignore"),
            Type.Literal("infrequent"),
            Type.Literal("infrequent_if_exist"),
          ],
          {
            default: "error",
            description:
              "An unknown category is refused, gives zeros alone, or (infrequent, short for infrequent_if_exist) counts as one of the infrequent ones, where there are any.",
          },
        ),
      ),
      ...GROUPING,
    },
    { additionalProperties: false },
  ),
  defaults: { drop: "none", handle_unknown: "error" },
  takes: ["category", "number"],
  gives: "number",
  missing: "fills",
  contradiction: ({ categories }) => contradictionIn(categories),
  mismatch: ({ categories }, kinds) => mismatchOf(categories, kinds),
  fit: (parameters) =>
    learnGrouped(
      parameters,
      () => true,
      () => undefined,
    ),
  names: (columns, parameters, learned) =>
    columns.flatMap((column, j) =>
      layoutOf(parameters, learned[j]).names.map((category) => `${column}_${category}`),
    ),
  compile: (parameters, learned) => {
    const { places, names, others } = layoutOf(parameters, learned);
    const width = names.length;
    const refuse = refuseUnknown(
      "one_hot",
      [...places.keys()].filter((value) => !Number.isNaN(value)),
    );
    return {
      kind: "expand",
      expand: (value: Value, out: Value[], at: number) => {
        const place = places.get(value) ?? others ?? refuse(value);
        for (let j = 0; j < width; j++) out[at + j] = j === place ? 1 : 0;
        return at + width;
      },
    };
  },
} satisfies Step<Parameters, GroupedCategories | undefined>;

interface Layout {
  /** Of the columns: the frequent categories in order, then the infrequent ones together. */
  readonly names: readonly string[];
  /** Each known value's column; −1 where it is the one that is left out. */
  readonly places: ReadonlyMap<Value, number>;
  /** An unknown value's; −1 for none, undefined where it is to be refused. */
  readonly others: number | undefined;
}

/** @param learned undefined where the categories are given and none is infrequent */
function layoutOf(parameters: Parameters, learned: GroupedCategories | undefined): Layout {
  const known = learned ?? { categories: parameters.categories! };
  const { infrequent = [] } = known;
  const frequent = frequentOf(known);
  const names = frequent.map((category) => nameOf(category));
  if (infrequent.length > 0) names.push("infrequent_sklearn");
  const { drop, handle_unknown } = parameters;
  const left = drop === "first" || (drop === "if_binary" && names.length === 2) ? 1 : 0;
  const last = names.length - 1 - left;
  // A value may be asked for in every row: the frequent ones and the infrequent ones are found in one look.
  const places = new Map([
    ...[...placesOf(frequent)].map(([value, i]): [Value, number] => [value, i - left]),
    ...[...placesOf(infrequent).keys()].map((value): [Value, number] => [value, last]),
  ]);
  const ignored = handle_unknown === "ignore" || infrequent.length === 0 ? -1 : last;
  return {
    names: apart(names.slice(left)),
    places,
    others: handle_unknown === "error" ? undefined : ignored,
  };
}

/**
 * Names of which no two are alike: a text may read as what scikit-learn calls a missing value, or the infrequent ones
 * together. There both columns have the one name; here the later one is numbered.
 */
function apart(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, i) => {
    let free = name;
    for (let n = 2; taken.has(free) || (free !== name && names.indexOf(free) > i); n++) free = `${name}_${n}`;
    taken.add(free);
    return free;
  });
}

/** As Python's `str` shows it; scikit-learn calls a missing value nan. */
function nameOf(category: Category): string {
  return category === null ? "nan" : String(category);
}
