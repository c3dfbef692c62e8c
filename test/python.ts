/** Python, which tests of repositories need and lessonbank itself does not: where it is absent they are skipped, and say so. */
import { spawnSync } from "node:child_process";

export const hasPython = spawnSync("python3", ["--version"]).status === 0;

if (!hasPython) console.log("Skipped: tests that need python3, which is not here.");
