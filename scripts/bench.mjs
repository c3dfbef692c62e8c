#!/usr/bin/env node
/**
 * Set-up, then one of the programs in bench/, compiled: `node scripts/bench.mjs transfer --seeds 3`.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root, setUpOrExit } from "./setup.mjs";

const [name, ...args] = process.argv.slice(2);
await setUpOrExit();
const out = join(root, ".lessonbank", "bench");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const compile = ["-p", join(root, "tsconfig.bench.json"), "--outDir", out];
const steps = [
  [compiler, ...compile],
  [join(out, `${name}.js`), ...args],
];
for (const step of steps) {
  process.exitCode = spawnSync(process.execPath, step, { cwd: root, stdio: "inherit" }).status ?? 1;
  if (process.exitCode !== 0) break;
}
