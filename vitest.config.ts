import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/cache-folder.ts"],
    // Two cores, which compilers and sandboxed workers share with the tests, and much waiting: for limits, and for turns to measure.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
