/**
 * Copies a work tree as it is: changed, untracked and ignored files too, since a build may need them; modes and times are kept, so that what
 * was built stays built. Links are copied as links and never followed. The tree itself is only read.
 */
import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  lchown,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readlink,
  symlink,
  utimes,
} from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import pLimit from "p-limit";
import { cannotWrite } from "../../evaluate/cache.ts";
import { UsageError } from "../../errors.ts";
import { within } from "./visible-folders.ts";

/** What belongs to version control, and to us; no build may depend on it, and no command may read it. */
const leftOut = new Set([".git", ".hg", ".svn", ".jj", ".lessonbank"]);
const mostFiles = 500_000;

export interface CopiedTree {
  readonly files: number;
  readonly bytes: number;
  /** Links that lead out of the tree, by path relative to the root, with what they say. */
  readonly outwardLinks: readonly { readonly path: string; readonly target: string }[];
  /** What is neither file, folder nor link, or cannot be read; by path relative to the root. */
  readonly skipped: readonly string[];
}

export interface CopyOptions {
  readonly mostBytes: number;
  /** Who shall own the copy. */
  readonly user?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Copies `from` to the folder `to`, which must be empty. Throws a UsageError where the tree is too large or cannot be read. */
export async function copyTree(from: string, to: string, options: CopyOptions): Promise<CopiedTree> {
  const { mostBytes, user, signal } = options;
  const outwardLinks: { path: string; target: string }[] = [];
  const skipped: string[] = [];
  const sizes = new Map<string, number>();
  let files = 0;
  let bytes = 0;
  const atATime = pLimit(16);

  const own = async (path: string): Promise<void> => {
    if (user !== undefined) await lchown(path, user, user);
  };
  const count = (path: string, size: number): void => {
    files += 1;
    bytes += size;
    const top = path.split("/")[0] ?? path;
    sizes.set(top, (sizes.get(top) ?? 0) + size);
    if (bytes > mostBytes || files > mostFiles)
      throw tooLarge(from, sizes, bytes > mostBytes ? mostBytes : undefined);
  };
  const copyOne = async (path: string): Promise<void> => {
    const source = join(from, path);
    const target = join(to, path);
    const status = await lstat(source).catch(() => undefined);
    if (!status) {
      // It has gone meanwhile, or its name is no UTF-8.
      skipped.push(path);
      return;
    }
    if (status.isSymbolicLink()) {
      const text = await readlink(source);
      if (!within(resolve(dirname(source), text), from)) outwardLinks.push({ path, target: text });
      await symlink(text, target);
      await lutimes(target, status.atime, status.mtime);
      await own(target);
    } else if (status.isFile()) {
      count(path, status.size);
      const unreadable = await copyFile(source, target, constants.COPYFILE_FICLONE).catch(
        (error: unknown) => error,
      );
      if (unreadable !== undefined) {
        if (!["EACCES", "EPERM", "ENOENT"].includes((unreadable as NodeJS.ErrnoException).code ?? ""))
          throw cannotWrite(target, unreadable);
        skipped.push(path);
        return;
      }
      // Whoever builds must be able to write, though not to become somebody else.
      await chmod(target, (status.mode & 0o777) | 0o600);
      await own(target);
      await utimes(target, status.atimeMs / 1000, status.mtimeMs / 1000);
    } else skipped.push(path);
  };
  const copyFolder = async (path: string): Promise<void> => {
    signal?.throwIfAborted();
    const entries = await readdir(join(from, path), { withFileTypes: true }).catch((error: unknown) => {
      if (path === "") throw new UsageError(`${from}: this folder cannot be read`, { cause: error });
      skipped.push(path);
      return [];
    });
    const wanted = entries.filter(({ name }) => !leftOut.has(name));
    const folders = wanted.filter((entry) => entry.isDirectory());
    const copied = await Promise.allSettled(
      wanted
        .filter((entry) => !entry.isDirectory())
        .map(({ name }) => atATime(() => copyOne(join(path, name)))),
    );
    for (const one of copied) if (one.status === "rejected") throw one.reason;
    for (const { name } of folders) {
      const folder = join(path, name);
      await mkdir(join(to, folder), { mode: 0o755 });
      await copyFolder(folder);
    }
    const status = await lstat(join(from, path)).catch(() => undefined);
    await chmod(join(to, path), ((status?.mode ?? 0o755) & 0o777) | 0o700);
    await own(join(to, path));
    if (status) await utimes(join(to, path), status.atimeMs / 1000, status.mtimeMs / 1000);
  };
  await copyFolder("");
  return { files, bytes, outwardLinks: outwardLinks.toSorted(byPath), skipped: skipped.toSorted() };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}

function tooLarge(
  root: string,
  sizes: ReadonlyMap<string, number>,
  mostBytes: number | undefined,
): UsageError {
  const [largest] = [...sizes].toSorted(([, a], [, b]) => b - a);
  const limit = mostBytes === undefined ? `${mostFiles} files` : `${Math.round(mostBytes / 2 ** 20)} MiB`;
  return new UsageError(`${root}: the tree has more than ${limit}`, {
    remedy: `Most of what was read so far lies in ${largest?.[0] ?? "it"}. Remove what builds and tests do not need, or raise the limit on disk.`,
  });
}

/** A path of a file in the tree, relative to its root: refused where it leads out of it. */
export function pathInTree(root: string, path: string): string {
  const inside = relative(root, resolve(root, path));
  if (inside === "" || inside.startsWith("..") || inside.split("/").some((part) => leftOut.has(part)))
    throw new UsageError(`${path}: this is no file of ${root}`);
  return inside;
}
