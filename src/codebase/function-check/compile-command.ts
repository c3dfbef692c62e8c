/**
 * How a project's build compiles a file: compilers on PATH are wrapped, and note what they are asked.
 */
import { join, normalize, relative } from "node:path";

export interface CompileCommand {
  /** Relative to the root: where `-I` begins. */
  readonly directory: string;
  readonly clang: boolean;
  readonly standard?: string;
  /** Definitions, optimisation, and what changes the meaning of code. */
  readonly flags: readonly string[];
  /** Folders in which headers are looked for, relative to the root; of others nothing is known here. */
  readonly folders: readonly string[];
}

/** Put before a build's command line; `folder` is there, and is given by its whole path. */
export function noting(folder: string): string {
  return `mkdir -p /tmp/noting
for name in cc gcc c++ g++ clang clang++; do
  real=$(command -v $name) || continue
  printf '#!/bin/sh\\nprintf "%%s\\\\0" "$(($# + 2))" "$PWD" %s "$@" > "%s/$$.command"\\nexec %s "$@"\\n' $name '${folder.replaceAll("'", String.raw`'\''`)}' "$real" > /tmp/noting/$name
  chmod +x /tmp/noting/$name
done
PATH=/tmp/noting:$PATH
export PATH
`;
}

/** The command, among those that were noted, that compiles this file (relative to `root`); undefined where there is none. */
export function commandFor(
  notes: readonly Uint8Array[],
  root: string,
  file: string,
): CompileCommand | undefined {
  for (const note of notes) {
    const [count, cwd = "", compiler = "", ...options] = Buffer.from(note).toString("utf8").split("\0");
    const given = options.slice(0, Math.max(0, Number(count) - 2));
    const inTree = (path: string): string =>
      relative(root, path.startsWith("/") ? normalize(path) : join(cwd, path));
    if (!given.some((option) => !option.startsWith("-") && inTree(option) === file)) continue;
    if (given.includes("-E") || given.includes("-M") || given.includes("-MM")) continue;
    return {
      ...optionsOf(given, inTree),
      directory: relative(root, cwd),
      clang: compiler.startsWith("clang"),
    };
  }
  return undefined;
}

function optionsOf(
  given: readonly string[],
  inTree: (path: string) => string,
): Pick<CompileCommand, "standard" | "flags" | "folders"> {
  const flags: string[] = [];
  const folders: string[] = [];
  let standard: string | undefined;
  for (let at = 0; at < given.length; at++) {
    const option = given[at] ?? "";
    const separate = /^-(?:D|U|I|iquote|isystem)$/.test(option);
    const value = separate ? (given[++at] ?? "") : option.replace(/^-(?:D|U|I|iquote|isystem)/, "");
    if (/^-(?:I|iquote|isystem)/.test(option)) {
      const folder = inTree(value);
      if (!folder.startsWith("..")) folders.push(folder);
    } else if (/^-[DU]/.test(option)) flags.push(option.slice(0, 2) + value);
    else if (option.startsWith("-std=")) standard = option.slice(5);
    else if (
      /^-(?:O|m)/.test(option) ||
      /^-f(?!lto|pi[ec]|PI[EC]|profile|sanitize|plugin|dump|diagnostics|whole-program|use-ld|instrument|test-coverage|visibility)/.test(
        option,
      )
    )
      flags.push(option);
  }
  return { flags, folders, ...(standard !== undefined && { standard }) };
}
