import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { visibleFolders } from "../../../src/codebase/room/visible-folders.ts";

function home(...folders: string[]): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), "lessonbank-home-")));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  for (const folder of folders) mkdirSync(join(made, folder), { recursive: true });
  vi.stubEnv("HOME", made);
  onTestFinished(() => void vi.unstubAllEnvs());
  return made;
}

/** Of the paths that are seen those in the home, relative to it. */
function seen(at: string, root: string, path: string): string[] {
  return visibleFolders(root, path)
    .paths.filter((each) => each.startsWith(`${at}/`))
    .map((each) => each.slice(at.length + 1))
    .toSorted();
}

test("Of a version manager its programs and versions are seen, and nothing else of the home", () => {
  const at = home(".pyenv/shims", ".pyenv/versions/3.11/bin", ".pyenv/cache", ".ssh", ".config", "tree");
  expect(seen(at, join(at, "tree"), `${at}/.pyenv/shims:/usr/bin`)).toEqual([
    ".pyenv/shims",
    ".pyenv/versions",
  ]);
});

test("Of a folder of programs in the home itself, that folder alone is seen; the home never", () => {
  const at = home("bin", "lib", ".local/bin", ".local/share/keyrings", "tree");
  expect(seen(at, join(at, "tree"), `${at}/bin:${at}/.local/bin`)).toEqual([".local/bin", "bin"]);
  expect(visibleFolders(join(at, "tree"), `${at}:/`).paths).not.toContain(at);
  expect(seen(at, join(at, "tree"), at)).toEqual([]);
});

test("A program that is a link is followed to its toolchain", () => {
  const at = home("bin", ".nvm/versions/node/v20/bin", ".nvm/versions/node/v20/lib", ".nvm/alias", "tree");
  writeFileSync(join(at, ".nvm/versions/node/v20/bin/node"), "");
  chmodSync(join(at, ".nvm/versions/node/v20/bin/node"), 0o755);
  symlinkSync("../.nvm/versions/node/v20/bin/node", join(at, "bin/node"));
  expect(seen(at, join(at, "tree"), `${at}/bin`)).toEqual([
    ".nvm/versions/node/v20/bin",
    ".nvm/versions/node/v20/lib",
    "bin",
  ]);
});

test("What npm puts on PATH for other trees, and entries that are no folders, are left out", () => {
  const at = home("other/node_modules/.bin", "tree/node_modules/.bin");
  const path = `${at}/other/node_modules/.bin:${at}/tree/node_modules/.bin:${at}/nothing:relative`;
  const visible = visibleFolders(join(at, "tree"), path);
  expect(visible.path[0]).toBe(join(at, "tree/node_modules/.bin"));
  expect(visible.path.some((entry) => entry.includes("other") || entry.includes("nothing"))).toBe(false);
  expect(visible.paths.filter((each) => each.startsWith(at))).toEqual([]);
});
