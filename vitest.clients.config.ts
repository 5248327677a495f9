import { defineConfig } from "vitest/config";

/** The stub with the real clients of AWS: `test/clients/install`, then `npm run test:clients`. */
export default defineConfig({
  test: {
    include: ["test/clients/*.test.ts"],
    // They wait for other processes more than they compute.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
});
