/**
 * Copies of a tree, made of layers: the copied tree at the bottom, what its build changed above it, a candidate's file and what its build
 * changed above that, and on top what one command changes, which is thrown away. Where the kernel lets us, an overlay puts them together
 * and a copy costs nothing; elsewhere each is a whole copy. Never hard links: a build that writes into a file would change all copies.
 */
import { chmod, lchown, lstat, mkdir, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { UsageError } from "../../errors.ts";
import { cannotWrite } from "../../evaluate/cache.ts";
import { copyWhole } from "./copy-whole.ts";
import type { StagedTree } from "./command-jail.ts";
import { within } from "./visible-folders.ts";

/** Names of folders beneath the workshop's, the topmost first. Without overlays always one. */
export type Layers = readonly string[];

export interface Workshop {
  readonly kind: "overlay" | "copies";
  /** Where layers lie. */
  readonly folder: string;
  /** The tree as it was copied, before anything was built. */
  readonly bottom: Layers;
  /**
   * A fresh layer above these, with these files in it: contents by path relative to the root. What a command that runs in `open` changes
   * lands there; afterwards `layers` is the tree with it.
   */
  raise(below: Layers, files?: ReadonlyMap<string, string | Uint8Array>): Promise<Raised>;
  /** What the topmost layer has beyond those below, by path: files and links that were made, changed or removed. */
  changes(raised: Raised): Promise<ReadonlyMap<string, "changed" | "removed">>;
  /** The file of that path as it is in the tree, outside any jail; undefined where there is no plain file. */
  find(layers: Layers, path: string): Promise<string | undefined>;
  /** Of all files and links in the tree. */
  paths(layers: Layers): Promise<ReadonlySet<string>>;
  /** Removes the topmost layer and all that is in it. */
  drop(raised: Raised): Promise<void>;
}

export interface Raised {
  readonly layers: Layers;
  readonly open: StagedTree;
  /** The folder of the topmost layer. */
  readonly top: string;
  /** In nanoseconds: what was changed later, a command changed. */
  readonly sinceNs: bigint;
  readonly below: Layers;
}

export interface WorkshopOptions {
  readonly kind: Workshop["kind"];
  readonly folder: string;
  /** The name, in `folder`, of the copied tree. */
  readonly bottom: string;
  readonly user: number | undefined;
  /** Where the tree is mounted, outside the jail; a folder that the user of the jail can reach. */
  readonly mountPoint: string;
  /** As whom `stage` mounts; undefined where it cannot, and layers are reached where they lie. */
  readonly staging: "root" | "user" | undefined;
}

let serial = 0;

export function createWorkshop(options: WorkshopOptions): Workshop {
  const { kind, folder, user, mountPoint, staging } = options;
  const own = async (path: string): Promise<void> => {
    if (user !== undefined) await lchown(path, user, user);
  };
  const place = (name: string): string => join(folder, name);

  /** Folders above a file, made in the layer as they are below. */
  const makeFolders = async (top: string, below: Layers, path: string): Promise<void> => {
    const parts = dirname(path) === "." ? [] : dirname(path).split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const part = parts.slice(0, depth).join("/");
      const there = await lstat(join(top, part)).catch(() => undefined);
      if (there && !there.isDirectory()) throw new UsageError(`${path}: ${part} is no folder of the tree`);
      if (there) continue;
      let mode = 0o755;
      for (const layer of below) {
        const status = await lstat(join(place(layer), part)).catch(() => undefined);
        if (!status) continue;
        if (!status.isDirectory()) throw new UsageError(`${path}: ${part} is no folder of the tree`);
        mode = status.mode & 0o777;
        break;
      }
      await mkdir(join(top, part));
      await chmod(join(top, part), mode);
      await own(join(top, part));
    }
  };

  const find: Workshop["find"] = async (layers, path) => {
    for (const layer of layers) {
      const root = await realpath(place(layer));
      // Not through links: they are the tree's own and may lead anywhere.
      const found = await realpath(join(root, dirname(path))).catch(() => undefined);
      if (found === undefined || !within(found, root)) continue;
      const file = join(found, path.slice(path.lastIndexOf("/") + 1));
      const status = await lstat(file).catch(() => undefined);
      if (status) return status.isFile() ? file : undefined;
    }
    return undefined;
  };

  const opened = (name: string, below: Layers): StagedTree => {
    const top = place(name);
    if (kind === "copies")
      return staging === "root"
        ? { options: [`bind=${top}`, `at=${mountPoint}`], path: mountPoint, changes: top }
        : { options: [], path: top, changes: top };
    const layers = [...below.map((layer) => `lower=${layer}`), `upper=${name}`, `work=${name}.work`];
    const how = staging === "user" ? ["namespace=user"] : [];
    return {
      options: [...how, `folder=${folder}`, ...layers, `tree=${mountPoint}`],
      path: mountPoint,
      changes: top,
    };
  };

  return {
    kind,
    folder,
    bottom: [options.bottom],
    find,
    async raise(below, files = new Map()) {
      const name = `layer-${++serial}`;
      const top = place(name);
      try {
        if (kind === "copies") await copyWhole(place(below[0] ?? options.bottom), top);
        else {
          await mkdir(top);
          const status = await stat(place(options.bottom));
          await chmod(top, status.mode & 0o777);
          await own(top);
          await mkdir(`${top}.work`);
          await own(`${top}.work`);
        }
        for (const [path, content] of files) {
          const old = await find(below, path);
          await makeFolders(top, below, path);
          const target = join(top, path);
          await rm(target, { force: true });
          await writeFile(target, content, { flag: "wx" });
          await chmod(target, old === undefined ? 0o644 : (await stat(old)).mode & 0o777);
          await own(target);
        }
        const marker = place(`${name}.marker`);
        await writeFile(marker, "");
        const { ctimeNs } = await stat(marker, { bigint: true });
        await rm(marker);
        const layers = kind === "copies" ? [name] : [name, ...below];
        return { layers, open: opened(name, below), top, below, sinceNs: ctimeNs };
      } catch (error) {
        throw error instanceof UsageError ? error : cannotWrite(top, error);
      }
    },
    async changes({ top, below, sinceNs }) {
      const found = new Map<string, "changed" | "removed">();
      for await (const { path, status } of entriesOf(top)) {
        if (kind === "overlay") found.set(path, status.isCharacterDevice() ? "removed" : "changed");
        else if (status.ctimeNs > sinceNs) found.set(path, "changed");
      }
      if (kind === "copies")
        for await (const { path } of entriesOf(place(below[0] ?? options.bottom)))
          if (!(await lstat(join(top, path)).catch(() => undefined))) found.set(path, "removed");
      return found;
    },
    async paths(layers) {
      const found = new Set<string>();
      const hidden = new Set<string>();
      for (const layer of layers)
        for await (const { path, status } of entriesOf(place(layer))) {
          if (isHidden(path, hidden)) continue;
          if (kind === "overlay" && status.isCharacterDevice()) hidden.add(path);
          else found.add(path);
        }
      return found;
    },
    async drop({ top }) {
      await removeTree(top);
      await removeTree(`${top}.work`);
    },
  };
}

/** All files and links beneath a folder, and whatever else is no folder; never through a link. Paths are relative to it. */
export async function* entriesOf(
  top: string,
): AsyncGenerator<{ path: string; status: Awaited<ReturnType<typeof statusOf>> }> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const entry of (await readdir(folder, { withFileTypes: true }).catch(() => [])).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else {
        // What a command is at work on comes and goes.
        const status = await statusOf(path).catch(() => undefined);
        if (status) yield { path: relative(top, path), status };
      }
    }
}

/** Whether it, or a folder that it lies in, was removed in a layer above. */
function isHidden(path: string, hidden: ReadonlySet<string>): boolean {
  if (hidden.size === 0) return false;
  for (let at = path; at !== "."; at = dirname(at)) if (hidden.has(at)) return true;
  return false;
}

/** What all of it takes on disk. */
export async function bytesBeneath(top: string): Promise<number> {
  let bytes = 0;
  for await (const { status } of entriesOf(top)) bytes += Number(status.blocks) * 512;
  return bytes;
}

function statusOf(path: string) {
  return lstat(path, { bigint: true });
}

/** Also what was made unreadable on purpose. */
export async function removeTree(path: string): Promise<void> {
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 2 });
  await remove().catch(async () => {
    await openUp(path);
    await remove();
  });
}

/** A removal that failed may still be going on elsewhere in the tree: what has gone meanwhile is as it should be. */
async function openUp(path: string): Promise<void> {
  const status = await lstat(path).catch(() => undefined);
  if (!status?.isDirectory()) return;
  await chmod(path, 0o700).catch(() => undefined);
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await openUp(join(path, entry.name));
}
