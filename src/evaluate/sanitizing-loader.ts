/**
 * The loader for libraries that are built with the address and undefined-behaviour sanitizers: built with them too, by the same compiler,
 * because their runtime has to be there first. Its filter lets pass what that runtime needs.
 */
import { execa } from "execa";
import { existsSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { MachineError } from "../errors.ts";
import { keptPrograms, type Recipe } from "./kept-programs.ts";
import { link, loaderSources } from "./native.ts";
import { cCompilerBeside, type Compiler } from "./toolchain.ts";

/**
 * For compiling a library. Variables on the stack start with a pattern and heap blocks with another, so that reading what nobody wrote shows
 * as a wrong output.
 */
export function sanitizerFlags(compiler: Compiler, kind: "quick" | "optimised"): string[] {
  return [
    "-g1",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    // Little is optimised, which compiles faster; or as much as the task says.
    ...(kind === "quick" ? ["-O1", "-fno-omit-frame-pointer"] : ["-fomit-frame-pointer"]),
    ...(compiler.family === "gcc" && compiler.major < 12 ? [] : ["-ftrivial-auto-var-init=pattern"]),
    ...sharedRuntime(compiler),
  ];
}

/** The loader's path; built where it is not there. Rejects where this compiler has no sanitizers that a jail can see. */
export async function sanitizingLoader(compiler: Compiler): Promise<string> {
  const kept = await keptPrograms(`sanitizing loader of ${compiler.path}`, () => recipeFor(compiler));
  return kept["sanitizing-loader"];
}

async function recipeFor(taskCompiler: Compiler): Promise<Recipe<"sanitizing-loader">> {
  const compiler = await cCompilerBeside(taskCompiler);
  const flags = [
    "-O1",
    "-g1",
    "-DLESSONBANK_SANITIZED",
    "-fsanitize=address,undefined",
    ...sharedRuntime(compiler),
  ];
  if (compiler.family === "clang") {
    const runtime = await clangRuntime(compiler);
    flags.push(`-Wl,-rpath,${dirname(runtime)}`);
  }
  return {
    salt: [compiler.path, compiler.version, ...flags],
    makers: { "sanitizing-loader": (output) => link(compiler, loaderSources, output, flags) },
  };
}

/** Clang's packages leave it out by default. Throws a MachineError where it is not installed. */
async function clangRuntime({ path, version, major }: Compiler): Promise<string> {
  const name = `libclang_rt.asan-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so`;
  const { stdout } = await execa(path, [`-print-file-name=${name}`], { stdin: "ignore" });
  const runtime = stdout.trim();
  if (isAbsolute(runtime) && existsSync(runtime)) return runtime;
  throw new MachineError(`the sanitizers of ${version} are not installed`, {
    remedy: `Install them (Debian, Ubuntu: apt-get install libclang-rt-${major}-dev).`,
  });
}

/** Clang links the runtime into programs unless told otherwise, and then libraries cannot find it. */
function sharedRuntime({ family }: Compiler): string[] {
  return family === "clang" ? ["-shared-libsan"] : [];
}
