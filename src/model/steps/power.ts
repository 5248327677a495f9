import { Type } from "@sinclair/typebox";
import { isConstant, refuseMoments, startMoments } from "../moments.ts";
import { fitPower } from "../power-fit.ts";
import { type PowerMethod, lostBy, powerOf } from "../power.ts";
import type { Learner, SortedColumn, Step } from "../step.ts";
import type { TwoWay } from "../target-transforms.ts";

/** Parameters of `power_transform`. */
export interface PowerTransform {
  readonly method: PowerMethod;
  readonly standardize: boolean;
}

/** What `power_transform` learns: lambda, and where it standardizes, mean and scale of what lambda gives. */
export interface Power {
  readonly lambda: number;
  readonly mean?: number;
  readonly scale?: number;
}

/** A step that makes numbers more like a normal distribution. A missing one (NaN) stays missing. */
export const POWER_STEPS = {
  power_transform: {
    summary: "Raises to the power that makes the values most like a normal distribution, and standardizes.",
    counterpart: "sklearn.preprocessing.PowerTransformer",
    parameters: Type.Object(
      {
        method: Type.Optional(
          Type.Union([Type.Literal("yeo_johnson"), Type.Literal("box_cox")], {
            description: "box_cox takes positive values only, yeo_johnson all.",
            default: "yeo_johnson",
          }),
        ),
        standardize: Type.Optional(
          Type.Boolean({ description: "Whether the result gets mean 0 and variance 1.", default: true }),
        ),
      },
      { additionalProperties: false, description: "{ method, standardize }" },
    ),
    defaults: { method: "yeo_johnson", standardize: true },
    takes: ["number"],
    gives: "number",
    fit: (parameters) => learnPower(parameters, "feature"),
    compile: (parameters, learned) => ({ kind: "map", map: powerTransform(parameters, learned).forward }),
  } satisfies Step<PowerTransform, Power>,
} as const;

/** `power_transform`, ready for use in either direction. */
export function powerTransform({ method, standardize }: PowerTransform, learned: Power): TwoWay {
  const power = powerOf(method, learned.lambda);
  if (!standardize) return power;
  const { mean, scale } = learned as Required<Power>;
  return {
    forward: (value) => (power.forward(value) - mean) / scale,
    inverse: (output) => power.inverse(output * scale + mean),
  };
}

/** What to do with a column that a power would run together. A target has one transform only. */
const ADVICE = {
  feature: "put standard_scale before it and take yeo_johnson, or leave it out",
  target: "take another transform, such as standard_scale",
};

/**
 * Learns the power of a feature or a target.
 *
 * A column is refused whose values the power loses: far from 0, x^λ of a negative λ is so small beside the 1 it is taken
 * from that no digit of x is left. A feature may lose its outliers so, as in scikit-learn; a target none.
 */
export function learnPower(
  { method, standardize }: PowerTransform,
  role: "feature" | "target",
): Learner & { kind: "sorted" } {
  return {
    kind: "sorted",
    finish: (column) => {
      const found = summaryOf(column);
      const refusal = refuseMoments(found);
      if (refusal !== undefined) return refusal;
      // Of a constant column every lambda is as good; box_cox refuses it.
      if (method === "yeo_johnson" && isConstant(found)) {
        return standardize ? { lambda: 1, mean: found.mean, scale: 1 } : { lambda: 1 };
      }
      const lambda = fitPower(method, column, found);
      if (typeof lambda === "string") return lambda;
      const power = powerOf(method, lambda);
      const after = summaryOf(column, power.forward);
      const overflow = standardize ? refuseMoments(after) : undefined;
      if (overflow !== undefined) return overflow;
      // Where the variance is no more than rounding, there is no scale to be had.
      const flat = standardize && isConstant(after);
      const lost = flat ? found.max : lostBy(power, column, found, role === "target");
      if (lost !== undefined) {
        return `loses its values: with the best lambda, ${lambda}, ${method} gives ${lost} so nearly what it gives others that rounding takes the difference: ${ADVICE[role]}`;
      }
      return standardize ? { lambda, mean: after.mean, scale: Math.sqrt(after.variance) } : { lambda };
    },
  };
}

function summaryOf(column: SortedColumn, f: (value: number) => number = (value) => value) {
  const moments = startMoments();
  column.forEach((value, times) => moments.add(f(value), times));
  return moments.finish();
}
