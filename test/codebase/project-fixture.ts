/**
 * Fixture repositories in fresh folders, and tasks for their functions.
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ProjectSettings } from "../../src/codebase/project/project.ts";
import { languageOfFile } from "../../src/code/language.ts";
import { taskHash } from "../../src/task/task-hash.ts";
import type { CommandTask } from "../../src/task/task.ts";

/** A copy that the test may change, gone when it ends. */
export function fixture(
  name: "c" | "python" | "javascript" | "recorded",
  files: Readonly<Record<string, string>> = {},
): string {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-codebase-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  cpSync(join(import.meta.dirname, "fixtures", name), root, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

/** The system's own where there is one: version managers take half a second to find theirs. */
export const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** As the fixtures want to be built, tested and benchmarked; limits for tests that are to end soon. */
export function settingsFor(
  name: "c" | "python" | "javascript",
  root: string,
  commands: Partial<ProjectSettings["commands"]> = {},
): ProjectSettings {
  const usual = {
    c: { build: "make", test: "./check", bench: "./bench" },
    python: { test: `${python} check.py`, bench: `${python} bench.py` },
    javascript: { test: "node --test", bench: "node bench.js" },
  }[name];
  return { root, commands: { ...usual, ...commands }, metric: { kind: "time" } };
}

/** The task of a function in a fixture. */
export function taskFor(settings: ProjectSettings, file: string, functionName: string): CommandTask {
  const task = {
    kind: "command",
    name: functionName,
    description: "",
    source: { file, text: readFileSync(join(settings.root, file), "utf8") },
    function: functionName,
    threads: 1,
    language: languageOfFile(file) ?? "c",
    commands: settings.commands,
    metric: settings.metric,
    toolchain: "any",
  } as const;
  return { ...task, directory: settings.root, hash: taskHash(task) };
}

/** Of all that a tree holds: names (in any encoding), modes, times and contents. */
export function treeDigest(root: string): string {
  const hash = createHash("sha256");
  const visit = (folder: Buffer): void => {
    for (const name of readdirSync(folder, { encoding: "buffer" }).toSorted((a, b) => Buffer.compare(a, b))) {
      const path = Buffer.concat([folder, Buffer.from("/"), name]);
      const status = lstatSync(path);
      hash.update(path).update(`\0${status.mode}\0${status.mtimeMs}\0${status.size}\0`);
      if (status.isSymbolicLink()) hash.update(readlinkSync(path));
      else if (status.isDirectory()) visit(path);
      else if (status.isFile()) hash.update(readFileSync(path));
    }
  };
  visit(Buffer.from(root));
  return hash.digest("hex");
}
