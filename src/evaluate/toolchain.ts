/**
 * Finds the programs that judging needs: compilers, bubblewrap, a fast linker. What is missing is a MachineError with its remedy.
 */
import { constants } from "node:fs";
import { access, readlink, realpath, stat } from "node:fs/promises";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { execa } from "execa";
import { MachineError } from "../errors.ts";

export interface Compiler {
  /** Absolute, as found on PATH. */
  readonly path: string;
  /** First line of `--version`. */
  readonly version: string;
  readonly family: "gcc" | "clang";
  /** Of the version; 0 where it cannot be told. */
  readonly major: number;
  /** The installation's root where it lies outside /usr: jails must see it. */
  readonly prefix?: string;
}

/** Absolute path of a program, or undefined. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = isAbsolute(name) ? [""] : (process.env["PATH"] ?? "/usr/bin:/bin").split(delimiter);
  for (const folder of folders) {
    const path = isAbsolute(name) ? name : join(folder, name);
    if (!isAbsolute(path)) continue;
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const compilers = new Map<string, Promise<Compiler>>();

/** A compiler by the name that a task gives it. Throws a MachineError where it is not installed. */
export function findCompiler(command: string): Promise<Compiler> {
  let found = compilers.get(command);
  if (!found) {
    found = lookUp(command);
    compilers.set(command, found);
    // What is missing may be installed while we run.
    found.catch(() => compilers.delete(command));
  }
  return found;
}

/** Throws a MachineError where one that was found has gone since. */
export async function requireCompiler({ path }: Compiler): Promise<void> {
  if (await findProgram(path)) return;
  for (const [command, found] of compilers)
    if ((await found.catch(() => undefined))?.path === path) compilers.delete(command);
  throw new MachineError(`the compiler ${path} has gone while it was in use`, { remedy: installHint(path) });
}

async function lookUp(command: string): Promise<Compiler> {
  const found = await findProgram(command);
  if (found === undefined)
    throw new MachineError(`the compiler ${command} is not installed`, { remedy: installHint(command) });
  const path = await followOutside(found);
  const { stdout, failed } = await execa(path, ["--version"], {
    reject: false,
    stdin: "ignore",
    timeout: 10_000,
  });
  const version = String(stdout).split("\n")[0]?.trim() ?? "";
  if (failed || version === "")
    throw new MachineError(`${path} does not run`, { remedy: `Try: ${path} --version` });
  const real = await realpath(path);
  const prefix = dirname(dirname(real));
  const outside = !real.startsWith("/usr/") && !real.startsWith("/bin/") && prefix !== "/";
  return {
    path,
    version,
    family: /clang/i.test(version) ? "clang" : "gcc",
    major: Number(/\b(\d+)\.\d+/.exec(version)?.[1] ?? 0),
    ...(outside && { prefix }),
  };
}

/** The C compiler that belongs to one of either language: `g++-12` has `gcc-12` beside it. Throws a MachineError where it is missing. */
export function cCompilerBeside({ path }: Compiler): Promise<Compiler> {
  const plain = basename(path).replace("clang++", "clang").replace("g++", "gcc").replace("c++", "cc");
  return findCompiler(join(dirname(path), plain));
}

/**
 * Links in folders that a jail does not hold are followed until they lead into one that it does: no further, as the name that a compiler
 * is called by can matter to it.
 */
async function followOutside(path: string): Promise<string> {
  for (let step = 0; step < 8 && !/^\/(?:usr|bin|nix)\//.test(path); step++) {
    const target = await readlink(path).catch(() => undefined);
    if (target === undefined) break;
    path = resolve(dirname(path), target);
  }
  return path;
}

function installHint(command: string): string {
  const packages = /clang/.test(command) ? "clang" : /\+\+|gcc|^cc$/.test(command) ? "g++" : command;
  return `Install it (Debian, Ubuntu: apt-get install ${packages}), or name another in "compiler.command" of the task.`;
}

/** Bubblewrap. Throws a MachineError where it is not installed. */
export async function findBubblewrap(): Promise<string> {
  const path = await findProgram("bwrap");
  if (path === undefined)
    throw new MachineError("bubblewrap (bwrap) is not installed: without it nothing can be run safely", {
      remedy: "Install it (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap).",
    });
  return path;
}

/** The option that selects the fast linker, where it is installed inside what jails can see. */
export async function linkerFlags(): Promise<string[]> {
  const mold = await findProgram("mold");
  return mold?.startsWith("/usr/") ? ["-fuse-ld=mold"] : [];
}
