/** The AWS SDK for Go, version 2: the data plane. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DATA_PLANE, lineClient } from "./line-client.ts";
import type { Client } from "./client.ts";
import { here, isInstalled, toolOf } from "./tools.ts";

const SDK = /service\/sagemakerruntime v(\S+)/;

export const go: Client = {
  name: "AWS SDK for Go v2",
  version: SDK.exec(readFileSync(join(here, "go/go.mod"), "utf8"))![1]!,
  isThere: isInstalled("go"),
  start: lineClient([toolOf("go", "client")]),
  operations: DATA_PLANE,
  forms: ["csv"],
  sizes: [1, 100, 500],
  retries: [
    {
      mode: "standard",
      settings: {},
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
    },
  ],
};
