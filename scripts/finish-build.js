// What tsc leaves to do: the bundle, and the execute bit that `npx skewless` and the image rely on.
import { chmodSync } from "node:fs";
import { bundle } from "./bundle.js";

await bundle();
chmodSync(new URL("../dist/cli.js", import.meta.url), 0o755);
