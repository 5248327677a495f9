import { BINS } from "./bins.ts";
import { ENCODERS } from "./encoders.ts";
import type { EstimatorImport } from "./estimator.ts";
import { COMPUTING } from "./functions.ts";
import { IMPUTERS } from "./imputers.ts";
import { SCALERS } from "./scalers.ts";

/** Every estimator of scikit-learn that is imported as steps. A new one is one entry in one of these tables. */
export const ESTIMATORS: Readonly<Record<string, EstimatorImport>> = Object.freeze({
  ...SCALERS,
  ...BINS,
  ...ENCODERS,
  ...IMPUTERS,
  ...COMPUTING,
});
