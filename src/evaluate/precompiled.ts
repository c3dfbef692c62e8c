/**
 * Precompiled headers, matched to the headers that sources begin with. One is built, in the background, for every set of headers that is
 * met a second time, kept in the cache folder, and copied into the jail of each later compilation that includes at least that set. It is
 * made from the headers' names alone, so no candidate has a hand in it; a compilation that fails with one is tried again without.
 */
import { createHash } from "node:crypto";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { CompiledLanguage } from "../code/language.ts";
import { cacheDirectory, keep, makePrivate } from "./cache.ts";
import type { JailRun } from "./jail-run.ts";
import { leadingHeaders } from "./source-text.ts";
import type { Compiler } from "./toolchain.ts";

/** What makes two compilations read headers alike. */
export interface HeaderSettings {
  readonly language: CompiledLanguage;
  readonly compiler: Compiler;
  /** In their order: standard, flags of the task, and ours that change what headers mean. */
  readonly flags: readonly string[];
}

export interface Precompiled {
  readonly arguments: readonly string[];
  readonly files: JailRun["files"];
}

/** Turns the text of a header into a precompiled one, inside a jail; undefined where that fails. */
export type HeaderCompiler = (
  settings: HeaderSettings,
  text: string,
  signal: AbortSignal | undefined,
) => Promise<Uint8Array | undefined>;

export interface Precompiler {
  /** A precompiled header that fits, where there is one; where there is none, the set is remembered and may be built. */
  find(settings: HeaderSettings, source: string): Promise<Precompiled | undefined>;
  /** Waits for what is being built. */
  settled(): Promise<void>;
}

/** Where the header lies in the jail. */
export const headerPath = "/in/.precompiled/headers.h";
/** Smaller ones save less than copying them costs. */
const leastBytes = 4 << 20;
const mostBytesInAll = 2 ** 30;
const mostAtOnce = 1;

/** `directory` is where they are kept; by default in the cache folder. */
export function createPrecompiler(
  build: HeaderCompiler,
  {
    directory = join(cacheDirectory(), "headers"),
    signal,
  }: { readonly directory?: string; readonly signal?: AbortSignal | undefined } = {},
): Precompiler {
  /** By settings: the sets that are on disk, and how often each other one was met. */
  const shelves = new Map<string, Promise<Shelf>>();
  const building = new Set<Promise<void>>();

  const shelfOf = (settings: HeaderSettings): Promise<Shelf> => {
    const key = settingsKey(settings);
    let shelf = shelves.get(key);
    if (!shelf) {
      shelf = readShelf(directory, key);
      shelves.set(key, shelf);
    }
    return shelf;
  };

  const add = async (shelf: Shelf, settings: HeaderSettings, headers: readonly string[]): Promise<void> => {
    const text = headers.map((name) => `#include <${name}>\n`).join("");
    const bytes = await build(settings, text, signal).catch(() => undefined);
    if (!bytes || bytes.length < leastBytes) return;
    const name = `${shelf.key}-${encodeNames(headers)}-${bytes.length}.gch`;
    try {
      await makePrivate(directory);
      await prune(directory, mostBytesInAll - bytes.length);
      await keep(join(directory, name), bytes);
      shelf.kept.push({ headers, path: join(directory, name), bytes: bytes.length });
    } catch {
      // A full disk costs time, nothing else.
    }
  };

  return {
    async find(settings, source) {
      if (settings.compiler.family !== "gcc") return undefined;
      const headers = fitting(leadingHeaders(source));
      if (headers.length === 0) return undefined;
      const shelf = await shelfOf(settings);
      const best = shelf.kept
        .filter((kept) => kept.headers.every((name) => headers.includes(name)))
        .toSorted((one, other) => other.headers.length - one.headers.length)[0];
      if (best?.headers.length !== headers.length) {
        const set = headers.toSorted().join(" ");
        const met = (shelf.met.get(set) ?? 0) + 1;
        shelf.met.set(set, met);
        if (met >= 2 && building.size < mostAtOnce && !shelf.tried.has(set)) {
          shelf.tried.add(set);
          const task: Promise<void> = add(shelf, settings, headers).finally(() => building.delete(task));
          building.add(task);
        }
      }
      if (!best || !(await isWhole(best))) return undefined;
      return {
        arguments: ["-include", headerPath],
        files: {
          [headerPath]: Buffer.from(best.headers.map((name) => `#include <${name}>\n`).join("")),
          [`${headerPath}.gch`]: { copyOf: best.path },
        },
      };
    },
    async settled() {
      await Promise.all(building);
    },
  };
}

interface Shelf {
  readonly key: string;
  readonly kept: KeptHeader[];
  readonly met: Map<string, number>;
  /** What was built, or is being built, or did not pay. */
  readonly tried: Set<string>;
}

interface KeptHeader {
  readonly headers: readonly string[];
  readonly path: string;
  readonly bytes: number;
}

/** Names carry everything: settings, headers in their order, and size, by which one that was cut short is known. */
async function readShelf(directory: string, key: string): Promise<Shelf> {
  const kept: KeptHeader[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const [settings, names, size] = /^([0-9a-f]{32})-([\w+.,=-]+)-(\d+)\.gch$/.exec(name)?.slice(1) ?? [];
    if (settings !== key || names === undefined) continue;
    kept.push({ headers: decodeNames(names), path: join(directory, name), bytes: Number(size) });
  }
  return { key, kept, met: new Map(), tried: new Set() };
}

/** Also marks it as used. */
async function isWhole({ path, bytes }: KeptHeader): Promise<boolean> {
  try {
    if ((await stat(path)).size !== bytes) {
      await rm(path, { force: true });
      return false;
    }
    const now = new Date();
    await utimes(path, now, now);
    return true;
  } catch {
    return false;
  }
}

/** Removes what was not used for longest until at most `bytes` are left. */
async function prune(directory: string, bytes: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".gch"));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  let left = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.toSorted((one, other) => one.mtimeMs - other.mtimeMs)) {
    if (left <= bytes) return;
    await rm(path, { force: true });
    left -= size;
  }
}

function settingsKey({ language, compiler, flags }: HeaderSettings): string {
  const text = JSON.stringify([language, compiler.path, compiler.version, flags]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** As many as a file's name has room for; a set that holds these is served by them too. */
function fitting(headers: readonly string[]): string[] {
  let length = 0;
  return headers.filter((name) => (length += name.length + 1) <= 180);
}

/** Header names as part of a file name: `/` may not stand there, and `,` and `=` stand in no header's name. */
function encodeNames(headers: readonly string[]): string {
  return headers.join(",").replaceAll("/", "=");
}

function decodeNames(text: string): string[] {
  return text.replaceAll("=", "/").split(",");
}
