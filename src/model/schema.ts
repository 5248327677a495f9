import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { closed, name, named } from "./schema-parts.ts";
import { STEPS, type StepName, stepOf } from "./steps.ts";
import { TargetSchema } from "./target/schema.ts";

/** The model file's schema, as an editor sees it; `schemas/model.schema.json` is made from it. */

const described = {
  ...named,
  missing: Type.Optional(
    Type.Boolean({
      description: "Whether a value may be missing: null in a request, an empty cell in a CSV file.",
      default: false,
    }),
  ),
};

export const DatetimeInput = Type.Object(
  {
    ...described,
    type: Type.Literal("datetime", {
      description: "ISO 8601, or `YYYY-MM-DD HH:MM[:SS]`. A time without offset is kept as it is written.",
    }),
    time_zone: Type.Optional(
      Type.String({
        description:
          "IANA time zone of the training data, such as Europe/Berlin: times with an offset are moved to its clock. Without it an offset is refused.",
      }),
    ),
    example: Type.Optional(Type.String({ description: "A value that works when pasted." })),
  },
  closed,
);

const numeric = {
  ...described,
  unit: Type.Optional(Type.String({ description: "Unit of the values, such as °C or km/h." })),
  categories: Type.Optional(
    Type.Array(Type.Number(), { minItems: 1, uniqueItems: true, description: "The only values allowed." }),
  ),
  minimum: Type.Optional(Type.Number({ description: "Smallest value allowed." })),
  maximum: Type.Optional(Type.Number({ description: "Largest value allowed." })),
  example: Type.Optional(Type.Number({ description: "A value that works when pasted." })),
};

export const IntegerInput = Type.Object(
  { ...numeric, type: Type.Literal("integer", { description: "A whole number." }) },
  closed,
);

export const NumberInput = Type.Object(
  { ...numeric, type: Type.Literal("number", { description: "A finite number." }) },
  closed,
);

export const StringInput = Type.Object(
  {
    ...described,
    type: Type.Literal("string", { description: "A text." }),
    categories: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        uniqueItems: true,
        description: "The only values allowed, none of them empty: what is empty is missing.",
      }),
    ),
    example: Type.Optional(Type.String({ minLength: 1, description: "A value that works when pasted." })),
  },
  closed,
);

export const BooleanInput = Type.Object(
  {
    ...described,
    type: Type.Literal("boolean", { description: "true or false; a feature takes it as 1 or 0." }),
    example: Type.Optional(Type.Boolean({ description: "A value that works when pasted." })),
  },
  closed,
);

/** Input type → its schema. */
export const INPUT_SCHEMAS = {
  boolean: BooleanInput,
  datetime: DatetimeInput,
  integer: IntegerInput,
  number: NumberInput,
  string: StringInput,
} as const;

const stepNames = Object.keys(STEPS) as StepName[];

const Step = Type.Union(
  stepNames.flatMap((step): TSchema[] => {
    const { parameters, summary: description, defaults } = stepOf(step);
    const long = Type.Object({ [step]: parameters }, { ...closed, description });
    return defaults === undefined ? [long] : [long, Type.Literal(step, { description })];
  }),
);

export const FeatureObject = Type.Object(
  {
    name: Type.Optional(name),
    from: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, uniqueItems: true })], {
      description: "Name of the input it is made from; or several, for a step that takes several.",
    }),
    steps: Type.Optional(Type.Array(Step, { description: "Applied in this order." })),
  },
  closed,
);

/** InvokeEndpoint's own patterns; a text that takes a variable is checked once that is filled in. */
const NAME = String.raw`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`;
const PRINTABLE = String.raw`[\x21-\x7e][\x20-\x7e]{0,1023}`;
/** A list of types is answered 406 by XGBoost's container; what is neither text nor JSON could not be read. */
const ACCEPT = String.raw`(text/[\w.+-]+|application/[\w.+-]*json[\w.+-]*|\*/\*)( ?;[\x20-\x2b\x2d-\x7e]{1,900})?`;
const setting = (pattern: string, description: string) =>
  Type.String({ pattern: String.raw`^(?:${pattern}|.*\$\{[^}]*\}.*)$`, description });
const hosted = (description: string) =>
  setting(NAME, `${description} Letters, digits and inner hyphens, up to 63.`);

export const Endpoint = Type.Object(
  {
    name: hosted("EndpointName. `${NAME:-default}` takes an environment variable."),
    target_variant: Type.Optional(hosted("TargetVariant: the production variant that must answer.")),
    target_model: Type.Optional(
      setting(PRINTABLE, "TargetModel: the artefact of a multi-model endpoint. Printable ASCII, up to 1024."),
    ),
    inference_component: Type.Optional(
      hosted("InferenceComponentName, where the endpoint hosts components."),
    ),
    content_type: Type.Optional(
      Type.Union(
        [
          Type.Literal("text/csv", { description: "A line a row; a missing value is an empty cell." }),
          Type.Literal("application/json", { description: "As `body` says; a missing value is null." }),
          Type.Literal("application/jsonlines", { description: '`{"features":[…]}`, a line a row.' }),
          Type.Literal("text/libsvm", {
            description: "`0 0:value 1:value …`, a line a row; a missing value is left out.",
          }),
        ],
        { default: "text/csv", description: "ContentType: the format that the container takes rows in." },
      ),
    ),
    accept: Type.Optional(
      setting(
        ACCEPT,
        "Accept: one media type that the container answers in, text or JSON, such as application/json;verbose. " +
          "Unless given it is the content type, and text/csv for text/libsvm.",
      ),
    ),
    body: Type.Optional(
      Type.Union(
        [
          Type.Literal("instances", { description: '`{"instances":[{"features":[…]},…]}`' }),
          Type.Literal("list", { description: "`[[…],…]`" }),
        ],
        { default: "instances", description: "What a body of application/json looks like." },
      ),
    ),
    header: Type.Optional(
      Type.Boolean({
        default: false,
        description: "Whether a body of text/csv begins with a line that names the columns.",
      }),
    ),
  },
  { ...closed, description: "The SageMaker endpoint that answers." },
);

const listOf = <T extends TSchema>(schema: T, description: string) =>
  Type.Array(schema, { minItems: 1, description });

export const ModelFileSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: "Address of this schema, for editors." })),
    name: Type.String({
      pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
      maxLength: 63,
      description: "Name in the URL: lower-case letters, digits and inner hyphens.",
    }),
    version: Type.String({ minLength: 1, description: "Version of the model, in quotes." }),
    description: Type.Optional(Type.String({ description: "What the model is for." })),
    endpoint: Endpoint,
    inputs: listOf(
      Type.Union(Object.values(INPUT_SCHEMAS)),
      "What a client sends; the order is that of a positional row.",
    ),
    features: listOf(
      Type.Union([Type.String({ description: "An input, passed through as it is." }), FeatureObject]),
      "What the model was trained on; the order is that of the CSV.",
    ),
    target: TargetSchema,
  },
  {
    ...closed,
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Skewless model file",
    description: "What a client sends, what the model was trained on, and how to turn one into the other.",
  },
);

export type InputSpec = Static<(typeof INPUT_SCHEMAS)[keyof typeof INPUT_SCHEMAS]>;
export type NumericInputSpec = Static<typeof IntegerInput> | Static<typeof NumberInput>;
export type EndpointSpec = Static<typeof Endpoint>;
