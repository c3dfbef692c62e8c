import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { copyTree, pathInTree } from "../../../src/codebase/room/copy-tree.ts";
import { within } from "../../../src/codebase/room/visible-folders.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "lessonbank-copy-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test("A copy has files, links, modes and times, a submodule's files, and nothing of version control", async () => {
  const from = folder();
  mkdirSync(join(from, "sub", "deep"), { recursive: true });
  mkdirSync(join(from, ".git"));
  writeFileSync(join(from, ".git", "config"), "secret");
  writeFileSync(join(from, "sub", ".git"), "gitdir: ../.git/modules/sub");
  writeFileSync(join(from, "sub", "deep", "file.c"), "int x;");
  writeFileSync(join(from, "run.sh"), "true");
  chmodSync(join(from, "run.sh"), 0o755);
  utimesSync(join(from, "run.sh"), 1_600_000_000.25, 1_600_000_000.25);
  symlinkSync("run.sh", join(from, "inward"));
  symlinkSync("../elsewhere", join(from, "outward"));
  symlinkSync("/etc", join(from, "sub", "etc"));
  const to = folder();
  const copied = await copyTree(from, to, { mostBytes: 1e6 });

  expect(copied.outwardLinks.map(({ path }) => path)).toEqual(["outward", "sub/etc"]);
  expect(copied).toMatchObject({ files: 2, skipped: [] });
  expect(readFileSync(join(to, "sub", "deep", "file.c"), "utf8")).toBe("int x;");
  expect(lstatSync(join(to, "run.sh"))).toMatchObject({ mode: 0o100755, mtimeMs: 1_600_000_000_250 });
  expect(readlinkSync(join(to, "inward"))).toBe("run.sh");
  expect(readlinkSync(join(to, "sub", "etc"))).toBe("/etc");
  for (const gone of [".git", "sub/.git"]) expect(() => lstatSync(join(to, gone))).toThrow("ENOENT");
});

test("What is no file is left out and named, and a tree that is too large is refused", async () => {
  const from = folder();
  writeFileSync(join(from, "small"), "1");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(from, "socket"), resolve));
  onTestFinished(() => void server.close());
  expect(await copyTree(from, folder(), { mostBytes: 10 })).toMatchObject({ files: 1, skipped: ["socket"] });
  writeFileSync(join(from, "large"), "x".repeat(100));
  await expect(copyTree(from, folder(), { mostBytes: 50 })).rejects.toMatchObject({
    kind: "usage",
    remedy: expect.stringContaining("lies in large") as unknown,
  });
});

test("Paths lead to files of the tree, and to nothing else", () => {
  expect(pathInTree("/tree", "src/../a.c")).toBe("a.c");
  for (const path of ["../a.c", "/etc/passwd", ".", ".git/config", "sub/.git/config"])
    expect(() => pathInTree("/tree", path)).toThrow("no file of /tree");
  expect(within("/a/bc", "/a/b")).toBe(false);
  expect(within("/a/b/c", "/a/b")).toBe(true);
});
