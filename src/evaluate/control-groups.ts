/**
 * Where this process may make control groups, and a group of its own there, under which every jail and every worker gets another.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { isAbandoned, nameOfOwn } from "./own-processes.ts";

/** A folder in which groups can be made, and which controllers they have there. */
export interface GroupFolder {
  /** `memory` and `pids` are version 1, a hierarchy each; `unified` is version 2, which has both. */
  readonly kind: "memory" | "pids" | "unified";
  readonly path: string;
}

export interface SessionGroup {
  /** `KIND:PATH` of each of its folders, as the native programs take them. */
  readonly parents: readonly string[];
  /** Ends what is left in it and removes it. */
  close(): void;
}

const prefix = "lessonbank-";

/**
 * The folders to try, the best first; those of one inner list are used together. Only beneath what this process is in already, or, in
 * version 2, where processes cannot be in a group that has groups, beside it: a limit that somebody set on us is never left behind.
 * `root` is for tests.
 */
export function groupFolders(root = "/"): GroupFolder[][] {
  const groups = parseOwnGroups(read(join(root, "proc/self/cgroup")));
  const mounts = parseGroupMounts(read(join(root, "proc/self/mountinfo")));
  const first = (["memory", "pids"] as const).flatMap((kind) => {
    const own = groups.find(({ controllers }) => controllers.includes(kind));
    const mount = mounts.find(({ version, controllers }) => version === 1 && controllers.includes(kind));
    const inside = own && mount && within(own.path, mount.root);
    return inside === undefined ? [] : [{ kind, path: join(root, mount?.point ?? "", inside) }];
  });
  const own = groups.find(({ controllers }) => controllers.length === 0);
  const mount = mounts.find(({ version }) => version === 2);
  const inside = own && mount && within(own.path, mount.root);
  const second: GroupFolder[][] = [];
  if (mount && inside !== undefined) {
    const top = join(root, mount.point);
    for (let path = join(top, inside); path.startsWith(top); path = dirname(path)) {
      if (hasControllers(path)) second.push([{ kind: "unified", path }]);
      if (path === top || isLimited(path)) break;
    }
  }
  return first.length > 0 ? [first, ...second] : second;
}

/** `/proc/self/cgroup`: in version 2 a line has no controllers. */
export function parseOwnGroups(text: string): { controllers: string[]; path: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    return [{ controllers: controllers === "" ? [] : controllers.split(","), path }];
  });
}

export interface GroupMount {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** Which group is seen at `point`. */
  readonly root: string;
  readonly point: string;
}

/** `/proc/self/mountinfo`: what is mounted of control groups, and can be written. */
export function parseGroupMounts(text: string): GroupMount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "", point = "", options = ""] = before.split(" ");
    const [type, , controllers = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    if (options.split(",").includes("ro")) return [];
    const plain = (path: string): string =>
      path.replaceAll(/\\(\d{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
    const version = type === "cgroup" ? 1 : 2;
    return [{ version, controllers: controllers.split(","), root: plain(root), point: plain(point) }];
  });
}

/**
 * Makes a group for this session, in each of the folders, and removes those that processes left which are gone. Undefined where that is
 * not possible or, as `works` finds out, is of no use.
 */
export async function openSessionGroup(
  works: (parents: readonly string[]) => Promise<boolean>,
  choices = groupFolders(),
): Promise<SessionGroup | undefined> {
  for (const folders of choices) {
    for (const { path } of folders) removeAbandoned(path);
    const name = prefix + nameOfOwn();
    const made = folders.map(({ kind, path }) => ({ kind, path: join(path, name) }));
    const close = (): void => {
      process.off("exit", close);
      for (const { path } of made) removeGroup(path);
    };
    try {
      for (const folder of made) makeGroup(folder);
      const parents = made.map(({ kind, path }) => `${kind}:${path}`);
      if (await works(parents)) {
        // For a process that ends without closing; one that is killed leaves it to the next.
        process.once("exit", close);
        return { parents, close };
      }
    } catch {
      // Not here: it may not be written, or the kernel has other rules for it.
    }
    close();
  }
  return undefined;
}

/** Of all that runs at a time: the machine keeps a tenth for itself. */
function makeGroup({ kind, path }: GroupFolder): void {
  mkdirSync(path, { mode: 0o700 });
  const memory = String(Math.floor(totalmem() * 0.9));
  if (kind === "memory") put(path, "memory.limit_in_bytes", memory);
  if (kind === "unified") {
    put(path, "memory.max", memory);
    put(path, "cgroup.subtree_control", "+memory +pids");
  }
}

/** Not made where the kernel did not make it: then this is no control group. */
function put(folder: string, file: string, text: string): void {
  writeFileSync(join(folder, file), text, { flag: "r+" });
}

/** Removes groups that processes left behind which were killed. */
export function removeAbandoned(folder: string): void {
  for (const name of list(folder))
    if (name.startsWith(prefix) && isAbandoned(name.slice(prefix.length))) removeGroup(join(folder, name));
}

/** What is in it dies with whoever started it; what is left is killed, as far as it can be seen from here. */
function removeGroup(path: string): void {
  for (const name of list(path)) removeGroup(join(path, name));
  const deadlineMs = performance.now() + 500;
  for (;;) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || performance.now() > deadlineMs) return;
    }
    for (const pid of read(join(path, "cgroup.procs")).split("\n").map(Number)) {
      try {
        if (pid > 1) process.kill(pid, "SIGKILL");
      } catch {
        // It has gone by itself.
      }
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
}

/** The part of a group's path below what is mounted; undefined where it lies elsewhere. */
function within(path: string, root: string): string | undefined {
  if (path.startsWith("/..")) return undefined;
  if (path === root) return "";
  if (root === "/") return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/** Whether groups made in it have both controllers. */
function hasControllers(path: string): boolean {
  const words = read(join(path, "cgroup.subtree_control")).trim().split(" ");
  return ["memory", "pids"].every((controller) => words.includes(controller));
}

/** Whether it has a limit of its own, which its members must not leave. */
function isLimited(path: string): boolean {
  return ["memory.max", "memory.high", "pids.max"].some((file) => {
    const text = read(join(path, file)).trim();
    return text !== "" && text !== "max";
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}
