#!/usr/bin/env node
/**
 * `npm test`: set-up, then every check in turn. All of them run even when one fails, and the last line counts the tests.
 * Arguments go to vitest alone: `npm test -- test/bank`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, setUpOrExit } from "./setup.mjs";

await setUpOrExit();
const filters = process.argv.slice(2);
const report = join(root, ".lessonbank", `test-report-${process.pid}.json`);
const bin = (name) => join(root, "node_modules", ".bin", name);

const checks = [
  { name: "format", command: [bin("oxfmt"), "--check"] },
  { name: "lint", command: [bin("oxlint"), "--type-aware", "--quiet"] },
  { name: "types", command: [bin("tsc"), "-p", join(root, "tsconfig.test.json")] },
  {
    name: "tests",
    command: [
      bin("vitest"),
      "run",
      ...filters,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
  },
];

const failed = [];
for (const check of filters.length > 0 ? checks.filter((each) => each.name === "tests") : checks) {
  const startedAt = Date.now();
  console.log(`\n── ${check.name}`);
  const [command, ...args] = check.command;
  if (spawnSync(command, args, { cwd: root, stdio: "inherit" }).status !== 0) failed.push(check.name);
  console.log(
    `── ${check.name}: ${failed.includes(check.name) ? "FAILED" : "ok"}, ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  );
}

if (failed.length > 0) {
  console.log(`\nFailed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}
console.log(closingLine());

/** The plain line by which any CI reader can count. A run without a report or without a test has failed. */
function closingLine() {
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  rmSync(report, { force: true });
  if (!counts || counts.numPassedTests + counts.numFailedTests === 0) {
    process.exitCode = 1;
    return "0 passed, 1 failed";
  }
  const skipped = counts.numPendingTests + counts.numTodoTests;
  return `${counts.numPassedTests} passed, ${counts.numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
