/** The library: what a Node program may import to do to a row what the service does to it. */

export { type FieldError, Problem, type ProblemCode, UsageError, catalogue } from "./errors.ts";
export type { FittedOn, TrainingData } from "./fitted-file.ts";
export type {
  Baseline,
  CategoryBaseline,
  ColumnBaseline,
  DatetimeBaseline,
  NumberBaseline,
} from "./model/baseline.ts";
export type { Issue } from "./model/check.ts";
export type { Obstacle } from "./model/encode.ts";
export type { FeatureSpec, LearnedFeature, StepSpec } from "./model/feature.ts";
export type { RowFormat } from "./model/formats.ts";
export type { GoldenRow } from "./model/golden.ts";
export type { Input } from "./model/inputs.ts";
export { type ModelFile, checkModelFile } from "./model/model-file.ts";
export { type Learned, type Pipeline, compilePipeline } from "./model/pipeline.ts";
export { requestSchema } from "./model/request-schema.ts";
export type { RequestLimits, Row } from "./model/request.ts";
export type { EndpointSpec, InputSpec } from "./model/schema.ts";
export { Refusal, type Value, type ValueKind } from "./model/step.ts";
export type { StepName } from "./model/steps.ts";
export type { TargetTransformName } from "./model/target-transforms.ts";
export type { Answer, Fields } from "./model/target/answer.ts";
export type { TargetColumn } from "./model/target/columns.ts";
export type { LearnedTarget } from "./model/target/learn.ts";
export type {
  ClassProbability,
  Predicted,
  PredictedClass,
  PredictedNumbers,
} from "./model/target/prediction.ts";
export type {
  BinaryTarget,
  ClassAnswer,
  Label,
  MultiOutputTarget,
  MulticlassTarget,
  NumberSpec,
  RegressionTarget,
  TargetSpec,
  TargetTransformSpec,
} from "./model/target/spec.ts";
export { type FolderModel, type Model, type Variables, loadModel, loadModels } from "./registry.ts";
