/**
 * What the commands of one opened project need of this machine: a sandbox, folders for the layers of its tree, a user of their own where we
 * are root, and whether an overlay can be had.
 */
import { chmod, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, makePrivate } from "../../evaluate/cache.ts";
import { isAbandoned, nameOfOwn } from "../../evaluate/own-processes.ts";
import { openSandbox, type Sandbox } from "../../evaluate/sandbox.ts";
import { makeTemporaryFolder } from "../../evaluate/temporary-folder.ts";
import { unprivilegedUser } from "../../evaluate/unprivileged-user.ts";
import { execa } from "execa";
import { commandPrograms } from "./command-programs.ts";
import type { CommandJail } from "./command-jail.ts";
import { copyTree, type CopiedTree } from "./copy-tree.ts";
import { createWorkshop, removeTree, type Workshop } from "./layers.ts";
import type { CommandLimits } from "../project/project.ts";
import { visibleFolders } from "./visible-folders.ts";

export interface Room {
  readonly sandbox: Sandbox;
  readonly jail: CommandJail;
  readonly workshop: Workshop;
  readonly copied: CopiedTree;
  close(): Promise<void>;
}

export interface RoomOptions {
  readonly root: string;
  readonly limits: CommandLimits;
  readonly signal?: AbortSignal | undefined;
  /** For tests. Default: what this machine can do. */
  readonly layers?: Workshop["kind"] | undefined;
}

/** Copies the tree. Throws a MachineError where no jail can be made here, and a UsageError where the tree cannot be copied. */
export async function openRoom({ root, limits, signal, layers }: RoomOptions): Promise<Room> {
  const sandbox = await openSandbox();
  const shared = await makeTemporaryFolder();
  let folder = "";
  const close = async (): Promise<void> => {
    if (folder !== "") await removeTree(folder);
    await removeTree(shared);
    await sandbox.close();
  };
  try {
    const user = unprivilegedUser();
    await chmod(shared, 0o711);
    const settings = join(shared, "etc");
    const mountPoint = join(shared, "tree");
    await mkdir(settings);
    await mkdir(mountPoint);
    await writeSettings(settings, user ?? process.getuid?.() ?? 0, user ?? process.getgid?.() ?? 0);
    const session = await makeFolder();
    folder = session;
    const means = await meansHere(session, mountPoint, user);
    if (user !== undefined && means.staging === undefined) {
      // Nobody but root looks into the cache folder of root, so the copies lie where everybody's temporary files do.
      await rm(session, { recursive: true, force: true });
      folder = join(shared, "layers");
      await mkdir(folder, { mode: 0o711 });
    }
    const kind = layers ?? (means.overlay ? "overlay" : "copies");
    await mkdir(join(folder, "bottom"));
    const copied = await copyTree(root, join(folder, "bottom"), {
      mostBytes: limits.diskBytes,
      user,
      signal,
    });
    const visible = visibleFolders(root);
    const { places, stageOptions } =
      user !== undefined && means.staging === "root"
        ? await placesForOthers(shared, visible.paths)
        : { places: new Map<string, string>(), stageOptions: [] };
    const jail: CommandJail = {
      sandbox,
      user,
      visible,
      places,
      stageOptions,
      settings,
      root,
      limits,
      disk: folder,
    };
    const workshop = createWorkshop({
      kind,
      folder,
      bottom: "bottom",
      user,
      mountPoint,
      staging: means.staging,
    });
    return { sandbox, jail, workshop, copied, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A private folder for layers. Those of processes that are gone are removed on the way, also what an overlay made unreadable. */
async function makeFolder(): Promise<string> {
  const parent = await makePrivate(join(cacheDirectory(), "codebases"));
  for (const name of await readdir(parent))
    if (isAbandoned(name)) await removeTree(join(parent, name)).catch(() => undefined);
  return makePrivate(join(parent, nameOfOwn()));
}

interface Means {
  readonly staging: "root" | "user" | undefined;
  readonly overlay: boolean;
}

/** Finds out by trying: whether mounts can be made at all, and an overlay on the file system of the cache folder. */
async function meansHere(folder: string, mountPoint: string, user: number | undefined): Promise<Means> {
  const { stage } = await commandPrograms();
  const staging = user === undefined ? "user" : "root";
  const names = ["try-lower", "try-upper", "try-work"];
  for (const name of names) await mkdir(join(folder, name));
  const how = staging === "user" ? ["namespace=user"] : [];
  const works = async (options: readonly string[]): Promise<boolean> => {
    const tried = await execa(stage, [...how, ...options, "--", "/bin/true"], {
      reject: false,
      stdin: "ignore",
    });
    return tried.exitCode === 0;
  };
  const layers = ["lower=try-lower", "upper=try-upper", "work=try-work", `tree=${mountPoint}`];
  const overlay = await works([`folder=${folder}`, ...layers]);
  const mounts = overlay || (staging === "root" && (await works([`bind=${folder}`, `at=${mountPoint}`])));
  for (const name of names) await removeTree(join(folder, name));
  return { staging: mounts ? staging : undefined, overlay };
}

/** Toolchains in root's home, which others cannot enter: bound where they can. */
async function placesForOthers(
  shared: string,
  paths: readonly string[],
): Promise<{ places: Map<string, string>; stageOptions: string[] }> {
  const places = new Map<string, string>();
  const stageOptions: string[] = [];
  for (const path of paths) {
    if (path.startsWith("/etc/")) continue;
    const status = await stat(path).catch(() => undefined);
    if (!status) continue;
    const place = join(shared, `place-${places.size}`);
    if (status.isDirectory()) await mkdir(place);
    else await writeFile(place, "");
    places.set(path, place);
    stageOptions.push(`bind=${path}`, `at=${place}`);
  }
  return { places, stageOptions };
}

/** What libraries ask about users and names, with no more than they need. */
async function writeSettings(folder: string, user: number, group: number): Promise<void> {
  const files: Record<string, string> = {
    passwd: `user:x:${user}:${group}:user:/tmp/home:/bin/sh\n`,
    group: `user:x:${group}:\n`,
    hosts: "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  };
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), text, { mode: 0o644 });
}
