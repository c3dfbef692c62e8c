/**
 * What commands see beside the system and their copy of the tree: the toolchains that PATH leads to, never the home around them.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { systemPaths } from "../../evaluate/bubblewrap.ts";

/** Of a toolchain's own folder these are its programs and libraries; others may hold keys, caches or configuration. */
const partsOfToolchain = [
  ["bin", "sbin", "shims", "lib", "lib32", "lib64", "libexec", "include"],
  ["versions", "version", "installs", "plugins", "pyenv.d", "toolchains", "tools", "pyvenv.cfg"],
].flat();
/** Programs on PATH are often links to where their toolchain lies. */
const programs = [
  "python3",
  "python",
  "node",
  "npm",
  "cc",
  "gcc",
  "g++",
  "clang",
  "make",
  "cmake",
  "ninja",
  "meson",
];
/** Of /etc: what libraries read and everybody may know. */
const settings = [
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "os-release",
  "mime.types",
  "fonts",
  "perl",
  "python3",
];

export interface VisibleFolders {
  /** What PATH is inside: the entries that can be seen there, in the user's order. */
  readonly path: readonly string[];
  /** Files and folders that are seen read-only, at the places where they are. */
  readonly paths: readonly string[];
}

/** `root` is the tree, which is seen anyway; `path` is the user's PATH. */
export function visibleFolders(root: string, path = process.env["PATH"] ?? ""): VisibleFolders {
  const home = real(homedir()) ?? "/";
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const entry of path.split(":")) {
    if (!isAbsolute(entry) || !isFolder(entry)) continue;
    const folder = resolve(entry);
    // What npm puts there for its scripts belongs to other trees.
    if (folder.includes("/node_modules/") && !within(folder, root)) continue;
    if (isSystem(folder) || within(folder, root)) kept.push(folder);
    else {
      const parts = toolchainParts(folder, home, root);
      for (const part of parts) seen.add(part);
      if (parts.length > 0) kept.push(folder);
    }
  }
  const environment = interpreterOf(root);
  if (environment !== undefined && !isSystem(environment) && !within(environment, root))
    for (const part of toolchainParts(environment, home, root)) seen.add(part);
  for (const name of programs) {
    const found = kept.map((folder) => join(folder, name)).find((file) => existsSync(file));
    const place = found === undefined ? undefined : dirname(real(found) ?? found);
    if (place === undefined || isSystem(place) || within(place, root)) continue;
    for (const part of toolchainParts(place, home, root)) seen.add(part);
  }
  for (const name of settings) {
    const file = join("/etc", name);
    if (existsSync(file)) seen.add(file);
  }
  for (const standard of ["/usr/local/bin", "/usr/bin", "/bin"])
    if (!kept.includes(standard)) kept.push(standard);
  return { path: kept, paths: [...seen] };
}

/** Of the folder that holds a folder of programs, what belongs to the programs; of a home, and of /, that folder alone. */
function toolchainParts(folderOfPrograms: string, home: string, root: string): string[] {
  const own = real(folderOfPrograms) ?? folderOfPrograms;
  const parts = new Set<string>();
  for (const folder of new Set([folderOfPrograms, own])) {
    const prefix = dirname(folder);
    const broad = within(home, prefix) || within(real(root) ?? root, prefix) || dirname(prefix) === "/";
    // A bare /opt/bin, or ~/bin: what lies beside it is anybody's.
    if (broad) {
      if (folder !== "/" && !within(home, folder)) parts.add(folder);
      continue;
    }
    parts.add(folder);
    for (const name of partsOfToolchain) if (existsSync(join(prefix, name))) parts.add(join(prefix, name));
  }
  return [...parts];
}

/** Where the Python is that a virtual environment in the tree was made from. */
function interpreterOf(root: string): string | undefined {
  for (const name of [".venv", "venv", "env"]) {
    try {
      const path = join(root, name, "pyvenv.cfg");
      // A pipe in its place would have us wait for ever.
      if (!statSync(path).isFile()) continue;
      const text = readFileSync(path, "utf8");
      const folder = /^home\s*=\s*(\/.*?)\s*$/m.exec(text)?.[1];
      if (folder !== undefined && basename(folder) === "bin" && existsSync(join(folder, "python3")))
        return folder;
    } catch {
      // There is none of that name.
    }
  }
  return undefined;
}

/** Whether commands see what is at a place outside the tree. */
export function canBeSeen(place: string, { paths }: VisibleFolders): boolean {
  return [...systemPaths, ...paths].some((seen) => within(place, seen));
}

/** Whether a path is a folder, or below it. */
export function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

function isSystem(path: string): boolean {
  const place = real(path) ?? path;
  return systemPaths.some((system) => within(place, system) || within(path, system));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
