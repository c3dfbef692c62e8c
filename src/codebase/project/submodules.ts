/**
 * The submodules of a work tree, as `.gitmodules` names them. Only read: git itself is not asked, since a checkout may tell it to run programs.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readSmall } from "./read-small.ts";
import { within } from "../room/visible-folders.ts";

export interface Submodule {
  /** Relative to the root, with slashes. */
  readonly path: string;
  /** Whether its files are there; before `git submodule update --init` its folder is empty. */
  readonly present: boolean;
}

/** In the order of the file; none where there is no such file. */
export async function submodulesOf(root: string): Promise<Submodule[]> {
  const text = (await readSmall(join(root, ".gitmodules"))) ?? "";
  const paths = [...text.matchAll(/^[ \t]*path[ \t]*=[ \t]*"?(.*?)"?[ \t]*\r?$/gm)]
    .map(([, path = ""]) => path.replace(/\/+$/, ""))
    .filter((path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."));
  return Promise.all(
    [...new Set(paths)].map(async (path) => {
      const names = await readdir(join(root, path)).catch(() => []);
      return { path, present: names.some((name) => name !== ".git") };
    }),
  );
}

/** The submodule that a file lies in; undefined where it is the repository's own. */
export function submoduleOf(file: string, submodules: readonly Submodule[]): Submodule | undefined {
  return submodules.find(({ path }) => within(file, path));
}
