/** The AWS SDK for Java, version 2: the data plane. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DATA_PLANE, lineClient } from "./line-client.ts";
import type { Client } from "./client.ts";
import { here, isInstalled, toolOf } from "./tools.ts";

const SDK = /<artifactId>sagemakerruntime<\/artifactId>\s*<version>(.+)<\/version>/;
const classes = [toolOf("java", "jars/*"), toolOf("java", ".")].join(":");

export const java: Client = {
  name: "AWS SDK for Java v2",
  version: SDK.exec(readFileSync(join(here, "java/pom.xml"), "utf8"))![1]!,
  isThere: isInstalled("java"),
  start: lineClient(["java", "-XX:TieredStopAtLevel=1", "-cp", classes, "Client"]),
  operations: DATA_PLANE,
  forms: ["csv"],
  sizes: [1, 100, 500],
  retries: [
    {
      mode: "legacy",
      settings: {},
      attempts: {
        throttle: 4,
        "model-error": 1,
        "model-not-ready": 4,
        "internal-failure": 4,
        "service-unavailable": 4,
        "internal-dependency": 1,
        reset: 4,
        "time-out": 4,
      },
    },
  ],
};
