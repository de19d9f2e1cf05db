import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Only an editor has this module; unit tests of the client run against a small one.
  resolve: { alias: { vscode: fileURLToPath(new URL("test/unit/client/editor.ts", import.meta.url)) } },
  test: {
    include: ["test/{unit,parity,protocol}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: sessions of several suites at once would only take turns.
    maxWorkers: 2,
  },
});
