import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["prepare.ts"],
    testTimeout: 150_000,
    // A browser, VS Code and the engine share the machine's cores: one session at a time.
    fileParallelism: false,
    // A browser on a busy machine now and then misses a mouse move. A retry is a whole new session, and is reported.
    retry: 1,
  },
});
