import { type TSchema, Type } from "@sinclair/typebox";
import type { PowerMethod } from "./power.ts";
import type { Learner } from "./step.ts";
import { POWER_STEPS, type Power, type PowerTransform, learnPower, powerTransform } from "./steps/power.ts";
import { type Range, SCALE_STEPS, type Standard, minMaxScale, standardScale } from "./steps/scale.ts";

/** What training does to a number to be predicted, and what serving does to take it back. */
export interface TwoWay {
  /** Target → what the model is trained on; NaN or infinite where there is no such thing. */
  readonly forward: (target: number) => number;
  /** What the model says → prediction. */
  readonly inverse: (output: number) => number;
}

/** A transform of the target: an entry of {@link TARGET_TRANSFORMS}. P: its parameters, F: what it learns. */
export interface TargetTransform<P = never, F = never> {
  /** One line for the documentation and for editors. */
  readonly summary: string;
  /** What does the same in scikit-learn or NumPy. */
  readonly counterpart: string;
  /** Schema of what may stand after the transform's name in the model file. */
  readonly parameters: TSchema;
  readonly defaults: object;
  /** What contradicts itself in parameters that fit the schema. */
  readonly contradiction?: (parameters: P) => string | undefined;
  /** A learner for the target's column; absent: there is nothing to learn. */
  readonly fit?: (parameters: P) => Learner | undefined;
  readonly compile: (parameters: P, learned: F) => TwoWay;
}

const NO_PARAMETERS = Type.Object({}, { additionalProperties: false, description: "It has no parameters." });

const identity = (value: number) => value;

/** A transform by functions that are known beforehand. */
function plain(
  summary: string,
  counterpart: string,
  forward: TwoWay["forward"],
  inverse: TwoWay["inverse"],
): TargetTransform<object, object> {
  const both = Object.freeze({ forward, inverse });
  return { summary, counterpart, parameters: NO_PARAMETERS, defaults: {}, compile: () => both };
}

const { standard_scale, min_max_scale } = SCALE_STEPS;

/** The `standardize` of scikit-learn's PowerTransformer; SciPy's own functions do not. */
const STANDARDIZE = Type.Object(
  { standardize: Type.Optional(POWER_STEPS.power_transform.parameters.properties.standardize) },
  { additionalProperties: false, description: "{ standardize }" },
);

function power(method: PowerMethod, summary: string) {
  return {
    summary,
    counterpart: `sklearn.preprocessing.PowerTransformer(method="${method.replace("_", "-")}")`,
    parameters: STANDARDIZE,
    defaults: { standardize: true },
    fit: (parameters) => learnPower({ method, ...parameters }, "target"),
    compile: (parameters, learned) => powerTransform({ method, ...parameters }, learned),
  } satisfies TargetTransform<Pick<PowerTransform, "standardize">, Power>;
}

/** Every transform a model file may name, as NumPy and scikit-learn name it. */
export const TARGET_TRANSFORMS = {
  none: plain("The target as it is.", "none", identity, identity),
  log1p: plain(
    "Training writes log(1 + target); serving answers exp(output) − 1.",
    "numpy.log1p, numpy.expm1",
    Math.log1p,
    Math.expm1,
  ),
  log: plain(
    "Training writes log(target), of targets above 0; serving answers exp(output).",
    "numpy.log, numpy.exp",
    Math.log,
    Math.exp,
  ),
  sqrt: plain(
    "Training writes the square root of the target; serving answers output².",
    "numpy.sqrt, numpy.square",
    Math.sqrt,
    (output) => output * output,
  ),
  standard_scale: {
    summary: "Training takes away the mean and divides by the standard deviation; serving does the reverse.",
    counterpart: standard_scale.counterpart,
    parameters: standard_scale.parameters,
    defaults: standard_scale.defaults,
    fit: standard_scale.fit,
    compile: (_, learned) => standardScale(learned),
  } satisfies TargetTransform<Parameters<typeof standard_scale.fit>[0], Standard>,
  min_max_scale: {
    summary:
      "Training moves the smallest and the largest target to the ends of a range; serving moves them back.",
    counterpart: min_max_scale.counterpart,
    // Without `clip`: what is clipped cannot be taken back.
    parameters: Type.Object(
      { feature_range: min_max_scale.parameters.properties.feature_range },
      { additionalProperties: false, description: "{ feature_range }" },
    ),
    defaults: { feature_range: min_max_scale.defaults.feature_range },
    contradiction: ({ feature_range }) => min_max_scale.contradiction({ feature_range, clip: false }),
    fit: min_max_scale.fit,
    compile: ({ feature_range }, learned) => minMaxScale({ feature_range, clip: false }, learned),
  } satisfies TargetTransform<{ readonly feature_range: readonly number[] }, Range>,
  box_cox: power(
    "box_cox",
    "Training raises targets above 0 to the power that makes them most like a normal distribution, and standardizes; serving does the reverse.",
  ),
  yeo_johnson: power("yeo_johnson", "As box_cox, for targets of any sign."),
} as const satisfies Record<string, TargetTransform<never, never>>;

export type TargetTransformName = keyof typeof TARGET_TRANSFORMS;

/** A transform by its name, its parameters and what it learned unknown: they have been checked against its own schema. */
export function targetTransformOf(name: TargetTransformName): TargetTransform<unknown, object> {
  return TARGET_TRANSFORMS[name] as unknown as TargetTransform<unknown, object>;
}
