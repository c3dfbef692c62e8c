#!/usr/bin/env node
/**
 * Everything that a fresh machine lacks, in three steps: system packages, npm packages, the build. Uses nothing but Node, says what
 * it does on stderr, is quick when nothing is missing, and may run twice at once.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { missingTools, planInstallation } from "./system-packages.mjs";
import { withLock } from "./setup-lock.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const oldestNode = [20, 19];

/** Brings the checkout into a state in which everything runs. Throws a SetupError whose message tells a person what to do. */
export async function setUp() {
  checkNode(process.versions.node);
  if (process.platform !== "linux")
    throw new SetupError("lessonbank runs on Linux alone: its sandbox is made of Linux namespaces.");
  if (isReady()) return;
  await withLock(join(root, ".lessonbank", "setup.lock"), say, () => {
    installSystemPackages();
    installNpmPackages();
    build();
  });
}

export class SetupError extends Error {}

/** Refuses a Node that is too old to run the rest. */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetupError(
    `Node ${oldestNode.join(".")} or later is needed; this is ${version}. See https://nodejs.org/en/download`,
  );
}

function isReady() {
  return missingTools().length === 0 && !npmPackagesAreStale() && !buildIsStale();
}

function installSystemPackages() {
  const missing = missingTools();
  if (missing.length === 0) return;
  const plan = planInstallation(missing);
  say(`missing on this machine: ${missing.map((tool) => tool.name).join(", ")}`);
  if (!plan.command) throw new SetupError(plan.advice);
  if (!plan.allowed) {
    if (missing.every((tool) => tool.optional))
      return say(`it works without, only slower. To install it: ${plan.command}`);
    throw new SetupError(
      `This needs rights that setup does not have. Run this once, then try again:\n\n    ${plan.command}\n`,
    );
  }
  for (const attempt of plan.attempts) {
    say(attempt.join(" && "));
    if (attempt.every((line) => run("sh", ["-c", line], plan.environment) === 0)) break;
  }
  const still = missingTools().filter((tool) => !tool.optional);
  if (still.length > 0) {
    throw new SetupError(
      `Still missing: ${still.map((tool) => tool.name).join(", ")}. The package manager's messages are above; the command was:\n\n    ${plan.command}\n`,
    );
  }
}

function npmPackagesAreStale() {
  return readIfThere(npmStampFile()) !== npmStamp();
}

function installNpmPackages() {
  if (!npmPackagesAreStale()) return;
  say("installing npm packages (npm ci)");
  // No package of ours needs an install script: native code comes prebuilt, grammars are WASM. So none may run.
  const options = [
    "ci",
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const npm = process.env.npm_execpath?.endsWith(".js")
    ? [process.execPath, process.env.npm_execpath]
    : ["npm"];
  const code = run(npm[0], [...npm.slice(1), ...options], {
    ONNXRUNTIME_NODE_INSTALL: "skip",
    NODE_ENV: "development",
  });
  if (code !== 0)
    throw new SetupError("npm ci failed; its messages are above. It needs the npm registry once.");
  writeFileSync(npmStampFile(), npmStamp());
}

function npmStampFile() {
  return join(root, "node_modules", ".lessonbank-setup");
}

function npmStamp() {
  return fingerprint([join(root, "package-lock.json")], `${process.platform} ${process.arch}`);
}

function buildIsStale() {
  return readIfThere(buildStampFile()) !== buildStamp();
}

/** Compiles into a folder beside dist and then swaps the two, so that nobody ever sees half a build. */
function build() {
  if (!buildIsStale()) return;
  say("building (tsc)");
  const stamp = buildStamp();
  const fresh = join(root, ".lessonbank", `dist-${process.pid}`);
  const old = `${fresh}-old`;
  const dist = join(root, "dist");
  try {
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    if (run(process.execPath, [compiler, "-p", root, "--outDir", fresh]) !== 0)
      throw new SetupError("The build failed; see above.");
    chmodSync(join(fresh, "cli", "main.js"), 0o755);
    writeFileSync(join(fresh, ".sources"), stamp);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

function buildStampFile() {
  return join(root, "dist", ".sources");
}

function buildStamp() {
  const source = join(root, "src");
  const files = readdirSync(source, { recursive: true })
    .map((name) => join(source, String(name)))
    .filter((path) => path.endsWith(".ts") && statSync(path).isFile())
    .toSorted();
  return fingerprint([join(root, "tsconfig.json"), join(root, "package-lock.json"), ...files], "");
}

function fingerprint(files, salt) {
  const hash = createHash("sha256").update(salt);
  for (const file of files) hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** What the command prints goes to stderr: stdout belongs to whatever comes after the set-up. */
function run(command, args, environment = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, ...environment },
  });
  if (result.error) say(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/** Runs the set-up for a script that cannot go on without it. */
export async function setUpOrExit() {
  try {
    mkdirSync(join(root, ".lessonbank"), { recursive: true });
    await setUp();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await setUpOrExit();
