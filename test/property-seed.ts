/** Property tests draw new cases in every run, unless SKEWLESS_PROPERTY_SEED says which: a run that decides must not owe its coverage to luck. */
import * as fc from "fast-check";

const seed = process.env["SKEWLESS_PROPERTY_SEED"];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
