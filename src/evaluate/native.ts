/**
 * Our own native programs: supervisor, loader, launcher and runner, built from `sandbox/` on first use.
 */
import { dirname, join } from "node:path";
import { execa } from "execa";
import { LessonbankError, MachineError } from "../errors.ts";
import { cannotWrite, isFull } from "./cache.ts";
import { keptPrograms, sandboxDirectory } from "./kept-programs.ts";
import { findCompiler, findProgram, type Compiler } from "./toolchain.ts";

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
  "turn",
  "arena",
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

/**
 * The built programs; builds them where they are not there yet, or not any more. Throws a MachineError without a C compiler, or where the
 * cache folder cannot be written.
 */
export function nativePrograms(): Promise<NativePrograms> {
  return keptPrograms("native programs", async () => {
    const compiler = await nativeCompiler();
    const maker = (name: keyof NativePrograms) => (output: string) => link(compiler, sources[name], output);
    return {
      salt: [compiler.version],
      makers: {
        supervisor: maker("supervisor"),
        loader: maker("loader"),
        launcher: maker("launcher"),
        runner: maker("runner"),
      },
    };
  });
}

/** The C compiler for our own programs. */
export async function nativeCompiler(): Promise<Compiler> {
  for (const command of ["cc", "gcc", "clang"]) if (await findProgram(command)) return findCompiler(command);
  throw new MachineError("no C compiler is installed", {
    remedy: "Install one (Debian, Ubuntu: apt-get install g++).",
  });
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
  const folder = dirname(output);
  const result = await execa(compiler.path, [...options, "-pthread", "-lm", "-ldl"], {
    reject: false,
    stdin: "ignore",
    timeout: 120_000,
    // Its own temporary files go the same way, should we be killed.
    env: { TMPDIR: folder },
  });
  // Linkers that map their output die of a signal where there is no room for it.
  if (result.failed && (/No space left|Disk quota/.test(result.stderr) || (await isFull(folder))))
    throw cannotWrite(
      output,
      Object.assign(new Error("no space", { cause: result.cause }), { code: "ENOSPC" }),
    );
  if (result.isTerminated)
    throw new MachineError(
      `${compiler.path} was ended (${result.signal ?? "?"}) while it built a program of ours`,
      {
        remedy: "Try again. Where memory is short the kernel ends processes: `dmesg` tells.",
        cause: result.cause,
      },
    );
  if (result.failed)
    throw new LessonbankError("internal", `our own native program does not compile:\n${result.stderr}`, {
      remedy: "Linux headers are needed (Debian, Ubuntu: apt-get install libc6-dev linux-libc-dev).",
      cause: result.cause,
    });
}
