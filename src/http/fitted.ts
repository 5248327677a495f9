import { type TSchema, Type } from "@sinclair/typebox";

/** What a model was fitted on, as `GET /models/{name}` tells it. */

/** Written without `Type.Record`, whose patterns generators of clients do not read as a map. */
const mapOf = (additionalProperties: TSchema, description: string) =>
  Type.Object({}, { additionalProperties, description });

const orNull = (schema: TSchema, description: string) => Type.Union([schema, Type.Null()], { description });

const counts = {
  count: Type.Integer({ description: "Values that were there." }),
  missing: Type.Integer({ description: "Values that were missing." }),
};

const finite = (what: string) =>
  orNull(Type.Number(), `${what}; null where there is none that a double holds.`);

const NumberColumn = Type.Object({
  kind: Type.Literal("number"),
  ...counts,
  mean: finite("The mean"),
  std: finite("The standard deviation of a sample"),
  min: finite("The smallest value"),
  max: finite("The largest value"),
  quantiles: mapOf(
    Type.Union([Type.Number(), Type.Null()]),
    "Probability → quantile, interpolated linearly; null as above.",
  ),
});

const CategoryColumn = Type.Object({
  kind: Type.Literal("category"),
  ...counts,
  categories: Type.Array(
    Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { minItems: 2, maxItems: 2 }),
    { description: "Pairs of a value and how often it was there: of many values the most frequent ones." },
  ),
  others: Type.Integer({ description: "Values that are none of these." }),
});

const DatetimeColumn = Type.Object({
  kind: Type.Literal("datetime"),
  ...counts,
  min: orNull(Type.String(), "The earliest time, on the clock of the model's time zone."),
  max: orNull(Type.String(), "The latest time."),
});

const columns = (description: string) =>
  mapOf(Type.Union([NumberColumn, CategoryColumn, DatetimeColumn]), description);

export const FittedSchema = Type.Object(
  {
    data: Type.Optional(
      Type.Object(
        {
          digest: Type.String({ description: "SHA-256 of the file." }),
          rows: Type.Integer(),
        },
        { description: "The training data." },
      ),
    ),
    baseline: Type.Optional(
      Type.Object(
        {
          inputs: columns("Name of the input → what it looked like."),
          target: columns("Name of the target's column → what it looked like."),
        },
        { description: "What the training data looked like, column by column." },
      ),
    ),
  },
  {
    description:
      "What the model was fitted on, where it was; without data and baseline where that was done elsewhere.",
  },
);
