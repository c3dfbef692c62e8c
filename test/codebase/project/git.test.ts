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
import { applyChanges, changesIn, commitChanges } from "../../../src/codebase/project/git.ts";
import { hostile } from "./hostile-checkout.ts";

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

  it("runs none of the programs that a hostile checkout names, nor does the look for changes", async () => {
    const { root, git } = repository();
    const { sprung } = hostile(root, git);
    writeFileSync(join(root, "other.txt"), "changed\n");
    expect(await changesIn(root)).toBe(3);
    await commitChanges(root, changes, { message: "x", branch: "safe" });
    await commitChanges(root, changes, { message: "x" });
    expect(existsSync(sprung)).toBe(false);
    // The trap is one: git alone falls into it, by an included filter with a dot in its name.
    git("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "status");
    expect(existsSync(sprung)).toBe(true);
  });

  it("fetches nothing that is missing, for a repository may say by which program", async () => {
    const { root, git } = repository();
    const sprung = join(root, "sprung");
    git("config", "core.repositoryFormatVersion", "1");
    git("config", "extensions.partialClone", "origin");
    git("config", "remote.origin.url", `ext::touch ${sprung}`);
    git("config", "remote.origin.promisor", "true");
    git("config", "protocol.ext.allow", "always");
    const blob = git("rev-parse", "HEAD:src/f.c").trim();
    rmSync(join(root, ".git", "objects", blob.slice(0, 2), blob.slice(2)));
    await expect(commitChanges(root, changes, { message: "x" })).rejects.toThrow(/git cat-file failed/);
    expect(existsSync(sprung)).toBe(false);
    expect(() => git("cat-file", "blob", "HEAD:src/f.c")).toThrow(/bad file/);
    expect(existsSync(sprung)).toBe(true);
  });

  it("is not made where a filter's name cannot be given to git", async () => {
    const { root, git } = repository();
    const sprung = join(root, "sprung");
    writeFileSync(
      join(root, ".git", "config"),
      Buffer.from(`[filter "a\xff"]\n\tclean = touch ${sprung}; cat\n`, "latin1"),
      { flag: "a" },
    );
    writeFileSync(join(root, ".git", "info", "attributes"), Buffer.from("* filter=a\xff\n", "latin1"));
    writeFileSync(join(root, "other.txt"), "two\n");
    expect(await changesIn(root)).toBe(0);
    await expect(commitChanges(root, changes, { message: "x" })).rejects.toThrow(/a filter whose name/);
    expect(existsSync(sprung)).toBe(false);
    git("status");
    expect(existsSync(sprung)).toBe(true);
  });
});
