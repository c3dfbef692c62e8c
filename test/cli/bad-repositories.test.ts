/**
 * What bad repositories get: one clear message with the place and a remedy, or work that says what it did; and always the tree byte for byte as
 * it was. `LESSONBANK_CODEBASE=all` runs all of them, and as a user without privileges too (`test/codebase/as-another-user.test.ts`).
 */
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, execaSync } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { treeDigest } from "../codebase/project-fixture.ts";
import { hostile } from "../codebase/project/hostile-checkout.ts";
import { lessonbank, type Ran } from "./scripted-terminal.ts";

const all = [process.env["LESSONBANK_CODEBASE"], process.env["LESSONBANK_BAD_REPOSITORIES"]].includes("all");
const fixtures = fileURLToPath(new URL("../fixtures/bad-repositories", import.meta.url));

/** The plain repository with the files of these fixtures over it; gone when the test ends. */
async function repositoryWith(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lessonbank-bad-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, "project");
  for (const name of ["plain", ...names]) cpSync(join(fixtures, name), root, { recursive: true });
  return root;
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  const { stdout } = await execa(
    "git",
    [...identity, "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", ...args],
    { cwd: directory },
  );
  return stdout;
}

async function committed(directory: string): Promise<void> {
  await git(directory, "init", "--quiet");
  await git(directory, "add", ".");
  await git(directory, "commit", "--quiet", "--message", "As it was");
}

/** Runs a command in the repository, and expects nothing in it to have changed but a `lessonbank.json` that was written. */
async function unharmed(root: string, ...args: string[]): Promise<Ran> {
  const hadFile = existsSync(join(root, "lessonbank.json"));
  const before = treeDigest(root);
  const ran = await lessonbank(args, {
    directory: root,
    environment: { LESSONBANK_HOME: join(root, "..", "home") },
  });
  if (!hadFile) rmSync(join(root, "lessonbank.json"), { force: true });
  expect(treeDigest(root)).toBe(before);
  return ran;
}

/** What is said where it is refused: once, and nothing on stdout. */
async function refusal(root: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await unharmed(root, ...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr.match(/^lessonbank: |^error: /gm) ?? []).toHaveLength(1);
  return stderr;
}

const plainTest = ["--test", "node check.js"];
const plainBench = ["--bench", "node bench.js"];
const own = ["--test", "sh test.sh"];

describe("a function that cannot be worked on is refused before anything is built", () => {
  const refused = (root: string, name: string, ...more: string[]): Promise<string> =>
    refusal(
      root,
      "optimize",
      "--repo",
      ".",
      "--build",
      "exit 3",
      "--test",
      "false",
      "--bench",
      "false",
      name,
      ...more,
    );

  test("because it does not exist, exists twice, or is in a file that is not UTF-8, too long, a link or behind one", async () => {
    const root = await repositoryWith("twice", "latin1");
    writeFileSync(join(root, "long.js"), "export const x = 1;\n".repeat(100_000));
    writeFileSync(join(root, "..", "outside.js"), "export function f() {}\n");
    symlinkSync("../outside.js", join(root, "link.js"));
    symlinkSync("..", join(root, "folder"));
    expect(await refused(root, "words.js:uniqe")).toMatch(
      /no such function in the file[^]*did you mean unique\?/,
    );
    expect(await refused(root, "wrods.js:unique")).toMatch(/no such file[^]*did you mean words\.js\?/);
    expect(await refused(root, "shape.js:area")).toMatch(
      /fits 2 functions: Square\.area \(line 2\), Circle\.area \(line 7\)[^]*write one of these names/,
    );
    expect(await refused(root, "greeting.c:greeting")).toMatch(/greeting\.c: it is not UTF-8[^]*iconv/);
    expect(await refused(root, "long.js:x")).toMatch(/longer than 256 KiB[^]*a file of its own/);
    expect(await refused(root, "link.js:f")).toMatch(/no plain file[^]*not a link to it/);
    expect(await refused(root, "folder/outside.js:f")).toMatch(/its folder is a link[^]*really lies in/);
  });

  test("because it could not be committed: it is not in the last commit, has changes, or is a submodule's", async () => {
    const root = await repositoryWith();
    const other = join(root, "..", "other");
    mkdirSync(other);
    writeFileSync(join(other, "deep.js"), "export function deep() {}\n");
    await committed(other);
    await git(root, "init", "--quiet");
    await git(root, "submodule", "--quiet", "add", "../other", "parts/other");
    await committed(root);
    writeFileSync(join(root, "words.js"), "export function unique() {}\n");
    writeFileSync(join(root, "new.js"), "export function fresh() {}\n");
    expect(await refused(root, "words.js:unique", "--commit")).toContain(
      "has changes that are not committed",
    );
    expect(await refused(root, "new.js:fresh", "--branch", "faster")).toContain("is not in the last commit");
    expect(await refused(root, "parts/other/deep.js:deep", "--commit")).toMatch(
      /belongs to the submodule parts\/other[^]*git -C parts\/other apply -p3/,
    );
  });
});

test("A dirty tree with submodules and links that leave it, a build that writes into it and daemons: it works, and says so", async () => {
  const root = await repositoryWith("build-writes", "test-leaves-daemons");
  const other = join(root, "..", "other");
  mkdirSync(other);
  writeFileSync(join(other, "deep.js"), "export function deep() {}\n");
  await committed(other);
  await git(root, "init", "--quiet");
  await git(root, "submodule", "--quiet", "add", "../other", "here");
  await git(root, "submodule", "--quiet", "add", "../other", "absent");
  await committed(root);
  await git(root, "submodule", "--quiet", "deinit", "--force", "absent");
  writeFileSync(join(root, "words.js"), "// mine\n", { flag: "a" });
  writeFileSync(join(root, "untracked.txt"), "mine");
  symlinkSync(join(root, "..", "other"), join(root, "outside"));

  const check = "test -f here/deep.js && grep -q mine words.js && ! test -e outside/deep.js && sh test.sh";
  const { code, stderr } = await unharmed(
    root,
    "init",
    "--build",
    "sh build.sh",
    "--test",
    check,
    "--bench",
    "true",
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining("3 changed or untracked files")]);
  expect(stderr).toMatch(/Links that lead out of the tree lead nowhere in the copy: outside → /);
  expect(stderr).toMatch(
    /Submodules that are not checked out are empty: absent\. `git submodule update --init`/,
  );
  expect(stderr).toMatch(/The build changes files of the tree, in the copy alone: NOTES, words\.js\./);
});

test("A checkout whose settings have git run programs: none of them runs, in init and in profile", async () => {
  const root = await repositoryWith();
  await committed(root);
  const { sprung } = hostile(root, (...args) => execaSync("git", args, { cwd: root }));
  writeFileSync(join(root, "words.js"), "// mine\n", { flag: "a" });
  const { code, stderr } = await unharmed(root, "init", "--test", "true", "--bench", "true");
  expect([code, stderr]).toEqual([0, expect.stringContaining("3 changed or untracked files")]);
  await unharmed(root, "profile", "--test", "true", "--bench", "true");
  await unharmed(root, "init", "--test", "false", "--bench", "true");
  expect(existsSync(sprung)).toBe(false);
});

test("Tests that fail are refused with their last words", async () => {
  const said = await refusal(await repositoryWith("test-fails"), "init", ...own, ...plainBench);
  expect(said).toMatch(
    /test command `sh test\.sh` exited with 1 on the untouched tree:[^]*1 of 2 tests failed/,
  );
  expect(said).toContain("It has to succeed before anything can be judged by it.");
});

describe.runIf(all)("in full", { timeout: 120_000 }, () => {
  test("tests of which none is run are refused, and of a command that ends in a pipe it is said what counts", async () => {
    const root = await repositoryWith("test-fails");
    const none = "echo 'Ran 0 tests in 0.000s'";
    expect(await refusal(root, "init", "--test", none, ...plainBench)).toMatch(
      /ran no test on the untouched tree/,
    );
    const { code, stderr } = await unharmed(root, "init", "--test", "sh test.sh | cat", ...plainBench);
    expect([code, stderr]).toEqual([0, expect.stringContaining("succeeds whenever `cat` does")]);
  });

  test("tests that hang, ask for input or want the network are refused, and it is said which", async () => {
    expect(await refusal(await repositoryWith("test-hangs"), "profile")).toMatch(
      /stopped after 1 s, which is its limit[^]*waiting for the server[^]*may wait for something/,
    );
    expect(await refusal(await repositoryWith("test-asks"), "init", ...own, ...plainBench)).toMatch(
      /Overwrite the results[^]*seems to ask for input/,
    );
    expect(await refusal(await repositoryWith("test-wants-network"), "init", ...own, ...plainBench)).toMatch(
      /example\.org[^]*seems to want the network/,
    );
  });

  test("a benchmark that prints no number, or different units, is refused with what it printed", async () => {
    const metric = ["--bench", "sh bench.sh", "--metric", "time: ([0-9.]+)"];
    expect(await refusal(await repositoryWith("bench-silent"), "init", ...plainTest, ...metric)).toMatch(
      /gives no value: no line of what it prints has a number[^]*all done/,
    );
    expect(await refusal(await repositoryWith("bench-units"), "init", ...plainTest, ...metric)).toMatch(
      /prints its number in different units: (?:ms, none|none, ms)[^]*Make it print one unit/,
    );
  });

  const quick = ["--evaluations", "1", "--seed", "1", "--no-bank", "--no-journal"];

  test("a function that the build writes anew is refused; one that says that it is generated is warned of", async () => {
    const build = ["--build", "sh build.sh", ...plainTest, ...plainBench];
    const written = await repositoryWith("build-generates");
    expect(await refusal(written, "optimize", "--repo", ".", "words.js:unique", ...build, ...quick)).toMatch(
      /words\.js: the build command `sh build\.sh` writes it anew[^]*work on what it is made from/,
    );
    const generated = await repositoryWith("generated");
    const { code, stderr } = await unharmed(
      generated,
      "optimize",
      "--repo",
      ".",
      "words.js:unique",
      ...plainTest,
      ...plainBench,
      ...quick,
    );
    expect([code, stderr]).toEqual([0, expect.stringMatching(/words\.js says that it is generated/)]);
  });

  test("a profile says which files it could not read, and leaves out what is a submodule's or generated", async () => {
    const root = await repositoryWith("latin1");
    writeFileSync(join(root, "long.js"), "export const x = 1;\n".repeat(100_000));
    writeFileSync(join(root, ".gitmodules"), '[submodule "s"]\n\tpath = theirs\n\turl = ../other\n');
    mkdirSync(join(root, "theirs"));
    cpSync(join(root, "words.js"), join(root, "theirs", "words.js"));
    writeFileSync(
      join(root, "bench.js"),
      'import { unique } from "./theirs/words.js";\nimport * as mine from "./words.js";\nconst words = Array.from({ length: 9000 }, (_, index) => `word ${index}`);\nunique(words);\nmine.unique(words);\n',
    );
    const { code, stdout } = await unharmed(root, "profile", ...plainTest, ...plainBench, "--json");
    expect(code).toBe(0);
    const profile = JSON.parse(stdout) as { functions: { file: string }[]; unread: unknown };
    expect(new Set(profile.functions.map(({ file }) => file))).not.toContain("theirs/words.js");
    expect(profile.unread).toEqual([
      { file: "greeting.c", failure: "not-utf-8" },
      { file: "long.js", failure: "too-long" },
    ]);
  });

  test("files elsewhere that are no UTF-8, by content or name, or 100,000 lines long hinder nothing", async () => {
    const root = await repositoryWith("latin1");
    writeFileSync(join(root, "long.js"), "export const x = 1;\n".repeat(100_000));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from("gr\xfc\xdfe.txt", "latin1")]), "x");
    const test = `test $(wc -l < long.js) = 100000 && node check.js`;
    const { code, stderr } = await unharmed(root, "init", "--test", test, "--bench", "true");
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/Not copied, for it cannot be read or is no file: gr/),
    ]);
  });
});
