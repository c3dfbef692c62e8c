import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { applyChanges, commitChanges } from "../../../src/codebase/project/git.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const before = "int f(void) { return 1; }\n";
const after = "int f(void) { return 2; }\n";
const changes = [{ file: "src/f.c", before, after }];

function repository(): { root: string; git: (...args: string[]) => string } {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-git-"));
  folders.push(root);
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  git("init", "-q", "-b", "main");
  git("config", "user.name", "A");
  git("config", "user.email", "a@example.org");
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "src", "f.c"), before);
  writeFileSync(join(root, "other.txt"), "one\n");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  return { root, git };
}

describe("a patch in the user's repository", () => {
  it("on a branch leaves work tree, index and current branch as they are", async () => {
    const { root, git } = repository();
    writeFileSync(join(root, "other.txt"), "changed\n");
    git("add", "other.txt");
    const state = git("status", "--porcelain");
    await commitChanges(root, changes, { message: "Make f faster\n", branch: "faster" });
    expect(git("show", "faster:src/f.c")).toBe(after);
    expect(git("diff", "--name-only", "main", "faster").trim()).toBe("src/f.c");
    expect(git("log", "-1", "--format=%s", "faster").trim()).toBe("Make f faster");
    expect(git("status", "--porcelain")).toBe(state);
    expect(readFileSync(join(root, "src", "f.c"), "utf8")).toBe(before);
    await expect(commitChanges(root, changes, { message: "again", branch: "faster" })).rejects.toThrow(
      /branch faster already/,
    );
  });

  it("is refused where there is none, with what can be done instead", async () => {
    const root = mkdtempSync(join(tmpdir(), "lessonbank-git-"));
    folders.push(root);
    const refused = await commitChanges(root, changes, { message: "m\n", branch: "b" }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      kind: "usage",
      message: expect.stringContaining("no git repository"),
      remedy: expect.stringContaining("--apply"),
    });
  });

  it("as a commit holds nothing else that was staged", async () => {
    const { root, git } = repository();
    writeFileSync(join(root, "other.txt"), "changed\n");
    git("add", "other.txt");
    await commitChanges(root, changes, { message: "Make f faster\n" });
    expect(git("show", "--name-only", "--format=", "HEAD").trim()).toBe("src/f.c");
    expect(git("status", "--porcelain").trim()).toBe("M  other.txt");
    expect(readFileSync(join(root, "src", "f.c"), "utf8")).toBe(after);
  });

  it("written into the files keeps their permissions, whatever the umask", async () => {
    const { root } = repository();
    chmodSync(join(root, "src", "f.c"), 0o775);
    const umask = process.umask(0o077);
    await applyChanges(root, changes).finally(() => process.umask(umask));
    expect(statSync(join(root, "src", "f.c")).mode & 0o777).toBe(0o775);
    expect(readFileSync(join(root, "src", "f.c"), "utf8")).toBe(after);
  });

  it("is refused where the file has changes of the user's", async () => {
    const { root } = repository();
    writeFileSync(join(root, "src", "f.c"), "int f(void) { return 3; }\n");
    await expect(applyChanges(root, changes)).rejects.toThrow(/changed while this ran/);
    await expect(commitChanges(root, changes, { message: "x" })).rejects.toThrow(/changed while this ran/);
    expect(readFileSync(join(root, "src", "f.c"), "utf8")).toContain("return 3");
  });

  it("runs none of the programs that a hostile checkout names", async () => {
    const { root, git } = repository();
    const trap = join(root, "trap.sh");
    const sprung = join(root, "sprung");
    writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\ncat\n`, { mode: 0o755 });
    for (const key of [
      "core.fsmonitor",
      "core.pager",
      "core.editor",
      "diff.external",
      "gpg.program",
      "filter.x.clean",
      "filter.x.smudge",
    ])
      git("config", key, trap);
    git("config", "commit.gpgSign", "true");
    for (const hook of [
      "pre-commit",
      "commit-msg",
      "post-commit",
      "reference-transaction",
      "post-index-change",
    ])
      writeFileSync(join(root, ".git", "hooks", hook), `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 });
    writeFileSync(join(root, ".gitattributes"), "*.c filter=x\n");
    await commitChanges(root, changes, { message: "x", branch: "safe" });
    await commitChanges(root, changes, { message: "x" });
    expect(existsSync(sprung)).toBe(false);
  });
});
