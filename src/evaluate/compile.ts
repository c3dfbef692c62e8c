/**
 * Compiles a source text together with a task's shim into a shared object, inside a jail.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Language } from "../code/language.ts";
import { cacheDirectory, makePrivate } from "./cache.ts";
import { cleanText, runInJail, type JailLimits, type JailResult } from "./jail.ts";
import { findBubblewrap, findCompiler, linkerFlags, type Compiler } from "./toolchain.ts";

export interface CompilerSettings {
  readonly command: string;
  readonly standard: string;
  readonly flags: readonly string[];
}

export interface Compilation {
  readonly language: Language;
  readonly compiler: CompilerSettings;
  readonly source: string;
  /** As messages name it. */
  readonly fileName: string;
  /** The object from `compileShim`. */
  readonly shim: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export type Compiled =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly durationMs: number }
  | {
      readonly ok: false;
      readonly ending: Exclude<JailResult["ending"], "success">;
      /** Begins with the first error. */
      readonly reason: string;
      readonly limitMs: number;
    };

/** Where supervisor, loader and shim headers are: beside `src` or `dist`. */
export const sandboxDirectory = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "sandbox");

const megabyte = 1 << 20;
export const compileLimits: JailLimits = {
  wallMs: 30_000,
  cpuSeconds: 25,
  memoryBytes: 4096 * megabyte,
  fileBytes: 64 * megabyte,
  temporaryBytes: 256 * megabyte,
};

/** Compiles and links one source. A source that does not compile is a result, not an error. */
export async function compileLibrary(compilation: Compilation): Promise<Compiled> {
  const { language, compiler: settings, shim } = compilation;
  const compiler = await findCompiler(settings.command);
  const name = plainName(compilation.fileName, language);
  const result = await runInJail({
    bubblewrap: await findBubblewrap(),
    command: [
      compiler.path,
      ...commonFlags(settings, compiler),
      "-w",
      "-shared",
      "-fPIC",
      "-fvisibility=hidden",
      "-x",
      language,
      name,
      "-x",
      "none",
      "/in/.shim.o",
      "-o",
      "/tmp/library.so",
      ...(await linkerFlags()),
      "-Wl,-z,defs",
      "-Wl,-z,now",
      "-lm",
    ],
    result: "/tmp/library.so",
    files: { [`/in/${name}`]: Buffer.from(compilation.source), "/in/.shim.o": shim },
    folders: compiler.prefix === undefined ? [] : [compiler.prefix],
    directory: "/in",
    limits: compileLimits,
    signal: compilation.signal,
  });
  if (result.ending === "success") return { ok: true, bytes: result.output, durationMs: result.durationMs };
  return { ok: false, ending: result.ending, reason: reasonOf(result), limitMs: compileLimits.wallMs };
}

/** Compiles a shim to an object, once: it is kept under the hash of everything that goes into it. */
export async function compileShim(
  text: string,
  language: Language,
  settings: CompilerSettings,
  signal?: AbortSignal,
): Promise<Compiled> {
  const compiler = await findCompiler(settings.command);
  const headers = await shimHeaders();
  const key = createHash("sha256");
  for (const part of [text, language, compiler.path, compiler.version, JSON.stringify(settings)])
    key.update(`${part}\0`);
  for (const header of Object.values(headers)) key.update(header);
  const folder = await makePrivate(join(cacheDirectory(), "shims"));
  const path = join(folder, `${key.digest("hex")}.o`);
  const kept = await readFile(path).catch(() => undefined);
  if (kept) return { ok: true, bytes: kept, durationMs: 0 };
  const name = language === "c" ? "shim.c" : "shim.cpp";
  const result = await runInJail({
    bubblewrap: await findBubblewrap(),
    command: [
      compiler.path,
      ...commonFlags(settings, compiler),
      "-w",
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
  if (result.ending !== "success")
    return { ok: false, ending: result.ending, reason: reasonOf(result), limitMs: compileLimits.wallMs };
  await keep(path, result.output);
  return { ok: true, bytes: result.output, durationMs: result.durationMs };
}

/** Writes a file that appears whole or not at all. */
export async function keep(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  const partial = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(partial, bytes, { mode });
  await rename(partial, path);
}

/** What a shim may include, by its path in the jail. */
export async function shimHeaders(): Promise<Record<string, Uint8Array>> {
  const names = ["shim.h", "wire.hpp"];
  const texts = await Promise.all(names.map((name) => readFile(join(sandboxDirectory, name))));
  return Object.fromEntries(names.map((name, index) => [`/in/${name}`, texts[index] ?? new Uint8Array()]));
}

function commonFlags(settings: CompilerSettings, compiler: Compiler): string[] {
  return [
    `-std=${settings.standard}`,
    ...settings.flags,
    "-fno-diagnostics-color",
    compiler.family === "gcc" ? "-fmax-errors=20" : "-ferror-limit=20",
  ];
}

/** A name that no shell, compiler or reader could take for anything else. */
function plainName(fileName: string, language: Language): string {
  const base = fileName.split("/").at(-1) ?? "";
  return /^[A-Za-z0-9][\w.+-]{0,60}$/.test(base) ? base : language === "c" ? "candidate.c" : "candidate.cpp";
}

function reasonOf(result: JailResult): string {
  if (result.ending === "timed-out")
    return `The compiler was stopped after ${compileLimits.wallMs / 1000} s.`;
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
