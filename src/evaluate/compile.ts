/**
 * Compiles a source text together with a task's shim into a shared object, inside a jail.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CompiledLanguage } from "../code/language.ts";
import { cacheDirectory, keepWithDigest, readKept } from "./cache.ts";
import { cleanText, runInJail, type JailResult } from "./jail.ts";
import type { JailLimits } from "./jail-run.ts";
import { sandboxDirectory } from "./kept-programs.ts";
import { headerPath, type HeaderSettings, type Precompiled, type Precompiler } from "./precompiled.ts";
import { sanitizerFlags } from "./sanitizing-loader.ts";
import { sharedSandbox, type Sandbox } from "./sandbox.ts";
import { findCompiler, linkerFlags, requireCompiler, type Compiler } from "./toolchain.ts";

export interface CompilerSettings {
  readonly command: string;
  readonly standard: string;
  readonly flags: readonly string[];
}

export interface Compilation {
  readonly language: CompiledLanguage;
  readonly compiler: CompilerSettings;
  readonly source: string;
  /** As messages name it. */
  readonly fileName: string;
  /** The object from `compileShim`. */
  readonly shim: Uint8Array;
  /** Where headers may come from ready-made. */
  readonly precompiler?: Precompiler | undefined;
  /** With the sanitizers, for the loader of `sanitizing-loader.ts`. Default false. */
  readonly sanitize?: false | "quick" | "optimised" | undefined;
  /** Default: one for single compiles. */
  readonly sandbox?: Sandbox | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type JailChoices = Pick<Compilation, "sandbox" | "signal">;

export type Compiled =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly durationMs: number }
  | {
      readonly ok: false;
      readonly ending: Exclude<JailResult["ending"], "success">;
      /** Begins with the first error. */
      readonly reason: string;
      readonly limitMs: number;
      /** Whether the compiler was killed, twice and by nobody that we know: what ended it need not be the source. */
      readonly killed: boolean;
    };

const megabyte = 1 << 20;
export const compileLimits: JailLimits = {
  wallMs: 30_000,
  cpuSeconds: 25,
  memoryBytes: 4096 * megabyte,
  fileBytes: 64 * megabyte,
  temporaryBytes: 256 * megabyte,
};

/**
 * Compiles and links one source. A source that does not compile is a result, not an error, and what is said of it is said by a compilation
 * without precompiled headers.
 */
export async function compileLibrary(compilation: Compilation): Promise<Compiled> {
  const { language, compiler: settings, source, precompiler, sanitize = false } = compilation;
  const compiler = await findCompiler(settings.command);
  const flags = libraryFlags(settings, compiler, sanitize);
  const precompiled = await precompiler?.find({ language, compiler, flags }, source);
  const quick = precompiled && (await runCompiler(compilation, compiler, flags, precompiled));
  // What runs out of time or memory would do so again.
  if (quick && quick.ending !== "failure") return compiledAs(quick, compiler);
  const first = await runCompiler(compilation, compiler, flags);
  return compiledAs(wasKilled(first) ? await runCompiler(compilation, compiler, flags) : first, compiler);
}

/** Throws a MachineError where the compiler has gone. */
async function compiledAs(result: JailResult, compiler: Compiler): Promise<Compiled> {
  const { ending, output, durationMs } = result;
  if (ending === "success" && output.length > 0) return { ok: true, bytes: output, durationMs };
  await requireCompiler(compiler);
  return {
    ok: false,
    ending: ending === "success" ? "failure" : ending,
    reason: ending === "success" ? "The compiler wrote an empty file." : reasonOf(result),
    limitMs: compileLimits.wallMs,
    killed: wasKilled(result),
  };
}

/** Before its own limit of CPU time could have done it. */
function wasKilled({ ending, exitCode = 137, diagnostics, durationMs }: JailResult): boolean {
  return (
    ending === "failure" &&
    durationMs < compileLimits.cpuSeconds * 1000 &&
    (exitCode === 137 ||
      /\bKilled signal terminated program\b|unable to execute command: Killed/.test(diagnostics))
  );
}

async function runCompiler(
  compilation: Compilation,
  compiler: Compiler,
  flags: readonly string[],
  precompiled?: Precompiled,
): Promise<JailResult> {
  const { language, source, shim, sandbox, signal, sanitize = false } = compilation;
  const name = plainName(compilation.fileName, language);
  return runInJail({
    sandbox: sandbox ?? (await sharedSandbox()),
    command: [
      compiler.path,
      ...flags,
      ...messageFlags(compiler),
      "-shared",
      ...(precompiled?.arguments ?? []),
      "-x",
      language,
      name,
      "-x",
      "none",
      "/in/.shim.o",
      "-o",
      "/tmp/library.so",
      ...(await linkerFlags()),
      // Clang leaves the sanitizers' functions to whoever loads the library.
      ...(sanitize && compiler.family === "clang" ? [] : ["-Wl,-z,defs"]),
      "-Wl,-z,now",
      "-lm",
    ],
    result: "/tmp/library.so",
    files: { [`/in/${name}`]: Buffer.from(source), "/in/.shim.o": shim, ...precompiled?.files },
    folders: compiler.prefix === undefined ? [] : [compiler.prefix],
    directory: "/in",
    limits: compileLimits,
    signal,
  });
}

/** Compiles a header, for `createPrecompiler`; undefined where that fails. */
export async function precompileHeader(
  { language, compiler, flags }: HeaderSettings,
  text: string,
  signal?: AbortSignal,
  sandbox?: Sandbox,
): Promise<Uint8Array | undefined> {
  const result = await runInJail({
    sandbox: sandbox ?? (await sharedSandbox()),
    command: [
      compiler.path,
      ...flags,
      "-x",
      `${language}-header`,
      basename(headerPath),
      "-o",
      "/tmp/headers.gch",
    ],
    result: "/tmp/headers.gch",
    files: { [headerPath]: Buffer.from(text) },
    folders: compiler.prefix === undefined ? [] : [compiler.prefix],
    directory: dirname(headerPath),
    limits: { ...compileLimits, fileBytes: 256 * megabyte, temporaryBytes: 512 * megabyte },
    signal,
  });
  return result.ending === "success" ? result.output : undefined;
}

/** Compiles a shim to an object, once: it is kept under the hash of everything that goes into it. */
export async function compileShim(
  text: string,
  language: CompiledLanguage,
  settings: CompilerSettings,
  { sandbox, signal }: JailChoices = {},
): Promise<Compiled> {
  const compiler = await findCompiler(settings.command);
  const headers = await shimHeaders();
  const key = createHash("sha256");
  for (const part of [text, language, compiler.path, compiler.version, JSON.stringify(settings)])
    key.update(`${part}\0`);
  for (const header of Object.values(headers)) key.update(header);
  const path = join(cacheDirectory(), "shims", key.digest("hex"));
  const kept = await readKept(path);
  if (kept) return { ok: true, bytes: kept, durationMs: 0 };
  const name = language === "c" ? "shim.c" : "shim.cpp";
  const result = await runInJail({
    sandbox: sandbox ?? (await sharedSandbox()),
    command: [
      compiler.path,
      `-std=${settings.standard}`,
      ...settings.flags,
      ...messageFlags(compiler),
      "-c",
      "-fPIC",
      "-fno-lto",
      "-I/in",
      "-x",
      language,
      name,
      "-o",
      "/tmp/shim.o",
    ],
    result: "/tmp/shim.o",
    files: { [`/in/${name}`]: Buffer.from(text), ...headers },
    folders: compiler.prefix === undefined ? [] : [compiler.prefix],
    directory: "/in",
    limits: compileLimits,
    signal,
  });
  const compiled = await compiledAs(result, compiler);
  // A full disk costs time, nothing else.
  if (compiled.ok) await keepWithDigest(path, compiled.bytes).catch(() => undefined);
  return compiled;
}

/** What a shim may include, by its path in the jail. */
export async function shimHeaders(): Promise<Record<string, Uint8Array>> {
  const names = ["shim.h", "wire.hpp"];
  const texts = await Promise.all(names.map((name) => readFile(join(sandboxDirectory, name))));
  return Object.fromEntries(names.map((name, index) => [`/in/${name}`, texts[index] ?? new Uint8Array()]));
}

/** Everything that decides what a header means: a precompiled one is good for these flags alone. */
function libraryFlags(
  settings: CompilerSettings,
  compiler: Compiler,
  sanitize: Compilation["sanitize"],
): string[] {
  return [
    `-std=${settings.standard}`,
    ...settings.flags,
    "-fPIC",
    "-fvisibility=hidden",
    ...(sanitize ? sanitizerFlags(compiler, sanitize) : []),
  ];
}

function messageFlags({ family }: Compiler): string[] {
  return ["-w", "-fno-diagnostics-color", family === "gcc" ? "-fmax-errors=20" : "-ferror-limit=20"];
}

/** A name that no shell, compiler or reader could take for anything else. */
function plainName(fileName: string, language: CompiledLanguage): string {
  const base = fileName.split("/").at(-1) ?? "";
  return /^[A-Za-z0-9][\w.+-]{0,60}$/.test(base) ? base : language === "c" ? "candidate.c" : "candidate.cpp";
}

function reasonOf(result: JailResult): string {
  if (result.ending === "timed-out")
    return `The compiler was stopped after ${compileLimits.wallMs / 1000} s.`;
  if (result.ending === "out-of-memory")
    return `The compiler was stopped: it used more than ${compileLimits.memoryBytes / 2 ** 30} GiB of memory.`;
  if (result.ending === "too-large")
    return cleanText(`The compiler's output passed the limit.\n${fromFirstError(result.diagnostics)}`.trim());
  if (result.diagnostics.trim() === "")
    return result.exitCode === undefined || result.exitCode > 128
      ? "The compiler was killed: it used too much time, memory or disk."
      : `The compiler failed with status ${result.exitCode} and said nothing.`;
  return fromFirstError(result.diagnostics);
}

/** Linkers and "In file included from" lines come first; what matters is the first error. */
function fromFirstError(diagnostics: string): string {
  const lines = diagnostics.trimEnd().split("\n");
  const first = lines.findIndex((line) => /\b(?:fatal )?error\b|undefined (?:reference|symbol)/i.test(line));
  return lines.slice(Math.max(first, 0)).join("\n");
}
