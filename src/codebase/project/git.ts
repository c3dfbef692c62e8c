/**
 * What is done with a patch in the user's own repository, and only when asked: files are written, a commit is made, a branch is set.
 *
 * Somebody else's checkout may configure programs for git to run: commits are made of git's plumbing, with all of these switched off.
 */
import { lstat, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { UsageError } from "../../errors.ts";
import { replaceFile } from "../../replace-file.ts";
import type { FileChange } from "../combine.ts";
import { runGit, type GitOptions } from "./run-git.ts";
import { submoduleOf, submodulesOf } from "./submodules.ts";

async function git(root: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await runGit(root, args, options);
  if (result.exitCode === 0) return result.stdout;
  if (/^fatal: not a git repository/m.test(result.stderr))
    throw new UsageError("this folder is in no git repository, so there is nothing to commit to", {
      remedy: "--apply changes the files, --patch FILE keeps the patch",
    });
  const said = result.stderr.trim().split("\n").at(-1) ?? "";
  throw new UsageError(`git ${args[0]} failed: ${said || (result.shortMessage ?? "it did not run")}`, {
    remedy: "git in this repository has to work for you: see that `git status` does",
  });
}

/** How many files git sees as changed or untracked; 0 where it is no work tree. Reads alone: not even the index is refreshed. */
export async function changesIn(root: string): Promise<number> {
  const status = ["status", "--porcelain", "--no-renames", "--ignore-submodules=all"];
  const asked = await runGit(root, status, { timeoutMs: 20_000 }).catch(() => undefined);
  return asked?.exitCode === 0 ? asked.stdout.split("\n").length - 1 : 0;
}

/** Throws a UsageError where a file is not as it was when the work began, so that nothing of the user's is lost. */
export async function refuseChanged(root: string, changes: readonly FileChange[]): Promise<void> {
  for (const { file, before } of changes) {
    const path = join(root, file);
    const status = await lstat(path).catch(() => undefined);
    const inside =
      status && (await realpath(dirname(path))).concat(sep).startsWith((await realpath(root)).concat(sep));
    const now = status?.isFile() && inside ? await readFile(path, "utf8") : undefined;
    if (now !== before)
      throw new UsageError(`${file} was changed while this ran`, {
        remedy: "the patch is against what it was: apply it by hand, with git apply --3way",
      });
  }
}

/** Writes the files into the work tree, each whole. Throws a UsageError where one was changed meanwhile; then none is written. */
export async function applyChanges(root: string, changes: readonly FileChange[]): Promise<void> {
  await refuseChanged(root, changes);
  for (const { file, after } of changes) {
    const path = join(root, file);
    const { mode } = await lstat(path);
    await replaceFile(path, after, { mode: mode & 0o777 });
  }
}

export interface CommitOptions {
  readonly message: string;
  /** Sets a new branch to the commit and leaves the work tree as it is. Default: the commit goes onto the current branch, and the files are written. */
  readonly branch?: string | undefined;
}

/**
 * Makes one commit on top of HEAD with these changes alone; whatever else is staged or changed stays as it is. Returns its id. Throws a
 * UsageError where a file differs from HEAD's, there is no HEAD, or the branch exists.
 */
export async function commitChanges(
  root: string,
  changes: readonly FileChange[],
  { message, branch }: CommitOptions,
): Promise<string> {
  const { head, prefix } = await refuseUncommitted(root, changes, branch);
  const folder = await mkdtemp(join(tmpdir(), "lessonbank-index-"));
  try {
    const environment = { GIT_INDEX_FILE: join(folder, "index") };
    await git(root, ["read-tree", head], { environment });
    const blobs: { readonly mode: string; readonly blob: string; readonly path: string }[] = [];
    for (const { file, after } of changes) {
      const path = prefix + file;
      const mode = (await git(root, ["ls-tree", head, "--", file])).slice(0, 6);
      const blob = (
        await git(root, ["hash-object", "-w", "--no-filters", "--stdin"], { input: after })
      ).trim();
      blobs.push({ mode, blob, path });
    }
    const lines = blobs.map(({ mode, blob, path }) => `${mode} ${blob}\t${path}`).join("\n");
    await git(root, ["update-index", "--index-info"], { environment, input: `${lines}\n` });
    const tree = (await git(root, ["write-tree"], { environment })).trim();
    const commit = (await git(root, ["commit-tree", tree, "-p", head, "-F", "-"], { input: message })).trim();
    if (branch !== undefined) await git(root, ["update-ref", `refs/heads/${branch}`, commit, "0".repeat(40)]);
    else {
      await applyChanges(root, changes);
      await git(root, ["update-ref", "-m", "lessonbank optimize", "HEAD", commit, head]);
      await git(root, ["update-index", "--index-info"], { input: `${lines}\n` });
    }
    return commit;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Throws a UsageError where a commit could not be made of changes to these files: there is no HEAD, it has other texts than `before`, a file
 * belongs to a submodule, or there is a branch of that name. To be asked before work is spent, too.
 */
export async function refuseUncommitted(
  root: string,
  files: readonly Pick<FileChange, "file" | "before">[],
  branch?: string,
): Promise<{ readonly head: string; readonly prefix: string }> {
  const head = (await git(root, ["rev-parse", "--verify", "HEAD^{commit}"])).trim();
  const prefix = (await git(root, ["rev-parse", "--show-prefix"])).trim();
  if (branch !== undefined) await refuseBranch(root, branch);
  const submodules = await submodulesOf(root);
  for (const { file, before } of files) {
    const submodule = submoduleOf(file, submodules);
    if (submodule)
      throw new UsageError(
        `${file} belongs to the submodule ${submodule.path}, so no commit here can hold it`,
        {
          remedy: `work on that repository itself, or take the patch as a file: --patch FILE, then git -C ${submodule.path} apply -p${submodule.path.split("/").length + 1} FILE`,
        },
      );
    const [entry] = (await git(root, ["ls-tree", "--name-only", head, "--", file])).split("\n");
    if (entry === undefined || entry === "")
      throw new UsageError(`${file} is not in the last commit`, {
        remedy: "commit it first; or take the patch as a file: --patch FILE",
      });
    if ((await git(root, ["cat-file", "blob", `${head}:${prefix}${file}`])) !== before)
      throw new UsageError(`${file} has changes that are not committed`, {
        remedy: "commit or stash them first; or take the patch as a file: --patch FILE",
      });
  }
  return { head, prefix };
}

async function refuseBranch(root: string, branch: string): Promise<void> {
  await git(root, ["check-ref-format", "--branch", branch]);
  const exists = await git(root, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]).then(
    () => true,
    () => false,
  );
  if (exists)
    throw new UsageError(`there is a branch ${branch} already`, { remedy: "name another, or remove it" });
}
