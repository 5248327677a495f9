/** How botocore calls again, and all that is built upon it. Which mode is the default depends on its release. */
import type { Retries } from "./client.ts";

export const STANDARD: Retries = {
  mode: "standard",
  settings: { retryMode: "standard" },
  attempts: {
    throttle: 3,
    "model-error": 1,
    "model-not-ready": 1,
    "internal-failure": 3,
    "service-unavailable": 3,
    "internal-dependency": 1,
    reset: 3,
    "time-out": 3,
  },
};

export const LEGACY: Retries = {
  mode: "legacy",
  settings: { retryMode: "legacy" },
  attempts: {
    throttle: 5,
    "model-error": 1,
    "model-not-ready": 5,
    "internal-failure": 5,
    "service-unavailable": 5,
    "internal-dependency": 1,
    reset: 5,
    "time-out": 5,
  },
};
