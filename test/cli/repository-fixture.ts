/** Fixture repositories under git, in fresh folders. */
import { cpSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { onTestFinished } from "vitest";

const fixtures = fileURLToPath(new URL("../fixtures/repositories", import.meta.url));

export interface Repository {
  /** Holds the repository and, beside it, a home. */
  readonly folder: string;
  readonly root: string;
  readonly git: (...args: string[]) => Promise<string>;
}

/** Committed on the branch `main`; gone when the test ends. */
export async function repository(name: "c" | "python" | "javascript"): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), "lessonbank-repository-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, "project");
  cpSync(join(fixtures, name), root, { recursive: true });
  const git = async (...args: string[]): Promise<string> => {
    const identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    return (await execa("git", [...identity, ...args], { cwd: root })).stdout;
  };
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "As it was");
  await git("config", "user.name", "Somebody");
  await git("config", "user.email", "somebody@example.org");
  return { folder, root, git };
}
