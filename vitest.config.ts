import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/container/**", "test/clients/**"],
    setupFiles: ["test/property-seed.ts"],
    testTimeout: 60_000,
    // Vitest would leave one core idle, which on a machine of two is half of it.
    maxWorkers: "100%",
    // On Node 20 the AWS SDK announces the end of its support once a process; the README says so once for all.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/main.ts", "src/cli.ts"],
      reporter: ["text", "html"],
      thresholds: {
        lines: 95,
        branches: 95,
        functions: 95,
        statements: 95,
        "src/model/**": { lines: 100, branches: 100, functions: 100, statements: 100 },
        "src/endpoint/**": { lines: 100, branches: 100, functions: 100, statements: 100 },
      },
    },
  },
});
