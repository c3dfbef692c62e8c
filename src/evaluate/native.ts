/**
 * Builds our own native programs on first use: the supervisor and the loader, from `sandbox/`, kept in the cache folder
 * under the hash of their sources.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { LessonbankError, MachineError } from "../errors.ts";
import { cacheDirectory, makePrivate } from "./cache.ts";
import { sandboxDirectory } from "./compile.ts";
import { findCompiler, findProgram, type Compiler } from "./toolchain.ts";

export interface NativePrograms {
  readonly supervisor: string;
  readonly loader: string;
}

const supervisorSources = [
  "supervisor",
  "protocol",
  "types",
  "values",
  "rules",
  "random",
  "sort",
  "plan",
  "compare",
  "pair",
  "worker",
  "clock",
];
const loaderSources = ["loader", "filter"];

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
  const names = (await readdir(sandboxDirectory)).filter((name) => /\.[ch]$/.test(name)).toSorted();
  const hash = createHash("sha256").update(`${compiler.version}\0`);
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(sandboxDirectory, name)));
  const parent = await makePrivate(join(cacheDirectory(), "native"));
  const folder = join(parent, hash.digest("hex").slice(0, 32));
  const programs = { supervisor: join(folder, "supervisor"), loader: join(folder, "loader") };
  if (await isBuilt(programs)) return programs;
  const partial = await mkdtemp(join(parent, "building-"));
  await Promise.all([
    link(compiler, supervisorSources, join(partial, "supervisor")),
    link(compiler, loaderSources, join(partial, "loader")),
  ]);
  try {
    await rename(partial, folder);
  } catch (cause) {
    // Another process may have been quicker.
    await rm(partial, { recursive: true, force: true });
    if (!(await isBuilt(programs)))
      throw new MachineError(`${folder}: the native programs cannot be put there`, { cause });
  }
  return programs;
}

async function isBuilt(programs: NativePrograms): Promise<boolean> {
  try {
    await Promise.all(Object.values(programs).map((path: string) => access(path, constants.X_OK)));
    return true;
  } catch {
    return false;
  }
}

async function link(compiler: Compiler, sources: readonly string[], output: string): Promise<void> {
  const files = sources.map((name) => join(sandboxDirectory, `${name}.c`));
  const result = await execa(compiler.path, ["-std=gnu11", "-O2", "-o", output, ...files, "-lm", "-ldl"], {
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
