import { Type } from "@sinclair/typebox";
import { Refusal, type Step, type Value } from "../step.ts";
import { murmur3 } from "./murmur3.ts";

interface Parameters {
  readonly n_features: number;
  readonly alternate_sign?: boolean;
  readonly name?: string;
}

/** Columns among which a hash chooses: for categories too many to learn. */
export const HASH = {
  summary:
    "One of n_features columns is 1 or −1, the others are 0: a hash of the value chooses it. Nothing is learned, no value is unknown.",
  counterpart: 'sklearn.feature_extraction.FeatureHasher(input_type="string"), or "dict" with a name',
  parameters: Type.Object(
    {
      n_features: Type.Integer({ minimum: 1, maximum: 65_536, description: "Number of columns." }),
      alternate_sign: Type.Optional(
        Type.Boolean({ default: true, description: "Whether the hash chooses between 1 and −1 too." }),
      ),
      name: Type.Optional(
        Type.String({
          minLength: 1,
          description:
            "Hashes name=value, as FeatureHasher does for a dict; without it the value alone, as for strings.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  takes: ["category", "number"],
  gives: "number",
  missing: "refuses",
  names: (columns, { n_features }) =>
    columns.flatMap((column) => Array.from({ length: n_features }, (_, j) => `${column}_${j}`)),
  compile: ({ n_features, alternate_sign = true, name }) => {
    const prefix = name === undefined ? "" : `${name}=`;
    return {
      kind: "expand",
      expand: (value: Value, out: Value[], at: number) => {
        // What a step before it made of an impossible number must not pass for one of the categories.
        if (typeof value === "number" && !Number.isFinite(value)) throw new Refusal(`hash takes no ${value}`);
        const hash = murmur3(prefix + String(value));
        const place = Math.abs(hash) % n_features;
        const sign = alternate_sign && hash < 0 ? -1 : 1;
        for (let j = 0; j < n_features; j++) out[at + j] = j === place ? sign : 0;
        return at + n_features;
      },
    };
  },
} satisfies Step<Parameters>;
