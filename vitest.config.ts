import { defineConfig } from "vitest/config";

const limits = { testTimeout: 60_000, hookTimeout: 120_000 };
/** They start processes, and some look at all that theirs has started, or change its environment. */
const machine = ["test/{adversarial,cli,codebase,evaluate,examples}/**/*.test.ts", "test/run/killed.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/cache-folder.ts"],
    // Two cores, which compilers and sandboxed workers share with the tests, and much waiting: for limits, and for turns to measure.
    maxWorkers: 3,
    // They run in the order of their names: first what takes long, last the many short ones, which even out the end.
    projects: [
      { test: { name: "machine", include: machine, ...limits } },
      // Each process loads the modules once for all of its files.
      {
        test: { name: "pure", include: ["test/**/*.test.ts"], exclude: machine, isolate: false, ...limits },
      },
    ],
  },
});
