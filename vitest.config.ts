import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/{unit,parity,protocol}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: sessions of several suites at once would only take turns.
    maxWorkers: 2,
  },
});
