import { type TSchema, Type } from "@sinclair/typebox";
import { closed, named } from "../schema-parts.ts";
import { TARGET_TRANSFORMS, type TargetTransformName, targetTransformOf } from "../target-transforms.ts";

/** The schemas of a model file's `target`, one for each `type`. */

const Transform = Type.Union(
  (Object.keys(TARGET_TRANSFORMS) as TargetTransformName[]).flatMap((transform): TSchema[] => {
    const { summary: description, parameters } = targetTransformOf(transform);
    return [
      Type.Literal(transform, { description }),
      Type.Object({ [transform]: parameters }, { ...closed, description }),
    ];
  }),
  { description: "What training applied to the target; serving applies its inverse.", default: "none" },
);

const output = Type.Optional(
  Type.Union([Type.String({ minLength: 1 }), Type.Integer({ minimum: 0 })], {
    description:
      "Which field (by name) or column (by position, from 0) of the endpoint's answer is the prediction, where it gives several.",
  }),
);

const number = {
  ...named,
  unit: Type.Optional(Type.String({ description: "Unit of a prediction." })),
  transform: Type.Optional(Transform),
  clip: Type.Optional(
    Type.Object(
      {
        min: Type.Optional(Type.Number({ description: "What is less becomes this." })),
        max: Type.Optional(Type.Number({ description: "What is more becomes this." })),
      },
      {
        ...closed,
        minProperties: 1,
        description: "Bounds of a prediction, once the transform is taken back: a min, a max or both.",
      },
    ),
  ),
  round: Type.Optional(
    Type.Integer({
      // Powers of ten are exact in a double up to here.
      minimum: -22,
      maximum: 22,
      description:
        "A whole number from −22 to 22: the decimals of a prediction, once it is clipped. Halves go to the even neighbour, as in NumPy.",
    }),
  ),
  output,
};

const label = Type.Union([Type.String({ minLength: 1 }), Type.Number(), Type.Boolean()], {
  description: "A class: a text, a number, or true or false.",
});

const labels = (many: object, description: string) =>
  Type.Array(label, { minItems: 2, ...many, uniqueItems: true, description });

const answer = Type.Optional(
  Type.Union(
    [
      Type.Literal("probabilities", {
        description: "How likely the classes are, as of XGBoost's binary:logistic and multi:softprob.",
      }),
      Type.Literal("label", {
        description:
          "Which class it is, as of XGBoost's multi:softmax: its place among the labels, from 0, or the label.",
      }),
    ],
    { description: "What the endpoint says of a row.", default: "probabilities" },
  ),
);

const number_is = Type.Optional(
  Type.Union(
    [
      Type.Literal("place", {
        description: "The place among the labels, from 0, as of XGBoost's multi:softmax.",
      }),
      Type.Literal("label", { description: "The label itself, as of scikit-learn's predict." }),
    ],
    {
      description:
        "What a number stands for with which the endpoint names a class. Must be said with `answer: label` where a label is a number other than its place.",
    },
  ),
);

const type = <T extends string>(value: T, description: string) => Type.Literal(value, { description });

/** Target type → its schema. */
export const TARGET_SCHEMAS = {
  regression: Type.Object(
    {
      ...number,
      type: Type.Optional(Type.Literal("regression", { description: "A number.", default: "regression" })),
    },
    { ...closed, description: "What the model predicts." },
  ),
  binary: Type.Object(
    {
      ...named,
      type: type("binary", "One of two classes."),
      labels: labels(
        { maxItems: 2 },
        "The two classes; the second is the one whose probability the endpoint gives. Training writes 0 for the first, 1 for the second.",
      ),
      threshold: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
          default: 0.5,
          description:
            "Above 0 and below 1: the second label is predicted from this probability on, as by scikit-learn's FixedThresholdClassifier.",
        }),
      ),
      answer,
      number_is,
      output,
    },
    { ...closed, description: "What the model predicts: one of two classes." },
  ),
  multiclass: Type.Object(
    {
      ...named,
      type: type("multiclass", "One of several classes."),
      labels: labels(
        {},
        "The classes, in the order of the endpoint's probabilities. Training writes a class's place among them, from 0.",
      ),
      top_k: Type.Optional(
        Type.Integer({
          minimum: 1,
          description:
            "A whole number from 1: how many of the most probable classes a prediction lists. Default: all.",
        }),
      ),
      answer,
      number_is,
      output,
    },
    { ...closed, description: "What the model predicts: one of several classes." },
  ),
  multi_output: Type.Object(
    {
      ...named,
      type: type("multi_output", "Several numbers."),
      outputs: Type.Array(Type.Object(number, { ...closed, description: "One of the numbers." }), {
        minItems: 2,
        description:
          "The numbers, in the order of the endpoint's answer. Training writes them first, in this order.",
      }),
      output,
    },
    { ...closed, description: "What the model predicts: several numbers." },
  ),
} as const;

export const TargetSchema = Type.Union(Object.values(TARGET_SCHEMAS), {
  description: "What the model predicts.",
});
