/**
 * Builds our own native programs on first use: supervisor, loader, launcher and runner, from `sandbox/`, kept in the cache folder
 * under the hash of their sources.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { LessonbankError, MachineError } from "../errors.ts";
import { cacheDirectory, makePrivate } from "./cache.ts";
import { findCompiler, findProgram, type Compiler } from "./toolchain.ts";

/** Where supervisor, loader and shim headers are: beside `src` or `dist`. */
export const sandboxDirectory = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "sandbox");

export interface NativePrograms {
  readonly supervisor: string;
  /** The first program in a worker's sandbox. */
  readonly loader: string;
  /** What starts compile jails and sees to their end. */
  readonly launcher: string;
  /** The first program in a compile jail. */
  readonly runner: string;
}

export const loaderSources = ["loader", "filter", "program"];
const confining = ["confine", "group", "landlock", "memory", "clock"];
const judging = [
  "protocol",
  "types",
  "parallel",
  "values",
  "rules",
  "random",
  "sort",
  "plan",
  "compare",
  "pair",
  "worker",
  "start",
  "dismiss",
];
const sources: Readonly<Record<keyof NativePrograms, readonly string[]>> = {
  supervisor: ["supervisor", ...judging, ...confining],
  loader: loaderSources,
  launcher: ["launcher", ...confining],
  runner: ["runner", "confine", "group", "tool-filter", "program"],
};

let building: Promise<NativePrograms> | undefined;

/** The built programs; builds them where they are not there yet. Throws a MachineError without a C compiler. */
export function nativePrograms(): Promise<NativePrograms> {
  if (!building) {
    building = build();
    building.catch(() => (building = undefined));
  }
  return building;
}

/** The C compiler for our own programs. */
export async function nativeCompiler(): Promise<Compiler> {
  for (const command of ["cc", "gcc", "clang"]) if (await findProgram(command)) return findCompiler(command);
  throw new MachineError("no C compiler is installed", {
    remedy: "Install one (Debian, Ubuntu: apt-get install g++).",
  });
}

async function build(): Promise<NativePrograms> {
  const compiler = await nativeCompiler();
  const maker = (name: keyof NativePrograms) => (output: string) => link(compiler, sources[name], output);
  return buildOnce([compiler.version], {
    supervisor: maker("supervisor"),
    loader: maker("loader"),
    launcher: maker("launcher"),
    runner: maker("runner"),
  });
}

/**
 * Programs made from `sandbox/`, by name: those kept under the hash of its files and of `salt`, or fresh ones where there are none. Several
 * processes may do this at once.
 */
export async function buildOnce<Name extends string>(
  salt: readonly string[],
  makers: Readonly<Record<Name, (output: string) => Promise<void>>>,
): Promise<Record<Name, string>> {
  const files = (await readdir(sandboxDirectory)).filter((name) => /\.[ch]$/.test(name)).toSorted();
  const hash = createHash("sha256").update(`${salt.join("\0")}\0`);
  for (const name of files) hash.update(`${name}\0`).update(await readFile(join(sandboxDirectory, name)));
  const parent = await makePrivate(join(cacheDirectory(), "native"));
  const folder = join(parent, hash.digest("hex").slice(0, 32));
  const names = Object.keys(makers) as Name[];
  const programs = Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Record<
    Name,
    string
  >;
  if (await isBuilt(programs)) return programs;
  const partial = await mkdtemp(join(parent, "building-"));
  try {
    await Promise.all(names.map((name) => makers[name](join(partial, name))));
    await rename(partial, folder);
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    if (cause instanceof LessonbankError) throw cause;
    // Another process may have been quicker.
    if (!(await isBuilt(programs)))
      throw new MachineError(`${folder}: the native programs cannot be put there`, { cause });
  }
  return programs;
}

async function isBuilt(programs: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await Promise.all(Object.values(programs).map((path) => access(path, constants.X_OK)));
    return true;
  } catch {
    return false;
  }
}

/** Compiles and links sources of `sandbox/`. Throws where that fails. */
export async function link(
  compiler: Compiler,
  sources: readonly string[],
  output: string,
  flags: readonly string[] = [],
): Promise<void> {
  const files = sources.map((name) => join(sandboxDirectory, `${name}.c`));
  const options = ["-std=gnu11", "-O2", ...flags, "-o", output, ...files];
  const result = await execa(compiler.path, [...options, "-pthread", "-lm", "-ldl"], {
    reject: false,
    stdin: "ignore",
    timeout: 120_000,
  });
  if (result.failed && /No space left on device|Disk quota exceeded/.test(result.stderr))
    throw new MachineError(`${output} cannot be written: no space is left`, {
      remedy: "Make room there, or name another folder in LESSONBANK_CACHE.",
      cause: result.cause,
    });
  if (result.failed)
    throw new LessonbankError("internal", `our own native program does not compile:\n${result.stderr}`, {
      remedy: "Linux headers are needed (Debian, Ubuntu: apt-get install libc6-dev linux-libc-dev).",
      cause: result.cause,
    });
}
