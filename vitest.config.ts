import { defineConfig } from "vitest/config";

const limits = { testTimeout: 60_000, hookTimeout: 120_000 };
/** They stand in for modules and for what other machines answer, or look at all that this process has started. */
const alone = ["test/{cli,examples}/**/*.test.ts", "test/run/killed.test.ts"];
/** They start processes too, but leave theirs as they found it. */
const machine = ["test/{adversarial,codebase,evaluate}/**/*.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/cache-folder.ts"],
    // Two cores, which compilers and sandboxed workers share with the tests, and much waiting: for limits, and for turns to measure.
    maxWorkers: 3,
    // They run in the order of their names: first what takes long, last the many short ones, which even out the end.
    projects: [
      { test: { name: "alone", include: alone, ...limits } },
      // Each process loads the modules once for all of its files.
      { test: { name: "machine", include: machine, isolate: false, ...limits } },
      {
        test: {
          name: "pure",
          include: ["test/**/*.test.ts"],
          exclude: [...alone, ...machine],
          isolate: false,
          ...limits,
        },
      },
    ],
  },
});
